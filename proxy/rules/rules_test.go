// This file tests what rules say: which mistakes are found, and what they
// decide about a command.

package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/proxy"
)

const good = `# two rules
[bob's messages]
filter = cmd:MSG dir:c2s to:bob*
do     = hold 10s then drop

[slow]
	filter = dir:s2c
	do=delay 300ms 100ms
	chance = 25%
	seed = 7
	limit = 3
	off
`

func TestParse(t *testing.T) {
	list, err := Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	want := []Rule{
		{Name: "bob's messages", Filter: "cmd:MSG dir:c2s to:bob*", Do: "hold 10s then drop"},
		{Name: "slow", Filter: "dir:s2c", Do: "delay 300ms 100ms", Chance: 0.25, Seed: 7, Limit: 3, Off: true},
	}
	if fmt.Sprint(list) != fmt.Sprint(want) {
		t.Errorf("%+v", list)
	}
	again, err := Parse("\ufeff" + strings.ReplaceAll(Format(list), "\n", "\r\n")) // as editors of Windows write it
	if err != nil || fmt.Sprint(again) != fmt.Sprint(list) {
		t.Errorf("%v: %+v", err, again)
	}
}

func TestMistakes(t *testing.T) {
	rule := func(filter, do string) string { return "[a]\nfilter = " + filter + "\ndo = " + do + "\n" }
	for text, want := range map[string]string{
		"do = drop":                         `1:1: a rule begins with its name: [name]`,
		"[a":                                `1:3: the "]" behind the name of the rule is missing`,
		"[a]\nfilter = \n":                  `1:2: the rule "a" has no line "do = ..."`,
		"\n\n[a]\n  dont = 3":               `4:3: a rule has no "dont": it has filter, do, chance, seed, limit and off`,
		rule("cmd:MSG", "drop") + "fil":     `4:1: want name = value, have "fil"`,
		rule("comand:MSG", "drop"):          `2:10: no field "comand", did you mean "cmd"?`,
		rule("cmd:MSG and sess:3", "drop"):  `2:22: sess: cannot be asked in a rule: a sign-in is put together later; acc: and conn: can be asked`,
		rule("cmd:MSG Sess:3", "drop"):      `2:18: Sess: cannot be asked in a rule: a sign-in is put together later; acc: and conn: can be asked`,
		rule("gap:..1s", "drop"):            `2:10: gap: cannot be asked in a rule: the time since the event before is known later`,
		rule("is:error -mark:red", "drop"):  `2:20: mark: cannot be asked in a rule: events are marked later`,
		rule("is:(error, Marked)", "drop"):  `2:21: Marked: cannot be asked in a rule: events are marked later`,
		rule(`cmd:MSG -has:"note"`, "drop"): `2:23: "note": cannot be asked in a rule: notes are written later`,
		rule("", "drop") + "do = hold":      `4:1: do stands here twice`,
		rule("", "drop") + "chance = 120%":  `4:10: a chance is above 0% and at most 100%, or above 0 and at most 1`,
		rule("", "drop") + "limit = 0":      `4:9: a limit is a number from 1`,
		rule("", "drop") + "seed = x":       `4:8: a seed is a number from 0`,
		rule("", "dropp"):                   `3:6: there is no action "dropp": there are ack, after, answer, back, before, close, delay, drop, error, hold, length, log, merge, nak, rate, repeat, replace, reset, slice, stall, swap, xfr, did you mean "drop"?`,
		rule("", "drop it"):                 `3:11: "it" is not expected here`,
		rule("", "hold 3 seconds"):          `3:11: "3" is no length of time up to 24h: 200ms, 1.5s`,
		rule("", "hold 3s then wait"):       `3:19: then takes forward or drop`,
		rule("", `replace "a"`):             `3:17: what to put in its place is missing: "text"`,
		rule("", `replace /a(/ "b"`):        "3:14: the regular expression is wrong: error parsing regexp: missing closing ): `a(`",
		rule("", `answer "a\q"`):            `3:15: text knows \r \n \t \" \\ and \xNN`,
		rule("", `answer "a\x1gb"`):         `3:15: \x takes two hex digits`,
		rule("", `answer "a\x 1b"`):         `3:15: \x takes two hex digits`,
		rule("", `answer "a`):               `3:13: the closing " is missing`,
		rule("", "error 9"):                 `3:12: error takes a number of three digits: 911`,
		rule("", "slice middle"):            `3:12: where to cut is missing: line, crlf, head, payload, each or a number of bytes`,
		rule("", "rate 0"):                  `3:11: rate takes bytes a second: 500, 4k`,
		rule("", "xfr a:b:c"):               `3:10: xfr takes HOST or HOST:PORT`,
		rule("", "delay"):                   `3:11: how long is missing: delay 200ms`,
		rule("", "drop") + rule("", "hold"): `4:2: there are two rules of this name`,
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("%q:\n%v\nwant\n%s", text, err, want)
		}
	}
}

