// This file tests invented people one command at a time, and that commands of
// any bytes stay commands.

package pseudonym_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pseudonym"
	"msnscope/decode"
)

func Example() {
	p := pseudonym.New()
	fmt.Println(p.Handle("alice@hotmail.com") == p.Handle("Alice@Hotmail.com"))
	fmt.Println(p.Handle("alice@hotmail.com") == pseudonym.New().Handle("alice@hotmail.com"))
	// Output:
	// true
	// false
}

// framed returns the first command in a stream.
func framed(dir decode.Direction, stream []byte) (event.Event, bool) {
	framer := decode.Framer{Dir: dir, Dialect: 7}
	framer.Feed(stream)
	var f decode.Frame
	if !framer.Next(&f) || f.Kind != decode.FrameCommand {
		return event.Event{}, false
	}
	raw := bytes.Clone(f.Raw)
	return event.Event{
		Dir: dir, Dialect: 7, Role: decode.RoleNS, Raw: raw, Line: f.Line, Body: f.Body,
		TrID: decode.TrID(raw[:f.Line], dir, 7), Account: "alice@hotmail.com",
	}, true
}

func TestShapes(t *testing.T) {
	p := pseudonym.New()
	for line, want := range map[string]string{
		"<VER 1 MSNP7 CVR0":                                  `^VER 1 MSNP7 CVR0$`,
		"<USR 4 OK alice@hotmail.com Alice 1":                `^USR 4 OK \w+\.\w+@example\.com \w+%20\w+ 1$`,
		"<NLN AWY bob@hotmail.com bob@hotmail.com":           `^NLN AWY (\S+@example\.com) \S+@example\.com$`,
		"<XFR 2 NS 64.4.13.58:1863 0":                        `^XFR 2 NS 10\.\d+\.\d+\.\d+:1863 0$`,
		"<XFR 9 SB 64.4.13.58:1863 CKI 17262740.1050826919":  `^XFR 9 SB 10\.\S+:1863 CKI \d{8}\.\d{10}$`,
		"<RNG 11752013 [2001:db9::1]:1863 CKI 1.1 b@c.d Bob": `^RNG \d{8} \[2001:db8:\S+\]:1863 CKI \S+ \S+@example\.com \S+$`,
		"<LST 5 FL 9 3 40 bob@hotmail.com Bob 0,2":           `^LST 5 FL 9 3 40 \S+@example\.com \S+ 0,2$`,
		"<PRP 9 PHH 555%201234":                              `^PRP 9 PHH \d{3}%20\d{4}$`,
		"<911 5":                                             `^911 5$`,
		">CVR 9 0x0409 win 4.10 i386 MSMSGS 4.6.0073 MSMSGS": `^CVR 9 0x0409 win 4.10 \w+ MSMSGS 4.6.0073 \w+$`,
		"<MSG Hotmail Hotmail 0":                             `^MSG Hotmail Hotmail 0$`,
		"<MSG bob@hotmail.com Hotmail 0":                     `^MSG \S+@example\.com \w+%20\w+ 0$`,
		">CHG 7 BSY":                                         `^CHG 7 BSY$`,
		">FOO 7 bar":                                         `^FOO 7 xxx$`,
	} {
		dir := decode.C2S
		if line[0] == '<' {
			dir = decode.S2C
		}
		e, ok := framed(dir, []byte(line[1:]+"\r\n"))
		if !ok {
			t.Fatal(line)
		}
		n := p.Event(&e)
		got := string(n.Raw[:n.Line])
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s became %s", line, got)
		}
		if again := p.Event(&e); !bytes.Equal(again.Raw, n.Raw) {
			t.Errorf("%s became %s and %s", line, n.Raw, again.Raw)
		}
	}
}

