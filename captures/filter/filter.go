// This file is the package's surface: a Query, its mistakes, and matching.

package filter

import (
	"strconv"
	"strings"
	"time"

	"msnscope/captures/event"
)

// Query is a parsed filter. The zero Query and a nil one match everything.
// A Query does not change and may be used from several goroutines at once.
type Query struct {
	root      node
	needsText bool // matching may have to annotate events, which costs far more than a look at their columns
	need      need
}

// Error is a mistake in a filter, with its place.
type Error struct {
	Text    string // what is wrong: "no field \"comand\""
	Suggest string // what could stand at At..End instead: "cmd"; "" if there is nothing to suggest
	At, End int    // byte offsets in the query
}

// Error returns the text and, if there is one, the suggestion.
func (e *Error) Error() string {
	switch {
	case e.Suggest == "":
		return e.Text
	case strings.HasPrefix(e.Suggest, `"`):
		return e.Text + ", did you mean " + e.Suggest + "?"
	}
	return e.Text + ", did you mean " + strconv.Quote(e.Suggest) + "?"
}

// Parse reads a filter. Times without a zone are local ones, relative times
// count from now. The error is a *Error.
func Parse(q string) (*Query, error) { return ParseAt(q, time.Now()) }

// ParseAt is Parse at a given moment and in its time zone.
func ParseAt(q string, now time.Time) (*Query, error) {
	p := parser{q: q, now: now}
	root, err := p.query()
	if err != nil {
		return nil, err
	}
	query := &Query{root: root, need: everything}
	if root != nil {
		query.needsText = root.needsText()
		query.need = root.need()
	}
	return query, nil
}

// Match reports whether the query selects the event.
func (q *Query) Match(e *event.Event) bool {
	if q == nil || q.root == nil {
		return true
	}
	if !q.needsText {
		return q.root.match(e, nil)
	}
	m := meanings.Get().(*meaning)
	m.known = false
	ok := q.root.match(e, m)
	meanings.Put(m)
	return ok
}

// String returns the query in its canonical form, which means the same.
func (q *Query) String() string {
	if q == nil || q.root == nil {
		return ""
	}
	return q.root.canonical()
}
