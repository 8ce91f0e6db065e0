// This file counts the events of a block by what they are, so that the page can
// say how many there are of each without reading any.

package index

import (
	"encoding/binary"
	"maps"

	"msnscope/captures/event"
	"msnscope/decode"
)

// What is what an event is.
type What struct {
	Command [3]byte // zeros if it is no command
	Kind    event.Kind
	Dir     decode.Direction
}

func whatOf(cmd [3]byte, flags uint8) What {
	w := What{Command: cmd, Kind: event.Kind(flags & flagKind)}
	if flags&flagS2C != 0 {
		w.Dir = decode.S2C
	}
	return w
}

// counted is how many events of a block are the same.
type counted struct {
	cmd   [3]byte
	flags uint8 // of row.flags the kind and the direction
	n     uint16
}

const flagsCounted = flagKind | flagS2C

// tally is the counts of a block.
type tally []counted

func (t *tally) add(r *row) {
	flags := r.flags & flagsCounted
	for i := range *t {
		if c := &(*t)[i]; c.cmd == r.cmd && c.flags == flags {
			c.n++
			return
		}
	}
	*t = append(*t, counted{r.cmd, flags, 1})
}

func (t tally) encode(p []byte) []byte {
	for _, c := range t {
		p = append(p, c.cmd[0], c.cmd[1], c.cmd[2], c.flags)
		p = binary.LittleEndian.AppendUint16(p, c.n)
	}
	return p
}

func decodeTally(p []byte, events int) (t tally, err error) {
	if len(p)%6 != 0 || len(p) > 6*BlockEvents {
		return nil, damaged("a tally of %d bytes", len(p))
	}
	t = make(tally, 0, len(p)/6)
	for ; len(p) > 0; p = p[6:] {
		c := counted{cmd: [3]byte(p), flags: p[3], n: binary.LittleEndian.Uint16(p[4:])}
		if events -= int(c.n); c.flags > flagsCounted || events < 0 {
			return nil, damaged("a tally of too many events")
		}
		t = append(t, c)
	}
	return t, nil
}

// sums are of all blocks of a capture. They are stored, so that opening it reads
// none.
type sums struct {
	errors int64
	counts map[counted]int64 // by what events are, n being 0; without those of shelves.tail
}

// count adds the counts of a block, times 1 or -1.
func (s *sums) count(t tally, times int64) {
	if s.counts == nil {
		s.counts = map[counted]int64{}
	}
	for _, c := range t {
		k := counted{cmd: c.cmd, flags: c.flags}
		if s.counts[k] += times * int64(c.n); s.counts[k] == 0 {
			delete(s.counts, k)
		}
	}
}

// encodeSums puts the sums of a capture into bytes, and how much there is of all.
func (c *Capture) encodeSums() []byte {
	all := sums{counts: maps.Clone(c.sums.counts)}
	if c.shelves.tail != nil {
		all.count(c.shelves.tail.facts.tally, 1)
	}
	p := appendInts(nil, c.count, c.sums.errors, c.conns.top, c.conns.count, c.sessions.top, c.sessions.count)
	for c, n := range all.counts {
		p = append(p, c.cmd[0], c.cmd[1], c.cmd[2], c.flags)
		p = appendInts(p, n)
	}
	return p
}

func (c *Capture) decodeSums(p []byte) error {
	r := fields{p: p}
	s := sums{counts: map[counted]int64{}}
	var events int64
	r.ints(&events, &s.errors, &c.conns.top, &c.conns.count, &c.sessions.top, &c.sessions.count)
	for len(r.p) > 0 && !r.bad {
		k := counted{cmd: [3]byte{r.byte(), r.byte(), r.byte()}, flags: r.byte()}
		var n int64
		r.ints(&n)
		s.counts[k] = n
		r.bad = r.bad || k.flags > flagsCounted || n < 0
	}
	if s.errors < 0 || s.errors > events || events >= event.EventsPerCapture || !plausible(c.conns.top, c.conns.count) || !plausible(c.sessions.top, c.sessions.count) {
		r.bad = true
	}
	c.sums, c.known, c.count = s, c.count, events
	return r.end("the sums of a capture")
}

// plausible reports whether there may be so many of which the greatest id is top.
func plausible(top, count int64) bool {
	return 0 <= count && count <= top && top < event.ConnectionsPerCapture
}

// Tally returns how many events there are of each kind, direction and command.
func (x *Index) Tally() map[What]int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	whats := map[What]int64{}
	for _, c := range x.captures {
		for k, n := range c.sums.counts {
			whats[whatOf(k.cmd, k.flags)] += n
		}
		if c.shelves.tail != nil {
			for _, t := range c.shelves.tail.facts.tally {
				whats[whatOf(t.cmd, t.flags)] += int64(t.n)
			}
		}
	}
	return whats
}
