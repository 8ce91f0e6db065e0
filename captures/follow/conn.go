// This file follows one connection: from the streams of its two sides to
// commands, notes and gaps.

package follow

import (
	"time"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
)

// conn is a connection of the capture.
type conn struct {
	stream *streams.Conn
	info   event.Connection
	state  state
	swap   int // 1 when side 0 is the server's

	// Undecided: what was captured before it was clear what is spoken here.
	look decode.Recogniser
	head [2][]byte
	held []piece

	facts    *decode.Conn
	now      int64 // Unix ns of the packet being decoded
	offset   [2]int64
	count    [2]int64 // whole commands
	edits    [2][]event.Edit
	errors   int64
	counted  int64 // bytes that its session has counted
	linked   bool  // the linker knows it
	chat     bool  // counted as a chat of its session
	reported bool  // in Follower.conns
}

// state is what is known about what a connection speaks.
type state uint8

const (
	undecided state = iota
	speaksMSNP
	speaksOther // shown as raw bytes: recorded by the proxy
	ignored     // not shown
)

// piece is something that happened on a connection before it was recognised.
type piece struct {
	side    int
	t       int64
	data    []byte
	missing int64 // a gap when data is nil
}

// dir returns the direction of what side sends.
func (c *conn) dir(side int) decode.Direction { return decode.Direction(side ^ c.swap) }

// decided turns an undecided connection to what it is.
func (f *Follower) decided(c *conn, v decode.Verdict) {
	held := c.held
	c.held, c.head = nil, [2][]byte{}
	switch {
	case v.Answer == decode.Yes:
		c.state = speaksMSNP
		if !c.stream.SYN && (v.Swapped || !v.SidesSure && c.stream.Addr[0].Port() == decode.DefaultPort) {
			c.swap = 1
			c.info.Client, c.info.Server = c.stream.Addr[1], c.stream.Addr[0]
		}
		c.facts = decode.NewConn()
		if !c.stream.SYN {
			c.facts.Framer(decode.C2S).MidStream = true
			c.facts.Framer(decode.S2C).MidStream = true
		}
		f.appear(c)
		c.info.MSNP = true
		f.linker.Open(c.info.ID, c.info.Client.Addr())
		c.linked = true
		f.sink.Connection(&c.info)
	case c.stream.Live:
		c.state = speaksOther
	default:
		c.state = ignored
		f.sink.Ignored(&c.info, v.Reason)
		return
	}
	for _, p := range held {
		if p.data == nil {
			f.gap(c, p.side, p.t, p.missing)
		} else {
			f.bytes(c, p.side, p.t, p.data)
		}
	}
}

// appear gives a connection its id.
func (f *Follower) appear(c *conn) {
	if c.info.ID == 0 {
		f.connection++
		c.info.ID = f.connection
	}
}

// bytes takes bytes of a connection that is decided.
func (f *Follower) bytes(c *conn, side int, t int64, p []byte) {
	dir := c.dir(side)
	c.now = t
	c.info.Bytes[dir] += int64(len(p))
	switch c.state {
	case speaksMSNP:
		c.facts.Feed(dir, p, func(dir decode.Direction, fr *decode.Frame) { f.frame(c, dir, fr) })
	case speaksOther:
		f.raw(c, dir, p, decode.WhyNotMSNP, false)
	}
	c.offset[dir] += int64(len(p))
}

// gap takes missing bytes of a connection that is decided.
func (f *Follower) gap(c *conn, side int, t, n int64) {
	dir := c.dir(side)
	c.now = t
	if c.state == speaksMSNP {
		c.facts.Gap(dir, n, func(dir decode.Direction, fr *decode.Frame) { f.frame(c, dir, fr) })
	}
	f.begin(c, event.Gap, dir)
	f.ev.Missing = n
	f.emit(c)
	if n > 0 {
		c.offset[dir] += n
	}
}

// closeWrite ends a direction.
func (f *Follower) closeWrite(c *conn, side int, t int64) {
	c.now = max(c.now, t)
	if c.state == speaksMSNP {
		c.facts.CloseWrite(c.dir(side), func(dir decode.Direction, fr *decode.Frame) { f.frame(c, dir, fr) })
	}
}

