// This file tests the framing while it is known: lines, payloads, gaps, ends
// and limits.

package decode

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// piece is a frame as the tests write it: "cmd" or the Why, and the bytes.
type piece struct {
	what string
	raw  string
}

// show writes a frame as a piece. A command's line and payload are parted by a
// bar so that Line and Body are tested too; partial frames have a '+'.
func show(f *Frame) piece {
	if f.Kind == FrameCommand {
		line, end, body := f.Raw[:f.Line], f.Raw[f.Line:f.Body], f.Raw[f.Body:]
		s := string(line) + strings.NewReplacer("\r\n", "", "\n", "~").Replace(string(end))
		if len(body) > 0 {
			s += "|" + string(body)
		}
		return piece{"cmd", s}
	}
	why := f.Why
	if f.Partial {
		why += "+"
	}
	return piece{why, string(f.Raw)}
}

// frames feeds stream to f in pieces of size bytes and returns what comes out.
// In the stream "<gap n>" is n missing bytes and "<gap>" an unknown number.
func frames(t testing.TB, f *Framer, stream string, size int) []piece {
	t.Helper()
	var out []piece
	var fr Frame
	var off int64
	drain := func() {
		for f.Next(&fr) {
			if fr.Offset != off {
				t.Fatalf("offset %d of %+v, want %d", fr.Offset, show(&fr), off)
			}
			off += int64(len(fr.Raw))
			out = append(out, show(&fr))
		}
	}
	for stream != "" {
		if rest, ok := strings.CutPrefix(stream, "<gap"); ok {
			n := int64(-1)
			num, rest, _ := strings.Cut(rest, ">")
			fmt.Sscan(num, &n)
			f.Gap(n)
			drain()
			off += max(n, 0)
			stream = rest
			continue
		}
		n := min(size, len(stream))
		if i := strings.Index(stream, "<gap"); i >= 0 {
			n = min(n, i)
		}
		f.Feed([]byte(stream[:n]))
		stream = stream[n:]
		drain()
	}
	f.Close()
	drain()
	if f.Pending() != 0 {
		t.Fatalf("%d bytes pending after the end", f.Pending())
	}
	return out
}

func TestFraming(t *testing.T) {
	for _, c := range framingCases {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1 << 20, 1, 2, 3, 7} {
				f := &Framer{Dir: c.dir, Dialect: c.dialect, MidStream: c.mid}
				got := frames(t, f, c.stream, size)
				if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
					t.Fatalf("in pieces of %d:\n got %q\nwant %q", size, got, c.want)
				}
			}
		})
	}
}

func TestFramingLimits(t *testing.T) {
	long := "CHG 1 " + strings.Repeat("x", MaxLine)
	edge := "CHG 1 " + strings.Repeat("y", MaxLine-8) + "\r\n"
	foreign := strings.Repeat("\x00\x01\x02\x03\x04\x05\x06\n", 8<<10)
	for _, size := range []int{1 << 20, 1000, 1} {
		var f Framer
		got := frames(t, &f, edge+long+"\r\nPNG\r\n", size)
		if got[0].what != "cmd" || len(got[0].raw) != MaxLine-2 {
			t.Errorf("line of %d bytes: %s", MaxLine, got[0].what)
		}
		if got[1].what != WhyLineTooLong || len(got[1].raw) != MaxLine {
			t.Errorf("long line: %s, %d bytes", got[1].what, len(got[1].raw))
		}
		if last := got[len(got)-1]; last.raw != "PNG" || got[2].what != WhyLost {
			t.Errorf("after a long line: %q", got[2:])
		}

		for _, n := range []string{fmt.Sprint(MaxPayload + 1), "99999999999999999999999"} {
			f = Framer{}
			got = frames(t, &f, "MSG 1 N "+n+"\r\nhello\r\nPNG\r\n", size)
			want := []piece{{WhyPayloadLimit, "MSG 1 N " + n + "\r\n"}, {WhyLost, "hello\r\n"}, {"cmd", "PNG"}}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("payload limit:\n got %q\nwant %q", got, want)
			}
		}

		f = Framer{}
		got = frames(t, &f, foreign, size)
		if len(got) > 300 {
			t.Errorf("%d frames for %d foreign bytes", len(got), len(foreign))
		}
		for _, p := range got {
			if len(p.raw) > rawPiece {
				t.Errorf("raw frame of %d bytes", len(p.raw))
			}
		}
	}
}

