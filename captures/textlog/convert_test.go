// This file tests the captures that logs become, by following them.

package textlog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/decode"
)

// told is what a Follower tells.
type told struct {
	events []event.Event
	conns  map[int64]event.Connection
}

func (r *told) Event(e *event.Event) {
	keep := *e
	keep.Raw = bytes.Clone(e.Raw)
	r.events = append(r.events, keep)
}
func (r *told) Connection(c *event.Connection)    { r.conns[c.ID] = *c }
func (r *told) Session(*event.Session)            {}
func (r *told) Ignored(*event.Connection, string) {}
func (r *told) stream(id int64, d decode.Direction) (b []byte) {
	for i := range r.events {
		if e := &r.events[i]; e.Connection == id && e.Dir == d {
			b = append(b, e.Raw...)
		}
	}
	return b
}

// converted follows what a log was converted to.
func converted(t testing.TB, log string) *told {
	t.Helper()
	var file bytes.Buffer
	if err := Convert(strings.NewReader(log), &file); err != nil {
		t.Fatal(err)
	}
	in, err := pcapfile.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	r := &told{conns: map[int64]event.Connection{}}
	f := follow.New(0, r)
	var p pcapfile.Packet
	for {
		err := in.Next(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Packet(&p)
	}
	f.Finish(streams.EndCapture)
	return r
}

func (r *told) lines() []string {
	var list []string
	for i := range r.events {
		e := &r.events[i]
		list = append(list, fmt.Sprintf("%d %v %v %s", e.Connection, e.Dir, e.Kind, e.Summary()))
	}
	return list
}

func TestConvert(t *testing.T) {
	r := converted(t, `
Client opens a connection to messenger.hotmail.com:1863.
C: VER 1 MSNP7
Client opens a connection to 64.4.12.132:1864.
C: ANS 1 a@b.c 17.4 9
S: ANS 1 OK
Client opens a connection to messenger.hotmail.com:1863.
Client opens a connection to [2001:db8::5]:1863.
C: VER 1 MSNP7
`)
	const note = "textlog: from a text log: server %s; times and addresses are invented"
	want := []string{
		"1 c2s note " + fmt.Sprintf(note, "messenger.hotmail.com:1863"),
		"1 c2s command offers MSNP7",
		"2 c2s note " + fmt.Sprintf(note, "64.4.12.132:1864"),
		"2 c2s command joins chat 9 as a@b.c",
		"2 s2c command joined the chat",
		"3 c2s note " + fmt.Sprintf(note, "messenger.hotmail.com:1863"),
		"4 c2s note " + fmt.Sprintf(note, "[2001:db8::5]:1863"),
		"4 c2s command offers MSNP7",
	}
	if d := cmp.Diff(want, r.lines()); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
	for id, want := range map[int64]string{
		1: "192.0.2.1:1024 192.0.2.101:1863",
		2: "192.0.2.1:1025 64.4.12.132:1864",
		3: "192.0.2.1:1026 192.0.2.101:1863",
		4: "[2001:db8::1]:1027 [2001:db8::5]:1863",
	} {
		if c := r.conns[id]; fmt.Sprint(c.Client, " ", c.Server) != want {
			t.Errorf("connection %d: %v %v, want %s", id, c.Client, c.Server, want)
		}
	}
	for i := range r.events {
		if at := int64(i+1) * 1e6; r.events[i].Time != at {
			t.Errorf("event %d happens at %d, not %d", i, r.events[i].Time, at)
		}
	}
}

// A payload of the wrong length costs the commands behind it nothing.
func TestConvertWrongLengths(t *testing.T) {
	r := converted(t, `
C: ANS 1 a@b.c 17.4 9
C: MSG 2 N 20
hello
C: MSG 3 N 3
hello
world
C: PNG
C: MSG 4 N 5
hello
S: MSG a@b.c A 7
S: BYE a@b.c
`)
	var got []string
	for _, l := range r.lines()[2:] {
		_, l, _ = strings.Cut(l, " ")
		got = append(got, l)
	}
	want := []string{
		`c2s note textlog: line 3: the payload is 13 bytes short of the length declared`,
		`c2s raw 19 bytes: cut by missing packets`,
		`c2s gap 13 bytes missing from the capture`,
		`c2s note textlog: line 5: the payload is 11 bytes longer than declared`,
		`c2s command "hel"`,
		`c2s raw 4 bytes: no command`,
		`c2s raw 7 bytes: framing lost`,
		`c2s command asks whether the connection is alive`,
		`c2s command "hello"`,
		`s2c note textlog: line 11: the payload, 7 bytes, is not in the log`,
		`s2c raw 15 bytes: cut by missing packets`,
		`s2c gap 7 bytes missing from the capture`,
		`s2c command a@b.c leaves the chat`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
}

// Error replies have payloads from MSNP11 on.
func TestConvertErrorsWithPayload(t *testing.T) {
	for log, want := range map[string][]string{
		"C: VER 1 MSNP13\nS: VER 1 MSNP13\nC: ADL 2 5\n<ml/>\nS: 241 2 10\n<ml>x</ml>\nS: QNG 50\n": {
			"1 s2c command error 241: the payload names people or lists that are not valid", "1 s2c command the connection is alive, next PNG expected in 50 s",
		},
		"(01:02:03) msn: C: NS 000: VER 1 MSNP13\n(01:02:03) msn: S: NS 000: VER 1 MSNP13\n(01:02:04) msn: S: NS 000: 241 2 10\n(01:02:05) msn: S: NS 000: QNG 50\n": {
			"1 s2c note textlog: line 3: the payload, 10 bytes, is not in the log",
			"1 s2c raw 10 bytes: cut by missing packets", "1 s2c gap 10 bytes missing from the capture",
			"1 s2c command the connection is alive, next PNG expected in 50 s",
		},
		"C: VER 1 MSNP7\nS: VER 1 MSNP7\nS: 241 2 10\nS: QNG\n": {
			`1 s2c command error 241: the payload names people or lists that are not valid, says "10"`, "1 s2c command the connection is alive",
		},
	} {
		got := converted(t, log).lines()
		if d := cmp.Diff(want, got[len(got)-len(want):]); d != "" {
			t.Errorf("%s: events (-want +got):\n%s", log, d)
		}
	}
}

// A program's log has times of day, connections side by side, and lacks
// payloads: what is invented and what is missing is said, and the framing goes on.
func TestConvertProgramsLog(t *testing.T) {
	r := converted(t, `
(23:59:58) msn: C: NS 000: VER 1 MSNP9 MSNP8 CVR0
(23:59:58) msn: S: NS 000: VER 1 MSNP9
(23:59:59) msn: S: NS 000: RNG 9 192.0.2.7:1863 CKI 17.4 bob@example.com Bob
(23:59:59) msn: C: SB 001: ANS 1 a@b.c 17.4 9
(00:00:01) msn: S: SB 001: MSG bob@example.com Bob 120
(00:00:01) msn: S: NS 000: QNG 50
(00:00:01) msn: S: SB 001: BYE bob@example.com
`)
	var got []string
	for i := range r.events {
		e := &r.events[i]
		got = append(got, fmt.Sprintf("%s %d %v %s", time.Unix(0, e.Time).UTC().Format("02 15:04:05.000000"), e.Connection, e.Dir, e.Summary()))
	}
	const invented = "times of day are the log's, in an unknown time zone; days and addresses are invented"
	want := []string{
		`01 23:59:58.000000 1 c2s textlog: from a text log: "NS 000", server 192.0.2.100:1863; ` + invented,
		"01 23:59:58.000001 1 c2s offers MSNP9, MSNP8, CVR0",
		"01 23:59:58.000002 1 s2c accepts MSNP9",
		"01 23:59:59.000000 1 s2c bob@example.com (Bob) invites to chat 9 at 192.0.2.7:1863",
		`01 23:59:59.000001 2 c2s textlog: from a text log: "SB 001", server 192.0.2.7:1863; ` + invented,
		"01 23:59:59.000002 2 c2s joins chat 9 as a@b.c",
		"02 00:00:01.000000 2 s2c textlog: line 6: the payload, 120 bytes, is not in the log",
		"02 00:00:01.000000 2 s2c 29 bytes: cut by missing packets",
		"02 00:00:01.000000 2 s2c 120 bytes missing from the capture",
		"02 00:00:01.000001 1 s2c the connection is alive, next PNG expected in 50 s",
		"02 00:00:01.000002 2 s2c bob@example.com leaves the chat",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("events (-want +got):\n%s", d)
	}
}

// TestTranscripts reads the logs that lie beside the project.
func TestTranscripts(t *testing.T) {
	for name, want := range map[string]int{
		"06_seed_msnp7_session.txt":           49,
		"29_synthetic_msnp7_notification.txt": 103,
		"30_synthetic_msnp7_switchboards.txt": 34,
	} {
		t.Run(name, func(t *testing.T) {
			log, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "protocol", "transcripts", name))
			if err != nil {
				t.Skip("the transcripts are not beside the project: ", err)
			}
			if !Sniff(log) {
				t.Error("not recognised")
			}
			r := converted(t, string(log))
			commands := 0
			for i := range r.events {
				e := &r.events[i]
				switch e.Kind {
				case event.Command:
					commands++
					if a := e.Annotate(); a.Spec == nil {
						t.Errorf("unknown command %q", e.Raw)
					}
				case event.Note:
				default:
					t.Errorf("%v %s: %q", e.Kind, e.Summary(), e.Raw)
				}
			}
			if commands != want {
				t.Errorf("%d commands, not %d", commands, want)
			}
			if strings.HasPrefix(name, "30") {
				const message = "MSG bob@hotmail.com Bob 153\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n" +
					"X-MMS-IM-Format: FN=Comic%20Sans%20MS; EF=BI; CO=ff; CS=0; PF=42\r\n\r\nGrüße! :-)\r\nsecond line"
				if !bytes.Contains(r.stream(1, decode.S2C), []byte(message+"CAL 5 RINGING")) {
					t.Errorf("the message is not in %q", r.stream(1, decode.S2C))
				}
			}
		})
	}
}

