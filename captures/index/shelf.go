// This file is the directory of a capture's blocks. Facts take two kilobytes a
// block: they are in memory while a block is new, and of older ones from when
// somebody looks for something until there is nothing to do.

package index

import (
	"database/sql"
	"maps"
	"slices"
	"sort"
)

const (
	// shelfEvents is the run of event numbers whose blocks are read, and let go,
	// together.
	shelfEvents = 8192
	// newShelves is how many of a capture that is written stay in memory: answers
	// to what is in them come.
	newShelves = 16
	// factsBytes bounds the facts in memory of blocks that are not new: those of
	// some 15 million events. Those that are read first are kept.
	factsBytes = 64 << 20
)

// entry is a block in the directory of a capture.
type entry struct {
	first int64 // number of its first event within the capture
	facts Facts
	kinds *KindsOf // nil while it is not known
	mem   *Block   // while it is not (wholly) in SQLite
	saved int      // how many of its events are
	loose bool     // no longer in the directory, or never was: nothing is kept by it
}

// end returns the number after the block's last event.
func (e *entry) end() int64 { return e.first + int64(e.facts.Count) }

// shelf is the blocks that begin within a run of shelfEvents event numbers, in
// order, without holes.
type shelf struct {
	entries []*entry
	weight  int // counted in Index.factsKept, 0 if it is there because it is new
}

// shelves is the directory of a capture's blocks. What is written to, and what is
// not wholly in SQLite, is guarded by Index.mu like everything else; what is read
// back comes in under a mutex of its own, so that those who only look may do it.
type shelves struct {
	list []*shelf            // nil where nothing is in memory; guarded by Index.cold, too
	hot  map[int64]struct{}  // places of those that were written to since they went into SQLite
	open map[*entry]struct{} // blocks of which only the facts have to be written
	tail *entry              // the last block, while a writer adds to it
}

// shelfOf returns the place of the shelf for a block that begins with event n.
func shelfOf(n int64) int64 { return (n - 1) / shelfEvents }

// shelf returns a shelf, read back if need be. x.mu is held, for writing if it is
// wanted by a writer: then it stays until the next commit.
func (c *Capture) shelf(i int64, written bool) (*shelf, error) {
	x := c.x
	x.cold.Lock()
	s := at(c.shelves.list, i)
	x.cold.Unlock()
	if s != nil {
		return s, nil
	}
	if c.replaced {
		return nil, ErrNotFound
	}
	if x.closed || x.rd == nil {
		return nil, ErrClosed
	}
	s = &shelf{}
	if i*shelfEvents >= c.count {
		return s, nil
	}
	entries, err := x.rd.shelf(c, i)
	if err != nil {
		return nil, err
	}
	s.entries = entries
	weight := 0
	for _, e := range entries {
		weight += e.facts.weight()
	}
	x.cold.Lock()
	defer x.cold.Unlock()
	if there := at(c.shelves.list, i); there != nil {
		return there, nil
	}
	if written {
		c.shelves.put(i, s)
		c.shelves.heat(i)
		return s, nil
	}
	if x.factsKept+weight > factsBytes {
		for _, e := range entries {
			e.loose = true
		}
		return s, nil
	}
	s.weight = weight
	x.factsKept += weight
	c.shelves.put(i, s)
	return s, nil
}

func (s *shelves) put(i int64, to *shelf) {
	for int64(len(s.list)) <= i {
		s.list = append(s.list, nil)
	}
	s.list[i] = to
}

// writable returns a shelf to write to: it stays until it is in SQLite. x.mu is
// held for writing.
func (c *Capture) writable(i int64) (*shelf, error) {
	s, err := c.shelf(i, true)
	if err != nil {
		return nil, err
	}
	c.x.cold.Lock()
	defer c.x.cold.Unlock()
	c.shelves.put(i, s)
	c.shelves.heat(i)
	return s, nil
}

func (s *shelves) heat(i int64) {
	if s.hot == nil {
		s.hot = map[int64]struct{}{}
	}
	s.hot[i] = struct{}{}
}

