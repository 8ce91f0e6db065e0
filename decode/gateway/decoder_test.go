// This file tests the decoder.

package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/decode"
)

var opening = []turn{
	post("Action=open&Server=NS&IP=messenger.hotmail.com", "VER 1 MSNP7\r\n"),
	answer("SessionID=964885389.2099; GW-IP=64.4.12.132", "VER 1 M"),
}

func TestSession(t *testing.T) {
	p := play(t, append(opening,
		post("Action=poll&SessionID=964885389.2099", "").on(1),
		answer("SessionID=964885389.2100; GW-IP=64.4.12.133", "SNP7\r\n").on(1),
		post("SessionID=964885389.2100", "OUT\r\n").on(2),
		answer("SessionID=964885389.2101; GW-IP=64.4.12.133; Session=close", "").on(2),
	), 1<<20)
	want := `c0 c2s head #1 open NS messenger.hotmail.com, 13 bytes
c0 c2s data #1 .
c0 s2c head #1 answer, 7 bytes
c0 s2c data #1 .
c1 c2s head #1 poll .
c1 s2c head #1 answer, 6 bytes
c1 s2c data #1 .
c2 c2s head #1 send, 5 bytes
c2 c2s data #1 .
c2 s2c head #1 answer, empty, session closed .
c2 s2c closed #1 closed by the gateway
#1 C "VER 1 MSNP7\r\nOUT\r\n" S "VER 1 MSNP7\r\n" closed by the gateway
`
	if d := cmp.Diff(want, p.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if s := p.table.Oldest(); s.Server != "NS" || s.Host != "messenger.hotmail.com" || s.Gateway != "64.4.12.133" || !s.Opened || !s.Closed {
		t.Errorf("%+v", s)
	}
}

// Whatever way the bodies are carried, the same is inside.
func TestInside(t *testing.T) {
	const id = "SessionID=964885389.2099; GW-IP=64.4.12.132"
	gateway := func(head, rest string) turn {
		return s("HTTP/1.1 200 OK\r\nX-MSN-Messenger: " + id + "\r\n" + head + "\r\n" + rest)
	}
	for _, test := range []struct {
		name  string
		turns []turn
		want  string
	}{
		{"chunked", []turn{opening[0], gateway("Transfer-Encoding: chunked\r\n", "3;x=y\r\nVER\r\nA\r\n 1 MSNP7\r\n\r\n0\r\nTrailer: x\r\n\r\n"),
			post("SessionID=964885389.2099", "PNG\r\n"), answer(id, "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\nPNG\r\n" S "VER 1 MSNP7\r\nQNG\r\n" `},
		{"until the end of an HTTP/1.0 connection", []turn{opening[0], s("HTTP/1.0 200 OK\r\nX-MSN-Messenger: " + id + "\r\n\r\nVER 1"), s(" MSNP7\r\n"),
			post("SessionID=964885389.2099", "PNG\r\n").on(1), answer(id, "QNG\r\n").on(1)},
			`#1 C "VER 1 MSNP7\r\nPNG\r\n" S "VER 1 MSNP7\r\nQNG\r\n" `},
		{"pipelined", []turn{c(opening[0].data + post("SessionID=964885389.2099", "PNG\r\n").data), s(opening[1].data + answer(id, "QNG\r\n").data)},
			`#1 C "VER 1 MSNP7\r\nPNG\r\n" S "VER 1 MQNG\r\n" `},
		{"100 Continue", []turn{c(opening[0].data), s("HTTP/1.1 100 Continue\r\n\r\n"), opening[1]},
			`#1 C "VER 1 MSNP7\r\n" S "VER 1 M" `},
		{"line ends without CR, words in other case", []turn{
			c("POST /gateway/GATEWAY.DLL?action=OPEN&server=SB&ip=64.4.13.1 HTTP/1.1\ncontent-length: 5\n\nPNG\r\n"),
			s("HTTP/1.1 200 OK\nx-msn-messenger: sessionid=a; gw-ip=b\ncontent-length:5\n\nQNG\r\n")},
			`#1 C "PNG\r\n" S "QNG\r\n" `},
		{"two sessions on one connection, with other requests between", []turn{opening[0], opening[1],
			post("Action=open&Server=SB&IP=64.4.13.1", "ANS 1\r\n"), answer("SessionID=964885400.7", "IRO\r\n"),
			c("GET http://x/ HTTP/1.1\r\n\r\n"), s("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nVER 1"),
			c("HEAD http://x/ HTTP/1.1\r\n\r\n"), s("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
			post("SessionID=964885389.2099", "PNG\r\n"), answer("SessionID=964885389.1", "QNG\r\n"),
			post("SessionID=964885400.7", "BYE\r\n"), answer("SessionID=964885400.8;Session=close", "")},
			`#1 C "VER 1 MSNP7\r\nPNG\r\n" S "VER 1 MQNG\r\n" ` + "\n" + `#2 C "ANS 1\r\nBYE\r\n" S "IRO\r\n" closed by the gateway`},
		{"errors carry nothing", []turn{opening[0], opening[1],
			post("SessionID=964885389.2099", ""), s("HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nBAD!"),
			post("SessionID=964885389.2099", ""), s("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nBAD!"),
			post("SessionID=964885389.2099", ""), answer(id+"\r\nContent-Encoding: gzip", "BAD!")},
			`#1 C "VER 1 MSNP7\r\n" S "VER 1 M" `},
		{"not opened", []turn{opening[0], s("HTTP/1.1 502 No\r\nContent-Length: 4\r\n\r\nBAD!")},
			`#1 C "VER 1 MSNP7\r\n" S "" not opened: HTTP 502`},
		{"closed means closed", []turn{opening[0], answer(id+"; Session=close", "OUT\r\n"), post("SessionID=964885389.2099", "PNG\r\n"), answer(id, "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n" S "OUT\r\n" closed by the gateway`},
		{"CONNECT", []turn{opening[0], opening[1], c("CONNECT a:443 HTTP/1.1\r\n\r\n"), s("HTTP/1.1 200 OK\r\n\r\n"), c(opening[0].data), s(opening[1].data)},
			`#1 C "VER 1 MSNP7\r\n" S "VER 1 M" `},
		{"no HTTP", []turn{opening[0], opening[1], c("what\r\nis" + post("Action=poll&SessionID=964885389.2099", "").data), s("what is" + answer(id, "QNG\r\n").data)},
			`#1 C "VER 1 MSNP7\r\n<-1>" S "VER 1 M<-1>QNG\r\n" `},
		{"a head without end", []turn{opening[0], s("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", maxHead/6) + "\r\n\r\n" + opening[1].data)},
			`#1 C "VER 1 MSNP7\r\n" S "<-1>VER 1 M" `},
		{"chunks without sense", []turn{opening[0], gateway("Transfer-Encoding: chunked\r\n", "3\r\nVERyes"+opening[1].data)},
			`#1 C "VER 1 MSNP7\r\n" S "VER<-1>VER 1 M" `},
	} {
		t.Run(test.name, func(t *testing.T) {
			whole := play(t, test.turns, 1<<20)
			if d := cmp.Diff(strings.TrimSpace(test.want), strings.TrimSpace(whole.insides())); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, whole)
			}
			for _, size := range []int{1, 2, 5, 100} {
				if cut := play(t, test.turns, size); cut.String() != whole.String() {
					t.Errorf("in pieces of %d:\n%s", size, cmp.Diff(whole.String(), cut.String()))
				}
			}
		})
	}
}

// What is missing from the capture takes nothing else with it.
func TestMissing(t *testing.T) {
	id := func(n int) string { return fmt.Sprintf("SessionID=964885389.%d", n) }
	plain := func(n string) string { return "SessionID=" + n }
	for _, test := range []struct {
		name  string
		turns []turn
		want  string
	}{
		{"in a body", []turn{opening[0], opening[1],
			c(strings.TrimSuffix(post(id(2099), "CHG 1 NLN\r\n").data, " 1 NLN\r\n")), missing(decode.C2S, 3), c("NLN\r\n"), answer(id(3), "")},
			`#1 C "VER 1 MSNP7\r\nCHG<3>NLN\r\n" S "VER 1 M"`},
		{"the end of a body", []turn{opening[0], s(strings.TrimSuffix(opening[1].data, "1 M")), missing(decode.S2C, 3), post(id(2099), ""), answer(id(3), "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n" S "VER <3>QNG\r\n"`},
		{"more than a body", []turn{opening[0], s(strings.TrimSuffix(opening[1].data, "1 M")), missing(decode.S2C, 300), post(id(2099), ""), answer(id(3), "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n" S "VER <-1>QNG\r\n"`},
		{"a response with the next id", []turn{opening[0], missing(decode.S2C, 100), post(plain("b"), "PNG\r\n"), answer(plain("c"), "QNG\r\n"), post(plain("c"), "PNG\r\n")},
			`#1 C "VER 1 MSNP7\r\nPNG\r\nPNG\r\n" S "<-1>QNG\r\n"`},
		{"a response whose loss shows late", []turn{opening[0], post(plain("b"), "PNG\r\n"), missing(decode.S2C, 100), answer(plain("c"), "QNG\r\n"), post(plain("c"), "PNG\r\n")},
			`#1 C "VER 1 MSNP7\r\nPNG\r\nPNG\r\n" S "<-1>QNG\r\n"`},
		{"a response with the next id of the known form", []turn{opening[0], opening[1], post(id(2099), ""), missing(decode.S2C, 100), post(id(7), "PNG\r\n").on(1), answer(id(8), "QNG\r\n").on(1)},
			`#1 C "VER 1 MSNP7\r\nPNG\r\n" S "VER 1 M<-1>QNG\r\n"`},
		{"a request", []turn{opening[0], answer(plain("a"), "VER 1 M"), answer(plain("b"), "NLN\r\n"), missing(decode.C2S, 100), post(plain("b"), "PNG\r\n"), answer(plain("c"), "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n<-1>PNG\r\n" S "VER 1 MNLN\r\nQNG\r\n"`},
		{"an opening of another session", []turn{opening[0], opening[1], answer("SessionID=964885400.1", "IRO\r\n"), missing(decode.C2S, 100), post("SessionID=964885400.1", "PNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n" S "VER 1 M"` + "\n" + `#2 C "<-1>PNG\r\n" S "IRO\r\n"`},
		{"the beginning", []turn{s("LN\r\n"), post(plain("b"), "PNG\r\n"), answer(plain("c"), "QNG\r\n")},
			`#1 C "PNG\r\n" S "QNG\r\n"`},
		{"the beginning, a response first", []turn{answer(plain("b"), "NLN\r\n"), post(plain("b"), "PNG\r\n"), answer(plain("c"), "QNG\r\n")},
			`#1 C "PNG\r\n" S "NLN\r\nQNG\r\n"`},
		{"how much is not known", []turn{opening[0], s(strings.TrimSuffix(opening[1].data, "1 M")), missing(decode.S2C, -1), post(id(2099), ""), answer(id(3), "QNG\r\n")},
			`#1 C "VER 1 MSNP7\r\n" S "VER <-1>QNG\r\n"`},
		{"the end", []turn{opening[0], s(strings.TrimSuffix(opening[1].data, "1 M"))},
			`#1 C "VER 1 MSNP7\r\n" S "VER <3>"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			whole := play(t, test.turns, 1<<20)
			if d := cmp.Diff(strings.TrimSpace(test.want), strings.ReplaceAll(strings.TrimSpace(whole.insides()), "\" \n", "\"\n")); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, whole)
			}
			if cut := play(t, test.turns, 1); cut.String() != whole.String() {
				t.Errorf("byte by byte:\n%s", cmp.Diff(whole.String(), cut.String()))
			}
		})
	}
}

// The table keeps a bounded number of sessions and of their ids.
func TestTableIsBounded(t *testing.T) {
	var forgotten []int64
	p := &Table{Forgotten: func(s *Session) { forgotten = append(forgotten, s.Number) }}
	d := New(p)
	var first *Session
	emit := func(x *Piece) {
		if first == nil {
			first = x.Session
		}
	}
	for i := range maxSessions + 1 {
		d.Feed(decode.C2S, []byte(opening[0].data), emit)
		d.Feed(decode.S2C, []byte(answer(fmt.Sprintf("SessionID=first%d.1", i), "").data), emit)
		for k := range maxIDs {
			d.Feed(decode.C2S, []byte(post(fmt.Sprintf("Action=poll&SessionID=first0.%d", k+1), "").data), emit)
			d.Feed(decode.S2C, []byte(answer(fmt.Sprintf("SessionID=first0.%d", k+2), "").data), emit)
		}
	}
	if len(forgotten) != 1 || forgotten[0] != 2 {
		t.Errorf("forgotten: %v", forgotten)
	}
	if p.order.Len() != maxSessions || len(p.ids) > maxSessions+maxIDs || len(p.stems) > maxSessions || first.element == nil {
		t.Errorf("%d sessions, %d ids, %d stems", p.order.Len(), len(p.ids), len(p.stems))
	}
	for s := p.Oldest(); s != nil; s = p.Oldest() {
		p.Forget(s)
	}
	if len(p.ids)+len(p.stems) != 0 {
		t.Errorf("left over: %v %v", p.ids, p.stems)
	}
}

func TestRecognise(t *testing.T) {
	ok := opening[0].data
	for _, test := range []struct {
		name     string
		c2s, s2c string
		want     decode.Answer
		swapped  bool
	}{
		{"nothing", "", "", decode.Maybe, false},
		{"a request", ok, "", decode.Yes, false},
		{"its beginning", ok[:20], "", decode.Maybe, false},
		{"a response", "", opening[1].data, decode.Yes, false},
		{"a response first", opening[1].data, "", decode.Yes, true},
		{"half a response", opening[1].data[:30], "", decode.Maybe, false},
		{"a page", "GET /gateway/gateway.dll?Action=open HTTP/1.1\r\n", "", decode.No, false},
		{"another form", "POST /gateway/gateway.dll?x=Action HTTP/1.1\r\n", "", decode.No, false},
		{"another file", "POST /notgateway.dll?Action=poll HTTP/1.1\r\n", "", decode.No, false},
		{"an id is missing", "POST /gateway/gateway.dll?Action=poll HTTP/1.1\r\n", "", decode.No, false},
		{"another server", "", "HTTP/1.1 200 OK\r\n\r\n", decode.No, false},
		{"MSNP", "VER 1 MSNP7\r\n", "", decode.No, false},
		{"a line without end", "POST " + strings.Repeat("x", maxFirst), "", decode.No, false},
	} {
		answer, swapped := Recognise([]byte(test.c2s), []byte(test.s2c))
		if answer != test.want || swapped != test.swapped {
			t.Errorf("%s: %v, %v", test.name, answer, swapped)
		}
	}
}

func TestSecrets(t *testing.T) {
	b := []byte("POST /gateway/gateway.dll?SessionID=1 HTTP/1.1\r\nCookie: MSPAuth\r\n\r\nUSR 3 MD5 S 7f91\r\n")
	for _, s := range Secrets(b) {
		copy(b[s.Start:s.End], strings.Repeat("*", s.End-s.Start))
	}
	if want := "POST /gateway/gateway.dll?SessionID=1 HTTP/1.1\r\nCookie: *******\r\n\r\n******************"; string(b) != want {
		t.Errorf("%q", b)
	}
}