// TestConvertHTTP: what is carried in the bodies of a gateway's log is read as it
// is in a capture.
func TestConvertHTTP(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/http.txtar")
	if err != nil {
		t.Fatal(err)
	}
	logs := map[string]string{"ours": string(archive.Files[0].Data)}
	if log, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "protocol", "transcripts", "28_http_gateway_sample.txt")); err == nil {
		logs["the one beside the project"] = string(log)
	}
	for name, log := range logs {
		if !Sniff([]byte(log)) {
			t.Errorf("%s is not recognised", name)
		}
		var got []string
		r := converted(t, log)
		for i := range r.events {
			if e := &r.events[i]; e.Kind == event.Command {
				got = append(got, fmt.Sprint(r.conns[e.Connection].Via, ": ", e.Dir, " ", e.Summary()))
			}
		}
		if len(got) < 2 || !strings.HasPrefix(got[0], "HTTP gateway") || !strings.Contains(got[0], ": c2s offers MSNP7") || !strings.HasSuffix(got[1], ": s2c accepts MSNP7") ||
			name == "ours" && !strings.HasSuffix(got[len(got)-1], ": s2c bob@example.com (Bob) is now away") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// FuzzConvert checks that a capture holds the bytes of its log.
func FuzzConvert(f *testing.F) {
	f.Add("C: VER 1 MSNP7\nS: VER 1 MSNP7\nClient opens a connection to [::1]:7\nC: OUT")
	f.Add("(20:14:07) msn: C: NS 000: VER 1 MSNP7\n(20:14:06) msn: C: SB 001: MSG 1 N 50\n(20:14:07) msn: S: NS 000: OUT")
	f.Add(">>> VER 1 MSNP7\n<<< XFR 1 SB 192.0.2.1:1863 CKI 7\n>>> USR 1 a@b.c 7\n<<< MSG a b\nMIME-Version: 1.0\n\nhi\n<<< QNG")
	f.Add("C: MSG 1 N 50\nhello\nC: OUT\nC: MSG 1 N 2\nhello\nC: PNG\n")
	f.Fuzz(func(t *testing.T, log string) {
		if len(log) > maxLine {
			return
		}
		type stream struct {
			conn int64
			dir  decode.Direction
		}
		want := map[stream][]byte{}
		conn := 0
		err := Parse(strings.NewReader(log), func(s Step) error {
			if s.Open != "" {
				conn++
				return nil
			}
			at := stream{int64(s.Conn), s.Dir}
			want[at] = append(want[at], s.Data...)
			return nil
		})
		if err != nil {
			return
		}
		r := converted(t, log)
		if len(r.conns) != conn {
			t.Errorf("%d connections, the log has %d", len(r.conns), conn)
		}
		for s, b := range want {
			if got := r.stream(s.conn, s.dir); !bytes.Equal(got, b) {
				t.Errorf("connection %d %v: %q, the log has %q", s.conn, s.dir, got, b)
			}
		}
	})
}
