// This file prints what diff has found: for people, in the manner of a unified
// diff; for programs, as JSON Lines.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"

	"msnscope/captures/compare"
	"msnscope/captures/event"
	"msnscope/decode"
)

// maxShown is how many characters of a value stand in a line.
const maxShown = 200

// differ prints a comparison.
type differ struct {
	env     *env
	out     *bufio.Writer
	of      [2]compared
	colour  bool
	context int
	brief   bool
	json    bool
	secrets bool
}

func (d *differ) print(r *compare.Result) error {
	if d.json {
		return d.printJSON(r)
	}
	if r.Counts.Different() == 0 {
		return nil
	}
	if !d.brief {
		fmt.Fprintf(d.out, "%s%s%s\n", d.paint("\x1b[1m"), "--- "+d.of[0].title(), d.paint("\x1b[0m"))
		fmt.Fprintf(d.out, "%s%s%s\n", d.paint("\x1b[1m"), "+++ "+d.of[1].title(), d.paint("\x1b[0m"))
		last := -2
		for _, i := range r.Near(d.context) {
			if int(i) != last+1 || r.Rows[i].Pair != r.Rows[last].Pair {
				d.head(r, int(i))
			}
			last = int(i)
			if err := d.row(r, int(i)); err != nil {
				return err
			}
		}
	}
	c := &r.Counts
	fmt.Fprintf(d.out, "%d same, %d changed, %d only in A, %d only in B; ignored: %s\n",
		c[compare.Same], c[compare.Changed], c[compare.OnlyA], c[compare.OnlyB], ignoredNames(r))
	return nil
}

func ignoredNames(r *compare.Result) string {
	if names := r.Options.Facets.Ignored().String(); names != "" {
		return strings.ReplaceAll(names, ",", ", ")
	}
	return "nothing"
}

func (c *compared) title() string {
	return decode.Visible(strings.TrimSpace(c.word + "  " + c.about))
}

func (d *differ) paint(code string) string {
	if !d.colour {
		return ""
	}
	return code
}

// head begins a stretch of rows.
func (d *differ) head(r *compare.Result, i int) {
	p := &r.Pairs[r.Rows[i].Pair]
	a, b := r.ID(i)
	fmt.Fprintf(d.out, "%s@@ %s %s @@%s\n", d.paint("\x1b[36m"), connectionWords(p), eventWords(a, b), d.paint("\x1b[0m"))
}

// connectionWords names a pair of connections: "NS", "SB 2 with bob@hotmail.com".
func connectionWords(p *compare.Pair) string {
	var words []string
	for side, c := range [...]*event.Connection{p.A, p.B} {
		if c == nil {
			continue
		}
		name := c.Role.String()
		if name == "" {
			name = "?"
		}
		name = fmt.Sprintf("%s %d", name, p.Order[side])
		if len(words) == 0 || words[0] != name {
			words = append(words, name)
		}
	}
	switch {
	case p.A == nil:
		return words[0] + ", only in B"
	case p.B == nil:
		return words[0] + ", only in A"
	}
	return strings.Join(words, " | ")
}

func eventWords(a, b int64) string {
	var s []string
	if a != 0 {
		s = append(s, fmt.Sprintf("-#%d", a))
	}
	if b != 0 {
		s = append(s, fmt.Sprintf("+#%d", b))
	}
	return strings.Join(s, " ")
}

// row prints a row: a line for each side that it differs on.
func (d *differ) row(r *compare.Result, i int) error {
	diff, err := r.Difference(i)
	if err != nil {
		return err
	}
	plain := d.paint("\x1b[0m")
	if diff.Kind == compare.Same {
		fmt.Fprintf(d.out, "  %s\n", d.line(diff, 0))
		return nil
	}
	if diff.A != nil {
		fmt.Fprintf(d.out, "%s- %s%s\n", d.paint("\x1b[31m"), d.line(diff, 0), plain)
	}
	if diff.B != nil {
		fmt.Fprintf(d.out, "%s+ %s%s\n", d.paint("\x1b[32m"), d.line(diff, 1), plain)
	}
	if diff.Kind == compare.Changed {
		for _, f := range diff.Fields {
			if s := d.fieldWords(&f); s != "" {
				fmt.Fprintf(d.out, "      %s: %s\n", decode.Visible(f.Name), s)
			}
		}
	}
	return nil
}

// line is one side of a row as a command: what is ignored as "*", of a payload
// the text.
func (d *differ) line(diff *compare.Difference, side int) string {
	e := diff.A
	if side == 1 {
		e = diff.B
	}
	arrow := "C >"
	switch {
	case e.Kind == event.Note:
		arrow = "  ="
	case e.Dir == decode.S2C:
		arrow = "< S"
	}
	words := []string{arrow}
	for _, f := range diff.Fields {
		value := [2]string{f.A, f.B}[side]
		switch {
		case value == "" || f.Part == compare.Timing || f.Part == compare.Header && f.State == compare.FieldSame:
			continue
		case f.Part == compare.Header && f.State == compare.FieldIgnored:
			continue
		case f.State == compare.FieldIgnored:
			value = "*"
		case f.Secret && !d.secrets:
			value = "***"
		}
		value = shorten(decode.Visible(value))
		if f.Part == compare.Header {
			value = "{" + decode.Visible(f.Name) + ": " + value + "}"
		} else if f.Part == compare.Body && f.State != compare.FieldIgnored {
			value = `"` + value + `"`
		}
		words = append(words, value)
	}
	return strings.Join(words, " ")
}

