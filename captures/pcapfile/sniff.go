// This file tells capture files from one another and from what is none.

package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNotCapture is the error of a file that is neither pcap nor pcapng.
var ErrNotCapture = errors.New("not a pcap or pcapng file")

// sniffLen is how much of a file is looked at to tell its format.
const sniffLen = 24

// foreign lists beginnings of files that people mistake for captures, or that
// are captures of a kind this package does not read.
var foreign = []struct{ magic, what string }{
	{"snoop\x00\x00\x00", "a snoop capture (Solaris); convert it with: editcap -F pcapng FILE OUT"},
	{"iptrace 1.0", "an AIX iptrace capture; convert it with: editcap -F pcapng FILE OUT"},
	{"iptrace 2.0", "an AIX iptrace capture; convert it with: editcap -F pcapng FILE OUT"},
	{"TRSNIFF data    \x1a", "a Sniffer capture; convert it with: editcap -F pcapng FILE OUT"},
	{"XCP\x00", "a NetXRay capture; convert it with: editcap -F pcapng FILE OUT"},
	{"RTSS", "a Network Monitor 1 capture; convert it with: editcap -F pcapng FILE OUT"},
	{"GMBU", "a Network Monitor 2 capture; convert it with: editcap -F pcapng FILE OUT"},
	{"\x7fver", "an EtherPeek capture; convert it with: editcap -F pcapng FILE OUT"},
	{"HTTP/1.", "an HTTP response, saved with its headers"},
	{"HTTP/2", "an HTTP response, saved with its headers"},
	{"<!DOCTYPE", "an HTML page"},
	{"<!doctype", "an HTML page"},
	{"<html", "an HTML page"},
	{"<HTML", "an HTML page"},
	{"<?xml", "an XML document"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"PK\x03\x04", "a ZIP archive; unpack it first"},
	{"\x28\xb5\x2f\xfd", "a Zstandard file; decompress it first (zstd -d)"},
	{"\xfd7zXZ\x00", "an xz file; decompress it first (xz -d)"},
	{"BZh", "a bzip2 file; decompress it first (bzip2 -d)"},
	{"\x04\x22\x4d\x18", "an LZ4 file; decompress it first (lz4 -d)"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"},
}

// sniff looks at the first bytes and sets the Reader up for what they announce.
func (r *Reader) sniff() error {
	head, err := r.head()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		if err := r.gunzip(); err != nil {
			return err
		}
		if head, err = r.head(); err != nil {
			return fmt.Errorf("inside gzip: %w", err)
		}
		r.format = ", gzip"
	}
	if len(head) >= 4 {
		if h, ok := parsePcapHeader(head); ok {
			r.format = h.name + r.format
			r.startPcap(h)
			return nil
		}
		if binary.LittleEndian.Uint32(head) == blockSection && (len(head) < 12 || isByteOrder(head[8:])) {
			if len(head) < 12 {
				return short("pcapng")
			}
			r.format = "pcapng" + r.format
			r.next, r.find, r.section = r.nextNG, r.findBlock, -1
			return nil
		}
		if isPcapMagic(head) {
			if len(head) < pcapHeaderLen {
				return short("pcap")
			}
			return fmt.Errorf("%w: a pcap file of version %d.%d, where 2.4 is the one in use", ErrNotCapture, r.u16At(head, 4), r.u16At(head, 6))
		}
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return fmt.Errorf("%w: it is %s", ErrNotCapture, f.what)
		}
	}
	return fmt.Errorf("%w: it begins %q", ErrNotCapture, head[:min(len(head), 8)])
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
	switch err := r.b.need(sniffLen); {
	case err == io.EOF:
		return nil, fmt.Errorf("%w: the file is empty: %w", ErrNotCapture, io.EOF)
	case err != nil && err != io.ErrUnexpectedEOF:
		return nil, err
	}
	data := r.b.data()
	if len(data) == 0 { // gzip data that is broken from the start
		return nil, fmt.Errorf("%w: no bytes can be had from it: %w", ErrNotCapture, r.b.cut)
	}
	return data[:min(len(data), sniffLen)], nil
}
