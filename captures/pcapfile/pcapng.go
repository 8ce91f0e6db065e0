// This file reads the blocks of pcapng files.

package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

// Block types and options that only the reader knows; those that are written,
// too, stand in write.go.
const (
	blockOldPacket    = 2
	blockSimplePacket = 3
	blockNames        = 4
	blockStatistics   = 5
	blockJournal      = 9 // systemd
	blockSecrets      = 0x0000000a
	blockCustom       = 0x00000bad
	blockCustomNoCopy = 0x40000bad

	optionEnd        = 0
	optionTimeOffset = 14 // if_tsoffset
)

const (
	minSectionBlock = 28

	// maxInterfaces bounds the interfaces of a section. Real files have a few.
	maxInterfaces = 1 << 16
)

// iface is an interface of the current section.
type iface struct {
	link    uint32
	snaplen uint32
	binary  uint8  // a tick is 2^-binary s, if this is not 0;
	mul     int64  // else it is mul ns,
	div     uint64 // or 1/div ns
	offset  int64  // ns
}

func isByteOrder(b []byte) bool {
	v := binary.LittleEndian.Uint32(b)
	return v == byteOrderMagic || v == bits.ReverseBytes32(byteOrderMagic)
}

func (r *Reader) nextNG(p *Packet) error {
	for {
		if r.b.w-r.b.r < blockFrame {
			if err := r.b.need(blockFrame); err != nil {
				return err
			}
		}
		block := r.b.data()
		kind := r.u32(block)
		if kind == blockSection {
			if !isByteOrder(block[8:]) {
				return r.lost(1, "a section header without byte order")
			}
			// A section may have the other byte order than the one before.
			r.big = block[8] == 0x1a
		}
		length := r.u32(block[4:])
		if length < blockFrame || length%4 != 0 || length > maxBlock {
			return r.lost(1, "a block of %d bytes", length)
		}
		n := int(length)
		if len(block) < n {
			if err := r.b.need(n); err != nil {
				return err
			}
			block = r.b.data()
		}
		if r.u32(block[n-4:]) != length {
			return r.lost(1, "a block whose two lengths differ (%d and %d)", length, r.u32(block[n-4:]))
		}
		body := block[8 : n-4 : n-4]
		why := ""
		isPacket := false
		switch kind {
		case blockPacket:
			isPacket, why = true, r.enhancedPacket(p, body)
		case blockSimplePacket:
			isPacket, why = true, r.simplePacket(p, body)
		case blockOldPacket:
			isPacket, why = true, r.oldPacket(p, body)
		case blockSection:
			why = r.startSection(body)
		case blockInterface:
			why = r.addInterface(body)
		}
		at := r.b.pos
		r.b.skip(n)
		if why != "" {
			return r.problem(at, "%s; skipped", why)
		}
		if isPacket {
			r.number++
			p.Number = r.number
			p.Section = r.section
			p.Live = r.live
			p.Offset = at
			r.lastTime = p.Time
			return nil
		}
	}
}

func (r *Reader) startSection(body []byte) (why string) {
	r.section++
	r.interfaces = r.interfaces[:0]
	r.live = false
	if len(body) < minSectionBlock-blockFrame {
		return "a section header that is too short"
	}
	options(body[minSectionBlock-blockFrame:], r.u16, func(code uint16, value []byte) bool {
		if code == optionApplication {
			r.live = string(trimZero(value)) == Application
			return false
		}
		return true
	})
	return ""
}

func (r *Reader) addInterface(body []byte) (why string) {
	if len(body) < 8 {
		return "an interface description that is too short"
	}
	if len(r.interfaces) == maxInterfaces {
		return "more interfaces than anybody has"
	}
	f := iface{link: uint32(r.u16(body)), snaplen: r.u32(body[4:]), mul: 1000}
	options(body[8:], r.u16, func(code uint16, value []byte) bool {
		switch {
		case code == optionResolution && len(value) >= 1:
			f.resolution(value[0])
		case code == optionTimeOffset && len(value) >= 8:
			seconds := binary.LittleEndian.Uint64(value)
			if r.big {
				seconds = bits.ReverseBytes64(seconds)
			}
			f.offset = int64(seconds) * 1e9
		}
		return true
	})
	r.interfaces = append(r.interfaces, f)
	return ""
}

// resolution sets the length of a tick: 10^-v s, or 2^-v s with the top bit set.
func (f *iface) resolution(v byte) {
	f.binary, f.mul, f.div = 0, 1, 0
	switch {
	case v&0x80 != 0:
		// Below 2^-63 s every time that fits is 0; so it is with 2^-63.
		f.binary = min(v&0x7f, 63)
		if f.binary == 0 {
			f.mul = 1e9
		}
	case v <= 9:
		for ; v < 9; v++ {
			f.mul *= 10
		}
	default:
		f.div = 1
		for v = min(v, 9+19); v > 9; v-- { // 10^19 is the largest power that fits
			f.div *= 10
		}
	}
}

