// This file tests the small readers of payload fields.

package decode

import (
	"fmt"
	"strings"
	"testing"

	"msnscope/decode/costtest"
)

func TestDecodeWords(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                    "plain",
		"=?iso-8859-1?Q?J=FCrgen_M=FCller?=":       "Jürgen Müller",
		"=?UTF-8?B?R3LDvMOfZQ==?=":                 "Grüße",
		"=?utf-8?b?R3LDvMOfZQ?=":                   "Grüße", // without padding
		`=?"us-ascii"?Q?Party on Friday?=`:         "Party on Friday",
		`=? "us-ascii" ? Q ?Party on Friday?=`:     "Party on Friday",
		"=?us-ascii*en?Q?hi?= there":               "hi there",
		"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=":          "ü", // a character cut in two
		"=?koi8-r?Q?=F0=D2=C9?= and =?utf-8?Q?x?=": "При and x",
		"=?shift_jis?B?k/qWew==?=":                 "日本",
		"=?gb2312?B?1tC5+g==?=":                    "中国",
		"=?cp437?Q?=81?=":                          "ü",
		"=?nobody-knows?Q?=FC?=":                   "ü",
		"=?utf-8?X?abc?=":                          "=?utf-8?X?abc?=",
		"=?utf-8?B?***?=":                          "=?utf-8?B?***?=",
		"=?utf-8?B?R3L?DvMOfZQ?=":                  "=?utf-8?B?R3L?DvMOfZQ?=",
		"=?utf-8?B?R3L =?utf-8?Q?x?=":              "=?utf-8?B?R3L x",
		"=?utf-8?Q?no end":                         "=?utf-8?Q?no end",
		"a =?b =?utf-8?Q?c?= d":                    "a =?b c d",
		"=?":                                       "=?",
		"=?utf-8?Q??=":                             "",
	} {
		if got := DecodeWords(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// A peer may send a payload of 4 MiB: the work it makes must be in proportion.
func TestLongPayloads(t *testing.T) {
	for name, long := range map[string]struct{ head, piece, end string }{
		"folded header":       {"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX: y\r\n", " folded\n", ""},
		"folded field":        {"Content-Type: text/x-msmsgsinvite\r\n\r\nX: y\r\n", " folded\n", ""},
		"beginnings of words": {"Content-Type: text/x-msmsgsemailnotification\r\n\r\nFrom: ", "=?a?X? ", "?=\r\n"},
		"base64 without end":  {"Content-Type: text/x-msmsgsemailnotification\r\n\r\nFrom: ", "=?a?B? ", "?=\r\n"},
		"words of no charset": {"Content-Type: text/x-msmsgsemailnotification\r\n\r\nFrom: ", "=?*?Q? ", "?=\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			costtest.Proportionate(t, MaxPayload/8, func(n int) func() {
				raw := []byte("MSG a@b.c A 9\r\n" + long.head + strings.Repeat(long.piece, n) + long.end)
				return func() { Annotate(raw, 13, 15, Context{Dir: S2C}) }
			})
		})
	}
}

func TestFoldedHeaders(t *testing.T) {
	for in, want := range map[string]string{
		"X: a\r\n b\r\n\tc \r\nY: d\r\n\r\n": "a b c",
		"X: a\n  b":                          "a b",
		"X:\r\n \r\n b\r\n":                  "  b",
		"X: a\r\n \xfc\r\n b\r\n":            "a ü b",
	} {
		headers, _ := headerBlock(nil, in, 100)
		if got := find(headers, "X"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if h := headers[0]; strings.HasSuffix(in[:h.End-100], "\n") || strings.HasSuffix(in[:h.End-100], "\r") {
			t.Errorf("%q: ends at %d", in, h.End-100)
		}
	}
}

func TestApplicationName(t *testing.T) {
	for guid, want := range map[string]string{
		"{5d3e02ab-6190-11d3-bbbb-00c04f795683}": "file transfer",
		"02D3C01F-BF30-4825-A83A-DE7AF41648AA":   "voice or video conversation",
		"{41FD0FA-2942-4DC4-B4C5-73D2C55F4C94}":  "MechWarrior",
		"{}":                                     "",
		"":                                       "",
	} {
		if got := ApplicationName(guid); got != want {
			t.Errorf("%q: %q, want %q", guid, got, want)
		}
	}
}

func TestAddress64(t *testing.T) {
	for in, want := range map[string]string{
		"MTkyLjAuMi4yMA==":     "192.0.2.20",
		"wAACFA==":             "192.0.2.20",
		"MTkyLjAuMi4yMDo2ODkx": "192.0.2.20:6891",
		"not base64!":          "",
		"":                     "",
	} {
		if got := address64(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// A NUL does not hide what somebody said.
func TestTextWithNUL(t *testing.T) {
	for payload, want := range map[string]string{
		"Content-Type: text/plain; charset=UTF-8\r\n\r\nhello\x00":     `Bob: "hello␀"`,
		"Content-Type: text/plain\r\n\r\nna\x00\xefve":                 `Bob: "na␀ïve"`,
		"Content-Type: text/plain; charset=utf-16le\r\n\r\nh\x00i\x00": `Bob: "hi"`,
		"Content-Type: text/plain; charset=UTF-16BE\r\n\r\n\x00h\x00i": `Bob: "hi"`,
		"\x00\x01\x02":                           `Bob: binary`,
		"Content-Type: x/y\r\n\r\nhello\x00\x01": `Bob: x/y: binary`,
	} {
		line := fmt.Sprintf("MSG bob@hotmail.com Bob %d", len(payload))
		raw := []byte(line + "\r\n" + payload)
		if a := Annotate(raw, len(line), len(line)+2, Context{Dir: S2C, Role: RoleSB, Dialect: 7}); a.Summary != want {
			t.Errorf("%q: %s, want %s", payload, a.Summary, want)
		}
	}
}
