// This file finds the differences among the rows: runs of rows that are not
// the same.

package compare

import "sort"

// blocks are the first rows of the differences, in order.
type blocks struct{ first []int32 }

func (r *Result) findBlocks() {
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Kind != Same && (i == 0 || r.Rows[i-1].Kind == Same || r.Rows[i-1].Pair != row.Pair) {
			r.first = append(r.first, int32(i))
		}
	}
}

// Differences is how many differences there are.
func (r *Result) Differences() int { return len(r.first) }

// Next returns the row at which the first difference behind row i begins, -1
// if there is none. Next(-1) is the first of all.
func (r *Result) Next(i int) int {
	k := sort.Search(len(r.first), func(k int) bool { return int(r.first[k]) > i })
	if k == len(r.first) {
		return -1
	}
	return int(r.first[k])
}

// Before returns the row at which the last difference begins that begins
// before row i, -1 if there is none.
func (r *Result) Before(i int) int {
	k := sort.Search(len(r.first), func(k int) bool { return int(r.first[k]) >= i })
	if k == 0 {
		return -1
	}
	return int(r.first[k-1])
}

// Near returns the rows that differ, each with up to context rows of the same
// connections around it.
func (r *Result) Near(context int) []int32 {
	var rows []int32
	next := 0
	for i := range r.Rows {
		if r.Rows[i].Kind == Same {
			continue
		}
		p := &r.Pairs[r.Rows[i].Pair]
		for k := max(next, i-context, p.First); k < min(i+context+1, p.First+p.Rows); k++ {
			rows = append(rows, int32(k))
			next = k + 1
		}
	}
	return rows
}