// time converts ticks to Unix ns.
func (f *iface) time(ticks uint64) int64 {
	switch {
	case f.binary != 0:
		whole := int64(ticks >> f.binary)
		hi, lo := bits.Mul64(ticks&(1<<f.binary-1), 1e9)
		return whole*1e9 + int64(hi<<(64-f.binary)|lo>>f.binary) + f.offset
	case f.div != 0:
		return int64(ticks/f.div) + f.offset
	}
	return int64(ticks)*f.mul + f.offset
}

func (r *Reader) enhancedPacket(p *Packet, body []byte) (why string) {
	if len(body) < packetFixed {
		return "a packet block that is too short"
	}
	return r.packet(p, r.u32(body), body[4:])
}

func (r *Reader) oldPacket(p *Packet, body []byte) (why string) {
	if len(body) < packetFixed {
		return "a packet block that is too short"
	}
	return r.packet(p, uint32(r.u16(body)), body[4:])
}

// packet reads what enhanced and old packet blocks have in common.
func (r *Reader) packet(p *Packet, number uint32, b []byte) (why string) {
	if int64(number) >= int64(len(r.interfaces)) {
		return "a packet of an interface that was not described"
	}
	f := &r.interfaces[number]
	captured, length := r.u32(b[8:]), r.u32(b[12:])
	ticks := uint64(r.u32(b))<<32 | uint64(r.u32(b[4:]))
	b = b[16:]
	if int64(captured) > int64(len(b)) {
		return "a packet that is longer than its block"
	}
	p.Time = f.time(ticks)
	p.Link = f.link
	p.Data = b[:captured:captured]
	p.Length = int(max(captured, length))
	p.Comments = nil
	if end := int(captured+3) &^ 3; end < len(b) {
		p.Comments = r.packetComments(b[end:])
	}
	return ""
}

func (r *Reader) packetComments(b []byte) []string {
	r.comments = r.comments[:0]
	options(b, r.u16, func(code uint16, value []byte) bool {
		if code == optionComment {
			r.comments = append(r.comments, string(trimZero(value)))
		}
		return true
	})
	return r.comments
}

// simplePacket reads a block that has neither time nor interface: the first
// interface is meant, and the time is the last packet's.
func (r *Reader) simplePacket(p *Packet, body []byte) (why string) {
	if len(r.interfaces) == 0 {
		return "a packet of an interface that was not described"
	}
	if len(body) < 4 {
		return "a packet block that is too short"
	}
	f := &r.interfaces[0]
	length := r.u32(body)
	captured := min(uint64(length), uint64(len(body)-4))
	if f.snaplen != 0 {
		captured = min(captured, uint64(f.snaplen))
	}
	p.Time = r.lastTime
	p.Link = f.link
	p.Data = body[4 : 4+captured : 4+captured]
	p.Length = int(length)
	p.Comments = nil
	return ""
}

// options calls each for every option until it returns false. What is malformed
// ends the list.
func options(b []byte, u16 func([]byte) uint16, each func(code uint16, value []byte) bool) {
	for len(b) >= 4 {
		code, n := u16(b), int(u16(b[2:]))
		if code == optionEnd || n > len(b)-4 || !each(code, b[4:4+n]) {
			return
		}
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

// trimZero drops the zero bytes with which some writers end their texts.
func trimZero(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// findBlock looks for a plausible block: of a known type, and with two equal
// lengths. It looks at every byte, not only at every fourth: behind a file that
// was cut off and had another one appended, blocks lie anywhere.
func (r *Reader) findBlock(data []byte, whole bool) (at int, found bool) {
	last := len(data) - maxSearchBlock
	if whole || last < 0 {
		last = len(data) - blockFrame
	}
	open := -1 // a place where a block may have begun that is not all there yet
	for at = 0; at <= last; at++ {
		switch r.isBlock(data[at:]) {
		case yes:
			return at, true
		case perhaps:
			if open < 0 {
				open = at
			}
		}
	}
	if whole && open >= 0 {
		return open, false
	}
	return at, false
}

// maxSearchBlock is the largest block that is found again behind damage.
const maxSearchBlock = maxPacket * 2

type verdict uint8

const (
	no verdict = iota
	perhaps
	yes
)

func (r *Reader) isBlock(b []byte) verdict {
	big := r.big
	if binary.LittleEndian.Uint32(b) == blockSection {
		if !isByteOrder(b[8:]) {
			return no
		}
		big = b[8] == 0x1a
	}
	u32 := func(b []byte) uint32 {
		if big {
			return binary.BigEndian.Uint32(b)
		}
		return binary.LittleEndian.Uint32(b)
	}
	n := u32(b[4:])
	if n < blockFrame || n%4 != 0 || n > maxSearchBlock {
		return no
	}
	switch u32(b) {
	case blockSection:
		if n < minSectionBlock {
			return no
		}
	case blockPacket, blockOldPacket:
		if n < blockFrame+packetFixed {
			return no
		}
	case blockInterface:
		if n < blockFrame+8 {
			return no
		}
	case blockSimplePacket, blockNames, blockStatistics, blockJournal, blockSecrets, blockCustom, blockCustomNoCopy:
	default:
		return no
	}
	if int64(n) > int64(len(b)) {
		return perhaps
	}
	if u32(b[n-4:]) != n {
		return no
	}
	return yes
}
