// This file goes on inside tunnels: what one IP packet carries of another.

package streams

import "encoding/binary"

// maxTunnels bounds how deep tunnels may lie in one another. Mirrored traffic
// of a virtual network takes two or three.
const maxTunnels = 8

// EtherTypes that only GRE has.
const (
	etherBridged = 0x6558 // a whole Ethernet frame (RFC 1701)
	etherPPP     = 0x880b // PPTP (RFC 2637)
	etherERSPAN  = 0x88be // types I and II (draft-foschiano-erspan)
	etherERSPAN3 = 0x22eb
)

// UDP ports of VXLAN (RFC 7348): the one assigned, and the one that Linux took
// before.
const (
	portVXLAN    = 4789
	portVXLANOld = 8472
)

// payload reads what an IP packet carries: length bytes of which b was
// captured.
func (a *Assembler) payload(proto uint8, b []byte, length int, g *segment) reason {
	switch proto {
	case protoTCP:
		return tcp(b, length, g)
	case protoIPv4, protoIPv6:
		return a.inner(b, 0, length, g)
	case protoGRE:
		return a.gre(b, length, g)
	case protoUDP:
		return a.udp(b, length, g)
	}
	return notTCP(proto)
}

// isTunnel reports whether TCP can be inside an IP packet of a protocol.
// Fragments of UDP are not put together: VXLAN must not be fragmented.
func isTunnel(proto uint8) bool {
	return proto == protoGRE || proto == protoIPv4 || proto == protoIPv6
}

// inner reads the IP packet at b[at:].
func (a *Assembler) inner(b []byte, at, length int, g *segment) reason {
	if a.tunnels == maxTunnels {
		return tooDeep
	}
	a.tunnels++
	return a.ip(b[at:], length-at, g)
}

// frame reads the Ethernet frame at b[at:].
func (a *Assembler) frame(b []byte, at, length int, g *segment) reason {
	if len(b) < at+14 {
		return cutIf(length > len(b), badTunnel)
	}
	at, why := ether(b, at+14, binary.BigEndian.Uint16(b[at+12:]))
	if why != fine {
		return why
	}
	return a.inner(b, at, length, g)
}

// gre reads a GRE packet (RFC 2784, 2890, and 2637 for PPTP's).
func (a *Assembler) gre(b []byte, length int, g *segment) reason {
	if len(b) < 4 {
		return cutIf(length > len(b), badTunnel)
	}
	flags, etherType := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	const (
		checksum, routing, key, sequence, acknowledgement = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080
		version                                           = 7
	)
	at := 4
	if flags&(checksum|routing) != 0 {
		at += 4
	}
	if flags&key != 0 {
		at += 4
	}
	if flags&sequence != 0 {
		at += 4
	}
	if flags&version == 1 && flags&acknowledgement != 0 {
		at += 4
	}
	if flags&routing != 0 || flags&version > 1 {
		return badTunnel
	}
	switch etherType {
	case etherBridged:
		return a.frame(b, at, length, g)
	case etherERSPAN:
		if flags&sequence != 0 { // type II; type I has no header of its own
			at += 8
		}
		return a.frame(b, at, length, g)
	case etherERSPAN3:
		if len(b) < at+12 {
			return cutIf(length > len(b), badTunnel)
		}
		hasMore := b[at+11]&1 != 0
		if at += 12; hasMore {
			at += 8
		}
		return a.frame(b, at, length, g)
	case etherPPP:
		if at >= length { // it only acknowledges
			return notIP
		}
		at, why := ppp(b, at)
		if why != fine {
			return why
		}
		return a.inner(b, at, length, g)
	}
	if len(b) < at {
		return cutIf(length > len(b), badTunnel)
	}
	at, why := ether(b, at, etherType)
	if why != fine {
		return why
	}
	return a.inner(b, at, length, g)
}

// udp reads a UDP packet if it is one of VXLAN.
func (a *Assembler) udp(b []byte, length int, g *segment) reason {
	const header, vxlan, hasNetwork = 8, 8, 0x08
	if len(b) < header+vxlan {
		return notTCPUDP
	}
	port := binary.BigEndian.Uint16(b[2:])
	if port != portVXLAN && port != portVXLANOld || b[header] != hasNetwork {
		return notTCPUDP
	}
	return a.frame(b, header+vxlan, length, g)
}
