// This file connects to servers through another SOCKS5 proxy.

package proxy

import (
	"context"
	"fmt"
	"net"
	"net/url"

	socks "golang.org/x/net/proxy"
)

// outer is the SOCKS5 proxy that servers are reached through. It is given
// names as they are and looks them up itself.
type outer struct {
	address string // HOST:PORT
	speak   interface {
		DialWithConn(ctx context.Context, c net.Conn, network, address string) (net.Addr, error)
	}
}

// parseOuter reads socks5://[USER:PASSWORD@]HOST[:PORT].
func parseOuter(s string) (*outer, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "socks5" || u.Host == "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("outer proxy: want socks5://[USER:PASSWORD@]HOST[:PORT]")
	}
	o := &outer{address: u.Host}
	if u.Port() == "" {
		o.address = net.JoinHostPort(u.Hostname(), "1080")
	}
	var auth *socks.Auth
	if u.User != nil {
		password, _ := u.User.Password()
		auth = &socks.Auth{User: u.User.Username(), Password: password}
	}
	d, err := socks.SOCKS5("tcp", o.address, auth, nil)
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

// dial connects to t through the outer proxy.
func (o *outer) dial(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), t target) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := dial(ctx, "tcp", o.address)
	if err != nil {
		return nil, fmt.Errorf("the outer proxy: %w", err)
	}
	if _, err := o.speak.DialWithConn(ctx, conn, "tcp", t.String()); err != nil {
		conn.Close()
		return nil, fmt.Errorf("the outer proxy %s: %w", o.address, err)
	}
	return conn, nil
}
