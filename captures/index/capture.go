// This file is a capture as the index knows it: its blocks, connections and
// sessions.

package index

import (
	"sort"

	"msnscope/captures/event"
)

// State is what is remembered of a capture from one run to the next. A capture
// that is not Finished is read again from Offset on, with ids numbered on from
// Events, Connections and Sessions; what is already stored is dropped.
type State struct {
	Name        string // of the file
	Live        bool   // recorded by a proxy here
	Offset      int64  // where the file can be read on from
	Events      int64  // counts before Offset
	Connections int64
	Sessions    int64
	Finished    bool  // everything up to Size is indexed
	Size        int64 // of the file when it was Finished
	Packets     int64 // of a whole import
}

// Capture is one capture in the index.
type Capture struct {
	x      *Index
	number int
	born   int64 // commit that created it
	// The rest is guarded by x.mu.
	state    State
	saved    bool     // state is in SQLite
	entries  []*entry // its blocks in order, without holes
	count    int64    // events
	errors   int64
	parties                      // connections and sessions
	answers  changes             // requests that got their answer
	dirtyF   map[*entry]struct{} // blocks of which only the facts have to be written
	replaced bool                // it is no longer in the index
}

// entry is a block in the directory of a capture.
type entry struct {
	first int64 // number of its first event within the capture, from 1
	facts Facts
	tally tally
	mem   *Block // while it is not (wholly) in SQLite
	saved int    // how many of its events are
}

// end returns the number after the block's last event.
func (e *entry) end() int64 { return e.first + int64(e.facts.Count) }

// parties are the connections and sessions of a capture, by their id within it.
type parties struct {
	conns     []*connection // nil where there is none
	sessions  []*event.Session
	moves     []int64                // see Capture.Moved
	chatting  changes                // the same of chats; see Capture.ChatChanged
	chatFirst map[string]*connection // of each chat one that has its first event
	grouping  int                    // grows when a connection is new or gets another session
	dirtyC    map[int64]struct{}
	dirtyS    map[int64]struct{}
}

type connection struct {
	event.Connection
	first int64 // number of its first event known here, 0 if none
	last  int64 // of its last one; 0 if not known, and of no use while it is open
}

// Number returns the capture's number.
func (c *Capture) Number() int { return c.number }

// base is the id of the event before the first.
func (c *Capture) base() int64 { return int64(c.number) * event.EventsPerCapture }

func (c *Capture) partyBase() int64 { return int64(c.number) * event.ConnectionsPerCapture }

// ID returns the id of event n of the capture.
func (c *Capture) ID(n int64) int64 { return c.base() + n }

// State returns what is remembered of the capture.
func (c *Capture) State() State {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.state
}

// Status is how far a capture has been indexed.
type Status struct {
	Events   int64
	Errors   int64 // error replies
	Moves    int   // length of the list of Moves
	Replaced bool  // the index knows it no more: it was removed or is rebuilt
}

// Status returns how far the capture has been indexed.
func (c *Capture) Status() Status {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return Status{Events: c.count, Errors: c.errors, Moves: len(c.moves), Replaced: c.replaced}
}

// Moved returns the number of the first event that is of another session than
// it was, given how many moves the caller knew of; 0 if there is none. A
// connection may show only after some events to which session it belongs.
func (c *Capture) Moved(known int) (first int64, moves int) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, n := range c.moves[min(known, len(c.moves)):] {
		if first == 0 || n < first {
			first = n
		}
	}
	return first, len(c.moves)
}

// Members returns the connections of a session as their ids within the
// capture. It is nil, true if nothing has changed since the call that returned
// known.
func (c *Capture) Members(session int64, known int) (ks []int64, grouping int, same bool) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	if c.grouping == known {
		return nil, known, true
	}
	for k, v := range c.conns {
		if v != nil && v.Session == session {
			ks = append(ks, int64(k))
		}
	}
	return ks, c.grouping, false
}

// Parties returns how many connections and sessions there are.
func (c *Capture) Parties() (connections, sessions int) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, v := range c.conns {
		if v != nil && v.ID != 0 {
			connections++
		}
	}
	for _, v := range c.sessions {
		if v != nil {
			sessions++
		}
	}
	return connections, sessions
}

