// This file is the Follower: packets in, events out.

package follow

import (
	"fmt"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/decode/conform"
	"msnscope/decode/gateway"
	"msnscope/decode/msnftp"
)

// Sink takes what a capture says, in order. Pointers and the bytes behind them
// are valid only during the call.
type Sink interface {
	// Event is called in the order in which the events' last bytes were
	// captured. Its connection has been told before.
	Event(e *event.Event)
	// Connection tells a new or changed connection. Its session may change as
	// long as it has not said enough about itself.
	Connection(c *event.Connection)
	// Session tells a new or changed session.
	Session(s *event.Session)
	// Ignored tells of a TCP connection without MSNP, when it is known.
	Ignored(c *event.Connection, why string)
}

// Follower follows one capture. Its memory grows with the connections and
// sessions that are going on, not with the capture.
type Follower struct {
	sink        Sink
	assembler   *streams.Assembler
	tape        streams.Tape // what it has found, and nobody was told of yet
	linker      *decode.Linker
	invitations decode.Invitations
	known       *conform.Known // what connections have shown about each other's users
	gateways    gateway.Table

	event      int64 // last ids given out
	connection int64
	session    int64
	firstSess  int64 // session ids are this plus the linker's numbers
	sessions   map[int64]*session
	prune      int // number of sessions at which to look for those that are over

	unchecked bool

	conns   []*conn // those that have counted something since the last Report
	section int
	holders holders

	ev      event.Event // the one being told
	at      *conn       // whose frames onFrame takes
	onFrame func(decode.Direction, *decode.Frame)
	onPiece func(*msnftp.Piece)
	webConn *conn // whose pieces onWeb takes
	onWeb   func(*gateway.Piece)
}

// New returns a Follower for the capture with the given number.
func New(capture int, sink Sink) *Follower {
	f := &Follower{sink: sink, linker: decode.NewLinker(), known: conform.NewKnown(), sessions: map[int64]*session{}, prune: minPrune}
	f.event = int64(capture) * event.EventsPerCapture
	f.connection = int64(capture) * event.ConnectionsPerCapture
	f.session = f.connection
	f.firstSess = f.session
	f.onFrame = func(dir decode.Direction, fr *decode.Frame) { f.frame(f.at, dir, fr) }
	f.onPiece = func(p *msnftp.Piece) { f.piece(f.at, p) }
	f.onWeb = func(p *gateway.Piece) { f.webPiece(f.webConn, p) }
	f.gateways.Forgotten = f.forgotten
	f.assembler = streams.NewAssembler(&f.tape)
	f.tape.Full = f.play
	return f
}

// Resume numbers on from these counts of an earlier part of the capture. It is
// called before the first Packet.
func (f *Follower) Resume(events, connections, sessions int64) {
	f.event += events
	f.connection += connections
	f.session += sessions
	f.firstSess = f.session
}

// Unchecked has connections not checked against the rules of the protocol, for
// who only counts: that is half of the work. It is called before the first
// Packet; events will have no Warnings.
func (f *Follower) Unchecked() { f.unchecked = true }

// Packet takes the next packet of the capture. See Read for a whole file.
func (f *Follower) Packet(p *pcapfile.Packet) {
	if f.begins(p) {
		f.assembler.Flush(streams.EndSection)
		f.play()
		f.restarted()
	}
	f.assembler.Packet(p)
	f.play()
}

// play takes what the assembler has found.
func (f *Follower) play() { f.tape.Play((*receiver)(f)) }

// begins reports whether a new section of a live capture begins with the packet.
func (f *Follower) begins(p *pcapfile.Packet) bool {
	if p.Section == f.section {
		return false
	}
	f.section = p.Section
	return p.Live
}

// restarted begins a new section of a live capture, when all streams of the one
// before have ended: the proxy was started again. Nothing is carried over, so
// that following may begin at any section.
func (f *Follower) restarted() {
	f.endTunnels(streams.EndSection)
	f.Report()
	f.linker, f.invitations, f.known = decode.NewLinker(), decode.Invitations{}, conform.NewKnown()
	f.firstSess = f.session
	clear(f.sessions)
}

// Finish ends the capture: what waits for missing packets is delivered, and
// connections still open end in the way given.
func (f *Follower) Finish(how string) {
	f.assembler.Flush(how)
	f.play()
	f.endTunnels(how)
	f.Report()
}

// Report tells the sink the counts of all connections and sessions that are
// going on and have changed since the last call. All else about them, and the
// counts of what has ended, is told as it changes.
func (f *Follower) Report() {
	for _, c := range f.conns {
		c.reported = false
		if c.ended {
			continue
		}
		f.sink.Connection(&c.info)
		if s := c.session; s != nil && !s.told {
			s.told = true
			f.sink.Session(&s.Session)
		}
	}
	for _, c := range f.conns {
		if c.session != nil {
			c.session.told = false
		}
	}
	clear(f.conns)
	f.conns = f.conns[:0]
}

// Problems says which packets are part of no stream although they should be,
// one line for each reason.
func (f *Follower) Problems() []string {
	var lines []string
	for _, p := range f.assembler.Problems() {
		if !p.Foreign {
			lines = append(lines, fmt.Sprintf("%d packets from packet %d on: %s", p.Packets, p.First, p.Text))
		}
	}
	return lines
}
