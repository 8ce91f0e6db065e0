// This file checks events of every kind against the schema that documents them.

package event_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../../docs/event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEventsFollowTheSchema(t *testing.T) {
	s := schema(t)
	conns := []*event.Connection{
		nil,
		{Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863")},
		{Client: netip.MustParseAddrPort("[2001:db8::9]:1044"), Server: netip.MustParseAddrPort("[::ffff:1.2.3.4]:1863")},
	}
	const mail = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsemailnotification; charset=UTF-8\r\n\r\nFrom: x\r\nSubject: =?UTF-8?Q?a?=\r\n\r\n"
	const chat = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ff\r\n\r\n\xff\x01\"hello\""
	all := []*event.Event{
		{Kind: event.Raw, Raw: []byte{0, 255}, Text: "framing lost", Partial: true},
		{Kind: event.Raw},
		{Kind: event.Gap, Missing: 100}, {Kind: event.Gap, Missing: -1},
		{Kind: event.Note, Note: "opened", Text: "by\x00 \xff"}, {Kind: event.Note, Note: "closed"},
		{Kind: event.Note, Note: event.NoteInjected, Text: event.InjectedComment(decode.S2C, fmt.Appendf(nil, "MSG a@b.c A %d\r\n%s", len(chat), chat), "a test").Text},
	}
	line := func(dir decode.Direction, role decode.Role, text, body string) {
		all = append(all, &event.Event{
			Dir: dir, Role: role, Dialect: 7, Raw: []byte(text + "\r\n" + body), Line: len(text), Body: len(text) + 2,
			TrID: decode.TrID([]byte(text), dir, 7), Answers: 7, Latency: -5000, Delivered: []byte("XFR\r\n"), Time: 1e18,
			Warnings: []conform.Note{{Code: "payload-too-long", Event: 3, Text: "1700 bytes"}},
		})
	}
	for _, spec := range decode.Specs() {
		if spec.Example != "" {
			line(spec.Dir, decode.RoleNS, spec.Example, "")
			line(spec.Dir, decode.RoleUnknown, spec.Example, "<x a='b'>payload</x>")
		}
	}
	line(decode.S2C, decode.RoleSB, "MSG a@b.c A 1", chat)
	line(decode.S2C, decode.RoleNS, "MSG Hotmail Hotmail 1", mail)
	line(decode.C2S, decode.RoleSB, "\x00\xff \"", "")
	line(decode.C2S, decode.RoleFT, "USR bob@hotmail.com 93301", "")
	for _, role := range []decode.Role{decode.RoleDS, decode.RoleGW, decode.RoleFT} {
		line(decode.C2S, role, "VER 1 MSNP7", "")
	}
	for _, e := range all {
		for _, c := range conns {
			for _, secrets := range []bool{false, true} {
				b := event.AppendJSON(nil, e, nil, c, event.JSONOptions{Secrets: secrets})
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
				if err == nil {
					err = s.Validate(v)
				}
				if err != nil {
					t.Errorf("%s\n%v", b, err)
				}
			}
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	const head = `"id":1,"session":0,"connection":1,"role":"NS","client":"","server":"","dir":"c2s","ts":"2001-11-05T20:14:07.021337Z","dialect":""`
	for _, line := range []string{
		`{}`, `[]`,
		`{` + head + `,"kind":"command"}`,
		`{` + head + `,"kind":"gap"}`,
		`{` + head + `,"kind":"gap","missing":1,"cmd":"VER"}`,
		`{` + head + `,"kind":"raw","why":"","size":1,"raw":"\u0000"}`,
		`{` + head + `,"kind":"note","note":"x","text":"","surprise":1}`,
	} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(line)))
		if err != nil || s.Validate(v) == nil {
			t.Errorf("accepted: %s (%v)", line, err)
		}
	}
}
