// This file lists the columns of a head: how each is taken from the rows of a
// block and put back. Every column has a loop of its own: they are run for all
// events of every block that is read.

package index

import (
	"slices"

	"msnscope/decode"
)

// column is one column of a head. Signed values are zigzag-coded, lengths are
// given relative to what they usually equal, so that most values are small or
// zero.
type column uint

const (
	colTime column = iota
	colFlags
	colConn
	colAccount
	colRole
	colDialect
	colN
	colTrID
	colRaw
	colPayload
	colLineEnd
	colBack
	colLatency
	colDelivered
	colText
	colNote
	colMissing
	colWarnings
	colQuiet
	colCommand // place in the list of names
	columns    // how many there are
)

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// packQuiet makes lengths of time small: most captures count microseconds.
func packQuiet(ns int64) uint64 {
	switch {
	case ns < 0:
		return 0
	case ns%1000 == 0:
		return 1 + uint64(ns/1000)<<1
	}
	return 2 + uint64(ns)<<1
}

func unpackQuiet(v uint64) int64 {
	switch {
	case v == 0:
		return -1
	case v&1 == 1:
		return int64(v>>1) * 1000
	}
	return int64(v>>1) - 1
}

// short keeps a damaged length from wrapping round: no block is this long.
func short(v uint64) uint32 { return uint32(min(v, maxBlockBytes+1)) }

// get takes the column from the rows into s.values, and reports whether there
// is anything but zeros in it.
func (c column) get(rows []row, s *scratch) bool {
	v := s.values[:len(rows)]
	switch c {
	case colTime:
		before := int64(0)
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.time - before)
			before = r.time
		}
	case colFlags:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.flags)
		}
	case colConn:
		before := int64(0)
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(int64(r.conn) - before)
			before = int64(r.conn)
		}
	case colAccount:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.account)
		}
	case colRole:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.role)
		}
	case colDialect:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.dialect)
		}
	case colN:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.n)
		}
	case colTrID:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.trid)
		}
	case colRaw:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.raw)
		}
	case colPayload:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(int64(r.raw) - int64(r.body))
		}
	case colLineEnd:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(int64(r.body) - int64(r.line))
		}
	case colBack:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.back)
		}
	case colLatency:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.latency)
		}
	case colDelivered:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.delivered)
		}
	case colText:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.text)
		}
	case colNote:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.note)
		}
	case colWarnings:
		for i := range rows {
			r := &rows[i]
			v[i] = uint64(r.warnings)
		}
	case colQuiet:
		for i := range rows {
			r := &rows[i]
			v[i] = packQuiet(r.quiet)
		}
	case colMissing:
		for i := range rows {
			r := &rows[i]
			v[i] = zigzag(r.missing)
		}
	case colCommand:
		for i := range rows {
			v[i] = uint64(slices.Index(s.commands, rows[i].cmd))
		}
	}
	for _, n := range v {
		if n != 0 {
			return true
		}
	}
	return false
}

// set puts s.values back into the rows; false when they cannot be right.
func (c column) set(rows []row, s *scratch) bool {
	v := s.values[:len(rows)]
	switch c {
	case colTime:
		before := int64(0)
		for i := range rows {
			r := &rows[i]
			r.time = before + unzigzag(v[i])
			before = r.time
		}
	case colFlags:
		for i := range rows {
			if v[i] > flagsKnown {
				return false
			}
			rows[i].flags = uint8(v[i])
		}
	case colConn:
		before := int64(0)
		for i := range rows {
			r := &rows[i]
			r.conn = uint32(before + unzigzag(v[i]))
			before = int64(r.conn)
		}
	case colAccount:
		for i := range rows {
			r := &rows[i]
			r.account = uint32(v[i])
		}
	case colRole:
		for i := range rows {
			r := &rows[i]
			r.role = decode.Role(v[i])
		}
	case colDialect:
		for i := range rows {
			r := &rows[i]
			r.dialect = decode.Dialect(v[i])
		}
	case colN:
		for i := range rows {
			r := &rows[i]
			r.n = unzigzag(v[i])
		}
	case colTrID:
		for i := range rows {
			r := &rows[i]
			r.trid = unzigzag(v[i])
		}
	case colRaw:
		for i := range rows {
			r := &rows[i]
			r.raw = short(v[i])
		}
	case colPayload:
		for i := range rows {
			r := &rows[i]
			r.body = uint32(int64(r.raw) - unzigzag(v[i]))
		}
	case colLineEnd:
		for i := range rows {
			r := &rows[i]
			r.line = uint32(int64(r.body) - unzigzag(v[i]))
		}
	case colBack:
		for i := range rows {
			r := &rows[i]
			r.back = unzigzag(v[i])
		}
	case colLatency:
		for i := range rows {
			r := &rows[i]
			r.latency = unzigzag(v[i])
		}
	case colDelivered:
		for i := range rows {
			r := &rows[i]
			r.delivered = short(v[i])
		}
	case colText:
		for i := range rows {
			r := &rows[i]
			r.text = short(v[i])
		}
	case colNote:
		for i := range rows {
			r := &rows[i]
			r.note = short(v[i])
		}
	case colWarnings:
		for i := range rows {
			r := &rows[i]
			r.warnings = short(v[i])
		}
	case colQuiet:
		for i := range rows {
			r := &rows[i]
			r.quiet = unpackQuiet(v[i])
		}
	case colMissing:
		for i := range rows {
			r := &rows[i]
			r.missing = unzigzag(v[i])
		}
	case colCommand:
		for i := range rows {
			if v[i] >= uint64(len(s.commands)) {
				return false
			}
			rows[i].cmd = s.commands[v[i]]
		}
	}
	return true
}
