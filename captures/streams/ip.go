// This file finds the TCP segment in an IP packet.

package streams

import "encoding/binary"

// IP protocol numbers, and IPv6 extension headers.
const (
	protoHopByHop    = 0
	protoICMP        = 1
	protoIPv4        = 4
	protoTCP         = 6
	protoUDP         = 17
	protoIPv6        = 41
	protoRouting     = 43
	protoFragment    = 44
	protoGRE         = 47
	protoAuth        = 51
	protoICMPv6      = 58
	protoDestination = 60
	protoMobility    = 135
	protoHIP         = 139
	protoShim6       = 140
)

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// address is an IP address; IPv4 addresses stand as ::ffff:a.b.c.d.
type address struct{ hi, lo uint64 }

func (x address) less(y address) bool { return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo }

func address4(b []byte) address {
	return address{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b))}
}

func address6(b []byte) address {
	return address{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// segment is one TCP segment.
type segment struct {
	src, dst     address
	sport, dport uint16
	seq, ack     uint32
	flags        uint8
	live         bool
	data         []byte // what was captured
	n            uint32 // length on the wire, at least len(data)
	time         int64
	comments     []string
}

// ip reads an IP packet, of which b was captured and which the frame has length
// bytes for: at least as many as belong to the packet, as frames are padded.
func (a *Assembler) ip(b []byte, length int, g *segment) reason {
	if len(b) < 20 {
		return cutIf(length > len(b), badIP)
	}
	switch b[0] >> 4 {
	case 4:
		return a.ip4(b, length, g)
	case 6:
		return a.ip6(b, length, g)
	}
	return badIP
}

func cutIf(cut bool, otherwise reason) reason {
	if cut {
		return cutHeaders
	}
	return otherwise
}

func (a *Assembler) ip4(b []byte, length int, g *segment) reason {
	header := int(b[0]&15) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // segmentation is left to the network card
		total = length
	}
	if header < 20 || total < header {
		return badIP
	}
	if b[9] != protoTCP && b[9] != protoUDP && !isTunnel(b[9]) {
		return notTCP(b[9])
	}
	g.src, g.dst = address4(b[12:]), address4(b[16:])
	if len(b) < header {
		return cutIf(total > len(b), badIP)
	}
	payload := b[header:min(len(b), total)]
	// Fragment offset, and "more fragments"; "don't fragment" is left out.
	if offset := binary.BigEndian.Uint16(b[6:]); offset&0x3fff != 0 {
		if b[9] == protoUDP {
			return notTCPUDP
		}
		f := fragment{
			key:  fragmentKey{g.src, g.dst, uint32(binary.BigEndian.Uint16(b[4:])), 4, b[9]},
			at:   int(offset&0x1fff) * 8,
			more: offset&0x2000 != 0,
			data: payload,
			time: g.time,
			next: b[9],
		}
		if len(payload) < total-header {
			return cutFragment
		}
		whole, next, why := a.fragments.add(&f, a)
		if why != fine {
			return why
		}
		return a.payload(next, whole, len(whole), g)
	}
	return a.payload(b[9], payload, total-header, g)
}

func (a *Assembler) ip6(b []byte, length int, g *segment) reason {
	if len(b) < 40 {
		return cutIf(length > len(b), badIP)
	}
	total := 40 + int(binary.BigEndian.Uint16(b[4:]))
	if total == 40 { // a jumbogram, or segmentation left to the network card
		total = length
	}
	g.src, g.dst = address6(b[8:]), address6(b[24:])
	return a.ip6Payload(b[40:min(len(b), max(total, 40))], total-40, b[6], g, true)
}

// ip6Payload skips the extension headers in b, which is all there is of length
// bytes, the first header being of type next.
func (a *Assembler) ip6Payload(b []byte, length int, next uint8, g *segment, mayFragment bool) reason {
	for {
		skip := 0
		switch next {
		case protoTCP, protoUDP, protoGRE, protoIPv4, protoIPv6:
			return a.payload(next, b, length, g)
		case protoHopByHop, protoRouting, protoDestination, protoMobility, protoHIP, protoShim6:
			if len(b) >= 8 {
				skip = (int(b[1]) + 1) * 8
			}
		case protoAuth:
			if len(b) >= 8 {
				skip = (int(b[1]) + 2) * 4
			}
		case protoFragment:
			if !mayFragment {
				return badFragment
			}
			if len(b) < 8 {
				return cutIf(length > len(b), badFragment)
			}
			return a.ip6Fragment(b, length, g)
		default:
			return notTCP(next)
		}
		if skip == 0 || skip > len(b) {
			return cutIf(length > len(b), badIP)
		}
		next, b, length = b[0], b[skip:], length-skip
	}
}

func (a *Assembler) ip6Fragment(b []byte, length int, g *segment) reason {
	offset := binary.BigEndian.Uint16(b[2:])
	next := b[0]
	if offset&0xfff9 == 0 { // an "atomic" fragment is a whole packet (RFC 6946)
		return a.ip6Payload(b[8:], length-8, next, g, false)
	}
	if why := notTCP(next); why == notTCPUDP || why == notTCPICMP {
		return why
	}
	if len(b) < length {
		return cutFragment
	}
	f := fragment{
		key:  fragmentKey{g.src, g.dst, binary.BigEndian.Uint32(b[4:]), 6, 0},
		at:   int(offset &^ 7),
		more: offset&1 != 0,
		data: b[8:],
		time: g.time,
		next: next,
	}
	whole, next, why := a.fragments.add(&f, a)
	if why != fine {
		return why
	}
	return a.ip6Payload(whole, len(whole), next, g, false)
}

func notTCP(proto uint8) reason {
	switch proto {
	case protoUDP:
		return notTCPUDP
	case protoICMP, protoICMPv6:
		return notTCPICMP
	}
	return notTCPOther
}

// tcp reads a segment of length bytes, of which b was captured.
func tcp(b []byte, length int, g *segment) reason {
	if len(b) < 20 {
		return cutIf(length > len(b), badTCP)
	}
	header := int(b[12]>>4) * 4
	if header < 20 || header > length {
		return badTCP
	}
	g.sport, g.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	g.seq, g.ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	g.flags = b[13]
	g.data = b[min(header, len(b)):]
	g.n = uint32(length - header)
	return fine
}
