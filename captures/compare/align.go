// This file aligns two sequences of events.

package compare

import (
	"context"
	"slices"
	"sort"
)

// What two events gain that stand side by side. Only the order matters: to be
// the same counts most, but not where there is nothing in it but what kind it
// is: one ACK is as good as another.
const (
	gainSame  = 12
	gainWho   = 6
	gainShape = 4
	gainCmd   = 2
)

const (
	// maxCells bounds the table by which two stretches are aligned at best.
	maxCells = 1 << 21
	// window is the length of the stretches of what is too long, and has
	// nothing in it to be split at.
	window = 1024
	// maxDepth bounds how often a stretch is split at what is there once.
	maxDepth = 24
)

// duo is two items side by side; -1 is nothing.
type duo struct{ a, b int32 }

// aligner aligns the streams of two sides.
type aligner struct {
	ctx    context.Context
	a, b   []item
	loose  bool // commands of one name may stand side by side whatever their kind
	out    []duo
	coarse int // pairs found in windows

	steps      []uint8
	above, row []int32
	kinds      []kind
}

// kind is what the table needs of an item, packed for speed.
type kind struct{ gate, shape, who, exact uint64 }

// kindOf packs an item. Items whose gates differ must not stand side by side.
func (al *aligner) kindOf(it *item) kind {
	k := kind{it.shape, it.shape, it.who, it.exact}
	if al.loose {
		k.gate = it.cmd
	}
	return k
}

// gain says what two items gain side by side. Their gates are the same.
func gain(a, b *kind, says bool) int32 {
	switch {
	case says && a.exact == b.exact:
		return gainSame
	case a.who == b.who:
		return gainWho
	case a.shape == b.shape:
		return gainShape
	}
	return gainCmd
}

