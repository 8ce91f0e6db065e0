// This file leads file transfers (MSNFTP) through the proxy: the address that an
// ACCEPT names is replaced by that of a listener of its own, which forwards to
// it. It happens on switchboards, with FileTransfers, and nowhere else.

package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	// transferLife is how long the listener of a transfer waits for the other
	// client. It is told to connect at once, and the one that waits gives up
	// after 30 to 60 s; the rest is for slow addresses and clocks. A transfer
	// that has begun may go on for as long as it likes.
	transferLife = 3 * time.Minute
	// maxTransfers bounds the listeners that clients can make the proxy open.
	// A client of the era has ten ports for transfers, 6891 to 6900.
	maxTransfers = 256
	// maxTransferConns is how many connections one listener accepts. A client
	// tries the outer and the inner address at once, which are both the
	// listener's then, and some try again.
	maxTransferConns = 8
	// transferDial is how long one of the addresses may take to answer: the
	// second one must be tried before the client gives up.
	transferDial = 8 * time.Second
)

// transfer is a file transfer that is to come through the proxy. All but the
// first group is guarded by Proxy.mu.
type transfer struct {
	listener *listener
	cookie   string           // of its invitation
	targets  []netip.AddrPort // that the ACCEPT named, in its order
	source   string           // what named them, in words
	on       *conn            // the switchboard connection of the ACCEPT
	chat     string           // its chat
	dir      decode.Direction // and direction
	done     chan struct{}    // closed when the listener is

	timer    *time.Timer
	closed   bool
	expires  time.Time
	accepted int
	open     int
}

// invitation looks at a message of a switchboard: of an ACCEPT the addresses are
// replaced, and a CANCEL closes the listener that was opened for them.
func (d *pump) invitation(fr *decode.Frame) {
	m, ok := decode.ParseMeeting(fr)
	if !ok {
		return
	}
	switch {
	case m.Command == "CANCEL":
		d.conn.proxy.cancelTransfers(d.conn, m.Cookie)
	case len(m.Addresses) > 0:
		d.lead(fr, &m)
	}
}

// lead rewrites an ACCEPT so that the transfer comes through the proxy.
func (d *pump) lead(fr *decode.Frame, m *decode.Meeting) {
	bypass := func(why any) {
		d.comments = append(d.comments, event.Comment{Note: "bypassed",
			Text: fmt.Sprintf("the file transfer of invitation %s goes to %s itself: %v", m.Cookie, join(m.Addresses), why)})
	}
	if fr.Offset < d.sent {
		bypass("part of the message was forwarded before it could be recognised")
		return
	}
	p := d.conn.proxy
	if p.isTransfer(m.Addresses) {
		return // rewritten already, on the connection it came in by
	}
	var targets []netip.AddrPort
	var refused error
	for _, a := range m.Addresses {
		if err := d.mayReach(a); err != nil {
			refused = fmt.Errorf("%s: %w", a, err)
		} else {
			targets = append(targets, a)
		}
	}
	if len(targets) == 0 {
		bypass(refused)
		return
	}
	t, addr, err := p.openTransfer(d.conn, d.dir, m.Cookie, targets)
	if err != nil {
		bypass(err)
		return
	}
	for _, change := range m.MoveTo(fr, addr) {
		d.replace(fr, change.Span, change.New)
	}
	d.comments = append(d.comments, event.Comment{Note: "transfer",
		Text: fmt.Sprintf("listening on %s for the file transfer of invitation %s, forwards to %s, because %s", t.listener.addr, m.Cookie, join(targets), t.source)})
}

func join(addrs []netip.AddrPort) string {
	words := make([]string, len(addrs))
	for i, a := range addrs {
		words[i] = a.String()
	}
	return strings.Join(words, ", ")
}

// Why an address that an ACCEPT names is not connected to.
var (
	errNotItsOwn = errors.New("that means another machine to the one who named it")
	errNoHost    = errors.New("that is no address of one machine")
)

// mayReach says whether a may be connected to for somebody at the origin of d.
// The loopback address of another machine would be the proxy's own.
func (d *pump) mayReach(a netip.AddrPort) error {
	ip := a.Addr().Unmap()
	switch {
	case ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return errNoHost
	case ip.IsLoopback() && !addrPort(d.conn.peer(d.dir).RemoteAddr()).Addr().IsLoopback():
		return errNotItsOwn
	case d.conn.proxy.isOwn(netip.AddrPortFrom(ip, a.Port())):
		return errLoop
	}
	return nil
}

