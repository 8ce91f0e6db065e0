// This file holds the JSON of events of any bytes against the schema.

package event_test

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"msnscope/captures/event"
	"msnscope/decode"
)

// FuzzSchema frames any bytes as commands of any role and dialect. What is said
// of them follows the schema, and stays the same when the secrets do not show.
func FuzzSchema(f *testing.F) {
	for _, spec := range decode.Specs() {
		f.Add([]byte(spec.Example+"\r\n"), spec.Dir == decode.S2C, uint8(1), uint8(7))
	}
	f.Add([]byte("MSG a@b.c A 99\r\nContent-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: \xff\r\nPublic-IP: 1\r\n\x00\r\n"), true, uint8(2), uint8(2))
	f.Add([]byte("911 \xff\r\nQRY 5 a 3\r\n\x80\x81\x82"), true, uint8(0), uint8(21))
	s := schema(f)
	f.Fuzz(func(t *testing.T, b []byte, fromServer bool, role, dialect uint8) {
		dir := decode.C2S
		if fromServer {
			dir = decode.S2C
		}
		all := []*event.Event{
			{Kind: event.Raw, Raw: b, Text: string(b), Partial: fromServer},
			{Kind: event.Note, Note: "injected", Text: dir.String() + " " + string(b)},
			{Kind: event.Note, Note: "n" + string(b), Text: string(b)},
		}
		framer := decode.Framer{Dir: dir, Dialect: decode.Dialect(dialect)}
		framer.Feed(b)
		for fr := (decode.Frame{}); framer.Next(&fr); {
			if fr.Kind != decode.FrameCommand {
				continue
			}
			raw := bytes.Clone(fr.Raw)
			all = append(all, &event.Event{
				Kind: event.Command, Raw: raw, Line: fr.Line, Body: fr.Body, TrID: decode.TrID(raw[:fr.Line], dir, decode.Dialect(dialect)), Delivered: b,
			})
		}
		for i, e := range all {
			e.ID, e.Dir, e.Role, e.Dialect, e.N, e.Time = int64(i+1), dir, decode.Role(role%6), decode.Dialect(dialect), int64(i), 1e18
			for _, o := range []event.JSONOptions{{}, {Secrets: true}, {Detail: true, Max: 20}, {Detail: true, Max: 1 << 20, Secrets: true}} {
				line := event.AppendJSON(nil, e, nil, conn, o)
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
				if err == nil {
					err = s.Validate(v)
				}
				if err != nil {
					t.Fatalf("%+v: %s\n%v", o, line, err)
				}
				if o.Detail {
					continue
				}
				lines := event.NewLines(o)
				place := event.PlaceOf(e, conn)
				for range 4 { // from memory in the end
					if got := lines.Append(nil, e, place); string(got) != string(line)+"\n" {
						t.Fatalf("%s\nbut in a row of lines\n%s", line, got)
					}
				}
			}
		}
	})
}
