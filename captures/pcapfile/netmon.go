// This file reads the frames of Microsoft Network Monitor's files, with which
// captures were made on Windows in the days of MSNP7. The format is told by
// Network Monitor's help, and by wiretap/netmon.c of Wireshark.

package pcapfile

import (
	"encoding/binary"
	"fmt"
	"time"
)

const (
	netMon1 = "RTSS"
	netMon2 = "GMBU"

	netMonHeaderLen = 128 // with padding

	// netMonPcap, plus a link type, is a network type of Network Monitor 3.
	netMonPcap = 0xe000

	// fileTimeEpoch is 1970 in units of 100 ns since 1601.
	fileTimeEpoch = 116444736000000000
)

// netMonWiFi stands for 802.11 behind a header of Network Monitor's own.
const netMonWiFi = 6

// netMonLinks are link types by network types. Type 0 is found in captures of
// tunnels, the frames of which are Ethernet's.
var netMonLinks = map[uint16]uint32{
	0: LinkEthernet, 1: LinkEthernet, 2: LinkTokenRing, 3: LinkFDDI, netMonWiFi: LinkWiFi, 7: LinkRaw, 8: LinkRaw, 9: LinkRaw,
}

// netMon is what the file header says.
type netMon struct {
	recordLen  int
	trailerLen int
	network    uint16
	start      int64 // Unix ns; local time, of a zone that is not told
	tick       int64 // ns
	end        int64 // offset at which the table of frames begins: 0 if it is not there yet
	last       int64 // ticks from the start to the last frame
}

// startNetMon reads the file header. Frames stand in order behind it, and their
// table behind them: reading goes along, as input may be a pipe.
func (r *Reader) startNetMon() error {
	if err := r.b.need(netMonHeaderLen); err != nil {
		if r.b.cut == nil && len(r.b.data()) >= netMonHeaderLen {
			return err
		}
		return short("Network Monitor")
	}
	h := r.b.data()
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(h[at:])) }
	n := netMon{network: uint16(u16(6)), end: int64(binary.LittleEndian.Uint32(h[24:]))}
	minor, major := h[4], h[5]
	switch {
	case major == 1:
		n.recordLen, n.tick = 8, 1e6
	case major == 2:
		n.recordLen, n.tick = 16, 1e3
		switch minor {
		case 0:
		case 1:
			n.trailerLen = 2 // network type
		case 2:
			n.trailerLen = 6 // + process
		default:
			n.trailerLen = 15 // + time in UTC, time zone
		}
	default:
		return fmt.Errorf("%w: a Network Monitor file of version %d.%d, where 1 and 2 are known", ErrNotCapture, major, minor)
	}
	n.start = time.Date(u16(8), time.Month(u16(10)), u16(14), u16(16), u16(18), u16(20), u16(22)*1e6, time.UTC).UnixNano()
	if n.end < netMonHeaderLen {
		return fmt.Errorf("%w: a Network Monitor file whose table of frames is not behind the frames; open it in Network Monitor or Wireshark and save it again", ErrNotCapture)
	}
	r.netMon = n
	r.format = fmt.Sprintf("Network Monitor %d", major)
	r.next, r.find = r.nextNetMon, r.findNetMon
	r.b.skip(netMonHeaderLen)
	return nil
}

// nextNetMon reads a frame: time since the start, length on the wire, captured
// length; data; trailer.
func (r *Reader) nextNetMon(p *Packet) error {
	n := &r.netMon
	if r.b.pos >= n.end {
		return r.netMonEnd()
	}
	if err := r.b.need(n.recordLen); err != nil {
		return err
	}
	captured, length := n.lengths(r.b.data())
	size := n.recordLen + int(captured) + n.trailerLen
	if captured > maxPacket || r.b.pos+int64(size) > n.end {
		return r.lost(1, "no frame")
	}
	if err := r.b.need(size); err != nil {
		return err
	}
	rec := r.b.data()[:size]
	at := r.b.pos
	r.b.skip(size)
	n.last = n.ticks(rec)
	*p = Packet{
		Time:   n.start + n.last*n.tick,
		Length: int(max(captured, length)),
		Offset: at,
		Data:   rec[n.recordLen : n.recordLen+int(captured) : n.recordLen+int(captured)],
	}
	network, trailer := n.network, rec[n.recordLen+int(captured):]
	if len(trailer) >= 2 {
		network = binary.LittleEndian.Uint16(trailer)
	}
	if len(trailer) >= 14 {
		if t := binary.LittleEndian.Uint64(trailer[6:]); t >= fileTimeEpoch {
			p.Time = int64(t-fileTimeEpoch) * 100
		}
	}
	r.number++
	p.Number = r.number
	p.Link = netMonLink(network)
	if network == netMonWiFi && len(p.Data) >= 3 { // version and length of the header
		skip := min(int(binary.LittleEndian.Uint16(p.Data[1:])), len(p.Data))
		p.Data = p.Data[skip:]
		p.Length -= skip
	}
	r.lastTime = p.Time
	return nil
}

// lengths reads the captured length and that on the wire.
func (n *netMon) lengths(rec []byte) (captured, length uint32) {
	if n.tick == 1e6 {
		return uint32(binary.LittleEndian.Uint16(rec[6:])), uint32(binary.LittleEndian.Uint16(rec[4:]))
	}
	return binary.LittleEndian.Uint32(rec[12:]), binary.LittleEndian.Uint32(rec[8:])
}

// ticks reads the time from the start.
func (n *netMon) ticks(rec []byte) int64 {
	if n.tick == 1e6 {
		return int64(binary.LittleEndian.Uint32(rec))
	}
	return int64(binary.LittleEndian.Uint64(rec))
}

func netMonLink(network uint16) uint32 {
	if link, ok := netMonLinks[network]; ok {
		return link
	}
	if network >= netMonPcap && network < netMonPcap+0x1000 {
		return uint32(network - netMonPcap)
	}
	return linkNetMon + uint32(network)
}

// netMonEnd passes over the table of frames and what else follows them.
func (r *Reader) netMonEnd() error {
	for {
		r.b.skip(len(r.b.data()))
		if err := r.b.need(1); err != nil {
			return err
		}
	}
}

// isNetMon judges a frame found by searching, which is not before from (ticks).
func (n *netMon) isNetMon(h []byte, from int64) bool {
	captured, length := n.lengths(h)
	after := n.ticks(h) - from
	return captured > 0 && captured <= length && length <= maxPacket && after >= 0 && after <= maxSilence/n.tick
}

// maxSilence is how far apart (ns) frames before and behind damage may lie.
const maxSilence = 24 * 3600e9

// findNetMon looks for a chain of plausible frames, as findRecord does.
func (r *Reader) findNetMon(data []byte, whole bool) (at int, found bool) {
	n := &r.netMon
	frames := int(max(0, min(int64(len(data)), n.end-r.b.pos))) // bytes of data that belong to frames
	last := len(data) - searchAhead
	if whole || last < 0 {
		last = len(data) - n.recordLen
	}
	for at = 0; at <= last; at++ {
		if at >= frames {
			return at, true // the table
		}
		rest, from := data[at:frames], n.last
		for i := 0; len(rest) >= n.recordLen && n.isNetMon(rest, from); i++ {
			from = n.ticks(rest)
			captured, _ := n.lengths(rest)
			size := n.recordLen + int(captured) + n.trailerLen
			if i == chain-1 || size == len(rest) {
				return at, true
			}
			rest = rest[min(size, len(rest)):]
		}
	}
	return at, false
}
