// This file holds the Assembler: it takes packets, and begins and ends
// connections.

package streams

import (
	"cmp"
	"slices"

	"msnscope/captures/pcapfile"
)

// Assembler follows the TCP connections in a sequence of packets. Its memory is
// bounded, whatever the packets are. It is not safe for concurrent use.
type Assembler struct {
	sink Sink

	number   int64 // of the current packet
	now      int64 // its time
	section  int
	tunnels  int // that the current packet has been taken out of
	g        segment
	problems problems

	fragments fragments

	byKey  map[key]*conn
	conns  []*conn
	cache  [cacheSlots]*conn
	stubs  stubs
	hand   int // of evict
	opened int // connections the Sink was told of
	live   int // how many of conns the proxy recorded

	holes    list // sides that wait for missing bytes, longest first
	starts   list // sides of which it is not known yet where they begin
	buffered int  // bytes that wait, of all sides
}

// NewAssembler returns an Assembler that reports to sink.
func NewAssembler(sink Sink) *Assembler {
	return &Assembler{sink: sink, byKey: make(map[key]*conn)}
}

// Packet takes the next packet of the capture.
func (a *Assembler) Packet(p *pcapfile.Packet) {
	a.number, a.now, a.tunnels = p.Number, p.Time, 0
	if p.Section != a.section {
		a.endSection()
		a.section = p.Section
	}
	g := &a.g
	g.time, g.live, g.comments = p.Time, p.Live, p.Comments
	at, why := a.ipPacket(p)
	if why == fine {
		why = a.ip(p.Data[at:], p.Length-at, g)
	}
	switch why {
	case fine:
		a.segment(g)
	case waits:
	case unknownLink:
		a.problems.link(p.Link, p.Number)
	default:
		a.problems.by[why].add(p.Number)
	}
	g.data, g.comments = nil, nil
	if a.starts.first != nil || a.holes.first != nil {
		a.overdue()
	}
}

// segment passes a segment on to its connection.
func (a *Assembler) segment(g *segment) {
	k, from := keyOf(g)
	if c := a.find(&k); c != nil {
		a.take(c, from, g)
		return
	}
	a.stranger(k, from, g)
}

// Flush delivers everything that waits for missing packets (as gaps) and ends
// all connections with how.
func (a *Assembler) Flush(how string) {
	a.endAll(how, func(*conn) bool { return true })
	a.fragments.flush(a)
	a.stubs = stubs{}
}

// endSection ends what the proxy recorded before it was started again.
func (a *Assembler) endSection() {
	if a.live == 0 { // a section may have a single packet, and conns many members
		return
	}
	a.endAll(EndSection, func(c *conn) bool { return c.Live })
}

// endAll ends the chosen connections in order of their first packets.
func (a *Assembler) endAll(how string, chosen func(*conn) bool) {
	var ending []*conn
	for _, c := range a.conns {
		if chosen(c) {
			ending = append(ending, c)
		}
	}
	slices.SortStableFunc(ending, func(x, y *conn) int {
		switch {
		case x.isOpen && y.isOpen:
			return x.Number - y.Number
		case x.isOpen:
			return -1
		case y.isOpen:
			return 1
		}
		return cmp.Compare(x.Opened, y.Opened)
	})
	for _, c := range ending {
		a.end(c, c.last, how)
	}
}

// end delivers what a connection has waiting, and tells the Sink that it has
// ended.
func (a *Assembler) end(c *conn, t int64, how string) {
	if c.ending {
		return
	}
	c.ending = true
	a.drain(c)
	a.forget(c)
	a.open(c)
	if c.half[0].closed && c.half[1].closed {
		how = EndFIN
	}
	a.sink.End(&c.Conn, t, how)
}

// drain delivers everything that waits, what was captured first first.
func (a *Assembler) drain(c *conn) {
	a.begin(c)
	x, y := &c.half[0], &c.half[1]
	for len(x.waiting) > 0 || len(y.waiting) > 0 {
		if len(y.waiting) == 0 || len(x.waiting) > 0 && x.waiting[0].time <= y.waiting[0].time {
			a.skipHole(x)
		} else {
			a.skipHole(y)
		}
	}
	a.unseen(x)
	a.unseen(y)
}

// overdue stops waiting where that has lasted too long.
func (a *Assembler) overdue() {
	for h := a.starts.first; h != nil && a.now-h.waiting[0].time >= startWait; h = a.starts.first {
		a.begin(h.conn)
	}
	for h := a.holes.first; h != nil && a.isMissing(h); h = a.holes.first {
		a.skipHole(h)
	}
}

// reset takes a RST.
func (a *Assembler) reset(c *conn, h *half, g *segment) {
	if !h.fits(g) {
		a.problems.by[farReset].add(a.number)
		return
	}
	c.last = g.time
	a.drain(c)
	if c.ending { // both sides had ended
		return
	}
	// The sequence number of a RST tells how much its sender had sent.
	if n := int32(g.seq - h.next); h.known && !h.closed && n > 1 && n <= ghostWindow {
		a.gap(h, g.time, uint32(n))
	}
	a.report(h, g.time, g.comments)
	a.end(c, g.time, EndRST)
}
