// This file is a filter as a tree: and, or, not, and the terms at its leaves.

package filter

import (
	"slices"
	"strings"
	"sync"

	"msnscope/captures/event"
	"msnscope/decode"
)

// node is a part of a filter. m is nil in queries that need no text.
type node interface {
	match(e *event.Event, m *meaning) bool
	judge(e *event.Event, known Known) Verdict
	cost() int // the cheaper of two is asked first
	needsText() bool
	readsColumns() bool
	need() need
	canonical() string
}

// Costs of a term, in nanoseconds or so.
const (
	costColumn = 5
	costBytes  = 100
	costText   = 2000
	costRegex  = 1000 // beside the others
)

// meaning is what an event says, found out when first asked for.
type meaning struct {
	known bool
	none  bool // it is no command
	a     decode.Annotation

	unescaped []byte // room for mayExplain
}

var meanings = sync.Pool{New: func() any { return new(meaning) }}

// of returns the annotation of e, an empty one if e is no command. All calls
// during one Match are for the same event.
func (m *meaning) of(e *event.Event) *decode.Annotation {
	if !m.known {
		m.known, m.none = true, false
		if e.Kind == event.Command {
			e.AnnotateInto(&m.a)
		} else {
			m.none = true
		}
	}
	if m.none {
		return &noMeaning
	}
	return &m.a
}

var noMeaning decode.Annotation

// all is an "and" or, with any set, an "or" of two or more parts.
type all struct {
	parts []node // as written
	order []node // cheapest first
	any   bool
}

func newAll(parts []node, any bool) node {
	if len(parts) == 1 {
		return parts[0]
	}
	var flat []node
	for _, p := range parts {
		if a, ok := p.(*all); ok && a.any == any {
			flat = append(flat, a.parts...)
		} else {
			flat = append(flat, p)
		}
	}
	a := &all{parts: flat, order: slices.Clone(flat), any: any}
	slices.SortStableFunc(a.order, func(x, y node) int { return x.cost() - y.cost() })
	return a
}

func (a *all) match(e *event.Event, m *meaning) bool {
	for _, p := range a.order {
		if p.match(e, m) == a.any {
			return a.any
		}
	}
	return !a.any
}

func (a *all) cost() (sum int) {
	for _, p := range a.parts {
		sum += p.cost()
	}
	return sum
}

func (a *all) needsText() bool { return slices.ContainsFunc(a.parts, node.needsText) }

func (a *all) need() need {
	n := a.parts[0].need()
	for _, p := range a.parts[1:] {
		if a.any {
			n = n.or(p.need())
		} else {
			n = n.and(p.need())
		}
	}
	return n
}

func (a *all) canonical() string {
	words := make([]string, len(a.parts))
	for i, p := range a.parts {
		words[i] = p.canonical()
		if _, group := p.(*all); group && !a.any { // an "or" within an "and"
			words[i] = "(" + words[i] + ")"
		}
	}
	if a.any {
		return strings.Join(words, " or ")
	}
	return strings.Join(words, " ")
}

// negation is "not".
type negation struct{ part node }

func newNegation(part node) node {
	if n, ok := part.(*negation); ok {
		return n.part
	}
	return &negation{part}
}

func (n *negation) match(e *event.Event, m *meaning) bool { return !n.part.match(e, m) }
func (n *negation) cost() int                             { return n.part.cost() }
func (n *negation) needsText() bool                       { return n.part.needsText() }
func (n *negation) need() need                            { return everything }

func (n *negation) canonical() string {
	if _, group := n.part.(*all); group {
		return "-(" + n.part.canonical() + ")"
	}
	return "-" + n.part.canonical()
}

// term is a leaf: a field compared with one or more values, or an atom.
type term struct {
	tests   []seenTest // of the values, of which one has to be true
	not     bool       // != and !~
	price   int
	text    bool // tests may ask m
	columns bool // see Query.ReadsColumns
	wants   need // of events for which a test is true
	source  string
}

// seenTest is the test of a value, and what it reads of an event.
type seenTest struct {
	test  test
	sight sight
}

func (t *term) match(e *event.Event, m *meaning) bool {
	for i := range t.tests {
		if t.tests[i].test(e, m) {
			return !t.not
		}
	}
	return t.not
}

func (t *term) cost() int         { return t.price }
func (t *term) needsText() bool   { return t.text }
func (t *term) canonical() string { return t.source }

func (t *term) need() need {
	if t.not {
		return everything
	}
	return t.wants
}
