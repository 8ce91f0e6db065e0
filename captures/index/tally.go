// This file counts the events of a block by what they are, so that the page can
// say how many there are of each without reading any.

package index

import (
	"encoding/binary"

	"msnscope/captures/event"
	"msnscope/decode"
)

// What is what an event is.
type What struct {
	Command [3]byte // zeros if it is no command
	Kind    event.Kind
	Dir     decode.Direction
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

// Tally returns how many events there are of each kind, direction and command.
func (x *Index) Tally() map[What]int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	all := map[counted]int64{}
	for _, c := range x.captures {
		for _, e := range c.entries {
			for _, t := range e.tally {
				all[counted{cmd: t.cmd, flags: t.flags}] += int64(t.n)
			}
		}
	}
	whats := make(map[What]int64, len(all))
	for t, n := range all {
		w := What{Command: t.cmd, Kind: event.Kind(t.flags & flagKind)}
		if t.flags&flagS2C != 0 {
			w.Dir = decode.S2C
		}
		whats[w] += n
	}
	return whats
}