func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n > maxShown {
			return s[:i] + "…"
		}
	}
	return s
}

// fieldWords says how a field differs, "" if it does not.
func (d *differ) fieldWords(f *compare.Field) string {
	if f.Secret && !d.secrets && f.State != compare.FieldSame && f.State != compare.FieldIgnored {
		return "differs"
	}
	switch f.State {
	case compare.FieldOnlyA:
		return "[-" + shorten(decode.Visible(f.A)) + "-]"
	case compare.FieldOnlyB:
		return "{+" + shorten(decode.Visible(f.B)) + "+}"
	case compare.FieldChanged:
		return d.pieces(compare.Words(f.A, f.B))
	}
	return ""
}

// pieces writes two texts in one: [-only in A-]{+only in B+}. What is the same
// between is shortened.
func (d *differ) pieces(pieces []compare.Piece) string {
	var b strings.Builder
	for i, p := range pieces {
		text := []rune(decode.Visible(p.Text))
		switch p.Kind {
		case compare.Same:
			const keep = 24
			from, to := 0, len(text)
			if len(text) > 2*keep {
				if i == 0 {
					from = to - keep
				} else if i == len(pieces)-1 {
					to = keep
				} else {
					fmt.Fprintf(&b, "%s…%s", string(text[:keep]), string(text[to-keep:]))
					continue
				}
			}
			if from > 0 {
				b.WriteString("…")
			}
			b.WriteString(string(text[from:to]))
			if to < len(text) {
				b.WriteString("…")
			}
		case compare.OnlyA:
			fmt.Fprintf(&b, "%s[-%s-]%s", d.paint("\x1b[31m"), shorten(string(text)), d.paint("\x1b[0m"))
		case compare.OnlyB:
			fmt.Fprintf(&b, "%s{+%s+}%s", d.paint("\x1b[32m"), shorten(string(text)), d.paint("\x1b[0m"))
		}
	}
	return b.String()
}

// diffRow is a difference in the JSON.
type diffRow struct {
	Kind   string      `json:"kind"`
	Role   string      `json:"role"`
	Dir    string      `json:"dir"`
	Cmd    string      `json:"cmd"`
	A      *diffEvent  `json:"a"`
	B      *diffEvent  `json:"b"`
	Fields []diffField `json:"fields,omitempty"`
}

type diffEvent struct {
	ID         int64  `json:"id"`
	Connection int64  `json:"connection"`
	Summary    string `json:"summary"`
}

type diffField struct {
	Name string  `json:"name"`
	Part string  `json:"part"`
	A    *string `json:"a"`
	B    *string `json:"b"`
}

// diffCounts is the last line of the JSON.
type diffCounts struct {
	Kind    string   `json:"kind"` // "counts"
	Same    int      `json:"same"`
	Changed int      `json:"changed"`
	OnlyA   int      `json:"only_a"`
	OnlyB   int      `json:"only_b"`
	Ignored []string `json:"ignored"`
	Coarse  int      `json:"coarse"`
}

func (d *differ) printJSON(r *compare.Result) error {
	out := json.NewEncoder(d.out)
	out.SetEscapeHTML(false)
	for i := range r.Rows {
		if d.brief || r.Rows[i].Kind == compare.Same {
			continue
		}
		diff, err := r.Difference(i)
		if err != nil {
			return err
		}
		if err := out.Encode(d.jsonRow(r, diff)); err != nil {
			return err
		}
	}
	c := diffCounts{"counts", r.Counts[compare.Same], r.Counts[compare.Changed], r.Counts[compare.OnlyA], r.Counts[compare.OnlyB], []string{}, r.Coarse}
	if names := r.Options.Facets.Ignored().String(); names != "" {
		c.Ignored = strings.Split(names, ",")
	}
	return out.Encode(c)
}

func (d *differ) jsonRow(r *compare.Result, diff *compare.Difference) diffRow {
	p := &r.Pairs[diff.Pair]
	row := diffRow{Kind: diff.Kind.String(), Role: p.Role().String()}
	for side, e := range [...]*event.Event{diff.A, diff.B} {
		if e == nil {
			continue
		}
		row.Dir, row.Cmd = e.Dir.String(), e.Cmd()
		told := &diffEvent{e.ID, e.Connection, e.Summary()}
		if side == 0 {
			row.A = told
		} else {
			row.B = told
		}
	}
	if diff.Kind != compare.Changed {
		return row
	}
	for _, f := range diff.Fields {
		a, b := f.A, f.B
		if f.Secret && !d.secrets {
			a, b = "***", "***"
		}
		told := diffField{Name: f.Name, Part: f.Part.String(), A: &a, B: &b}
		switch f.State {
		case compare.FieldChanged:
		case compare.FieldOnlyA:
			told.B = nil
		case compare.FieldOnlyB:
			told.A = nil
		default:
			continue
		}
		row.Fields = append(row.Fields, told)
	}
	return row
}
