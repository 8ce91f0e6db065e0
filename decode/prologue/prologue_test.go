// This file tests the decoder with prologues as they are on the wire.

package prologue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/decode"
)

// turn is what one side says.
type turn struct {
	dir  decode.Direction
	data string
}

func c(s string) turn { return turn{decode.C2S, s} }
func s(s string) turn { return turn{decode.S2C, s} }

// play feeds turns in pieces of at most size bytes and returns what came out of
// each direction, a line a piece, with neighbours of the same kind put together.
func play(t testing.TB, turns []turn, size int, end bool) (string, Result) {
	t.Helper()
	d := New()
	type line struct{ key, text string }
	var lines [2][]line // by direction: what is said in both at once has no order
	var in, out [2]strings.Builder
	emit := func(p Piece) {
		if len(p.Raw) == 0 {
			t.Error("an empty piece")
		}
		out[p.Dir].Write(p.Raw)
		key := fmt.Sprintf("%v %s %v", p.Dir, p.Why, p.Partial)
		n := len(lines[p.Dir])
		if n == 0 || lines[p.Dir][n-1].key != key || p.Why != "" && p.Why != WhyPage {
			lines[p.Dir] = append(lines[p.Dir], line{key: key})
			n++
		}
		lines[p.Dir][n-1].text += string(p.Raw)
	}
	for _, u := range turns {
		in[u.dir].WriteString(u.data)
		for rest := u.data; rest != ""; {
			n := min(size, len(rest))
			d.Feed(u.dir, []byte(rest[:n]), emit)
			rest = rest[n:]
		}
	}
	if end {
		d.CloseWrite(decode.C2S, emit)
		d.CloseWrite(decode.S2C, emit)
		for dir := range in {
			if in[dir].String() != out[dir].String() {
				t.Errorf("direction %d: %q became %q", dir, in[dir].String(), out[dir].String())
			}
		}
	}
	var list []string
	for _, l := range append(lines[0], lines[1]...) {
		list = append(list, fmt.Sprintf("%s %q", l.key, l.text))
	}
	return strings.Join(list, "\n"), d.Result()
}

var msnp = []turn{c("VER 1 MSNP7\r\n"), s("VER 1 MSNP7\r\n")}

