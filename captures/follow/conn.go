// This file follows one connection: from the streams of its two sides to
// commands, notes and gaps.

package follow

import (
	"fmt"
	"slices"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/decode/conform"
	"msnscope/decode/prologue"
)

// conn is a connection of the capture. What every packet needs comes first:
// with thousands of them going on, memory is what following waits for.
type conn struct {
	state     state
	swap      uint8 // 1 when side 0 is the server's
	chat      bool  // counted as a chat of its session
	reported  bool  // in Follower.conns
	ended     bool
	facts     *decode.Conn     // nil unless it speaks MSNP or MSNFTP
	file      *transfer        // nil unless it speaks MSNFTP
	web       *web             // nil unless it carries requests to a gateway
	checker   *conform.Checker // nil unless it speaks MSNP and is checked
	session   *session         // nil until it is decided
	now       int64            // Unix ns of the packet being decoded
	lastEvent int64            // Unix ns
	counted   int64            // bytes that its session has counted
	errors    int64
	offset    [2]int64
	inner     [2]int64 // length of the prologue
	count     [2]int64 // whole commands
	edits     [2]edits
	name      string // friendly name and program that its session was told
	program   string
	info      event.Connection
	stream    *streams.Conn
	holding

	// Undecided: what was captured before it was clear what is spoken here.
	look decode.Recogniser
	head [2][]byte
	held []piece
	// nil unless its first bytes may be a prologue
	prologue *prologue.Decoder
	greeting int // bytes of its messages that are held
}

// state is what is known about what a connection speaks.
type state uint8

const (
	undecided state = iota
	speaksMSNP
	speaksMSNFTP
	speaksHTTP  // with requests to a gateway
	speaksOther // shown as raw bytes: recorded by the proxy
	ignored     // not shown
)

// piece is something that happened on a connection before it was recognised:
// bytes, a note, or else a gap.
type piece struct {
	side    int
	t       int64
	data    []byte
	note    *event.Comment
	missing int64
	why     string // not "" for a message of a prologue
	partial bool
}

// maxHeld bounds the pieces of a connection that is not recognised yet. Their
// bytes are bounded by decode.RecogniseLimit; this is for captures in which
// every packet holds one byte.
const maxHeld = 1024

// dir returns the direction of what side sends.
func (c *conn) dir(side int) decode.Direction {
	return decode.Direction(side) ^ decode.Direction(c.swap)
}

// decided turns an undecided connection to what it is.
func (f *Follower) decided(c *conn, v decode.Verdict) {
	held := c.held
	c.held, c.head = nil, [2][]byte{}
	f.holders.set(c, 0)
	c.passThrough()
	if f.full() && !c.stream.Live && (v.Answer == decode.Yes || v.Reason == reasonMSNFTP || v.Reason == reasonGateway) {
		v = decode.Verdict{Reason: reasonFull}
	}
	switch {
	case v.Answer == decode.Yes:
		c.state = speaksMSNP
		if !c.begun() && (v.Swapped || !v.SidesSure && c.stream.Addr[0].Port() == decode.DefaultPort) {
			c.swap = 1
			c.info.Client, c.info.Server = c.stream.Addr[1], c.stream.Addr[0]
		}
		c.checker = f.newChecker(c.info.Server.Addr(), !c.begun())
		c.facts = decode.NewConn()
		if !c.begun() {
			c.facts.Framer(decode.C2S).MidStream = true
			c.facts.Framer(decode.S2C).MidStream = true
		}
		f.appear(c)
		c.info.MSNP = true
		f.linker.Open(c.info.ID, c.info.Client.Addr())
		f.sink.Connection(&c.info)
	case v.Reason == reasonMSNFTP:
		f.carries(c)
	case v.Reason == reasonGateway:
		f.requests(c, v.Swapped)
	case c.stream.Live:
		c.state = speaksOther
	default:
		c.state = ignored
		f.sink.Ignored(&c.info, c.throughWhat(v.Reason))
		return
	}
	c.prologue = nil
	for _, p := range held {
		switch {
		case p.why != "":
			f.greeting(c, &p)
		case p.data != nil:
			f.bytes(c, p.side, p.t, p.data)
		case p.note != nil:
			f.note(c, c.dir(p.side), p.t, *p.note)
		default:
			f.gap(c, p.side, p.t, p.missing)
		}
	}
}

