// This file holds one proxied connection from accept to close: both streams
// end as they were ended, with FIN or RST, and both ends are told.

package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/record"
	"msnscope/decode"
)

// stopGrace is how long a peer may take, once its connection is ended because
// the proxy stops, to take what is being sent and to close its side too.
const stopGrace = 500 * time.Millisecond

// conn is one client's connection and the one to its server.
type conn struct {
	ctx      context.Context // ends when dialling must
	proxy    *Proxy
	listener *listener
	client   net.Conn
	local    netip.AddrPort // on which the client was accepted
	remote   netip.AddrPort // the client
	from     netip.Addr     // as which it was counted in, not valid before that
	// announcePort is the port at which a balancer was reached, 0 without one.
	announcePort uint16
	wish         wish
	opened       time.Time
	route        choice
	rec          *record.Conn           // remembers its errors itself: the relay goes on
	offered      atomic.Uint64          // bit n: the client's VER named MSNPn
	dialect      atomic.Uint32          // as decode.Dialect, 0 as long as not known
	chat         atomic.Pointer[string] // with FileTransfers: the switchboard and its session, once known
	number       int64                  // of the proxy's connections, from 1
	addr         netip.AddrPort         // the server, also behind another proxy
	stopping     atomic.Bool
	injected     atomic.Bool // requests were injected: their answers are looked for
	pumps        [2]pump

	factsMu sync.Mutex
	facts   *decode.Conn // what was said on it, nil as long as nothing was

	mu      sync.Mutex
	server  net.Conn // nil until dialled
	ended   [2]bool  // the stream of this direction has ended with FIN
	broken  [2]bool  // the receiver of this direction takes no more
	aborted bool     // both connections were closed by reset
	by      string   // who ended first
	inbox   [2][]injection
	swallow map[int64]bool // transaction ids of injected requests; false: the client's own, too
}

func newConn(ctx context.Context, p *Proxy, l *listener, client net.Conn) *conn {
	return &conn{
		ctx: ctx, proxy: p, listener: l, client: client, opened: time.Now(),
		local: addrPort(client.LocalAddr()), remote: addrPort(client.RemoteAddr()),
	}
}

// run forwards until both streams have ended.
func (c *conn) run() {
	in := newInput(c.client)
	var server net.Conn
	var err error
	t := c.listener.transfer
	if t != nil { // whoever connects need not be the one who speaks first
		server, err = c.dialTransfer(t)
	} else {
		if err := c.arrive(in); err != nil {
			c.turnAway(in, err)
			return
		}
		if c.speaksHTTP(in) {
			c.runGateway(in)
			return
		}
		if c.wish.answer != nil { // it speaks when it is told that it is connected
			if server = c.fulfil(in); server == nil {
				return
			}
		}
		if !c.firstLine(in) {
			if server != nil {
				server.Close()
			}
			c.leave(in)
			return
		}
		c.route = c.choose(in.held())
		if c.route.target == (target{}) {
			c.turnAway(in, c.errNowhere())
			return
		}
		c.dialect.Store(uint32(c.route.dialect))
		if server == nil {
			server, err = c.dial(c.route.target)
		}
	}
	if err != nil {
		c.refuse(in, err)
		return
	}
	c.prepare(in, server)
	c.connected(server)
	c.carry()
}

// prepare makes the pumps, before anybody can wake them.
func (c *conn) prepare(in *input, server net.Conn) {
	for dir := range c.pumps {
		d := &c.pumps[dir]
		d.conn, d.dir, d.unframed = c, decode.Direction(dir), c.listener.transfer != nil
	}
	c.pumps[decode.C2S].in, c.pumps[decode.C2S].dst = in, server
	c.pumps[decode.S2C].in, c.pumps[decode.S2C].dst = newInput(server), c.client
}

// carry runs the pumps until both streams have ended.
func (c *conn) carry() {
	var other sync.WaitGroup
	other.Go(c.pumps[decode.C2S].run)
	c.pumps[decode.S2C].run()
	other.Wait()
	c.close()
}

