// This file holds the skip facts: what is kept in memory of each block, so
// that most blocks need not be read to know that nothing in them is wanted.

package index

import (
	"encoding/binary"
	"math"

	"msnscope/captures/event"
)

// Facts is what is known of a block without reading it.
type Facts struct {
	Count    int    // events
	Errors   int    // error replies
	Noted    int    // events with warnings
	Notes    int    // notes of the proxy
	Events   [2]int // the others, by direction
	Bytes    [2]int64
	Min, Max int64 // times of the earliest and the latest event, Unix ns
	conns    [8]uint64
	cmds     [2]uint64
	open     openBits
	skips    skips
	skipped  int   // how many of the events skips are of: they are made at the commit
	tally    tally // nil in a Ref
	first    int64 // number of its first event within the capture
}

const factsSize = 2 + 2 + 8 + 8 + 8*8 + 2*8 + 2 + 2*(2+8) + BlockEvents/8 + skipsSize

// HasConnection reports whether the block may hold events of a connection,
// given as its id within the capture.
func (f *Facts) HasConnection(k int64) bool {
	w, bit := connectionBit(uint32(k))
	return f.conns[w]&bit != 0
}

// HasCommand reports whether the block may hold a command of this name. Names
// that are not three bytes long are the name of no command.
func (f *Facts) HasCommand(name string) bool {
	if len(name) != 3 {
		return false
	}
	w, bit := commandBit([3]byte([]byte(name)))
	return f.cmds[w]&bit != 0
}

func connectionBit(k uint32) (word, bit uint64) {
	h := uint64(k) * 0x9E3779B97F4A7C15 >> 55
	return h >> 6, 1 << (h & 63)
}

func commandBit(c [3]byte) (word, bit uint64) {
	h := (uint64(c[0])<<16 | uint64(c[1])<<8 | uint64(c[2])) * 0x9E3779B97F4A7C15 >> 57
	return h >> 6, 1 << (h & 63)
}

// HasKind reports whether accept wants one of the kinds of events in the block;
// facts of a Ref do not know, and say yes.
func (f *Facts) HasKind(accept func(What) bool) bool {
	if f.tally == nil {
		return true
	}
	for i := range f.tally {
		if accept(whatOf(f.tally[i].cmd, f.tally[i].flags)) {
			return true
		}
	}
	return false
}

// Within reports whether the block has events of the numbers in a span.
func (f *Facts) Within(s Span) bool {
	return f.first <= s.Last && f.first+int64(f.Count) > s.First
}

func (f *Facts) add(r *row) {
	f.tally.add(r)
	if f.Count == 0 {
		f.Min, f.Max = math.MaxInt64, math.MinInt64
	}
	f.Count++
	if r.warnings > 0 {
		f.Noted++
	}
	f.Min, f.Max = min(f.Min, r.time), max(f.Max, r.time)
	if r.flags&flagError != 0 {
		f.Errors++
	}
	if w := whatOf(r.cmd, r.flags); w.Kind == event.Note {
		f.Notes++
	} else {
		f.Events[w.Dir]++
		f.Bytes[w.Dir] += int64(r.raw)
	}
	w, bit := connectionBit(r.conn)
	f.conns[w] |= bit
	if r.cmd != [3]byte{} {
		w, bit = commandBit(r.cmd)
		f.cmds[w] |= bit
	}
}

// complete takes the events of the block into the skips that are not there yet.
// Who writes events does not wait for that.
func (f *Facts) complete(b *Block) {
	var e event.Event
	for ; f.skipped < f.Count; f.skipped++ {
		b.said(f.skipped, &e)
		f.skips.add(&e)
	}
}

func (f *Facts) encode() []byte {
	p := make([]byte, 0, factsSize)
	p = binary.LittleEndian.AppendUint16(p, uint16(f.Count))
	p = binary.LittleEndian.AppendUint16(p, uint16(f.Errors))
	p = binary.LittleEndian.AppendUint64(p, uint64(f.Min))
	p = binary.LittleEndian.AppendUint64(p, uint64(f.Max))
	for _, w := range f.conns {
		p = binary.LittleEndian.AppendUint64(p, w)
	}
	for _, w := range f.cmds {
		p = binary.LittleEndian.AppendUint64(p, w)
	}
	p = binary.LittleEndian.AppendUint16(p, uint16(f.Noted))
	for dir := range f.Events {
		p = binary.LittleEndian.AppendUint16(p, uint16(f.Events[dir]))
		p = binary.LittleEndian.AppendUint64(p, uint64(f.Bytes[dir]))
	}
	return f.tally.encode(f.skips.encode(f.open.encode(p)))
}

func decodeFacts(p []byte) (f Facts, err error) {
	if len(p) < factsSize {
		return f, damaged("facts of %d bytes", len(p))
	}
	counts := p[factsSize:]
	f.Count = int(binary.LittleEndian.Uint16(p))
	f.Errors = int(binary.LittleEndian.Uint16(p[2:]))
	f.Min = int64(binary.LittleEndian.Uint64(p[4:]))
	f.Max = int64(binary.LittleEndian.Uint64(p[12:]))
	p = p[20:]
	for i := range f.conns {
		f.conns[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	p = p[64:]
	for i := range f.cmds {
		f.cmds[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	p = p[16:]
	f.Noted = int(binary.LittleEndian.Uint16(p))
	p = p[2:]
	for dir := range f.Events {
		f.Events[dir] = int(binary.LittleEndian.Uint16(p))
		f.Bytes[dir] = int64(binary.LittleEndian.Uint64(p[2:]))
		p = p[10:]
	}
	f.open.decode(p)
	f.skips.decode(p[BlockEvents/8:])
	f.skipped, f.Notes = f.Count, f.Count-f.Events[0]-f.Events[1]
	if f.Count == 0 || f.Count > BlockEvents || f.Errors > f.Count || f.Noted > f.Count || f.Notes < 0 || f.Bytes[0] < 0 || f.Bytes[1] < 0 {
		return f, damaged("facts of %d events", f.Count)
	}
	f.tally, err = decodeTally(counts, f.Count)
	return f, err
}