// align appends the alignment of two sequences of items.
func (al *aligner) align(a, b []int32, depth int) error {
	if err := al.ctx.Err(); err != nil {
		return err
	}
	for len(a) > 0 && len(b) > 0 && al.same(a[0], b[0]) {
		al.out = append(al.out, duo{a[0], b[0]})
		a, b = a[1:], b[1:]
	}
	var tail []duo
	for len(a) > 0 && len(b) > 0 && al.same(a[len(a)-1], b[len(b)-1]) {
		tail = append(tail, duo{a[len(a)-1], b[len(b)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var err error
	switch {
	case len(a) == 0 || len(b) == 0:
		al.apart(a, b)
	case len(a) <= maxCells/len(b):
		al.best(a, b, len(a), len(b))
	default:
		err = al.split(a, b, depth)
	}
	slices.Reverse(tail)
	al.out = append(al.out, tail...)
	return err
}

// apart appends items that stand alone.
func (al *aligner) apart(a, b []int32) {
	for _, x := range a {
		al.out = append(al.out, duo{x, -1})
	}
	for _, y := range b {
		al.out = append(al.out, duo{-1, y})
	}
}

// split aligns what is too long at once: piece by piece between events that
// each side has once (patience), or else in windows.
func (al *aligner) split(a, b []int32, depth int) error {
	anchors := al.anchors(a, b)
	if len(anchors) == 0 || depth == maxDepth {
		return al.slide(a, b)
	}
	i, j := 0, 0
	for _, k := range anchors {
		if err := al.align(a[i:k.a], b[j:k.b], depth+1); err != nil {
			return err
		}
		al.out = append(al.out, duo{a[k.a], b[k.b]})
		i, j = int(k.a)+1, int(k.b)+1
	}
	return al.align(a[i:], b[j:], depth+1)
}

// anchors finds events that are there once on each side, as places in a and
// b: the longest run of them that is in order on both.
func (al *aligner) anchors(a, b []int32) []duo {
	type seen struct{ a, b, timesA, timesB int32 }
	at := make(map[uint64]seen, len(a))
	for i, x := range a {
		s := at[al.a[x].exact]
		s.a, s.timesA = int32(i), s.timesA+1
		at[al.a[x].exact] = s
	}
	for j, y := range b {
		if s, ok := at[al.b[y].exact]; ok {
			s.b, s.timesB = int32(j), s.timesB+1
			at[al.b[y].exact] = s
		}
	}
	var once []duo
	for i, x := range a {
		if s := at[al.a[x].exact]; s.timesA == 1 && s.timesB == 1 {
			once = append(once, duo{int32(i), s.b})
		}
	}
	return rising(once)
}

// rising returns the longest part of a list, ordered by a, in which b rises.
func rising(list []duo) []duo {
	var piles []int32 // the last of the best run of each length
	before := make([]int32, len(list))
	for i := range list {
		k := sort.Search(len(piles), func(k int) bool { return list[piles[k]].b >= list[i].b })
		before[i] = -1
		if k > 0 {
			before[i] = piles[k-1]
		}
		if k == len(piles) {
			piles = append(piles, 0)
		}
		piles[k] = int32(i)
	}
	if len(piles) == 0 {
		return nil
	}
	run := make([]duo, len(piles))
	for i, k := piles[len(piles)-1], len(run)-1; k >= 0; i, k = before[i], k-1 {
		run[k] = list[i]
	}
	return run
}

// slide aligns window by window, from one difference to the next: of each the
// first three quarters are taken, and the next begins behind them, so that the
// sides may drift apart.
func (al *aligner) slide(a, b []int32) error {
	for {
		for len(a) > 0 && len(b) > 0 && al.same(a[0], b[0]) {
			al.out = append(al.out, duo{a[0], b[0]})
			a, b = a[1:], b[1:]
		}
		if len(a) == 0 || len(b) == 0 {
			al.apart(a, b)
			return nil
		}
		if err := al.ctx.Err(); err != nil {
			return err
		}
		from := len(al.out)
		n, m := min(len(a), window), min(len(b), window)
		keepA, keepB := n, m
		if n < len(a) || m < len(b) {
			keepA, keepB = window*3/4, window*3/4
		}
		i, j := al.best(a[:n], b[:m], keepA, keepB)
		a, b = a[i:], b[j:]
		al.coarse += len(al.out) - from
	}
}

// same reports whether two items are equal in all that is compared.
func (al *aligner) same(x, y int32) bool { return al.a[x].exact == al.b[y].exact }

// The steps through the table.
const (
	stepBoth uint8 = iota
	stepA
	stepB
)

// best appends the alignment of a and b that gains most, up to where stopA of
// a or stopB of b are used up. It returns how many of each it has used.
func (al *aligner) best(a, b []int32, stopA, stopB int) (i, j int) {
	n, m := len(a), len(b)
	w := m + 1
	al.steps = slices.Grow(al.steps[:0], (n+1)*w)[:(n+1)*w]
	al.above = slices.Grow(al.above[:0], w)[:w]
	al.row = slices.Grow(al.row[:0], w)[:w]
	clear(al.above)
	al.kinds = al.kinds[:0]
	for _, y := range b {
		al.kinds = append(al.kinds, al.kindOf(&al.b[y]))
	}
	// above[j] is the most that a[i+1:] and b[j:] gain.
	for i := n - 1; i >= 0; i-- {
		x, says := al.kindOf(&al.a[a[i]]), al.a[a[i]].says
		steps, above, row, kinds := al.steps[i*w:(i+1)*w], al.above[:w], al.row[:w], al.kinds[:m]
		most := int32(0) // of a[i:] and b[j:]
		row[m] = 0
		for j := m - 1; j >= 0; j-- {
			step := stepB
			if above[j] >= most {
				most, step = above[j], stepA
			}
			if y := &kinds[j]; x.gate == y.gate {
				if g := above[j+1] + gain(&x, y, says); g >= most {
					most, step = g, stepBoth
				}
			}
			row[j], steps[j] = most, step
		}
		al.above, al.row = al.row, al.above
	}
	for i < n && j < m && i < stopA && j < stopB {
		switch al.steps[i*w+j] {
		case stepBoth:
			al.out = append(al.out, duo{a[i], b[j]})
			i, j = i+1, j+1
		case stepA:
			al.out = append(al.out, duo{a[i], -1})
			i++
		case stepB:
			al.out = append(al.out, duo{-1, b[j]})
			j++
		}
	}
	if stopA == n && stopB == m {
		al.apart(a[i:], b[j:])
		return n, m
	}
	return i, j
}
