// This file bounds what all connections together keep of bytes that are no
// event yet.

package follow

import "msnscope/decode"

const (
	// maxWaiting bounds the bytes that wait, of all connections: for the end of
	// their command, or for what tells whether this is MSNP at all. What waits
	// on one connection is bounded by decode's limits; this is for captures in
	// which very many begin commands that they do not end.
	maxWaiting = 64 << 20

	// pieceOverhead is what a piece takes beside its bytes.
	pieceOverhead = 96
)

// holding is a connection's place among those that keep something, longest
// first.
type holding struct {
	waits         int // bytes
	before, after *conn
}

// holders is the list of those connections.
type holders struct {
	first, last *conn
	waiting     int // bytes of all
	busy        bool
}

// hold counts what a connection keeps, after it was given something, and has
// the one that keeps something for longest give it up if it is too much.
func (f *Follower) hold(c *conn) {
	n := 0
	if len(c.held) > 0 { // their bytes are kept twice
		n = 2*(len(c.head[0])+len(c.head[1])) + pieceOverhead*len(c.held)
	}
	if c.state == undecided && c.prologue != nil {
		n += c.greeting + c.prologue.Pending()
	}
	if c.state == speaksHTTP && !c.ended {
		n += c.web.waits()
	}
	if c.state == speaksMSNP && !c.ended {
		n += c.facts.Framer(decode.C2S).Pending() + c.facts.Framer(decode.S2C).Pending()
	}
	f.holders.set(c, n)
	if f.holders.busy {
		return
	}
	f.holders.busy = true
	at, webConn := f.at, f.webConn
	for f.holders.waiting > maxWaiting {
		f.giveUp(f.holders.first)
	}
	f.at, f.webConn = at, webConn
	f.holders.busy = false
}

// giveUp makes events of what a connection keeps.
func (f *Follower) giveUp(c *conn) {
	f.holders.set(c, 0)
	if c.state == undecided {
		f.endPrologue(c, c.now)
		f.settle(c)
	}
	if c.state == speaksHTTP && !c.ended && !c.web.busy { // else it is counted again in a moment
		f.webConn = c
		c.web.decoder.GiveUp(f.onWeb)
		f.message(c, decode.C2S)
		f.message(c, decode.S2C)
		c.web.message = [2][]byte{}
	}
	if c.state == speaksMSNP && !c.ended {
		f.at = c
		c.facts.GiveUp(decode.C2S, f.onFrame)
		c.facts.GiveUp(decode.S2C, f.onFrame)
	}
}

func (h *holders) set(c *conn, n int) {
	h.waiting += n - c.waits
	switch {
	case n > 0 && c.waits == 0:
		c.before, c.after = h.last, nil
		if h.last == nil {
			h.first = c
		} else {
			h.last.after = c
		}
		h.last = c
	case n == 0 && c.waits > 0:
		if c.before == nil {
			h.first = c.after
		} else {
			c.before.after = c.after
		}
		if c.after == nil {
			h.last = c.before
		} else {
			c.after.before = c.before
		}
		c.before, c.after = nil, nil
	}
	c.waits = n
}
