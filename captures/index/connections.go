// This file is the connections of a capture.

package index

import (
	"cmp"
	"database/sql"
	"slices"

	"msnscope/captures/event"
)

// kept is a connection with where its events are.
type kept struct {
	event.Connection
	first int64 // number of its first event known here, 0 if none
	last  int64 // of its last one; 0 if not known, and of no use while it is open
}

// parties are the connections and sessions of a capture.
type parties struct {
	conns    roll[kept]
	sessions roll[event.Session]
	moved    changes // events that are of another session than they were
	grouping int     // grows when a connection is new or gets another session
	chatting
}

// settleParties takes what has ended and is in SQLite out of memory, but for so
// many of each. x.mu is held for writing.
func (c *Capture) settleParties(but int) {
	if c.state.Finished {
		but = 0
	}
	c.conns.settle(but, func(p *kept) bool { return p.Closed == 0 })
	c.sessions.settle(but, func(v *event.Session) bool { return v.Live })
}

// connections reads connections from SQLite.
func (r *reader) connections(lo, hi int64, put func(id int64, p *kept)) error {
	return eachMember(r.conns, lo, hi, func(m member) error {
		p, err := decodeConnection(m.id, m.blob)
		put(m.id, &p)
		return err
	})
}

// each calls f for the rows of a statement that asks for ids from lo up to hi.
func each(stmt *sql.Stmt, lo, hi int64, f func(id int64, blob []byte) error) error {
	rows, err := stmt.Query(lo, hi)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id int64
	var blob sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &blob); err != nil {
			return err
		}
		if err := f(id, blob); err != nil {
			return err
		}
	}
	return rows.Err()
}

// conn returns connection k, nil if there is none. It must not be changed. x.mu is
// held.
func (c *Capture) conn(k int64) (*kept, error) {
	if p := c.conns.new(k); p != nil || k < 1 || k > c.conns.top {
		return p, nil
	}
	r, err := recall(c, &c.x.conns, k/runLength, true, (*reader).connections)
	if err != nil {
		return nil, err
	}
	return r.at[k%runLength], nil
}

// eachConn calls f for all connections in order of ids. It locks the index for a
// few at a time.
func (c *Capture) eachConn(f func(k int64, p *kept)) error {
	for i := int64(0); ; i++ {
		if more, err := c.connsOf(i, f); !more {
			return err
		}
	}
}

func (c *Capture) connsOf(i int64, f func(k int64, p *kept)) (more bool, err error) {
	more, err = c.runOfConns(i, f)
	if err != nil {
		err = c.failed(err)
	}
	return more && err == nil, err
}

func (c *Capture) runOfConns(i int64, f func(k int64, p *kept)) (more bool, err error) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	if i*runLength > c.conns.top {
		return false, nil
	}
	r, err := recall(c, &c.x.conns, i, false, (*reader).connections)
	if err != nil {
		return false, err
	}
	now := at(c.conns.runs, i)
	for j := range int64(runLength) {
		p := r.at[j]
		if now != nil && now.at[j] != nil {
			p = now.at[j]
		}
		if p != nil {
			f(i*runLength+j, p)
		}
	}
	return true, nil
}

// changeable returns connection k, in memory, to be changed and written; nil if
// there is none so far. x.mu is held for writing.
func (c *Capture) changeable(k int64) (*kept, error) {
	if p := c.conns.new(k); p != nil {
		return p, nil
	}
	p, err := c.conn(k)
	if p == nil || err != nil {
		return nil, err
	}
	mine := *p
	c.conns.put(k, &mine)
	return &mine, nil
}

// setConnection takes a connection as it is now, and tells of the sessions that
// this changes: the follower tells open connections again and again, changed or
// not.
func (c *Capture) setConnection(v *event.Connection) error {
	k := within(v.ID, int64(c.number))
	if k == 0 {
		return nil
	}
	p, err := c.changeable(k)
	if err != nil {
		return err
	}
	if p == nil {
		p = new(kept)
		c.conns.put(k, p)
		c.conns.appears(k)
	}
	if c.becomes(p, v) {
		c.conns.change(k)
	}
	return nil
}

// becomes sets a connection to how it is now, and reports whether that is a change.
func (c *Capture) becomes(p *kept, v *event.Connection) bool {
	if sameConnection(&p.Connection, v) {
		return false
	}
	c.chatChanges(&p.Connection, v)
	before := p.Session
	if before != v.Session {
		c.grouping++
		if p.first != 0 {
			c.moved.add(p.first)
		}
	}
	p.Connection = *v
	for _, session := range [...]int64{before, v.Session} {
		if session != 0 {
			c.x.sessionChanged(session)
		}
		if before == v.Session {
			break
		}
	}
	return true
}

// loadConnection takes a connection that another process has written. How it was
// before is known while it is open; of others, all may have changed.
func (c *Capture) loadConnection(p *kept) {
	k := within(p.ID, int64(c.number))
	mine := c.conns.new(k)
	if mine == nil {
		mine = new(kept)
	}
	mine.first, mine.last = p.first, p.last
	c.becomes(mine, &p.Connection)
	if readAnew(c, &c.x.conns, k); p.Closed == 0 {
		c.conns.put(k, mine)
	} else {
		c.conns.forget(k)
	}
}

