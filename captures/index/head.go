// This file puts a block into the two blobs of its row in SQLite and back: the
// head with the columns, the body with the bytes.
//
// A head is, before compression: the number of events, the names of commands
// (number, then three bytes each), a mask of the columns that are there, these
// columns, each its length in bytes and a varint an event, and the accounts
// (number, then length and bytes of each). Who wants a few columns passes over
// the others. A column of nothing but zeros is left out. Compression is S2
// (klauspost/compress), which stores its length.

package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/s2"
)

// encode returns the block's head and body. They are of use until the next
// call with the same scratch.
func (b *Block) encode(s *scratch) (head, body []byte) {
	s.size(len(b.rows))
	h := binary.AppendUvarint(s.plain[:0], uint64(len(b.rows)))
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
		at := len(h)
		h = append(h, 0, 0)
		for _, v := range s.values {
			if v < 0x80 {
				h = append(h, byte(v))
			} else {
				h = binary.AppendUvarint(h, v)
			}
		}
		binary.LittleEndian.PutUint16(h[at:], uint16(len(h)-at-2)) // at most 10 bytes an event
	}
	binary.LittleEndian.PutUint32(h[mask:], present)
	h = binary.AppendUvarint(h, uint64(len(b.accounts)))
	for _, a := range b.accounts {
		h = binary.AppendUvarint(h, uint64(len(a)))
		h = append(h, a...)
	}
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
	values            []uint64        // of one column
	commands          [][3]byte       // names of commands in the block
	stored            [columns][]byte // the columns of the head read last, nil where there are only zeros
	accounts          []byte          // behind them
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

// parse reads a head but for its columns, and returns the number of events.
func (s *scratch) parse(head []byte) (events int, err error) {
	p, err := unpack(&s.plain, head, maxHead)
	if err != nil {
		return 0, err
	}
	count, p, ok := uvarint(p)
	if !ok || count > BlockEvents {
		return 0, damaged("a block of %d events", count)
	}
	names, p, ok := uvarint(p)
	if !ok || names > BlockEvents || uint64(len(p)) < 3*names+4 {
		return 0, damaged("a block of %d commands", names)
	}
	s.commands = s.commands[:0]
	for range names {
		s.commands = append(s.commands, [3]byte(p))
		p = p[3:]
	}
	present := binary.LittleEndian.Uint32(p)
	p = p[4:]
	for i := range columns {
		s.stored[i] = nil
		if present&(1<<i) == 0 {
			continue
		}
		if len(p) < 2 || int(binary.LittleEndian.Uint16(p)) > len(p)-2 {
			return 0, damaged("a column is cut")
		}
		n := int(binary.LittleEndian.Uint16(p))
		s.stored[i], p = p[2:2+n], p[2+n:]
	}
	s.accounts = p
	s.size(int(count))
	return int(count), nil
}

// decodeHead reads a head, of which the rows get the columns wanted. The block
// has no bytes yet. rows is memory to use, if it is large enough.
func decodeHead(first int64, head []byte, rows []row, want set, s *scratch) (*Block, error) {
	count, err := s.parse(head)
	if err != nil {
		return nil, err
	}
	if cap(rows) >= count {
		rows = rows[:count]
		clear(rows)
	} else {
		rows = make([]row, count)
	}
	b := &Block{First: first, rows: rows}
	return b, b.columns(want, s)
}

// set of columns.
type set uint32

const (
	kindColumns set = 1<<colFlags | 1<<colCommand
	connColumn  set = 1 << colConn
	wordColumns set = kindColumns | 1<<colRole | 1<<colDialect | 1<<colAccount |
		1<<colRaw | 1<<colPayload | 1<<colLineEnd | 1<<colDelivered | 1<<colText | 1<<colNote | 1<<colWarnings
	allColumns set = 1<<columns - 1
)

// columns adds columns to the rows of a block of which the head was read last
// with s.
func (b *Block) columns(want set, s *scratch) error {
	want &^= b.have
	if want == 0 {
		return nil
	}
	if want&(1<<colAccount) != 0 {
		if err := b.readAccounts(s.accounts); err != nil {
			return err
		}
	}
	for i := range columns {
		if want&(1<<i) == 0 {
			continue
		}
		if !s.read(i) {
			return damaged("a column is cut")
		}
		if !i.set(b.rows, s) {
			return damaged("a column makes no sense")
		}
	}
	if b.have |= want; want&wordColumns != 0 && b.have&wordColumns == wordColumns {
		return b.check()
	}
	return nil
}

// readAccounts reads the accounts behind the columns.
func (b *Block) readAccounts(p []byte) error {
	names, p, ok := uvarint(p)
	if !ok || names > BlockEvents || (names == 0) != (len(b.rows) == 0) {
		return damaged("a block of %d accounts", names)
	}
	b.accounts = make([]string, names)
	for i := range b.accounts {
		n, rest, ok := uvarint(p)
		if !ok || n > uint64(len(rest)) {
			return damaged("an account is cut")
		}
		b.accounts[i], p = string(rest[:n]), rest[n:]
	}
	return nil
}

// read reads the values of a column.
func (s *scratch) read(c column) (ok bool) {
	p := s.stored[c]
	if p == nil {
		clear(s.values)
		return true
	}
	const more = 0x8080808080808080 // set in the bytes that are not the last of theirs
	for values := s.values; len(values) > 0; {
		word := uint64(more)
		if len(p) >= 8 {
			word = binary.LittleEndian.Uint64(p)
		}
		if ones := min(bits.TrailingZeros64(word&more)/8, len(values)); ones > 0 { // values of one byte
			for i, c := range p[:ones] {
				values[i] = uint64(c)
			}
			values, p = values[ones:], p[ones:]
			continue
		}
		var v uint64
		n := bits.TrailingZeros64(^word&more)/8 + 1 // bytes of the next value
		if n < 8 && len(p) >= 8 {
			word &= 1<<(8*n) - 1
			v = word&0x7f | word>>1&(0x7f<<7) | word>>2&(0x7f<<14) | word>>3&(0x7f<<21) |
				word>>4&(0x7f<<28) | word>>5&(0x7f<<35) | word>>6&(0x7f<<42)
		} else if v, n = binary.Uvarint(p); n <= 0 {
			return false
		}
		values[0] = v
		values, p = values[1:], p[n:]
	}
	return true
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
		if r.account >= uint32(len(b.accounts)) || r.line > r.raw || r.body > r.raw ||
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

// decodeBody adds the bytes to a block of which the head was read; there may be
// as many as limit if the block has grown since then. They are put into buf if it
// is large enough.
func (b *Block) decodeBody(body []byte, limit int, buf *[]byte) error {
	p, err := unpack(buf, body, limit)
	if err != nil {
		return err
	}
	if len(p) < b.size() {
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
