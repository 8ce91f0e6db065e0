// This file names servers and connects to them, but never to the proxy itself.

package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"msnscope/decode"
)

// dialTimeout is how long one address of a server may take to answer. A client
// of the era gives up after some 20 s.
const dialTimeout = 15 * time.Second

// errLoop is why the proxy does not connect to itself.
var errLoop = errors.New("that is this proxy itself")

// target is a server as a redirect or the configuration names it.
type target struct {
	host string // lower case; an IP address in its usual form
	port uint16
}

// parseTarget reads HOST or HOST:PORT.
func parseTarget(word []byte) (target, bool) {
	host, port, ok := decode.SplitHostPort(word)
	if !ok {
		return target{}, false
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return target{ip.Unmap().String(), port}, true
	}
	return target{strings.ToLower(host), port}, true
}

// String returns the target as HOST:PORT.
func (t target) String() string { return net.JoinHostPort(t.host, strconv.Itoa(int(t.port))) }

// MarshalText is String, for logs in JSON.
func (t target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// is reports whether t names the address a.
func (t target) is(a netip.AddrPort) bool {
	return t.port == a.Port() && t.host == a.Addr().String()
}

// dial connects to t, whose name is looked up anew each time, with the address
// as of a client if that is valid.
func (p *Proxy) dial(ctx context.Context, t target, as netip.AddrPort) (net.Conn, error) {
	if p.outer != nil {
		if ip, err := netip.ParseAddr(t.host); err == nil && p.isOwn(netip.AddrPortFrom(ip, t.port)) {
			return nil, fmt.Errorf("%s: %w", t, errLoop)
		}
		return p.outer.dial(ctx, p, t)
	}
	return p.dialDirect(ctx, t, as)
}

// dialDirect is dial without an outer proxy.
func (p *Proxy) dialDirect(ctx context.Context, t target, as netip.AddrPort) (net.Conn, error) {
	ips, err := t.lookup(ctx)
	if err != nil {
		return nil, err
	}
	for _, ip := range ips {
		addr := netip.AddrPortFrom(ip, t.port)
		if p.isOwn(addr) {
			return nil, fmt.Errorf("%s: %w", addr, errLoop)
		}
	}
	for _, ip := range ips {
		var server net.Conn
		once, cancel := context.WithTimeout(ctx, dialTimeout)
		if addr := netip.AddrPortFrom(ip, t.port).String(); as.IsValid() && as.Addr().BitLen() == ip.BitLen() {
			server, err = dialAs(once, as, addr)
		} else {
			server, err = p.Dial(once, "tcp", addr)
		}
		cancel()
		if err == nil {
			return server, nil
		}
		if ctx.Err() != nil {
			return nil, errStopping
		}
	}
	return nil, err
}

func (t target) lookup(ctx context.Context) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(t.host); err == nil {
		return []netip.Addr{ip}, nil
	}
	once, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(once, "ip", t.host)
	if err != nil {
		return nil, err
	}
	return ipv4First(ips), nil
}

// ipv4First puts IPv4 addresses first: the service never had others.
func ipv4First(ips []netip.Addr) []netip.Addr {
	for i, ip := range ips {
		ips[i] = ip.Unmap()
	}
	slices.SortStableFunc(ips, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	return ips
}

// isOwn reports whether a connection to a would reach the proxy itself or one
// of the addresses refused.
func (p *Proxy) isOwn(a netip.AddrPort) bool {
	if slices.ContainsFunc(p.Refuse, func(r netip.AddrPort) bool { return Reaches(a, r) }) {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	listensTo := func(l *listener) bool {
		return Reaches(a, l.addr) || a == netip.AddrPortFrom(p.advertise, l.addr.Port())
	}
	if slices.ContainsFunc(p.main, listensTo) {
		return true
	}
	for _, l := range p.announced {
		if listensTo(l) {
			return true
		}
	}
	for _, t := range p.transfers {
		if !t.closed && listensTo(t.listener) {
			return true
		}
	}
	return false
}

// listening returns the listener that a connection to a would reach, were it
// not for the kernel that leads clients to others; nil for none.
func (p *Proxy) listening(a netip.AddrPort) *listener {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.main {
		if !l.led() && Reaches(a, l.addr) {
			return l
		}
	}
	for _, l := range p.announced {
		if Reaches(a, l.addr) {
			l.used = time.Now()
			return l
		}
	}
	return nil
}

// Reaches reports whether a connection to a ends at something that listens on
// own, either of which may be unspecified.
func Reaches(a, own netip.AddrPort) bool {
	if a.Port() != own.Port() {
		return false
	}
	ip, mine := a.Addr().Unmap().WithZone(""), own.Addr().Unmap().WithZone("")
	switch {
	case ip == mine:
		return true
	case ip.IsUnspecified(): // connects to this machine
		return mine.IsLoopback() || mine.IsUnspecified()
	case mine.IsUnspecified():
		return isLocal(ip)
	}
	return false
}

// isLocal reports whether ip is an address of this machine.
func isLocal(ip netip.Addr) bool {
	if ip.IsLoopback() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		n, ok := a.(*net.IPNet)
		if !ok {
			return false
		}
		local, ok := netip.AddrFromSlice(n.IP)
		return ok && local.Unmap() == ip
	})
}
