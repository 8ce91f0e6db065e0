// This file judges events of which not everything is known: a store knows what
// an event is, and then its columns, long before it has read its bytes. A test
// is asked only about what it reads; where it would read more, nobody can tell.

package filter

import (
	"slices"
	"strings"

	"msnscope/captures/event"
)

// Verdict is what can be said of an event of which not everything is known. In
// this order "and" is the least of two, "or" the greatest.
type Verdict uint8

// The verdicts.
const (
	No    Verdict = iota // it is not selected
	Maybe                // nobody can tell
	Yes                  // it is selected
)

// ReadsColumns reports whether matching may look at more of an event than its
// kind, direction, role, dialect, account, words and bytes.
func (q *Query) ReadsColumns() bool { return q != nil && q.root != nil && q.root.readsColumns() }

func (a *all) readsColumns() bool      { return slices.ContainsFunc(a.parts, node.readsColumns) }
func (n *negation) readsColumns() bool { return n.part.readsColumns() }
func (t *term) readsColumns() bool     { return t.columns }

// readsColumns reports whether the test of a value looks at such columns.
func (c *comparison) readsColumns(v *value) bool {
	switch c.field.Name {
	case "cmd", "dir", "kind", "code", "role", "status", "list", "nick", "text", "header", "font", "from", "to", "acc", "raw", "hex":
		return false
	case "is":
		switch strings.ToLower(v.lo.text) {
		case "error", "raw", "gap", "note", "unknown", "typing":
			return false
		}
	}
	return true
}

func (v Verdict) not() Verdict { return Yes - v }

func verdict(yes bool) Verdict {
	if yes {
		return Yes
	}
	return No
}

// Known is how much is known of an event.
type Known uint8

// What is known of an event.
const (
	// KnownKind: its kind, its direction and, in Raw and Line, the name of a
	// command. Nothing else is set.
	KnownKind Known = iota
	// KnownColumns: all but the words and bytes. Raw begins with the name of a
	// command, and it and Delivered are as long as they are; other bytes of them
	// say nothing, neither do Text and Note. Warnings has anything in it if there
	// are any.
	KnownColumns
)

// Judge says what can be said of an event of which only so much is known. It is
// what Match says, or Maybe.
func (q *Query) Judge(e *event.Event, known Known) Verdict {
	if q == nil || q.root == nil {
		return Yes
	}
	return q.root.judge(e, known)
}

func (a *all) judge(e *event.Event, known Known) Verdict {
	v := verdict(!a.any)
	for _, p := range a.order {
		one := p.judge(e, known)
		if a.any {
			v = max(v, one)
		} else {
			v = min(v, one)
		}
		if v == verdict(a.any) {
			break
		}
	}
	return v
}

func (n *negation) judge(e *event.Event, known Known) Verdict { return n.part.judge(e, known).not() }

func (t *term) judge(e *event.Event, known Known) Verdict {
	v := No
	for i := range t.tests {
		one := t.tests[i].sight(e, known)
		if one == Yes {
			one = verdict(t.tests[i].test(e, nil))
		}
		v = max(v, one)
	}
	if t.not {
		v = v.not()
	}
	return v
}

// sight says whether a test can be asked about an event of which only so much
// is known. Yes: it reads nothing else and has no use for a meaning. No: it need
// not be asked, it is false.
type sight func(e *event.Event, known Known) Verdict

// sight returns that of the test of a value.
func (c *comparison) sight(v *value) sight {
	switch c.field.Name {
	case "dir", "kind", "code":
		return seenAlways
	case "role", "conn", "sess", "chat", "trid", "id", "time", "lat", "gap", "size", "payload", "mark":
		return seenInColumns
	case "cmd":
		if c.isName(&v.lo) {
			return seenAlways
		}
		return exceptNotes(seenAlways)
	case "status":
		if c.isNumber(v) {
			return seenAlways
		}
		return statusSight
	case "list":
		return ofNames(listNames)
	case "nick":
		return ofNames(nickNames)
	case "rule":
		return warningSight
	case "note":
		return exceptNotes(seenInColumns)
	case "text":
		return exceptNotes(payloadSight)
	case "header", "font":
		return payloadSight
	case "from", "to", "acc":
		return accountSight(c.field.Name)
	case "is", "has":
		return flagSight(c.field.Name + ":" + strings.ToLower(v.lo.text))
	}
	return unseen
}

func unseen(*event.Event, Known) Verdict     { return Maybe }
func seenAlways(*event.Event, Known) Verdict { return Yes }

func seenInColumns(_ *event.Event, known Known) Verdict {
	if known < KnownColumns {
		return Maybe
	}
	return Yes
}

// exceptNotes is for tests that read the words of notes.
func exceptNotes(of sight) sight {
	return func(e *event.Event, known Known) Verdict {
		if e.Kind == event.Note {
			return Maybe
		}
		return of(e, known)
	}
}

// ofNames is for tests that read the parameters of some commands.
func ofNames(n names) sight {
	return func(e *event.Event, _ Known) Verdict {
		if n.have(e) {
			return Maybe
		}
		return No
	}
}

// statusSight: errors and FLN are statuses by their name.
func statusSight(e *event.Event, _ Known) Verdict {
	if statusNames.have(e) && e.Cmd() != "FLN" {
		return Maybe
	}
	return Yes
}

func warningSight(e *event.Event, known Known) Verdict {
	if known < KnownColumns || len(e.Warnings) > 0 {
		return Maybe
	}
	return No
}

func payloadSight(e *event.Event, known Known) Verdict {
	if e.Kind != event.Command || known >= KnownColumns && !e.HasPayload() {
		return No
	}
	return Maybe
}

// accountSight: the account of the connection is a column, that of the other
// side stands on a command's line.
func accountSight(field string) sight {
	return func(e *event.Event, known Known) Verdict {
		switch {
		case field != "acc" && (e.Kind == event.Gap || e.Kind == event.Note):
			return No
		case known < KnownColumns:
			return Maybe
		case e.Kind != event.Command, field == "from" && e.Dir == c2s, field == "to" && e.Dir != c2s:
			return Yes
		}
		return Maybe
	}
}

func flagSight(flag string) sight {
	switch flag {
	case "is:error", "is:raw", "is:gap", "is:note", "is:unknown":
		return seenAlways
	case "is:rewritten", "is:edited", "is:partial", "is:marked", "is:unanswered", "is:answer",
		"has:payload", "has:delivered", "has:note", "has:mark", "has:latency":
		return seenInColumns
	case "is:dropped", "is:injected":
		return exceptNotes(seenInColumns)
	case "is:held":
		return func(e *event.Event, _ Known) Verdict {
			if e.Kind == event.Note {
				return Maybe
			}
			return No
		}
	case "is:warning", "has:warning":
		return warningSight
	case "is:typing":
		return func(e *event.Event, known Known) Verdict {
			if e.Cmd() != "MSG" {
				return No
			}
			return payloadSight(e, known)
		}
	}
	return unseen
}

// isName reports whether the value is the name of a command, which no note has.
func (c *comparison) isName(a *atom) bool {
	return len(a.text) == 3 && !a.regex && !c.searches() && (c.op != ":" || a.quoted || !strings.Contains(a.text, "*"))
}

// isNumber reports whether a value of a field that has words, too, is a number.
func (c *comparison) isNumber(v *value) bool {
	return v.isRange || c.orders() || !c.searches() && !v.lo.regex && v.lo.text != "" && isDigit(v.lo.text[0])
}
