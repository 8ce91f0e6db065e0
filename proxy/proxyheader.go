// This file reads the PROXY protocol's header, with which a balancer in front
// of the proxy says who the client is. Source: the HAProxy project's "The PROXY
// protocol", versions 1 and 2.

package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// headerTime is how long a balancer may take to send its header.
	headerTime = 5 * time.Second
	// maxProxyLine is the longest header of version 1, line end included.
	maxProxyLine = 107
)

// proxySignature begins a header of version 2.
var proxySignature = []byte("\r\n\r\n\x00\r\nQUIT\n")

var errProxyHeader = errors.New("the balancer's PROXY header is wrong")

// isBalancer reports whether what comes from a begins with a header.
func (p *Proxy) isBalancer(a netip.Addr) bool {
	return slices.ContainsFunc(p.behind, func(n netip.Prefix) bool { return n.Contains(a) })
}

// proxyHeader takes over the addresses that a trusted balancer names, and looks
// whether that client may come in. Of anybody else such a header would be a lie,
// and is treated like other bytes.
func (c *conn) proxyHeader(in *input) error {
	if !c.proxy.isBalancer(c.remote.Addr()) {
		return nil
	}
	c.setReadDeadline(c.client, time.Now().Add(headerTime))
	defer func() { c.setReadDeadline(c.client, time.Time{}) }()
	for {
		client, local, n, err := parseProxyHeader(in.held())
		if err != nil {
			return err
		}
		if n > 0 {
			in.drop(n)
			if client.IsValid() && local.IsValid() {
				c.remote, c.local, c.announcePort = client, local, local.Port()
			}
			return c.counted()
		}
		if _, err := in.more(); err != nil {
			return fmt.Errorf("%w: it has not come: %w", errProxyHeader, err)
		}
	}
}

// counted has the client that the balancer named counted in.
func (c *conn) counted() error {
	p := c.proxy
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.admit(c.remote.Addr(), time.Now()); err != nil {
		return err
	}
	c.from = c.remote.Addr()
	return nil
}

// parseProxyHeader returns the client's address, the one it connected to, and
// the length of the header that b begins with: 0 while it is not whole. The
// addresses are not valid if the balancer speaks for itself.
func parseProxyHeader(b []byte) (client, local netip.AddrPort, n int, err error) {
	if k := min(len(b), len(proxySignature)); k > 0 && bytes.Equal(b[:k], proxySignature[:k]) {
		return parseProxyBinary(b)
	}
	return parseProxyLine(b)
}

// parseProxyLine reads "PROXY TCP4 10.0.0.9 64.4.13.58 1044 1863\r\n".
func parseProxyLine(b []byte) (client, local netip.AddrPort, n int, err error) {
	const word = "PROXY "
	if k := min(len(b), len(word)); string(b[:k]) != word[:k] {
		return client, local, 0, fmt.Errorf("%w: there is none", errProxyHeader)
	}
	end := bytes.Index(b, []byte("\r\n"))
	if end < 0 || end+2 > maxProxyLine {
		if len(b) >= maxProxyLine {
			return client, local, 0, fmt.Errorf("%w: its line does not end", errProxyHeader)
		}
		return client, local, 0, nil
	}
	words := strings.Split(string(b[:end]), " ")
	if len(words) >= 2 && words[1] == "UNKNOWN" {
		return client, local, end + 2, nil
	}
	if len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6" {
		return client, local, 0, fmt.Errorf("%w: %q", errProxyHeader, b[:end])
	}
	client, ok := addressOf(words[2], words[4])
	local, ok2 := addressOf(words[3], words[5])
	if !ok || !ok2 {
		return client, local, 0, fmt.Errorf("%w: %q", errProxyHeader, b[:end])
	}
	return client, local, end + 2, nil
}

func addressOf(ip, port string) (netip.AddrPort, bool) {
	a, err := netip.ParseAddr(ip)
	p, err2 := strconv.ParseUint(port, 10, 16)
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), err == nil && err2 == nil && a.Zone() == ""
}

// parseProxyBinary reads the signature, version and command, family and
// protocol, length (2), addresses and ports, extensions.
func parseProxyBinary(b []byte) (client, local netip.AddrPort, n int, err error) {
	const fixed = 16
	if len(b) < fixed {
		return client, local, 0, nil
	}
	n = fixed + int(binary.BigEndian.Uint16(b[14:]))
	if b[12]>>4 != 2 || b[12]&15 > 1 || n > bufferSize/2 {
		return client, local, 0, fmt.Errorf("%w: version and command %#x, %d bytes", errProxyHeader, b[12], n)
	}
	if len(b) < n {
		return client, local, 0, nil
	}
	if b[12]&15 == 0 { // LOCAL: a health check of the balancer's own
		return client, local, n, nil
	}
	size := map[byte]int{0x11: 4, 0x21: 16}[b[13]] // TCP over IPv4, IPv6
	if size == 0 {
		return client, local, n, nil
	}
	body := b[fixed:n]
	if len(body) < 2*size+4 {
		return client, local, 0, fmt.Errorf("%w: %d bytes of addresses", errProxyHeader, len(body))
	}
	from, _ := netip.AddrFromSlice(body[:size])
	to, _ := netip.AddrFromSlice(body[size : 2*size])
	ports := body[2*size:]
	client = netip.AddrPortFrom(from.Unmap(), binary.BigEndian.Uint16(ports))
	local = netip.AddrPortFrom(to.Unmap(), binary.BigEndian.Uint16(ports[2:]))
	return client, local, n, nil
}
