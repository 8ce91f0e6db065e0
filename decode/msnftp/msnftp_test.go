// This file plays whole transfers, cancelled ones and ones with missing packets.

package msnftp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"msnscope/decode"
)

func TestWholeTransfer(t *testing.T) {
	for _, sender := range []decode.Direction{decode.C2S, decode.S2C} {
		for _, n := range []int{0, 1, 2044, 2045, 2046, 4090, 60904, 3 << 20} {
			for _, end := range []bool{true, false} {
				tr := (&transfer{file: randomFile(n, uint64(n)), sender: sender, end: end}).make()
				var log string
				for _, size := range []int{1 << 30, 1460, 3, 1, 0} {
					if n > 1<<20 && size <= 3 && size > 0 {
						continue
					}
					p := newPlay(t)
					p.run(tr, size)
					r := p.Result()
					if r.State != Complete || r.SHA256 != sum(tr.file) || r.Received != int64(n) || !bytes.Equal(p.got, tr.file) {
						t.Fatalf("%d bytes from %s in pieces of %d: %+v", n, sender, size, r)
					}
					if r.Receiver != "bob@example.com" || r.Cookie != "93301" || r.Size != int64(n) {
						t.Errorf("%+v", r)
					}
					if d, ok := p.Sender(); !ok || d != sender {
						t.Errorf("sender %v %v", d, ok)
					}
					if p.byDir[sender] != int64(len(tr.sends)) || p.byDir[sender.Opposite()] != int64(len(tr.receives)) {
						t.Errorf("pieces hold %v bytes", p.byDir)
					}
					if log == "" {
						log = p.String()
					} else if log != p.String() {
						t.Fatalf("pieces of %d bytes give\n%s\nwant\n%s", size, p, log)
					}
				}
			}
		}
	}
}

func TestPieces(t *testing.T) {
	p := newPlay(t)
	p.run((&transfer{file: make([]byte, 150<<10), sender: decode.S2C, end: true, version: "VER 1 MSNFTP", answers: "VER MSNFTP OTHER"}).make(), 0)
	want := `c2s "VER 1 MSNFTP\r\n"
s2c "VER MSNFTP OTHER\r\n"
c2s "USR bob@example.com 93301\r\n"
s2c "FIL 153600\r\n"
c2s "TFR\r\n"
s2c 32 blocks 0-65440
s2c 32 blocks 65440-130880
s2c 12 blocks 130880-153600
s2c end
c2s "BYE 16777989\r\n"`
	if p.String() != want {
		t.Errorf("got\n%s\nwant\n%s", p, want)
	}
	if r := p.Result(); r.Words != "complete: 153600 bytes" {
		t.Error(r.Words)
	}
}

func TestCancelledTransfer(t *testing.T) {
	file := randomFile(10000, 1)
	whole := (&transfer{file: file, sender: decode.S2C}).make()
	half := *whole
	half.sends = whole.sends[:whole.blocksAt+2*2048]
	for _, c := range []struct {
		name, bye string
		tail      string
		want      string
	}{
		{"by CCL", "CCL\r\n", "", "cancelled by the receiver after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"by BYE", "BYE 2164261682\r\n", "", "cancelled by the receiver after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"disk full", "BYE 2147942405\r\n", "", "cancelled by the receiver (failure at the receiver: disk full or access denied) after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"an odd code", "BYE 99\r\n", "", "cancelled by the receiver (code 00000063) after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"by the end block", "", "\x01\x00\x00", "cancelled by the sender after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"by the sender's BYE", "", "BYE 2164261683\r\n", "cancelled by the sender after 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"cut off", "", "", "partial: 4090 of 10000 bytes, missing 5910 bytes at 4090"},
		{"cut off in a block", "", "\x00\xfd\x07abc", "partial: 4093 of 10000 bytes, missing 5907 bytes at 4093"},
		{"broken block", "", "\x07\x00\x00abc", "partial: 4090 of 10000 bytes, missing 5910 bytes at 4090; from byte 4090 on the blocks could not be told apart"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1 << 20, 1, 0} {
				tr := half
				tr.sends = append(bytes.Clone(half.sends), c.tail...)
				tr.receives = []byte(strings.Replace(string(whole.receives), whole.bye, c.bye, 1))
				p := newPlay(t)
				p.run(&tr, size)
				if r := p.Result(); r.Words != c.want || r.SHA256 != "" {
					t.Errorf("got  %s\nwant %s\n%s", r.Words, c.want, p)
				}
				if p.byDir[decode.S2C] != int64(len(tr.sends)) {
					t.Errorf("%d of %d bytes in pieces", p.byDir[decode.S2C], len(tr.sends))
				}
			}
		})
	}
}

