// This file rewrites the addresses in redirects, and nothing else, so that
// clients stay with the proxy; what they were sent to is remembered.

package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// redirectPrefix reports whether a command that begins with b may be a
// redirect: a redirect must be whole before any of it is forwarded.
func redirectPrefix(b []byte) bool {
	n := min(len(b), 3)
	return string(b[:n]) == "XFR"[:n] || string(b[:n]) == "RNG"[:n]
}

// redirect rewrites the addresses in fr if it is a redirect.
func (d *pump) redirect(fr *decode.Frame) {
	line := fr.Raw[:fr.Line]
	r, ok := decode.ParseRedirect(line)
	if !ok {
		return
	}
	c := d.conn
	if current, ok := parseTarget(r.Current.Of(line)); r.Current.Len() > 0 && !(ok && c.leadsHere(current)) {
		if addr := c.mainAddr(); addr.IsValid() {
			d.rewrite(fr, r.Current, addr)
		}
	}
	word := r.Address.Of(line)
	t, ok := parseTarget(word)
	if !ok {
		if word = r.NoAddress.Of(line); bytes.ContainsAny(word, ".:") { // not 0 or D
			d.comments = append(d.comments, event.Comment{Note: "bypassed", Text: fmt.Sprintf("the client is sent to %q itself: that is no HOST:PORT", word)})
		}
		return
	}
	c.proxy.name(t)
	addr, err := c.stand(r, line, t)
	if c.leadsHere(t) {
		return
	}
	if err != nil {
		d.comments = append(d.comments, event.Comment{Note: "bypassed", Text: fmt.Sprintf("the client is sent to %s itself: %v", word, err)})
		return
	}
	d.rewrite(fr, r.Address, addr)
}

// stand returns the address to announce in place of t, having remembered what
// has to be known when somebody comes there.
func (c *conn) stand(r decode.Redirect, line []byte, t target) (netip.AddrPort, error) {
	p := c.proxy
	upstream := c.listener.main.upstream
	addr := c.mainAddr()
	var err error
	if !addr.IsValid() {
		err = errNoAddress
	}
	if r.Kind == decode.RedirectNS {
		if t == upstream || c.route.target == upstream && t.is(addrPort(c.server.RemoteAddr())) {
			return addr, err
		}
	} else {
		cookie := r.Cookie.Of(line)
		source := "an XFR SB of " + c.route.target.String()
		if r.Kind == decode.RedirectRing {
			source = "a RNG of " + c.route.target.String()
		}
		if len(cookie) > 0 && len(cookie) <= maxCookie && !p.ticket(string(cookie), route{
			target: t, source: source, dialect: decode.Dialect(c.dialect.Load()),
		}) {
			return addr, err
		}
	}
	if err != nil || c.leadsHere(t) {
		return addr, err
	}
	port, err := p.announce(c.ctx, c.listener.main, t)
	return netip.AddrPortFrom(addr.Addr(), port), err
}

// name remembers that a redirect has named t.
func (p *Proxy) name(t target) {
	now := time.Now()
	p.named.add(now, t)
	p.journal.keep(now, promised{Server: t.String(), Until: now.Add(namedLife)})
}

// ticket remembers where a cookie leads: see cookies.add.
func (p *Proxy) ticket(cookie string, r route) (announced bool) {
	now := time.Now()
	announced = p.cookies.add(now, cookie, r)
	p.journal.keep(now, promised{
		Cookie: cookie, Server: r.target.String(), Dialect: r.dialect, Source: r.source, Announced: announced, Until: now.Add(cookieLife),
	})
	return announced
}

// mainAddr is the address to announce for the main listener. It is an IPv4
// address if the client came over IPv4. It is not valid if it is not known.
func (c *conn) mainAddr() netip.AddrPort {
	ip := c.local.Addr().WithZone("") // a zone means nothing on the client's machine
	a := c.proxy.advertise
	given := a.IsValid() && (a.Is4() || !ip.Is4())
	if given {
		ip = a
	}
	port := c.listener.main.addr.Port()
	if c.announcePort != 0 && !given {
		port = c.announcePort
	}
	if c.listener.way == TProxy && !given {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ip, port)
}

// errNoAddress: the local address of a connection that came by TPROXY is the
// server's.
var errNoAddress = errors.New("the address to announce is not known; say it with --advertise")

// rewrite replaces one word of fr by an address.
func (d *pump) rewrite(fr *decode.Frame, word decode.Span, addr netip.AddrPort) {
	if string(word.Of(fr.Raw)) == addr.String() {
		return
	}
	if fr.Offset+int64(word.Start) < d.sent { // can only be when the framing was lost
		d.comments = append(d.comments, event.Comment{Note: "bypassed", Text: fmt.Sprintf("the client is sent to %s itself: it was forwarded before it could be recognised", word.Of(fr.Raw))})
		return
	}
	d.conn.proxy.rewritten.Add(1)
	d.replace(fr, word, []byte(addr.String()))
}

// replace has the bytes now go on in place of those of fr, of which none has
// been forwarded yet.
func (d *pump) replace(fr *decode.Frame, old decode.Span, now []byte) {
	e := event.Edit{
		Dir:    d.dir,
		Offset: fr.Offset + int64(old.Start),
		Old:    bytes.Clone(old.Of(fr.Raw)), // the framer uses the room again before the edit is recorded
		New:    now,
	}
	// The words of XFR NS are looked at in the order of their importance, and
	// needed in the order of the stream.
	at := len(d.edits)
	for at > 0 && d.edits[at-1].Offset > e.Offset {
		at--
	}
	d.edits = append(d.edits, event.Edit{})
	copy(d.edits[at+1:], d.edits[at:])
	d.edits[at] = e
}
