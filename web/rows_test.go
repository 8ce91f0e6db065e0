// This file tests and measures the rows of the event table.

package web

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"msnscope/captures/event"
	"msnscope/decode"
)

func TestRow(t *testing.T) {
	command := func(line string) *event.Event {
		return &event.Event{
			ID: 50412, Session: 12, Connection: 31, Time: 1004991247021337999, Role: decode.RoleNS, Dialect: 7,
			Raw: []byte(line + "\r\n"), Line: len(line), Body: len(line) + 2, TrID: -1, Dir: decode.S2C,
		}
	}
	errorReply := command("911 5")
	errorReply.TrID, errorReply.Answers, errorReply.Latency = 5, 50400, 37_000_999
	rewritten := command("XFR 5 SB 64.4.13.201:1863 CKI 1.2")
	rewritten.TrID, rewritten.Delivered = 5, []byte("x")
	open := command("CHG 9 NLN")
	open.Dir, open.TrID, open.Unanswered = decode.C2S, 9, true
	dropped := command("NLN AWY bob@hotmail.com Bob")
	dropped.Delivered = []byte{}
	injected := &event.Event{ID: 1, Kind: event.Raw, Delivered: []byte("x"), Dir: decode.S2C}
	raw := command("oops")
	raw.Kind, raw.Text, raw.Partial = event.Raw, decode.WhyCutByEnd, true
	gap := &event.Event{ID: 1, Kind: event.Gap, Missing: 1460}
	unknownGap := &event.Event{ID: 1, Kind: event.Gap, Missing: -1}
	note := &event.Event{ID: 1, Kind: event.Note, Note: "opened", Text: "\"to\" \xff"}

	for _, c := range []struct {
		name string
		e    *event.Event
		want string // with _ for what only decode knows
	}{
		{"command", command("NLN AWY bob@hotmail.com Bob"), `[50412,1004991247021337,31,"NS",1,0,"NLN",null,"bob@hotmail.com",29,null,0,"presence",_,12]`},
		{"error", errorReply, `[50412,1004991247021337,31,"NS",1,0,"911",5,"",7,37000,1,"error",_,12]`},
		{"rewritten", rewritten, `[50412,1004991247021337,31,"NS",1,0,"XFR",5,"",35,null,2,"control",_,12,"","",_]`},
		{"not answered", open, `[50412,1004991247021337,31,"NS",0,0,"CHG",9,"",11,null,96,"presence",_,12]`},
		{"dropped", dropped, `[50412,1004991247021337,31,"NS",1,0,"NLN",null,"bob@hotmail.com",29,null,130,"presence",_,12]`},
		{"injected", injected, `[1,0,0,"",1,1,"",null,"",0,null,258,"unknown","",0]`},
		{"unknown", command("ZZZ 1"), `[50412,1004991247021337,31,"NS",1,0,"ZZZ",null,"",7,null,_,"unknown",_,12]`},
		{"raw", raw, `[50412,1004991247021337,31,"NS",1,1,"",null,"",6,null,8,"unknown","cut by the end of the stream",12]`},
		{"gap", gap, `[1,0,0,"",0,2,"",null,"",0,null,0,"unknown","1460 bytes missing from the capture",0]`},
		{"gap of unknown length", unknownGap, `[1,0,0,"",0,2,"",null,"",0,null,0,"unknown","bytes missing from the capture",0]`},
		{"note", note, `[1,0,0,"",0,3,"opened",null,"",0,null,0,"proxy","\"to\" ` + "\uFFFD" + `",0]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got, want []any
			if err := json.Unmarshal(appendRow(nil, c.e), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(strings.ReplaceAll(c.want, ",_", `,"_"`)), &want); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%d parts, want %d: %v", len(got), len(want), got)
			}
			for i := range got {
				if want[i] != "_" && got[i] != want[i] {
					t.Errorf("part %d: %v, want %v", i, got[i], want[i])
				}
			}
			if c.name == "unknown" && int(got[11].(float64))&flagUnknown == 0 {
				t.Errorf("flags %v", got[11])
			}
		})
	}
}

// The command that gives a cookie and the one that shows it have the same
// number, and no other; the cookie itself is in no row.
func TestRowsOfACookie(t *testing.T) {
	row := func(role decode.Role, dir decode.Direction, mark event.Mark, line string) []any {
		e := &event.Event{ID: 7, Role: role, Dir: dir, Kind: event.Command, Raw: []byte(line + "\r\n"), Line: len(line), Body: len(line) + 2, TrID: -1, Dialect: 7, Mark: mark}
		text := appendRow(nil, e)
		if strings.Contains(string(text), "17262740") {
			t.Errorf("%s", text)
		}
		var got []any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	none := event.Mark{}
	xfr := row(decode.RoleNS, decode.S2C, none, "XFR 10 SB 64.4.13.201:1863 CKI 17262740.1050826919")
	usr := row(decode.RoleSB, decode.C2S, event.Mark{Word: "red"}, "USR 1 alice@hotmail.com 17262740.1050826919")
	rng := row(decode.RoleNS, decode.S2C, none, "RNG 11 64.4.13.201:1863 CKI 17262740.99 bob@hotmail.com Bob")
	ans := row(decode.RoleSB, decode.C2S, none, "ANS 1 alice@hotmail.com 17262740.99 11")
	for _, r := range [][]any{xfr, usr, rng, ans} {
		if len(r) != 18 {
			t.Fatalf("%v", r)
		}
	}
	if xfr[17] != usr[17] || rng[17] != ans[17] || xfr[17] == rng[17] || usr[15] != "red" || xfr[15] != "" {
		t.Errorf("%v %v %v %v", xfr, usr, rng, ans)
	}
	if r := row(decode.RoleNS, decode.S2C, none, "XFR 3 NS 64.4.12.132:1863 0"); len(r) != 15 {
		t.Errorf("%v", r)
	}
}

func TestShorten(t *testing.T) {
	long := strings.Repeat("é", maxSummary)
	for _, s := range []string{"", "short", long, "x" + long, strings.Repeat("\x80", 2*maxSummary)} {
		got := shorten(s)
		if len(got) > maxSummary+len("…") || utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%d bytes: %d bytes, valid %v", len(s), len(got), utf8.ValidString(got))
		}
	}
}

func BenchmarkRows(b *testing.B) {
	events := make([]*event.Event, 0, 128)
	lines := []string{
		"NLN AWY bob@hotmail.com Bob%20the%20Builder", "PNG", "ILN 9 NLN carol@hotmail.com Carol",
		"MSG bob@hotmail.com Bob 5\r\nhello",
	}
	for i := range cap(events) {
		line, payload, _ := strings.Cut(lines[i%len(lines)], "\r\n")
		raw := []byte(line + "\r\n" + payload)
		events = append(events, &event.Event{
			ID: int64(i), Session: 12, Connection: 31, Time: 1004991247021337999, Role: decode.RoleNS, Dialect: 7,
			Raw: raw, Line: len(line), Body: len(line) + 2, TrID: -1, Dir: decode.S2C,
		})
	}
	buf := make([]byte, 0, 64<<10)
	b.ReportAllocs()
	for b.Loop() {
		buf = appendRows(buf[:0], events)
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(len(buf))/float64(len(events)), "B/row")
}

// BenchmarkEventJSON is a line of an export, annotation included.
func BenchmarkEventJSON(b *testing.B) {
	line := "NLN AWY bob@hotmail.com Bob%20the%20Builder"
	e := &event.Event{
		ID: 50412, Time: 1004991247021337999, Role: decode.RoleNS, Dialect: 7, Raw: []byte(line + "\r\n"),
		Line: len(line), Body: len(line) + 2, TrID: -1, Dir: decode.S2C,
	}
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = event.AppendJSON(buf[:0], e, nil, nil, event.JSONOptions{})
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
