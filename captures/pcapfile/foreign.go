// This file names what people take for captures, and captures of kinds that
// this package does not read.

package pcapfile

import (
	"bytes"
	"encoding/binary"
)

const (
	// foreignLen is how much is looked at: the mark of a tar archive stands last.
	foreignLen = 512
	tarMark    = 257

	convert = "; convert it with: editcap -F pcapng FILE OUT"
)

// foreign lists beginnings of files.
var foreign = []struct{ magic, what string }{
	{"iptrace 1.0", "an AIX iptrace capture" + convert},
	{"iptrace 2.0", "an AIX iptrace capture" + convert},
	{"TRSNIFF data    \x1a", "a Sniffer capture" + convert},
	{"XCP\x00", "a NetXRay or Windows Sniffer capture" + convert},
	{"\x7fver", "an EtherPeek capture" + convert},
	{"ObserverPktBuffe", "a Network Instruments Observer capture" + convert},
	{"\x05VNF", "a Visual Networks capture" + convert},
	{"\xaa\xaa\xaa\xaa", "a 5View capture" + convert},
	{"TR\x00d\x00\x00", "an HP-UX nettl trace" + convert},
	{"\x01\x10\x4c\x00", "a LANalyzer capture" + convert},
	{"btsnoop\x00", "a Bluetooth capture (btsnoop): no TCP is in it"},
	{"+---------+-----", "a K12 text capture" + convert},
	{"HTTP/1.", "an HTTP response, saved with its headers; fetch the file itself"},
	{"HTTP/2", "an HTTP response, saved with its headers; fetch the file itself"},
	{"version https://git-lfs", "a pointer of Git LFS, not the file; get that with: git lfs pull"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"PK\x03\x04", "a ZIP archive; unpack it first"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"},
	{"Rar!\x1a\x07", "a RAR archive; unpack it first"},
	{"MSCF\x00", "a Microsoft cabinet; unpack it first"},
	{"\xfd7zXZ\x00", "an xz file; decompress it first (xz -d)"},
	{"\x04\x22\x4d\x18", "an LZ4 file; decompress it first (lz4 -d)"},
	{"\x1f\x9d", "a file of compress(1); decompress it first (uncompress)"},
	{"LZIP", "an lzip file; decompress it first (lzip -d)"},
	{"\xff\xfe", "a text in UTF-16; save it as UTF-8"},
	{"\xfe\xff", "a text in UTF-16; save it as UTF-8"},
	{"%PDF-", "a PDF document"},
	{"\x7fELF", "a program"},
}

// marks list beginnings of texts, in small letters, behind blanks.
var marks = []struct{ mark, what string }{
	{"<!doctype html", "an HTML page"},
	{"<html", "an HTML page"},
	{"<head", "an HTML page"},
	{"<pdml", "Wireshark's XML of packets (PDML); the capture itself is needed"},
	{"<?xml", "an XML document"},
}

// foreignName says what the beginning of a file is of, "" if that is not known.
func foreignName(head []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.what
		}
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	for _, m := range marks {
		if bytes.HasPrefix(text, []byte(m.mark)) {
			return m.what
		}
	}
	switch {
	case len(head) >= tarMark+5 && string(head[tarMark:tarMark+5]) == "ustar":
		return "a tar archive; unpack it first"
	case isERF(head):
		return "an ERF capture (Endace)" + convert
	}
	return ""
}

// erfTypes is how many record types ERF has.
const erfTypes = 48

// isERF judges by the first two records, or the only one: ERF has no file header. A record begins with a time (64 bits, 32 of them whole
// seconds, little-endian), type, flags, its length, a counter, and the length
// on the wire (big-endian).
func isERF(b []byte) bool {
	const header, extension = 16, 8
	for n := 0; n < 2 && len(b) >= header; n++ {
		seconds := binary.LittleEndian.Uint32(b[4:])
		kind, length := b[8]&0x7f, int(binary.BigEndian.Uint16(b[10:]))
		hasExtension := b[8]&0x80 != 0
		if kind == 0 || kind > erfTypes || length < header || hasExtension && length < header+extension {
			return false
		}
		// 1990 to 2060; records about the capture itself may have no time.
		if (seconds < 631152000 || seconds > 2840140800) && (seconds != 0 || !hasExtension) {
			return false
		}
		if n == 1 || length == len(b) {
			return true
		}
		b = b[min(length, len(b)):]
	}
	return false
}