// openTransfer opens a listener for an ACCEPT that came on c. It returns the
// address by which the client that is to connect reaches it.
func (p *Proxy) openTransfer(c *conn, dir decode.Direction, cookie string, targets []netip.AddrPort) (*transfer, netip.AddrPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return nil, netip.AddrPort{}, errStopping
	}
	if !p.makeRoom() {
		return nil, netip.AddrPort{}, fmt.Errorf("%d other transfers are waited for", maxTransfers)
	}
	other, bind := c, c.listener.main.addr.Addr()
	if dir == decode.C2S { // not c's client connects, but the one at the other end
		if other = p.companion(c); other == nil {
			other = c
		} else {
			bind = other.local.Addr()
		}
	} else {
		bind = c.local.Addr()
	}
	l, err := p.listen(netip.AddrPortFrom(bind, 0).String())
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	t := &transfer{
		listener: l, cookie: cookie, targets: targets, on: c, chat: c.chatOf(), dir: dir, done: make(chan struct{}),
		source: "the ACCEPT of " + origin[dir] + " names it", expires: time.Now().Add(p.transferLife),
	}
	l.main, l.transfer, l.used = c.listener.main, t, time.Now()
	addr := netip.AddrPortFrom(other.mainAddr().Addr(), l.addr.Port())
	p.transfers[addr] = t
	t.timer = time.AfterFunc(p.transferLife, func() { p.expire(t) })
	p.serve(c.ctx, l)
	p.Log.Info("listening", "on", l.addr, "for the file transfer of invitation", cookie, "to", join(targets))
	return t, addr, nil
}

// learnChat notes which chat a switchboard connection belongs to.
//
//	ANS t handle cookie session    by the client that was called
//	CAL t RINGING session          to the client that calls
func (d *pump) learnChat(line []byte) {
	words := decode.Words(make([]decode.Span, 0, 8), line)
	at := 4
	switch name := string(line[:3]); {
	case d.dir == decode.C2S && name == "ANS":
	case d.dir == decode.S2C && name == "CAL":
		at = 3
	default:
		return
	}
	if len(words) > at && d.conn.chat.Load() == nil {
		chat := d.conn.route.target.String() + " " + string(words[at].Of(line))
		d.conn.chat.Store(&chat)
	}
}

// chatOf returns what is the same for all connections of c's chat, "" if it is
// not known.
func (c *conn) chatOf() string {
	if chat := c.chat.Load(); chat != nil {
		return *chat
	}
	return ""
}

// companion returns the connection of the one client that is in the same chat
// as c's and behind this proxy too, nil if there is none or more than one: then
// it is not known which of them is meant.
func (p *Proxy) companion(c *conn) (other *conn) {
	chat := c.chatOf()
	if chat == "" {
		return nil
	}
	for o := range p.conns {
		if o == c || o.chatOf() != chat {
			continue
		}
		if other != nil {
			return nil
		}
		other = o
	}
	return other
}

// makeRoom forgets transfers that are over, once their ACCEPT cannot come by
// again or there are too many, and reports whether there may be another one.
// Proxy.mu is held, as in companion.
func (p *Proxy) makeRoom() bool {
	now := time.Now()
	for addr, t := range p.transfers {
		if t.closed && (!now.Before(t.expires) || len(p.transfers) >= maxTransfers) {
			delete(p.transfers, addr)
		}
	}
	return len(p.transfers) < maxTransfers
}

// isTransfer reports whether one of addrs was announced for a transfer: the
// ACCEPT passes twice if both clients are behind this proxy.
func (p *Proxy) isTransfer(addrs []netip.AddrPort) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(addrs, func(a netip.AddrPort) bool { return p.transfers[a] != nil })
}

// cancelTransfers closes the listeners of an invitation that was cancelled in
// c's chat.
func (p *Proxy) cancelTransfers(c *conn, cookie string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	chat := c.chatOf()
	for _, t := range p.transfers {
		if t.cookie == cookie && (t.on == c || chat != "" && t.chat == chat) {
			t.close()
		}
	}
}

// close stops accepting; what was accepted goes on. Proxy.mu is held.
func (t *transfer) close() {
	if t.closed {
		return
	}
	t.closed = true
	t.timer.Stop()
	t.listener.Close()
	close(t.done)
}

// expire closes t's listener, and tells if nobody has connected to it.
func (p *Proxy) expire(t *transfer) {
	p.mu.Lock()
	unused := !t.closed && t.accepted == 0
	t.close()
	p.mu.Unlock()
	if unused {
		t.on.note(t.dir, event.Comment{Note: "transfer",
			Text: fmt.Sprintf("nobody connected to %s for the file transfer of invitation %s in %v: closed", t.listener.addr, t.cookie, p.transferLife)})
	}
}

// joined counts an accepted connection. Proxy.mu is held.
func (t *transfer) joined() {
	t.open++
	if t.accepted++; t.accepted >= maxTransferConns {
		t.close()
	}
}

// left counts a connection that has ended, which spoke if both sides have said
// something: then the transfer is over. Proxy.mu is held.
func (t *transfer) left(spoke bool) {
	if t.open--; spoke && t.open == 0 {
		t.close()
	}
}

// dialTransfer connects to the first of t's targets that answers.
func (c *conn) dialTransfer(t *transfer) (server net.Conn, err error) {
	for _, a := range t.targets {
		c.route = choice{target: target{a.Addr().Unmap().String(), a.Port()}, because: t.source}
		once, cancel := context.WithTimeout(c.ctx, transferDial)
		server, err = c.proxy.dial(once, c.route.target, netip.AddrPort{})
		if err != nil && once.Err() != nil && c.ctx.Err() == nil {
			err = fmt.Errorf("no answer in %v", transferDial)
		}
		cancel()
		if err == nil || c.ctx.Err() != nil {
			return server, err
		}
	}
	return nil, err
}
