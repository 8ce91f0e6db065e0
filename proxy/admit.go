// This file says who may come in and where to: allowed clients and targets,
// and how many connections at a time.

package proxy

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Limits bound what clients may take. Zero values do not limit.
type Limits struct {
	Connections int // open at a time
	PerClient   int // of these, from one address
	Rate        int // new ones a second, from one address
}

// errTarget is why a client that may name its server does not get it.
var errTarget = errors.New("not an allowed target; --allow-target allows it")

// parseAllowed reads a target that is allowed: HOST, HOST:PORT, *.DOMAIN, IP,
// PREFIX/BITS, each also with :PORT, or *.
func parseAllowed(s string) (allowed, error) {
	a := allowed{pattern: strings.ToLower(s)}
	if s == "*" {
		return a, nil
	}
	host := s
	if i := strings.LastIndexByte(s, ':'); i >= 0 && (strings.Count(s, ":") == 1 || s[0] == '[' && s[i-1] == ']') {
		t, ok := parseTarget([]byte("x:" + s[i+1:]))
		if !ok {
			return a, fmt.Errorf("allowed target %q: %q is no port", s, s[i+1:])
		}
		host, a.port = s[:i], t.port
	}
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = inner[:len(inner)-1]
	}
	a.pattern = strings.ToLower(host)
	if strings.Contains(host, "/") {
		var err error
		if a.prefix, err = netip.ParsePrefix(host); err != nil {
			return a, fmt.Errorf("allowed target %q: %w", s, err)
		}
	} else if ip, err := netip.ParseAddr(host); err == nil {
		a.prefix = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
	} else if name := strings.TrimPrefix(host, "*."); host != "*" && (name == "" || strings.ContainsAny(name, " \t@*:[]")) {
		return a, fmt.Errorf("allowed target %q: want HOST, *.DOMAIN, IP, PREFIX/BITS or *, each with or without :PORT", s)
	}
	return a, nil
}

// allowed is one entry of Proxy.AllowTargets.
type allowed struct {
	pattern string       // lower case; "*.x" stands for what ends in ".x"
	prefix  netip.Prefix // valid: addresses
	port    uint16       // 0: any
}

func (a allowed) matches(t target) bool {
	if a.port != 0 && a.port != t.port {
		return false
	}
	if a.pattern == "*" {
		return true
	}
	if a.prefix.IsValid() {
		ip, err := netip.ParseAddr(t.host)
		return err == nil && a.prefix.Contains(ip)
	}
	if domain, ok := strings.CutPrefix(a.pattern, "*"); ok {
		return strings.HasSuffix(t.host, domain)
	}
	return a.pattern == t.host
}

// mayReach returns an error unless a client may have itself connected to t,
// which it has named itself. Upstreams and what redirects named are fine. So
// is anything for a client on this machine, which could connect to it anyway,
// and for one that the kernel has led here: it was on its way there. Others
// would find an open relay, and need AllowTargets. If that says something, it
// holds for all.
func (p *Proxy) mayReach(client netip.AddrPort, t target, way Way) error {
	if p.isUpstream(t) || p.named.has(time.Now(), t) {
		return nil
	}
	if slices.ContainsFunc(p.allowed, func(a allowed) bool { return a.matches(t) }) {
		return nil
	}
	if len(p.allowed) == 0 && (client.Addr().IsLoopback() || way == Transparent || way == TProxy) {
		return nil
	}
	return fmt.Errorf("%s: %w", t, errTarget)
}

func (p *Proxy) isUpstream(t target) bool {
	return slices.ContainsFunc(p.main, func(l *listener) bool { return l.upstream == t })
}

// room says why there is no room for another connection. p.mu is held.
func (p *Proxy) room() error {
	if n := p.Limits.Connections; n > 0 && len(p.conns) >= n {
		return fmt.Errorf("%d connections are open (--max-connections)", n)
	}
	return nil
}

// admit counts a connection of a client in, or says why that may not have it.
// p.mu is held.
func (p *Proxy) admit(client netip.Addr, now time.Time) error {
	if len(p.allowClients) > 0 && !slices.ContainsFunc(p.allowClients, func(n netip.Prefix) bool { return n.Contains(client) }) {
		return errors.New("not an allowed client (--allow-client)")
	}
	l := p.Limits
	if l.PerClient > 0 && p.perClient[client] >= l.PerClient {
		return fmt.Errorf("%d connections from this address are open (--max-per-client)", l.PerClient)
	}
	if l.Rate > 0 {
		if second := now.Truncate(time.Second); second != p.second {
			p.second = second
			clear(p.thisSecond)
		}
		if p.thisSecond[client] >= l.Rate {
			return fmt.Errorf("%d new connections from this address in a second (--max-rate)", l.Rate)
		}
		p.thisSecond[client]++
	}
	p.perClient[client]++
	return nil
}

// departed counts a connection out. p.mu is held.
func (p *Proxy) departed(client netip.Addr) {
	if p.perClient[client]--; p.perClient[client] <= 0 {
		delete(p.perClient, client)
	}
}

// parseClients reads the networks of AllowClients or BehindProxy: an address or
// a prefix each.
func parseClients(what string, list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		n, err := netip.ParsePrefix(s)
		if err != nil {
			var ip netip.Addr
			if ip, err = netip.ParseAddr(s); err == nil {
				n = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s %q: want an IP address or PREFIX/BITS", what, s)
		}
		out = append(out, n.Masked())
	}
	return out, nil
}
