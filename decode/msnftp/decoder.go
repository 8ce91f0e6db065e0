// This file is the decoder of both directions: lines, and the switch between
// lines and blocks. blocks.go has the blocks.

package msnftp

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"strconv"
	"strings"

	"msnscope/decode"
)

// maxLine is the longest line in bytes; USR, the longest, has a handle of at
// most 129 and a cookie.
const maxLine = 4 << 10

// Kind says what a Piece is.
type Kind uint8

// The kinds of pieces.
const (
	Line   Kind = iota // one line with its line end
	Blocks             // some blocks with file data, or the beginning or end of one
	End                // a block that ends the file's stream
	Raw                // bytes that are none of these; Frame.Why says why
)

// Piece is a piece of one direction's stream. The pieces of a direction follow
// on each other without a gap but those of the capture.
type Piece struct {
	Kind Kind
	Dir  decode.Direction
	// Frame is the piece as the framing of the other connections has it: a Line
	// is a command, all else raw. Its Raw is nil for Blocks and End, whose bytes
	// are not kept.
	Frame  decode.Frame
	Bytes  int64 // length in the stream
	Blocks int   // blocks begun in this piece
	From   int64 // Blocks: where in the file its data begins
	To     int64 // Blocks: where it ends
}

// Why data is raw, beside the reasons of package decode.
const (
	WhyFileData = "file data"                       // Frame.Why of Blocks and End
	WhyNoBlock  = "file data that cannot be placed" // after missing packets, or behind a broken block
)

// Decoder is the state of one MSNFTP connection. New makes one.
type Decoder struct {
	// Data gets the bytes of the file as they come: where they belong in it and
	// the bytes, which are valid during the call only. Nil: nobody wants them.
	// Bytes behind a hole whose extent turns out wrong may have been handed over
	// and are then part of a hole in the Result.
	Data func(offset int64, p []byte)
	// Announced is the size that the invitation told, -1 if none. It is needed
	// only if the packet with FIL is missing.
	Announced int64

	halves [2]half
	role   [2]role
	emit   func(*Piece)
	piece  Piece

	receiver, cookie string
	size             int64 // by FIL; -1 while not told
	at               int64 // next offset in the file
	received         int64
	surplus          int64 // bytes behind the announced size
	blockSize        int   // of the longest block seen
	ended            bool  // the end block was seen
	hash             hash.Hash
	hashed           int64 // bytes in hash; all of them as long as there is no hole
	holes            []Hole
	suspect          int64 // from where on the placing is not confirmed; -1: it is
	lostFrom         int64 // from where on nothing could be placed; -1: everything was
	accepted         bool  // TFR seen
	gapped           bool  // packets are missing before FIL
	byes             [2]uint64
	bye              [2]bool
	cancel           [2]bool // CCL seen
}

// role is what a side does.
type role uint8

const (
	unknown role = iota
	receives
	sends
)

// framing is what a direction is read as.
type framing uint8

const (
	lines framing = iota
	blocks
	nothing // its framing is lost
)

// half is the state of one direction.
type half struct {
	framing  framing
	buf      []byte // the beginning of a line
	off      int64  // stream position of the next piece
	spoke    bool   // something was said
	ver      bool   // VER was said
	afterGap bool   // the line that follows may lack its beginning
	closed   bool

	header [3]byte
	got    int   // bytes of header known
	left   int   // bytes of the block's data still to come
	kind   byte  // of the block
	sum    Piece // blocks not reported yet
}

// New returns the decoder of a connection on which nothing was said.
func New() *Decoder {
	return &Decoder{Announced: -1, size: -1, suspect: -1, lostFrom: -1, hash: sha256.New()}
}

// Feed hands over the next bytes of a direction and calls emit for each piece
// they complete. The piece is valid during the call only.
func (d *Decoder) Feed(dir decode.Direction, p []byte, emit func(*Piece)) {
	d.emit = emit
	h := &d.halves[dir]
	for len(p) > 0 {
		n := 0
		switch h.framing {
		case lines:
			n = d.line(dir, p)
		case blocks:
			n = d.blocks(dir, p)
		default:
			n = d.raw(dir, p)
		}
		p = p[n:]
	}
}

// Gap tells that n bytes of a direction are missing here (n < 0: unknown).
func (d *Decoder) Gap(dir decode.Direction, n int64, emit func(*Piece)) {
	d.emit = emit
	if n == 0 {
		return
	}
	h := &d.halves[dir]
	d.flushLine(dir, decode.WhyCutByGap)
	d.flushBlocks(dir)
	h.off += max(n, 0)
	h.afterGap = true
	switch {
	case h.framing == blocks:
		d.skip(dir, n)
	case h.framing == lines && d.role[dir] == sends && d.size >= 0 && !d.ended:
		d.startBlocks(dir) // FIL was said: only blocks can be missing
		d.skip(dir, n)
	case h.framing == lines && d.role[dir] != receives && d.size < 0:
		d.gapped = true
		d.skipFIL(dir, n)
	}
}

// CloseWrite tells that a direction has ended.
func (d *Decoder) CloseWrite(dir decode.Direction, emit func(*Piece)) {
	d.emit = emit
	d.flushLine(dir, decode.WhyCutByEnd)
	d.flushBlocks(dir)
	d.halves[dir].closed = true
}

// Sender returns the direction in which the file travels; ok is false while
// that is not known.
func (d *Decoder) Sender() (dir decode.Direction, ok bool) {
	for dir := decode.C2S; dir <= decode.S2C; dir++ {
		if d.role[dir] == sends {
			return dir, true
		}
	}
	return 0, false
}