func TestPrologues(t *testing.T) {
	v6 := "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"
	for _, test := range []struct {
		name  string
		turns []turn
		want  string // the Whys, a line each
		proto string
		open  bool
		host  string
		inner [2]int64
	}{
		{"SOCKS4", []turn{c("\x04\x01\x07\x47\x40\x04\x0d\x3aalice\x00"), s("\x00\x5a\x00\x00\x00\x00\x00\x00")},
			"SOCKS4: connect to 64.4.13.58:1863\nSOCKS4: connected", "SOCKS4", true, "64.4.13.58:1863", [2]int64{14, 8}},
		{"SOCKS4a", []turn{c("\x04\x01\x07\x47\x00\x00\x00\x01\x00messenger.hotmail.com\x00"), s("\x00\x5a\x00\x00\x00\x00\x00\x00")},
			"SOCKS4a: connect to messenger.hotmail.com:1863\nSOCKS4a: connected", "SOCKS4a", true, "messenger.hotmail.com:1863", [2]int64{31, 8}},
		{"SOCKS4 refused", []turn{c("\x04\x01\x07\x47\x40\x04\x0d\x3a\x00"), s("\x00\x5b\x00\x00\x00\x00\x00\x00")},
			"SOCKS4: connect to 64.4.13.58:1863\nSOCKS4: refused", "SOCKS4", false, "64.4.13.58:1863", [2]int64{}},
		{"SOCKS5", []turn{c("\x05\x01\x00"), s("\x05\x00"), c("\x05\x01\x00\x01\x40\x04\x0d\x3a\x07\x47"), s("\x05\x00\x00\x01\x0a\x00\x00\x01\x04\x38")},
			"SOCKS5: methods offered\nSOCKS5: no sign-in needed\nSOCKS5: connect to 64.4.13.58:1863\nSOCKS5: connected", "SOCKS5", true, "64.4.13.58:1863", [2]int64{13, 12}},
		{"SOCKS5 with a password, to a name", []turn{c("\x05\x02\x00\x02"), s("\x05\x02"), c("\x01\x03bob\x06secret"), s("\x01\x00"),
			c("\x05\x01\x00\x03\x07ns.test\x07\x47"), s("\x05\x00\x00\x03\x02gw\x04\x38")},
			"SOCKS5: methods offered\nSOCKS5: user and password needed\nSOCKS5: user and password\nSOCKS5: signed in\nSOCKS5: connect to ns.test:1863\nSOCKS5: connected",
			"SOCKS5", true, "ns.test:1863", [2]int64{30, 13}},
		{"SOCKS5, IPv6", []turn{c("\x05\x01\x00"), s("\x05\x00"), c("\x05\x01\x00\x04" + v6 + "\x07\x47"), s("\x05\x00\x00\x04" + v6 + "\x04\x38")},
			"SOCKS5: methods offered\nSOCKS5: no sign-in needed\nSOCKS5: connect to [2001:db8::1]:1863\nSOCKS5: connected", "SOCKS5", true, "[2001:db8::1]:1863", [2]int64{25, 24}},
		{"SOCKS5, wrong password", []turn{c("\x05\x01\x02"), s("\x05\x02"), c("\x01\x03bob\x01x"), s("\x01\x01")},
			"SOCKS5: methods offered\nSOCKS5: user and password needed\nSOCKS5: user and password\nSOCKS5: refused: wrong user or password", "SOCKS5", false, "", [2]int64{}},
		{"SOCKS5, no method", []turn{c("\x05\x01\x01"), s("\x05\xff")},
			"SOCKS5: methods offered\nSOCKS5: refused: no method fits", "SOCKS5", false, "", [2]int64{}},
		{"SOCKS5, all said at once", []turn{c("\x05\x01\x00\x05\x01\x00\x01\x40\x04\x0d\x3a\x07\x47"), s("\x05\x00\x05\x00\x00\x01\x0a\x00\x00\x01\x04\x38")},
			"SOCKS5: methods offered\nSOCKS5: no sign-in needed\nSOCKS5: connect to 64.4.13.58:1863\nSOCKS5: connected", "SOCKS5", true, "64.4.13.58:1863", [2]int64{13, 12}},
		{"CONNECT", []turn{c("CONNECT messenger.hotmail.com:1863 HTTP/1.0\r\nUser-Agent: MSMSGS\r\n\r\n"), s("HTTP/1.0 200 Connection established\r\n\r\n")},
			"HTTP CONNECT to messenger.hotmail.com:1863\nHTTP CONNECT: connected", "HTTP CONNECT", true, "messenger.hotmail.com:1863", [2]int64{67, 39}},
		{"CONNECT with a second try", []turn{c("CONNECT 64.4.13.58:1863 HTTP/1.1\r\n\r\n"), s("HTTP/1.1 407 Proxy\r\nContent-Length: 4\r\n\r\nnono"),
			c("CONNECT 64.4.13.58:1863 HTTP/1.1\r\nProxy-Authorization: Basic dTpw\r\n\r\n"), s("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")},
			"HTTP CONNECT to 64.4.13.58:1863\nHTTP CONNECT: refused: password needed\nHTTP CONNECT: page of the refusal\nHTTP CONNECT to 64.4.13.58:1863\nHTTP CONNECT: 100\nHTTP CONNECT: connected",
			"HTTP CONNECT", true, "64.4.13.58:1863", [2]int64{105, 89}},
		{"CONNECT refused", []turn{c("CONNECT [2001:db8::1]:1863 HTTP/1.1\r\n\r\n"), s("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nnono")},
			"HTTP CONNECT to [2001:db8::1]:1863\nHTTP CONNECT: refused: 403\n", "HTTP CONNECT", false, "[2001:db8::1]:1863", [2]int64{}},
		{"MSNP", nil, "", "", false, "", [2]int64{}},
		{"another protocol that begins with 4", []turn{c("\x04\x09\x00")}, "", "", false, "", [2]int64{}},
		{"the server speaks first", []turn{s("220 hello\r\n"), c("\x05\x01\x00")}, "", "", false, "", [2]int64{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			turns := test.turns
			if test.open || test.proto == "" {
				turns = append(turns, msnp...)
			}
			var first string
			for _, size := range []int{1 << 20, 1, 2, 3, 7} {
				got, r := play(t, turns, size, true)
				if first == "" {
					first = got
				} else if got != first {
					t.Errorf("in pieces of %d:\n%s\nwhole:\n%s", size, got, first)
				}
				if r.Protocol != test.proto || r.Open != test.open || r.Target() != test.host || r.Inner != test.inner {
					t.Errorf("%+v", r)
				}
			}
			var whys []string
			inner := ""
			New := New()
			for _, u := range turns {
				New.Feed(u.dir, []byte(u.data), func(p Piece) {
					if p.Why == "" {
						inner += string(p.Raw)
						if test.proto == "" || !test.open {
							return
						}
					}
					whys = append(whys, p.Why)
				})
			}
			if test.open {
				if inner != "VER 1 MSNP7\r\nVER 1 MSNP7\r\n" {
					t.Errorf("inside: %q", inner)
				}
				whys = whys[:len(whys)-2]
			}
			if d := cmp.Diff(strings.TrimSuffix(test.want, "\n"), strings.Join(whys, "\n")); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What breaks off says so, and the bytes behind it are those of nothing known.
func TestBroken(t *testing.T) {
	for _, test := range []struct {
		name  string
		turns []turn
		want  string
	}{
		{"password cut", []turn{c("\x05\x01\x02"), s("\x05\x02"), c("\x01\x03bob\x06sec")}, "c2s " + WhyPassword + ` true "\x01\x03bob\x06sec"`},
		{"too long", []turn{c("CONNECT a:1 HTTP/1.0\r\nX: " + strings.Repeat("x", maxMessage))}, "CONNECT"},
		{"no answer", []turn{c("CONNECT a:1 HTTP/1.0\r\n\r\n"), s("hello hello\r\n\r\n")}, `s2c  false "hello hello`},
		{"no request", []turn{c("\x05\x01\x00"), s("\x05\x00"), c("VER 1 MSNP7\r\n")}, `c2s  false "VER 1 MSNP7`},
	} {
		got, r := play(t, test.turns, 1<<20, true)
		if !strings.Contains(got, test.want) || r.Open {
			t.Errorf("%s: %+v\n%s", test.name, r, got)
		}
		if in1, _ := play(t, test.turns, 1, true); in1 != got {
			t.Errorf("%s byte by byte:\n%s\nwhole:\n%s", test.name, in1, got)
		}
	}
}

func TestGap(t *testing.T) {
	d := New()
	var got []string
	emit := func(p Piece) { got = append(got, fmt.Sprintf("%s %q %v", p.Why, p.Raw, p.Partial)) }
	d.Feed(decode.C2S, []byte("\x05\x01\x00"), emit)
	d.Feed(decode.S2C, []byte("\x05"), emit)
	d.Gap(decode.S2C, 1, emit)
	d.Feed(decode.C2S, []byte("VER 1 MSNP7\r\n"), emit)
	want := []string{`SOCKS5: methods offered "\x05\x01\x00" false`, `SOCKS5` + WhyCut + ` "\x05" true`, ` "VER 1 MSNP7\r\n" false`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !d.Over() || d.Result().Open {
		t.Errorf("%+v", d.Result())
	}
}

func TestBegins(t *testing.T) {
	for in, want := range map[string]bool{"": false, "\x04\x01": true, "\x05": true, "C": true, "CONNECT a": true, "CHG 1 NLN\r\n": false, "VER 1": false} {
		if Begins([]byte(in)) != want {
			t.Errorf("%q", in)
		}
	}
}

func TestSecrets(t *testing.T) {
	for _, test := range []struct{ raw, why, want string }{
		{"\x01\x03bob\x06secret", WhyPassword, "\x01\x03bob\x06******"},
		{"\x01\x03bo", WhyPassword, "\x01\x03bo"},
		{"CONNECT a:1 HTTP/1.0\r\nProxy-Authorization: Basic dTpw\r\n\r\n", "HTTP CONNECT to a:1", "CONNECT a:1 HTTP/1.0\r\nProxy-Authorization: **********\r\n\r\n"},
		{"\x05\x01\x00", "SOCKS5: methods offered", "\x05\x01\x00"},
	} {
		b := []byte(test.raw)
		for _, s := range Secrets(b, test.why) {
			copy(b[s.Start:s.End], strings.Repeat("*", s.End-s.Start))
		}
		if string(b) != test.want {
			t.Errorf("%q", b)
		}
	}
}

// FuzzDecoder has the first byte of every ten say who speaks and how much: any
// cutting gives the same pieces, which are the streams.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\x06\x05\x01\x00\x05\x05\x00\x14\x05\x01\x00\x01\x40\x04\x0d\x3a\x07\x47\x15\x05\x00\x00\x01\x0a\x00\x00\x01\x04\x38\x08OUT\r\n"), uint8(1))
	f.Add([]byte("\x36CONNECT a:1 HTTP/1.0\r\n\r\n\x40"+"\x27HTTP/1.0 200 OK\r\n\r\n\x08OUT\r\n"), uint8(2))
	f.Add([]byte("\x12\x04\x01\x07\x47\x00\x00\x00\x01\x00\x11\x00\x5a\x00\x00\x00\x00\x00\x00"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var turns []turn
		for len(b) > 1 {
			n := min(1+int(b[0]>>1), len(b)-1)
			turns = append(turns, turn{decode.Direction(b[0] & 1), string(b[1 : 1+n])})
			b = b[1+n:]
		}
		whole, r1 := play(t, turns, 1<<20, true)
		cut, r2 := play(t, turns, 1+int(size), true)
		if whole != cut || r1 != r2 {
			t.Errorf("in pieces of %d:\n%s\n%+v\nwhole:\n%s\n%+v", 1+int(size), cut, r2, whole, r1)
		}
	})
}
