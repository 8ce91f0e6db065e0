// This file is the decoder of a TCP connection: how its two directions are cut
// into heads and bodies. heads.go has what the heads lead to.

package gateway

import (
	"bytes"
	"fmt"

	"msnscope/decode"
	"msnscope/decode/httphead"
)

const (
	// maxHead is the longest head in bytes, and the most that is kept waiting of
	// a direction.
	maxHead = 16 << 10
	// maxChunkLine is the longest line with a chunk's size.
	maxChunkLine = 256
	// maxLost is the longest piece of what is no HTTP, and so the longest line
	// in which a message can begin again.
	maxLost = 4 << 10
	// maxAsked is how many requests may wait for their responses. Clients of
	// gateways send one at a time.
	maxAsked = 64
)

// Kind says what a Piece is.
type Kind uint8

// The kinds of pieces.
const (
	Head    Kind = iota // the head of a message
	Data                // bytes of the connection inside
	Framing             // sizes and line ends of chunks, empty lines, trailers
	Body                // body of a message that carries no MSNP
	Raw                 // no HTTP
	Hole                // no bytes: some of the connection inside are missing
	Closed              // no bytes: the connection inside has ended
)

var kindNames = [...]string{"head", "data", "framing", "body", "raw", "hole", "closed"}

// String returns the kind in a word.
func (k Kind) String() string { return kindNames[k] }

// Piece is a piece of one direction's stream, or what has happened there. The
// Raw of the pieces of a direction are the stream, without the missing bytes.
type Piece struct {
	Kind    Kind
	Dir     decode.Direction
	Raw     []byte   // valid during the call only
	Session *Session // whose it is; nil for other HTTP
	Why     string   // Head, Raw, Closed: what it says, in words
	Missing int64    // Hole: how many bytes, -1 if unknown
	Last    bool     // the message ends here
	Partial bool     // Raw: a part of a head that was cut
}

// Why bytes are Raw.
const (
	WhyNotHTTP = "not HTTP"
	WhyInside  = "behind CONNECT or Upgrade"
)

// Decoder is the state of one TCP connection.
type Decoder struct {
	table  *Table
	emit   func(*Piece)
	piece  Piece
	halves [2]half
	asked  []asked  // requests without a response yet, oldest first
	last   *Session // of the newest message
	missed bool     // responses are missing since the last one
}

// asked is a request that waits for its response.
type asked struct {
	method  string
	session *Session // nil for other HTTP
	open    bool
}

// state is what comes next in a direction.
type state uint8

const (
	atHead state = iota
	inBody
	inChunk     // inside its data
	atChunkSize // at the line with it
	atChunkEnd  // at the line end behind its data
	atTrailer
	untilClose // in a body that the end of the connection ends
	isLost     // at bytes that are no HTTP
	through    // all that comes is another protocol
)

// half is the state of a direction.
type half struct {
	state   state
	buf     []byte // lines that wait for more
	line    int    // where in buf the line begins that waits for its end
	left    int64  // bytes of the body or chunk still to come
	session *Session
	closing *Session // ends with the message
	why     string   // Piece.Why of its end
}

// New returns the decoder of a TCP connection whose sessions are in t.
func New(t *Table) *Decoder { return &Decoder{table: t} }

// Feed hands over the next bytes of a direction and calls emit for each piece
// that they complete. The piece is valid during the call only. Bodies come as
// they are fed, everything else in whole lines.
func (d *Decoder) Feed(dir decode.Direction, p []byte, emit func(*Piece)) {
	d.emit = emit
	h := &d.halves[dir]
	for len(p) > 0 {
		n := len(p)
		switch h.state {
		case inBody, inChunk:
			n = int(min(int64(n), h.left))
			h.left -= int64(n)
			d.body(dir, p[:n])
		case untilClose:
			d.body(dir, p)
		case through:
			d.put(dir, Piece{Kind: Raw, Raw: p, Why: WhyInside})
		default:
			n = d.lines(dir, p)
		}
		p = p[n:]
	}
}

// body emits bytes of a body.
func (d *Decoder) body(dir decode.Direction, p []byte) {
	h := &d.halves[dir]
	kind := Body
	if h.session != nil {
		kind = Data
	}
	last := h.state == inBody && h.left == 0
	d.put(dir, Piece{Kind: kind, Raw: p, Session: h.session, Last: last})
	d.bodyRead(dir)
}

