// This file reads the records of pcap files.

package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

// The first four bytes of a pcap file, as its writer's byte order has them.
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Alexey Kuznetzov's patch of libpcap, about 1999: longer record headers
)

// Lengths of headers. Some programs write longer record headers than the magic
// says: see otherLayout.
const (
	pcapHeaderLen         = 24
	recordHeaderLen       = 16
	recordHeaderLenNokia  = 20 // + four bytes of unknown meaning
	recordHeaderLenPatchd = 24 // + interface index, protocol, packet type
	recordHeaderLenSuSE   = 28 // + interface index, protocol, packet type, CPUs

	// maxPacket is the largest packet of a pcap file that does not announce a
	// larger one: libpcap's MAXIMUM_SNAPLEN.
	maxPacket = 262144

	// linkTypeBits are the bits of the header's last field that are the link
	// type; those above tell of frame check sequences.
	linkTypeBits = 0x03ffffff
)

// pcapHeader is what a pcap file's header says.
type pcapHeader struct {
	name      string
	magic     uint32 // in the writer's byte order
	big       bool
	recordLen int   // of a record's header
	tick      int64 // ns
	fractions uint32
	maxPacket uint32
	link      uint32
	swapped   bool // written before libpcap 0.4: a record's two lengths may be in the other order
}

func isPcapMagic(head []byte) bool {
	le := binary.LittleEndian.Uint32(head)
	for _, m := range []uint32{magicMicro, magicNano, magicModified} {
		if le == m || le == bits.ReverseBytes32(m) {
			return true
		}
	}
	return false
}

// parsePcapHeader reads the 24 bytes at the beginning of a pcap file.
func parsePcapHeader(head []byte) (pcapHeader, bool) {
	if len(head) < pcapHeaderLen || !isPcapMagic(head) {
		return pcapHeader{}, false
	}
	h := pcapHeader{name: "pcap", recordLen: recordHeaderLen, tick: 1000, fractions: 1e6, maxPacket: maxPacket}
	var order binary.ByteOrder = binary.LittleEndian
	if h.big = head[0] == 0xa1; h.big {
		order = binary.BigEndian
	}
	h.magic = order.Uint32(head)
	switch h.magic {
	case magicNano:
		h.name, h.tick, h.fractions = "pcap (nanoseconds)", 1, 1e9
	case magicModified:
		h.name, h.recordLen = "pcap (modified)", recordHeaderLenPatchd
	}
	if order.Uint16(head[4:]) != 2 {
		return pcapHeader{}, false
	}
	// A snaplen of 0, or one beyond all bounds, means that nobody set one.
	if snaplen := order.Uint32(head[16:]); snaplen > h.maxPacket && snaplen <= maxBlock {
		h.maxPacket = snaplen
	}
	h.link = order.Uint32(head[20:]) & linkTypeBits
	minor := order.Uint16(head[6:])
	if link, ok := aixLinks[h.link]; ok && minor == 2 && h.magic == magicMicro {
		h.name, h.link, h.tick, h.fractions = "pcap (AIX)", link, 1, 1e9
	} else {
		h.swapped = minor <= 3
	}
	return h, true
}

// aixLinks are link types by the interface types (RFC 1573) that AIX's tcpdump
// writes in their place, in files of version 2.2 with nanoseconds.
var aixLinks = map[uint32]uint32{6: LinkEthernet, 9: LinkTokenRing, 15: LinkFDDI, 24: LinkNull}

func (r *Reader) startPcap(h pcapHeader) {
	r.pcap, r.big = h, h.big
	r.next, r.find = r.nextPcap, r.findRecord
	r.b.skip(pcapHeaderLen)
}

