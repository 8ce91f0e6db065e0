// This file is the package's surface: Compare, and what it returns.

package compare

import (
	"context"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Options says what to compare. Facets is usually Default.
type Options struct {
	Facets Facets
	// Loose lets commands of one name stand side by side although they are of
	// different kinds: LST FL beside LST AL.
	Loose bool
	// Slack is how much longer or shorter an answer may take before that is a
	// difference, where Time is compared.
	Slack time.Duration
	// Max bounds the events of a side, 0 is DefaultMax.
	Max int
}

// Kind says what a row is.
type Kind uint8

// The kinds of rows.
const (
	Same Kind = iota
	Changed
	OnlyA
	OnlyB
)

var kindNames = [...]string{"same", "changed", "only_a", "only_b"}

// String returns the kind's name in the JSON.
func (k Kind) String() string { return kindNames[k] }

// Row is two events side by side, or one that stands alone.
type Row struct {
	a, b int32
	Pair int32 // of Result.Pairs
	Kind Kind
}

// Pair is two connections side by side.
type Pair struct {
	A, B   *event.Connection // nil: the other side has none such
	Order  [2]int            // among those of the role in its session, from 1; 0 without a connection
	Counts Counts
	First  int // its first row
	Rows   int
}

// Role returns the role of the pair's connections.
func (p *Pair) Role() decode.Role {
	if p.A != nil {
		return p.A.Role
	}
	return p.B.Role
}

// Counts is how many rows there are of each kind.
type Counts [4]int

// Different is how many rows are not the same.
func (c *Counts) Different() int { return c[Changed] + c[OnlyA] + c[OnlyB] }

// Result is the outcome. It does not change any more, and may be used from
// several goroutines at once as far as the sides may.
type Result struct {
	Options Options
	Pairs   []Pair
	Rows    []Row
	Counts  Counts
	Events  [2]int  // compared of each side
	More    [2]bool // the side has more, which were not looked at
	// Coarse is how many rows were aligned in windows. They are right, but
	// perhaps not the fewest differences there could be.
	Coarse int
	// Moved is how many events came at another point of what the other
	// direction says than on the other side. That is no difference unless Order
	// is compared.
	Moved int

	sides [2]*read
	blocks
}

// Compare reads two sides and aligns them.
func Compare(ctx context.Context, a, b Side, o Options) (*Result, error) {
	r := &Result{Options: o}
	for i, side := range [...]Side{a, b} {
		read, err := readSide(ctx, side, &o)
		if err != nil {
			return nil, err
		}
		r.sides[i], r.Events[i], r.More[i] = read, len(read.items), read.more
	}
	al := &aligner{ctx: ctx, a: r.sides[0].items, b: r.sides[1].items, loose: o.Loose}
	for _, p := range pairStreams(r.sides[0], r.sides[1]) {
		if err := r.pair(al, p); err != nil {
			return nil, err
		}
	}
	r.Coarse = al.coarse
	r.findBlocks()
	return r, nil
}

// pair aligns two streams and appends their rows.
func (r *Result) pair(al *aligner, p pairing) error {
	var a, b []int32
	pair := Pair{First: len(r.Rows)}
	if p.a != nil {
		a, pair.A, pair.Order[0] = p.a.items, &p.a.conn, p.a.order
	}
	if p.b != nil {
		b, pair.B, pair.Order[1] = p.b.items, &p.b.conn, p.b.order
	}
	number := int32(len(r.Pairs))
	var found [][]duo
	if r.Options.Facets.Has(Order) {
		al.out = nil
		if err := al.align(a, b, 0); err != nil {
			return err
		}
		found = append(found, al.out)
	} else {
		for _, dir := range [...]decode.Direction{decode.C2S, decode.S2C} {
			al.out = nil
			if err := al.align(of(dir, al.a, a), of(dir, al.b, b), 0); err != nil {
				return err
			}
			found = append(found, al.out)
		}
	}
	last := int32(-1)
	for _, m := range merge(found) {
		row := Row{m.a, m.b, number, r.kind(m)}
		if row.b >= 0 {
			if row.b < last {
				r.Moved++
			}
			last = max(last, row.b)
		}
		r.Rows = append(r.Rows, row)
		pair.Counts[row.Kind]++
		r.Counts[row.Kind]++
	}
	pair.Rows = len(r.Rows) - pair.First
	r.Pairs = append(r.Pairs, pair)
	return nil
}

// of returns the items of one direction.
func of(dir decode.Direction, items []item, list []int32) []int32 {
	var part []int32
	for _, i := range list {
		if items[i].dir == dir {
			part = append(part, i)
		}
	}
	return part
}

func (r *Result) kind(p duo) Kind {
	switch {
	case p.b < 0:
		return OnlyA
	case p.a < 0:
		return OnlyB
	}
	a, b := &r.sides[0].items[p.a], &r.sides[1].items[p.b]
	if a.exact != b.exact || r.slower(a, b) {
		return Changed
	}
	return Same
}

// slower reports whether two answers took so different times that it counts.
func (r *Result) slower(a, b *item) bool {
	if !r.Options.Facets.Has(Time) || a.latency < 0 || b.latency < 0 {
		return false
	}
	d := time.Duration(a.latency - b.latency)
	return max(d, -d) > r.Options.Slack
}

// merge brings the rows of the two directions into one order.
func merge(lists [][]duo) []duo {
	if len(lists) == 1 {
		return lists[0]
	}
	x, y := lists[0], lists[1]
	out := make([]duo, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if before(x[0], y[0]) {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	return append(append(out, x...), y...)
}

// before reports whether x comes before y: in the order of a, or of b where
// only b has one of them; what only a has comes before what only b has.
func before(x, y duo) bool {
	switch {
	case x.a >= 0 && y.a >= 0:
		return x.a < y.a
	case x.b >= 0 && y.b >= 0:
		return x.b < y.b
	}
	return x.a >= 0
}
