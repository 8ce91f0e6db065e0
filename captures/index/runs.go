// This file keeps connections and sessions in memory, by their ids within a
// capture: those that change, or are not in SQLite yet, for as long as that; and
// of the others the runs of ids that were looked at lately.

package index

import "maps"

const (
	// runLength is how many neighbours are read back together.
	runLength = 128
	// recalledRuns bounds those that were read back: some 16,000 connections.
	recalledRuns = 128
	// newlyEnded is how many of a capture that have ended stay in memory: some are
	// told once more.
	newlyEnded = 1024
)

// run is runLength neighbours, nil where there is none.
type run[T any] struct {
	n  int
	at [runLength]*T
}

// roll is the connections, or sessions, of a capture by their ids within it. What
// is new is guarded by Index.mu.
type roll[T any] struct {
	runs  []*run[T]          // what is in memory because it is new
	dirty map[int64]struct{} // of it, what is not in SQLite
	top   int64              // the greatest id
	count int64
	ended []int64         // what may go out of memory, the first first
	again map[int64]int32 // how many times each is in ended
}

// new returns k if it is in memory because it is new.
func (r *roll[T]) new(k int64) *T {
	if run := at(r.runs, k/runLength); run != nil {
		return run.at[k%runLength]
	}
	return nil
}

// appears counts k, which was not there before.
func (r *roll[T]) appears(k int64) {
	r.count++
	r.top = max(r.top, k)
}

// put puts k into memory.
func (r *roll[T]) put(k int64, v *T) {
	for int64(len(r.runs)) <= k/runLength {
		r.runs = append(r.runs, nil)
	}
	to := &r.runs[k/runLength]
	if *to == nil {
		*to = new(run[T])
	}
	if (*to).at[k%runLength] == nil {
		(*to).n++
	}
	(*to).at[k%runLength] = v
}

// forget takes k out of memory.
func (r *roll[T]) forget(k int64) {
	from := at(r.runs, k/runLength)
	if from == nil || from.at[k%runLength] == nil {
		return
	}
	from.at[k%runLength] = nil
	if from.n--; from.n == 0 {
		r.runs[k/runLength] = nil
	}
}

// change notes that k has to be written.
func (r *roll[T]) change(k int64) {
	if r.dirty == nil {
		r.dirty = map[int64]struct{}{}
	}
	r.dirty[k] = struct{}{}
}

// end notes that k has ended as far as is known, and is in SQLite.
func (r *roll[T]) end(k int64) {
	if r.again == nil {
		r.again = map[int64]int32{}
	}
	r.again[k]++
	r.ended = append(r.ended, k)
}

// settle takes what has ended out of memory, but for so many, unless it goes on
// or has to be written again: then it ends again.
func (r *roll[T]) settle(but int, goesOn func(*T) bool) {
	for len(r.ended) > but {
		k := r.ended[0]
		r.ended = r.ended[1:]
		if r.again[k]--; r.again[k] > 0 {
			continue
		}
		delete(r.again, k)
		if v := r.new(k); v != nil && !goesOn(v) {
			if _, dirty := r.dirty[k]; !dirty {
				r.forget(k)
			}
		}
	}
}

// runKey names a run of a capture.
type runKey struct {
	c *Capture
	i int64
}

// recalled is the runs that were looked at lately: when half of what there may be
// is new, what was not looked at since then goes.
type recalled[T any] struct{ young, old map[runKey]*run[T] }

func (r *recalled[T]) get(k runKey) *run[T] {
	if v := r.young[k]; v != nil {
		return v
	}
	v := r.old[k]
	if v != nil {
		r.put(k, v)
	}
	return v
}

func (r *recalled[T]) put(k runKey, v *run[T]) {
	if len(r.young) >= recalledRuns/2 {
		r.young, r.old = nil, r.young
	}
	if r.young == nil {
		r.young = map[runKey]*run[T]{}
	}
	r.young[k] = v
}

func (r *recalled[T]) drop(k runKey) {
	delete(r.young, k)
	delete(r.old, k)
}

func (r *recalled[T]) forget(c *Capture) {
	of := func(k runKey, _ *run[T]) bool { return k.c == c }
	maps.DeleteFunc(r.young, of)
	maps.DeleteFunc(r.old, of)
}

// recall returns a run as it is in SQLite. x.mu is held. A run that is read among
// all others is not kept.
func recall[T any](c *Capture, from *recalled[T], i int64, keep bool, read func(r *reader, lo, hi int64, put func(id int64, v *T)) error) (*run[T], error) {
	x := c.x
	key := runKey{c, i}
	x.cold.Lock()
	r := from.get(key)
	x.cold.Unlock()
	switch {
	case r != nil:
		return r, nil
	case c.replaced:
		return nil, ErrNotFound
	case x.closed || x.rd == nil:
		return nil, ErrClosed
	}
	r = new(run[T])
	lo := c.partyBase() + i*runLength
	err := read(x.rd, lo, lo+runLength, func(id int64, v *T) { r.at[id-lo] = v })
	if err != nil {
		return nil, err
	}
	if keep {
		x.cold.Lock()
		defer x.cold.Unlock()
		from.put(key, r)
	}
	return r, nil
}

// readAnew lets go what was read back of k: SQLite has it otherwise now.
func readAnew[T any](c *Capture, from *recalled[T], k int64) {
	c.x.cold.Lock()
	defer c.x.cold.Unlock()
	from.drop(runKey{c, k / runLength})
}