// written returns the shelves that were written to, in order. x.mu is held.
func (c *Capture) written() []*shelf {
	var list []*shelf
	for _, i := range slices.Sorted(maps.Keys(c.shelves.hot)) {
		list = append(list, c.shelves.list[i])
	}
	return list
}

// settle lets what is wholly in SQLite go, but for the newest. x.mu is held for
// writing.
func (c *Capture) settle() {
	from := shelfOf(max(c.count, 1)) + 1 - newShelves
	if c.state.Finished {
		from += newShelves
	}
	for i := range c.shelves.hot {
		if s := c.shelves.list[i]; i < from && c.clean(s) {
			delete(c.shelves.hot, i)
			if s.weight == 0 {
				c.drop(i)
			}
		}
	}
}

// clean reports whether all of a shelf is in SQLite.
func (c *Capture) clean(s *shelf) bool {
	for _, e := range s.entries {
		if _, dirty := c.shelves.open[e]; dirty || e.saved < e.facts.Count || e.mem != nil {
			return false
		}
	}
	return true
}

// drop takes a shelf out of memory. x.mu is held for writing.
func (c *Capture) drop(i int64) {
	x := c.x
	x.cold.Lock()
	defer x.cold.Unlock()
	s := c.shelves.list[i]
	c.shelves.list[i] = nil
	x.factsKept -= s.weight
	for _, e := range s.entries {
		e.loose = true
		if e.kinds != nil {
			x.kindsKept -= e.kinds.weight()
			e.kinds = nil
		}
	}
}

// forgetBlocks lets everything go that is not new. x.mu is held for writing.
func (c *Capture) forgetBlocks() {
	for i, s := range c.shelves.list {
		if _, hot := c.shelves.hot[int64(i)]; s != nil && !hot {
			c.drop(int64(i))
		}
	}
}

// weight is about how much memory facts take.
func (f *Facts) weight() int { return factsSize + 256 + 8*cap(f.tally) }

// grows notes which block is the last one that a writer adds to, nil if none is.
// x.mu is held for writing.
func (c *Capture) grows(e *entry) {
	if c.shelves.tail == e {
		return
	}
	if was := c.shelves.tail; was != nil {
		c.sums.count(was.facts.tally, 1)
	}
	if c.shelves.tail = e; e != nil {
		c.sums.count(e.facts.tally, -1)
	}
}

// find returns the block with event n, nil if there is no such event. x.mu is held
// as for shelf.
func (c *Capture) find(n int64, written bool) (*entry, error) {
	if n < 1 || n > c.count {
		return nil, nil
	}
	last := shelfOf(n)
	for i := last; i >= max(last-1, 0); i-- { // a block may reach into the next shelf
		s, err := c.shelf(i, written)
		if err != nil {
			return nil, err
		}
		if k := sort.Search(len(s.entries), func(k int) bool { return s.entries[k].first > n }); k > 0 {
			if e := s.entries[k-1]; e.end() > n {
				return e, nil
			}
			break
		}
	}
	return nil, damaged("capture %d: event %d is in no block", c.number, n)
}

// shelf reads the facts of blocks.
func (r *reader) shelf(c *Capture, i int64) ([]*entry, error) {
	var entries []*entry
	rows, err := r.facts.Query(c.ID(i*shelfEvents+1), c.ID((i+1)*shelfEvents+1))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var blob sql.RawBytes
	for rows.Next() {
		e := new(entry)
		if err := rows.Scan(&e.first, &blob); err != nil {
			return nil, err
		}
		e.first -= c.base()
		if e.facts, err = decodeFacts(blob); err != nil {
			return nil, err
		}
		if k := len(entries); k > 0 && entries[k-1].end() != e.first {
			return nil, damaged("capture %d: after event %d a block begins at %d", c.number, entries[k-1].end()-1, e.first)
		}
		e.facts.first, e.saved = e.first, e.facts.Count
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
