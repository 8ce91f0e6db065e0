// This file follows MSNP that is carried in HTTP: a TCP connection with requests
// to a gateway shows its messages as raw events, and each gateway session is a
// connection of its own, with the commands inside.

package follow

import (
	"net/netip"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/decode/gateway"
)

const (
	// reasonGateway is the Reason of the Verdict on a connection with requests
	// to a gateway.
	reasonGateway = "HTTP gateway"
	// reasonHTTP is the Recogniser's for all web traffic.
	reasonHTTP = "HTTP"

	// maxMessage is how much of an HTTP message is one event. Those with MSNP in
	// them are much shorter.
	maxMessage = 64 << 10
	// keepMessage is the largest buffer that is kept for the next message: those
	// of all connections are.
	keepMessage = 4 << 10
	// gatewayIdle (ns) is how long after its last request a gateway session
	// counts as over. Clients poll every few seconds.
	gatewayIdle = 5 * 60e9
)

// web is what a connection has beside its own state while it carries requests
// to a gateway.
type web struct {
	decoder *gateway.Decoder
	message [2][]byte // of each direction, what is no event yet
	why     [2]string // what that is
	partial [2]bool
	at      [2]int64 // stream position of message
	busy    bool     // the decoder is at work
}

// waits returns how many bytes are no event yet.
func (w *web) waits() int { return len(w.message[0]) + len(w.message[1]) + w.decoder.Pending() }

// tunnel is the Owner of a gateway session.
type tunnel struct {
	conn *conn // nil once it has ended
	last int64 // Unix ns of its newest message
}

// webVerdict judges a connection that speaks HTTP.
func webVerdict(head [2][]byte, v decode.Verdict) decode.Verdict {
	switch answer, swapped := gateway.Recognise(head[0], head[1]); answer {
	case decode.Yes:
		return decode.Verdict{Answer: decode.No, Reason: reasonGateway, Swapped: swapped}
	case decode.Maybe:
		return decode.Verdict{}
	}
	return v
}

// requests begins a connection with requests to a gateway.
func (f *Follower) requests(c *conn, swapped bool) {
	c.state = speaksHTTP
	if swapped {
		c.swap = 1
		c.info.Client, c.info.Server = c.info.Server, c.info.Client
	}
	c.web = &web{decoder: gateway.New(&f.gateways), at: c.inner}
	c.info.Role = decode.RoleGW
	f.appear(c)
	f.sink.Connection(&c.info)
}

// webPiece takes a piece of a connection c with requests to a gateway.
func (f *Follower) webPiece(c *conn, p *gateway.Piece) {
	w := c.web
	switch p.Kind {
	case gateway.Head:
		f.message(c, p.Dir)
		w.why[p.Dir] = p.Why
		if p.Session != nil {
			w.why[p.Dir] = "HTTP gateway: " + p.Why
		}
	case gateway.Raw:
		if w.why[p.Dir] != p.Why {
			f.message(c, p.Dir)
		}
		w.why[p.Dir], w.partial[p.Dir] = p.Why, p.Partial
	case gateway.Framing:
		if len(w.message[p.Dir]) == 0 && w.why[p.Dir] == "" {
			w.why[p.Dir] = "HTTP gateway: " + decode.WhyEmptyLine
		}
	}
	for rest := p.Raw; len(rest) > 0; {
		n := min(len(rest), maxMessage-len(w.message[p.Dir]))
		w.message[p.Dir] = append(w.message[p.Dir], rest[:n]...)
		if rest = rest[n:]; len(w.message[p.Dir]) == maxMessage {
			f.message(c, p.Dir)
		}
	}
	if p.Last {
		f.message(c, p.Dir)
		w.why[p.Dir] = ""
	}
	if p.Session != nil {
		f.inside(c, p)
	}
}

// message emits what there is of an HTTP message.
func (f *Follower) message(c *conn, dir decode.Direction) {
	w := c.web
	raw := w.message[dir]
	if len(raw) == 0 {
		return
	}
	f.begin(c, event.Raw, dir)
	f.ev.Raw, f.ev.Text, f.ev.Partial = raw, w.why[dir], w.partial[dir]
	f.ev.Delivered = c.edits[dir].take(w.at[dir], raw)
	f.emit(c)
	w.at[dir] += int64(len(raw))
	w.message[dir], w.partial[dir] = raw[:0], false
	if cap(raw) > keepMessage {
		w.message[dir] = nil
	}
}

// inside takes what a piece says about the connection inside.
func (f *Follower) inside(c *conn, p *gateway.Piece) {
	t, _ := p.Session.Owner.(*tunnel)
	if t == nil {
		t = f.openTunnel(c, p.Session)
	}
	switch d := t.conn; {
	case p.Kind == gateway.Head:
		t.last = c.now
		f.endIdle(c.now)
	case d == nil: // closed by a response while a request was on its way
	case p.Kind == gateway.Data:
		f.bytes(d, int(p.Dir), c.now, p.Raw)
	case p.Kind == gateway.Hole:
		f.gap(d, int(p.Dir), c.now, p.Missing)
	case p.Kind == gateway.Closed:
		f.endTunnel(p.Session, c.now, p.Why)
	}
}

// openTunnel begins the connection inside a gateway session.
func (f *Follower) openTunnel(c *conn, s *gateway.Session) *tunnel {
	d := &conn{state: speaksMSNP, facts: decode.NewConn()}
	d.info = event.Connection{
		Client: c.info.Client, Server: c.info.Server, Opened: c.now, Live: c.info.Live, MSNP: true, Via: event.ViaGateway,
	}
	if s.Opened {
		d.info.Via += " to " + s.Server + " " + s.Host
	} else {
		d.facts.Framer(decode.C2S).MidStream = true
		d.facts.Framer(decode.S2C).MidStream = true
	}
	d.checker = f.newChecker(netip.Addr{}, !s.Opened) // whatever it is, no client is told to connect to the gateway
	f.appear(d)
	f.linker.Open(d.info.ID, d.info.Client.Addr())
	f.sink.Connection(&d.info)
	t := &tunnel{conn: d, last: c.now}
	s.Owner = t
	return t
}

// endTunnel ends the connection inside a gateway session, if it has not ended.
func (f *Follower) endTunnel(s *gateway.Session, at int64, how string) {
	t, _ := s.Owner.(*tunnel)
	if t == nil || t.conn == nil {
		return
	}
	d := t.conn
	t.conn = nil
	f.closeWrite(d, 0, at)
	f.closeWrite(d, 1, at)
	f.end(d, at, how)
}

// forgotten is told of gateway sessions that nothing leads to any more.
func (f *Follower) forgotten(s *gateway.Session) {
	if t, _ := s.Owner.(*tunnel); t != nil {
		f.endTunnel(s, t.last, streams.EndIdle)
	}
}

// endIdle ends the gateway sessions that were silent for too long.
func (f *Follower) endIdle(now int64) {
	for s := f.gateways.Oldest(); s != nil; s = f.gateways.Oldest() {
		if t, _ := s.Owner.(*tunnel); t == nil || now-t.last < gatewayIdle {
			return
		}
		f.gateways.Forget(s)
	}
}

// endTunnels ends all gateway sessions, with the capture or a section of it.
func (f *Follower) endTunnels(how string) {
	for s := f.gateways.Oldest(); s != nil; s = f.gateways.Oldest() {
		if t, _ := s.Owner.(*tunnel); t != nil {
			f.endTunnel(s, t.last, how)
		}
		f.gateways.Forget(s)
	}
}
