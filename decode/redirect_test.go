// This file tests the reading of XFR and RNG and of the addresses in them.

package decode

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseRedirect(t *testing.T) {
	// want: kind trid address current cookie session inviter
	for _, c := range []struct{ line, want string }{
		{"XFR 3 NS 10.0.0.5:1863", "1 3 10.0.0.5:1863 - - - -"},
		{"XFR 3 NS 10.0.0.5:1863 0", "1 3 10.0.0.5:1863 - - - -"},
		{"XFR 3 NS 10.0.0.5:1863 0 10.0.0.1:1863\r\n", "1 3 10.0.0.5:1863 10.0.0.1:1863 - - -"},
		{"XFR 3  NS\t10.0.0.5:1863 0 10.0.0.1:1863 \n", "1 3 10.0.0.5:1863 10.0.0.1:1863 - - -"},
		{"XFR 3 NS 10.0.0.5:1863 U D", "1 3 10.0.0.5:1863 - - - -"},
		{"XFR 3 NS ns.example.org 0 ds.example.org", "1 3 ns.example.org ds.example.org - - -"},
		{"XFR 3 NS [2001:db8::5]:1863 0 [2001:db8::1]:1863", "1 3 [2001:db8::5]:1863 [2001:db8::1]:1863 - - -"},
		{"XFR 3 NS 10.0.0.5:1863 10.0.0.1:1863", "1 3 10.0.0.5:1863 10.0.0.1:1863 - - -"},
		{"XFR 0 NS 0", "1 0 - - - - -"},
		{"XFR 10 SB 64.4.12.193:1863 CKI 16925950.1016955577.17693", "2 10 64.4.12.193:1863 - 16925950.1016955577.17693 - -"},
		{"XFR 10 SB sb.example.org CKI abc U messenger.msn.com 1", "2 10 sb.example.org - abc - -"},
		{"XFR 10 SB localhost:1864 CKI", "2 10 localhost:1864 - - - -"},
		{"RNG 11752099 64.4.12.193:1863 CKI 849102291.520491932 me@msn.com My%20Name", "3 -1 64.4.12.193:1863 - 849102291.520491932 11752099 me@msn.com"},
		{"RNG 01234567-89ab-cdef-0123-456789abcdef m1.escargot.log1p.xyz:1864 CKI 0f a@b c U messenger.hotmail.com 1", "3 -1 m1.escargot.log1p.xyz:1864 - 0f 01234567-89ab-cdef-0123-456789abcdef a@b"},
		{"RNG 1 64.4.12.193", "3 -1 64.4.12.193 - - 1 -"},
		{"XFR 10 SB", ""},
		{"XFR SB 1.2.3.4:1 CKI x", ""},
		{"XFR 10 FT 1.2.3.4:1", ""},
		{"RNG 1", ""},
		{"MSG XFR 3 NS 1.2.3.4:1", ""},
		{"xfr 3 NS 1.2.3.4:1", ""},
		{"", ""},
		{"XFR", ""},
	} {
		r, ok := ParseRedirect([]byte(c.line))
		got := ""
		if ok {
			got = fmt.Sprintf("%d %d", r.Kind, r.TrID)
			for _, s := range []Span{r.Address, r.Current, r.Cookie, r.Session, r.Inviter} {
				word := c.line[s.Start:s.End]
				if word == "" {
					word = "-"
				}
				got += " " + word
			}
		}
		if got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.line, got, c.want)
		}
		if r.Reset() != (c.line == "XFR 0 NS 0") {
			t.Errorf("%q: reset %v", c.line, r.Reset())
		}
	}
}

func TestSplitHostPort(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"64.4.12.193:1863", "64.4.12.193 1863"},
		{"64.4.12.193", "64.4.12.193 1863"},
		{"localhost:1864", "localhost 1864"},
		{"ns-1.example_x.org:1", "ns-1.example_x.org 1"},
		{"[::1]:65535", "::1 65535"},
		{"[::1]", "::1 1863"},
		{"0", ""}, {"D", ""}, {"", ""}, {":1863", ""}, {"a:", ""}, {"a:0", ""}, {"a:65536", ""}, {"a:b", ""},
		{"12:34", ""}, {"::1", ""}, {"[::1", ""}, {"[1.2.3.4]:5", ""}, {"[]:5", ""}, {"[::1]x", ""},
		{"a@b:5", ""}, {"a/b", ""}, {strings.Repeat("a", 300), ""},
	} {
		got := ""
		if host, port, ok := SplitHostPort([]byte(c.word)); ok {
			got = fmt.Sprint(host, " ", port)
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.word, got, c.want)
		}
	}
}

func FuzzRedirect(f *testing.F) {
	f.Add([]byte("XFR 3 NS 10.0.0.5:1863 0 10.0.0.1:1863\r\n"))
	f.Add([]byte("XFR 3 NS [::1]:1863 U D"))
	f.Add([]byte("XFR 10 SB sb.example.org CKI abc U messenger.msn.com 1"))
	f.Add([]byte("RNG 1 64.4.12.193 CKI 2 a@b c"))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, ok := ParseRedirect(line)
		if !ok && r != (Redirect{}) {
			t.Fatal("a redirect that is none")
		}
		for i, s := range []Span{r.Address, r.Current, r.Cookie, r.Session, r.Inviter} {
			word := s.Of(line) // panics when out of bounds
			for _, c := range word {
				if isBlank(c) {
					t.Fatalf("word %q", word)
				}
			}
			if i < 2 && len(word) > 0 {
				if host, port, ok := SplitHostPort(word); !ok || host == "" || port == 0 {
					t.Fatalf("address %q", word)
				}
			}
		}
	})
}
