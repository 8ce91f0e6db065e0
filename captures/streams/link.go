// This file finds the IP packet in a frame, for the link types that are common
// or have to be read with care: frames may be cut off anywhere.

package streams

import (
	"encoding/binary"

	"msnscope/captures/pcapfile"
)

// EtherTypes.
const (
	etherIPv4    = 0x0800
	etherARP     = 0x0806
	etherVLAN    = 0x8100
	etherIPv6    = 0x86dd
	etherMPLS    = 0x8847
	etherMPLSUp  = 0x8848 // upstream labels
	etherPPPoE   = 0x8864 // session stage
	etherVLANOut = 0x88a8 // outer tag of QinQ, 802.1ad
	etherVLANOld = 0x9100 // the same before the standard

	// minEtherType: below it, it is a length and an LLC header follows.
	minEtherType = 0x0600
)

// PPP protocol numbers.
const (
	pppIPv4 = 0x0021
	pppIPv6 = 0x0057
	pppMPLS = 0x0281
)

// ipPacket returns where in p's frame the IP packet begins.
func (a *Assembler) ipPacket(p *pcapfile.Packet) (at int, why reason) {
	b := p.Data
	switch p.Link {
	case pcapfile.LinkEthernet:
		if len(b) < 14 {
			return 0, cutOr(p, 14)
		}
		return ether(b, 14, binary.BigEndian.Uint16(b[12:]))
	case pcapfile.LinkRaw, pcapfile.LinkRawBSD, pcapfile.LinkRawOpen, pcapfile.LinkIPv4, pcapfile.LinkIPv6:
		return byNibble(b, 0)
	case pcapfile.LinkSLIP:
		return byNibble(b, 16) // libpcap puts 16 bytes in front
	case pcapfile.LinkSLL:
		if len(b) < 16 {
			return 0, cutOr(p, 16)
		}
		return ether(b, 16, binary.BigEndian.Uint16(b[14:]))
	case pcapfile.LinkSLL2:
		if len(b) < 20 {
			return 0, cutOr(p, 20)
		}
		return ether(b, 20, binary.BigEndian.Uint16(b))
	case pcapfile.LinkNull, pcapfile.LinkLoop:
		if len(b) < 4 {
			return 0, cutOr(p, 4)
		}
		return loopback(b)
	case pcapfile.LinkPPP, pcapfile.LinkPPPHDLC:
		return ppp(b, 0)
	case pcapfile.LinkPPPoE:
		return pppoe(b, 0)
	}
	return a.other(p)
}

// cutOr tells a frame that was cut off from one that is too short.
func cutOr(p *pcapfile.Packet, want int) reason {
	if p.Length >= want {
		return cutHeaders
	}
	return badLink
}

// ether goes on at b[at:], which is of the given EtherType.
func ether(b []byte, at int, etherType uint16) (int, reason) {
	for {
		switch etherType {
		case etherIPv4, etherIPv6:
			return at, fine
		case etherVLAN, etherVLANOut, etherVLANOld:
			if len(b) < at+4 {
				return 0, cutHeaders
			}
			etherType = binary.BigEndian.Uint16(b[at+2:])
			at += 4
		case etherPPPoE:
			return pppoe(b, at)
		case etherMPLS, etherMPLSUp:
			return mpls(b, at)
		case etherARP:
			return 0, notTCPARP
		default:
			// 802.2 SNAP with an EtherType: aa aa 03 00 00 00.
			if etherType >= minEtherType || len(b) < at+8 ||
				binary.BigEndian.Uint32(b[at:]) != 0xaaaa0300 || b[at+4]|b[at+5] != 0 {
				return 0, notIP
			}
			etherType = binary.BigEndian.Uint16(b[at+6:])
			at += 8
			if etherType < minEtherType {
				return 0, notIP
			}
		}
	}
}

// mpls skips the label stack; nothing but the IP version tells what follows it.
func mpls(b []byte, at int) (int, reason) {
	for len(b) >= at+4 {
		bottom := b[at+2]&1 != 0
		at += 4
		if bottom {
			return byNibble(b, at)
		}
	}
	return 0, cutHeaders
}

func byNibble(b []byte, at int) (int, reason) {
	if len(b) <= at {
		return 0, cutHeaders
	}
	switch b[at] >> 4 {
	case 4, 6:
		return at, fine
	}
	return 0, notIP
}

// pppoe skips a session header (RFC 2516). Its length field is not needed: the
// IP packet has its own.
func pppoe(b []byte, at int) (int, reason) {
	if len(b) < at+6 {
		return 0, cutHeaders
	}
	if b[at] != 0x11 || b[at+1] != 0 {
		return 0, notIP
	}
	return ppp(b, at+6)
}

// ppp skips address and control, which may be left out, and the protocol, which
// may be compressed to one byte (RFC 1661).
func ppp(b []byte, at int) (int, reason) {
	if len(b) >= at+2 && b[at] == 0xff && b[at+1] == 0x03 {
		at += 2
	}
	if len(b) < at+2 {
		return 0, cutHeaders
	}
	protocol := uint16(b[at])
	at++
	if protocol&1 == 0 {
		protocol = protocol<<8 | uint16(b[at])
		at++
	}
	switch protocol {
	case pppIPv4, pppIPv6:
		return at, fine
	case pppMPLS:
		return mpls(b, at)
	}
	return 0, notIP
}

// loopback skips an address family in either byte order. AF_INET is 2
// everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS,
// 10 on Linux.
func loopback(b []byte) (int, reason) {
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2, 10, 24, 28, 30:
		return 4, fine
	}
	return 0, notIP
}
