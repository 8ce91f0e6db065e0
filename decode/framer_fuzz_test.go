// This file feeds the framer anything, cut anywhere, with bytes missing
// anywhere: how a stream arrives must not change what it is cut into.

package decode

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// missing is a gap of n bytes (< 0: unknown) before the byte at.
type missing struct {
	at int
	n  int64
}

// gapsOf derives up to three gaps in a stream of size bytes from seed.
func gapsOf(seed uint64, size int) (gaps []missing) {
	r := rand.New(rand.NewPCG(seed, 1))
	at := 0
	for range seed % 4 {
		if at += r.IntN(size + 1); at > size {
			break
		}
		gaps = append(gaps, missing{at, int64(r.IntN(40) - 4)})
	}
	return gaps
}

// cutting says how a stream is fed.
type cutting func() int

func wholeCut() int { return 1 << 30 }

// checkFraming feeds stream and returns its frames, having checked that they
// are the stream and keep to the limits.
func checkFraming(t *testing.T, f *Framer, stream []byte, gaps []missing, cut cutting) []string {
	var out []string
	var fr Frame
	var back bytes.Buffer
	var off int64
	drain := func() {
		for f.Next(&fr) {
			if len(fr.Raw) == 0 || fr.Offset != off {
				t.Fatalf("frame of %d bytes at %d, want %d", len(fr.Raw), fr.Offset, off)
			}
			off += int64(len(fr.Raw))
			back.Write(fr.Raw)
			switch fr.Kind {
			case FrameCommand:
				if fr.Why != "" || fr.Partial || fr.Line < 3 || fr.Line >= fr.Body || fr.Body > len(fr.Raw) ||
					fr.Body > MaxLine || len(fr.Raw)-fr.Body > MaxPayload || fr.Raw[fr.Body-1] != '\n' || len(fr.Name()) != 3 {
					t.Fatalf("command %+v", fr)
				}
			case FrameRaw:
				if fr.Why == "" || fr.Name() != nil {
					t.Fatalf("raw %+v", fr)
				}
			}
			out = append(out, fmt.Sprintf("%d %d %d %s %v %s", fr.Offset, fr.Line, fr.Body, fr.Why, fr.Partial, fr.Raw))
		}
		if f.Pending() > MaxLine+MaxPayload || cap(f.buf) > 2*(MaxLine+MaxPayload) {
			t.Fatalf("%d bytes pending", f.Pending())
		}
	}
	at := 0
	for _, g := range append(gaps, missing{len(stream), 0}) {
		for at < g.at {
			n := min(cut(), g.at-at)
			piece := bytes.Clone(stream[at : at+n])
			f.Feed(piece)
			drain()
			for i := range piece {
				piece[i] = '?' // it is the caller's again
			}
			at += n
		}
		f.Gap(g.n)
		drain()
		off += max(g.n, 0)
	}
	f.Close()
	drain()
	if !bytes.Equal(back.Bytes(), stream) {
		t.Fatalf("frames hold %q, fed %q", back.Bytes(), stream)
	}
	if f.Pending() != 0 || f.Next(&fr) {
		t.Fatal("something is left")
	}
	return out
}

func FuzzFramer(f *testing.F) {
	for i, c := range framingCases {
		f.Add([]byte(c.stream), c.dir == S2C, uint8(c.dialect), c.mid, uint64(i))
	}
	f.Add(bytes.Repeat([]byte("z"), rawPiece+5), true, uint8(0), true, uint64(4))
	f.Add(bytes.Repeat([]byte("MSG 1 N "), 1000), false, uint8(0), false, uint64(8))
	f.Add(append(bytes.Repeat([]byte(" "), rawPiece), "x\r\nPNG\r\n"...), false, uint8(0), false, uint64(0))
	f.Add(append([]byte("x\nyyyy\n"), bytes.Repeat([]byte("a b\n"), 2000)...), false, uint8(0), false, uint64(0))
	f.Fuzz(func(t *testing.T, stream []byte, fromServer bool, dialect uint8, mid bool, seed uint64) {
		fresh := func() *Framer {
			f := &Framer{Dialect: Dialect(dialect % 22), MidStream: mid}
			if fromServer {
				f.Dir = S2C
			}
			return f
		}
		gaps := gapsOf(seed, len(stream))
		want := checkFraming(t, fresh(), stream, gaps, wholeCut)
		r := rand.New(rand.NewPCG(seed, 2))
		for _, most := range []int{1, 9, 300, 5000} {
			got := checkFraming(t, fresh(), stream, gaps, func() int { return 1 + r.IntN(most) })
			if len(got) != len(want) {
				t.Fatalf("%d frames in pieces of %d, %d whole\n%s\n%s", len(got), most, len(want), got, want)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("in pieces of %d: %q\nwhole: %q", most, got[i], want[i])
				}
			}
		}
	})
}

// Long mixed streams reach the limits that short fuzz inputs do not.
func TestFramingDoesNotDependOnPieces(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	parts := []string{
		"MSG 1 N 90\r\n", "MSG bob@x.y Bob 90\r\n", "PNG\r\n", "\r\n", "hello\n", "CHG 1 NLN\r\n", "xMSG 2 U 3\r\n",
		"NLN NLN a@b c\r\n", "216 4\r\n", " ", "MSG 1 N 70000\r\n", "MSG 1 N 9999999\r\n", "   \t\r", "\r", "and ", "out \r\n",
	}
	for range 20 {
		var stream []byte
		for range 1 + r.IntN(60) {
			switch p := parts[r.IntN(len(parts))]; r.IntN(12) {
			case 0:
				stream = append(stream, bytes.Repeat([]byte(p), r.IntN(9000))...)
			case 1:
				stream = append(stream, bytes.Repeat([]byte("x"), r.IntN(2*MaxLine))...)
			default:
				stream = append(stream, p...)
			}
		}
		dir, mid := Direction(r.IntN(2)), r.IntN(3) == 0
		gaps := gapsOf(r.Uint64(), len(stream))
		want := checkFraming(t, &Framer{Dir: dir, MidStream: mid}, stream, gaps, wholeCut)
		for _, most := range []int{3000, 20} {
			got := checkFraming(t, &Framer{Dir: dir, MidStream: mid}, stream, gaps, func() int { return 1 + r.IntN(most) })
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("in pieces of %d: %.300q\nwhole: %.300q", most, got[i], want[i])
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%d frames in pieces, %d whole", len(got), len(want))
			}
		}
	}
}
