// This file reads what was injected from notes.

package event_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
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
		{"as base64", "injected", "s2c base64 QllFIGFAYi5jDQo=, by x", decode.S2C, "BYE a@b.c\r\n", -1, "a@b.c leaves the chat"},
		{"no base64", "injected", "s2c base64 QllFIGFAYi5jDQo, by x", 0, "", 0, ""},
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

// What the proxy has sent comes back whole, and its note fits into a comment.
func TestInjectedComment(t *testing.T) {
	for name, body := range map[string]string{
		"short":               "A: b\r\n\r\nhello, \"you\"",
		"long":                strings.Repeat("a long story, ", 2_000),
		"long and unreadable": strings.Repeat("\x00\xff", 14_000),
		"as long as can be":   strings.Repeat("\x80", 40_000-20),
	} {
		t.Run(name, func(t *testing.T) {
			raw := fmt.Appendf(nil, "MSG a@b.c A %d\r\n%s", len(body), body)
			text := event.InjectedComment(decode.S2C, raw, "a test").String()
			if len(text) > 65_535 {
				t.Fatalf("%d bytes", len(text))
			}
			c, ok := event.ParseComment(text)
			if !ok {
				t.Fatal("no comment of ours")
			}
			e := &event.Event{Kind: event.Note, Note: c.Note, Text: c.Text, Dialect: 7, N: -1, TrID: -1}
			if own := e.Injected(); own == nil || !bytes.Equal(own.Raw, raw) || own.Dir != decode.S2C {
				t.Errorf("%.80q came back as %+v", text, own)
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
	f.Add("s2c base64 QllFIGFAYi5jDQo=, by x", uint8(7))
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
		if len(own.Raw) > 40_000 {
			return
		}
		e.Text = event.InjectedComment(own.Dir, own.Raw, "a test").Text
		again := e.Injected()
		if again == nil || !bytes.Equal(again.Raw, own.Raw) || again.Line != own.Line || again.Body != own.Body || again.TrID != own.TrID {
			t.Errorf("%q, then %+v", own.Raw, again)
		}
	})
}
