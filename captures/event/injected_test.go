// This file reads what was injected from notes.

package event_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

func TestInjected(t *testing.T) {
	note := func(name, text string) *event.Event {
		return &event.Event{ID: 7, Kind: event.Note, Note: name, Text: text, Role: decode.RoleSB, Dialect: 7, N: -1, TrID: -1}
	}
	for _, c := range []struct {
		name, note, text string
		dir              decode.Direction
		raw              string // "" for nothing
		trid             int64
		summary          string
	}{
		{"to the client", "injected", `s2c "BYE bob@example.org\r\n", by window 3k2x`, decode.S2C, "BYE bob@example.org\r\n", -1, "bob@example.org leaves the chat"},
		{"to the server", "injected", `c2s "CHG 9 BSY\r\n", by a rule`, decode.C2S, "CHG 9 BSY\r\n", 9, "wants to be busy"},
		{"with a payload", "injected", `c2s "MSG 4 N 5\r\nA: \xff\r"`, decode.C2S, "MSG 4 N 5\r\nA: \xff\r", 4, ""},
		{"a part", "injected", `c2s "MSG 4 N 500\r\nA: b", by x`, 0, "", 0, ""},
		{"two", "injected", `c2s "PNG\r\nPNG\r\n", by x`, 0, "", 0, ""},
		{"no command", "injected", `c2s "\x00\x01\r\n", by x`, 0, "", 0, ""},
		{"nowhere", "injected", `up "PNG\r\n", by x`, 0, "", 0, ""},
		{"no string", "injected", `c2s PNG`, 0, "", 0, ""},
		{"a torn string", "injected", `c2s "PNG`, 0, "", 0, ""},
		{"nothing", "injected", "", 0, "", 0, ""},
		{"another note", "edited", `c2s "PNG\r\n", by x`, 0, "", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := note(c.note, c.text).Injected()
			if own == nil {
				if c.raw != "" {
					t.Fatal("nothing was read")
				}
				return
			}
			if string(own.Raw) != c.raw || own.Dir != c.dir || own.TrID != c.trid || own.ID != 7 || own.Kind != event.Command || own.Note+own.Text != "" {
				t.Errorf("%q %v %d: %+v", own.Raw, own.Dir, own.TrID, own)
			}
			if a := own.Annotate(); c.summary != "" && a.Summary != c.summary {
				t.Errorf("it says %q", a.Summary)
			}
		})
	}
}

// Comments of a capture may say anything. What is read of one is read again of
// the note that the proxy would have made of it, and its JSON is JSON.
func FuzzInjected(f *testing.F) {
	f.Add(`s2c "BYE bob@example.org\r\n", by window 3k2x`, uint8(7))
	f.Add(`c2s "MSG 4 N 5\r\nA: \xff\r"`, uint8(2))
	f.Add("c2s `USR 3 MD5 S 0123`", uint8(0))
	f.Add(`s2c "217 4\n"`, uint8(21))
	f.Add(`s2c 'x'`, uint8(9))
	f.Fuzz(func(t *testing.T, text string, dialect uint8) {
		e := &event.Event{Kind: event.Note, Note: event.NoteInjected, Text: text, Dialect: decode.Dialect(dialect), N: -1, TrID: -1}
		if b := event.AppendJSON(nil, e, nil, nil, event.JSONOptions{Detail: true}); !json.Valid(b) {
			t.Fatalf("no JSON: %s", b)
		}
		own := e.Injected()
		if own == nil {
			return
		}
		e.Text = fmt.Sprintf("%s %q, by a test", own.Dir, own.Raw)
		again := e.Injected()
		if again == nil || !bytes.Equal(again.Raw, own.Raw) || again.Line != own.Line || again.Body != own.Body || again.TrID != own.TrID {
			t.Errorf("%q, then %+v", own.Raw, again)
		}
	})
}
