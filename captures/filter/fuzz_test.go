// This file tests mistakes and suggestions, and parses whatever comes.

package filter

import (
	"strings"
	"testing"
)

func TestError(t *testing.T) {
	for q, want := range map[string]string{
		"comand:x":  `no field "comand", did you mean "cmd"?`,
		"hex:0é":    `'é' is no hex digit`,
		"http://x/": `no field "http", did you mean "http://x/"?`,
	} {
		if _, err := Parse(q); err == nil || err.Error() != want {
			t.Errorf("%s: %v", q, err)
		}
	}
	if _, err := Parse(strings.Repeat("a ", maxQuery)); err == nil {
		t.Error("a filter without end was taken")
	}
}

// TestSuggestionsHelp checks that what a mistake suggests, put in its place,
// mends it or moves it further on.
func TestSuggestionsHelp(t *testing.T) {
	for _, q := range []string{"comand:MSG", "a sender:x b", "http://x/y?z=1 b", "dir:sc2", "cmd=msg", "lat>200", "size:4k..1k", "time:-1m..-5m",
		"header:x", "sess.x:1", `a "b c`, "(a or b", "cmd:(PNG, QNG", "/cgi-bin/HoTMaiL", "status:awya", "is:eror"} {
		_, err := ParseAt(q, now)
		e, ok := err.(*Error)
		if !ok || e.Suggest == "" {
			t.Errorf("%s: %v", q, err)
			continue
		}
		if _, err := ParseAt(q[:e.At]+e.Suggest+q[e.End:], now); err != nil {
			t.Errorf("%s with %s: %v", q, e.Suggest, err)
		}
	}
}

func TestFields(t *testing.T) {
	for _, f := range Fields() {
		if f.Hint == "" {
			t.Errorf("%s has no hint", f.Name)
		}
		for _, v := range f.Values {
			q := f.Name + ":" + v.Text
			if query, err := Parse(q); err != nil || query.String() != q {
				t.Errorf("%s: %s, %v", q, query, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, q := range []string{`cmd:MSG (a or -b) text~/x\/y/i`, `time:20:14.."2001-11-05 20:31"`, `size:(1k, 2k..3M) lat>5ms`, `hex:"0d 0a" header.x:"a\"b"`,
		`acc:*b* status:(AWY, 911)`, "conn:SB7 or not -is:error", `"`, `/x`, "a,b", "x:y", "time:-5m", "-(a | b)&&c", `text~"a/b"`, `raw:"*" "a*"`} {
		f.Add("Cmd:|a*")
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		last := 0
		for _, tok := range Tokens(q) {
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(q) {
				t.Fatalf("token %+v of %q after %d", tok, q, last)
			}
			last = tok.End
		}
		query, err := ParseAt(q, now)
		if err != nil {
			if e := err.(*Error); e.At < 0 || e.At > e.End || e.End > len(q) || e.Text == "" {
				t.Fatalf("%q: %+v", q, e)
			}
			return
		}
		canon := query.String()
		again, err := ParseAt(canon, now)
		if err != nil {
			t.Fatalf("%q became %q: %v", q, canon, err)
		}
		if second := again.String(); second != canon {
			t.Fatalf("%q became %q, that became %q", q, canon, second)
		}
		for name, e := range log {
			is := query.Match(e)
			if is != again.Match(e) {
				t.Fatalf("%q selects %s: %t, but %q does not agree", q, name, is, canon)
			}
			if is {
				checkNeed(t, query, e)
			}
		}
	})
}
