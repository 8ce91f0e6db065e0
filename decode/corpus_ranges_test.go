// This file checks the offsets of everything that Annotate reads in the corpus:
// each value stands at the bytes it names.

package decode

import (
	"strings"
	"testing"
)

func TestCorpusOffsets(t *testing.T) {
	for _, c := range corpus(t) {
		for _, s := range c.samples {
			params := func(what string, list []Param, from, to int) {
				for _, p := range list {
					switch {
					case p.Start < from || p.End < p.Start || p.End > to:
						t.Errorf("%s: %q: %s %s stands at %d-%d, outside %d-%d", c.name, s.raw[:s.line], what, p.Name, p.Start, p.End, from, to)
					case s.raw[p.Start:p.End] != p.Raw:
						t.Errorf("%s: %q: %s %s is %q, at its bytes stands %q", c.name, s.raw[:s.line], what, p.Name, p.Raw, s.raw[p.Start:p.End])
					}
				}
			}
			params("parameter", s.a.Params, len(s.a.Name), s.line)
			for i, p := range s.a.Params[min(1, len(s.a.Params)):] {
				if p.Start < s.a.Params[i].End {
					t.Errorf("%s: %q: %s overlaps the parameter before it", c.name, s.raw[:s.line], p.Name)
				}
			}
			p := s.a.Payload
			if p == nil {
				continue
			}
			if p.Body < s.body || p.Body > len(s.raw) {
				t.Errorf("%s: %q: body at %d", c.name, s.raw[:s.line], p.Body)
			}
			params("content", p.Meaning, s.body, len(s.raw))
			end := s.body
			for _, h := range append(p.Headers, p.Fields...) {
				if h.Start < end || h.End < h.Start || h.End > len(s.raw) {
					t.Errorf("%s: %q: %s stands at %d-%d, behind %d", c.name, s.raw[:s.line], h.Name, h.Start, h.End, end)
					continue
				}
				end = h.End
				if got := validText(unfold(s.raw[h.Start:h.End])); got != h.Value {
					t.Errorf("%s: %q: %s is %q, at its bytes stands %q", c.name, s.raw[:s.line], h.Name, h.Value, got)
				}
				if before := s.raw[s.body:h.Start]; h.Name != "" && !strings.HasSuffix(strings.TrimRight(before, " \t"), ":") {
					t.Errorf("%s: %q: no colon before the value of %s", c.name, s.raw[:s.line], h.Name)
				}
			}
			// Parts follow one another: what is written twice stands at two places.
			at := map[[2]int]string{}
			for _, m := range p.Meaning {
				if other, ok := at[[2]int{m.Start, m.End}]; ok && m.End > m.Start {
					t.Errorf("%s: %q: %s and %s are the same bytes", c.name, s.raw[:s.line], other, m.Name)
				}
				at[[2]int{m.Start, m.End}] = m.Name
			}
		}
	}
}

// unfold joins the lines of a value that goes on behind a line end.
func unfold(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
		if i > 0 {
			lines[i] = strings.TrimSpace(lines[i])
		}
	}
	return strings.Join(lines, " ")
}
