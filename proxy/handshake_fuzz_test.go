// This file cuts what clients of SOCKS and HTTP proxies say anywhere: what
// becomes of it does not depend on the cuts.

package proxy

import (
	"bytes"
	"fmt"
	"testing"

	"msnscope/decode/prologue"
)

// heard is what became of a handshake.
func heard(b []byte, piece int, users map[string]string) (told string, read int) {
	h := handshake{users: users, reader: prologue.New()}
	h.admitted = len(h.users) == 0
	var replies []byte
	heard := 0
	for at := 0; at < len(b); at += piece {
		held := b[:min(len(b), at+piece)]
		is, may := h.gateway(held)
		if is {
			return "gateway", 0
		}
		if may {
			continue
		}
		reply, done, err := h.hear(held[heard:])
		heard = len(held)
		replies = append(replies, reply...)
		if done || err != nil {
			r := h.reader.Result()
			var last [2][]byte
			if answer := h.answer(r.Protocol); answer != nil {
				last = [2][]byte{answer(true, nil), answer(false, err)}
			}
			return fmt.Sprintf("%s to %q, answered %q, done %t, %v, then %q", r.Protocol, r.Target(), replies, done, err, last), h.read
		}
	}
	return fmt.Sprintf("unfinished, answered %q", replies), 0
}

func FuzzHandshake(f *testing.F) {
	for _, s := range []string{
		"\x04\x01\x07\x47\x40\x04\x0d\x3auser\x00VER 1", "\x04\x01\x07\x47\x00\x00\x00\x01u\x00messenger.hotmail.com\x00", "\x04\x02\x07\x47\x40\x04\x0d\x3a\x00",
		"\x05\x01\x00\x05\x01\x00\x01\x40\x04\x0d\x3a\x07\x47VER 1 MSNP7\r\n", "\x05\x02\x00\x02\x01\x01a\x01b\x05\x01\x00\x03\x03a.b\x07\x47", "\x05\x01\x02\x01\x01a\x01c",
		"CONNECT a.b:1863 HTTP/1.1\r\nProxy-Authorization: Basic YTpi\r\n\r\nVER", "CONNECT a.b HTTP/1.0\n\n", "POST /x HTTP/1.1\r\n", "VER 1 MSNP7\r\n",
	} {
		for _, asks := range []bool{false, true} {
			f.Add([]byte(s), uint8(2), asks)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, piece uint8, asks bool) {
		if len(b) > bufferSize/4 {
			return
		}
		users := map[string]string{}
		if asks {
			users["a"] = "b"
		}
		once, all := heard(b, max(1, len(b)), users)
		if all > len(b) {
			t.Fatalf("%d of %d bytes were handshake", all, len(b))
		}
		if asks && !bytes.Contains(b, []byte("b")) && !bytes.Contains(b, []byte("YTpi")) && bytes.Contains([]byte(once), []byte("done true")) {
			t.Fatalf("without a password: %s", once)
		}
		for _, n := range []int{1, 2, 3, int(piece) + 1} {
			if got, read := heard(b, n, users); got != once || read != all {
				t.Fatalf("%q in pieces of %d: %s (%d bytes)\nat once: %s (%d bytes)", b, n, got, read, once, all)
			}
		}
	})
}