// setRole notes what a side does, and so what the other does.
func (d *Decoder) setRole(dir decode.Direction, r role) {
	d.role[dir] = r
	d.role[dir.Opposite()] = sends + receives - r
}

// line takes a line, or the beginning of one, from p.
func (d *Decoder) line(dir decode.Direction, p []byte) int {
	h := &d.halves[dir]
	if len(h.buf) == 0 && p[0] <= 1 && d.role[dir] == sends && d.size >= 0 && !d.ended {
		d.startBlocks(dir)
		return 0
	}
	if len(h.buf) == 0 && p[0] <= 1 && d.role[dir] == sends && d.gapped && !d.ended {
		d.lose(dir) // blocks of a file of which nothing is known
		return 0
	}
	room := maxLine - len(h.buf)
	i := bytes.IndexByte(p[:min(len(p), room)], '\n')
	switch {
	case i >= 0:
		text := p[:i+1]
		if len(h.buf) > 0 {
			h.buf = append(h.buf, text...)
			text = h.buf
		}
		d.whole(dir, text)
		h.buf = h.buf[:0]
		return i + 1
	case len(p) < room:
		h.buf = append(h.buf, p...)
		return len(p)
	}
	h.buf = append(h.buf, p[:room]...)
	d.put(dir, Raw, h.buf, decode.WhyNoCommand, false)
	h.buf = h.buf[:0]
	h.afterGap = true
	return room
}

// whole takes a whole line.
func (d *Decoder) whole(dir decode.Direction, text []byte) {
	h := &d.halves[dir]
	n := len(text) - 1
	if n > 0 && text[n-1] == '\r' {
		n--
	}
	after := h.afterGap
	h.afterGap = false
	words := strings.Fields(string(text[:n]))
	switch {
	case len(words) == 0:
		d.put(dir, Raw, text, decode.WhyEmptyLine, false)
		return
	case !isName(words[0]) || after && !known(words[0]):
		why := decode.WhyNoCommand
		if after {
			why = decode.WhyAfterGap
		}
		d.put(dir, Raw, text, why, after)
		return
	}
	d.learn(dir, words)
	d.piece = Piece{
		Kind: Line, Dir: dir, Bytes: int64(len(text)),
		Frame: decode.Frame{Kind: decode.FrameCommand, Raw: text, Line: n, Body: len(text), Offset: h.off},
	}
	h.off += int64(len(text))
	d.emit(&d.piece)
}

func isName(w string) bool {
	return len(w) == 3 && 'A' <= w[0] && w[0] <= 'Z' && 'A' <= w[1] && w[1] <= 'Z' && 'A' <= w[2] && w[2] <= 'Z'
}

func known(name string) bool {
	switch name {
	case "VER", "USR", "FIL", "TFR", "CCL", "BYE":
		return true
	}
	return false
}

// learn takes what a line says into the state.
func (d *Decoder) learn(dir decode.Direction, words []string) {
	h := &d.halves[dir]
	switch words[0] {
	case "VER":
		h.ver = true
		if d.role[dir] == unknown && !d.halves[dir.Opposite()].spoke {
			d.setRole(dir, receives) // the receiver speaks first
		}
	case "USR":
		d.setRole(dir, receives)
		// Some programs put a number in front.
		for i, w := range words[1:] {
			if strings.Contains(w, "@") || i == len(words)-3 {
				d.receiver = strings.Clone(w)
				if i+2 < len(words) {
					d.cookie = strings.Clone(words[i+2])
				}
				break
			}
		}
	case "FIL":
		if n, err := strconv.ParseInt(words[len(words)-1], 10, 64); err == nil && n >= 0 && d.size < 0 {
			d.setRole(dir, sends)
			d.size = n
		}
	case "TFR":
		d.accepted = true
	case "CCL":
		d.cancel[dir] = true
	case "BYE":
		d.bye[dir] = true
		if len(words) > 1 {
			d.byes[dir], _ = strconv.ParseUint(words[len(words)-1], 10, 64)
		}
	}
	h.spoke = true
}

// raw passes bytes on that cannot be framed.
func (d *Decoder) raw(dir decode.Direction, p []byte) int {
	h := &d.halves[dir]
	n := min(len(p), rawPiece-int(h.sum.Bytes))
	h.sum.Bytes += int64(n)
	if h.sum.Bytes == rawPiece {
		d.flushBlocks(dir)
	}
	return n
}

// rawPiece is the most bytes of a piece that cannot be framed.
const rawPiece = reportEvery

// put emits a raw piece.
func (d *Decoder) put(dir decode.Direction, k Kind, raw []byte, why string, partial bool) {
	h := &d.halves[dir]
	d.piece = Piece{
		Kind: k, Dir: dir, Bytes: int64(len(raw)),
		Frame: decode.Frame{Kind: decode.FrameRaw, Raw: raw, Line: len(raw), Body: len(raw), Offset: h.off, Why: why, Partial: partial},
	}
	h.off += int64(len(raw))
	d.emit(&d.piece)
}

// flushLine emits the beginning of a line whose rest will not come.
func (d *Decoder) flushLine(dir decode.Direction, why string) {
	h := &d.halves[dir]
	if len(h.buf) > 0 {
		d.put(dir, Raw, h.buf, why, true)
		h.buf = h.buf[:0]
	}
}
