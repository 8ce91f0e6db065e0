// This file writes what is new into SQLite: one goroutine, a commit a few
// times a second at most, each of which holds everything there was when it
// began. So what is in SQLite is always the state of one moment.

package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"msnscope/captures/event"
)

const (
	// commitDelay is how long the first event after a commit waits for the
	// next: what a crash makes us read again, and how far other processes are
	// behind.
	commitDelay = 500 * time.Millisecond
	// retryDelay is the pause after a commit that failed (disk full).
	retryDelay = time.Second
)

// ErrClosed is returned for what needs an index that is open.
var ErrClosed = errors.New("the index is closed")

type flusher struct {
	wake  chan struct{} // one slot: something is dirty
	haste chan struct{} // one slot: do not wait out commitDelay
	jobs  chan job      // to be done between commits
	quit  chan struct{}
	done  chan struct{}
	s     scratch
}

type job struct {
	do     func() error
	answer chan error // one slot
}

// touch notes a change that has to be written. x.mu is held.
func (x *Index) touch() {
	if !x.dirty {
		x.dirty = true
		signal(x.flushing.wake)
	}
	x.notify()
}

// hurry asks for a commit at once.
func (x *Index) hurry() { signal(x.flushing.haste) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (x *Index) startFlushing() {
	x.flushing = flusher{
		wake: make(chan struct{}, 1), haste: make(chan struct{}, 1),
		jobs: make(chan job), quit: make(chan struct{}), done: make(chan struct{}),
	}
	go x.flushLoop()
}

// stopFlushing commits what there is and ends the goroutine.
func (x *Index) stopFlushing() error {
	if x.flushing.quit == nil {
		return nil
	}
	select {
	case <-x.flushing.done: // closed before
		return nil
	default:
	}
	err := x.Sync(context.Background())
	x.mu.Lock()
	x.closed = true // releases writers that wait for room
	x.room.Broadcast()
	x.mu.Unlock()
	close(x.flushing.quit)
	<-x.flushing.done
	return err
}

// Sync commits what there is.
func (x *Index) Sync(ctx context.Context) error { return x.do(ctx, x.commit) }

// do has f run between commits.
func (x *Index) do(ctx context.Context, f func() error) error {
	answer := make(chan error, 1)
	select {
	case x.flushing.jobs <- job{f, answer}:
	case <-x.flushing.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (x *Index) flushLoop() {
	f := &x.flushing
	defer close(f.done)
	delay := time.NewTimer(0)
	delay.Stop()
	defer delay.Stop()
	failed := false
	for {
		work := job{do: x.commit, answer: make(chan error, 1)}
		select {
		case <-f.quit:
			return
		case <-f.wake:
			delay.Reset(commitDelay)
			continue
		case <-delay.C:
		case <-f.haste:
			if failed {
				continue // the timer is running
			}
		case work = <-f.jobs:
		}
		err := work.do()
		if err != nil && !failed {
			slog.Error("The index cannot be written; trying on", "path", x.path, "error", err)
		}
		if failed = err != nil; failed {
			x.report(err)
			delay.Reset(retryDelay)
		}
		work.answer <- err
	}
}

// saving is a block as it was at the moment of a commit.
type saving struct {
	c     *Capture
	e     *entry
	block Block
	facts Facts
}

// factsNow are the facts of a block at this moment.
func (e *entry) factsNow() Facts {
	f := e.facts
	f.tally = slices.Clone(f.tally)
	return f
}

// moment is all that a commit writes.
type moment struct {
	rev      int64
	blocks   []saving
	facts    []saving // blocks already written, of which the facts have changed
	conns    []kept
	sessions []*event.Session
	captures map[*Capture]captureRow
}

// captureRow is a capture itself.
type captureRow struct {
	state State
	sums  []byte
}

// commit writes everything that is not in SQLite yet.
func (x *Index) commit() error {
	m := x.moment()
	if m == nil {
		return nil
	}
	return x.finish(m, x.write(m))
}

// finish takes note of what was written, or that it could not be.
func (x *Index) finish(m *moment, err error) error {
	err = sqlError(err)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil {
		x.putBack(m)
		return err
	}
	for i := range m.blocks {
		s := &m.blocks[i]
		if s.c.replaced {
			continue
		}
		s.e.saved = s.facts.Count
		s.e.facts.skips, s.e.facts.skipped = s.facts.skips, s.facts.skipped
		if s.block.full() {
			if s.c.state.Live && x.recent.watched() { // its end, probably
				x.recent.put(s.e.mem)
			}
			s.e.mem = nil
			x.sealed--
		}
	}
	x.rev = m.rev
	for i := range m.conns {
		id := m.conns[i].ID
		if c := x.capture(id / event.ConnectionsPerCapture); c != nil {
			k := within(id, int64(c.number))
			readAnew(c, &x.conns, k)
			c.conns.end(k)
		}
	}
	for _, s := range m.sessions {
		if c := x.capture(s.ID / event.ConnectionsPerCapture); c != nil {
			k := within(s.ID, int64(c.number))
			readAnew(c, &x.sessions, k)
			c.sessions.end(k)
		}
	}
	for c := range m.captures {
		if c.replaced {
			continue
		}
		if e := c.shelves.tail; e != nil && c.state.Finished && e.saved == e.facts.Count {
			e.mem = nil
			c.grows(nil)
		}
		c.settle()
		c.settleParties(newlyEnded)
	}
	x.room.Broadcast()
	return nil
}

// moment takes what is not in SQLite; nil if there is nothing.
func (x *Index) moment() *moment {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.dirty {
		return nil
	}
	x.dirty = false
	m := &moment{rev: x.rev + 1, captures: map[*Capture]captureRow{}}
	for _, c := range x.captures {
		for _, s := range c.written() {
			for _, e := range s.entries {
				if e.saved < e.facts.Count {
					m.blocks = append(m.blocks, saving{c, e, *e.mem, e.factsNow()})
					c.saved = false
				}
			}
		}
		for e := range c.shelves.open {
			if e.saved < e.facts.Count {
				continue // with its block
			}
			m.facts = append(m.facts, saving{c: c, e: e, facts: e.factsNow()})
		}
		if !c.saved || len(c.shelves.open)+len(c.conns.dirty)+len(c.sessions.dirty) > 0 {
			m.captures[c] = captureRow{c.state, c.encodeSums()}
			c.saved = true
		}
		for k := range c.conns.dirty {
			m.conns = append(m.conns, *c.conns.new(k))
		}
		for k := range c.sessions.dirty {
			m.sessions = append(m.sessions, c.sessions.new(k))
		}
		clear(c.shelves.open)
		clear(c.conns.dirty)
		clear(c.sessions.dirty)
	}
	return m
}

// putBack marks what could not be written as dirty again.
func (x *Index) putBack(m *moment) {
	x.dirty = true
	for c := range m.captures {
		c.saved = false
	}
	for i := range m.facts {
		m.facts[i].c.dirtyFacts(m.facts[i].e)
	}
	for i := range m.conns {
		id := m.conns[i].ID
		if c := x.capture(id / event.ConnectionsPerCapture); c != nil {
			c.conns.change(within(id, int64(c.number)))
		}
	}
	for _, s := range m.sessions {
		if c := x.capture(s.ID / event.ConnectionsPerCapture); c != nil {
			c.sessions.change(within(s.ID, int64(c.number)))
		}
	}
}

func (x *Index) write(m *moment) error {
	tx, err := x.w.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for c, s := range m.captures {
		text, err := json.Marshal(s.state)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT OR REPLACE INTO captures VALUES (?, ?, ?, ?)", c.number, c.born, string(text), s.sums); err != nil {
			return err
		}
	}
	err = prepared(tx, [2]string{"INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)"}, len(m.blocks),
		func(stmt [2]*sql.Stmt, i int) error {
			s := &m.blocks[i]
			s.facts.complete(&s.block)
			head, body := s.block.encode(&x.flushing.s)
			if _, err := stmt[0].Exec(s.block.First, head, body); err != nil {
				return err
			}
			_, err := stmt[1].Exec(s.block.First, m.rev, s.facts.encode())
			return err
		})
	if err != nil {
		return err
	}
	err = prepared(tx, [2]string{"UPDATE facts SET rev = ?, facts = ? WHERE first = ?"}, len(m.facts),
		func(stmt [2]*sql.Stmt, i int) error {
			s := &m.facts[i]
			_, err := stmt[0].Exec(m.rev, s.facts.encode(), s.c.ID(s.e.first))
			return err
		})
	if err != nil {
		return err
	}
	var changed []member
	for i := range m.conns {
		changed = append(changed, member{id: m.conns[i].ID, blob: encodeConnection(nil, &m.conns[i])})
	}
	if err := writeMembers(tx, "connections", m.rev, changed); err != nil {
		return err
	}
	changed = changed[:0]
	for _, s := range m.sessions {
		changed = append(changed, member{id: s.ID, blob: encodeSession(nil, s)})
	}
	if err := writeMembers(tx, "sessions", m.rev, changed); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE meta SET value = ? WHERE key = 'rev'", m.rev); err != nil {
		return err
	}
	return tx.Commit()
}

// prepared runs f n times with statements prepared once.
func prepared(tx *sql.Tx, texts [2]string, n int, f func(stmt [2]*sql.Stmt, i int) error) error {
	if n == 0 {
		return nil
	}
	var stmts [2]*sql.Stmt
	for i, text := range texts {
		if text == "" {
			continue
		}
		s, err := tx.Prepare(text)
		if err != nil {
			return err
		}
		defer s.Close()
		stmts[i] = s
	}
	for i := range n {
		if err := f(stmts, i); err != nil {
			return err
		}
	}
	return nil
}
