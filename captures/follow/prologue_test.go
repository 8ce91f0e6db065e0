// This file tests following connections that begin with what a client says to a
// SOCKS or HTTP proxy.

package follow

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

const (
	socks5 = `C: \x05\x02\x00\x02
		S: \x05\x02
		C: \x01\x03bob\x06secret
		S: \x01\x00
		C: \x05\x01\x00\x01\x40\x04\x0d\x01\x07\x47
		S: \x05\x00\x00\x01\x0a\x00\x00\x01\x04\x38
`
	socks4a = `C: \x04\x01\x07\x47\x00\x00\x00\x01\x00messenger.hotmail.com\x00
		S: \x00\x5a\x00\x00\x00\x00\x00\x00
`
	connect = `C: CONNECT 64.4.13.1:1863 HTTP/1.0\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n
		S: HTTP/1.0 200 OK\r\n\r\n
`
	signIn = `C: VER 1 MSNP7\r\n
		S: VER 1 MSNP7\r\n
		C: USR 2 MD5 I a@b.c\r\n
`
)

// binary is talk with bytes written as \x05.
func binary(script string) streamstest.Conversation {
	c := talk(0, script)
	for i := range c.Turns {
		var b []byte
		for s := string(c.Turns[i].Data); s != ""; {
			if strings.HasPrefix(s, `\x`) {
				hex := strings.ToLower(s[2:4])
				b = append(b, byte(strings.IndexByte(digits, hex[0])<<4|strings.IndexByte(digits, hex[1])))
				s = s[4:]
				continue
			}
			b, s = append(b, s[0]), s[1:]
		}
		c.Turns[i].Data = b
	}
	return c
}

const digits = "0123456789abcdef"

func TestPrologue(t *testing.T) {
	for _, test := range []struct {
		name, script string
		via, server  string
		raw          []string // Text of the raw events
	}{
		{"SOCKS5", socks5 + signIn, "SOCKS5 at 64.4.13.58:1863", "64.4.13.1:1863", []string{
			"SOCKS5: methods offered", "SOCKS5: user and password needed", "SOCKS5: user and password", "SOCKS5: signed in", "SOCKS5: connect to 64.4.13.1:1863", "SOCKS5: connected"}},
		{"SOCKS4a", socks4a + signIn, "SOCKS4a to messenger.hotmail.com:1863", "64.4.13.58:1863", []string{
			"SOCKS4a: connect to messenger.hotmail.com:1863", "SOCKS4a: connected"}},
		{"CONNECT", connect + signIn, "HTTP CONNECT at 64.4.13.58:1863", "64.4.13.1:1863", []string{
			"HTTP CONNECT to 64.4.13.1:1863", "HTTP CONNECT: connected"}},
		{"none", signIn, "", "64.4.13.58:1863", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, mss := range []int{0, 1, 3} {
				for _, f := range []streamstest.File{{}, live} {
					conv := binary(test.script)
					conv.MSS = mss
					r := follow(t, capture(f, conv))
					streamsOf(t, r, []streamstest.Conversation{conv})
					c := r.conns[1]
					if c.Via != test.via || c.Server.String() != test.server || c.Client != client {
						t.Errorf("%+v, ignored %q", c, r.ignored)
					}
					if got := r.commandsVia(); got != "VER VER USR" {
						t.Errorf("commands %s\n%s", got, r.listing())
					}
					var raw []string
					for _, e := range r.events {
						if e.Cmd() == "" {
							raw = append(raw, e.Text)
						}
						if m := e.Masked(nil); bytes.Contains(m.Raw, []byte("secret")) || bytes.Contains(m.Raw, []byte("c2VjcmV0")) {
							t.Errorf("event %d shows a secret: %q", e.ID, m.Raw)
						}
					}
					if got, want := strings.Join(raw, "\n"), strings.Join(test.raw, "\n"); got != want {
						t.Errorf("raw:\n%s\nwant:\n%s", got, want)
					}
				}
			}
		})
	}
}

// An edit of the proxy's is where it was made, the prologue counted.
func TestPrologueEdit(t *testing.T) {
	// The prologue's answer has 8 bytes, the line up to the address 9.
	r := follow(t, capture(live, binary(socks4a+`
		C: VER 1 MSNP7\r\n
		+ rewrote s2c bytes from 17: sent "64.4.13.7:1863", delivered "10.0.0.1:1863"
		S: XFR 2 NS 64.4.13.7:1863\r\n`)))
	e := r.events[slices.IndexFunc(r.events, func(e event.Event) bool { return e.Cmd() == "XFR" })]
	if string(e.Delivered) != "XFR 2 NS 10.0.0.1:1863\r\n" {
		t.Errorf("delivered %q\n%s", e.Delivered, r.listing())
	}
}

// What is carried behind a prologue and is not MSNP is named.
func TestPrologueIgnored(t *testing.T) {
	for want, script := range map[string]string{
		"TLS, through HTTP CONNECT to 64.4.13.1:1863": connect + `C: \x16\x03\x01\x00\x05hello`,
		"SOCKS5, refused: no method fits":             `C: \x05\x01\x01` + "\n" + `S: \x05\xff`,
		"SOCKS5":                                      `C: \x05\x01\x00`,
		"no MSNP command, through SOCKS4a to messenger.hotmail.com:1863": socks4a,
	} {
		r := follow(t, capture(streamstest.File{}, binary(script)))
		if len(r.ignored) != 1 || !strings.HasSuffix(r.ignored[0], ": "+want) {
			t.Errorf("%q, want %q", r.ignored, want)
		}
	}
}

// Refusals without end are not kept.
func TestPrologueIsBounded(t *testing.T) {
	again := "C: CONNECT 64.4.13.1:1863 HTTP/1.0\\r\\n\\r\\n\nS: HTTP/1.0 407 No\\r\\nContent-Length: 3\\r\\n\\r\\nno!\n"
	r := newTold(t)
	f := New(0, r)
	var held int
	packets(t, capture(streamstest.File{}, talk(0, strings.Repeat(again, maxGreeting))), func(p *pcapfile.Packet) {
		if f.Packet(p); len(r.ignored) == 0 {
			held++
		}
	})
	if len(r.ignored) != 1 || held > 3*maxGreeting || !strings.HasSuffix(r.ignored[0], ": HTTP CONNECT") {
		t.Errorf("%q after %d packets", r.ignored, held)
	}
}

// A gateway is reached through a SOCKS proxy as well.
func TestPrologueThenGateway(t *testing.T) {
	conv := binary(socks5)
	for i, m := range gatewayChat()[0].Turns {
		conv.Turns = append(conv.Turns, streamstest.Turn{Side: i % 2, Data: m.Data})
	}
	r := follow(t, capture(streamstest.File{}, conv))
	streamsOf(t, r, []streamstest.Conversation{conv})
	if r.conns[1].Role != decode.RoleGW || r.conns[1].Server.String() != "64.4.13.1:1863" || r.commandsVia() != "VER VER INF INF USR" {
		t.Errorf("%+v: %s", r.conns[1], r.commandsVia())
	}
}
