// This file derives from a filter what every event that it selects must be
// like, so that a store can pass over events without looking at them.

package filter

import (
	"math"
	"slices"
)

// need is a necessary condition: an event that does not meet it is not
// selected; one that does may be or not.
type need struct {
	commands    []string   // names as on the wire; nil: any event
	connections []int64    // nil: any
	handles     []string   // names before the @, in lower case, of which it has one; nil: any
	says        [][]string // lists of words, in lower case, of which its text has all of one; nil: anything
	from, to    int64      // Unix ns, both included
	noted       bool       // events with warnings only
	open        bool       // unanswered requests only
	marked      bool       // events to which a user has added something only
}

var everything = need{from: math.MinInt64, to: math.MaxInt64}

// nothing is the need of a filter that selects nothing.
var nothing = need{from: math.MaxInt64, to: math.MinInt64, commands: []string{}, connections: []int64{}, handles: []string{}, says: [][]string{}, noted: true, open: true, marked: true}

func (a need) and(b need) need {
	return need{
		both(a.commands, b.commands), both(a.connections, b.connections), fewer(a.handles, b.handles), saysBoth(a.says, b.says),
		max(a.from, b.from), min(a.to, b.to), a.noted || b.noted, a.open || b.open, a.marked || b.marked,
	}
}

func (a need) or(b need) need {
	return need{
		either(a.commands, b.commands), either(a.connections, b.connections), either(a.handles, b.handles), saysEither(a.says, b.says),
		min(a.from, b.from), max(a.to, b.to), a.noted && b.noted, a.open && b.open, a.marked && b.marked,
	}
}

// fewer returns a list of handles that an event must have one of: an event
// may have several, so that two lists cannot be made one.
func fewer(a, b []string) []string {
	if a == nil || b != nil && len(b) < len(a) {
		return b
	}
	return a
}

// maxSays bounds the alternatives of words that are looked for.
const maxSays = 32

// saysBoth returns what has the words of a list of a and of one of b; a alone
// where that would be too many.
func saysBoth(a, b [][]string) [][]string {
	switch {
	case a == nil:
		return b
	case b == nil || len(a)*len(b) > maxSays:
		return a
	}
	all := [][]string{}
	for _, x := range a {
		for _, y := range b {
			all = append(all, slices.Concat(x, y))
		}
	}
	return all
}

// saysEither returns what has the words of a list of a or of one of b.
func saysEither(a, b [][]string) [][]string {
	if a == nil || b == nil || len(a)+len(b) > maxSays {
		return nil
	}
	return slices.Concat(a, b)
}

// both returns what is in a and in b, nil standing for everything.
func both[T comparable](a, b []T) []T {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	in := []T{}
	for _, v := range a {
		if slices.Contains(b, v) {
			in = append(in, v)
		}
	}
	return in
}

// either returns what is in a or in b, nil standing for everything.
func either[T comparable](a, b []T) []T {
	if a == nil || b == nil {
		return nil
	}
	in := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(in, v) {
			in = append(in, v)
		}
	}
	return in
}

// Commands returns the names that a selected event can have: it is a command,
// and its name on the wire is one of them, in this very spelling. ok is false
// when it can be anything.
func (q *Query) Commands() (names []string, ok bool) {
	if q == nil || q.root == nil {
		return nil, false
	}
	return q.need.commands, q.need.commands != nil
}

// Connections returns the connections that a selected event can be of; ok is
// false when it can be any.
func (q *Query) Connections() (ids []int64, ok bool) {
	if q == nil || q.root == nil {
		return nil, false
	}
	return q.need.connections, q.need.connections != nil
}

// Handles returns the names, before the @ and in lower case, of which a selected
// event has one in the account of its connection or on its line; ok is false
// when it need not.
func (q *Query) Handles() (names []string, ok bool) {
	if q == nil || q.root == nil {
		return nil, false
	}
	return q.need.handles, q.need.handles != nil
}

// Says returns lists of words, in lower case: the text of a selected event has
// all words of one of them. ok is false when it may say anything.
func (q *Query) Says() (words [][]string, ok bool) {
	if q == nil || q.root == nil {
		return nil, false
	}
	return q.need.says, q.need.says != nil
}

// Times returns the first and the last moment (Unix ns) that a selected event
// can have; without a limit the least and the greatest number.
func (q *Query) Times() (from, to int64) {
	if q == nil || q.root == nil {
		return everything.from, everything.to
	}
	return q.need.from, q.need.to
}

// OnlyNoted reports whether all selected events have warnings.
func (q *Query) OnlyNoted() bool { return q != nil && q.root != nil && q.need.noted }

// OnlyUnanswered reports whether all selected events are requests without an
// answer.
func (q *Query) OnlyUnanswered() bool { return q != nil && q.root != nil && q.need.open }
