// This file finds where a pcapng file that was being written when its writer
// died can be continued.

package pcapfile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxTorn is the longest damaged end that WholeBlocks accepts. It is well over
// what a recorder hands to the kernel in one piece, so that damage before it
// is something else than a torn write, and not ours to cut away.
const MaxTorn = 1 << 20

// WholeBlocks returns the length of the whole blocks at the head of a pcapng
// file of size bytes: what follows is the torn end of its last write, and may
// be cut off. It is an error if the file is no pcapng file or if more than
// MaxTorn bytes follow that are not all zero.
func WholeBlocks(r io.ReaderAt, size int64) (int64, error) {
	var (
		br     = bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<20)
		order  binary.ByteOrder
		offset int64
	)
	for {
		n, err := skipBlock(br, &order)
		if err == io.EOF {
			return offset, nil
		}
		if err != nil {
			if !errors.Is(err, errTorn) {
				return 0, err
			}
			break
		}
		offset += n
	}
	if offset == 0 && !beginsSection(r, size) && !allZero(r, 0, size) {
		return 0, errors.New("not a pcapng file")
	}
	if size-offset > MaxTorn && !allZero(r, offset, size) {
		return 0, fmt.Errorf("damaged at byte %d, %d bytes before its end", offset, size-offset)
	}
	return offset, nil
}

// beginsSection reports whether r begins as a section header does, as far as
// its size goes.
func beginsSection(r io.ReaderAt, size int64) bool {
	magic := []byte{0x0A, 0x0D, 0x0D, 0x0A}
	head := magic[:min(size, 4)]
	got := make([]byte, len(head))
	_, err := r.ReadAt(got, 0)
	return (err == nil || err == io.EOF) && bytes.Equal(got, head)
}

var errTorn = errors.New("torn block")

// skipBlock reads one block and returns its length: io.EOF at the end of the
// file, errTorn if what is there is no whole block.
func skipBlock(br *bufio.Reader, order *binary.ByteOrder) (int64, error) {
	head, err := br.Peek(12)
	if len(head) == 0 && err == io.EOF {
		return 0, io.EOF
	}
	if err == io.EOF {
		return 0, errTorn
	}
	if err != nil {
		return 0, err
	}
	if binary.LittleEndian.Uint32(head) == blockSection {
		switch uint32(byteOrderMagic) {
		case binary.LittleEndian.Uint32(head[8:]):
			*order = binary.LittleEndian
		case binary.BigEndian.Uint32(head[8:]):
			*order = binary.BigEndian
		default:
			return 0, errTorn
		}
	}
	if *order == nil {
		return 0, errTorn
	}
	size := (*order).Uint32(head[4:])
	if size < blockFrame || size%4 != 0 || size > MaxTorn {
		return 0, errTorn
	}
	if _, err := br.Discard(int(size) - 4); err != nil {
		return 0, tornAtEOF(err)
	}
	var tail [4]byte
	if _, err := io.ReadFull(br, tail[:]); err != nil {
		return 0, tornAtEOF(err)
	}
	if (*order).Uint32(tail[:]) != size {
		return 0, errTorn
	}
	return int64(size), nil
}

func tornAtEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errTorn
	}
	return err
}

// allZero reports whether the bytes of r from start to end are all zero, which
// is what a machine's crash leaves of data that never reached the disk.
func allZero(r io.ReaderAt, start, end int64) bool {
	buf := make([]byte, 64<<10)
	sr := io.NewSectionReader(r, start, end-start)
	for {
		n, err := sr.Read(buf)
		for _, c := range buf[:n] {
			if c != 0 {
				return false
			}
		}
		if err != nil {
			return err == io.EOF
		}
	}
}
