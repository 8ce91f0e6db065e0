// This file is a rule: what it says, checked and made ready, and when it takes
// effect.

package rules

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"msnscope/captures/filter"
	"msnscope/proxy"
)

// Limits of what a set of rules may be.
const (
	MaxRules = 500
	maxName  = 100
	maxText  = 8 << 10 // bytes of a filter, and of what it does
)

// Rule is a rule as it is written.
type Rule struct {
	Name   string  `json:"name"`
	Filter string  `json:"filter"`
	Do     string  `json:"do"`
	Chance float64 `json:"chance,omitempty"` // 0 to 1; 0 stands for 1
	Seed   uint64  `json:"seed,omitempty"`   // of the chance and of what is random in the action
	Limit  int64   `json:"limit,omitempty"`  // how often it takes effect; 0: without end
	Off    bool    `json:"off,omitempty"`
}

// Error is a mistake in a rule, with its place.
type Error struct {
	Text    string `json:"error"`
	Suggest string `json:"suggest,omitempty"` // what could stand at At..End instead
	Rule    string `json:"rule,omitempty"`    // name of the rule
	Index   int    `json:"index"`             // and its place among the rules, -1 for none
	Field   string `json:"field,omitempty"`   // "filter", "do" ...
	At      int    `json:"at"`                // bytes of the field
	End     int    `json:"end"`
	Line    int    `json:"line,omitempty"` // of the file, from 1; 0 if it was no file
	Column  int    `json:"column,omitempty"`
}

// Error tells the place, as far as there is one, and what is wrong.
func (e *Error) Error() string {
	text := e.Text
	if e.Suggest != "" {
		text += ", did you mean " + strconv.Quote(e.Suggest) + "?"
	}
	switch {
	case e.Line > 0:
		return strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + text
	case e.Rule != "":
		return "rule " + strconv.Quote(e.Rule) + ": " + e.Field + ": " + text
	}
	return text
}

// rule is a Rule made ready.
type rule struct {
	Rule
	query    *filter.Query
	commands []string // that the filter can select, nil: any
	act      action
	by       string
	hits     atomic.Int64 // how often it took effect

	mu  sync.Mutex
	rnd *rand.Rand
}

// make checks a rule. The error has no line.
func (r Rule) make() (*rule, *Error) {
	fail := func(field, text string, at, end int) (*rule, *Error) {
		return nil, &Error{Text: text, Rule: r.Name, Field: field, At: at, End: end}
	}
	switch {
	case r.Name == "":
		return fail("name", "a rule needs a name", 0, 0)
	case len(r.Name) > maxName:
		return fail("name", "a name has "+strconv.Itoa(maxName)+" bytes at most", 0, len(r.Name))
	case len(r.Filter) > maxText:
		return fail("filter", "that is too long", 0, len(r.Filter))
	case len(r.Do) > maxText:
		return fail("do", "that is too long", 0, len(r.Do))
	case r.Chance < 0 || r.Chance > 1:
		return fail("chance", "a chance is between 0 and 100%", 0, 0)
	case r.Limit < 0:
		return fail("limit", "a limit is a number from 1", 0, 0)
	}
	q, err := ParseFilter(r.Filter)
	if f, ok := err.(*filter.Error); ok {
		return nil, &Error{Text: f.Text, Suggest: f.Suggest, Rule: r.Name, Field: "filter", At: f.At, End: f.End}
	} else if err != nil {
		return fail("filter", err.Error(), 0, len(r.Filter))
	}
	act, bad := parseAction(r.Do)
	if bad != nil {
		bad.Rule, bad.Field = r.Name, "do"
		return nil, bad
	}
	m := &rule{Rule: r, query: q, act: act, by: "rule " + strconv.Quote(r.Name)}
	if names, ok := q.Commands(); ok {
		m.commands = names
	}
	h := fnv.New64a()
	h.Write([]byte(r.Name))
	m.rnd = rand.New(rand.NewPCG(r.Seed, h.Sum64()))
	return m, nil
}

// decide is the verdict of one rule, if it takes effect.
func (r *rule) decide(c *proxy.Command) (v proxy.Verdict, ok bool) {
	if r.Off || r.Limit > 0 && r.hits.Load() >= r.Limit {
		return v, false
	}
	if r.commands != nil && !slices.Contains(r.commands, c.Event.Cmd()) || !r.query.Match(c.Event) {
		return v, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Chance > 0 && r.Chance < 1 && r.rnd.Float64() >= r.Chance {
		return v, false
	}
	if r.Limit > 0 && r.hits.Load() >= r.Limit {
		return v, false
	}
	if v, ok = r.act(c, r.rnd); ok {
		v.By = r.by
		r.hits.Add(1)
	}
	return v, ok
}
