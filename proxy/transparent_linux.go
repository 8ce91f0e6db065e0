// This file asks the Linux kernel what it knows of connections that were led
// here, and opens sockets with addresses that are not this machine's.

package proxy

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// originalDst is the socket option of netfilter that tells where a connection
// went before REDIRECT or DNAT: SO_ORIGINAL_DST in linux/netfilter_ipv4.h, and
// with the same number IP6T_SO_ORIGINAL_DST.
const originalDst = 80

// originalDestination returns where a client wanted to go before the kernel led
// it here; its own local address if it came by itself.
func originalDestination(client net.Conn) (netip.AddrPort, error) {
	sc, ok := client.(syscall.Conn)
	if !ok {
		return netip.AddrPort{}, errors.New("the connection is no socket")
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return netip.AddrPort{}, err
	}
	local := addrPort(client.LocalAddr())
	var to netip.AddrPort
	var failed error
	err = raw.Control(func(fd uintptr) {
		if local.Addr().Is4() {
			// A struct sockaddr_in, read through an option of a size that holds it.
			m, err := unix.GetsockoptIPv6Mreq(int(fd), unix.SOL_IP, originalDst)
			if failed = err; err == nil {
				a := m.Multiaddr
				to = netip.AddrPortFrom(netip.AddrFrom4([4]byte(a[4:8])), binary.BigEndian.Uint16(a[2:]))
			}
			return
		}
		m, err := unix.GetsockoptIPv6MTUInfo(int(fd), unix.SOL_IPV6, originalDst)
		if failed = err; err == nil {
			var port [2]byte
			binary.NativeEndian.PutUint16(port[:], m.Addr.Port)
			to = netip.AddrPortFrom(netip.AddrFrom16(m.Addr.Addr).Unmap(), binary.BigEndian.Uint16(port[:]))
		}
	})
	if errors.Is(failed, unix.ENOENT) { // not translated
		return local, nil
	}
	return to, errors.Join(err, failed)
}

// listenTransparent listens for connections to any address (TPROXY).
func (p *Proxy) listenTransparent(addr string) (*listener, error) {
	c := net.ListenConfig{Control: foreign}
	nl, err := c.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &listener{Listener: nl, addr: addrPort(nl.Addr())}, nil
}

// dialAs connects with the client's own address, so that the server sees it.
// The answers must be routed back to this machine.
func dialAs(ctx context.Context, client netip.AddrPort, address string) (net.Conn, error) {
	d := net.Dialer{Control: foreign, LocalAddr: net.TCPAddrFromAddrPort(client)}
	conn, err := d.DialContext(ctx, "tcp", address)
	if errors.Is(err, unix.EADDRINUSE) || errors.Is(err, unix.EADDRNOTAVAIL) {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(client.Addr(), 0))
		return d.DialContext(ctx, "tcp", address)
	}
	return conn, err
}

// foreign lets a socket have an address that is not this machine's. It takes
// CAP_NET_ADMIN.
func foreign(network, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
		if network == "tcp6" {
			failed = errors.Join(failed, unix.SetsockoptInt(int(fd), unix.SOL_IPV6, unix.IPV6_TRANSPARENT, 1))
		}
		// A socket of both families takes this one too.
		if err := unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_TRANSPARENT, 1); network != "tcp6" {
			failed = errors.Join(failed, err)
		}
	})
	return errors.Join(err, failed)
}
