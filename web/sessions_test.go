// This file tests how pages learn of sessions.

package web

import (
	"encoding/json"
	"testing"

	"msnscope/captures/event"
)

// pass reads frames until the page has everything.
func pass(t *testing.T, f *sessionFeed, seen *sessionsSeen) (ids []int64, frames int, full bool) {
	t.Helper()
	for {
		b := f.next(seen)
		if b == nil {
			return ids, frames, full
		}
		if len(b) > 2*sessionsFrame {
			t.Errorf("a frame of %d bytes", len(b))
		}
		var m struct {
			Rev  int64
			Full bool
			List []struct{ ID int64 }
		}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		if m.Rev != f.rev || m.Full && frames > 0 {
			t.Errorf("frame %d: rev %d, full %v", frames, m.Rev, m.Full)
		}
		full = full || m.Full
		for _, s := range m.List {
			ids = append(ids, s.ID)
		}
		frames++
	}
}

func TestSessionFeed(t *testing.T) {
	var f sessionFeed
	none := func(int64) []event.Connection { return nil }
	var a, b sessionsSeen
	if ids, frames, full := pass(t, &f, &a); len(ids) != 0 || frames != 1 || !full {
		t.Errorf("an empty store: %v in %d frames, full %v", ids, frames, full)
	}

	var list []event.Session
	for id := int64(1); id <= 3000; id++ {
		list = append(list, event.Session{ID: id, Account: "someone@example.com"})
	}
	f.update(list, none)
	if ids, frames, full := pass(t, &f, &a); len(ids) != 3000 || frames < 2 || full {
		t.Errorf("first: %d sessions in %d frames, full %v", len(ids), frames, full)
	}
	if ids, _, full := pass(t, &f, &b); len(ids) != 3000 || !full {
		t.Errorf("another page: %d sessions, full %v", len(ids), full)
	}
	if _, frames, _ := pass(t, &f, &a); frames != 0 {
		t.Errorf("%d frames though nothing changed", frames)
	}

	list[6].Events++
	f.update(list, none)
	list[8].Account = "alice@example.com"
	f.update(list, none)
	f.update(list, none)
	if ids, frames, full := pass(t, &f, &a); len(ids) != 2 || ids[0] != 7 || ids[1] != 9 || frames != 1 || full {
		t.Errorf("after changes: %v in %d frames, full %v", ids, frames, full)
	}

	// A change of a connection alone is a change too, while one is open.
	conns := []event.Connection{{ID: 1, Live: true}}
	some := func(id int64) []event.Connection {
		if id == 5 {
			return conns
		}
		return nil
	}
	list[4].Live = true
	f.update(list, some)
	conns = []event.Connection{{ID: 1, Closed: 5000, How: "FIN"}}
	pass(t, &f, &a)
	f.update(list, some)
	if ids, _, _ := pass(t, &f, &a); len(ids) != 1 || ids[0] != 5 {
		t.Errorf("after the end of a connection: %v", ids)
	}

	f.update(list[1:], none)
	if ids, _, full := pass(t, &f, &a); len(ids) != 2999 || !full {
		t.Errorf("after one is gone: %d sessions, full %v", len(ids), full)
	}
}