// TestMissingPackets drops every packet of the sender in turn. What is there is
// right, what is missing is named.
func TestMissingPackets(t *testing.T) {
	for _, c := range []struct{ block, packet int }{{0, 1460}, {0, 2048}, {0, 536}, {1024, 1460}, {0, 5000}, {100, 1460}, {0, 7}} {
		tr := (&transfer{file: randomFile(12000, 3), sender: decode.S2C, end: true, block: c.block}).make()
		packets := [][]byte{tr.sends[:12], tr.sends[12:tr.blocksAt]}
		for rest := tr.sends[tr.blocksAt:]; len(rest) > 0; {
			n := min(len(rest), c.packet)
			packets = append(packets, rest[:n])
			rest = rest[n:]
		}
		for drop := range packets {
			for _, announced := range []int64{-1, int64(len(tr.file))} {
				p := newPlay(t)
				p.Announced = announced
				p.Feed(decode.C2S, tr.receives, p.emit)
				for i, b := range packets {
					if i == drop {
						p.gap(decode.S2C, int64(len(b)))
					} else {
						p.Feed(decode.S2C, b, p.emit)
					}
				}
				p.CloseWrite(decode.S2C, p.emit)
				p.CloseWrite(decode.C2S, p.emit)
				r := p.Result()
				name := fmt.Sprintf("block %d packet %d drop %d announced %d: %s", c.block, c.packet, drop, announced, r.Words)
				missing := int64(0)
				at := int64(0)
				for _, h := range append(r.Holes[:len(r.Holes):len(r.Holes)], Hole{int64(len(p.got)), 0}) {
					to := min(h.From, int64(len(p.got)))
					if at < to && !bytes.Equal(p.got[at:to], tr.file[at:to]) {
						t.Fatalf("%s: wrong bytes in %d-%d", name, at, to)
					}
					at = h.To
				}
				for _, h := range r.Holes {
					missing += h.To - h.From
				}
				if r.Received+missing != int64(len(tr.file)) && r.Size >= 0 {
					t.Errorf("%s: %d bytes are neither here nor missing", name, int64(len(tr.file))-r.Received-missing)
				}
				if missing > int64(c.packet) && (c.block == 0 || drop > 2) {
					t.Errorf("%s: %d bytes missing of a packet", name, missing)
				}
				if (r.State == Complete) != (missing == 0 && r.Received == int64(len(tr.file))) {
					t.Errorf("%s: %s", name, r.State)
				}
				if r.State == Complete && r.SHA256 != sum(tr.file) {
					t.Errorf("%s: wrong sum", name)
				}
				if p.byDir[decode.S2C]+int64(len(packets[drop])) != int64(len(tr.sends)) {
					t.Errorf("%s: bytes lost", name)
				}
			}
		}
	}
}

func TestMissingPacketIsNamed(t *testing.T) {
	tr := (&transfer{file: randomFile(10000, 3), sender: decode.S2C, end: true}).make()
	p := newPlay(t)
	p.Feed(decode.C2S, tr.receives, p.emit)
	cut := tr.blocksAt + 2048 + 1000
	p.Feed(decode.S2C, tr.sends[:cut], p.emit)
	p.gap(decode.S2C, 1460)
	p.Feed(decode.S2C, tr.sends[cut+1460:], p.emit)
	p.CloseWrite(decode.S2C, p.emit)
	const want = "partial: 8543 of 10000 bytes, missing 1457 bytes at 3042; the receiver has the file whole, the capture has not"
	if r := p.Result(); r.Words != want {
		t.Errorf("got  %s\nwant %s", r.Words, want)
	}
}

func TestUnknownGap(t *testing.T) {
	tr := (&transfer{file: randomFile(10000, 3), sender: decode.C2S}).make()
	p := newPlay(t)
	p.Feed(decode.S2C, tr.receives, p.emit)
	p.Feed(decode.C2S, tr.sends[:tr.blocksAt+3000], p.emit)
	p.gap(decode.C2S, -1)
	p.Feed(decode.C2S, tr.sends[tr.blocksAt+4000:], p.emit)
	p.CloseWrite(decode.C2S, p.emit)
	const want = "partial: 2994 of 10000 bytes, missing 7006 bytes at 2994; from byte 2994 on the blocks could not be told apart; the receiver has the file whole, the capture has not"
	if r := p.Result(); r.Words != want {
		t.Errorf("got  %s\nwant %s", r.Words, want)
	}
}

func TestRefused(t *testing.T) {
	p := newPlay(t)
	p.Feed(decode.C2S, []byte("VER MSNFTP\r\n"), p.emit)
	p.Feed(decode.S2C, []byte("VER MSNFTP\r\n"), p.emit)
	p.Feed(decode.C2S, []byte("USR bob@example.com 1\r\n"), p.emit)
	if r := p.Result(); r.State != Waiting {
		t.Error(r.Words)
	}
	p.CloseWrite(decode.S2C, p.emit)
	if r := p.Result(); r.Words != "refused: the connection ended before the file's size was told" {
		t.Error(r.Words)
	}
}

