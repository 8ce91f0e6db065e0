// This file checks the lines that send a client to another server.

package conform

import (
	"bytes"
	"net/netip"

	"msnscope/decode"
)

// redirect checks XFR and RNG of a server.
func (c *Checker) redirect() {
	n := &c.now
	at := 2
	if n.name == "XFR" {
		at = 3
	}
	r, ok := decode.ParseRedirect(n.line)
	if !ok || len(n.words) <= at {
		c.note("redirect-words", "%s has %s", n.name, wordsInWords(len(n.words)))
		return
	}
	word := n.words[at].Of(n.line)
	if !r.Reset() || string(word) != "0" {
		c.address(r, word)
	}
	if least, most := redirectWords(r.Kind, n.ctx.Dialect); len(n.words) < least || len(n.words) > most {
		code := "redirect-words"
		if r.Kind == decode.RedirectNS {
			code = "referral-words"
		}
		c.note(code, "%s has %s, not %d", n.name, wordsInWords(len(n.words)), least)
	}
	if r.Kind == decode.RedirectNS {
		c.referred(r)
	}
}

// redirectWords returns how few and how many words the line has in a dialect,
// its name included.
func redirectWords(kind decode.RedirectKind, d decode.Dialect) (least, most int) {
	if d == 0 {
		d = decode.AssumedDialect
	}
	switch {
	case kind == decode.RedirectNS && d < 3:
		return 4, 4
	case kind == decode.RedirectNS && d < 7:
		return 5, 5
	case kind == decode.RedirectNS:
		return 6, 6
	case kind == decode.RedirectSB && d < 13:
		return 6, 6
	case kind == decode.RedirectSB:
		return 8, 9
	case d < 13:
		return 7, 7
	}
	return 9, 10
}

// address checks where a redirect leads.
func (c *Checker) address(r decode.Redirect, word []byte) {
	if r.Address.Len() == 0 {
		c.note("address-invalid", "%q is no address that can be connected to", shown(word))
		return
	}
	host, _, _ := decode.SplitHostPort(word)
	ip, err := netip.ParseAddr(host)
	if !bytes.HasSuffix(word, []byte("]")) && bytes.LastIndexByte(word, ':') < 0 {
		c.note("address-without-port", "%s has no port", shown(word))
	}
	if err != nil {
		if isNumeric(host) {
			c.note("address-invalid", "%q is no IP address", shown(word))
			return
		}
		c.note("address-name", "%s is a host name", shown(word))
		return
	}
	ip = ip.Unmap()
	switch {
	case ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		c.note("address-invalid", "%s is the address of no machine", shown(word))
	case isPrivate(ip) && c.Server.IsValid() && !isPrivate(c.Server.Unmap()) && !isInvented(c.Server.Unmap()):
		c.note("address-private", "%s cannot be reached from where the client is, whose server is at %s", shown(word), c.Server)
	}
}

func isPrivate(ip netip.Addr) bool {
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
}

// documentation are the ranges of addresses that stand for any, of RFC 5737 and
// RFC 3849: captures made from text logs and pseudonymised ones have them.
var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"),
}

// isInvented reports whether an address says nothing about where its machine is.
func isInvented(ip netip.Addr) bool {
	for _, p := range documentation {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// isNumeric reports whether a host is digits and points, as an IPv4 address is.
func isNumeric(host string) bool {
	for i := range len(host) {
		if (host[i] < '0' || host[i] > '9') && host[i] != '.' {
			return false
		}
	}
	return true
}

// referred takes note of a referral and looks whether they go round.
func (c *Checker) referred(r decode.Redirect) {
	n := &c.now
	if r.Reset() {
		c.state = state{last: c.state.last}
		return
	}
	c.state.referred = mark{n.event, n.time}
	c.state.referredTo = shown(n.words[3].Of(n.line))
	a := c.known.account(n.ctx.Account)
	if times := happened(&a.referred, n.time); times >= loopLength {
		c.state.loop = times
		c.note("referral-loop", "the client was sent to another server %d times in two minutes and is not signed in", times)
	}
}
