// This file reads the events of a row again and says how they differ, field
// by field.

package compare

import (
	"strconv"

	"msnscope/captures/event"
	"msnscope/decode"
)

// State says how a field of two events compares.
type State uint8

// The states.
const (
	FieldSame    State = iota
	FieldChanged       // both have it, with other values
	FieldOnlyA
	FieldOnlyB
	FieldIgnored // it is not compared
)

var stateNames = [...]string{"same", "changed", "only_a", "only_b", "ignored"}

// String returns the state's name in the JSON.
func (s State) String() string { return stateNames[s] }

// Field is a field of the events of a row.
type Field struct {
	Name   string
	Part   Part
	Facet  Facets
	State  State
	Secret bool
	A, B   string // as on the wire; "" if that side has none
}

// Difference is a row, read again.
type Difference struct {
	Row
	A, B   *event.Event // nil for the side that has none
	Fields []Field      // in the order of a; what only b has behind what it follows there
}

// Difference reads row i again.
func (r *Result) Difference(i int) (*Difference, error) {
	d := &Difference{Row: r.Rows[i]}
	var a, b []field
	var err error
	if d.a >= 0 {
		if d.A, a, err = r.again(0, d.a); err != nil {
			return nil, err
		}
	}
	if d.b >= 0 {
		if d.B, b, err = r.again(1, d.b); err != nil {
			return nil, err
		}
	}
	d.Fields = r.fields(a, b, d.A == nil || d.B == nil)
	if d.A != nil && d.B != nil && r.Options.Facets.Has(Time) {
		d.Fields = r.latency(d.Fields, &r.sides[0].items[d.a], &r.sides[1].items[d.b])
	}
	return d, nil
}

// ID returns the ids of the row's events, 0 for none.
func (r *Result) ID(i int) (a, b int64) {
	if row := &r.Rows[i]; row.a >= 0 {
		a = r.sides[0].items[row.a].id
	}
	if row := &r.Rows[i]; row.b >= 0 {
		b = r.sides[1].items[row.b].id
	}
	return a, b
}

// Latencies returns how long the answers of a row took in ns, -1 for none.
func (r *Result) Latencies(i int) (a, b int64) {
	a, b = -1, -1
	if row := &r.Rows[i]; row.a >= 0 {
		a = r.sides[0].items[row.a].latency
	}
	if row := &r.Rows[i]; row.b >= 0 {
		b = r.sides[1].items[row.b].latency
	}
	return a, b
}

// latency adds how long two answers took.
func (r *Result) latency(fields []Field, a, b *item) []Field {
	if a.latency < 0 || b.latency < 0 {
		return fields
	}
	f := Field{Name: "latency", Part: Timing, Facet: Time, A: milliseconds(a.latency), B: milliseconds(b.latency)}
	if r.slower(a, b) {
		f.State = FieldChanged
	}
	return append(fields, f)
}

func milliseconds(ns int64) string { return strconv.FormatFloat(float64(ns)/1e6, 'f', 1, 64) + " ms" }

// again reads an event of a side.
func (r *Result) again(side int, i int32) (*event.Event, []field, error) {
	s := r.sides[side]
	e, err := s.side.Event(s.items[i].id)
	if err != nil {
		return nil, nil, err
	}
	var a decode.Annotation
	if e.Kind == event.Command {
		a = e.Annotate()
	}
	return e, fieldsOf(nil, e, &a), nil
}

// fields joins the fields of two events. A name that is there several times is
// joined with the same one, in order.
func (r *Result) fields(a, b []field, alone bool) []Field {
	type key struct {
		name string
		part Part
		n    int
	}
	keys := func(list []field) []key {
		count := map[key]int{}
		out := make([]key, len(list))
		for i, f := range list {
			k := key{name: f.name, part: f.part}
			count[k]++
			k.n = count[k]
			out[i] = k
		}
		return out
	}
	ka, kb := keys(a), keys(b)
	at := make(map[key]int, len(b))
	for j, k := range kb {
		at[k] = j
	}
	out := make([]Field, 0, max(len(a), len(b)))
	join := func(f field, state State, va, vb string) {
		switch {
		case !r.Options.Facets.Has(f.facet):
			state = FieldIgnored
		case alone:
			state = FieldSame // there is nothing to compare it with
		}
		out = append(out, Field{f.name, f.part, f.facet, state, f.secret, va, vb})
	}
	known := make(map[key]bool, len(a))
	for _, k := range ka {
		known[k] = true
	}
	next := 0
	onlyB := func(to int) {
		for ; next < to; next++ {
			if !known[kb[next]] {
				join(b[next], FieldOnlyB, "", b[next].value)
			}
		}
	}
	for i, f := range a {
		j, ok := at[ka[i]]
		if !ok {
			join(f, FieldOnlyA, f.value, "")
			continue
		}
		onlyB(j)
		state := FieldSame
		if f.value != b[j].value {
			state = FieldChanged
		}
		join(f, state, f.value, b[j].value)
	}
	onlyB(len(b))
	return out
}
