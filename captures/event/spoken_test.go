// This file tests that passing over a message never passes over its text.

package event

import (
	"fmt"
	"strings"
	"testing"

	"msnscope/decode"
)

func messageOf(head, payload string) *Event {
	line := fmt.Sprintf("%s %d", head, len(payload))
	return &Event{
		Kind: Command, Dir: decode.S2C, Role: decode.RoleSB, Dialect: 7,
		Raw: []byte(line + "\r\n" + payload), Line: len(line), Body: len(line) + 2,
	}
}

func FuzzSpoken(f *testing.F) {
	for _, p := range []string{
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhello\r\n\r\nthere",
		"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B",
		"Content-Type: text/plain; charset=hz-gb-2312\r\n\r\n~{<:Ky2;~}",
		"Content-Type: text/plain; charset=utf-16le\r\n\r\nh\x00i\x00",
		"Content-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9",
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Type: image/gif\r\n\r\n\x00",
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n",
		"no header\n\nat all\r\n\r\n", "\r\n\r\nx", "A: b\n\r\n\n\nx",
		"Content-Type: text/x-msmsgscontrol\r\nTypingUser: a@b.c\r\n\r\n\r\n",
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + strings.Repeat("a", 48) + "INVITE MSNMSGR:a MSNSLP/1.0\r\n\r\n",
	} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		for _, e := range []*Event{messageOf("MSG bob@hotmail.com Bob", payload), messageOf("NOT", payload), messageOf("QRY 9 msmsgs@msnmsgr.com", payload)} {
			spokenHasTheText(t, e)
		}
	})
}

func spokenHasTheText(t *testing.T, e *Event) {
	text, exact, ok := e.Spoken()
	if !ok {
		return
	}
	a := e.Annotate()
	if exact && (a.Payload == nil || a.Payload.Text != string(text)) {
		t.Fatalf("%q does not say %q", e.Raw, text)
	}
	if a.Payload != nil && !strings.Contains(string(text), a.Payload.Text) {
		t.Fatalf("%q says %q, which is not in %q", e.Raw, a.Payload.Text, text)
	}
}
