// This file puts segments into IP packets and frames.

package streamstest

import (
	"encoding/binary"

	"msnscope/captures/pcapfile"
)

// Framing says how segments are framed. The zero value is of link type NULL; use
// Link: pcapfile.LinkEthernet for the usual.
type Framing struct {
	Link      uint32
	Tags      []uint16 // EtherTypes of VLAN tags, outermost first (Ethernet, SLL)
	Labels    int      // MPLS labels
	PPPoE     bool
	SNAP      bool     // 802.3 with an LLC and SNAP header
	BigFamily bool     // NULL: the capturing machine is big-endian
	Family6   byte     // NULL: AF_INET6; 0: 30
	Fragment  int      // IP packets with more payload are fragmented; a multiple of 8
	Backwards bool     // the last fragment comes first
	Options   bool     // IP and TCP options, IPv6 extension headers
	NoLength  bool     // IP length 0, as network cards that segment are handed
	Pad       int      // frames shorter than this are padded with rubbish
	Snap      int      // snap length
	Tunnels   []Tunnel // outermost first
	id        uint32
}

// Packets frames segments, and notes in them how much of their data is left.
func (f Framing) Packets(segments []Segment) []pcapfile.Packet {
	var list []pcapfile.Packet
	for i := range segments {
		s := &segments[i]
		frames := f.frames(s)
		for n, data := range frames {
			p := pcapfile.Packet{Number: int64(len(list) + 1), Time: s.Time, Link: f.Link, Data: data, Length: len(data)}
			if n == len(frames)-1 {
				p.Comments = s.Comments
			}
			if f.Snap > 0 && len(data) > f.Snap {
				s.Have = max(0, len(s.Data)-(len(data)-f.Snap))
				p.Data = data[:f.Snap]
			}
			list = append(list, p)
		}
	}
	return list
}

func (f *Framing) frames(s *Segment) [][]byte {
	var frames [][]byte
	is6 := s.Src.Addr().Is6()
	for _, ip := range f.ip(s, f.tcp(s)) {
		for n := len(f.Tunnels) - 1; n >= 0; n-- {
			ip = f.Tunnels[n].wrap(ip)
		}
		b := f.link(is6 && len(f.Tunnels) == 0)
		b = append(b, ip...)
		for n := byte(0); len(b) < f.Pad; n++ {
			b = append(b, "MSG 1 N 4\r\n"[n%11])
		}
		frames = append(frames, b)
	}
	return frames
}

// tcp returns the segment. Its checksum is not set.
func (f *Framing) tcp(s *Segment) []byte {
	var b []byte
	b = binary.BigEndian.AppendUint16(b, s.Src.Port())
	b = binary.BigEndian.AppendUint16(b, s.Dst.Port())
	b = binary.BigEndian.AppendUint32(b, s.Seq)
	b = binary.BigEndian.AppendUint32(b, s.Ack)
	header := 5
	var options []byte
	if f.Options {
		header += 3
		options = []byte{1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8} // timestamps
	}
	b = append(b, byte(header<<4), s.Flags, 0xff, 0xff, 0, 0, 0, 0)
	b = append(b, options...)
	return append(b, s.Data...)
}

