// This file keeps in memory what the events of blocks are, a byte an event: most
// filters ask for it, and many for nothing else.

package index

import (
	"database/sql"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	// maxKinds bounds the kinds of events in a block of which this is kept: a
	// byte says which it is.
	maxKinds = 256
	// kindsBytes bounds the memory: some 60 million events. Those that are read
	// first are kept.
	kindsBytes = 64 << 20
)

// KindsOf is what the events of a block are; there may be more of them than when
// the Ref was made. It must not be changed.
type KindsOf struct {
	What []What  // the kinds there are
	Of   []uint8 // of each event the place in What
}

// Error reports whether such events are error replies.
func (w What) Error() bool {
	return w.Kind == event.Command && w.Dir == decode.S2C && isError(w.Command)
}

// Kinds returns what the events of a block are, nil if that is not kept of this
// block: it has too many kinds, or may still grow. Without a Scan it is nil, too,
// when it has to be read.
func (c *Capture) Kinds(r *Ref, s *Scan) (*KindsOf, error) {
	x := c.x
	x.mu.RLock()
	k, grows, first := r.entry.kinds, r.entry.mem != nil || r.entry.end() > c.count, c.ID(r.First)
	x.mu.RUnlock()
	if k != nil || grows || s == nil {
		return k, nil
	}
	rd, err := x.reader()
	if err != nil {
		return nil, err
	}
	if k, err = rd.kinds(first, &s.s); err != nil {
		return nil, c.failed(err)
	}
	if k == nil || len(k.Of) < r.Facts.Count {
		return nil, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !r.entry.loose && r.entry.kinds == nil && len(k.Of) == r.entry.facts.Count && !c.replaced && x.kindsKept+k.weight() <= kindsBytes {
		x.kindsKept += k.weight()
		r.entry.kinds = k
	}
	return k, nil
}

// weight is about how much memory it takes.
func (k *KindsOf) weight() int { return len(k.Of) + 8*len(k.What) + 64 }

func (r *reader) kinds(first int64, s *scratch) (*KindsOf, error) {
	var blob sql.RawBytes
	rows, err := r.one(r.head, first, &blob)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return decodeKinds(blob, s)
}

// decodeKinds reads what the events are from the head of a block; nil if there
// are too many kinds.
func decodeKinds(head []byte, s *scratch) (*KindsOf, error) {
	count, err := s.parse(head)
	if err != nil {
		return nil, err
	}
	if len(s.commands) > maxKinds {
		return nil, nil
	}
	k := &KindsOf{Of: make([]uint8, count)}
	if !s.read(colCommand) {
		return nil, damaged("a column is cut")
	}
	for i, v := range s.values {
		if v >= uint64(len(s.commands)) {
			return nil, damaged("a command has no name")
		}
		k.Of[i] = uint8(v)
	}
	if !s.read(colFlags) {
		return nil, damaged("a column is cut")
	}
	var places [maxKinds][flagsCounted + 1]uint16 // in k.What, from 1
	for i, v := range s.values {
		if v > flagsKnown {
			return nil, damaged("a column makes no sense")
		}
		place := &places[k.Of[i]][v&flagsCounted]
		if *place == 0 {
			if len(k.What) == maxKinds {
				return nil, nil
			}
			k.What = append(k.What, whatOf(s.commands[k.Of[i]], uint8(v)))
			*place = uint16(len(k.What))
		}
		k.Of[i] = uint8(*place - 1)
	}
	return k, nil
}
