// This file tells a page of the connections of a session that has many: only
// those that are new or have changed.

package web

import (
	"hash/maphash"

	"msnscope/captures/event"
)

// fewConns is how many connections of a session are told anew with each change of
// it: nothing is kept of those here.
const fewConns = 32

// connsTold is what a page was told of a session's connections: by id, a hash of
// the JSON.
type connsTold map[int64]uint64

var connsSeed = maphash.MakeSeed()

// append appends the JSON of a session, with "kept" true where the page keeps the
// connections that are not in it. What it knows then is put into now.
func (t connsTold) append(b []byte, s *event.Session, conns []event.Connection, now map[int64]connsTold) []byte {
	if len(conns) <= fewConns {
		delete(now, s.ID)
		return event.AppendSession(b, s, conns)
	}
	told := make(connsTold, len(conns))
	var changed []event.Connection
	var text []byte
	stay := 0
	for i := range conns {
		c := &conns[i]
		text = event.AppendConnection(text[:0], c)
		told[c.ID] = maphash.Bytes(connsSeed, text)
		was, known := t[c.ID]
		if known {
			stay++
		}
		if !known || was != told[c.ID] {
			changed = append(changed, *c)
		}
	}
	now[s.ID] = told
	if len(t) == 0 || stay < len(t) { // all are new, or some are of another session now
		return event.AppendSession(b, s, conns)
	}
	b = event.AppendSession(b, s, changed)
	return append(b[:len(b)-1], `,"kept":true}`...)
}
