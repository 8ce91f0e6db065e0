// This file carries MSNP in HTTP: to a gateway, whose addresses in the answers
// are replaced by the proxy's, so that the client's next request comes here too.
//
//	C: POST /gateway/gateway.dll?Action=open&Server=NS&IP=messenger.hotmail.com HTTP/1.1
//	S: X-MSN-Messenger: SessionID=964885389.2099; GW-IP=64.4.12.132
//
// Only these words are touched, never a body: addresses in there are for the
// gateway. Source: the HTTP method page of msnp-wiki.

package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/httphead"
)

const (
	gatewayPort = 80
	// maxHead is the longest head of an HTTP message that is looked at. A
	// longer one goes on unseen.
	maxHead = 16 << 10
	// maxGatewaySessions bounds the memory that gateways can fill.
	maxGatewaySessions = 10_000
	// sessionLife is how long a session is known after a restart of the proxy:
	// clients ask every few seconds, and gateways give up those that do not.
	sessionLife = cookieLife
)

// gateways remembers which gateway a session was told to go to. The zero value
// is ready.
type gateways struct {
	mu    sync.Mutex
	of    map[string]gatewaySession // by session id
	queue []string
}

// gatewaySession is where a session goes on, and when that was last written down.
type gatewaySession struct {
	target target
	kept   time.Time
}

// add notes where a session goes on. It reports whether that is to be written
// down: not for every answer of a session that asks all the time.
func (g *gateways) add(now time.Time, session string, t target) (keep bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = make(map[string]gatewaySession)
	}
	was, known := g.of[session]
	if known && was.target == t && now.Sub(was.kept) < sessionLife/2 {
		return false
	}
	if !known {
		g.queue = append(g.queue, session)
		if len(g.queue) > maxGatewaySessions {
			delete(g.of, g.queue[0])
			g.queue = g.queue[1:]
		}
	}
	g.of[session] = gatewaySession{t, now}
	return true
}

func (g *gateways) lookup(session string) (target, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.of[session]
	return s.target, ok
}

// speaksHTTP reports whether the client came for a gateway: to a listener for
// that, or by a setting that names an HTTP proxy.
func (c *conn) speaksHTTP(in *input) bool {
	return c.listener.way == Gateway || c.listener.way == Socks && c.wish.answer == nil && in.n > 0
}

// runGateway forwards HTTP messages until both streams have ended.
func (c *conn) runGateway(in *input) {
	head, err := c.firstHead(in)
	if err != nil {
		c.turnAway(in, err)
		return
	}
	target, because, err := c.gatewayFor(head)
	if err == nil && c.listener.way != Gateway {
		c.wish.target = target
		err = c.proxy.mayReach(c.remote, target, c.listener.way)
	}
	if err != nil {
		c.turnAway(in, err)
		return
	}
	c.route = choice{target: target, because: because}
	server, err := c.dial(target)
	if err != nil {
		c.refuse(in, err)
		return
	}
	c.prepare(in, server)
	c.pumps[decode.C2S].heads, c.pumps[decode.S2C].heads = new(heads), new(heads)
	c.connected(server)
	c.carry()
}

// firstHead reads the head of the first request.
func (c *conn) firstHead(in *input) ([]byte, error) {
	c.setReadDeadline(c.client, time.Now().Add(handshakeTime))
	defer func() { c.setReadDeadline(c.client, time.Time{}) }()
	for {
		if n := httphead.End(in.held()); n > 0 {
			return in.held()[:n], nil
		}
		if in.n > maxHead {
			return nil, errors.New("the client's first request has no end")
		}
		if _, err := in.more(); err != nil {
			return nil, fmt.Errorf("the client has made no request: %w", err)
		}
	}
}

