// This file keeps which requests have no answer. An answer comes after its
// request has been stored, so this is a part of a block's facts, which change.

package index

import "sort"

// maxAnswers bounds the list by which views learn what has been answered. From
// longer ago they are told only where it began.
const maxAnswers = 4096

// answered notes that the request with number n has its answer. x.mu is held.
func (c *Capture) answered(n int64) error {
	e, err := c.find(n, true)
	if err != nil || e == nil || !e.facts.open.has(n-e.first) {
		return err
	}
	if _, err := c.writable(shelfOf(e.first)); err != nil {
		return err
	}
	c.dirtyFacts(e)
	e.facts.open.clear(n - e.first)
	c.answers.add(n)
	return nil
}

func (c *Capture) dirtyFacts(e *entry) {
	if c.shelves.open == nil {
		c.shelves.open = map[*entry]struct{}{}
	}
	c.shelves.open[e] = struct{}{}
}

// Answered returns the number of the first event that was an unanswered request
// and is so no longer, given how many answers the caller knew of; 0 if there is
// none.
func (c *Capture) Answered(known int64) (first int64, count int64) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.answers.since(known)
}

// Unanswered reports whether event n, which is in the block, was a request
// without an answer when the Ref was made.
func (r *Ref) Unanswered(n int64) bool { return r.Facts.open.has(n - r.First) }

// HasUnanswered reports whether the block holds requests without an answer.
func (f *Facts) HasUnanswered() bool { return f.open.any() }

// changes is a list of numbers that grows, of which one asks for the least since
// some time. Those that a later, lesser one hides are left out.
type changes struct {
	count int64
	list  []change // both count and n grow
}

type change struct{ count, n int64 }

func (a *changes) add(n int64) {
	a.count++
	for i := len(a.list) - 1; i >= 0 && a.list[i].n >= n; i-- {
		a.list = a.list[:i]
	}
	a.list = append(a.list, change{a.count, n})
	if len(a.list) > maxAnswers { // the older half becomes one
		half := len(a.list) / 2
		a.list[half-1].n = a.list[0].n
		a.list = append(a.list[:0], a.list[half-1:]...)
	}
}

func (a *changes) since(known int64) (least, count int64) {
	i := sort.Search(len(a.list), func(i int) bool { return a.list[i].count > known })
	if i < len(a.list) {
		least = a.list[i].n
	}
	return least, a.count
}