// EachConnection calls f for the connections of the capture in order of ids,
// with the number of the first event known of each, 0 if there is none. f must
// be quick, and keep no pointer.
func (c *Capture) EachConnection(f func(v *event.Connection, first int64)) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, v := range c.conns {
		if v != nil && v.ID != 0 {
			f(&v.Connection, v.first)
		}
	}
}

// Ref names a block.
type Ref struct {
	First int64 // number of its first event within the capture
	Facts Facts
	entry *entry
}

// End returns the number after the block's last event.
func (r *Ref) End() int64 { return r.First + int64(r.Facts.Count) }

// Find returns the block that holds event n of the capture.
func (c *Capture) Find(n int64) (Ref, bool) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	e := c.find(n)
	if e == nil {
		return Ref{}, false
	}
	return Ref{First: e.first, Facts: e.facts, entry: e}, true
}

func (c *Capture) find(n int64) *entry {
	if n < 1 || n > c.count {
		return nil
	}
	i := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].end() > n })
	return c.entries[i]
}

// Next returns the first block from event n on that accept wants. It may be
// called with many blocks in one go: accept must be quick.
func (c *Capture) Next(n int64, accept func(*Facts) bool) (Ref, bool) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	i := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].end() > n })
	for ; i < len(c.entries); i++ {
		if e := c.entries[i]; accept(&e.facts) {
			return Ref{First: e.first, Facts: e.facts, entry: e}, true
		}
	}
	return Ref{}, false
}

// Previous returns the last block up to event n that accept wants.
func (c *Capture) Previous(n int64, accept func(*Facts) bool) (Ref, bool) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	i := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].end() > n })
	for i = min(i, len(c.entries)-1); i >= 0; i-- {
		if e := c.entries[i]; accept(&e.facts) {
			return Ref{First: e.first, Facts: e.facts, entry: e}, true
		}
	}
	return Ref{}, false
}

// SessionsOf appends the session of each event of the block to dst.
func (c *Capture) SessionsOf(b *Block, dst []int64) []int64 {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for i := range b.rows {
		dst = append(dst, c.sessionOf(int64(b.rows[i].conn)))
	}
	return dst
}

func (c *Capture) sessionOf(k int64) int64 {
	if k < int64(len(c.conns)) && c.conns[k] != nil {
		return c.conns[k].Session
	}
	return 0
}

// connection returns the place of a connection, made if need be.
func (c *Capture) connection(id int64) *connection {
	k := within(id, int64(c.number))
	for int64(len(c.conns)) <= k {
		c.conns = append(c.conns, nil)
	}
	if c.conns[k] == nil {
		c.conns[k] = &connection{}
	}
	return c.conns[k]
}

// setConnection takes a connection as it is now.
func (c *Capture) setConnection(v event.Connection) {
	if within(v.ID, int64(c.number)) == 0 {
		return
	}
	p := c.connection(v.ID)
	c.chatChanges(p, &v)
	if p.Session != v.Session {
		c.grouping++
		if p.first != 0 {
			c.moves = append(c.moves, p.first)
		}
	}
	p.Connection = v
}

func (c *Capture) setSession(v event.Session) {
	k := within(v.ID, int64(c.number))
	if k == 0 {
		return
	}
	for int64(len(c.sessions)) <= k {
		c.sessions = append(c.sessions, nil)
	}
	c.sessions[k] = &v
}

func (c *Capture) dirtyConnection(k int64) {
	if c.dirtyC == nil {
		c.dirtyC = map[int64]struct{}{}
	}
	c.dirtyC[k] = struct{}{}
}

// seen notes that a connection has event n, which may be its first.
func (c *Capture) seen(k uint32, n int64) {
	if k == 0 {
		return
	}
	p := c.connection(c.partyBase() + int64(k))
	if p.first == 0 {
		p.first = n
	}
	p.last = n
	if p.Closed != 0 { // what was stored has ended too early
		c.dirtyConnection(int64(k))
	}
}
