// This file offers completions for the filter box.

package web

import (
	"cmp"
	"slices"
	"strings"

	"msnscope/captures/filter"
)

// completion is one offer: what to insert, what to say about it, and how many
// events it would find (0: not known).
type completion struct {
	Text  string `json:"text"`
	Hint  string `json:"hint"`
	Count int64  `json:"count"`
}

// complete offers fields (name "") or values of a field that begin with
// prefix, the most frequent first, n at most (0: 20).
func (s *Server) complete(name, prefix string, n int) []completion {
	if n == 0 {
		n = 20
	}
	out := []completion{}
	offer := func(text, hint string, count int64) {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			out = append(out, completion{text, hint, count})
		}
	}
	for _, f := range filter.Fields() {
		switch {
		case name == "":
			offer(f.Name, f.Hint, 0)
		case f.Name == name:
			counts := s.counts(name)
			for _, v := range f.Values {
				offer(v.Text, v.Hint, counts[v.Text])
				delete(counts, v.Text)
			}
			rest := make([]string, 0, len(counts))
			for text := range counts {
				rest = append(rest, text)
			}
			slices.Sort(rest)
			for _, text := range rest {
				offer(text, "", counts[text])
			}
		}
	}
	slices.SortStableFunc(out, func(a, b completion) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(n, len(out))]
}

// counts returns the values of a field that the store has, with the number of
// events of each, as far as the connections tell.
func (s *Server) counts(name string) map[string]int64 {
	counts := map[string]int64{}
	for _, c := range s.Store.Connections(0) {
		switch name {
		case "conn", "role":
			counts[c.Role.String()] += c.Events
		case "acc", "from", "to":
			counts[c.Account] += c.Events
		}
	}
	delete(counts, "")
	return counts
}
