// This file reads the records of snoop files (Solaris; RFC 1761).

package pcapfile

import (
	"encoding/binary"
	"fmt"
)

const (
	snoopMagic     = "snoop\x00\x00\x00"
	snoopHeaderLen = 16
	snoopRecordLen = 24

	// linkSnoop and linkNetMon, plus the format's own number, stand for what
	// has no link type: they are beyond all that pcapng can hold.
	linkSnoop  = 1 << 16
	linkNetMon = 2 << 16
)

// snoopLinks are link types by snoop's "datalink types".
var snoopLinks = map[uint32]uint32{0: LinkEthernet, 2: LinkTokenRing, 4: LinkEthernet, 8: LinkFDDI}

// startSnoop reads the file header.
func (r *Reader) startSnoop(head []byte) error {
	if len(head) < snoopHeaderLen {
		return short("snoop")
	}
	if v := binary.BigEndian.Uint32(head[8:]); v != 2 {
		return fmt.Errorf("%w: a snoop file of version %d, where 2 is the one in use", ErrNotCapture, v)
	}
	kind := binary.BigEndian.Uint32(head[12:])
	link, ok := snoopLinks[kind]
	if !ok {
		link = linkSnoop + kind&0xffff
	}
	// What pcap's records are judged by holds here, too.
	r.pcap = pcapHeader{name: "snoop", link: link, maxPacket: maxPacket, recordLen: snoopRecordLen}
	r.format, r.big = "snoop", true
	r.next, r.find = r.nextSnoop, r.findSnoop
	r.b.skip(snoopHeaderLen)
	return nil
}

// nextSnoop reads a record: length on the wire, captured length, length of the
// record, packets dropped so far, seconds and microseconds.
func (r *Reader) nextSnoop(p *Packet) error {
	if err := r.b.need(snoopRecordLen); err != nil {
		return err
	}
	rec := r.b.data()
	if !r.isSnoop(rec) {
		return r.lost(1, "no snoop record")
	}
	n := int(binary.BigEndian.Uint32(rec[8:]))
	if err := r.b.need(n); err != nil {
		return err
	}
	rec = r.b.data()
	length, captured := binary.BigEndian.Uint32(rec), binary.BigEndian.Uint32(rec[4:])
	r.number++
	*p = Packet{
		Number: r.number,
		Time:   int64(binary.BigEndian.Uint32(rec[16:]))*1e9 + int64(binary.BigEndian.Uint32(rec[20:]))*1e3,
		Link:   r.pcap.link,
		Data:   rec[snoopRecordLen : snoopRecordLen+captured : snoopRecordLen+captured],
		Length: int(max(captured, length)),
		Offset: r.b.pos,
	}
	r.lastTime = p.Time
	r.b.skip(n)
	return nil
}

// isSnoop judges a record header.
func (r *Reader) isSnoop(h []byte) bool {
	length, captured, record := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:])
	return captured <= maxPacket && length <= maxBlock && record >= snoopRecordLen+captured &&
		record <= snoopRecordLen+captured+maxPadding && binary.BigEndian.Uint32(h[20:]) < 1e6
}

// maxPadding is how much may follow the data in a snoop record. RFC 1761 pads
// to 4 bytes; Shomiti's analysers put something of their own there.
const maxPadding = 256

// findSnoop looks for two plausible records in a row, or one at the end.
func (r *Reader) findSnoop(data []byte, whole bool) (at int, found bool) {
	last := len(data) - searchAhead
	if whole || last < 0 {
		last = len(data) - snoopRecordLen
	}
	for at = 0; at <= last; at++ {
		h := data[at:]
		if !r.isSnoop(h) || binary.BigEndian.Uint32(h) < binary.BigEndian.Uint32(h[4:]) || binary.BigEndian.Uint32(h[4:]) == 0 {
			continue
		}
		if jump := int64(binary.BigEndian.Uint32(h[16:])) - r.lastTime/1e9; r.number > 0 && (jump <= -maxJump || jump >= maxJump) {
			continue
		}
		n := int(binary.BigEndian.Uint32(h[8:]))
		if n == len(h) || n+snoopRecordLen <= len(h) && r.isSnoop(h[n:]) {
			return at, true
		}
	}
	return at, false
}
