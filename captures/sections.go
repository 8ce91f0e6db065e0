// This file finds the sections of a live capture, at which following it may
// resume: a pcapng file as the package record writes it, little-endian.

package captures

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// sectionHeader is the type of the block that begins a section, the same in
// both byte orders.
const sectionHeader = 0x0A0D0D0A

// sections goes through the blocks of a pcapng file from the block at from on,
// up to the offset until. It returns where the whole blocks end, and where the
// first section begins that begins after from, -1 if there is none.
func sections(r io.ReaderAt, from, until int64) (end, next int64, err error) {
	br := bufio.NewReader(io.NewSectionReader(r, from, until-from))
	end, next = from, -1
	for {
		head, err := br.Peek(12)
		if err == io.EOF {
			return end, next, nil // no whole block any more
		}
		if err != nil {
			return 0, -1, err
		}
		kind, size := binary.LittleEndian.Uint32(head), int64(binary.LittleEndian.Uint32(head[4:]))
		if kind == sectionHeader && binary.LittleEndian.Uint32(head[8:]) != 0x1A2B3C4D {
			return 0, -1, errors.New("a section in the other byte order")
		}
		if size < 12 || size%4 != 0 || end+size > until {
			return end, next, nil
		}
		if _, err := br.Discard(int(size) - 4); err != nil {
			return 0, -1, err
		}
		var tail [4]byte
		if _, err := io.ReadFull(br, tail[:]); err != nil {
			return 0, -1, err
		}
		if int64(binary.LittleEndian.Uint32(tail[:])) != size {
			return end, next, nil
		}
		if kind == sectionHeader && end > from && next < 0 {
			next = end
		}
		end += size
	}
}
