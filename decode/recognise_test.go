// This file tests that MSNP is known by what is said, and nothing else is
// taken for it.

package decode

import (
	"strings"
	"testing"
)

// recognise judges a connection of which this is all.
func recognise(c2s, s2c []byte) Verdict {
	var r Recogniser
	return r.Look(c2s, s2c)
}

func TestRecognise(t *testing.T) {
	const binary = "\x00\x17\x93\xfe\x02\x01zz\x00\n\x05\x99"
	for _, c := range []struct {
		name     string
		c2s, s2c string
		want     Answer
		swapped  bool
		reason   string
	}{
		{name: "nothing", want: Maybe},
		{name: "client begins", c2s: "VER 1 MSNP7 MSNP6 CVR0\r\n", want: Yes},
		{name: "half a line", c2s: "VER 1 MS", want: Maybe},
		{name: "INF", c2s: "INF 2\r\n", want: Yes},
		{name: "version query", c2s: "CVQ 2 0x0409 win 4.10 i386 MSMSGS 1.0.0863 \r\n", want: Yes},
		{name: "switchboard", c2s: "USR 1 alice@hotmail.com 16925950.1016955577.17693\r\n", want: Yes},
		{name: "switchboard, invited", c2s: "ANS 1 a@b 849102291.520491932 11752099\n", want: Yes},
		{name: "message from the server", s2c: "MSG bob@x Bob 133\r\nMIME-Version: 1.0", want: Yes},
		{name: "presence", s2c: "NLN NLN a@b c\r\n", want: Yes},
		{name: "keep-alive", c2s: "PNG\r\n", s2c: "QNG\r\n", want: Yes},
		{name: "keep-alive, one side", s2c: "QNG\r\nQNG\r\n", want: Maybe},
		{name: "busy server", s2c: "601\r\n", want: Maybe},
		{name: "inside a payload", s2c: "me-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHi thereMSG bob@x Bob 133\r\n", want: Yes},
		{name: "inside a binary payload", c2s: binary + "MSG 12 D 300\r\n" + binary, want: Yes},
		{name: "swapped presence", c2s: "NLN NLN a@b c\r\n", want: Yes, swapped: true},
		{name: "swapped keep-alive", c2s: "QNG\r\n", s2c: "PNG\r\n", want: Yes, swapped: true},
		{name: "swapped chat", c2s: "MSG bob@x Bob 133\r\n", s2c: "MSG 3 N 133\r\n", want: Yes, swapped: true},
		{name: "swapped sign-in", c2s: "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 12.3\r\n", s2c: "VER 1 MSNP7 CVR0\r\nINF 2\r\nUSR 3 MD5 I a@b\r\n", want: Yes, swapped: true},
		{name: "later dialects", s2c: "UBX a@b.c 120\r\n", want: Yes},

		{name: "HTTP", c2s: "GET / HTTP/1.1\r\nHost: x\r\n", s2c: "HTTP/1.1 200 OK\r\n", want: No, reason: "HTTP"},
		{name: "HTTP page about MSNP", c2s: "GET /msnp HTTP/1.0\r\n\r\n", s2c: "HTTP/1.0 200 OK\r\n\r\nVER 1 MSNP7 MSNP6\r\n", want: No, reason: "HTTP"},
		{name: "HTTP answer only", s2c: "HTTP/1.0 200 OK\r\n\r\nVER 1 MSNP7\r\n", want: No, reason: "HTTP"},
		{name: "gateway", c2s: "POST http://gateway.messenger.hotmail.com/gateway/gateway.dll?Action=open&Server=NS HTTP/1.1\r\n", want: No, reason: "HTTP"},
		{name: "CONNECT", c2s: "CONNECT messenger.hotmail.com:1863 HTTP/1.0\r\n", want: No, reason: "HTTP CONNECT"},
		{name: "TLS", c2s: "\x16\x03\x01\x02\x00\x01\x00", want: No, reason: "TLS"},
		{name: "LDAP", c2s: "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", want: No, reason: "LDAP"},
		{name: "LDAP, Windows", c2s: "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x60\x84", want: No, reason: "LDAP"},
		{name: "SOCKS5", c2s: "\x05\x01\x00", want: No, reason: "SOCKS"},
		{name: "SMTP", c2s: "EHLO x\r\nMAIL FROM:<a@b>\r\n", s2c: "220 mail.x ESMTP\r\n250 ok\r\n", want: No, reason: "SMTP"},
		{name: "SMTP server only", s2c: "220 mail.x ESMTP\r\n250 ok\r\n", want: No, reason: "SMTP, FTP or NNTP"},
		{name: "SMTP carrying MSNP", c2s: "EHLO x\r\nDATA\r\nMSG 1 N 20\r\nVER 1 MSNP7\r\n", want: No, reason: "SMTP"},
		{name: "POP3", c2s: "USER al\r\nPASS x\r\nTOP 1 10\r\n", s2c: "+OK ready\r\n", want: No, reason: "IRC, POP3 or FTP"},
		{name: "IMAP", c2s: "001 LOGIN a b\r\n", s2c: "* OK IMAP4rev1\r\n", want: No, reason: "IMAP"},
		{name: "FTP", c2s: "CWD /x\r\nPWD\r\n", s2c: "220 ready\r\n230 ok\r\n250 5\r\n", want: No, reason: "SMTP, FTP or NNTP"},
		{name: "IRC", c2s: "NICK al\r\nUSER al 0 * :al\r\n", want: No, reason: "IRC"},
		{name: "NNTP", s2c: "200 news.x ready\r\n211 5 1 5 x\r\n", want: No, reason: "SMTP, FTP or NNTP"},
		{name: "MSNFTP", c2s: "VER MSNFTP\r\n", s2c: "VER MSNFTP\r\n", want: No, reason: "MSNFTP"},
		{name: "error codes are no evidence", s2c: "250 1\r\n354 2\r\n", want: Maybe},
		{name: "long text", c2s: strings.Repeat("some words of no meaning at all\r\n", 400), want: No, reason: "no MSNP command"},
		{name: "long binary", s2c: strings.Repeat(binary, 900), want: No, reason: "no MSNP command"},
		{name: "one long line", s2c: strings.Repeat("x", 20000), want: No, reason: "no MSNP command"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := recognise([]byte(c.c2s), []byte(c.s2c))
			if v.Answer != c.want || v.Swapped != c.swapped || v.Reason != c.reason {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestRecogniseSides(t *testing.T) {
	if v := recognise([]byte("VER 1 MSNP7\r\n"), nil); v.Answer != Yes || v.SidesSure {
		t.Errorf("either side's VER: %+v", v)
	}
	if v := recognise([]byte("VER 1 MSNP7\r\nUSR 2 MD5 I a@b\r\n"), nil); !v.SidesSure || v.Swapped {
		t.Errorf("the client's USR: %+v", v)
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add([]byte("VER 1 MSNP7 CVR0\r\n"), []byte("VER 1 MSNP7\r\n"), uint8(3))
	f.Add([]byte("PNG\r\n"), []byte("QNG\r\nxyzMSG a@b c 12\r\n"), uint8(1))
	f.Add([]byte("GET / HTTP/1.0\r\n"), []byte("HTTP/1.0 200 OK\r\n"), uint8(7))
	f.Fuzz(func(t *testing.T, c2s, s2c []byte, step uint8) {
		want := recognise(c2s, s2c)
		if (want.Answer == No) != (want.Reason != "") || want.Answer == Yes && want.Score < sureScore {
			t.Fatalf("%+v", want)
		}
		if max(len(c2s), len(s2c)) >= RecogniseLimit && want.Answer == Maybe {
			t.Fatal("no decision at the limit")
		}
		swapped := recognise(s2c, c2s)
		if swapped.Answer != want.Answer || want.SidesSure && want.Answer == Yes && swapped.Swapped == want.Swapped {
			t.Fatalf("%+v, the other way round %+v", want, swapped)
		}
		// Little by little the end is the same, as lines are looked at once.
		var r Recogniser
		var got Verdict
		n := int(step) + 1
		for i, j := 0, 0; ; {
			if got = r.Look(c2s[:i], s2c[:j]); i == len(c2s) && j == len(s2c) {
				break
			}
			i, j = min(i+n, len(c2s)), min(j+2*n, len(s2c))
		}
		if got != want {
			t.Fatalf("in steps of %d %+v, at once %+v", n, got, want)
		}
	})
}