// dial connects to t, in the client's name if it came by TPROXY.
func (c *conn) dial(t target) (net.Conn, error) {
	as := netip.AddrPort{}
	if c.listener.way == TProxy {
		as = c.remote
	}
	return c.proxy.dial(c.ctx, t, as)
}

// fulfil connects a client that has asked for a server to it, and tells it so;
// nil if that failed, and the connection has ended.
func (c *conn) fulfil(in *input) net.Conn {
	server, err := c.dial(c.wish.target)
	if err != nil {
		c.turnAway(in, fmt.Errorf("cannot reach %s: %w", c.wish.target, err))
		return nil
	}
	if _, err := c.client.Write(c.wish.answer(true, nil)); err != nil {
		server.Close()
		c.wish.answer = nil
		c.turnAway(in, err)
		return nil
	}
	return server
}

func (c *conn) connected(server net.Conn) {
	addr := addrPort(server.RemoteAddr())
	if c.proxy.outer != nil {
		if ip, err := netip.ParseAddr(c.route.target.host); err == nil {
			addr = netip.AddrPortFrom(ip, c.route.target.port)
		}
	}
	c.rec = c.record(addr, event.Comment{
		Note: "opened",
		Text: fmt.Sprintf("client %s accepted on %s%s, upstream %s (%s), because %s", c.remote, c.local, c.byWay(), c.route.target, addr, c.route.because),
	})
	c.proxy.Log.Debug("opened", "client", c.remote, "upstream", c.route.target, "because", c.route.because)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server, c.addr = server, addr
	if c.stopping.Load() {
		c.interrupt(server)
	}
}

func (c *conn) record(server netip.AddrPort, notes ...event.Comment) *record.Conn {
	if c.proxy.Recorder == nil {
		return nil
	}
	return c.proxy.Recorder.Connect(c.remote, server, notes...)
}

// leave ends a connection whose client ended it before it said anything, or
// while the proxy was stopping.
func (c *conn) leave(in *input) {
	why := "the client said nothing"
	if c.stopping.Load() {
		why = "the proxy stopped before the client said what it wants"
	}
	c.rec = c.record(c.local, event.Comment{Note: "opened", Text: fmt.Sprintf("client %s accepted on %s%s", c.remote, c.local, c.byWay())})
	_ = c.rec.Data(decode.C2S, in.held())
	_ = c.rec.CloseWrite(decode.C2S)
	_ = c.rec.CloseWrite(decode.S2C, event.Comment{Note: "closed", Text: why})
	c.mu.Lock()
	c.linger(c.client)
	c.mu.Unlock()
	in.discard()
	c.client.Close()
}

// refuse ends a connection whose server cannot be reached, as the server's
// machine would: with RST.
func (c *conn) refuse(in *input, err error) {
	c.proxy.refused.Add(1)
	c.proxy.Log.Warn("cannot reach the server", "client", c.remote, "upstream", c.route.target, "because", c.route.because, "error", err)
	server := c.local
	if ip, perr := netip.ParseAddr(c.route.target.host); perr == nil {
		server = netip.AddrPortFrom(ip, c.route.target.port)
	}
	c.rec = c.record(server, event.Comment{
		Note: "opened",
		Text: fmt.Sprintf("client %s accepted on %s, upstream %s, because %s", c.remote, c.local, c.route.target, c.route.because),
	})
	_ = c.rec.Data(decode.C2S, in.held())
	_ = c.rec.Reset(decode.S2C, event.Comment{Note: "refused", Text: fmt.Sprintf("cannot reach %s: %v", c.route.target, err)})
	in.drop(in.n)
	abort(c.client)
}

// peer returns the connection from which dir's bytes come.
func (c *conn) peer(dir decode.Direction) net.Conn {
	if dir == decode.C2S {
		return c.client
	}
	return c.server
}

// end is called by the pump of dir when its stream has ended, and all of it
// was forwarded.
func (c *conn) end(dir decode.Direction, by string) {
	c.mu.Lock()
	if c.broken[dir^1] {
		c.mu.Unlock()
		c.reset(dir, syscall.ECONNRESET) // its FIN was a RST
		return
	}
	defer c.mu.Unlock()
	if c.aborted {
		return
	}
	c.ended[dir] = true
	if c.by == "" {
		c.by = by
	}
	var notes []event.Comment
	if c.ended[dir^1] {
		notes = append(notes, c.closedNote(c.by))
	}
	_ = c.rec.CloseWrite(dir, notes...)
	closeWrite(c.peer(dir ^ 1))
}

