// This file keeps connections and sessions in SQLite: neighbours share a row. A
// row each would cost an import more than all else that it writes.

package index

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"slices"

	"msnscope/captures/event"
)

// perRow is how many neighbours share a row, whose id is that of the first place.
// Ids of all captures begin with a multiple of it.
const perRow = 64

var _ = [1]struct{}{event.ConnectionsPerCapture % perRow: {}}

// member is a connection or session in a row:
//
//	place (one byte), rev, length (varints), then as many bytes
type member struct {
	id   int64
	rev  int64 // of the commit that wrote it
	blob []byte
}

// members appends those of a row to dst. Their bytes are those of data.
func members(dst []member, first int64, data []byte) ([]member, error) {
	for len(data) > 0 {
		place := int64(data[0])
		rev, n := binary.Uvarint(data[1:])
		if n <= 0 || place >= perRow {
			return dst, damaged("the row of neighbours at %d", first)
		}
		data = data[1+n:]
		length, n := binary.Uvarint(data)
		if n <= 0 || length > uint64(len(data)-n) {
			return dst, damaged("the row of neighbours at %d", first)
		}
		data = data[n:]
		dst = append(dst, member{first + place, int64(rev), data[:length:length]})
		data = data[length:]
	}
	return dst, nil
}

// appendMember appends a member to the data of its row.
func appendMember(data []byte, m member) []byte {
	data = append(data, byte(m.id%perRow))
	data = binary.AppendUvarint(data, uint64(m.rev))
	data = binary.AppendUvarint(data, uint64(len(m.blob)))
	return append(data, m.blob...)
}

// writeMembers writes what has changed into a table, in order of ids, into rows
// beside what they have.
func writeMembers(tx *sql.Tx, table string, rev int64, changed []member) error {
	slices.SortFunc(changed, func(a, b member) int { return cmp.Compare(a.id, b.id) })
	var old sql.RawBytes
	var row, data []byte
	var room []member
	texts := [2]string{"SELECT data FROM " + table + " WHERE id = ?", "INSERT OR REPLACE INTO " + table + " VALUES (?, ?, ?)"}
	return prepared(tx, texts, len(changed), func(stmt [2]*sql.Stmt, i int) error {
		first := changed[i].id / perRow * perRow
		if i > 0 && changed[i-1].id >= first {
			return nil // written with the one before
		}
		rows, err := stmt[0].Query(first)
		if err != nil {
			return err
		}
		row = row[:0]
		if rows.Next() {
			if err = rows.Scan(&old); err == nil {
				row = append(row, old...)
			}
		}
		if err := closeRows(rows, err); err != nil {
			return err
		}
		all, err := members(room[:0], first, row)
		if err != nil {
			return err
		}
		room, data = all, data[:0]
		for _, m := range changed[i:] {
			if m.id >= first+perRow {
				break
			}
			for len(all) > 0 && all[0].id < m.id {
				data, all = appendMember(data, all[0]), all[1:]
			}
			if len(all) > 0 && all[0].id == m.id {
				all = all[1:]
			}
			m.rev = rev
			data = appendMember(data, m)
		}
		for _, m := range all {
			data = appendMember(data, m)
		}
		_, err = stmt[1].Exec(first, rev, data)
		return err
	})
}

// closeRows ends reading rows; err is what it has come to so far.
func closeRows(rows *sql.Rows, err error) error {
	if err == nil {
		err = rows.Err()
	}
	if e := rows.Close(); err == nil {
		err = e
	}
	return err
}

// eachMember calls f for the members of the rows that a statement finds from id
// lo up to hi.
func eachMember(stmt *sql.Stmt, lo, hi int64, f func(m member) error) error {
	var all []member
	return each(stmt, lo/perRow*perRow, hi, func(first int64, data []byte) (err error) {
		if all, err = members(all[:0], first, data); err != nil {
			return err
		}
		for _, m := range all {
			if lo <= m.id && m.id < hi {
				if err := f(m); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