// maxConnections is how many connections of a capture are followed: there are no
// more ids, and some are left for those that are carried in HTTP.
const maxConnections = event.ConnectionsPerCapture - 10_000

var reasonFull = fmt.Sprintf("the capture has more than %d conversations: cut it into several", maxConnections)

// full reports whether there are no ids left for further connections.
func (f *Follower) full() bool { return f.connection%event.ConnectionsPerCapture >= maxConnections }

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
		f.at = c
		c.facts.Feed(dir, p, f.onFrame)
		f.hold(c)
	case speaksMSNFTP:
		f.at = c
		f.fileBytes(c, dir, p)
	case speaksHTTP:
		f.webConn = c
		c.web.busy = true
		c.web.decoder.Feed(dir, p, f.onWeb)
		c.web.busy = false
		f.hold(c)
	case speaksOther:
		f.raw(c, dir, p)
	}
	c.offset[dir] += int64(len(p))
}

// gap takes missing bytes of a connection that is decided.
func (f *Follower) gap(c *conn, side int, t, n int64) {
	dir := c.dir(side)
	c.now = t
	switch c.state {
	case speaksMSNP:
		f.at = c
		c.facts.Gap(dir, n, f.onFrame)
		if c.checker != nil {
			c.checker.Gap()
		}
	case speaksMSNFTP:
		f.at = c
		c.file.decoder.Gap(dir, n, f.onPiece)
	case speaksHTTP:
		f.webConn = c
		c.web.decoder.Gap(dir, n, f.onWeb)
		f.message(c, dir)
		c.web.at[dir] += max(n, 0)
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
	switch c.state {
	case speaksMSNP:
		f.at = c
		c.facts.CloseWrite(c.dir(side), f.onFrame)
	case speaksMSNFTP:
		f.at = c
		f.fileEnds(c, c.dir(side))
	case speaksHTTP:
		f.webConn = c
		c.web.decoder.CloseWrite(c.dir(side), f.onWeb)
		f.message(c, c.dir(side))
	}
}

// frame turns a frame into an event.
func (f *Follower) frame(c *conn, dir decode.Direction, fr *decode.Frame) {
	f.learn(c, f.linker.Observe(c.info.ID, c.facts, dir, fr, time.Unix(0, c.now)))
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
		f.invitation(c, dir, fr)
		f.meet(c, dir, fr)
	}
	f.ev.Raw = fr.Raw
	f.ev.Delivered = c.edits[dir].take(c.inner[dir]+fr.Offset, fr.Raw)
	f.check(c, dir, fr)
	f.emit(c)
}

// raw emits bytes of a connection that speaks something else.
func (f *Follower) raw(c *conn, dir decode.Direction, p []byte) {
	f.begin(c, event.Raw, dir)
	f.ev.Raw, f.ev.Text = p, decode.WhyNotMSNP
	f.ev.Delivered = c.edits[dir].take(c.offset[dir], p)
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
	if f.ev.Quiet = -1; c.info.Events > 1 {
		f.ev.Quiet = max(f.ev.Time-c.lastEvent, 0)
	}
	f.count(c, &f.ev)
	if !c.reported {
		f.report(c)
	}
	f.sink.Event(&f.ev)
}

// report has the next Report tell the counts of a connection.
func (f *Follower) report(c *conn) {
	c.reported = true
	if len(f.conns) == cap(f.conns) { // what has ended was told at its end
		f.conns = slices.DeleteFunc(f.conns, func(c *conn) bool { return c.ended })
		f.conns = slices.Grow(f.conns, len(f.conns)+1) // or all would be gone through for each of a few
	}
	f.conns = append(f.conns, c)
}

// learn takes over what the last frame told about the connection. session is
// the linker's number, 0 while it is not decided.
func (f *Follower) learn(c *conn, session int64) {
	d := c.facts
	joins := session != 0 && c.session == nil
	if c.session != nil && (c.name != d.FriendlyName || c.program != d.ClientVersion) {
		c.name, c.program = d.FriendlyName, d.ClientVersion
		f.describe(c)
	}
	if !joins && c.info.Role == d.Role && c.info.Dialect == d.Dialect && c.info.Account == d.Account && c.info.Chat == d.Chat {
		return
	}
	c.info.Role, c.info.Dialect, c.info.Account, c.info.Chat = d.Role, d.Dialect, d.Account, d.Chat
	if joins {
		f.join(c, session)
	}
	if c.session != nil {
		f.describe(c)
	}
	f.sink.Connection(&c.info)
}
