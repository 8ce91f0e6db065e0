// This file counts over time: cells of equal width, of which only those are
// kept in which something happened.

package tally

import "slices"

const (
	// finest is the width of cells to begin with, in ns: as fine as a packet's time.
	finest = int64(1_000_000)
	// MaxCells is how many cells a Timeline keeps at most. Beyond, cells become
	// twice as wide.
	MaxCells = 4096
)

// Cell is what happened from Start on, for the width of a cell.
type Cell struct {
	Start    int64    // Unix ns
	Events   [2]int64 // c2s, s2c
	Bytes    [2]int64
	Errors   int64
	Estimate int64 // events known to be about here, but not looked at yet
}

func (c *Cell) add(o *Cell) {
	for d := range c.Events {
		c.Events[d] += o.Events[d]
		c.Bytes[d] += o.Bytes[d]
	}
	c.Errors += o.Errors
	c.Estimate += o.Estimate
}

// Timeline counts events by their time. The zero Timeline is empty.
type Timeline struct {
	width int64
	cells map[int64]*Cell
	at    int64 // of last
	last  *Cell
}

// Width returns the width of a cell in ns.
func (t *Timeline) Width() int64 { return max(t.width, finest) }

// Add counts an event; dir is 0 for client to server, 1 for the other way.
func (t *Timeline) Add(time int64, dir int, bytes int64, isError bool) {
	c := t.cell(time)
	c.Events[dir]++
	c.Bytes[dir] += bytes
	if isError {
		c.Errors++
	}
}

// OneCell reports whether two times are within one cell, as wide as it is now.
func (t *Timeline) OneCell(first, last int64) bool {
	return floor(first, t.Width()) == floor(last, t.Width())
}

// AddAll counts many events that are all in the cell of a time.
func (t *Timeline) AddAll(time int64, all *Cell) { t.cell(time).add(all) }

// AddAbout counts n events that lie somewhere between two times: spread evenly,
// over 64 places at most.
func (t *Timeline) AddAbout(from, to, n int64) {
	const places = 64
	step := max((to-from)/places, 1)
	k := min((to-from)/step+1, places, max(n, 1))
	for i := range k {
		t.cell(from + i*step).Estimate += n*(i+1)/k - n*i/k
	}
}

func (t *Timeline) cell(time int64) *Cell {
	if t.cells == nil {
		t.width, t.cells = finest, map[int64]*Cell{}
	}
	at := floor(time, t.width)
	if t.last != nil && t.at == at {
		return t.last
	}
	c := t.cells[at]
	if c == nil {
		if len(t.cells) >= MaxCells {
			t.widen()
			return t.cell(time)
		}
		c = &Cell{}
		t.cells[at] = c
	}
	t.at, t.last = at, c
	return c
}

// widen makes cells twice as wide.
func (t *Timeline) widen() {
	t.width *= 2
	t.last = nil
	wide := make(map[int64]*Cell, len(t.cells))
	for at, c := range t.cells {
		at = floor(at, 2)
		if w := wide[at]; w != nil {
			w.add(c)
		} else {
			wide[at] = c
		}
	}
	t.cells = wide
}

// floor divides, rounding down.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Clone returns a copy.
func (t *Timeline) Clone() *Timeline {
	c := &Timeline{width: t.width}
	if t.cells != nil {
		c.cells = make(map[int64]*Cell, len(t.cells))
	}
	for at, cell := range t.cells {
		copied := *cell
		c.cells[at] = &copied
	}
	return c
}

// Cells returns at most n cells in order of time, and their width. They are as
// narrow as that allows.
func (t *Timeline) Cells(n int) (width int64, cells []Cell) {
	c := t
	for len(c.cells) > max(n, 2) { // two may stay however wide they are: before and after 1970
		if c == t {
			c = t.Clone()
		}
		c.widen()
	}
	for at, cell := range c.cells {
		one := *cell
		one.Start = at * c.width
		cells = append(cells, one)
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		if a.Start < b.Start {
			return -1
		}
		return 1
	})
	return c.Width(), cells
}