// Who says something in a chat is who is in the list, and the redirect names the
// server that the connection goes to.
func TestTheSameStaysTheSame(t *testing.T) {
	p := pseudonym.New()
	line := func(dir decode.Direction, s string) string {
		e, ok := framed(dir, []byte(s))
		if !ok {
			t.Fatal(s)
		}
		return string(p.Event(&e).Raw)
	}
	lst := strings.Fields(line(decode.S2C, "LST 5 FL 9 3 40 Bob@hotmail.com Bob%20B 0\r\n"))
	const typing = "Content-Type: text/x-msmsgscontrol\r\nTypingUser: bob@hotmail.com\r\n\r\n\r\n"
	msg := line(decode.S2C, fmt.Sprintf("MSG bob@hotmail.com Bob%%20B %d\r\n%s", len(typing), typing))
	if strings.Count(msg, lst[6]) != 2 || !strings.Contains(msg, " "+lst[7]+" ") {
		t.Errorf("%q and %q", lst, msg)
	}
	server := netip.MustParseAddrPort("64.4.13.58:1863")
	c := p.Connection(&event.Connection{Server: server, Client: netip.MustParseAddrPort("1.2.3.4:5"), Account: "bob@hotmail.com"})
	if xfr := line(decode.S2C, "XFR 2 NS 64.4.13.58:1863 0\r\n"); !strings.Contains(xfr, " "+c.Server.String()+" ") || c.Account != lst[6] || c.Server == server {
		t.Errorf("%q, connection to %v of %s", xfr, c.Server, c.Account)
	}
	sb := strings.Fields(line(decode.S2C, "XFR 9 SB 64.4.13.58:1863 CKI 17262740.105\r\n"))
	usr := strings.Fields(line(decode.C2S, "USR 1 alice@hotmail.com 17262740.105\r\n"))
	if sb[5] != usr[3] {
		t.Errorf("cookies %s and %s", sb[5], usr[3])
	}
	const accept = "Content-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: ACCEPT\r\nAuthCookie: 93\r\n\r\n"
	invitation := line(decode.S2C, fmt.Sprintf("MSG bob@hotmail.com Bob %d\r\n%s", len(accept), accept))
	transfer := event.Event{Role: decode.RoleFT, Raw: []byte("USR bob@hotmail.com 93\r\n"), Line: 22, Body: 24}
	if raw := string(p.Event(&transfer).Raw); !strings.HasSuffix(raw, " 93\r\n") || !strings.Contains(invitation, "AuthCookie: 93\r\n") {
		t.Errorf("%q of the invitation %q", raw, invitation)
	}
	ringing := line(decode.S2C, "CAL 2 RINGING 246\r\n")
	if c := p.Connection(&event.Connection{Chat: "246"}); ringing != "CAL 2 RINGING "+c.Chat+"\r\n" {
		t.Errorf("%q in the chat %s", ringing, c.Chat)
	}
	rewritten := event.Event{Raw: []byte("XFR 2 NS 64.4.13.58:1863 0\r\n"), Line: 26, Body: 28, TrID: 2, Dir: decode.S2C, Delivered: []byte("XFR 2 NS 5.6.7.8:1863 0\r\n")}
	if d := p.Event(&rewritten).Delivered; d == nil || bytes.Contains(d, []byte("5.6.7.8")) {
		t.Errorf("delivered %q", d)
	}
}

