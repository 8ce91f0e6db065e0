// This file tells capture files from one another and from what is none.

package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNotCapture is the error of a file that is no capture that can be read.
var ErrNotCapture = errors.New("not a pcap or pcapng file")

// sniffLen is how much of a file is needed to tell its format.
const sniffLen = 24

// sniff looks at the first bytes and sets the Reader up for what they announce.
func (r *Reader) sniff() error {
	head, err := r.head()
	if err != nil {
		return err
	}
	switch isCompressed, err := r.decompress(head); {
	case err != nil:
		return err
	case isCompressed:
		if head, err = r.head(); err != nil {
			return fmt.Errorf("inside %s: %w", r.compression, err)
		}
	}
	return r.start(head)
}

// start sets the Reader up for the format of which head is the beginning.
func (r *Reader) start(head []byte) error {
	if len(head) >= 4 {
		if h, ok := parsePcapHeader(head); ok {
			r.startPcap(h)
			r.format = h.name
			return nil
		}
		if binary.LittleEndian.Uint32(head) == blockSection && (len(head) < 12 || isByteOrder(head[8:])) {
			if len(head) < 12 {
				return short("pcapng")
			}
			r.format = "pcapng"
			r.next, r.find, r.section = r.nextNG, r.findBlock, -1
			return nil
		}
		if isPcapMagic(head) {
			if len(head) < pcapHeaderLen {
				return short("pcap")
			}
			return fmt.Errorf("%w: a pcap file of version %d.%d, where 2.4 is the one in use", ErrNotCapture, r.u16At(head, 4), r.u16At(head, 6))
		}
		if bytes.HasPrefix(head, []byte(snoopMagic)) {
			return r.startSnoop(head)
		}
		if bytes.HasPrefix(head, []byte(netMon1)) || bytes.HasPrefix(head, []byte(netMon2)) {
			return r.startNetMon()
		}
	}
	if err := sourceError(r.b.need(foreignLen)); err != nil {
		return err
	}
	data := r.b.data()
	if what := foreignName(data); what != "" {
		return fmt.Errorf("%w: it is %s", ErrNotCapture, what)
	}
	return fmt.Errorf("%w: it begins %q", ErrNotCapture, data[:min(len(data), 8)])
}

func short(format string) error {
	return fmt.Errorf("%w: it breaks off inside its %s header: %w", ErrNotCapture, format, io.ErrUnexpectedEOF)
}

// u16At reads a number of a pcap header whose magic is known to be good.
func (r *Reader) u16At(head []byte, at int) uint16 {
	if head[0] == 0xa1 {
		return binary.BigEndian.Uint16(head[at:])
	}
	return binary.LittleEndian.Uint16(head[at:])
}

// head returns the first bytes, fewer only if the file is shorter.
func (r *Reader) head() ([]byte, error) {
	err := r.b.need(sniffLen)
	if err == io.EOF {
		return nil, fmt.Errorf("%w: the file is empty: %w", ErrNotCapture, io.EOF)
	}
	if err = sourceError(err); err != nil {
		return nil, err
	}
	data := r.b.data()
	if len(data) == 0 { // compressed data that is broken from the start
		return nil, fmt.Errorf("%w: no bytes can be had from it: %w", ErrNotCapture, r.b.cut)
	}
	return data[:min(len(data), sniffLen)], nil
}
