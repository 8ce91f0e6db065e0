// This file connects to servers through another SOCKS5 proxy.

package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"

	socks "golang.org/x/net/proxy"
)

// outer is the SOCKS5 proxy that servers are reached through. It is given
// names as they are and looks them up itself.
type outer struct {
	target target
	speak  interface {
		DialWithConn(ctx context.Context, c net.Conn, network, address string) (net.Addr, error)
	}
}

// parseOuter reads socks5://[USER:PASSWORD@]HOST[:PORT].
func parseOuter(s string) (*outer, error) {
	want := errors.New("outer proxy: want socks5://[USER:PASSWORD@]HOST[:PORT]") // what it is may hold a password
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "socks5" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, want
	}
	t, ok := parseTarget([]byte(net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "1080"))))
	if !ok {
		return nil, want
	}
	o := &outer{target: t}
	var auth *socks.Auth
	if u.User != nil {
		password, _ := u.User.Password()
		auth = &socks.Auth{User: u.User.Username(), Password: password}
		if n := len(auth.User); n == 0 || n > 255 || len(password) > 255 { // RFC 1929
			return nil, errors.New("outer proxy: a user has 1 to 255 bytes, a password 255 at most")
		}
	}
	d, err := socks.SOCKS5("tcp", t.String(), auth, nil)
	if err != nil {
		return nil, fmt.Errorf("outer proxy: %w", err)
	}
	// Only its words are taken; the connection stays a TCP socket, which can
	// be closed for one direction.
	o.speak = d.(interface {
		DialWithConn(ctx context.Context, c net.Conn, network, address string) (net.Addr, error)
	})
	return o, nil
}

// dial connects to t through the outer proxy, which must not be the proxy p
// itself: it would come to itself again and again.
func (o *outer) dial(ctx context.Context, p *Proxy, t target) (net.Conn, error) {
	once, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := p.dialDirect(once, o.target, netip.AddrPort{})
	switch {
	case err != nil && once.Err() != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("the outer proxy %s: no answer in %v", o.target, dialTimeout)
	case err != nil:
		return nil, fmt.Errorf("the outer proxy: %w", err)
	}
	if _, err := o.speak.DialWithConn(once, conn, "tcp", t.String()); err != nil {
		conn.Close()
		return nil, fmt.Errorf("the outer proxy %s: %w", o.target, err)
	}
	return conn, nil
}