// bodyRead goes on when all of a body or chunk was read.
func (d *Decoder) bodyRead(dir decode.Direction) {
	h := &d.halves[dir]
	switch {
	case h.left > 0:
	case h.state == inBody:
		d.messageEnd(dir)
	case h.state == inChunk:
		h.state = atChunkEnd
	}
}

// messageEnd goes on behind a message.
func (d *Decoder) messageEnd(dir decode.Direction) {
	h := &d.halves[dir]
	h.state, h.session = atHead, nil
	if s := h.closing; s != nil {
		h.closing = nil
		d.close(dir, s, h.why)
	}
}

// close ends a session.
func (d *Decoder) close(dir decode.Direction, s *Session, why string) {
	if !s.Closed {
		s.Closed = true
		d.put(dir, Piece{Kind: Closed, Session: s, Why: why})
	}
}

func (d *Decoder) put(dir decode.Direction, p Piece) {
	p.Dir = dir
	d.piece = p
	d.emit(&d.piece)
}

// lines takes bytes up to a line end from p, or keeps them until it comes.
func (d *Decoder) lines(dir decode.Direction, p []byte) int {
	h := &d.halves[dir]
	limit := maxHead
	switch h.state {
	case atChunkSize, atChunkEnd:
		limit = maxChunkLine
	case isLost:
		limit = maxLost
	}
	n := min(len(p), max(limit-len(h.buf), 0))
	i := bytes.IndexByte(p[:n], '\n')
	if i >= 0 {
		n = i + 1
	}
	h.buf = append(h.buf, p[:n]...)
	switch {
	case i >= 0:
		start := h.line
		h.line = len(h.buf)
		d.line(dir, h.buf[start:])
	case len(h.buf) >= limit && h.state == isLost:
		d.flush(dir, Piece{Kind: Raw, Why: WhyNotHTTP})
	case len(h.buf) >= limit:
		d.flush(dir, Piece{Kind: Raw, Why: WhyNotHTTP})
		d.goLost(dir)
	}
	return n
}

// flush emits the bytes kept.
func (d *Decoder) flush(dir decode.Direction, p Piece) {
	h := &d.halves[dir]
	if p.Raw = h.buf; len(p.Raw) > 0 {
		d.put(dir, p)
	}
	h.buf, h.line = h.buf[:0], 0
}

// line takes the newest line of the bytes kept.
func (d *Decoder) line(dir decode.Direction, line []byte) {
	h := &d.halves[dir]
	text := bytes.TrimRight(line, "\r\n")
	switch h.state {
	case atHead:
		first := len(line) == len(h.buf)
		switch {
		case first && len(text) == 0:
			d.flush(dir, Piece{Kind: Framing})
		case first && !isStart(dir, text):
			d.loseLine(dir)
		case len(text) == 0:
			d.head(dir)
		}
	case atChunkSize:
		size, ok := httphead.ChunkSize(text)
		if !ok {
			d.loseLine(dir)
			return
		}
		d.flush(dir, Piece{Kind: Framing, Session: h.session})
		h.state, h.left = inChunk, size
		if size == 0 {
			h.state = atTrailer
		}
	case atChunkEnd:
		if len(text) > 0 {
			d.loseLine(dir)
			return
		}
		d.flush(dir, Piece{Kind: Framing, Session: h.session})
		h.state = atChunkSize
	case atTrailer:
		if len(text) == 0 {
			d.flush(dir, Piece{Kind: Framing, Session: h.session, Last: true})
			d.messageEnd(dir)
		}
	case isLost:
		d.resync(dir)
	}
}

// isStart reports whether a line begins a message of the direction.
func isStart(dir decode.Direction, line []byte) bool {
	if dir == decode.C2S {
		_, _, _, ok := httphead.Request(line)
		return ok
	}
	_, _, ok := httphead.Status(line)
	return ok
}

// length says how a body is delimited, in words.
func length(n int64) string {
	switch n {
	case 0:
		return ", empty"
	case 1:
		return ", 1 byte"
	}
	return fmt.Sprintf(", %d bytes", n)
}