// writeFailed is called by the pump of dir when the receiver takes no more.
func (c *conn) writeFailed(dir decode.Direction, err error) {
	c.mu.Lock()
	c.broken[dir] = true
	// What the receiver sent before it went may still be on its way to the
	// other end; the other pump then finds the reset.
	wait := !c.ended[dir^1] && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET))
	c.mu.Unlock()
	if !wait {
		c.reset(dir^1, err)
	}
}

// reset passes on that the sender of dir reset the connection.
func (c *conn) reset(dir decode.Direction, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.aborted {
		return
	}
	c.aborted = true
	by := origin[dir] + " (reset"
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		by += ": " + err.Error()
	}
	_ = c.rec.Reset(dir, c.closedNote(by+")"))
	abort(c.peer(dir ^ 1))
	c.peer(dir).Close()
	c.ringAll()
}

// cutOff resets the connection towards both sides.
func (c *conn) cutOff(dir decode.Direction, by string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.aborted {
		return
	}
	c.aborted = true
	_ = c.rec.Reset(dir, c.closedNote(by+" (reset)"))
	abort(c.client)
	abort(c.server)
	c.ringAll()
}

// ringAll wakes pumps that do not read. c.mu is held.
func (c *conn) ringAll() {
	for dir := range c.pumps {
		c.pumps[dir].ring()
	}
}

// origin names the sender of each direction.
var origin = [2]string{"the client", "the server"}

func (c *conn) closedNote(by string) event.Comment {
	c.proxy.Log.Debug("closed", "client", c.remote, "upstream", c.route.target, "by", by)
	return event.Comment{Note: "closed", Text: fmt.Sprintf("by %s after %s", by, time.Since(c.opened).Round(time.Millisecond))}
}

// close closes both connections after their pumps have ended.
func (c *conn) close() {
	c.mu.Lock()
	stopping := c.stopping.Load()
	if stopping {
		c.linger(c.client)
		c.linger(c.server)
	}
	c.mu.Unlock()
	if stopping {
		c.pumps[decode.C2S].in.discard()
		c.pumps[decode.S2C].in.discard()
	}
	c.client.Close()
	c.server.Close()
}

// linger sends a FIN and sets how long what the peer still sends will be read:
// closing with unread bytes would send a RST.
func (c *conn) linger(peer net.Conn) {
	closeWrite(peer)
	peer.SetReadDeadline(time.Now().Add(stopGrace))
}

// note records n, unless the connection has ended.
func (c *conn) note(dir decode.Direction, n event.Comment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.aborted && !(c.ended[0] && c.ended[1]) {
		_ = c.rec.Note(dir, n)
	}
}

// closeWrite sends a FIN. It fails if the peer is gone, which is found when
// its own stream is read.
func closeWrite(peer net.Conn) {
	if cw, ok := peer.(interface{ CloseWrite() error }); ok {
		_ = cw.CloseWrite()
	}
}

// stop ends the connection from outside, in an orderly way.
func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopping.Store(true)
	c.interrupt(c.client)
	if c.server != nil {
		c.interrupt(c.server)
	}
	c.ringAll()
}

// interrupt wakes what waits for peer.
func (c *conn) interrupt(peer net.Conn) {
	peer.SetReadDeadline(time.Unix(1, 0))
	peer.SetWriteDeadline(time.Now().Add(stopGrace))
}

// setReadDeadline sets the deadline of one of c's connections, but not so
// that it undoes interrupt.
func (c *conn) setReadDeadline(peer net.Conn, t time.Time) {
	peer.SetReadDeadline(t)
	if c.stopping.Load() {
		c.interrupt(peer)
	}
}

// abort closes a connection with RST.
func abort(peer net.Conn) {
	if l, ok := peer.(interface{ SetLinger(int) error }); ok {
		_ = l.SetLinger(0)
	}
	peer.Close()
}
