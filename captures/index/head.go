// This file puts a block into the two blobs of its row in SQLite and back: the
// head with the columns, the body with the bytes.
//
// A head is, before compression: the number of events, the accounts (number,
// then length and bytes of each), the names of commands (number, then three
// bytes each), a mask of the columns that are there, and these columns, each a
// varint an event. A column of nothing but zeros is left
// out. Compression is S2 (klauspost/compress), which stores its length.

package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/s2"
)

// encode returns the block's head and body. They are of use until the next
// call with the same scratch.
func (b *Block) encode(s *scratch) (head, body []byte) {
	s.size(len(b.rows))
	h := binary.AppendUvarint(s.plain[:0], uint64(len(b.rows)))
	h = binary.AppendUvarint(h, uint64(len(b.accounts)))
	for _, a := range b.accounts {
		h = binary.AppendUvarint(h, uint64(len(a)))
		h = append(h, a...)
	}
	s.nameCommands(b.rows)
	h = binary.AppendUvarint(h, uint64(len(s.commands)))
	for _, c := range s.commands {
		h = append(h, c[:]...)
	}
	mask := len(h)
	h = append(h, 0, 0, 0, 0)
	var present uint32
	for i := range columns {
		if !i.get(b.rows, s) {
			continue
		}
		present |= 1 << i
		for _, v := range s.values {
			if v < 0x80 {
				h = append(h, byte(v))
			} else {
				h = binary.AppendUvarint(h, v)
			}
		}
	}
	binary.LittleEndian.PutUint32(h[mask:], present)
	s.plain = h
	s.head = s2.Encode(s.head[:cap(s.head)], h)
	s.body = s2.Encode(s.body[:cap(s.body)], b.bytes)
	return s.head, s.body
}

// maxHead bounds a head: a varint of ten bytes in every column of every row,
// and accounts of some kilobytes each.
const maxHead = 4 << 20

// scratch is memory used again from block to block.
type scratch struct {
	plain, head, body []byte
	values            []uint64  // of one column
	commands          [][3]byte // names of commands in the block
}

// size makes room for the values of n rows.
func (s *scratch) size(n int) {
	if cap(s.values) < n {
		s.values = make([]uint64, n)
	}
	s.values = s.values[:n]
}

// nameCommands lists the names of the commands in rows.
func (s *scratch) nameCommands(rows []row) {
	s.commands = s.commands[:0]
	for i := range rows {
		if !slices.Contains(s.commands, rows[i].cmd) {
			s.commands = append(s.commands, rows[i].cmd)
		}
	}
}

// ErrDamaged is wrapped by every error that says the index cannot be read and
// has to be rebuilt.
var ErrDamaged = errors.New("the index is damaged")

func damaged(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, a...))
}

// decodeHead reads a head. The block has no bytes yet. rows is memory to use,
// if it is large enough.
func decodeHead(first int64, head []byte, rows []row, s *scratch) (*Block, error) {
	p, err := unpack(&s.plain, head, maxHead)
	if err != nil {
		return nil, err
	}
	b := &Block{First: first}
	count, p, ok := uvarint(p)
	if !ok || count > BlockEvents {
		return nil, damaged("a block of %d events", count)
	}
	names, p, ok := uvarint(p)
	if !ok || names > BlockEvents || (names == 0) != (count == 0) {
		return nil, damaged("a block of %d accounts", names)
	}
	b.accounts = make([]string, names)
	for i := range b.accounts {
		n, rest, ok := uvarint(p)
		if !ok || n > uint64(len(rest)) {
			return nil, damaged("an account is cut")
		}
		b.accounts[i], p = string(rest[:n]), rest[n:]
	}
	names, p, ok = uvarint(p)
	if !ok || names > BlockEvents || uint64(len(p)) < 3*names+4 {
		return nil, damaged("a block of %d commands", names)
	}
	s.commands = s.commands[:0]
	for range names {
		s.commands = append(s.commands, [3]byte(p))
		p = p[3:]
	}
	present := binary.LittleEndian.Uint32(p)
	p = p[4:]
	if cap(rows) >= int(count) {
		rows = rows[:count]
		clear(rows)
	} else {
		rows = make([]row, count)
	}
	b.rows = rows
	s.size(int(count))
	for i := range columns {
		if present&(1<<i) == 0 {
			clear(s.values)
		} else if p, ok = s.read(p); !ok {
			return nil, damaged("a column is cut")
		}
		if !i.set(b.rows, s) {
			return nil, damaged("a command has no name")
		}
	}
	return b, b.check()
}

// read reads the values of a column.
func (s *scratch) read(p []byte) (rest []byte, ok bool) {
	at := 0
	for j := range s.values {
		if at >= len(p) {
			return nil, false
		}
		if c := p[at]; c < 0x80 {
			s.values[j] = uint64(c)
			at++
			continue
		}
		v, n := binary.Uvarint(p[at:])
		if n <= 0 {
			return nil, false
		}
		s.values[j] = v
		at += n
	}
	return p[at:], true
}

// check sees to it that no later look at the block can go out of bounds, and
// sets the offsets.
func (b *Block) check() error {
	off := uint64(0)
	for i := range b.rows {
		r := &b.rows[i]
		r.off = uint32(off)
		off += uint64(r.raw) + uint64(r.delivered) + uint64(r.text) + uint64(r.note) + uint64(r.warnings)
		if off > maxBlockBytes {
			return damaged("a block of more than %d bytes", maxBlockBytes)
		}
		if r.account >= uint32(len(b.accounts)) || r.flags > flagsKnown || r.line > r.raw || r.body > r.raw ||
			r.cmd != [3]byte{} && r.raw < 3 {
			return damaged("row %d makes no sense", i)
		}
	}
	return nil
}

// size returns how many bytes the events have.
func (b *Block) size() int {
	if len(b.rows) == 0 {
		return 0
	}
	r := &b.rows[len(b.rows)-1]
	return int(r.off) + int(r.raw) + int(r.delivered) + int(r.text) + int(r.note) + int(r.warnings)
}

// decodeBody adds the bytes to a block of which the head was read. They are
// put into buf if it is large enough.
func (b *Block) decodeBody(body []byte, buf *[]byte) error {
	p, err := unpack(buf, body, b.size())
	if err != nil {
		return err
	}
	if len(p) != b.size() {
		return damaged("%d bytes in a block of %d", len(p), b.size())
	}
	b.bytes = p
	return nil
}

// unpack decompresses into *buf what has at most limit bytes.
func unpack(buf *[]byte, packed []byte, limit int) ([]byte, error) {
	n, err := s2.DecodedLen(packed)
	if err != nil || n > limit {
		return nil, damaged("a blob of %d bytes", n)
	}
	p, err := s2.Decode((*buf)[:cap(*buf)], packed)
	if err != nil {
		return nil, damaged("%v", err)
	}
	*buf = p
	return p, nil
}

func uvarint(p []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(p)
	if n <= 0 {
		return 0, nil, false
	}
	return v, p[n:], true
}
