// This file gets over missing packets and over what is no HTTP.

package gateway

import (
	"bytes"

	"msnscope/decode"
	"msnscope/decode/httphead"
)

// Gap tells that n bytes of a direction are missing here (n < 0: unknown).
// Missing bytes of a body of known length leave everything else as it is.
func (d *Decoder) Gap(dir decode.Direction, n int64, emit func(*Piece)) {
	d.emit = emit
	h := &d.halves[dir]
	switch {
	case n == 0 || h.state == through:
	case h.state == untilClose:
		d.hole(dir, h.session, n, false)
	case (h.state == inBody || h.state == inChunk) && n > 0 && n <= h.left:
		h.left -= n
		d.hole(dir, h.session, n, h.state == inBody && h.left == 0)
		d.bodyRead(dir)
	default:
		d.flush(dir, Piece{Kind: Raw, Why: decode.WhyCutByGap, Partial: true})
		d.goLost(dir)
	}
}

// hole tells of missing bytes of a body.
func (d *Decoder) hole(dir decode.Direction, s *Session, n int64, last bool) {
	if s != nil || last {
		d.put(dir, Piece{Kind: Hole, Session: s, Missing: n, Last: last})
	}
}

// CloseWrite tells that a direction has ended.
func (d *Decoder) CloseWrite(dir decode.Direction, emit func(*Piece)) {
	d.emit = emit
	h := &d.halves[dir]
	switch h.state {
	case inBody, inChunk:
		d.hole(dir, h.session, h.left, false)
	case isLost:
		d.flush(dir, Piece{Kind: Raw, Why: WhyNotHTTP})
	default:
		d.flush(dir, Piece{Kind: Raw, Why: decode.WhyCutByEnd, Partial: true})
	}
	if h.state != through {
		d.messageEnd(dir)
		h.state = isLost // nothing should follow
	}
}

// loseLine goes on at a line that should not be there.
func (d *Decoder) loseLine(dir decode.Direction) {
	d.goLost(dir)
	d.resync(dir)
}

// goLost begins the search for the next message. What the session of the
// newest message has lost is not known, nor which response is whose.
func (d *Decoder) goLost(dir decode.Direction) {
	h := &d.halves[dir]
	s := h.session
	if s == nil {
		s = d.last
	}
	if s != nil && !s.Closed && h.state != isLost {
		d.hole(dir, s, -1, false)
	}
	d.messageEnd(dir)
	h.state = isLost
	d.asked = d.asked[:0]
	d.missed = d.missed || dir == decode.S2C
}

// methods are those of requests that may follow on lost bytes without a line
// end between them.
var methods = [...]string{"POST ", "GET ", "HEAD "}

// resync looks in the line kept for the beginning of a message, which may stand
// behind the end of a body: "OUT" and "HTTP/1.1 200 OK" in one line.
func (d *Decoder) resync(dir decode.Direction) {
	h := &d.halves[dir]
	at := -1
	text := bytes.TrimRight(h.buf, "\r\n")
	if dir == decode.S2C {
		if i := bytes.LastIndex(text, []byte("HTTP/1.")); i >= 0 {
			if _, _, ok := httphead.Status(text[i:]); ok {
				at = i
			}
		}
	} else if bytes.Contains(text[max(len(text)-len("HTTP/1.1"), 0):], []byte("HTTP/1.")) {
		for _, m := range methods {
			if i := bytes.LastIndex(text, []byte(m)); i > at {
				if _, _, _, ok := httphead.Request(text[i:]); ok {
					at = i
				}
			}
		}
	}
	if at < 0 {
		d.flush(dir, Piece{Kind: Raw, Why: WhyNotHTTP})
		return
	}
	if at > 0 {
		d.put(dir, Piece{Kind: Raw, Raw: h.buf[:at], Why: WhyNotHTTP})
		h.buf = append(h.buf[:0], h.buf[at:]...)
	}
	h.state, h.line = atHead, len(h.buf)
}

// Pending returns the number of bytes fed that belong to no piece yet.
func (d *Decoder) Pending() int { return len(d.halves[0].buf) + len(d.halves[1].buf) }

// GiveUp emits what is kept of lines that have not ended, so that nothing of it
// is. What follows is looked through for the next message.
func (d *Decoder) GiveUp(emit func(*Piece)) {
	d.emit = emit
	for dir := range d.halves {
		h, dir := &d.halves[dir], decode.Direction(dir)
		if len(h.buf) > 0 {
			d.flush(dir, Piece{Kind: Raw, Why: decode.WhyHeld, Partial: h.state != isLost})
			d.goLost(dir)
		}
		h.buf = nil
	}
	d.piece = Piece{} // which points to it
}
