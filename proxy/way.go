// This file holds the ways in which clients come to the proxy, and how one
// arrives: by the end of arrive it is known which server it wants.

package proxy

import (
	"fmt"
	"net/netip"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Way is how clients come to a listener.
type Way uint8

// The ways in.
const (
	Reverse     Way = iota // they were pointed at the proxy
	Transparent            // the kernel led them here (REDIRECT), and knows where they wanted to go
	TProxy                 // likewise (TPROXY), and servers see the client's own address
	Socks                  // SOCKS 4, 4a, 5 or HTTP CONNECT: they say where they want to go
	Gateway                // they speak MSNP inside HTTP
)

var wayNames = [...]string{"reverse", "transparent", "tproxy", "socks", "gateway"}

// String returns the way's name, as in its flag.
func (w Way) String() string { return wayNames[w] }

// Route is a listener with a server of its own behind it.
type Route struct {
	Listen   string // ADDR
	Upstream string // HOST or HOST:PORT
}

// Check returns the mistakes in the configuration that show without opening or
// looking up anything. It is to be asked before Bind.
func (p *Proxy) Check() error {
	err := p.parseRules()
	p.eachWay(func(way Way, r Route) {
		if err == nil {
			_, err = upstreamOf(way, r)
		}
	})
	return err
}

// openWays opens the main listeners, of all ways.
func (p *Proxy) openWays() error {
	var err error
	p.eachWay(func(way Way, r Route) {
		if err == nil {
			err = p.openMain(way, r)
		}
	})
	if err == nil && len(p.main) == 0 {
		err = fmt.Errorf("upstream %q: want HOST or HOST:PORT", p.Upstream)
	}
	return err
}

// eachWay calls f for each main listener of the configuration.
func (p *Proxy) eachWay(f func(Way, Route)) {
	var routes []Route
	if p.Upstream != "" {
		listen := p.Listen
		if len(listen) == 0 {
			listen = []string{DefaultListen}
		}
		for _, addr := range listen {
			routes = append(routes, Route{addr, p.Upstream})
		}
	}
	for _, r := range append(routes, p.Routes...) {
		f(Reverse, r)
	}
	for _, addr := range p.Transparent {
		f(Transparent, Route{addr, p.Upstream})
	}
	for _, addr := range p.TProxy {
		f(TProxy, Route{addr, p.Upstream})
	}
	for _, addr := range p.Socks {
		f(Socks, Route{addr, p.Upstream})
	}
	for _, r := range p.Gateways {
		f(Gateway, r)
	}
}

// upstreamOf returns the server of a way's clients that say nothing else.
func upstreamOf(way Way, r Route) (target, error) {
	var upstream target
	if r.Upstream != "" || way == Reverse || way == Gateway {
		var ok bool
		if upstream, ok = parseUpstream(r.Upstream); !ok {
			return target{}, fmt.Errorf("upstream %q: want HOST or HOST:PORT", r.Upstream)
		}
	}
	if way == Gateway && !hasPort(r.Upstream) {
		upstream.port = gatewayPort
	}
	return upstream, nil
}

func (p *Proxy) openMain(way Way, r Route) error {
	upstream, err := upstreamOf(way, r)
	if err != nil {
		return err
	}
	listen := p.listenMain
	if way == TProxy {
		listen = p.listenTransparent
	}
	l, err := listen(r.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s (%s): %w", r.Listen, way, err)
	}
	l.main, l.way, l.upstream = l, way, upstream
	p.main = append(p.main, l)
	return nil
}

// parseUpstream is parseTarget for what people write: an IPv6 address may stand
// without brackets.
func parseUpstream(s string) (target, bool) {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Is6() {
		s = "[" + s + "]"
	}
	return parseTarget([]byte(s))
}

// hasPort reports whether HOST:PORT was given rather than HOST.
func hasPort(hostport string) bool {
	if _, err := netip.ParseAddr(hostport); err == nil {
		return false
	}
	a, ok := parseTarget([]byte(hostport + ":1"))
	return !ok || a.port != 1
}

// wish is the server that a client wants, as its way of coming says.
type wish struct {
	target   target // zero: its first line will tell
	because  string
	protocol string                               // of a client that asked: "SOCKS5"
	answer   func(granted bool, err error) []byte // what that protocol says then
}

// arrive finds out what the client wants before it says anything of MSNP.
func (c *conn) arrive(in *input) error {
	if err := c.proxyHeader(in); err != nil {
		return err
	}
	if c.listener.led() {
		if err := c.originalDestination(); err != nil {
			return err
		}
	}
	if c.listener.way == Socks {
		if err := c.handshake(in); err != nil {
			return err
		}
	}
	if c.wish.target == (target{}) {
		return nil
	}
	return c.proxy.mayReach(c.remote, c.wish.target, c.listener.way)
}

// originalDestination asks the kernel where the client wanted to go. A client
// that came to the listener itself is treated as if it had been pointed here,
// as redirects to a switchboard of another port have; one that wanted to go to
// another listener of the proxy, as if nobody had led it away from there.
func (c *conn) originalDestination() error {
	to := c.local
	if c.listener.way == Transparent {
		var err error
		if to, err = originalDestination(c.client); err != nil {
			return fmt.Errorf("the kernel does not say where the client wanted to go: %w", err)
		}
	}
	if l := c.proxy.listening(to); l != nil {
		c.listener, c.local = l, to
		return nil
	}
	if c.listener.way == Transparent && to == c.local || to == c.listener.addr || c.proxy.isOwn(to) {
		return nil
	}
	c.wish = wish{target: target{to.Addr().String(), to.Port()}, because: "the client wanted to go there"}
	return nil
}

// errNowhere is why a client that came to a led listener itself, with no cookie
// that says where else, is turned away.
func (c *conn) errNowhere() error {
	return fmt.Errorf("the client came to %s itself, and there is no --upstream for such: %w", c.local, errLoop)
}

// leadsHere reports whether a client that is sent to t comes here anyway, by
// the way that it came: then nothing needs rewriting. What the kernel leads
// here is known by its port.
func (c *conn) leadsHere(t target) bool {
	switch c.listener.way {
	case Socks:
		return true
	case Transparent, TProxy:
		return c.wish.target != (target{}) && t.port == c.wish.target.port
	}
	return false
}

// turnAway ends a connection that got no further than its arrival.
func (c *conn) turnAway(in *input, err error) {
	c.proxy.refused.Add(1)
	wants := "" // not said
	if c.wish.target != (target{}) {
		wants = c.wish.target.String()
	}
	c.proxy.Log.Warn("refused", "client", c.remote, "on", c.listener.addr, "wants", wants, "error", err)
	server := c.local
	if a, perr := netip.ParseAddr(c.wish.target.host); perr == nil {
		server = netip.AddrPortFrom(a, c.wish.target.port)
	}
	c.rec = c.record(server, event.Comment{Note: "opened", Text: fmt.Sprintf("client %s accepted on %s%s", c.remote, c.local, c.byWay())})
	_ = c.rec.Reset(decode.S2C, event.Comment{Note: "refused", Text: err.Error()})
	if c.wish.answer == nil {
		in.drop(in.n)
		abort(c.client)
		return
	}
	c.client.SetWriteDeadline(time.Now().Add(stopGrace))
	_, _ = c.client.Write(c.wish.answer(false, err))
	c.mu.Lock()
	c.linger(c.client)
	c.mu.Unlock()
	in.discard()
	c.client.Close()
}

// byWay says how the client came, "" for the common way.
func (c *conn) byWay() string {
	switch {
	case c.wish.protocol != "" && c.wish.target == (target{}): // it did not get so far
		return " by " + c.wish.protocol
	case c.wish.protocol != "":
		return fmt.Sprintf(" by %s, asking for %s", c.wish.protocol, c.wish.target)
	case c.listener.way != Reverse && c.listener.transfer == nil:
		return fmt.Sprintf(" (%s)", c.listener.way)
	}
	return ""
}
