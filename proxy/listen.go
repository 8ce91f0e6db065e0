// This file holds the listeners: the main ones that clients are pointed at,
// those announced for one server each, and those of one file transfer each.

package proxy

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"msnscope/decode"
)

const (
	// maxAnnounced bounds the listeners that servers can make the proxy open
	// by naming ever new addresses. Beyond it the one unused longest is closed.
	maxAnnounced = 256
	// portsTried is how many ports above the main listener's are tried for an
	// announced one before the system is asked for any.
	portsTried = 100
	// acceptPause is the wait after a failed accept (no descriptors left, as a
	// rule), which would else fail again at once.
	acceptPause = 50 * time.Millisecond
)

// listener accepts clients.
type listener struct {
	net.Listener
	addr   netip.AddrPort
	target target    // of an announced listener: the server it stands for
	main   *listener // the main listener whose address it shares; itself if it is one
	way    Way       // of a main listener
	// upstream is the server of a main listener's clients that say nothing else,
	// zero without one.
	upstream target
	used     time.Time // guarded by Proxy.mu: last announced or accepted on
	// transfer is the file transfer that the listener was opened for, if any.
	transfer *transfer
}

// announcement is what an announced listener stands for: a server, on the local
// address on which clients were accepted.
type announcement struct {
	ip     netip.Addr
	target target
}

func (l *listener) announced() bool { return l.main != l }

// led reports whether the kernel leads clients to l that wanted to go elsewhere.
func (l *listener) led() bool { return l.way == Transparent || l.way == TProxy }

func (p *Proxy) listen(addr string) (*listener, error) {
	nl, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &listener{Listener: nl, addr: addrPort(nl.Addr())}, nil
}

// listenMain listens on an address of the configuration.
func (p *Proxy) listenMain(addr string) (*listener, error) {
	if p.ListenFunc == nil {
		return p.listen(addr)
	}
	nl, err := p.ListenFunc(addr)
	if err != nil {
		return nil, err
	}
	return &listener{Listener: nl, addr: addrPort(nl.Addr())}, nil
}

// serve starts the goroutine that accepts on l. p.mu is held.
func (p *Proxy) serve(ctx context.Context, l *listener) {
	p.own.Go(func() { p.accept(ctx, l) })
}

func (p *Proxy) accept(ctx context.Context, l *listener) {
	for {
		client, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			p.Log.Warn("cannot accept", "on", l.addr, "error", err)
			time.Sleep(acceptPause)
			continue
		}
		c := newConn(ctx, p, l, client)
		if err := p.begin(c); err != nil {
			p.turnedAway(c, err)
			continue
		}
		p.own.Go(func() {
			c.run()
			p.end(c)
		})
	}
}

// turnedAway closes a connection for which there is no room. One that a
// transfer's or the end's listener turns away leaves in silence.
func (p *Proxy) turnedAway(c *conn, err error) {
	if errors.Is(err, errStopping) {
		c.client.Close()
		return
	}
	p.refused.Add(1)
	p.Log.Warn("turned away", "client", c.remote, "on", c.listener.addr, "error", err)
	abort(c.client)
}

// begin registers c, unless the proxy is stopping or has no room for it.
func (p *Proxy) begin(c *conn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return errStopping
	}
	if err := p.room(); err != nil {
		return err
	}
	if c.listener.transfer != nil || !p.isBalancer(c.remote.Addr()) { // else it will say who the client is
		if err := p.admit(c.remote.Addr(), time.Now()); err != nil {
			return err
		}
		c.from = c.remote.Addr()
	}
	c.number = p.total.Add(1)
	p.conns[c] = struct{}{}
	if c.listener.announced() {
		c.listener.used = time.Now()
	}
	if t := c.listener.transfer; t != nil {
		t.joined()
	}
	return nil
}

func (p *Proxy) end(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	if c.from.IsValid() {
		p.departed(c.from)
	}
	if t := c.listener.transfer; t != nil {
		t.left(c.pumps[decode.C2S].received > 0 && c.pumps[decode.S2C].received > 0)
	}
}

// announce returns the port of the listener that stands for t beside main,
// which it opens if need be.
func (p *Proxy) announce(ctx context.Context, main *listener, t target) (uint16, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := announcement{main.addr.Addr(), t}
	if l := p.announced[key]; l != nil { // closed if the proxy is stopping, and opened again by the next run
		l.used = time.Now()
		return l.addr.Port(), nil
	}
	if p.stopping {
		return 0, errStopping
	}
	if len(p.announced) >= maxAnnounced {
		p.closeOldest()
	}
	l, err := p.listenNear(main.addr, t.port)
	if err != nil {
		return 0, err
	}
	l.target, l.main, l.used = t, main, time.Now()
	p.announced[key] = l
	p.serve(ctx, l)
	p.journal.keep(l.used, promised{Main: main.addr, Port: l.addr.Port(), Server: t.String(), Until: l.used.Add(portLife)})
	p.Log.Info("listening", "on", l.addr, "for", t)
	return l.addr.Port(), nil
}

// listenNear listens on the address of main: on the port wanted if it is free,
// else on the first free one above main's, else on any.
func (p *Proxy) listenNear(main netip.AddrPort, wanted uint16) (*listener, error) {
	try := func(port int) (*listener, error) {
		return p.listen(net.JoinHostPort(main.Addr().String(), strconv.Itoa(port)))
	}
	if l, err := try(int(wanted)); err == nil {
		return l, nil
	}
	for port := int(main.Port()) + 1; port <= min(int(main.Port())+portsTried, 65535); port++ {
		if l, err := try(port); err == nil {
			return l, nil
		}
	}
	return try(0)
}

// closeOldest closes the announced listener that was not used for the longest.
// Its connections go on.
func (p *Proxy) closeOldest() {
	var oldest announcement
	for key, l := range p.announced {
		if o := p.announced[oldest]; o == nil || l.used.Before(o.used) {
			oldest = key
		}
	}
	p.announced[oldest].Close()
	delete(p.announced, oldest)
}

// addrPort is a TCP address as a netip.AddrPort, an IPv4 address as such. Of
// an address of another kind (a pipe in a test) it is the zero value.
func addrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
