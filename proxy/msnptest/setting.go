// This file is what clients say to the proxy in their connection settings:
// SOCKS 4, 4a and 5, and HTTP CONNECT, byte by byte so that nothing hangs on
// how the bytes come.

package msnptest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// Setting asks the proxy at the other end of conn for a server, an IP address
// and a port, and hears that it has been granted.
type Setting func(conn net.Conn, target string) error

// Through connects to servers by way of the proxy at an address, which direct
// reaches; nil: a connection of its own.
func (s Setting) Through(proxy string, direct Dial) Dial {
	return func(ctx context.Context, target string) (net.Conn, error) {
		conn, err := direct.dial(ctx, proxy)
		if err != nil {
			return nil, err
		}
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		if err := s(conn, target); err != nil {
			conn.Close()
			return nil, fmt.Errorf("by way of %s: %w", proxy, err)
		}
		return conn, nil
	}
}

// dial is d, or what stands for none.
func (d Dial) dial(ctx context.Context, address string) (net.Conn, error) {
	if d == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	return d(ctx, address)
}

const (
	socks4Granted  = "\x00\x5a\x00\x00\x00\x00\x00\x00"
	socks5Granted  = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	connectGranted = "HTTP/1.0 200 Connection established\r\n\r\n"
)

// SOCKS4 names the server's IPv4 address.
func SOCKS4(conn net.Conn, target string) error {
	a, err := netip.ParseAddrPort(target)
	if err != nil || !a.Addr().Is4() {
		return fmt.Errorf("SOCKS4 cannot ask for %s", target)
	}
	return exchange(conn, "\x04\x01"+port(a)+string(a.Addr().AsSlice())+"me\x00", socks4Granted)
}

// SOCKS4a gives the server's address as a name.
func SOCKS4a(conn net.Conn, target string) error {
	a, err := netip.ParseAddrPort(target)
	if err != nil {
		return err
	}
	return exchange(conn, "\x04\x01"+port(a)+"\x00\x00\x00\x07\x00"+a.Addr().String()+"\x00", socks4Granted)
}

// SOCKS5 offers a password too, and need not say it.
func SOCKS5(conn net.Conn, target string) error {
	if err := exchange(conn, "\x05\x02\x00\x02", "\x05\x00"); err != nil {
		return err
	}
	return socks5(conn, target, "", "")
}

// SOCKS5AtOnce does not wait for the answer to its first message.
func SOCKS5AtOnce(conn net.Conn, target string) error {
	return socks5(conn, target, "\x05\x01\x00", "\x05\x00")
}

// SOCKS5As says a name and a password.
func SOCKS5As(user, password string) Setting {
	return func(conn net.Conn, target string) error {
		if err := exchange(conn, "\x05\x02\x00\x02", "\x05\x02"); err != nil {
			return err
		}
		says := append([]byte{1, byte(len(user))}, user...)
		says = append(append(says, byte(len(password))), password...)
		if err := exchange(conn, string(says), "\x01\x00"); err != nil {
			return err
		}
		return socks5(conn, target, "", "")
	}
}

// socks5 asks for a server, after what is said and answered at once.
func socks5(conn net.Conn, target, said, answered string) error {
	a, err := netip.ParseAddrPort(target)
	if err != nil {
		return err
	}
	kind := "\x01"
	if a.Addr().Is6() {
		kind = "\x04"
	}
	return exchange(conn, said+"\x05\x01\x00"+kind+string(a.Addr().AsSlice())+port(a), answered+socks5Granted)
}

func port(a netip.AddrPort) string { return string(binary.BigEndian.AppendUint16(nil, a.Port())) }

// CONNECT is the request of HTTP.
func CONNECT(conn net.Conn, target string) error {
	return exchange(conn, "CONNECT "+target+" HTTP/1.0\r\nUser-Agent: MSMSGS\r\n\r\n", connectGranted)
}

// CONNECTAs says a name and a password.
func CONNECTAs(user, password string) Setting {
	coded := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return func(conn net.Conn, target string) error {
		return exchange(conn, "CONNECT "+target+" HTTP/1.0\r\nProxy-Authorization: Basic "+coded+"\r\n\r\n", connectGranted)
	}
}

// exchange writes ask in single bytes and reads want.
func exchange(conn net.Conn, ask, want string) error {
	for i := range len(ask) {
		if _, err := io.WriteString(conn, ask[i:i+1]); err != nil {
			return err
		}
	}
	got := make([]byte, len(want))
	if n, err := io.ReadFull(conn, got); err != nil {
		return fmt.Errorf("the proxy answers %q: %w", got[:n], err)
	}
	if string(got) != want {
		return fmt.Errorf("the proxy answers %q, want %q", got, want)
	}
	return nil
}
