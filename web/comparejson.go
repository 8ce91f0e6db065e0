// This file writes a comparison as JSON.

package web

import (
	"sort"
	"strconv"

	"msnscope/captures/compare"
	"msnscope/captures/event"
)

const (
	maxPairs  = 1000 // of connections that are told; a session has fewer
	maxFields = 256  // of a row that are told; a payload may have any number of headers
)

// comparedRows are the rows of a comparison that are shown: all, or those near
// differences.
type comparedRows struct {
	*comparison
	all     bool
	secrets bool
	limit   int // bytes of a value
}

func (c *comparedRows) len() int64 {
	if c.all {
		return int64(len(c.result.Rows))
	}
	return int64(len(c.near))
}

// row returns which row of the result is the i-th shown.
func (c *comparedRows) row(i int64) int {
	if c.all {
		return int(i)
	}
	return int(c.near[i])
}

// place returns where a row of the result is shown. Differences always are.
func (c *comparedRows) place(row int) int64 {
	if c.all || row < 0 {
		return int64(row)
	}
	return int64(sort.Search(len(c.near), func(k int) bool { return int(c.near[k]) >= row }))
}

// find returns where the next difference behind the shown row at begins, or
// the one before it; -1 if there is none.
func (c *comparedRows) find(which string, at int64) int64 {
	row := len(c.result.Rows)
	if at < c.len() {
		row = c.row(at)
	}
	if which == "prev" {
		return c.place(c.result.Before(row))
	}
	return c.place(c.result.Next(row))
}

func (c *comparedRows) json(from, n int64, stale bool) ([]byte, error) {
	r := c.result
	total := c.len()
	from = min(from, total)
	n = min(n, total-from)
	b := append(make([]byte, 0, 64<<10), `{"rev":`...)
	b = strconv.AppendInt(b, c.rev, 10)
	b = appendFlag(b, "stale", stale)
	b = append(b, `,"events":[`...)
	b = strconv.AppendInt(b, int64(r.Events[0]), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(r.Events[1]), 10)
	b = append(b, `],"more":[`...)
	b = strconv.AppendBool(b, r.More[0])
	b = append(b, ',')
	b = strconv.AppendBool(b, r.More[1])
	b = append(b, ']')
	b = appendCounts(b, &r.Counts)
	b = appendField(b, "differences", int64(r.Differences()))
	b = appendField(b, "first", c.place(r.Next(-1)))
	b = appendField(b, "moved", int64(r.Moved))
	b = appendField(b, "coarse", int64(r.Coarse))
	b = c.facets(b)
	b = c.pairs(b)
	b = appendField(b, "total", total)
	b = appendField(b, "from", from)
	b = append(b, `,"rows":[`...)
	var err error
	for i := from; i < from+n; i++ {
		if i > from {
			b = append(b, ',')
		}
		if b, err = c.appendRow(b, i); err != nil {
			return nil, err
		}
	}
	return append(b, "]}\n"...), nil
}

func appendCounts(b []byte, c *compare.Counts) []byte {
	b = append(b, `,"counts":{`...)
	for k := compare.Same; k <= compare.OnlyB; k++ {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, k.String()...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, int64(c[k]), 10)
	}
	return append(b, '}')
}

func (c *comparedRows) facets(b []byte) []byte {
	b = append(b, `,"facets":[`...)
	for i, f := range compare.List {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = event.AppendJSONString(b, f.Name)
		b = appendText(b, "means", f.Means)
		b = appendFlag(b, "compared", c.result.Options.Facets.Has(f.Facet))
		b = append(b, '}')
	}
	return append(b, ']')
}