// gatewayFor returns the server for a request.
func (c *conn) gatewayFor(head []byte) (target, string, error) {
	_, uri, _, ok := httphead.Request(head)
	if !ok {
		return target{}, "", errors.New("the client's first line is no request")
	}
	host, _, absolute := absoluteForm(uri)
	if absolute {
		t, ok := parseTarget([]byte(host))
		if !ok {
			return target{}, "", fmt.Errorf("the request is for %q, which is no server", host)
		}
		if !hasPort(host) {
			t.port = gatewayPort
		}
		return t, "the request names it", nil
	}
	if t, ok := c.proxy.gateways.lookup(queryValue(uri, "SessionID")); ok {
		return t, "an earlier answer sent the session there", nil
	}
	if c.listener.upstream == (target{}) {
		return target{}, "", errors.New("the request names no server; is msnscope set as the client's HTTP proxy?")
	}
	return c.listener.upstream, "it is the gateway of this address", nil
}

// absoluteForm splits "http://host:port/path"; rest begins with the path.
func absoluteForm(uri string) (host string, rest string, ok bool) {
	const scheme = "http://"
	if len(uri) < len(scheme) || !strings.EqualFold(uri[:len(scheme)], scheme) {
		return "", "", false
	}
	host, _, _ = strings.Cut(uri[len(scheme):], "/")
	return host, uri[len(scheme)+len(host):], true
}

// queryValue returns the value of a parameter of a request's target.
func queryValue(uri, name string) string {
	span := querySpan(uri, name)
	return uri[span.Start:span.End]
}

// querySpan finds the value of a parameter.
func querySpan(uri, name string) decode.Span {
	at := strings.IndexByte(uri, '?') + 1
	for at > 0 && at < len(uri) {
		end := len(uri)
		if i := strings.IndexByte(uri[at:], '&'); i >= 0 {
			end = at + i
		}
		if key, value, ok := strings.Cut(uri[at:end], "="); ok && strings.EqualFold(key, name) {
			return decode.Span{Start: end - len(value), End: end}
		}
		at = end + 1
	}
	return decode.Span{}
}

// heads is how far the HTTP messages of a direction were looked at.
type heads struct {
	next int64 // stream position of the next head
	lost bool  // no message begins where one should, or its length is not known
	body chunked
}

// messages looks at the heads that are whole in what is held.
func (d *pump) messages() {
	h := d.heads
	for !h.lost && h.next < d.received {
		if h.next < d.sent { // forwarded before it was whole
			h.lost = true
			return
		}
		b := d.in.held()[h.next-d.sent:]
		if h.body != noChunks {
			n := h.line(b)
			if n == 0 {
				return
			}
			h.next += n
			continue
		}
		for len(b) >= 2 && b[0] == '\r' && b[1] == '\n' { // some clients end a body with a line end
			b, h.next = b[2:], h.next+2
		}
		n := httphead.End(b)
		if n == 0 {
			h.lost = len(b) > maxHead
			return
		}
		length, known := httphead.Length(b[:n])
		if d.dir == decode.C2S {
			d.request(b[:n])
		} else {
			if status, _, ok := httphead.Status(b[:n]); !ok {
				h.lost = true
				return
			} else if status < 200 || status == 204 || status == 304 {
				length, known = 0, true
			}
			d.response(b[:n])
		}
		if !known && httphead.Has(b[:n], "Transfer-Encoding", "chunked") {
			h.body, known = atSize, true
		}
		if !known && d.dir == decode.S2C {
			h.lost = true // to the end of the connection
			return
		}
		h.next += int64(n) + length
	}
}

// wholeHeads returns the position up to which bytes may go on: an unfinished
// head waits for its end.
func (d *pump) wholeHeads() int64 {
	if h := d.heads; !h.lost && h.next < d.received && !d.in.full() {
		return max(h.next, d.sent)
	}
	return d.received
}

