// This file tests letting go of commands that are not whole.

package decode

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Whenever it is done, no byte is lost or comes twice, and a payload's end is
// where it was.
func TestGiveUp(t *testing.T) {
	stream := []byte("VER 1 MSNP7\r\nMSG 2 N 40\r\n01234567890123456789OUT\r\n5678901234567\r\n" +
		"OUT\r\nwhat is this\nMSG 3 N 5\r\nhelloPNG\r\n\r\nUSR 4 MD5 I a@b.c\r\nMSG 5 N 100\r\nnot all of it")
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		c := NewConn()
		var got []byte
		given := 0
		emit := func(_ Direction, f *Frame) {
			if f.Offset != int64(len(got)) {
				t.Fatalf("seed %d: frame at %d, want %d", seed, f.Offset, len(got))
			}
			if f.Why == WhyHeld {
				given++
			}
			if f.Kind == FrameCommand && !bytes.HasSuffix(f.Raw, []byte("\n")) && string(f.Raw) != "MSG 3 N 5\r\nhello" {
				t.Errorf("seed %d: command %q", seed, f.Raw)
			}
			got = append(got, f.Raw...)
		}
		for rest := stream; len(rest) > 0; {
			n := min(1+rng.IntN(30), len(rest))
			c.Feed(C2S, rest[:n], emit)
			rest = rest[n:]
			if rng.IntN(3) == 0 {
				c.GiveUp(C2S, emit)
				if n := c.Framer(C2S).Pending(); n != 0 {
					t.Fatalf("seed %d: %d bytes are still held", seed, n)
				}
			}
		}
		c.CloseWrite(C2S, emit)
		if !bytes.Equal(got, stream) {
			t.Fatalf("seed %d:\n%q\n%q", seed, got, stream)
		}
	}
	// Behind a payload of known length the framing goes on.
	c := NewConn()
	var whole []string
	emit := func(_ Direction, f *Frame) {
		if f.Kind == FrameCommand {
			whole = append(whole, string(f.Raw))
		}
	}
	c.Feed(C2S, []byte("MSG 2 N 10\r\n012"), emit)
	c.GiveUp(C2S, emit)
	c.Feed(C2S, []byte("3456789OUT\r\n"), emit)
	if len(whole) != 1 || whole[0] != "OUT\r\n" {
		t.Errorf("commands %q", whole)
	}
}