// What kind of message it is stays to be seen, not what it says.
func TestPayloads(t *testing.T) {
	p := pseudonym.New()
	header := "\x07" + strings.Repeat("\x00", 23) + "\x04" + strings.Repeat("\x00", 23)
	for payload, want := range map[string]string{
		"Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1\r\n\r\n":                         `\nID: 1\r\n\r\n$`,
		"Content-Type: text/x-msnmsgr-datacast\r\n\r\nID: 2\r\nData: zqwink\r\n\r\n":         `\nID: 2\r\nData: [b-z]{6}\r\n\r\n$`,
		"Content-Type: text/x-msmsgscontrol\r\nRecordingUser: zq@hotmail.com\r\n\r\n\r\n":    `\nRecordingUser: \S+@example\.com\r\n`,
		"Content-Type: application/x-msmsgsemailnotification\r\n\r\nInbox-Unread: 3\r\n\r\n": `application/x-msmsgsemailnotification\r\n\r\nInbox-Unread: 3\r\n`,
		"Content-Type: text/x-msmsgsinvite\r\n\r\nPublic-IP: 3325256782\r\n\r\n":             `\nPublic-IP: \d{10}\r\n`,
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + header + "zqzq\x00\x00\x00\x01":   `\r\n\r\n\x07(\x00){23}\x04(\x00){30}\x01$`,
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + header + "zqzqzqzq":               `\r\n\r\n\x07(\x00){23}\x04(\x00){31}$`,
		// The header of MSNP16 is shorter.
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n\x08\x00\x00\x20\x00\x00\x00\x01INVITE MSNMSGR:zq@hotmail.com MSNSLP/1.0\r\n": `\r\n\r\nxxx xxxx`,
	} {
		e, ok := framed(decode.S2C, fmt.Appendf(nil, "MSG zq@hotmail.com Zq %d\r\n%s", len(payload), payload))
		if !ok {
			t.Fatal(payload)
		}
		got := p.Event(&e).Raw
		if !regexp.MustCompile(want).Match(got) || bytes.Contains(bytes.ToLower(got), []byte("zq")) || bytes.Contains(got, []byte("3325256782")) {
			t.Errorf("%q became %q", e.Raw, got)
		}
	}
}

// A word that may be an address or a telephone is no version, no time, no group.
func TestAddressesInOddPlaces(t *testing.T) {
	p := pseudonym.New()
	for _, line := range []string{
		"<JOI bob@hotmail.com Bob 64.4.13.58", "<CAL 2 RINGING 64.4.13.58", ">CVR 9 0x0409 win 64.4.13.58 i386 MSMSGS 64.4.13.58",
		">SYN 1 64.4.13.58:1863 0", "<LST 5 FL 9 1 1 bob@hotmail.com Bob 5550101234567",
	} {
		dir := decode.C2S
		if line[0] == '<' {
			dir = decode.S2C
		}
		e, ok := framed(dir, []byte(line[1:]+"\r\n"))
		if !ok {
			t.Fatal(line)
		}
		if raw := p.Event(&e).Raw; bytes.Contains(raw, []byte("64.4.13.58")) || bytes.Contains(raw, []byte("5550101234567")) {
			t.Errorf("%s became %s", line, raw)
		}
	}
	const stamp = "2005-04-23T18:57:44.8130000-07:00"
	if e, _ := framed(decode.C2S, []byte("SYN 1 "+stamp+" "+stamp+"\r\n")); !bytes.Contains(p.Event(&e).Raw, []byte(stamp)) {
		t.Errorf("%s became %s", stamp, p.Event(&e).Raw)
	}
}

// A piece of a command is read as the same piece, in what is exported.
func TestPieces(t *testing.T) {
	for piece, want := range map[string]string{
		"MSG zq@hotmail.com Zq 90\r\nzq 7":   "MSG xxxxxxxxxxxxxx xx 90\r\nxx x",
		"MSG 2 N 90 \r\n":                    "MSG x x 90 \r\n",
		"MSG 2 N 90":                         "MSG x x xx", // its line may go on
		"see 5550101\r\nzq":                  "see xxxxxxx\r\nxx",
		"MSG 2 N 5550101\r\nzq":              "MSG x x xxxxxxx\r\nxx", // longer than any
		"MSG 2 N 2\r\nMSG 2 N 90\r\nzq":      "MSG x x x\r\nxxx x x xx\r\nxx",
		"zq@hotmail.com said MSG 9 90\r\nzq": "xxxxxxxxxxxxxx xxxx xxx x xx\r\nxx",
	} {
		e := &event.Event{Kind: event.Raw, Raw: []byte(piece), Partial: true, Text: decode.WhyCutByGap}
		if got := string(pseudonym.New().Event(e).Raw); got != want {
			t.Errorf("%q became %q, want %q", piece, got, want)
		}
		if e.Text = decode.WhyAfterGap; strings.Contains(string(pseudonym.New().Event(e).Raw), "90") {
			t.Errorf("%q: the rest of a command declares a length", piece)
		}
	}
}

