// This file fuzzes the payloads: whatever is in them, what is said about a
// field stands where the field's bytes are.

package decode

import (
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzPayload(f *testing.F) {
	for _, s := range []string{
		"Content-Type: text/x-msmsgsemailnotification\r\n\r\nFrom: =?iso-8859-1?Q?J=FC?= =?iso-8859-1?Q?r?=\r\nSubject: =?\"us-ascii\"?Q?a b?=\r\nMessage-Delta: -3\r\n",
		"Content-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: ACCEPT\r\nInvitation-Cookie: 7\r\nIP-Address-Enc64: wAACAQ==\r\nPortX: 11178\r\nAuthCookie: 1\r\nSender-Connect: TRUE\r\n",
		"Content-Type: text/x-msmsgsprofile\r\nMemberIdHigh: -1\r\nMemberIdLow: -1\r\nLoginTime: 9\r\n folded\r\n\r\n",
		"Content-Type: text/x-mms-emoticon\r\n\r\n:)\t<msnobj Creator=\"a\" Friendly=\"AAA=\" Type='2'/>\t",
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + string(make([]byte, 60)),
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + string(make([]byte, 48)) + "MSNSLP/1.0 200 OK\r\nTo: a\r\n\r\nAppID: 1\r\n\r\n",
		"Content-Type: text/plain; charset=iso-2022-jp\r\nMessage-ID: {1}\r\nChunk: 1\r\n\r\n\x1b$B;[ED\x1b(B\xa9",
		"<NOTIFICATION siteurl='http://x/'><MSG><ACTION url=a><!-- --><![CDATA[x]]></MSG",
	} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(1))
	}
	names := [...]string{"MSG", "NOT", "IPG", "PAG", "SDC", "QRY", "UBX"}
	f.Fuzz(func(t *testing.T, raw []byte, name uint8) {
		p := parsePayload(raw, 0, names[int(name)%len(names)])
		for _, m := range p.Meaning {
			if m.Start < 0 || m.Start > m.End || m.End > len(raw) || string(raw[m.Start:m.End]) != m.Raw {
				t.Fatalf("%s at %d-%d is %q", m.Name, m.Start, m.End, m.Raw)
			}
			if !utf8.ValidString(m.Value) || !utf8.ValidString(m.Meaning) || !utf8.ValidString(m.Name) {
				t.Errorf("%q is not UTF-8: %q %q", m.Name, m.Value, m.Meaning)
			}
		}
		var v Invitations
		v.Observe(Message{Payload: p, From: "a@x", To: "b@x", At: time.Unix(1, 0)})
		v.Observe(Message{Payload: p, From: "b@x", To: "a@x", Dir: S2C, At: time.Unix(1, 0)})
	})
}

func FuzzDecodeWords(f *testing.F) {
	f.Add("=?iso-8859-1?Q?J=FCrgen?= =?utf-8?b?w7w=?= x =?a?Q?")
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) && !utf8.ValidString(DecodeWords(s)) {
			t.Errorf("%q becomes %q", s, DecodeWords(s))
		}
	})
}
