// This file follows what a client says to a SOCKS or HTTP proxy before its
// connection begins: those bytes are raw events, and what is spoken here is
// decided by what comes behind them.

package follow

import (
	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/prologue"
)

// maxGreeting is how many messages a prologue may have. With two refusals that
// ask for a password there are nine.
const maxGreeting = 64

// hasPrologue reports whether bytes of an undecided connection belong to a
// prologue, or may. Whoever opens a connection speaks first in all of them.
func (c *conn) hasPrologue(side int, p []byte) bool {
	if c.prologue == nil {
		if side != 0 || len(c.held) > 0 || !prologue.Begins(p) {
			return false
		}
		c.prologue = prologue.New()
	}
	return !c.prologue.Over()
}

// greet takes bytes of a connection that may begin with a prologue.
func (f *Follower) greet(c *conn, side int, t int64, p []byte) {
	c.now = t
	c.prologue.Feed(decode.Direction(side), p, f.greeted(c, t))
	f.hold(c)
}

// endPrologue takes the end of what is captured of a prologue.
func (f *Follower) endPrologue(c *conn, t int64) {
	if c.prologue != nil && !c.prologue.Over() {
		c.prologue.CloseWrite(decode.C2S, f.greeted(c, t))
	}
}

// greeted returns what takes the pieces of a prologue: its messages wait until
// it is decided what the connection is, all else goes the usual way.
func (f *Follower) greeted(c *conn, t int64) func(prologue.Piece) {
	return func(p prologue.Piece) {
		if p.Why == "" || c.state != undecided {
			f.data(c, int(p.Dir), t, p.Raw)
			return
		}
		c.inner[p.Dir] += int64(len(p.Raw))
		c.greeting += len(p.Raw)
		if n := len(c.held); n > 0 && p.Why == prologue.WhyPage && c.held[n-1].why == p.Why {
			c.held[n-1].data, c.held[n-1].t = append(c.held[n-1].data, p.Raw...), t
			return
		}
		c.held = append(c.held, piece{side: int(p.Dir), t: t, data: append([]byte(nil), p.Raw...), why: p.Why, partial: p.Partial})
		if len(c.held) >= maxGreeting {
			f.settle(c)
		}
	}
}

// begun reports whether the first bytes that the two sides said to each other
// are known to be captured, so that side 0 is the client.
func (c *conn) begun() bool {
	return c.stream.SYN || c.prologue != nil && c.prologue.Result().Open
}

// passThrough takes over where a connection leads that began with a prologue.
func (c *conn) passThrough() {
	if c.prologue == nil {
		return
	}
	r := c.prologue.Result()
	switch {
	case !r.Open:
	case r.Addr.IsValid():
		c.info.Via = r.Protocol + " at " + c.info.Server.String()
		c.info.Server = r.Addr
	default:
		c.info.Via = r.Protocol + " to " + r.Target()
	}
}

// throughWhat says why a connection is ignored that began with a prologue.
func (c *conn) throughWhat(reason string) string {
	if c.prologue == nil {
		return reason
	}
	switch r := c.prologue.Result(); {
	case r.Protocol == "":
	case r.Open:
		return reason + ", through " + r.Protocol + " to " + r.Target()
	case r.Reply != "":
		return r.Protocol + ", " + r.Reply
	default:
		return r.Protocol
	}
	return reason
}

// greeting emits a message of a prologue.
func (f *Follower) greeting(c *conn, p *piece) {
	dir := c.dir(p.side)
	c.now = p.t
	c.info.Bytes[dir] += int64(len(p.data))
	f.begin(c, event.Raw, dir)
	f.ev.Raw, f.ev.Text, f.ev.Partial = p.data, p.why, p.partial
	f.ev.Delivered = c.edits[dir].take(c.offset[dir], p.data)
	f.emit(c)
	c.offset[dir] += int64(len(p.data))
}