// u32 reads a number in the section's byte order.
func (r *Reader) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if r.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (r *Reader) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if r.big {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (r *Reader) nextPcap(p *Packet) error {
	for {
		appended, err := r.nextRecord(p)
		if !appended { // there may be millions of empty files in a row
			return err
		}
	}
}

// nextRecord reads a record. It reports appended, and nothing of p, if the
// header of another file stood in its place.
func (r *Reader) nextRecord(p *Packet) (appended bool, err error) {
	h := r.pcap.recordLen
	if r.b.w-r.b.r < h {
		if err := r.b.need(h); err != nil {
			return false, err
		}
	}
	if r.number == 0 {
		if err := r.otherLayout(); err != nil {
			return false, err
		}
		h = r.pcap.recordLen
	}
	rec := r.b.data()
	seconds, fraction := r.u32(rec), r.u32(rec[4:])
	captured, length := r.lengths(rec)
	if seconds == r.pcap.magic || captured > r.pcap.maxPacket || seconds|fraction|captured|length == 0 {
		if seconds == r.pcap.magic { // another file appended to this one
			if err := r.b.need(pcapHeaderLen); err != nil {
				return false, err
			}
			if next, ok := parsePcapHeader(r.b.data()); ok {
				r.section++
				r.startPcap(next)
				return true, nil
			}
		}
		if captured > r.pcap.maxPacket {
			return false, r.lost(1, "a record of %d bytes", captured)
		}
		if seconds|fraction == 0 {
			return false, r.lost(recordHeaderLen, "zeroes where a record should begin")
		}
	}
	n := h + int(captured)
	if len(rec) < n {
		if err := r.b.need(n); err != nil {
			return false, err
		}
		rec = r.b.data()
	}
	// A wrong length shows in what stands where the next record should begin.
	if len(rec) >= n+recordHeaderLen && r.captured(rec[n:]) > r.pcap.maxPacket && r.u32(rec[n:]) != r.pcap.magic {
		if at, found := r.recordInside(n); found {
			problem := r.problem(r.b.pos, "a record of %d bytes with another one inside; skipped", captured)
			r.b.skip(at)
			return false, problem
		}
		rec = r.b.data()
		if !r.isPlausible(rec) {
			return false, r.lost(1, "something that is no record")
		}
	}
	r.number++
	p.Number = r.number
	p.Time = int64(seconds)*1e9 + int64(fraction)*r.pcap.tick
	p.Link = r.pcap.link
	p.Data = rec[h:n:n]
	p.Length = int(max(captured, length))
	p.Comments = nil
	p.Section = r.section
	p.Live = false
	p.Offset = r.b.pos
	r.lastTime = p.Time
	r.b.skip(n)
	return false, nil
}

const (
	// chain is how many plausible record headers in a row are believed.
	chain = 3

	// searchAhead is how much is wanted behind a place to judge it: enough for
	// a chain of the largest packets.
	searchAhead = chain * (maxPacket + recordHeaderLenSuSE)

	// maxJump is how far apart (s) packets before and behind damage may lie.
	maxJump = 10 * 365 * 24 * 3600
)

// recordInside looks for a record that begins within the n bytes of the one at
// the current position.
func (r *Reader) recordInside(n int) (at int, found bool) {
	whole := r.b.need(n+searchAhead) != nil
	data := r.b.data()
	for at = r.pcap.recordLen; at < n; at++ {
		if r.isChain(data[at:], whole) {
			return at, true
		}
	}
	return 0, false
}

// findRecord looks for a chain of plausible records. It returns where the first
// one begins; or, not found, how many bytes need not be looked at again. whole
// says that data reaches to the end of the file.
func (r *Reader) findRecord(data []byte, whole bool) (at int, found bool) {
	last := len(data) - searchAhead
	if whole || last < 0 {
		last = len(data) - r.pcap.recordLen
	}
	for at = 0; at <= last; at++ {
		if r.isChain(data[at:], whole) {
			return at, true
		}
	}
	return at, false
}

func (r *Reader) isChain(data []byte, whole bool) bool {
	h := r.pcap.recordLen
	for n := 0; n < chain; n++ {
		if len(data) < h {
			return n > 1 || n == 1 && whole && len(data) == 0
		}
		if !r.isPlausible(data) {
			return false
		}
		size := h + int(r.captured(data))
		if len(data) < size {
			return n > 0
		}
		data = data[size:]
	}
	return true
}

// isPlausible judges a record header found by searching, more strictly than
// one that stands where it should.
func (r *Reader) isPlausible(h []byte) bool {
	captured, length := r.lengths(h)
	if captured == 0 || captured > r.pcap.maxPacket || length < captured || length > maxBlock {
		return false
	}
	if r.u32(h[4:]) >= r.pcap.fractions {
		return false
	}
	jump := int64(r.u32(h)) - r.lastTime/1e9
	return r.number == 0 || (jump > -maxJump && jump < maxJump)
}
