// This file writes pcapng: the blocks of a section are appended to a buffer,
// little-endian, with times in nanoseconds.
// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html

package pcapfile

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// LinkRaw is LINKTYPE_RAW: packets begin with their IPv4 or IPv6 header.
const LinkRaw = 101

// SnapLength is the longest packet that the sections written here announce: a
// whole IP packet fits, and every reader accepts it.
const SnapLength = 262144

// Block types and options of pcapng.
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 6

	byteOrderMagic = 0x1A2B3C4D

	optionComment     = 1
	optionApplication = 4 // shb_userappl
	optionResolution  = 9 // if_tsresol

	blockFrame      = 12 // a block's type, length and length again
	packetFixed     = 20 // interface, time, captured and original length
	maxOption       = 65535
	timesAreNanosec = 9
)

// AppendSection appends a section header written by application, and the one
// interface of the section: its packets are of type link (LINKTYPE_).
func AppendSection(b []byte, application string, link uint16) []byte {
	start := len(b)
	b = beginBlock(b, blockSection)
	b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, 1<<64-1) // length of the section: not known
	b = appendOption(b, optionApplication, application)
	b = endOptions(b)
	b = endBlock(b, start)

	start = len(b)
	b = beginBlock(b, blockInterface)
	b = binary.LittleEndian.AppendUint16(b, link)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, SnapLength)
	b = appendOption(b, optionResolution, string([]byte{timesAreNanosec}))
	b = endOptions(b)
	return endBlock(b, start)
}

// AppendPacket appends a packet of time t (Unix ns) that consists of head and
// then data. A comment longer than an option can hold is cut.
func AppendPacket(b []byte, t int64, head, data []byte, comments ...string) []byte {
	return appendPacket(b, t, head, data, len(head)+len(data), comments)
}

// AppendCut appends a packet of length bytes of which only head was captured.
func AppendCut(b []byte, t int64, head []byte, length int) []byte {
	return appendPacket(b, t, head, nil, length, nil)
}

func appendPacket(b []byte, t int64, head, data []byte, length int, comments []string) []byte {
	size := len(head) + len(data)
	start := len(b)
	b = beginBlock(b, blockPacket)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(t)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(t))
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	b = append(b, head...)
	b = append(b, data...)
	b = pad(b, size)
	if len(comments) > 0 {
		for _, c := range comments {
			b = appendOption(b, optionComment, cutComment(c))
		}
		b = endOptions(b)
	}
	return endBlock(b, start)
}

// cutComment makes a comment valid UTF-8 of a length that an option can hold.
func cutComment(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= maxOption {
		return s
	}
	n := maxOption
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func beginBlock(b []byte, kind uint32) []byte {
	b = binary.LittleEndian.AppendUint32(b, kind)
	return binary.LittleEndian.AppendUint32(b, 0) // the length, set by endBlock
}

func endBlock(b []byte, start int) []byte {
	size := uint32(len(b) - start + 4)
	binary.LittleEndian.PutUint32(b[start+4:], size)
	return binary.LittleEndian.AppendUint32(b, size)
}

func appendOption(b []byte, code uint16, value string) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	return pad(b, len(value))
}

func endOptions(b []byte) []byte { return append(b, 0, 0, 0, 0) }

// pad appends zeros up to the next multiple of four after n bytes.
func pad(b []byte, n int) []byte { return append(b, "\x00\x00\x00"[:-n&3]...) }