// sameConnection reports whether a connection is told without a change. Who has
// come is only added to, and a transfer that changes is another one.
func sameConnection(a, b *event.Connection) bool {
	return a.Events == b.Events && a.Bytes == b.Bytes && a.ID == b.ID && a.Session == b.Session &&
		a.Role == b.Role && a.Dialect == b.Dialect && a.Live == b.Live && a.MSNP == b.MSNP &&
		a.Client == b.Client && a.Server == b.Server && a.Opened == b.Opened && a.Closed == b.Closed &&
		a.Account == b.Account && a.Chat == b.Chat && a.How == b.How && a.Via == b.Via &&
		len(a.People) == len(b.People) && a.File == b.File
}

// seen notes that a connection has event n, which may be its first.
func (c *Capture) seen(k, n int64) error {
	p, err := c.changeable(k)
	if p == nil || err != nil {
		return err
	}
	if p.first == 0 {
		p.first = n
	}
	p.last = n
	if p.Closed != 0 { // what was stored has ended too early
		c.conns.change(k)
	}
	return nil
}

// Connection returns one connection. What it points to must not be changed.
func (x *Index) Connection(id int64) (event.Connection, bool) {
	x.mu.RLock()
	c := x.capture(id / event.ConnectionsPerCapture)
	x.mu.RUnlock()
	if c == nil {
		return event.Connection{}, false
	}
	p, ok := c.kept(within(id, int64(c.number)))
	return p.Connection, ok
}

func (c *Capture) kept(k int64) (v kept, ok bool) {
	c.x.mu.RLock()
	p, err := c.conn(k)
	if p != nil {
		v = *p
	}
	c.x.mu.RUnlock()
	if err != nil {
		c.failed(err) // reported
	}
	return v, p != nil && err == nil
}

// Connections returns the connections of a session (0: all) in order of ids. What
// they point to must not be changed.
func (x *Index) Connections(session int64) []event.Connection {
	var all []event.Connection
	if session == 0 {
		for _, c := range x.Captures() {
			all = append(all, c.Connections()...)
		}
	} else if v, ok := x.Session(session); ok {
		for _, id := range v.Conns {
			if conn, ok := x.Connection(id); ok {
				all = append(all, conn)
			}
		}
	}
	sortByID(all, func(v *event.Connection) int64 { return v.ID })
	return all
}

// Connections returns the connections of the capture in order of ids.
func (c *Capture) Connections() []event.Connection {
	var all []event.Connection
	c.EachConnection(func(v *event.Connection) { all = append(all, *v) })
	return all
}

// EachConnection calls f for the connections of the capture in order of ids. f must
// be quick, must not ask the index for anything, and changes nothing.
func (c *Capture) EachConnection(f func(v *event.Connection)) {
	c.eachConn(func(_ int64, p *kept) { f(&p.Connection) }) // an error is reported
}

// Session returns the session of a connection of the capture, 0 if none.
func (c *Capture) Session(connection int64) int64 {
	p, _ := c.kept(within(connection, int64(c.number)))
	return p.Session
}

// SessionsOf appends the session of each event of the block to dst.
func (c *Capture) SessionsOf(b *Block, dst []int64) []int64 {
	type known struct{ k, session int64 }
	var memory [64]known // the block's events are of a few connections, mixed
	c.x.mu.RLock()
	var failed error
	for i := range b.rows {
		k := int64(b.rows[i].conn)
		m := &memory[k%int64(len(memory))]
		if k != m.k {
			*m = known{k: k}
			p, err := c.conn(k)
			if p != nil {
				m.session = p.Session
			}
			failed = cmp.Or(failed, err)
		}
		dst = append(dst, m.session)
	}
	c.x.mu.RUnlock()
	if failed != nil {
		c.failed(failed) // reported
	}
	return dst
}

// Members returns the connections of a session as their ids within the
// capture. It is nil, true if nothing has changed since the call that returned
// known.
func (c *Capture) Members(session int64, known int) (ks []int64, grouping int, same bool) {
	c.x.mu.RLock()
	grouping = c.grouping
	c.x.mu.RUnlock()
	if grouping == known {
		return nil, known, true
	}
	v, _ := c.x.Session(session)
	for _, id := range v.Conns {
		if k := within(id, int64(c.number)); c.Session(id) == session {
			ks = append(ks, k)
		}
	}
	slices.Sort(ks)
	return ks, grouping, false
}

// Span is a run of event numbers.
type Span struct{ First, Last int64 }

// Spans appends to dst between which events of the capture a connection, given
// as its id within it, has said something.
func (c *Capture) Spans(ks []int64, dst []Span) []Span {
	for _, k := range ks {
		s := Span{0, 1<<63 - 1}
		if p, ok := c.kept(k); ok {
			s.First = p.first
			if p.Closed != 0 && p.last != 0 {
				s.Last = p.last
			}
		}
		dst = append(dst, s)
	}
	return dst
}

// Moved returns the number of the first event that is of another session than
// it was, given the count of changes that the caller knew of; 0 if there is none.
// A connection may show only after some events to which session it belongs.
func (c *Capture) Moved(known int64) (first, count int64) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.moved.since(known)
}

// Parties returns how many connections and sessions there are.
func (c *Capture) Parties() (connections, sessions int) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return int(c.conns.count), int(c.sessions.count)
}
