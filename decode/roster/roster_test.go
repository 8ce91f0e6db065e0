// This file checks what single commands do to a roster, in the forms that real
// servers give them, and what is known and what is not.

package roster

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"msnscope/decode"
)

// run plays the lines of text and returns the Timeline.
func run(t *testing.T, text string) *Timeline {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line+"\r\n")
		}
	}
	var tl Timeline
	play(t, &tl, lines)
	return &tl
}

func TestCommands(t *testing.T) {
	const me = "C VER 1 MSNP7\nS VER 1 MSNP7\nS USR 4 OK me@example.com Me 1\n"
	for _, c := range []struct {
		name, lines string
		want        string // lines that the flat form has; with a - before: has not
	}{
		{"nothing is known before SYN", me, `
			account = "me@example.com" @3
			name = "Me" @3
			-sync
			-list/FL
			-status`},
		{"a client that has the lists already", me + "C SYN 5 42\nS SYN 5 42", `
			sync = "unchanged" @5
			version = "42" @5
			-list/FL`},
		{"SYN of MSNP2", me + `
			C SYN 5 0
			S SYN 5 9
			S GTC 5 9 A
			S BLP 5 9 AL
			S LST 5 FL 9 1 2 a@example.com A
			S LST 5 FL 9 2 2 b@example.com B
			S LST 5 AL 9 0 0
			S LST 5 BL 9 1 1 b@example.com B
			S LST 5 RL 9 0 0`, `
			sync = "complete" @12
			prompt = "A" @6
			privacy = "AL" @7
			list/FL = "complete" @9
			list/RL = "complete" @12
			contact/a@example.com/on/FL = "on" @8
			contact/b@example.com/on/BL = "on" @11
			-contact/a@example.com/on/BL`},
		{"a SYN cut short", me + "C SYN 5 0\nS SYN 5 9\nS LST 5 FL 9 1 3 a@example.com A\n", `
			sync = "running" @5
			list/FL = "partial" @6
			-list/RL`},
		{"settings after the lists, one server's habit", me + `
			C SYN 5 0
			S SYN 5 9
			S LST 5 RL 9 0 0
			S GTC 5 9 N
			S BLP 5 9 BL`, `
			sync = "complete" @6
			prompt = "N" @7
			privacy = "BL" @8`},
		{"properties without id and without account, another server's habit", me + `
			C SYN 5 0
			S SYN 5 9
			S PRP 9 PHH 555
			S LST 5 FL 9 1 1 a@example.com A 0
			S BPR 9 PHW 1%2020`, `
			own/PHH = "555" @6
			contact/a@example.com/phone/PHW = "1 20" @8`},
		{"SYN of MSNP8", `
			S VER 1 MSNP8
			S USR 4 OK me@example.com Me 1 0
			C SYN 5 0
			S SYN 5 9 2 2
			S GTC A
			S BLP AL
			S PRP PHH 5
			S LSG 0 Other%20Contacts 0
			S LSG 1 Friends 0
			S LST a@example.com A 11 0,1
			S BPR PHM 77
			S LST b@example.com B 4`, `
			sync = "complete" @12
			prompt = "A" @5
			own/PHH = "5" @7
			groups = "complete" @9
			list/BL = "complete" @12
			group/1 = "Friends" @9
			contact/a@example.com/on/FL = "on" @10
			contact/a@example.com/on/AL = "on" @10
			contact/a@example.com/on/BL = "off" @10
			contact/a@example.com/on/RL = "on" @10
			contact/a@example.com/in/0 = "on" @10
			contact/a@example.com/in/1 = "on" @10
			contact/a@example.com/phone/PHM = "77" @11
			contact/b@example.com/on/BL = "on" @12
			contact/b@example.com/on/FL = "off" @12`},
		{"a list told again shows who has left it", me + `
			S LST 5 AL 9 1 2 a@example.com A
			S LST 5 AL 9 2 2 b@example.com B
			S LST 6 AL 9 1 1 b@example.com B`, `
			contact/a@example.com/on/AL = "off" @6
			contact/b@example.com/on/AL = "on" @5
			list/AL = "complete" @5`},
		{"a list with a line missing takes nobody off", me + `
			S LST 5 AL 9 1 2 a@example.com A
			S LST 5 AL 9 2 2 b@example.com B
			S LST 6 AL 9 2 2 b@example.com B`, `
			contact/a@example.com/on/AL = "on" @4`},
		{"somebody added me", me + "S ADD 0 RL 10 x@example.com X", `
			contact/x@example.com/on/RL = "on" @4
			version = "10" @4`},
		{"a contact in two groups leaves one", me + `
			S ADD 5 FL 10 a@example.com A 1
			S ADD 6 FL 11 a@example.com A 2
			S REM 7 FL 12 a@example.com 1`, `
			contact/a@example.com/on/FL = "on" @4
			contact/a@example.com/in/2 = "on" @5
			-contact/a@example.com/in/1`},
		{"who leaves the forward list is not told of any more", me + `
			S ADD 5 FL 10 a@example.com A
			S NLN AWY a@example.com A
			S REM 7 FL 12 a@example.com`, `
			contact/a@example.com/on/FL = "off" @6
			contact/a@example.com/status = "" @6
			-contact/a@example.com/in/0`},
		{"either order in the answer of ADG", me + "S ADG 5 10 Friends 3 0\nS ADG 6 11 4 Family 0", `
			group/3 = "Friends" @4
			group/4 = "Family" @5`},
		{"my own name and that of a contact", me + "S REA 5 10 ME@example.com New%20Me\nS REA 6 11 a@example.com Al", `
			name = "New Me" @4
			contact/a@example.com/name = "Al" @5`},
		{"FLN with a status before the account", me + "S FLN AWY a@example.com", `
			contact/a@example.com/status = "FLN" @4`},
		{"a request is no change", me + "C CHG 5 AWY\nC ADD 6 FL a@example.com A\nC BLP 7 BL", `
			-status
			-contact/a@example.com/on/FL
			-privacy`},
		{"signed in at another place", me + "S CHG 5 NLN\nS OUT OTH", `status = "FLN" @5`},
		{"signed in once more, all statuses are told anew", me + `
			S CHG 5 NLN
			S NLN AWY a@example.com A
			S NLN BSY b@example.com B
			S USR 4 OK me@example.com Me
			S CHG 5 IDL
			S ILN 5 BSY b@example.com B`, `
			status = "IDL" @8
			contact/a@example.com/status = "" @7
			contact/b@example.com/status = "BSY" @9`},
		{"lists that the client has are known if the session has told them", me + `
			C SYN 4 0
			S SYN 4 9
			S LST 4 FL 9 1 1 a@example.com A
			S LST 4 AL 9 0 0
			S LST 4 BL 9 0 0
			S LST 4 RL 9 0 0
			S USR 5 OK me@example.com Me
			C SYN 6 9
			S SYN 6 9`, `sync = "complete" @12`},
		{"the same again changes nothing", me + "S NLN AWY a@example.com A\nS NLN AWY a@example.com A", `
			contact/a@example.com/status = "AWY" @4`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := "\n" + flat(run(t, c.lines).Now())
			for line := range strings.Lines(c.want) {
				line = strings.TrimSpace(line)
				if not, ok := strings.CutPrefix(line, "-"); ok {
					if strings.Contains(got, "\n"+not) {
						t.Errorf("has %s:%s", not, got)
					}
				} else if line != "" && !strings.Contains(got, "\n"+line+"\n") {
					t.Errorf("want %s, got:%s", line, got)
				}
			}
		})
	}
}