// A word that is no value of a flag is text to search for.
func TestWordsLikeFlags(t *testing.T) {
	for _, text := range []string{"marked", "is:error marked", "is:(error, raw) marked", "cmd:MSG (marked or text:warning)", "is!=error answer"} {
		if _, err := Parse("[a]\nfilter = " + text + "\ndo = drop\n"); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// command makes a Command of its bytes.
func command(dir decode.Direction, raw string) *proxy.Command {
	f := decode.Framer{Dir: dir}
	f.Feed([]byte(raw))
	var fr decode.Frame
	if !f.Next(&fr) || len(fr.Raw) != len(raw) {
		panic("no whole command: " + raw)
	}
	return &proxy.Command{Event: &event.Event{
		Kind: event.Command, Dir: dir, Account: "al@example.org", Raw: fr.Raw, Line: fr.Line, Body: fr.Body,
		TrID: decode.TrID(fr.Raw[:fr.Line], dir, 7), Role: decode.RoleSB, Connection: 4,
	}}
}

func TestActions(t *testing.T) {
	const msg = "MSG 5 A 6\r\nhello!"
	for _, c := range []struct {
		do   string
		dir  decode.Direction
		raw  string
		want string // "-" for nothing
	}{
		{`drop`, decode.C2S, msg, `to ""`},
		{`replace "hello" "good bye"`, decode.C2S, msg, `to "MSG 5 A 9\r\ngood bye!"`},
		{`replace "hello" "good bye" keep-length`, decode.C2S, msg, `to "MSG 5 A 6\r\ngood bye!"`},
		{`replace /h(.)/ "$1$1"`, decode.C2S, msg, `to "MSG 5 A 6\r\neello!"`},
		{`replace "absent" ""`, decode.C2S, msg, "-"},
		{`before "CHG $new AWY"`, decode.C2S, msg, `before "CHG 0 AWY\r\n" own`},
		{`after "MSG a@b.c $account 0\r\n\r\nhi $account"`, decode.S2C, "JOI a@b.c A\r\n", `after "MSG a@b.c al@example.org 19\r\n\r\nhi al@example.org"`},
		{`back "MSG a b 99\r\n\r\nhi"`, decode.C2S, msg, `back "MSG a b 4\r\n\r\nhi"`},
		{`answer "MSG a b 99\r\n\r\nhi"`, decode.S2C, "MSG a b 2\r\n\r\n", `to "MSG a b 4\r\n\r\nhi"`},
		{`before "MSG a b 4\r\n\r\nhiNLN AWY a b\r\n"`, decode.S2C, "JOI a@b.c A\r\n", `before "MSG a b 4\r\n\r\nhiNLN AWY a b\r\n"`},
		{`after "CHG 9 AWY\r\n"`, decode.C2S, msg, `after "CHG 9 AWY\r\n"`},
		{`back "CHG $new AWY"`, decode.S2C, "JOI a@b.c A\r\n", `back "CHG 0 AWY\r\n" own`},
		{`back "NLN AWY $account A"`, decode.C2S, msg, `back "NLN AWY al@example.org A\r\n"`},
		{`answer "216 $trid"`, decode.C2S, msg, `to "" back "216 5\r\n"`},
		{`error 911`, decode.C2S, "USR 3 MD5 I a@b\r\n", `to "" back "911 3\r\n"`},
		{`error 911`, decode.S2C, "CHG 3 AWY\r\n", `to "911 3\r\n"`},
		{`error 911`, decode.S2C, "NLN AWY a@b A\r\n", `-`},
		{`nak`, decode.C2S, msg, `to "" back "NAK 5\r\n"`},
		{`nak`, decode.S2C, "ACK 5\r\n", `to "NAK 5\r\n"`},
		{`nak`, decode.S2C, "NAK 5\r\n", `-`},
		{`ack`, decode.C2S, msg, `to "" back "ACK 5\r\n"`},
		{`ack`, decode.C2S, "PNG\r\n", `-`},
		{`xfr 127.0.0.9`, decode.S2C, "USR 4 MD5 S 1.2\r\n", `to "XFR 4 NS 127.0.0.9 0\r\n"`},
		{`xfr`, decode.C2S, "CHG 4 AWY\r\n", `to "" back "XFR 0 NS\r\n"`},
		{`length +5`, decode.C2S, msg, `to "MSG 5 A 11\r\nhello!"`},
		{`length -9`, decode.C2S, msg, `to "MSG 5 A 0\r\nhello!"`},
		{`length 2`, decode.C2S, msg, `to "MSG 5 A 2\r\nhello!"`},
		{`length 2`, decode.C2S, "PNG\r\n", `-`},
		{`repeat 2`, decode.S2C, "ACK 5\r\n", `to "ACK 5\r\nACK 5\r\nACK 5\r\n"`},
		{`slice line crlf head payload`, decode.C2S, msg, `cuts [4 10 11 14] 50ms`},
		{`slice each 1ms`, decode.S2C, "ACK 5\r\n", `cuts [1 2 3 4 5 6] 1ms`},
		{`slice payload`, decode.S2C, "ACK 5\r\n", `-`},
		{`slice 3 99`, decode.S2C, "ACK 5\r\n", `cuts [3] 50ms`},
		{`rate 4k`, decode.S2C, "ACK 5\r\n", `rate 4096`},
		{`swap`, decode.S2C, "ACK 5\r\n", `together 2`},
		{`merge`, decode.S2C, "ACK 5\r\n", `together 1`},
		{`reset`, decode.S2C, "ACK 5\r\n", `end 1`},
		{`close`, decode.S2C, "ACK 5\r\n", `end 2`},
		{`stall`, decode.S2C, "ACK 5\r\n", `wait 24h0m0s`},
		{`stall 3s`, decode.S2C, "ACK 5\r\n", `wait 3s`},
		{`delay 3s`, decode.S2C, "ACK 5\r\n", `wait 3s`},
		{`hold`, decode.S2C, "ACK 5\r\n", `hold wait 30s`},
		{`hold 0`, decode.S2C, "ACK 5\r\n", `hold`},
		{`hold 1m then drop`, decode.S2C, "ACK 5\r\n", `hold wait 1m0s to ""`},
		{`log`, decode.S2C, "ACK 5\r\n", ``},
	} {
		r := new(Rules)
		if err := r.Set([]Rule{{Name: "x", Do: c.do}}, ""); err != nil {
			t.Errorf("%s: %v", c.do, err)
			continue
		}
		v, ok := r.Decide(command(c.dir, c.raw))
		got := "-"
		if ok {
			got = words(v)
		}
		if got != c.want {
			t.Errorf("%s of %q: %s, want %s", c.do, c.raw, got, c.want)
		}
		if ok && v.By != `rule "x"` {
			t.Errorf("by %s", v.By)
		}
	}
}

// words is a verdict in short.
func words(v proxy.Verdict) string {
	var w []string
	add := func(is bool, format string, args ...any) {
		if is {
			w = append(w, fmt.Sprintf(format, args...))
		}
	}
	add(v.Hold, "hold")
	add(v.Wait > 0, "wait %v", v.Wait)
	add(v.Replace, "to %q", v.Data)
	add(v.Before != nil, "before %q", v.Before)
	add(v.After != nil, "after %q", v.After)
	add(v.Back != nil, "back %q", v.Back)
	add(v.Own, "own")
	add(v.Cuts != nil, "cuts %v %v", v.Cuts, v.Pause)
	add(v.Rate > 0, "rate %d", v.Rate)
	add(v.Together > 0, "together %d", v.Together)
	add(v.End > 0, "end %d", v.End)
	return strings.Join(w, " ")
}

// TestChances finds the same chances with the same seed, and others with
// another.
func TestChances(t *testing.T) {
	run := func(seed uint64) string {
		r := new(Rules)
		if err := r.Set([]Rule{{Name: "x", Do: "delay 1s 900ms", Chance: 0.3, Seed: seed}}, ""); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		n := 0
		for range 1000 {
			v, ok := r.Decide(command(decode.C2S, "PNG\r\n"))
			if ok {
				n++
				fmt.Fprint(&b, v.Wait)
			}
			fmt.Fprintln(&b, ok)
		}
		if n < 250 || n > 350 {
			t.Errorf("%d of 1000", n)
		}
		return b.String()
	}
	first, again := run(7), run(7)
	if first != again || first == run(8) {
		t.Error("a seed does not say what happens")
	}
}

func TestFirstRuleAndLimits(t *testing.T) {
	r := new(Rules)
	set := func(list ...Rule) {
		t.Helper()
		if err := r.Set(list, ""); err != nil {
			t.Fatal(err)
		}
	}
	if !r.Idle() {
		t.Error("not idle without rules")
	}
	a := Rule{Name: "a", Filter: "cmd:CHG conn:4 role:SB acc:al", Do: "drop", Limit: 2}
	b := Rule{Name: "b", Filter: "", Do: `log`}
	by := func(raw string) string {
		v, _ := r.Decide(command(decode.C2S, raw))
		return v.By
	}
	set(a, b)
	got := []string{by("PNG\r\n"), by("CHG 1 AWY\r\n"), by("CHG 2 AWY\r\n"), by("CHG 3 AWY\r\n")}
	if want := `[rule "b" rule "a" rule "a" rule "b"]`; fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
	// What is as it was goes on counting; a mistake changes nothing.
	set(b, a)
	if err := r.Set([]Rule{{Name: "c", Do: "nothing"}}, ""); err == nil {
		t.Error("a mistake passes")
	}
	// Rules that are copied as text are the same rules.
	for field, wrong := range map[string]Rule{
		"name": {Name: "a]\nfilter = b", Do: "drop"}, "filter": {Name: "a", Filter: "cmd:MSG\ndir:c2s", Do: "drop"}, "do": {Name: "a", Do: "answer \"a\nb\""},
	} {
		var e *Error
		if err := r.Set([]Rule{wrong}, ""); !errors.As(err, &e) || e.Field != field {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	list, _, _ := r.Status()
	if list[0].Hits != 2 || list[1].Hits != 2 {
		t.Errorf("%+v", list)
	}
	a.Limit = 5
	set(a)
	if list, _, _ = r.Status(); list[0].Hits != 0 {
		t.Errorf("%+v", list)
	}
	a.Off = true
	set(a)
	if !r.Idle() || by("CHG 1 AWY\r\n") != "" {
		t.Error("a rule that is off decides")
	}
	if err := r.HoldNext("cmd:CHG"); err != nil || r.Idle() {
		t.Errorf("%v", err)
	}
	if got := []string{by("PNG\r\n"), by("CHG 1 AWY\r\n"), by("CHG 1 AWY\r\n")}; fmt.Sprint(got) != `[ "hold next" ]` || !r.Idle() {
		t.Errorf("%q", got)
	}
}

// A chance is written as it was read, and read as it was written.
func TestChance(t *testing.T) {
	for written, want := range map[string]string{
		"7%": "7%", "0.07": "7%", "28%": "28%", "57%": "57%", "7.1%": "7.1%", "0.5 %": "0.5%", "1e-2": "1%", "1e1%": "10%", "0.001%": "0.001%",
		"99.99%": "99.99%", "0.7926737296021857": "79.26737296021857%", "90%": "90%", "100%": "", "1": "",
	} {
		list, err := Parse("[a]\nfilter = cmd:MSG\ndo = drop\nchance = " + written)
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		_, got, _ := strings.Cut(strings.TrimSuffix(Format(list), "\n"), "chance = ")
		if again, err := Parse(Format(list)); got != want || err != nil || list[0].Chance < 1 && again[0].Chance != list[0].Chance {
			t.Errorf("%s became %s, %v", written, got, err)
		}
	}
	for _, bad := range []string{"0%", "101%", "1.01", "x%", "%", "-1%", "inf%", "nan", "1e", "1e-2e-2%"} {
		if list, err := Parse("[a]\nfilter = cmd:MSG\ndo = drop\nchance = " + bad); err == nil {
			t.Errorf("%s became %v", bad, list[0].Chance)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("[a]\nfilter = cmd:MSG\ndo = slice line crlf 3 1ms\n")
	f.Add("[a]\nfilter = \ndo = replace /a(b)/ \"$1\\x00\" keep-length\nchance = 0.5\noff = true")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%q: %#v", text, err)
			}
			return
		}
		r := new(Rules)
		if err := r.Set(list, ""); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, raw := range []string{"MSG 5 A 6\r\nhello!", "PNG\r\n", "CHG 4 AWY\n"} {
			r.Decide(command(decode.C2S, raw))
		}
		again, err := Parse(Format(list))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(list) {
			t.Errorf("%q: %v\n%+v\n%+v", text, err, again, list)
		}
	})
}