func (c *comparedRows) pairs(b []byte) []byte {
	b = append(b, `,"pairs":[`...)
	for i := range c.result.Pairs[:min(len(c.result.Pairs), maxPairs)] {
		p := &c.result.Pairs[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"role":`...)
		b = event.AppendJSONString(b, p.Role().String())
		for side, conn := range [...]*event.Connection{p.A, p.B} {
			name := "ab"[side : side+1]
			if conn == nil {
				b = append(b, `,"`+name+`":null`...)
				continue
			}
			b = append(b, `,"`+name+`":{"connection":`...)
			b = strconv.AppendInt(b, conn.ID, 10)
			b = appendField(b, "order", int64(p.Order[side]))
			server := ""
			if conn.Server.IsValid() {
				server = conn.Server.String()
			}
			b = appendText(b, "server", server)
			b = append(b, '}')
		}
		b = appendCounts(b, &p.Counts)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendRow appends the i-th shown row.
func (c *comparedRows) appendRow(b []byte, i int64) ([]byte, error) {
	row := c.row(i)
	d, err := c.result.Difference(row)
	if err != nil {
		return nil, err
	}
	skipped := row
	if i > 0 {
		skipped = row - c.row(i-1) - 1
	}
	e := d.A
	if e == nil {
		e = d.B
	}
	name := e.Cmd()
	if e.Kind != event.Command {
		name = e.Kind.String()
	}
	b = append(b, `{"kind":"`...)
	b = append(b, d.Kind.String()...)
	b = append(b, '"')
	b = appendField(b, "pair", int64(d.Pair))
	b = appendField(b, "skipped", int64(skipped))
	b = appendField(b, "dir", int64(e.Dir))
	b = appendText(b, "cmd", name)
	latencyA, latencyB := c.result.Latencies(row)
	b = appendSide(b, "a", d.A, latencyA)
	b = appendSide(b, "b", d.B, latencyB)
	b = append(b, `,"fields":[`...)
	for k := range d.Fields[:min(len(d.Fields), maxFields)] {
		if k > 0 {
			b = append(b, ',')
		}
		b = c.appendField(b, &d.Fields[k], d)
	}
	b = append(b, ']')
	if more := len(d.Fields) - maxFields; more > 0 {
		b = appendField(b, "more", int64(more))
	}
	return append(b, '}'), nil
}

func appendSide(b []byte, name string, e *event.Event, latency int64) []byte {
	b = append(b, `,"`+name+`":`...)
	if e == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, e.ID, 10)
	b = appendField(b, "session", e.Session)
	b = appendField(b, "ts", e.Time/1000)
	if latency >= 0 {
		b = appendField(b, "lat", latency/1000)
	}
	return append(b, '}')
}

// appendField appends a field: the value of each side, and how they differ.
func (c *comparedRows) appendField(b []byte, f *compare.Field, d *compare.Difference) []byte {
	b = append(b, `{"name":`...)
	b = event.AppendJSONString(b, f.Name)
	b = append(b, `,"part":"`...)
	b = append(b, f.Part.String()...)
	b = append(b, `","state":"`...)
	b = append(b, f.State.String()...)
	b = append(b, '"')
	if d.A != nil && f.State != compare.FieldOnlyB {
		b = c.appendValue(b, "a", f.A, f.Secret)
	}
	if d.B != nil && f.State != compare.FieldOnlyA && (d.A == nil || f.State != compare.FieldSame) {
		b = c.appendValue(b, "b", f.B, f.Secret)
	}
	if f.State == compare.FieldChanged && (!f.Secret || c.secrets) {
		b = append(b, `,"pieces":[`...)
		for i, p := range compare.Words(f.A, f.B) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `["`...)
			b = append(b, p.Kind.String()...)
			b = append(b, `",`...)
			b = event.AppendJSONString(b, c.middle(p))
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func (c *comparedRows) appendValue(b []byte, name, value string, secret bool) []byte {
	if secret && !c.secrets {
		value = "***"
	} else if len(value) > c.limit {
		value = value[:c.limit] + "…"
	}
	return appendText(b, name, value)
}

// middle shortens a piece. What is the same is shortened more: it is there to
// show the place.
func (c *comparedRows) middle(p compare.Piece) string {
	limit := c.limit
	if p.Kind == compare.Same {
		limit /= 4
	}
	if len(p.Text) <= limit {
		return p.Text
	}
	return p.Text[:limit/2] + "…" + p.Text[len(p.Text)-limit/2:]
}
