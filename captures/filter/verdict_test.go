// This file tests what is said of events of which not everything is known.

package filter

import (
	"testing"

	"msnscope/captures/event"
)

// ofKind is what is known of an event by its kind alone.
func ofKind(e *event.Event) *event.Event {
	k := &event.Event{Kind: e.Kind, Dir: e.Dir}
	if name := e.Cmd(); name != "" {
		k.Raw, k.Line = []byte(name), 3
	}
	return k
}

// ofColumns is what is known of an event by its columns.
func ofColumns(e *event.Event) *event.Event {
	k := *e
	k.Text, k.Note = "", ""
	k.Raw = make([]byte, len(e.Raw))
	copy(k.Raw, e.Cmd())
	if e.Delivered != nil {
		k.Delivered = make([]byte, len(e.Delivered))
	}
	return &k
}

// checkJudged checks that what is said of an event is what Match says of it.
func checkJudged(t *testing.T, q *Query, name string, e *event.Event) {
	t.Helper()
	selected := verdict(q.Match(e))
	if e.Kind != event.Command || e.Cmd() != "" {
		if v := q.Judge(ofKind(e), KnownKind); v != Maybe && v != selected {
			t.Errorf("%s: %s is judged %d by its kind, and is %d", q, name, v, selected)
		}
	}
	words := &event.Event{Kind: e.Kind, Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account, Raw: e.Raw, Line: e.Line, Body: e.Body, Text: e.Text, Note: e.Note}
	if !q.ReadsColumns() && q.Match(words) != q.Match(e) {
		t.Errorf("%s: other columns of %s make a difference", q, name)
	}
	if v := q.Judge(ofColumns(e), KnownColumns); v != Maybe && v != selected {
		t.Errorf("%s: %s is judged %d by its columns, and is %d", q, name, v, selected)
	}
}

// TestJudge checks which filters can be decided by how much of an event. The
// tests of Match check that what they decide is right.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		q             string
		e             string
		kind, columns Verdict
	}{
		{"cmd:MSG", "hello", Yes, Yes},
		{"cmd:MSG", "opened", No, No},
		{"cmd:*", "opened", Maybe, Maybe},
		{"-cmd:(PNG, QNG)", "ping", No, No},
		{"cmd:MSG dir:c2s", "heard", No, No},
		{"cmd:MSG text:hello", "hello", Maybe, Maybe},
		{"cmd:MSG text:hello", "ping", No, No},
		{"text:hello", "ping", Maybe, No},
		{"text:hello", "opened", Maybe, Maybe},
		{"lat>200ms", "offline", Maybe, Yes},
		{"conn:1000004", "hello", Maybe, Yes},
		{"from:alice", "chg", Maybe, Yes},
		{"from:bob", "chg", Maybe, No},
		{"from:bob", "heard", Maybe, Maybe},
		{"from:bob", "gap", No, No},
		{"status>=200", "offline", Yes, Yes},
		{"status:AWY", "away", Maybe, Maybe},
		{"status:AWY", "ping", No, No},
		{"is:error or size>1M", "offline", Yes, Yes},
		{"is:error or size>1M", "ping", Maybe, No},
		{"is:typing", "ping", No, No},
		{"zebra", "gap", No, No},
		{"zebra", "ping", Maybe, Maybe},
		{"-zebra", "gap", Yes, Yes},
	} {
		q, err := ParseAt(tt.q, now)
		if err != nil {
			t.Fatal(err)
		}
		kind, columns := q.Judge(ofKind(log[tt.e]), KnownKind), q.Judge(ofColumns(log[tt.e]), KnownColumns)
		if kind != tt.kind || columns != tt.columns {
			t.Errorf("%s on %s: %d by its kind, %d by its columns; want %d, %d", tt.q, tt.e, kind, columns, tt.kind, tt.columns)
		}
	}
}

func TestJudgeEveryWord(t *testing.T) {
	for _, f := range Fields() {
		for _, v := range f.Values {
			for _, not := range []string{"", "-"} {
				q, err := ParseAt(not+f.Name+":"+v.Text, now)
				if err != nil {
					t.Fatal(err)
				}
				for name, e := range log {
					checkJudged(t, q, name, e)
				}
			}
		}
	}
}