// The dialect that a VER answer tells holds for the very next line of the same
// piece.
func TestDialectBetweenFrames(t *testing.T) {
	f := Framer{Dir: S2C, Dialect: 7}
	f.Feed([]byte("VER 1 MSNP11\r\n241 2 3\r\nabcQNG\r\n"))
	var fr Frame
	f.Next(&fr)
	f.Dialect = 11
	f.Next(&fr)
	if p := show(&fr); p.raw != "241 2 3|abc" {
		t.Fatalf("%q", p)
	}
}

func TestWholeCommandsAreNotCopied(t *testing.T) {
	chunk := []byte("CHG 1 NLN\r\nMSG 1 N 2\r\nhiPNG\r\nMSG 2 N 5\r\nhe")
	var f Framer
	var fr Frame
	f.Feed(chunk)
	for at := 0; f.Next(&fr); at += len(fr.Raw) {
		if &fr.Raw[0] != &chunk[at] {
			t.Fatalf("%q was copied", fr.Raw)
		}
		if cap(fr.Raw) != len(fr.Raw) {
			t.Fatalf("appending to %q would overwrite the piece", fr.Raw)
		}
	}
	if f.Pending() != 13 {
		t.Fatalf("%d bytes pending", f.Pending())
	}
	chunk = []byte("lloPNG\r\n")
	f.Feed(chunk)
	f.Next(&fr)
	if string(fr.Raw) != "MSG 2 N 5\r\nhello" {
		t.Fatalf("%q", fr.Raw)
	}
	f.Next(&fr)
	if &fr.Raw[0] != &chunk[3] {
		t.Fatal("the command behind a completed one was copied")
	}
}

func TestFramerHoldsNoMoreThanItNeeds(t *testing.T) {
	var f Framer
	var fr Frame
	f.Feed([]byte(fmt.Sprintf("MSG 1 N %d\r\n", MaxPayload)))
	if f.Next(&fr) || cap(f.buf) > 1024 {
		t.Fatalf("%d bytes held for a promised payload", cap(f.buf))
	}
	for range MaxPayload / 4096 {
		f.Feed(make([]byte, 4096))
		f.Next(&fr)
	}
	if len(fr.Raw) < MaxPayload || cap(f.buf) != 0 {
		t.Fatalf("payload of %d bytes, %d kept", len(fr.Raw), cap(f.buf))
	}
}

// Feeding again before Next has returned false loses nothing.
func TestFeedWithoutDraining(t *testing.T) {
	var f Framer
	var fr Frame
	var got bytes.Buffer
	for _, s := range []string{"CHG 1", " NLN\r\nPNG\r\nMS", "G 1 N 3\r\nab", "cPNG\r\nOUT\r\n"} {
		f.Feed([]byte(s))
		if f.Next(&fr) {
			got.Write(fr.Raw)
			got.WriteByte('|')
		}
	}
	f.Close()
	for f.Next(&fr) {
		got.Write(fr.Raw)
		got.WriteByte('|')
	}
	if want := "CHG 1 NLN\r\n|PNG\r\n|MSG 1 N 3\r\nabc|PNG\r\n|OUT\r\n|"; got.String() != want {
		t.Fatalf("%q", got.String())
	}
}

func TestLost(t *testing.T) {
	f := Framer{MidStream: true}
	if !f.Lost() {
		t.Error("in mid-stream the framing is known")
	}
	var fr Frame
	f.Feed([]byte("PNG\r\n"))
	if f.Next(&fr); f.Lost() {
		t.Error("lost after a command")
	}
	f.Feed([]byte("%%%%%%\r\n"))
	if f.Next(&fr); !f.Lost() {
		t.Error("not lost after garbage")
	}
}
