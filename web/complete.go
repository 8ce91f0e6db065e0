// This file offers completions for the filter box.

package web

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
	"msnscope/decode"
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

// counted is what counts returned, for a while: it is asked for with every letter.
type counted struct {
	mu     sync.Mutex
	name   string
	counts map[string]int64
	until  time.Time
}

// countsRest is how many times longer than counting a count is good for.
const countsRest = 20

// counts returns the values of a field that the store has, with the number of
// events of each as far as that is known without reading them.
func (s *Server) counts(name string) map[string]int64 {
	c := &s.counted
	c.mu.Lock()
	defer c.mu.Unlock()
	if began := time.Now(); c.name != name || began.After(c.until) {
		c.name, c.counts = name, s.count(name)
		now := time.Now()
		c.until = now.Add(countsRest * now.Sub(began))
	}
	return maps.Clone(c.counts)
}

func (s *Server) count(name string) map[string]int64 {
	counts := map[string]int64{}
	switch name {
	case "cmd", "dir", "kind", "code", "status", "is":
		for what, n := range s.Store.Tally() {
			for _, value := range valuesOf(name, what) {
				counts[value] += n
			}
		}
	case "conn", "role", "acc", "from", "to", "chat", "sess":
		s.Store.EachConnection(func(c *event.Connection) {
			switch name {
			case "conn", "role":
				counts[c.Role.String()] += c.Events
			case "chat":
				counts[c.Chat] += c.Events
			case "sess":
				counts[strconv.FormatInt(c.Session, 10)] += c.Events
			default:
				counts[c.Account] += c.Events
				for _, handle := range c.People {
					counts[handle] += 0 // offered; how often they speak is not counted
				}
			}
		})
		delete(counts, "0")
	}
	delete(counts, "")
	return counts
}

// valuesOf returns the values of a field that events of a kind have.
func valuesOf(field string, what index.What) []string {
	command := ""
	if what.Command != [3]byte{} {
		command = string(what.Command[:])
	}
	isError := command != "" && what.Dir == decode.S2C && strings.Trim(command, "0123456789") == ""
	switch {
	case field == "cmd":
		return []string{command}
	case field == "dir":
		return []string{what.Dir.String()}
	case field == "kind", field == "is" && what.Kind != event.Command:
		return []string{what.Kind.String()}
	case field == "is" && isError:
		return []string{"error"}
	case (field == "code" || field == "status") && isError:
		return []string{command}
	}
	return nil
}
