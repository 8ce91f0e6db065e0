// This file takes what the assembler finds and brings it to its connection.

package follow

import (
	"bytes"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
)

// receiver is the Follower as the assembler's Sink.
type receiver Follower

// Open is called for the first packet of a connection.
func (r *receiver) Open(s *streams.Conn, t int64) {
	f := (*Follower)(r)
	c := &conn{stream: s, now: t}
	c.info = event.Connection{Client: s.Addr[0], Server: s.Addr[1], Opened: t}
	s.Data = c
	if s.Live {
		c.info.Live = true
		f.appear(c)
		f.sink.Connection(&c.info)
	}
}

// Data is called for the bytes of a side, in order.
func (r *receiver) Data(s *streams.Conn, side int, t int64, p []byte) {
	f, c := (*Follower)(r), s.Data.(*conn)
	if c.state != undecided {
		f.bytes(c, side, t, p)
		return
	}
	if c.hasPrologue(side, p) {
		f.greet(c, side, t, p)
		return
	}
	f.data(c, side, t, p)
}

// data takes bytes of a connection that was not decided when they came, behind
// its prologue if it has one.
func (f *Follower) data(c *conn, side int, t int64, p []byte) {
	if c.state != undecided {
		f.bytes(c, side, t, p)
		return
	}
	if len(c.held) == 0 { // mostly the first bytes tell, and need not be kept
		head := [2][]byte{}
		head[side] = p
		if v := f.verdict(c, head); c.isClear(v, len(p)) {
			f.decided(c, v)
			f.bytes(c, side, t, p)
			return
		}
	}
	c.held = append(c.held, piece{side: side, t: t, data: append([]byte(nil), p...)})
	c.head[side] = append(c.head[side], p...)
	v := f.verdict(c, c.head)
	switch {
	case c.isClear(v, len(c.head[0])+len(c.head[1])):
		f.decided(c, v)
	case len(c.held) >= maxHeld:
		f.settle(c)
	default:
		f.hold(c)
	}
}

// isClear reports whether v, a verdict on n bytes, tells what the connection
// speaks and which side is the client's. Without a handshake that takes more.
func (c *conn) isClear(v decode.Verdict, n int) bool {
	unsure := v.Answer == decode.Yes && !c.begun() && !v.SidesSure && n < decode.RecogniseLimit
	return v.Answer != decode.Maybe && !unsure
}

// Gap is called for bytes that are missing from the capture.
func (r *receiver) Gap(s *streams.Conn, side int, t int64, n int64) {
	f, c := (*Follower)(r), s.Data.(*conn)
	if c.state != undecided {
		if c.state != ignored {
			f.gap(c, side, t, n)
		}
		return
	}
	if c.prologue != nil {
		c.prologue.Gap(decode.Direction(side), n, f.greeted(c, t))
		if c.state != undecided {
			f.gap(c, side, t, n)
			return
		}
	}
	if c.held = append(c.held, piece{side: side, t: t, missing: n}); len(c.held) >= maxHeld {
		f.settle(c)
	}
}

// Comment is called for the comments of a packet, before its bytes.
func (r *receiver) Comment(s *streams.Conn, side int, t int64, text string) {
	f, c := (*Follower)(r), s.Data.(*conn)
	if !s.Live {
		return
	}
	n, ok := event.ParseComment(text)
	if !ok {
		return
	}
	if n.Edit != nil {
		dir := n.Edit.Dir
		from := c.offset[dir] // of what is no event yet
		if c.facts != nil {
			from -= int64(c.facts.Framer(dir).Pending())
		}
		c.edits[dir].add(*n.Edit, from)
		return
	}
	if len(c.held) > 0 {
		if c.held = append(c.held, piece{side: side, t: t, note: &n}); len(c.held) >= maxHeld {
			f.settle(c)
		}
		return
	}
	f.note(c, c.dir(side), t, n)
}

// Close is called when a side's stream has ended.
func (r *receiver) Close(s *streams.Conn, side int, t int64) {
	f, c := (*Follower)(r), s.Data.(*conn)
	f.endPrologue(c, t)
	f.settle(c)
	f.closeWrite(c, side, t)
}

// End is called when nothing more will come.
func (r *receiver) End(s *streams.Conn, t int64, how string) {
	f, c := (*Follower)(r), s.Data.(*conn)
	f.endPrologue(c, t)
	f.settle(c)
	f.closeWrite(c, 0, t)
	f.closeWrite(c, 1, t)
	f.end(c, t, how)
}

// end ends a connection of which all was told.
func (f *Follower) end(c *conn, t int64, how string) {
	f.holders.set(c, 0)
	f.checkEnd(c, t, how)
	c.info.How = how
	if c.state == ignored {
		return
	}
	if c.info.ID == 0 { // nothing was ever said
		f.sink.Ignored(&c.info, "no data")
		return
	}
	c.info.Closed = t
	if c.facts != nil {
		number := f.linker.Close(c.info.ID, time.Unix(0, t))
		if c.session == nil {
			f.join(c, number)
		}
	}
	c.ended = true
	c.info.Live = false
	if c.session != nil {
		f.left(c)
	}
	f.sink.Connection(&c.info)
}

// settle decides a connection that has ended before it was recognised, with
// what there is.
func (f *Follower) settle(c *conn) {
	if c.state != undecided || len(c.held) == 0 {
		return
	}
	v := f.verdict(c, c.head)
	if v.Answer == decode.Maybe {
		v = decode.Verdict{Answer: decode.No, Reason: "no MSNP command"}
		if l := c.look.Look(c.head[0], c.head[1]); l.Answer == decode.No { // of HTTP only the beginning
			v.Reason = l.Reason
		}
		if f.isTransfer(c, c.head, v) {
			v.Reason = reasonMSNFTP
		}
	}
	f.decided(c, v)
}

// verdict judges by the first bytes of both sides. Who comes to the proxy comes
// to speak MSNP, and is to be seen at once: there one line is enough, unless it
// is known to be something else.
func (f *Follower) verdict(c *conn, head [2][]byte) decode.Verdict {
	v := c.look.Look(head[0], head[1])
	if v.Reason == reasonHTTP {
		if v = webVerdict(head, v); v.Reason != reasonHTTP {
			return v
		}
	}
	if f.isTransfer(c, head, v) {
		return decode.Verdict{Answer: decode.No, Reason: reasonMSNFTP}
	}
	if c.stream.Live && v.Answer == decode.Maybe && bytes.IndexByte(bytes.Join(head[:], nil), '\n') >= 0 {
		v.Answer = decode.Yes
	}
	return v
}
