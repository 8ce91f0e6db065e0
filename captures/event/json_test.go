// This file pins the JSON of events by golden lines.

package event_test

import (
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

var update = flag.Bool("update", false, "write the golden files")

var conn = &event.Connection{
	ID: 31, Session: 12,
	Client: netip.MustParseAddrPort("10.0.0.9:1044"), Server: netip.MustParseAddrPort("64.4.13.58:1863"),
}

func at(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UnixNano()
}

// sample is an event with an annotation written by hand, so that these tests
// pin the JSON and not the command table.
type sample struct {
	name string
	e    *event.Event
	a    *decode.Annotation
	c    *event.Connection
}

func samples() []sample {
	command := func(line, payload string) *event.Event {
		return &event.Event{
			ID: 50412, Session: 12, Connection: 31, Time: at("2001-11-05T20:14:07.021337999Z"), N: 17,
			Dir: decode.S2C, Role: decode.RoleNS, Dialect: 7,
			Raw: []byte(line + "\r\n" + payload), Line: len(line), Body: len(line) + 2, TrID: -1,
		}
	}
	nln := command("NLN AWY bob@hotmail.com Bob%20%22B%22", "")
	nlnNotes := &decode.Annotation{
		Name: "NLN", Title: "a contact is online", Category: decode.CategoryPresence, TrID: -1,
		Spec: &decode.Spec{Name: "NLN", Notes: "also sent when a contact changes its name"},
		Params: []decode.Param{
			{Name: "status", Value: "AWY", Raw: "AWY", Meaning: "away", Type: decode.TypeStatus, Start: 4, End: 7},
			{Name: "email", Value: "bob@hotmail.com", Raw: "bob@hotmail.com", Type: decode.TypeHandle, Start: 8, End: 23},
			{Name: "nick", Value: `Bob "B"`, Raw: "Bob%20%22B%22", Type: decode.TypeNick, Start: 24, End: 37},
		},
		Summary: "bob@hotmail.com is now away", Peer: "bob@hotmail.com",
	}

	usr := command("USR 3 MD5 S 0f9d00aa", "")
	usr.Dir, usr.TrID, usr.Dialect = decode.C2S, 3, 0
	usrNotes := &decode.Annotation{
		Name: "USR", Title: "sign in", Category: decode.CategoryAuth, TrID: 3,
		Params: []decode.Param{
			{Name: "package", Value: "MD5", Raw: "MD5", Start: 6, End: 9},
			{Name: "digest", Value: "0f9d00aa", Raw: "0f9d00aa", Meaning: "of the password", Type: decode.TypeSecret, Secret: true, Start: 12, End: 20},
		},
		Summary: "password digest",
	}

	xfr := command("XFR 5 SB 64.4.13.201:1863 CKI 17262740.1", "")
	xfr.TrID, xfr.Answers, xfr.Latency = 5, 50398, 37_000_999
	xfr.Delivered = []byte("XFR 5 SB 127.0.0.1:1863 CKI 17262740.1\r\n")
	xfr.Warnings = []conform.Note{
		{Code: "redirect-words", Severity: conform.Warning, Event: xfr.ID, Text: `"CKI" & co`},
		{Code: "unanswered", Severity: conform.Info, Event: 50390, Text: "CHG 5 was not answered"},
	}
	xfrNotes := &decode.Annotation{
		Name: "XFR", Title: "go to another server", Category: decode.CategoryControl, TrID: 5,
		Params: []decode.Param{
			{Name: "server", Value: "SB", Raw: "SB", Start: 6, End: 8},
			{Name: "cookie", Value: "17262740.1", Raw: "17262740.1", Type: decode.TypeCookie, Secret: true, Start: 30, End: 40},
		},
		Summary: "chat on 64.4.13.201:1863",
	}

	body := "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\nAuth-Cookie: 4441\r\nPort: 6891\r\n"
	msg := command("MSG bob@hotmail.com Bob 98", body)
	msgNotes := &decode.Annotation{
		Name: "MSG", Title: "a message", Category: decode.CategoryChat, TrID: -1,
		Summary: "invitation",
		Payload: &decode.Payload{
			Type: "text/x-msmsgsinvite", Charset: "UTF-8",
			Headers: []decode.Header{{Name: "MIME-Version", Value: "1.0", Start: 42, End: 45}},
			Fields: []decode.Header{
				{Name: "Auth-Cookie", Value: "4441", Secret: true, Start: 112, End: 116},
				{Name: "Port", Value: "6891", Start: 124, End: 128},
			},
			Body: 99, Text: "Auth-Cookie: 4441\r\nPort: 6891\r\n",
			Meaning: []decode.Param{{Name: "port", Value: "6891", Raw: "6891", Start: 124, End: 128}},
		},
	}

	raw := command("\x00\xffoops", "")
	raw.Kind, raw.N, raw.Text, raw.Partial, raw.Dialect = event.Raw, -1, decode.WhyMidStream, false, 0
	gap := command("", "")
	gap.Kind, gap.N, gap.Raw, gap.Missing = event.Gap, -1, nil, 1460
	unknownGap := command("", "")
	unknownGap.Kind, unknownGap.Raw, unknownGap.Missing = event.Gap, nil, -1
	note := command("", "")
	note.Kind, note.N, note.Raw, note.Note, note.Text = event.Note, -1, nil, "opened", "to 64.4.13.58:1863"
	dropped := command("PNG", "")
	dropped.Dir, dropped.Delivered = decode.C2S, []byte{}

	six := &event.Connection{Client: netip.MustParseAddrPort("[2001:db8::1]:1044"), Server: netip.MustParseAddrPort("[::1]:1863")}
	return []sample{
		{"command", nln, nlnNotes, conn},
		{"secret", usr, usrNotes, conn},
		{"rewritten", xfr, xfrNotes, conn},
		{"payload", msg, msgNotes, conn},
		{"raw", raw, nil, conn},
		{"gap", gap, nil, conn},
		{"gap of unknown length", unknownGap, nil, nil},
		{"note", note, nil, six},
		{"dropped", dropped, &decode.Annotation{Name: "PNG", TrID: -1}, conn},
	}
}

func TestAppendJSONGolden(t *testing.T) {
	for _, form := range []struct {
		file string
		o    event.JSONOptions
	}{
		{"lines.jsonl", event.JSONOptions{}},
		{"secrets.jsonl", event.JSONOptions{Secrets: true}},
		{"detail.jsonl", event.JSONOptions{Detail: true, Max: 60, Partner: 50398}},
	} {
		t.Run(form.file, func(t *testing.T) {
			var got []byte
			for _, s := range samples() {
				line := event.AppendJSON(nil, s.e, s.a, s.c, form.o)
				if !json.Valid(line) {
					t.Errorf("%s: no JSON: %s", s.name, line)
				}
				got = append(append(got, line...), '\n')
			}
			name := filepath.Join("testdata", form.file)
			if *update {
				if err := os.WriteFile(name, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
			for i := range gotLines {
				if i >= len(wantLines) || gotLines[i] != wantLines[i] {
					t.Errorf("line %d (run with -update if meant)\n got %s\nwant %s", i+1, gotLines[i], wantLines[min(i, len(wantLines)-1)])
				}
			}
		})
	}
}

func TestSecretsStayHidden(t *testing.T) {
	for _, s := range samples() {
		var words []string
		if s.a != nil {
			for _, p := range s.a.Params {
				if p.Secret {
					words = append(words, p.Raw)
				}
			}
			if s.a.Payload != nil {
				for _, f := range s.a.Payload.Fields {
					if f.Secret {
						words = append(words, f.Value)
					}
				}
			}
		}
		for _, detail := range []bool{false, true} {
			line := event.AppendJSON(nil, s.e, s.a, s.c, event.JSONOptions{Detail: detail})
			var o struct{ Raw, Delivered []byte }
			if err := json.Unmarshal(line, &o); err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				for where, text := range map[string]string{"line": string(line), "raw": string(o.Raw), "delivered": string(o.Delivered)} {
					if strings.Contains(text, w) {
						t.Errorf("%s: %q shows in its %s: %s", s.name, w, where, text)
					}
				}
			}
			if len(o.Raw) != len(s.e.Raw) && s.e.Kind != event.Gap {
				t.Errorf("%s: raw has %d bytes, want %d", s.name, len(o.Raw), len(s.e.Raw))
			}
		}
	}
}

func TestMaskedDelivered(t *testing.T) {
	for _, c := range []struct{ name, raw, delivered, secret, wantRaw, want string }{
		{"before the secret", "A one KEY\r\n", "A three KEY\r\n", "KEY", "A one ***\r\n", "A three ***\r\n"},
		{"after the secret", "A KEY one\r\n", "A KEY three\r\n", "KEY", "A *** one\r\n", "A *** three\r\n"},
		{"around it", "A one KEY one B\r\n", "A three KEY three B\r\n", "KEY", "A one *** one B\r\n", "A three *** three B\r\n"},
		{"the secret itself", "A KEY B\r\n", "A OTHER B\r\n", "KEY", "A *** B\r\n", "A ***** B\r\n"},
		{"words removed", "A KEY B C\r\n", "A C\r\n", "KEY", "A *** B C\r\n", "A C\r\n"},
		{"words moved around it", "A one KEY B\r\n", "A x y KEY-2 z B\r\n", "KEY", "A one *** B\r\n", "A *********** B\r\n"},
		{"dropped", "A KEY\r\n", "", "KEY", "A ***\r\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.raw, c.secret)
			e := &event.Event{Raw: []byte(c.raw), Delivered: []byte(c.delivered), Line: len(c.raw) - 2}
			a := &decode.Annotation{Params: []decode.Param{{Secret: true, Start: at, End: at + len(c.secret)}}}
			m := e.Masked(a)
			if string(m.Raw) != c.wantRaw || string(m.Delivered) != c.want {
				t.Errorf("got raw %q, delivered %q; want %q, %q", m.Raw, m.Delivered, c.wantRaw, c.want)
			}
			if string(e.Raw) != c.raw || string(e.Delivered) != c.delivered {
				t.Error("the event itself was changed")
			}
		})
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		raw, delivered string
		want           []string // "offset old new"
	}{
		{"XFR 1 NS a.b:1 0 c.d:1\r\n", "XFR 1 NS 127.0.0.1:5 0 127.0.0.1:6\r\n", []string{"9 a.b:1 127.0.0.1:5", "17 c.d:1 127.0.0.1:6"}},
		{"MSG 1 N 5\r\nhello", "MSG 1 N 7\r\nhello !", []string{"8 5\r\nhello 7\r\nhello !"}},
		{"PNG\r\n", "", []string{"0 PNG\r\n "}},
		{"PNG\r\n", "PNG\r\n", nil},
	} {
		e := &event.Event{Raw: []byte(c.raw), Delivered: []byte(c.delivered)}
		var got []string
		for _, d := range e.Edits() {
			got = append(got, strings.Join([]string{itoa(d.Offset), string(d.Old), string(d.New)}, " "))
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q -> %q: got %q, want %q", c.raw, c.delivered, got, c.want)
		}
	}
}

func itoa(n int64) string { b, _ := json.Marshal(n); return string(b) }

func FuzzAppendJSON(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.e.Raw, s.e.Delivered, s.e.Text, 4, 7, s.e.Line, true)
	}
	f.Add([]byte("\x80\xf0\x28\x8c\xbc"), []byte(nil), "\u2028\x00\"", -1, 99, 3, false)
	f.Fuzz(func(t *testing.T, raw, delivered []byte, text string, start, end, line int, detail bool) {
		// Places of parameters are decode's promise: within the bytes.
		start = min(max(start, 0), len(raw))
		end = min(max(end, start), len(raw))
		line = min(max(line, 0), len(raw))
		e := &event.Event{Raw: raw, Delivered: delivered, Line: line, Body: line, Note: text, Text: text, TrID: -1}
		a := &decode.Annotation{Name: text, Summary: text, Params: []decode.Param{{Name: "p", Value: text, Raw: string(raw[start:end]), Secret: true, Start: start, End: end}}}
		for e.Kind = event.Command; e.Kind <= event.Note; e.Kind++ {
			if e.Kind == event.Raw && e.Partial {
				continue
			}
			got := event.AppendJSON(nil, e, a, nil, event.JSONOptions{Detail: detail, Max: 1000})
			var o struct{ Raw []byte }
			if err := json.Unmarshal(got, &o); err != nil {
				t.Fatalf("%v: %s", err, got)
			}
			if e.Kind == event.Command && !detail && len(o.Raw) != len(raw) {
				t.Fatalf("raw has %d bytes, want %d", len(o.Raw), len(raw))
			}
		}
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, s := range samples()[:4] {
		b.Run(s.name, func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				buf = event.AppendJSON(buf[:0], s.e, s.a, s.c, event.JSONOptions{})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
