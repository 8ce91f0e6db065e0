// This file tests that passing over a message never passes over its text.

package filter

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

func messageOf(payload string) *event.Event {
	line := fmt.Sprintf("MSG bob@hotmail.com Bob %d", len(payload))
	return &event.Event{
		Kind: event.Command, Dir: decode.S2C, Role: decode.RoleSB, Dialect: 7,
		Raw: []byte(line + "\r\n" + payload), Line: len(line), Body: len(line) + 2,
	}
}

func FuzzSpoken(f *testing.F) {
	for _, p := range []string{
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhello\r\n\r\nthere",
		"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B",
		"Content-Type: text/plain; charset=hz-gb-2312\r\n\r\n~{<:Ky2;~}",
		"Content-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9",
		"no header\n\nat all\r\n\r\n", "\r\n\r\nx", "A: b\n\r\n\n\nx",
		"Content-Type: text/x-msmsgscontrol\r\nTypingUser: a@b.c\r\n\r\n\r\n",
		"Content-Type: application/x-msnmsgrp2p\r\n\r\n" + strings.Repeat("a", 48) + "INVITE MSNMSGR:a MSNSLP/1.0\r\n\r\n",
	} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		e := messageOf(payload)
		text, ok := spoken(e)
		if !ok {
			return
		}
		a := e.Annotate()
		if a.Payload != nil && !strings.Contains(string(text), a.Payload.Text) {
			t.Fatalf("%q says %q, which is not in %q", payload, a.Payload.Text, text)
		}
	})
}

func TestLoosened(t *testing.T) {
	texts := []string{"", "555-1234", "x555-1234y", "call 555-1234 now", "line\nhello\nline", "hello", "Hello world", "K\u212a"}
	for _, re := range []string{`\b\d{3}-\d{4}\b`, `^hello$`, `(?m)^hello$`, `\Ahello\z`, `(?i)^(hello|\bk)`, `\Bx?`, `^`, `a|^$`, `(^h|\bw)[a-z]+`, `(?s)^.*$`, `\Qa^b\E|[^0-9]+$`} {
		tight, loose := regexp.MustCompile(re), regexp.MustCompile(loosened(re))
		for _, s := range texts {
			for _, around := range []string{"", "a", "9", "\n", " ", "_"} {
				if tight.MatchString(s) && !loose.MatchString(around+s+around) {
					t.Errorf("%s matches %q, loosened to %s it does not match it within %q", re, s, loose, around)
				}
			}
		}
	}
}
