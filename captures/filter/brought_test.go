// This file tests that no event is passed over whose explanation has what is
// looked for.

package filter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

// examples are the log and a command of every shape that the table knows.
func examples() []*event.Event {
	var list []*event.Event
	for _, e := range log {
		list = append(list, e)
	}
	for _, s := range decode.Specs() {
		if len(s.Example) > 2 {
			e := command(s.Dir, s.Example+"\r\n")
			e.Role, e.Dialect = s.Roles[0], max(s.Since, 7)
			list = append(list, e)
		}
	}
	return list
}

func TestEveryWordOfASummaryIsFound(t *testing.T) {
	looked := 0
	for _, e := range examples() {
		if e.Kind != event.Command {
			continue
		}
		for _, word := range strings.FieldsFunc(e.Annotate().Summary, func(r rune) bool { return strings.ContainsRune(" ()\",:;|*", r) }) {
			for _, text := range []string{word, strings.ToUpper(word[:1]) + word[1:], word[:len(word)-1], word[1:]} {
				if !isASCII(text) || text == "" || slices.Contains([]string{"or", "and", "not"}, strings.ToLower(text)) {
					continue
				}
				looked++
				for _, q := range []string{`"` + text + `"`, "/" + strings.ReplaceAll(regexp.QuoteMeta(text), "/", `\/`) + "/i"} {
					query, err := ParseAt(q, now)
					if err != nil {
						t.Fatalf("%s: %v", q, err)
					}
					if !query.Match(e) {
						t.Errorf("%s is not found in %q, which says %q", q, e.Raw, e.Annotate().Summary)
					}
				}
			}
		}
	}
	if looked < 1000 {
		t.Errorf("only %d words were looked for", looked)
	}
}

func TestForeignWords(t *testing.T) {
	for _, tt := range []struct {
		pieces []string
		want   string
	}{
		{[]string{"zebra"}, "zebra"},
		{[]string{"the zebra signs in"}, "zebra"},
		{[]string{"zeb", "xylophone"}, "xylophone"},
		{[]string{"signs in"}, ""},
		{[]string{"5551234"}, ""}, // a sum could be that
		{[]string{"zebra_7q"}, "zebra"},
		{[]string{""}, ""},
	} {
		if got := strings.Join(foreignWords([][]string{tt.pieces}), " "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.pieces, got, tt.want)
		}
	}
	if got := foreignWords([][]string{{"zebra"}, {"away"}}); got != nil {
		t.Errorf("%q, though away is a word of its own", got)
	}
}

// FuzzBareWord compares with explaining every event.
func FuzzBareWord(f *testing.F) {
	for _, s := range decode.Specs() {
		f.Add(s.Example+"\r\n", s.Dir == decode.C2S, "user")
	}
	f.Add("NLN AWY bob%40hotmail.com B%6fb%20the%20Zebra\r\n", false, "bob the zebra")
	f.Add("913 7 caf%C3%A9\r\n", false, "caf")
	f.Fuzz(func(t *testing.T, raw string, sent bool, word string) {
		line := strings.IndexAny(raw, "\r\n")
		if line < 3 || raw[0] <= ' ' || word == "" || strings.ContainsAny(word, "\"\\") {
			return
		}
		dir := decode.S2C
		if sent {
			dir = decode.C2S
		}
		e := command(dir, raw)
		q, err := ParseAt(`"`+word+`"`, now)
		if err != nil {
			return
		}
		p := newPattern(&atom{text: word, quoted: true})
		a := e.Annotate()
		want := in(&p, e.Raw) || in(&p, a.Summary) || a.Payload != nil && in(&p, a.Payload.Text)
		if got := q.Match(e); got != want {
			t.Errorf("%q in %q, which says %q: %v", word, raw, a.Summary, got)
		}
	})
}