// ip returns the packets that carry the payload.
func (f *Framing) ip(s *Segment, payload []byte) [][]byte {
	f.id++
	if f.Fragment == 0 || len(payload) <= f.Fragment {
		return [][]byte{f.packet(s, payload, 0, false, false)}
	}
	var list [][]byte
	for at := 0; at < len(payload); at += f.Fragment {
		end := min(at+f.Fragment, len(payload))
		list = append(list, f.packet(s, payload[at:end], at, end < len(payload), true))
	}
	if f.Backwards {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return list
}

func (f *Framing) packet(s *Segment, payload []byte, at int, more, isFragment bool) []byte {
	if s.Src.Addr().Is6() {
		return f.packet6(s, payload, at, more, isFragment)
	}
	header := 20
	var options []byte
	if f.Options {
		header, options = 24, []byte{1, 1, 1, 0}
	}
	total := header + len(payload)
	if f.NoLength {
		total = 0
	}
	b := []byte{0x40 | byte(header/4), 0}
	b = binary.BigEndian.AppendUint16(b, uint16(total))
	b = binary.BigEndian.AppendUint16(b, uint16(f.id))
	offset := uint16(at / 8)
	if more {
		offset |= 0x2000
	} else if !isFragment {
		offset |= 0x4000
	}
	b = binary.BigEndian.AppendUint16(b, offset)
	b = append(b, 64, 6, 0, 0)
	b = append(b, s.Src.Addr().AsSlice()...)
	b = append(b, s.Dst.Addr().AsSlice()...)
	b = append(b, options...)
	return append(b, payload...)
}

func (f *Framing) packet6(s *Segment, payload []byte, at int, more, isFragment bool) []byte {
	var headers []byte
	first, next := byte(6), byte(6)
	if isFragment {
		offset := uint16(at)
		if more {
			offset |= 1
		}
		first = 44
		headers = append(headers, next, 0)
		headers = binary.BigEndian.AppendUint16(headers, offset)
		headers = binary.BigEndian.AppendUint32(headers, f.id)
	}
	if f.Options { // hop-by-hop and destination options before the rest
		headers = append([]byte{60, 0, 1, 4, 0, 0, 0, 0, first, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, headers...)
		first = 0
	}
	total := len(headers) + len(payload)
	if f.NoLength {
		total = 0
	}
	b := []byte{0x60, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(b, uint16(total))
	b = append(b, first, 64)
	b = append(b, s.Src.Addr().AsSlice()...)
	b = append(b, s.Dst.Addr().AsSlice()...)
	b = append(b, headers...)
	return append(b, payload...)
}

// link returns everything before the IP header.
func (f *Framing) link(is6 bool) []byte {
	etherType, pppType, family := uint16(0x0800), byte(0x21), byte(2)
	if is6 {
		etherType, pppType, family = 0x86dd, 0x57, 30
		if f.Family6 != 0 {
			family = f.Family6
		}
	}
	var inner []byte
	if f.PPPoE {
		inner = append(inner, 0x11, 0, 0, 1, 0xff, 0xff, 0, pppType)
		etherType = 0x8864
	}
	for i := range f.Labels {
		bottom := byte(0)
		if i == f.Labels-1 {
			bottom = 1
		}
		inner = append(inner, 0, 1, bottom, 64)
		etherType = 0x8847
	}
	var tags []byte
	for i := len(f.Tags) - 1; i >= 0; i-- {
		tags = append([]byte{0, byte(i + 1), byte(etherType >> 8), byte(etherType)}, tags...)
		etherType = f.Tags[i]
	}
	inner = append(tags, inner...)

	var b []byte
	switch f.Link {
	case pcapfile.LinkEthernet:
		b = append(b, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2)
		if f.SNAP {
			b = append(b, 0, 100, 0xaa, 0xaa, 3, 0, 0, 0)
		}
		b = binary.BigEndian.AppendUint16(b, etherType)
	case pcapfile.LinkSLL:
		b = append(b, 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0)
		b = binary.BigEndian.AppendUint16(b, etherType)
	case pcapfile.LinkSLL2:
		b = binary.BigEndian.AppendUint16(b, etherType)
		b = append(b, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0)
	case pcapfile.LinkNull:
		b = []byte{family, 0, 0, 0}
		if f.BigFamily {
			b = []byte{0, 0, 0, family}
		}
	case pcapfile.LinkLoop:
		b = []byte{0, 0, 0, family}
	case pcapfile.LinkPPP:
		b = []byte{0xff, 3, 0, pppType}
	case pcapfile.LinkPPPHDLC:
		b = []byte{pppType} // compressed
	case pcapfile.LinkPPPoE:
		b = []byte{0x11, 0, 0, 1, 0, 0, 0, pppType}
	case pcapfile.LinkSLIP:
		b = make([]byte, 16)
	case pcapfile.LinkRadiotap:
		b = append(b, 0, 0, 8, 0, 0, 0, 0, 0)
		b = append(b, wifi(etherType)...)
	case pcapfile.LinkWiFi:
		b = wifi(etherType)
	}
	return append(b, inner...)
}

// wifi returns the header of an 802.11 data frame to the access point.
func wifi(etherType uint16) []byte {
	b := []byte{8, 1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0, 0xaa, 0xaa, 3, 0, 0, 0}
	return binary.BigEndian.AppendUint16(b, etherType)
}

// Noise returns packets that are no TCP: UDP, ICMP, ARP and something unknown.
func Noise(t int64) []pcapfile.Packet {
	ether := func(etherType uint16, body ...byte) pcapfile.Packet {
		b := append(make([]byte, 12), byte(etherType>>8), byte(etherType))
		b = append(b, body...)
		return pcapfile.Packet{Time: t, Link: pcapfile.LinkEthernet, Data: b, Length: len(b)}
	}
	ip := func(proto byte) pcapfile.Packet {
		return ether(0x0800, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 7, 47, 7, 47, 0, 8, 0, 0)
	}
	return []pcapfile.Packet{ip(17), ip(1), ether(0x0806, make([]byte, 28)...), ether(0x88cc, 1, 2, 3)}
}