func TestNothingToGoBy(t *testing.T) {
	tr := (&transfer{file: randomFile(10000, 3), sender: decode.S2C}).make()
	p := newPlay(t)
	p.Feed(decode.C2S, tr.receives, p.emit)
	p.Feed(decode.S2C, tr.sends[:12], p.emit)
	p.gap(decode.S2C, int64(tr.blocksAt-12+2048))
	p.Feed(decode.S2C, tr.sends[tr.blocksAt+2048:], p.emit)
	p.CloseWrite(decode.S2C, p.emit)
	const want = "partial: 0 bytes of a file whose size was not captured; from byte 0 on the blocks could not be told apart; the receiver has the file whole, the capture has not"
	if r := p.Result(); r.Words != want {
		t.Errorf("got  %s\nwant %s\n%s", r.Words, want, p)
	}
}

func TestSurplus(t *testing.T) {
	tr := (&transfer{file: randomFile(5000, 1), sender: decode.S2C}).make()
	tr.sends = append(tr.sends, "\x00\x03\x00abc\x01\x00\x00"...)
	p := newPlay(t)
	p.run(tr, 0)
	if r := p.Result(); r.Words != "complete: 5000 bytes; 3 bytes more than announced" || r.SHA256 != sum(tr.file) || len(p.got) != 5000 {
		t.Error(r.Words)
	}
}

func TestTwentyMegabytes(t *testing.T) {
	file := randomFile(20<<20, 9)
	p := New()
	tr := (&transfer{file: file, sender: decode.S2C, end: true}).make()
	p.Feed(decode.C2S, tr.receives, func(*Piece) {})
	for b := tr.sends; len(b) > 0; {
		n := min(1460, len(b))
		p.Feed(decode.S2C, b[:n], func(*Piece) {})
		b = b[n:]
	}
	if r := p.Result(); r.State != Complete || r.SHA256 != sum(file) {
		t.Error(r.Words)
	}
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		c2s, s2c string
		want     decode.Answer
	}{
		{"", "", decode.Maybe},
		{"V", "", decode.Maybe},
		{"VER MSNF", "", decode.Maybe},
		{"VER MSNFTP\r\n", "", decode.Yes},
		{"", "VER 1 MSNFTP\r\n", decode.Yes},
		{"VER MSNFTP2 MSNFTP\n", "", decode.Yes},
		{"VER 1 MSNP7 CVR0\r\n", "", decode.No},
		{"", "FIL 60904\r\n", decode.Yes},
		{"FIL\r\n", "", decode.No},
		{"FIL x\r\n", "", decode.No},
		{"GET / HTTP/1.0\r\n", "", decode.No},
		{"VER " + strings.Repeat("x", 300), "", decode.No},
	} {
		if got := Recognise([]byte(c.c2s), []byte(c.s2c)); got != c.want {
			t.Errorf("%q %q: %v, want %v", c.c2s, c.s2c, got, c.want)
		}
	}
}

func TestAnnotate(t *testing.T) {
	for line, want := range map[string]string{
		"VER MSNFTP":          "speaks the file transfer protocol [protocol=MSNFTP the file transfer protocol]",
		"VER 1 MSNFTP":        "speaks the file transfer protocol [number=1 counts the lines] [protocol=MSNFTP the file transfer protocol]",
		"USR bob@x.org 93301": "bob@x.org shows the cookie of the invitation [receiver=bob@x.org who receives the file] [cookie=93301 AuthCookie of the invitation secret]",
		"FIL 60904":           "the file has 60904 bytes [size=60904 bytes of the file]",
		"TFR":                 "asks for the file",
		"CCL":                 "cancels the transfer",
		"BYE 16777989":        "ends the transfer: the file is complete [code=16777989 the file is complete]",
		"BYE 7":               "ends the transfer with code 7 [code=7]",
		"XYZ \x1b[31m":        "unknown line XYZ [extra=\x1b[31m]",
		"":                    "an empty line",
	} {
		a := Annotate([]byte(line + "\r\n"))
		got := a.Summary
		for _, p := range a.Params {
			got += strings.TrimRight(" ["+p.Name+"="+p.Value+" "+p.Meaning, " ")
			if p.Secret {
				got += " secret"
			}
			got += "]"
			if line[p.Start:p.End] != p.Raw {
				t.Errorf("%q: %s at %d-%d", line, p.Name, p.Start, p.End)
			}
		}
		if got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", line, got, want)
		}
	}
}
