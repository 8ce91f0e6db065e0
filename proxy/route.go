// This file chooses the server of a new connection by what the client says
// first.

package proxy

import (
	"bytes"
	"time"

	"msnscope/decode"
)

// Clients speak first, but an overloaded server may be the first to (error
// 601): so a client that says nothing is not waited for without end.
const (
	// silence is how long it is waited for before its default server is dialled.
	// A slow machine or line takes its time, and whoever has a cookie in mind is
	// turned away anywhere but at its own switchboard.
	silence = 20 * time.Second
	// silenceWhenTold is that for a client that has said already where it wants
	// to go: only to know what it speaks.
	silenceWhenTold = 2 * time.Second
)

// choice is a server chosen, and why.
type choice struct {
	target      target
	because     string
	switchboard bool           // the client asks for a switchboard
	dialect     decode.Dialect // that of the connection which named the switchboard
}

// firstLine reads from in until it says enough for choose, or the client is
// silent. It reports false if there is nobody to connect.
func (c *conn) firstLine(in *input) bool {
	patience := silence
	if c.wish.target != (target{}) {
		patience = silenceWhenTold
	}
	for !saysEnough(in.held()) && !in.full() {
		c.setReadDeadline(c.client, time.Now().Add(patience))
		_, err := in.more()
		if isTimeout(err) {
			if c.stopping.Load() {
				return false
			}
			break
		}
		if err != nil { // the pump finds it again
			return in.n > 0
		}
	}
	c.setReadDeadline(c.client, time.Time{})
	return true
}

// saysEnough reports whether b, the first bytes of a client, hold a whole line
// or cannot become the line that names a switchboard cookie.
func saysEnough(b []byte) bool {
	if bytes.IndexByte(b, '\n') >= 0 {
		return true
	}
	n := min(len(b), 3)
	return string(b[:n]) != "USR"[:n] && string(b[:n]) != "ANS"[:n]
}

// choose picks the server for a client whose first bytes are b.
//
//	USR t handle cookie            a switchboard of its own (any USR to another server has more words)
//	ANS t handle cookie session    a switchboard it was called to
func (c *conn) choose(b []byte) choice {
	own := choice{target: c.listener.main.upstream, because: "it is the default upstream"}
	var announced target // zero on a main listener
	switch {
	case c.wish.target != (target{}):
		own = choice{target: c.wish.target, because: c.wish.because}
	case c.listener.announced():
		announced = c.listener.target
		own = choice{target: announced, because: "the port was announced for it"}
	}
	line, _, whole := bytes.Cut(b, []byte("\n"))
	if !whole {
		return own
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	words := decode.Words(make([]decode.Span, 0, 8), line)
	if len(words) == 0 {
		return own
	}
	switch name := string(words[0].Of(line)); {
	case name == "USR" && len(words) == 4:
	case name == "ANS" && len(words) == 5:
	default:
		return own
	}
	own.switchboard = true
	r, ok := c.proxy.cookies.lookup(time.Now(), words[3].Of(line), announced)
	if ok && c.wish.target != (target{}) {
		own.dialect = r.dialect
		return own
	}
	if !ok {
		own.because += " and the cookie is not known"
		return own
	}
	return choice{target: r.target, because: "its cookie came in " + r.source, switchboard: true, dialect: r.dialect}
}