func TestPresence(t *testing.T) {
	tl := run(t, `
		S VER 1 MSNP7
		S ADD 2 FL 2 a@example.com A 0
		S ADD 2 FL 3 b@example.com B 0
		S CHG 3 NLN
		S ILN 3 BSY a@example.com A
		S NLN BSY a@example.com Al
		S NLN AWY A@EXAMPLE.COM Al
		S FLN a@example.com
		S CHG 4 AWY`)
	if got := fmt.Sprint(tl.Presence("A@example.com")); got != "[{5 5000000000 BSY} {7 7000000000 AWY} {8 8000000000 FLN}]" {
		t.Error(got)
	}
	if got := fmt.Sprint(tl.Presence("")); got != "[{4 4000000000 NLN} {9 9000000000 AWY}]" {
		t.Error(got)
	}
	if tl.Presence("nobody@example.com") != nil {
		t.Error("presence of nobody")
	}
	for event, want := range map[int64]string{3: " false", 4: "FLN false", 8: "FLN false"} {
		s := tl.At(event)
		status, told := s.Presence(s.Contact("b@example.com"))
		if got := fmt.Sprint(status, " ", told); got != want {
			t.Errorf("b after event %d: %s, want %s", event, got, want)
		}
	}
	s := tl.At(7)
	if status, told := s.Presence(s.Contact("a@example.com")); status != "AWY" || !told {
		t.Errorf("a: %s %v", status, told)
	}
}

