// This file tests the reading of commands and the escaping of names.

package msnptest

import (
	"bufio"
	"bytes"
	"strings"
	"testing"
)

func FuzzReadCommand(f *testing.F) {
	for _, s := range []string{"VER 1 MSNP7\r\n", "\r\nMSG 1 U 3\nabcOUT\r\n", "QRY 1 x 32\r\nshort", "MSG 1 N 99999999\r\n", " \n", "MSG -1\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReaderSize(bytes.NewReader(data), maxLine)
		size := 0
		for {
			cmd, err := readCommand(r, clientPayloads)
			if err != nil {
				break
			}
			size += len(cmd.Payload)
			for _, w := range cmd.Words {
				if size += len(w) + 1; w == "" || strings.ContainsAny(w, " \t\n") {
					t.Fatalf("word %q", w)
				}
			}
		}
		if size > len(data) {
			t.Fatalf("%d bytes out of %d", size, len(data))
		}
	})
}

func TestEscape(t *testing.T) {
	for _, tt := range [][2]string{
		{"Ann B", "Ann%20B"}, {"100%", "100%25"}, {"é", "%C3%A9"}, {"a\r\nb", "a%0D%0Ab"}, {"", ""}, {"(6)+&", "(6)+&"},
	} {
		if got := Escape(tt[0]); got != tt[1] || Unescape(got) != tt[0] {
			t.Errorf("%q: %q, back %q", tt[0], got, Unescape(got))
		}
	}
	if got := escape("é %", true); got != "é%20%25" {
		t.Error(got)
	}
	if got := Unescape("50% %zz %4"); got != "50% %zz %4" {
		t.Error(got)
	}
}