// frame turns a frame into an event.
func (f *Follower) frame(c *conn, dir decode.Direction, fr *decode.Frame) {
	f.linker.Observe(c.info.ID, c.facts, dir, fr, time.Unix(0, c.now))
	f.learn(c)
	if fr.Kind == decode.FrameRaw {
		f.begin(c, event.Raw, dir)
		f.ev.Text, f.ev.Partial = fr.Why, fr.Partial
	} else {
		f.begin(c, event.Command, dir)
		f.ev.N = c.count[dir]
		c.count[dir]++
		f.ev.Line, f.ev.Body = fr.Line, fr.Body
		f.ev.TrID = decode.TrID(fr.Raw[:fr.Line], dir, c.facts.Dialect)
		if dir == decode.C2S {
			c.facts.Asked(fr, f.event+1, c.now)
		} else if tag, asked, ok := c.facts.Answers(fr); ok {
			f.ev.Answers, f.ev.Latency = tag, max(c.now-asked, 0)
		}
	}
	f.ev.Raw = fr.Raw
	f.ev.Delivered = c.delivered(dir, fr.Offset, fr.Raw)
	f.emit(c)
}

// raw emits bytes that are no command.
func (f *Follower) raw(c *conn, dir decode.Direction, p []byte, why string, partial bool) {
	f.begin(c, event.Raw, dir)
	f.ev.Raw, f.ev.Text, f.ev.Partial = p, why, partial
	f.ev.Delivered = c.delivered(dir, c.offset[dir], p)
	f.emit(c)
}

// note emits a note of the proxy.
func (f *Follower) note(c *conn, dir decode.Direction, t int64, n event.Comment) {
	c.now = t
	f.begin(c, event.Note, dir)
	f.ev.Note, f.ev.Text = n.Note, n.Text
	f.emit(c)
}

// begin starts an event in f.ev.
func (f *Follower) begin(c *conn, kind event.Kind, dir decode.Direction) {
	f.ev = event.Event{
		Kind: kind, Dir: dir, Connection: c.info.ID, Time: c.now, N: -1, TrID: -1,
		Role: c.info.Role, Dialect: c.info.Dialect, Account: c.info.Account,
	}
}

// emit numbers the event and hands it over.
func (f *Follower) emit(c *conn) {
	f.event++
	f.ev.ID = f.event
	c.info.Events++
	f.count(c, &f.ev)
	if !c.reported {
		c.reported = true
		f.conns = append(f.conns, c)
	}
	f.sink.Event(&f.ev)
}

// learn takes over what the last frame told about the connection.
func (f *Follower) learn(c *conn) {
	session, ok := f.linker.Session(c.info.ID)
	if ok {
		session += f.firstSess
	}
	d := c.facts
	if c.info.Role == d.Role && c.info.Dialect == d.Dialect && c.info.Account == d.Account && c.info.Chat == d.Chat && c.info.Session == session {
		return
	}
	c.info.Role, c.info.Dialect, c.info.Account, c.info.Chat = d.Role, d.Dialect, d.Account, d.Chat
	if c.info.Session != session {
		c.info.Session = session
		f.join(c)
	}
	if s := f.sessions[c.info.Session]; s != nil {
		f.describe(s, c)
	}
	f.sink.Connection(&c.info)
}

// delivered returns what reached the other end instead of the bytes p at off,
// nil if they did. Edits up to their end are used up.
func (c *conn) delivered(dir decode.Direction, off int64, p []byte) []byte {
	edits := c.edits[dir]
	if len(edits) == 0 {
		return nil
	}
	end := off + int64(len(p))
	var out []byte
	from := 0
	used := 0
	for _, e := range edits {
		stop := e.Offset + int64(len(e.Old))
		if stop > end {
			break
		}
		used++
		if e.Offset < off {
			continue // part of it has gone out in another event
		}
		out = append(out, p[from:e.Offset-off]...)
		out = append(out, e.New...)
		from = int(stop - off)
	}
	c.edits[dir] = edits[used:]
	if out == nil {
		return nil
	}
	return append(out, p[from:]...)
}
