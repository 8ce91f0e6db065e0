// This file puts IP packets into tunnels.

package streamstest

import "encoding/binary"

// Tunnel is a way to put a packet into another one.
type Tunnel int

// The tunnels.
const (
	IPinIP     Tunnel = iota // IPv4, whatever is inside
	GRE                      // with key and checksum
	GREBridged               // Ethernet frames in GRE
	ERSPAN1
	ERSPAN2
	ERSPAN3 // with a platform header
	VXLAN
	VXLANOld // on Linux's old port, with a VLAN tag inside
	PPTP     // PPP in GRE
)

// wrap returns the outer packet, of IPv4. Its addresses are always the same.
func (t Tunnel) wrap(ip []byte) []byte {
	etherType := uint16(0x0800)
	if ip[0]>>4 == 6 {
		etherType = 0x86dd
	}
	frame := append([]byte{2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4}, byte(etherType>>8), byte(etherType))
	frame = append(frame, ip...)
	gre := func(flags, kind uint16, rest ...[]byte) []byte {
		b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, flags), kind)
		for _, r := range rest {
			b = append(b, r...)
		}
		return b
	}
	udp := func(port int, data ...[]byte) []byte {
		b := append([]byte{0xc0, 0, byte(port >> 8), byte(port), 0, 0, 0, 0}, 8, 0, 0, 0, 0, 0, 42, 0)
		for _, d := range data {
			b = append(b, d...)
		}
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)))
		return b
	}
	proto, body := byte(47), []byte(nil)
	switch t {
	case IPinIP:
		proto, body = 4, ip
		if etherType != 0x0800 {
			proto = 41
		}
	case GRE:
		body = gre(0xa000, etherType, make([]byte, 8), ip)
	case GREBridged:
		body = gre(0, 0x6558, frame)
	case ERSPAN1:
		body = gre(0, 0x88be, frame)
	case ERSPAN2:
		body = gre(0x1000, 0x88be, make([]byte, 4), []byte{0x10, 0, 0, 1, 0, 0, 0, 0}, frame)
	case ERSPAN3:
		body = gre(0x1000, 0x22eb, make([]byte, 4), []byte{0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 8), frame)
	case VXLAN:
		proto, body = 17, udp(4789, frame)
	case VXLANOld:
		proto, body = 17, udp(8472, frame[:12], []byte{0x81, 0, 0, 7}, frame[12:])
	case PPTP:
		ppp := []byte{0xff, 3, 0, 0x21}
		if etherType != 0x0800 {
			ppp[3] = 0x57
		}
		body = gre(0x3081, 0x880b, make([]byte, 12), ppp, ip)
	}
	b := binary.BigEndian.AppendUint16([]byte{0x45, 0}, uint16(20+len(body)))
	b = append(b, 0, 7, 0x40, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
	return append(b, body...)
}