func TestSilences(t *testing.T) {
	var tl Timeline
	at := int64(0)
	feed := func(event int64, after time.Duration, dir decode.Direction, name string) {
		at += int64(after)
		tl.Feed(event, at, dir, &decode.Annotation{Name: name, TrID: -1})
	}
	feed(1, time.Second, decode.C2S, "PNG")
	feed(2, time.Second, decode.S2C, "QNG")
	feed(3, time.Minute, decode.C2S, "PNG")
	feed(4, time.Minute, decode.C2S, "PNG")
	feed(5, time.Second, decode.S2C, "NLN")
	feed(6, time.Minute, decode.C2S, "PNG")
	feed(7, time.Second, decode.S2C, "QNG")
	feed(8, 3*time.Minute, decode.S2C, "NLN")
	check := func(want string) {
		t.Helper()
		var got []string
		for _, s := range tl.Silences() {
			got = append(got, fmt.Sprint(s.From, s.To, time.Duration(s.End-s.Start), s.Unanswered))
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("got %s, want %s", strings.Join(got, "; "), want)
		}
	}
	const before = "3 4 1m0s true; 7 8 3m0s false"
	check(before)
	tl.Close(at + int64(time.Minute))
	check(before)
	tl.Close(at + int64(time.Hour)) // the silence at the end
	check(before + "; 8 0 1h0m0s false")
	feed(9, time.Second, decode.C2S, "PNG")
	tl.Close(at + int64(5*time.Second)) // too early to say
	check(before)
	tl.Close(at + int64(time.Minute))
	check(before + "; 9 0 1m0s true")
	tl.Close(0) // it is open yet
	check(before)
}

func TestStateJSON(t *testing.T) {
	tl := run(t, "S VER 1 MSNP7\nS ADD 2 FL 2 a@example.com A 0")
	b, err := json.Marshal(tl.Now())
	if err != nil {
		t.Fatal(err)
	}
	if want := `"on":{"FL":{"value":"on","event":2}}`; !strings.Contains(string(b), want) {
		t.Errorf("%s\nhas no %s", b, want)
	}
}

// TestForgets: a session that never ends keeps to its memory, and says what it
// has given up.
func TestForgets(t *testing.T) {
	var tl Timeline
	a := decode.Annotate([]byte("FLN a@example.com"), 17, 17, decode.Context{Dir: decode.S2C})
	b := decode.Annotate([]byte("NLN AWY a@example.com A"), 23, 23, decode.Context{Dir: decode.S2C})
	var event int64
	for range MaxChanges {
		event += 2
		tl.Feed(event-1, 0, decode.S2C, &a)
		tl.Feed(event, 0, decode.S2C, &b)
	}
	if len(tl.log) > MaxChanges || len(tl.points) > MaxChanges/minStep+1 {
		t.Errorf("%d changes and %d rosters kept", len(tl.log), len(tl.points))
	}
	since := tl.Since()
	if since == 0 || tl.At(since-1) != nil || tl.Changes(0, event) == nil && since > event {
		t.Errorf("since %d", since)
	}
	for e := since; e <= event; e += 997 {
		want := map[int64]string{0: "AWY", 1: "FLN"}[e%2]
		if got := tl.At(e).Contact("a@example.com").Status; got.Value != want || got.Event != e {
			t.Fatalf("at %d: %+v", e, got)
		}
	}
}

// TestLimits: more people, groups and properties than anybody has are dropped
// and told.
func TestLimits(t *testing.T) {
	var lines []string
	for i := range 2 * MaxGroups {
		lines = append(lines, fmt.Sprintf("S ADG %d 1 G %d 0\r\n", i, i))
	}
	for i := range MaxContacts + 10 {
		lines = append(lines, fmt.Sprintf("S ADD %d RL 1 %d@example.com X\r\n", i, i))
	}
	for i := range 3 * maxProperties {
		lines = append(lines, fmt.Sprintf("S BPR 1 1@example.com P%d x\r\n", i))
	}
	groups := strings.Repeat("1,2,3,4,5,6,7,8,", 1000) + strings.Join(strings.Split(strings.Repeat("9", 300), ""), "0,")
	lines = append(lines, "S LST 1 FL 1 1 1 1@example.com "+strings.Repeat("N", 5000)+" "+groups+"\r\n")
	var tl Timeline
	play(t, &tl, append([]string{"S VER 1 MSNP7\r\n"}, lines...))
	s := tl.Now()
	c := s.Contact("1@example.com")
	if len(s.Groups) != MaxGroups || len(s.Contacts) != MaxContacts || len(c.Phones) != maxProperties ||
		len(c.Groups) > maxContactGroups || len(c.Name.Value) > maxValue || !tl.Truncated() {
		t.Errorf("%d groups, %d contacts, %d phones, in %d groups, name of %d bytes", len(s.Groups), len(s.Contacts), len(c.Phones), len(c.Groups), len(c.Name.Value))
	}
}
