// This file follows the heads of requests and responses to their sessions.

package gateway

import (
	"fmt"

	"msnscope/decode"
	"msnscope/decode/httphead"
)

// head takes the whole head in the bytes kept.
func (d *Decoder) head(dir decode.Direction) {
	h := &d.halves[dir]
	p := Piece{Kind: Head}
	var n int64
	if dir == decode.C2S {
		n = d.request(h, &p)
	} else {
		n = d.response(h, &p)
	}
	if h.session != nil && p.Session == nil {
		p.Session = h.session
	}
	if p.Session != nil {
		d.table.use(p.Session)
		d.last = p.Session
	}
	chunked := n != 0 && h.state == atHead && httphead.Has(h.buf, "Transfer-Encoding", "chunked")
	switch {
	case h.state != atHead:
	case chunked:
		h.state = atChunkSize
	case n > 0:
		h.state, h.left = inBody, n
	case n < 0:
		h.state = untilClose
	default:
		p.Last = true
	}
	d.flush(dir, p)
	if p.Last {
		d.messageEnd(dir)
	}
}

// request reads the head of a request and returns the length of its body.
func (d *Decoder) request(h *half, p *Piece) int64 {
	method, target, _, _ := httphead.Request(h.buf)
	n, _ := httphead.Length(h.buf)
	size := length(n)
	if httphead.Has(h.buf, "Transfer-Encoding", "chunked") {
		n, size = -1, ""
	}
	ask := asked{method: method}
	if r, ok := parseRequest(method, target); !ok {
		p.Why = "other HTTP: " + method
	} else {
		s, known := d.sessionOf(&r)
		ask.session, ask.open = s, r.action == "open"
		p.Session = s
		switch {
		case ask.open:
			p.Why = "open " + s.Server + " " + s.Host
		case r.action == "poll":
			p.Why = "poll"
			if n == 0 {
				size = ""
			}
		default:
			p.Why = "send"
		}
		p.Why += size
		if !known {
			p.Why += "; the opening of this session was not captured"
		}
		if !s.Closed && !encoded(h.buf) {
			h.session = s
		}
	}
	if len(d.asked) == maxAsked {
		d.asked = append(d.asked[:0], d.asked[1:]...)
	}
	d.asked = append(d.asked, ask)
	return n
}

// sessionOf returns the session of a request, a new one if it is not known.
func (d *Decoder) sessionOf(r *request) (s *Session, known bool) {
	if r.action == "open" {
		s = d.table.add()
		s.Server, s.Host, s.Opened = printable(r.server), printable(r.host), true
		return s, true
	}
	s = d.table.find(r.session)
	if s == nil && d.last != nil && !d.last.Closed && d.last.fits(r.session) {
		// A client waits for the response, and the one that gave this id is missing.
		if n := len(d.asked); d.missed || n > 0 && d.asked[n-1].session == d.last {
			s = d.last
		}
	}
	known = s != nil
	if s == nil {
		s = d.table.add()
	}
	d.table.link(s, r.session)
	return s, known
}

// response reads the head of a response and returns the length of its body, -1
// if the end of the connection ends it.
func (d *Decoder) response(h *half, p *Piece) int64 {
	status, _, _ := httphead.Status(h.buf)
	if status < 200 && status != 101 {
		p.Why = fmt.Sprintf("HTTP %d", status)
		return 0
	}
	d.missed = false
	var ask asked
	if len(d.asked) > 0 {
		ask = d.asked[0]
		d.asked = append(d.asked[:0], d.asked[1:]...)
	}
	if status == 101 || ask.method == "CONNECT" && status < 300 {
		d.flush(decode.C2S, Piece{Kind: Raw, Why: WhyInside})
		d.halves[decode.C2S].state, h.state = through, through
		p.Why = fmt.Sprintf("HTTP %d", status)
		return 0
	}
	n, ok := httphead.Length(h.buf)
	size := length(n)
	if !ok || httphead.Has(h.buf, "Transfer-Encoding", "chunked") {
		n, size = -1, ""
	}
	if status == 204 || status == 304 || ask.method == "HEAD" {
		n, size = 0, ""
	}
	r, ofGateway := parseResponse(h.buf)
	s := ask.session
	switch {
	case ofGateway:
		s = d.answered(s, &r)
	case s == nil:
		p.Why = fmt.Sprintf("other HTTP: %d", status)
		return n
	}
	p.Session = s
	kind, _ := httphead.Value(h.buf, "Content-Type")
	carries := status == 200 && (ofGateway || kind == "application/x-msn-messenger")
	switch {
	case !carries:
		p.Why = fmt.Sprintf("answer HTTP %d%s", status, size)
	case encoded(h.buf):
		p.Why = "answer, compressed" + size
	default:
		p.Why = "answer" + size
		if !s.Closed {
			h.session = s
		}
	}
	switch {
	case r.close:
		p.Why += ", session closed"
		h.closing, h.why = s, "closed by the gateway"
	case ask.open && !carries:
		h.closing, h.why = s, fmt.Sprintf("not opened: HTTP %d", status)
	}
	return n
}

// answered returns the session of a response with X-MSN-Messenger: that of its
// request, s, unless its id is known to be another's.
func (d *Decoder) answered(s *Session, r *response) *Session {
	if r.session != "" {
		if known := d.table.ids[r.session]; known != nil {
			s = known
		} else if s == nil {
			s = d.table.find(r.session)
		}
	}
	if s == nil && d.last != nil && !d.last.Closed && d.last.fits(r.session) {
		s = d.last // the request is missing
	}
	if s == nil {
		s = d.table.add()
	}
	d.table.link(s, r.session)
	if r.gateway != "" {
		s.Gateway = r.gateway
	}
	return s
}

// encoded reports whether a body is compressed.
func encoded(head []byte) bool {
	v, ok := httphead.Value(head, "Content-Encoding")
	return ok && v != "" && v != "identity"
}

// printable makes a word from the wire fit for a sentence.
func printable(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c <= ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}
