// This file makes transfers for the tests and plays them into a Decoder.

package msnftp

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"msnscope/decode"
)

// transfer is what both sides of a transfer say.
type transfer struct {
	file             []byte
	sender           decode.Direction
	block            int  // 0: usualBlock
	end              bool // with the end block
	sends, receives  []byte
	blocksAt         int // where in sends the blocks begin
	version, answers string
	bye              string
}

func (tr *transfer) make() *transfer {
	if tr.block == 0 {
		tr.block = usualBlock
	}
	if tr.version == "" {
		tr.version = "VER MSNFTP"
	}
	if tr.answers == "" {
		tr.answers = "VER MSNFTP"
	}
	if tr.bye == "" {
		tr.bye = "BYE 16777989\r\n"
	}
	tr.sends = fmt.Appendf(nil, "%s\r\nFIL %d\r\n", tr.answers, len(tr.file))
	tr.blocksAt = len(tr.sends)
	for rest := tr.file; len(rest) > 0; {
		n := min(len(rest), tr.block)
		tr.sends = append(tr.sends, 0, byte(n), byte(n>>8))
		tr.sends = append(tr.sends, rest[:n]...)
		rest = rest[n:]
	}
	if tr.end {
		tr.sends = append(tr.sends, 1, 0, 0)
	}
	tr.receives = []byte(tr.version + "\r\nUSR bob@example.com 93301\r\nTFR\r\n" + tr.bye)
	return tr
}

func randomFile(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return b[:n]
}

// play is a Decoder with what it gave out.
type play struct {
	*Decoder
	t     testing.TB
	got   []byte // the file
	log   []string
	byDir [2]int64 // bytes of all pieces
	gaps  [2]int64
}

func newPlay(t testing.TB) *play {
	p := &play{Decoder: New(), t: t}
	p.Data = func(at int64, b []byte) {
		if need := at + int64(len(b)); need > int64(len(p.got)) {
			if need > 64<<20 {
				t.Fatalf("data at %d", at)
			}
			p.got = append(p.got, make([]byte, need-int64(len(p.got)))...)
		}
		copy(p.got[at:], b)
	}
	return p
}

func (p *play) emit(piece *Piece) {
	if piece.Frame.Offset != p.byDir[piece.Dir]+p.gaps[piece.Dir] {
		p.t.Errorf("piece at %d, expected at %d", piece.Frame.Offset, p.byDir[piece.Dir]+p.gaps[piece.Dir])
	}
	if piece.Bytes <= 0 || piece.Frame.Raw != nil && int64(len(piece.Frame.Raw)) != piece.Bytes {
		p.t.Errorf("piece of %d bytes with %d", piece.Bytes, len(piece.Frame.Raw))
	}
	p.byDir[piece.Dir] += piece.Bytes
	switch piece.Kind {
	case Line:
		p.log = append(p.log, fmt.Sprintf("%s %q", piece.Dir, piece.Frame.Raw))
	case Raw:
		p.log = append(p.log, fmt.Sprintf("%s raw %d %s", piece.Dir, piece.Bytes, piece.Frame.Why))
	case Blocks:
		p.log = append(p.log, fmt.Sprintf("%s %d blocks %d-%d", piece.Dir, piece.Blocks, piece.From, piece.To))
	case End:
		p.log = append(p.log, fmt.Sprintf("%s end", piece.Dir))
	}
}

func (p *play) gap(dir decode.Direction, n int64) {
	p.Gap(dir, n, p.emit) // pieces that it ends lie before it
	p.gaps[dir] += max(n, 0)
}

// run plays a transfer in pieces of a size; size 0 takes random sizes.
func (p *play) run(tr *transfer, size int) {
	receiver := tr.sender.Opposite()
	r := rand.New(rand.NewPCG(uint64(size), 2))
	feed := func(dir decode.Direction, b []byte) {
		for len(b) > 0 {
			n := size
			if size == 0 {
				n = 1 + r.IntN(5000)
			}
			n = min(n, len(b))
			p.Feed(dir, b[:n], p.emit)
			b = b[n:]
		}
	}
	lines := bytes.SplitAfter(tr.receives, []byte("\n"))
	feed(receiver, lines[0])
	feed(tr.sender, tr.sends[:len(tr.answers)+2])
	feed(receiver, lines[1])
	feed(tr.sender, tr.sends[len(tr.answers)+2:tr.blocksAt])
	feed(receiver, lines[2])
	feed(tr.sender, tr.sends[tr.blocksAt:])
	for _, l := range lines[3:] {
		feed(receiver, l)
	}
	p.CloseWrite(receiver, p.emit)
	p.CloseWrite(tr.sender, p.emit)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func (p *play) String() string { return strings.Join(p.log, "\n") }
