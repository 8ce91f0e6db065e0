// This file fuzzes the decoder: any bytes in any pieces give the same, and no
// byte is lost.

package msnftp

import (
	"testing"

	"msnscope/decode"
)

func FuzzDecoder(f *testing.F) {
	tr := (&transfer{file: randomFile(5000, 1), sender: decode.S2C, end: true}).make()
	f.Add(tr.receives, tr.sends, uint16(0), int64(0), uint8(7))
	f.Add(tr.receives, tr.sends, uint16(3000), int64(100), uint8(1))
	f.Add(tr.receives, tr.sends[:tr.blocksAt-10], uint16(tr.blocksAt-10), int64(10), uint8(3))
	f.Add([]byte("USR 1 2 3\nCCL\n"), []byte("FIL 9\r\n\x00\x02\x00ab\x01\x01\x00x"), uint16(9), int64(-1), uint8(2))
	f.Fuzz(func(t *testing.T, a, b []byte, gapAt uint16, gap int64, size uint8) {
		cut := min(int(gapAt), len(b))
		var first *play
		var firstResult Result
		for _, n := range []int{len(b) + 1, int(size) + 1} {
			p := newPlay(t)
			p.Data = nil
			p.Feed(decode.C2S, a, p.emit)
			feed := func(rest []byte) {
				for len(rest) > 0 {
					k := min(n, len(rest))
					p.Feed(decode.S2C, rest[:k], p.emit)
					rest = rest[k:]
				}
			}
			feed(b[:cut])
			p.gap(decode.S2C, min(gap, 1<<32))
			feed(b[cut:])
			p.CloseWrite(decode.S2C, p.emit)
			p.CloseWrite(decode.C2S, p.emit)
			r := p.Result()
			if r.Received < 0 || r.Size >= 0 && r.Received > r.Size || r.Surplus < 0 {
				t.Errorf("%+v", r)
			}
			last := int64(0)
			for _, h := range r.Holes {
				if h.From < last || h.To <= h.From {
					t.Errorf("holes %v", r.Holes)
				}
				last = h.To
			}
			if first == nil {
				first, firstResult = p, r
			} else if first.String() != p.String() || firstResult.Words != r.Words {
				t.Errorf("in pieces of %d:\n%s\n%s\nwhole:\n%s\n%s", n, p, r.Words, first, firstResult.Words)
			}
		}
	})
}

func FuzzAnnotate(f *testing.F) {
	f.Add([]byte("USR bob@example.com 93301\r\n"))
	f.Add([]byte("BYE 1 2 3 4\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := Annotate(raw)
		for _, p := range a.Params {
			if p.Start < 0 || p.End > len(raw) || string(raw[p.Start:p.End]) != p.Raw {
				t.Errorf("%+v", p)
			}
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	tr := (&transfer{file: randomFile(20<<20, 1), sender: decode.S2C, end: true}).make()
	b.SetBytes(int64(len(tr.sends)))
	b.ReportAllocs()
	for b.Loop() {
		d := New()
		for rest := tr.sends; len(rest) > 0; {
			n := min(1460, len(rest))
			d.Feed(decode.S2C, rest[:n], func(*Piece) {})
			rest = rest[n:]
		}
		if d.Result().State != Complete {
			b.Fatal(d.Result().Words)
		}
	}
}