// What a proxy is to connect to is an address, too.
func TestWhy(t *testing.T) {
	p := pseudonym.New()
	for why, want := range map[string]string{
		decode.WhyCutByGap:                                           `^cut by missing packets$`,
		"SOCKS5: connect to zq.example.org:1863":                     `^SOCKS5: connect to [a-z]{10}\.example:1863$`,
		"SOCKS4: listen for 64.4.13.58:1863":                         `^SOCKS4: listen for 10\.\d+\.\d+\.\d+:1863$`,
		"SOCKS5: relay datagrams for [2001:db9::1]:9":                `^SOCKS5: relay datagrams for \[2001:db8:\S+\]:9$`,
		"SOCKS5: connect to ":                                        `^SOCKS5: connect to $`,
		"HTTP CONNECT to zq.example.org:1863":                        `^HTTP CONNECT to [a-z]{10}\.example:1863$`,
		"HTTP gateway: open NS zqhost, 18 bytes":                     `^HTTP gateway: open NS [a-z]{10}\.example, 18 bytes$`,
		"HTTP gateway: open zq 64.4.13.58; the opening was not":      `^HTTP gateway: open [b-z]{2} 10\.\d+\.\d+\.\d+; the opening was not$`,
		"HTTP gateway: answer, 13 bytes":                             `^HTTP gateway: answer, 13 bytes$`,
		"HTTP gateway: open NS":                                      `^HTTP gateway: open NS$`,
		"SOCKS5: connect to 64.4.13.58:1863: a message that was cut": `^SOCKS5: connect to 10\.\d+\.\d+\.\d+:1863: a message that was cut$`,
	} {
		got := p.Event(&event.Event{Kind: event.Raw, Text: why}).Text
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s became %s", why, got)
		}
	}
	c := p.Connection(&event.Connection{Server: netip.MustParseAddrPort("64.4.13.58:1863")})
	if got := p.Event(&event.Event{Kind: event.Raw, Text: "HTTP CONNECT to 64.4.13.58:1863"}).Text; got != "HTTP CONNECT to "+c.Server.String() {
		t.Errorf("%s of the connection to %v", got, c.Server)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(true, []byte("MSG a@b.c A 40\r\nContent-Type: text/plain\r\n\r\nhello world!"))
	f.Add(true, []byte("NLN AWY  \xff%zz%20 x=y\r\n"))
	f.Add(false, []byte("MSG 1 N 9 \r\nhello: 12"))
	f.Add(false, []byte("QRY 5 msmsgs@msnmsgr.com 32\r\n0123456789abcdef0123456789abcdef"))
	f.Add(true, []byte("RNG 1 [::1]:9 CKI 5 b@c.d \xc3\r\n"))
	p := pseudonym.New()
	f.Fuzz(func(t *testing.T, fromServer bool, b []byte) {
		dir := decode.C2S
		if fromServer {
			dir = decode.S2C
		}
		for _, kind := range []event.Kind{event.Raw, event.Note} {
			for _, role := range []decode.Role{decode.RoleNS, decode.RoleFT} {
				p.Event(&event.Event{Kind: kind, Raw: b, Role: role, Partial: true, Text: string(b), Note: string(b), Delivered: b})
			}
		}
		e, ok := framed(dir, b)
		if !ok {
			return
		}
		n := p.Event(&e)
		again, ok := framed(dir, n.Raw)
		if !ok || len(again.Raw) != len(n.Raw) || again.Line != n.Line || again.Body != n.Body || again.Cmd() != e.Cmd() || again.TrID != e.TrID {
			t.Errorf("%q became %q", e.Raw, n.Raw)
		}
	})
}
