// This file synthesises the IP and TCP headers of recorded segments, checksums
// included (RFC 791, 8200, 9293).

package record

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

const (
	protocolTCP = 6
	timeToLive  = 64
	// A window of 65535 scaled by 14, the largest there is (RFC 7323), is
	// 1 GiB: it is never full, since every maxUnacked bytes are acknowledged.
	window      = 65535
	windowScale = 14
	// maxSegment keeps the packet below the 65,535 bytes of an IP packet.
	maxSegment = 65000
)

// synOptions is what a SYN negotiates: the segment size that is never
// exceeded, and the window scale.
var synOptions = [...]byte{2, 4, maxSegment >> 8, maxSegment & 0xff, 1, 3, 3, windowScale}

// maxHeader is the room for an IPv6 header, a TCP header and its options.
const maxHeader = 40 + 20 + len(synOptions)

// segment is what the headers of one segment depend on.
type segment struct {
	from, to netip.AddrPort
	seq, ack uint32
	flags    byte
	length   int    // of its payload
	sum      uint16 // of its payload
}

// appendHeaders appends the segment's IP and TCP headers. IPv4 is used if both
// addresses are IPv4, else an IPv4 address is written in its IPv6 form.
func (s *segment) appendHeaders(b []byte) []byte {
	var options []byte
	if s.flags&flagSYN != 0 {
		options = synOptions[:]
	}
	var (
		size    = 20 + len(options) + s.length
		start   = len(b)
		pseudo  = uint64(size) + protocolTCP
		from    = s.from.Addr()
		to      = s.to.Addr()
		ipStart = start
	)
	if from.Is4() && to.Is4() {
		src, dst := from.As4(), to.As4()
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+size))
		b = append(b, 0, 0, 0x40, 0, timeToLive, protocolTCP, 0, 0) // don't fragment
		b = append(b, src[:]...)
		b = append(b, dst[:]...)
		binary.BigEndian.PutUint16(b[ipStart+10:], ^sum(b[ipStart:]))
		pseudo += uint64(sum(b[ipStart+12:]))
	} else {
		src, dst := from.As16(), to.As16()
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(size))
		b = append(b, protocolTCP, timeToLive)
		b = append(b, src[:]...)
		b = append(b, dst[:]...)
		pseudo += uint64(sum(b[ipStart+8:]))
	}
	start = len(b)
	b = binary.BigEndian.AppendUint16(b, s.from.Port())
	b = binary.BigEndian.AppendUint16(b, s.to.Port())
	b = binary.BigEndian.AppendUint32(b, s.seq)
	b = binary.BigEndian.AppendUint32(b, s.ack)
	b = append(b, byte((20+len(options))/4)<<4, s.flags)
	b = binary.BigEndian.AppendUint16(b, window)
	b = append(b, 0, 0, 0, 0)
	b = append(b, options...)
	total := fold(pseudo + uint64(sum(b[start:])) + uint64(s.sum))
	binary.BigEndian.PutUint16(b[start+16:], ^total)
	return b
}

// sum is the ones' complement sum of p as big-endian 16-bit words, an odd last
// byte filled up with zero (RFC 1071). Summing eight bytes at a time in the
// other byte order gives the same but for the order of its two bytes.
func sum(p []byte) uint16 {
	var acc, carry uint64
	for len(p) >= 32 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(p), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(p[8:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(p[16:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(p[24:]), carry)
		p = p[32:]
	}
	for len(p) >= 8 {
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(p), carry)
		p = p[8:]
	}
	var tail [8]byte
	copy(tail[:], p)
	acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(tail[:]), carry)
	acc, carry = bits.Add64(acc, 0, carry)
	return bits.ReverseBytes16(fold(acc&0xffffffff + acc>>32 + carry))
}

// fold adds up the 16-bit words of n with their carries.
func fold(n uint64) uint16 {
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	return uint16(n)
}