// request makes a request one to the server itself: the host of an HTTP
// proxy's is taken out, and a server that the client knows by the proxy's
// address gets its own name.
func (d *pump) request(head []byte) {
	method, uri, _, ok := httphead.Request(head)
	if !ok {
		return
	}
	at := len(method) + 1
	if host, rest, absolute := absoluteForm(uri); absolute {
		if t, _, err := d.conn.gatewayFor(head); err == nil && t != d.conn.route.target {
			d.comments = append(d.comments, event.Comment{Note: "bypassed", Text: fmt.Sprintf("a request for %s goes to %s, to which this connection leads", host, d.conn.route.target)})
		}
		now := rest
		if now == "" || now[0] != '/' {
			now = "/" + now
		}
		cut := decode.Span{Start: at, End: at + len(uri) - len(rest)}
		if now != rest {
			d.replaceAt(head, cut, []byte("/"))
		} else {
			d.replaceAt(head, cut, nil)
		}
	}
	span := querySpan(uri, "IP")
	if t, ok := parseTarget([]byte(uri[span.Start:span.End])); ok && span.Len() > 0 && d.conn.isHere(t.host) {
		if up := d.conn.proxy.defaultUpstream(); up.host != "" {
			d.replaceAt(head, decode.Span{Start: at + span.Start, End: at + span.End}, []byte(up.host))
		}
	}
}

// isHere reports whether the client knows the proxy by this host.
func (c *conn) isHere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip == c.local.Addr().WithZone("") || ip == c.proxy.advertise)
}

// defaultUpstream is the server of the first reverse listener, zero without one.
func (p *Proxy) defaultUpstream() target {
	for _, l := range p.main {
		if l.way == Reverse {
			return l.upstream
		}
	}
	return target{}
}

// response keeps the client here: the gateway's address in an answer is
// replaced by the proxy's, unless the client has it as its HTTP proxy.
func (d *pump) response(head []byte) {
	value := valueSpan(head, "X-MSN-Messenger")
	session, gw := partSpan(head, value, "SessionID"), partSpan(head, value, "GW-IP")
	host := valueSpan(head, "X-MSN-Host")
	if host.Len() == 0 {
		host = gw
	}
	if host.Len() == 0 || d.conn.listener.way != Gateway {
		return
	}
	if t, ok := parseTarget(host.Of(head)); ok && session.Len() > 0 {
		if !hasPort(string(host.Of(head))) {
			t.port = d.conn.route.target.port
		}
		p, now := d.conn.proxy, time.Now()
		if id := string(session.Of(head)); p.gateways.add(now, id, t) && len(id) <= maxCookie {
			p.journal.keep(now, promised{Session: id, Server: t.String(), Until: now.Add(sessionLife)})
		}
		p.name(t)
	}
	addr := d.conn.mainAddr()
	now := addr.String()
	if addr.Port() == gatewayPort {
		now = addr.Addr().String()
	}
	for _, s := range []decode.Span{gw, valueSpan(head, "X-MSN-Host")} {
		if s.Len() > 0 && string(s.Of(head)) != now {
			d.replaceAt(head, s, []byte(now))
		}
	}
}

// valueSpan finds the value of a header field.
func valueSpan(head []byte, name string) decode.Span {
	for at := bytes.IndexByte(head, '\n') + 1; at > 0 && at < len(head); {
		end := bytes.IndexByte(head[at:], '\n')
		if end < 0 {
			break
		}
		line := bytes.TrimRight(head[at:at+end], "\r")
		if key, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(key)), name) {
			start := at + len(line) - len(value)
			start += len(value) - len(bytes.TrimLeft(value, " \t"))
			return decode.Span{Start: start, End: max(start, at+len(bytes.TrimRight(line, " \t")))}
		}
		at += end + 1
	}
	return decode.Span{}
}

// partSpan finds the value of "name=value" among the parts of a field, which
// semicolons keep apart.
func partSpan(head []byte, in decode.Span, name string) decode.Span {
	for at := in.Start; at < in.End; {
		end := in.End
		if i := bytes.IndexByte(head[at:in.End], ';'); i >= 0 {
			end = at + i
		}
		part := head[at:end]
		lead := len(part) - len(bytes.TrimLeft(part, " \t"))
		if key, value, ok := bytes.Cut(part[lead:], []byte("=")); ok && strings.EqualFold(string(key), name) {
			return decode.Span{Start: end - len(value), End: end - (len(value) - len(bytes.TrimRight(value, " \t")))}
		}
		at = end + 1
	}
	return decode.Span{}
}

// replaceAt has bytes go on in place of those of the head that is looked at.
func (d *pump) replaceAt(head []byte, old decode.Span, now []byte) {
	d.replace(&decode.Frame{Offset: d.heads.next, Raw: head}, old, now)
}
