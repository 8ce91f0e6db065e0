// This file holds the Reader: what is the same for all formats.

package pcapfile

import (
	"errors"
	"fmt"
	"io"
)

// Reader reads packets from a capture. It may follow a file that still grows:
// after io.EOF (clean end) or io.ErrUnexpectedEOF (inside a block) Next may be
// called again when the source has grown and goes on where it was. (A
// compressed file cannot be followed.) A Reader is not safe for concurrent use.
type Reader struct {
	b           buffer
	format      string
	compression string // "gzip"

	next    func(p *Packet) error // nextPcap, nextNG, nextSnoop or nextNetMon
	find    func(data []byte, whole bool) (at int, found bool)
	damage  *damage // set while searching for the next sound packet
	cutTold bool    // damage of the compressed data was reported

	number  int64 // of the last packet
	section int
	live    bool
	big     bool // the section's byte order

	pcap   pcapHeader // of a pcap or snoop file
	netMon netMon

	interfaces []iface // of the pcapng section
	lastTime   int64   // for simple packets, which carry no time
	comments   []string
}

// damage is where and why a Reader lost its way.
type damage struct {
	packet, offset int64
	text           string
	told           bool
}

// NewReader sniffs the format of r. An error that is ErrNotCapture says what r
// is instead, as far as that can be told; it is also io.EOF when r is empty,
// and io.ErrUnexpectedEOF when r ends inside the file header.
func NewReader(r io.Reader) (*Reader, error) {
	rd := &Reader{b: buffer{src: r, buf: make([]byte, bufferSize)}}
	if err := rd.sniff(); err != nil {
		return nil, err
	}
	return rd, nil
}

// Format names what is being read, for people: "pcapng", "pcap (nanoseconds),
// gzip". Some varieties of pcap are told apart only by the first packets.
func (r *Reader) Format() string {
	if r.compression != "" {
		return r.format + ", " + r.compression
	}
	return r.format
}

// IsCompressed reports whether the file is compressed.
func (r *Reader) IsCompressed() bool { return r.compression != "" }

// BeforeRead has do called before more of the source is read, which may take
// time; nil ends that.
func (r *Reader) BeforeRead(do func()) { r.b.before = do }

// Next reads the next packet into p. A *Problem is returned for a damaged
// block that was skipped: call Next again.
func (r *Reader) Next(p *Packet) error {
	if r.damage != nil {
		if err := r.search(); err != nil {
			return r.ended(err)
		}
	}
	if err := r.next(p); err != nil {
		return r.ended(err)
	}
	return nil
}

// ended tells of damaged compressed data, once, when everything before it is read.
func (r *Reader) ended(err error) error {
	if err != io.ErrUnexpectedEOF || r.b.cut == nil || r.cutTold {
		return err
	}
	r.cutTold = true
	if errors.Is(r.b.cut, io.ErrUnexpectedEOF) {
		return err
	}
	return r.problem(r.b.pos, "the %s data is damaged (%v): what follows cannot be read", r.compression, r.b.cut)
}

func (r *Reader) problem(offset int64, format string, args ...any) *Problem {
	text := fmt.Sprintf(format, args...)
	return &Problem{
		Packet: r.number,
		Offset: offset,
		Text:   fmt.Sprintf("after packet %d, at offset %d: %s", r.number, offset, text),
	}
}

// lost notes that what stands at the current position cannot be a block, steps
// over skip bytes of it and searches on.
func (r *Reader) lost(skip int, format string, args ...any) error {
	r.damage = &damage{packet: r.number, offset: r.b.pos, text: fmt.Sprintf(format, args...)}
	r.b.skip(min(skip, len(r.b.data())))
	return r.search()
}

// search moves on to the next place where a packet can begin. It returns the
// *Problem to report, or nil if that was done before.
func (r *Reader) search() error {
	for {
		err := r.b.need(searchAhead)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		at, found := r.find(r.b.data(), err != nil)
		r.b.skip(at)
		if !found && err == nil {
			continue
		}
		d := r.damage
		if found {
			r.damage = nil
		}
		if d.told {
			if found {
				return nil
			}
			return io.ErrUnexpectedEOF
		}
		d.told = true
		skipped := r.b.pos - d.offset
		if !found {
			skipped += int64(len(r.b.data()))
			return &Problem{Packet: d.packet, Offset: d.offset, Text: fmt.Sprintf(
				"after packet %d, at offset %d: %s; no packet can be made out in the remaining %d bytes", d.packet, d.offset, d.text, skipped)}
		}
		return &Problem{Packet: d.packet, Offset: d.offset, Text: fmt.Sprintf(
			"after packet %d, at offset %d: %s; %d bytes skipped", d.packet, d.offset, d.text, skipped)}
	}
}
