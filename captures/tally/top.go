// This file counts by a key of which there may be any number.

package tally

import (
	"cmp"
	"slices"
)

// Top counts by key and keeps those with the greatest counts. As long as there
// are no more keys than it may hold, it is exact. Make one with NewTop.
type Top[K cmp.Ordered] struct {
	size  int
	last  K
	entry *Entry[K]
	all   map[K]*Entry[K]
	lost  int64
}

// Entry is what was counted under a key.
type Entry[K cmp.Ordered] struct {
	Key   K
	Count int64
	Bytes int64
}

// NewTop returns a Top that holds size keys at most.
func NewTop[K cmp.Ordered](size int) *Top[K] {
	return &Top[K]{size: size, all: map[K]*Entry[K]{}}
}

// Add counts one under a key.
func (t *Top[K]) Add(key K, bytes int64) {
	if t.entry == nil || t.last != key {
		t.last, t.entry = key, t.find(key)
	}
	t.entry.Count++
	t.entry.Bytes += bytes
}

func (t *Top[K]) find(key K) *Entry[K] {
	e := t.all[key]
	if e == nil {
		if len(t.all) >= t.size {
			t.halve()
		}
		e = &Entry[K]{Key: key}
		t.all[key] = e
	}
	return e
}

// halve forgets the half with the lesser counts.
func (t *Top[K]) halve() {
	for _, e := range t.List(len(t.all))[t.size/2:] {
		t.lost += e.Count
		delete(t.all, e.Key)
	}
}

// Len returns how many keys are held.
func (t *Top[K]) Len() int { return len(t.all) }

// Lost returns how much was counted under keys that are forgotten: by so much
// any count may be too small.
func (t *Top[K]) Lost() int64 { return t.lost }

// List returns the n with the greatest counts, the greatest first.
func (t *Top[K]) List(n int) []Entry[K] {
	all := make([]Entry[K], 0, len(t.all))
	for _, e := range t.all {
		all = append(all, *e)
	}
	slices.SortFunc(all, func(a, b Entry[K]) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key))
	})
	return all[:min(n, len(all))]
}
