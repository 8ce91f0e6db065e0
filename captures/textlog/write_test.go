// This file writes logs and reads them back.

package textlog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
)

// source makes a source of events, all of which are on connections to one server.
func source(events []event.Event) export.Source {
	return export.Source{
		Walk: func(_ int64, f func(*event.Event) error) error {
			for i := range events {
				if err := f(&events[i]); err != nil {
					return err
				}
			}
			return nil
		},
		Connection: func(id int64) *event.Connection {
			return &event.Connection{ID: id, Server: netip.MustParseAddrPort("64.4.13.58:1863")}
		},
	}
}

func command(conn int64, dir decode.Direction, line, end, payload string) event.Event {
	return event.Event{
		Connection: conn, Dir: dir, Role: decode.RoleSB, Dialect: 7, TrID: -1,
		Raw: []byte(line + end + payload), Line: len(line), Body: len(line) + len(end),
	}
}

func TestWrite(t *testing.T) {
	events := []event.Event{
		command(7, decode.C2S, "VER 1 MSNP7", "\r\n", ""),
		command(9, decode.C2S, "ANS 1 a@b.c 17 9 ", "\r\n", ""),
		command(7, decode.S2C, "VER 1 MSNP7", "\n", ""),
		command(9, decode.C2S, "MSG 2 N 12", "\r\n", "hello\r\nworld"),
		command(9, decode.C2S, "MSG 3 N 11", "\r\n", "hello\nworld"),
		command(9, decode.S2C, "MSG a@b.c A 8", "\r\n", "C: VER\r\n"),
		{Connection: 9, Kind: event.Gap, Missing: 5},
		{Connection: 9, Kind: event.Raw, Dir: decode.S2C, Raw: []byte("\x00\xff\"\\\n")},
		command(7, decode.S2C, "NLN NLN a@b.c \u202eevil", "\r\n", ""),
	}
	for format, want := range map[string]string{
		"transcript": `# msnscope transcript 1
Client opens a connection to 64.4.13.58:1863.
C: VER 1 MSNP7
Client opens a connection to 64.4.13.58:1863.
C: ANS 1 a@b.c 17 9 
# connection 1
S= "VER 1 MSNP7\n"
# connection 2
C: MSG 2 N 12
hello
world
C= "MSG 3 N 11\r\n"
C= "hello\nworld"
S: MSG a@b.c A 8
C: VER
## 5 bytes missing from the capture
S= "\x00\xff\"\\\n"
# connection 1
S= "NLN NLN a@b.c \u202eevil\r\n"
`,
		"arrows": `# msnscope transcript 1
Client opens a connection to 64.4.13.58:1863.
>>> VER 1 MSNP7
Client opens a connection to 64.4.13.58:1863.
>>> ANS 1 a@b.c 17 9 
# connection 1
<<= "VER 1 MSNP7\n"
# connection 2
>>> MSG 2 N 12
hello
world
>>= "MSG 3 N 11\r\n"
>>= "hello\nworld"
<<< MSG a@b.c A 8
C: VER
## 5 bytes missing from the capture
<<= "\x00\xff\"\\\n"
# connection 1
<<= "NLN NLN a@b.c \u202eevil\r\n"
`,
	} {
		var b bytes.Buffer
		if err := Write(&b, format, source(events), export.Options{Secrets: true}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", format, d)
		}
		if !Sniff(b.Bytes()) {
			t.Errorf("%s is not recognised", format)
		}
	}
}

// Whatever the bytes, they come back: here lines and payloads made of pieces
// that logs are made of themselves.
func TestWriteOddBytes(t *testing.T) {
	pieces := []string{
		"\r\n", "\n", "\r", "C: VER 1", "S: ", ">>> ", "<<= \"x\"", ".. more", "# connection 1", "# connection 99", "Client ", "text", " ", "\t",
		"\x00", "\xff", "\u202e", "\u2028", "é", "\"", "\\", exactHead, "\ufeff", "\x85",
	}
	r := rand.New(rand.NewPCG(1, 2))
	some := func(n int, line bool) string {
		var b strings.Builder
		for range r.IntN(n) {
			p := pieces[r.IntN(len(pieces))]
			if !line || strings.Trim(p, "\r\n") == p {
				b.WriteString(p)
			}
		}
		return b.String()
	}
	for range 3000 {
		var events []event.Event
		var want [3][2]strings.Builder
		for range 1 + r.IntN(8) {
			conn, dir := r.Int64N(3), decode.Direction(r.IntN(2))
			end := []string{"\r\n", "\r\n", "\n"}[r.IntN(3)]
			var e event.Event
			switch r.IntN(4) {
			case 0:
				e = event.Event{Connection: conn, Dir: dir, Kind: event.Raw, Raw: []byte(some(6, false))}
			case 1:
				e = command(conn, dir, "NLN "+some(5, true), end, "")
			default:
				payload := some(9, false)
				name := "MSG 1 N "
				if dir == decode.S2C {
					name = "MSG a@b.c A "
				}
				e = command(conn, dir, name+fmt.Sprint(len(payload)), end, payload)
			}
			events = append(events, e)
			want[conn][dir].Write(e.Raw)
		}
		for _, f := range Formats {
			var b bytes.Buffer
			if err := Write(&b, f.Name, source(events), export.Options{Secrets: true}); err != nil {
				t.Fatal(err)
			}
			numbers := map[int64]int{}
			for _, e := range events {
				if _, ok := numbers[e.Connection]; !ok {
					numbers[e.Connection] = len(numbers) + 1
				}
			}
			var got [4][2]strings.Builder
			if err := Parse(&b, func(s Step) error { got[s.Conn][s.Dir].Write(s.Data); return nil }); err != nil {
				t.Fatal(err)
			}
			for conn, n := range numbers {
				for dir := range want[conn] {
					if g, w := got[n][dir].String(), want[conn][dir].String(); g != w {
						t.Fatalf("%s: %q, want %q", f.Name, g, w)
					}
				}
			}
		}
	}
}

func TestExactErrors(t *testing.T) {
	for log, want := range map[string]string{
		"C: VER 1":                            "line 2: no connection has been opened",
		"# connection 1":                      `line 2: no connection "1" has been opened`,
		"OPEN\nC= VER":                        "line 3: \"VER\" is not quoted as in Go",
		"OPEN\nC= \"\"":                       `line 3: "\"\"" is not quoted as in Go`,
		"OPEN\nC: MSG 1 N 9\nhello\n":         "line 3: the payload is 2 bytes short of the length declared",
		"OPEN\nC: MSG 1 N 2\nhello\n":         "line 3: the payload is longer than declared",
		"OPEN\nC: MSG 1 N 6\nhello\nC: OUT\n": "line 3: the payload does not end with a line",
	} {
		log = exactHead + "\n" + strings.ReplaceAll(log, "OPEN", string(opens)+"a:1.")
		err := Parse(strings.NewReader(log), func(Step) error { return nil })
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", log, err, want)
		}
	}
}

func FuzzParseExact(f *testing.F) {
	f.Add(exactHead + "\nClient opens a connection to a:1.\nC: MSG 1 N 7\nhello\nS= \"x\\n\"\n# connection 1\n")
	f.Fuzz(func(t *testing.T, log string) {
		opened := 0
		_ = Parse(strings.NewReader(exactHead+"\n"+log), func(s Step) error {
			if s.Open != "" {
				opened++
			}
			if s.Conn < 1 || s.Conn > opened {
				t.Errorf("connection %d of %d", s.Conn, opened)
			}
			return nil
		})
	})
}
