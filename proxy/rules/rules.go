// This file holds the rules in force, which can be changed while commands pass.

package rules

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"msnscope/proxy"
)

// Rules is a Decider of rules. The zero value has none.
type Rules struct {
	set  atomic.Pointer[set]
	mu   sync.Mutex // over Set and HoldNext
	rev  int64
	from string // where the rules came from
}

// set is the rules at one time.
type set struct {
	rules []*rule
	next  []*rule // of HoldNext: once, before the others
	idle  bool
}

// Status is a rule and what it has done.
type Status struct {
	Rule
	Hits int64 `json:"hits"`
}

// Check reports the first mistake in rules.
func Check(list []Rule) error {
	_, err := makeAll(list)
	if err == nil {
		return nil
	}
	return err
}

func makeAll(list []Rule) ([]*rule, *Error) {
	if len(list) > MaxRules {
		return nil, &Error{Text: "more than " + strconv.Itoa(MaxRules) + " rules", Index: -1}
	}
	all := make([]*rule, len(list))
	names := map[string]bool{}
	for i, r := range list {
		m, err := r.make()
		if err == nil && names[r.Name] {
			err = &Error{Text: "there are two rules of this name", Rule: r.Name, Field: "name", End: len(r.Name)}
		}
		if err == nil {
			err = r.oneLine()
		}
		if err != nil {
			err.Index = i
			return nil, err
		}
		names[r.Name] = true
		all[i] = m
	}
	return all, nil
}

// oneLine reports what of a rule could not be a line of a file.
func (r *Rule) oneLine() *Error {
	for _, f := range [][2]string{{"name", r.Name}, {"filter", r.Filter}, {"do", r.Do}} {
		if at := strings.IndexByte(f[1], '\n'); at >= 0 {
			return &Error{Text: "that must be one line", Rule: r.Name, Field: f[0], At: at, End: at + 1}
		}
	}
	return nil
}

// Set puts rules in force, from says where they came from. A rule that is as it
// was goes on counting, and with its chances. If one is wrong, the error is an
// *Error and nothing has changed.
func (r *Rules) Set(list []Rule, from string) error {
	all, err := makeAll(list)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.present()
	for i, m := range all {
		for _, o := range old.rules {
			was, is := o.Rule, m.Rule
			was.Off = is.Off
			if was != is {
				continue
			}
			if o.Off == is.Off {
				all[i] = o
			} else {
				m.hits.Store(o.hits.Load())
			}
		}
	}
	r.put(&set{rules: all, next: old.next})
	r.from = from
	return nil
}

func (r *Rules) present() *set {
	if s := r.set.Load(); s != nil {
		return s
	}
	return &set{idle: true}
}

// put puts a set in force. r.mu is held.
func (r *Rules) put(s *set) {
	s.idle = len(s.next) == 0
	for _, m := range s.rules {
		s.idle = s.idle && m.Off
	}
	r.rev++
	r.set.Store(s)
}

// HoldNext has the next command that a filter selects held, once.
func (r *Rules) HoldNext(filter string) error {
	m, err := Rule{Name: "hold next", Filter: filter, Do: "hold", Limit: 1}.make()
	if err != nil {
		return err
	}
	m.by = `"hold next"`
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.present()
	next := []*rule{m}
	for _, o := range old.next {
		if o.hits.Load() == 0 && o.Filter != filter && len(next) < MaxRules {
			next = append(next, o)
		}
	}
	r.put(&set{rules: old.rules, next: next})
	return nil
}

// Idle is part of proxy.Decider.
func (r *Rules) Idle() bool {
	s := r.set.Load()
	return s == nil || s.idle
}

// Decide is part of proxy.Decider.
func (r *Rules) Decide(c *proxy.Command) (v proxy.Verdict, ok bool) {
	s := r.present()
	for _, m := range s.next {
		if v, ok = m.decide(c); ok {
			r.used(m)
			return v, true
		}
	}
	for _, m := range s.rules {
		if v, ok = m.decide(c); ok {
			return v, true
		}
	}
	return v, false
}

// used takes a rule of HoldNext out.
func (r *Rules) used(m *rule) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.present()
	next := slices.DeleteFunc(slices.Clone(old.next), func(o *rule) bool { return o == m })
	r.put(&set{rules: old.rules, next: next})
}

// Status returns the rules with what they have done, where they came from, and
// a number that grows when they are changed.
func (r *Rules) Status() (list []Status, from string, rev int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list = []Status{}
	for _, m := range r.present().rules {
		list = append(list, Status{m.Rule, m.hits.Load()})
	}
	return list, r.from, r.rev
}

// List returns the rules as they are written.
func (r *Rules) List() []Rule {
	list := []Rule{}
	for _, m := range r.present().rules {
		list = append(list, m.Rule)
	}
	return list
}
