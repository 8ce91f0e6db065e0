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
	tally tally
}

// moment is all that a commit writes.
type moment struct {
	rev      int64
	blocks   []saving
	facts    []saving // blocks already written, of which the facts have changed
	conns    []connection
	sessions []*event.Session
	captures map[*Capture]State
}

// commit writes everything that is not in SQLite yet.
func (x *Index) commit() error {
	m := x.moment()
	if m == nil {
		return nil
	}
	err := sqlError(x.write(m))
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
		if s.block.full() {
			if s.c.state.Live { // somebody may be watching its end
				x.recent.put(s.e.mem)
			}
			s.e.mem = nil
			x.sealed--
		}
	}
	for c := range m.captures {
		if i := len(c.entries) - 1; i >= 0 && c.state.Finished && c.entries[i].saved == c.entries[i].facts.Count {
			c.entries[i].mem = nil
		}
	}
	x.rev = m.rev
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
	m := &moment{rev: x.rev + 1, captures: map[*Capture]State{}}
	for _, c := range x.captures {
		if !c.saved {
			m.captures[c] = c.state
			c.saved = true
		}
		first := len(c.entries)
		for first > 0 && c.entries[first-1].saved < c.entries[first-1].facts.Count {
			first--
		}
		for _, e := range c.entries[first:] {
			m.blocks = append(m.blocks, saving{c, e, *e.mem, e.facts, slices.Clone(e.tally)})
		}
		for e := range c.dirtyF {
			m.facts = append(m.facts, saving{c: c, e: e, facts: e.facts, tally: slices.Clone(e.tally)})
		}
		for k := range c.dirtyC {
			m.conns = append(m.conns, *c.conns[k])
		}
		for k := range c.dirtyS {
			m.sessions = append(m.sessions, c.sessions[k])
		}
		clear(c.dirtyF)
		clear(c.dirtyC)
		clear(c.dirtyS)
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
			c.dirtyConnection(within(id, int64(c.number)))
		}
	}
	for _, s := range m.sessions {
		if c := x.capture(s.ID / event.ConnectionsPerCapture); c != nil {
			c.dirtyS[within(s.ID, int64(c.number))] = struct{}{}
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
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT OR REPLACE INTO captures VALUES (?, ?, ?)", c.number, c.born, string(text)); err != nil {
			return err
		}
	}
	err = prepared(tx, [2]string{"INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", "INSERT OR REPLACE INTO facts VALUES (?, ?, ?)"}, len(m.blocks),
		func(stmt [2]*sql.Stmt, i int) error {
			s := &m.blocks[i]
			head, body := s.block.encode(&x.flushing.s)
			if _, err := stmt[0].Exec(s.block.First, head, body); err != nil {
				return err
			}
			_, err := stmt[1].Exec(s.block.First, m.rev, s.tally.encode(s.facts.encode()))
			return err
		})
	if err != nil {
		return err
	}
	err = prepared(tx, [2]string{"UPDATE facts SET rev = ?, facts = ? WHERE first = ?"}, len(m.facts),
		func(stmt [2]*sql.Stmt, i int) error {
			s := &m.facts[i]
			_, err := stmt[0].Exec(m.rev, s.tally.encode(s.facts.encode()), s.c.ID(s.e.first))
			return err
		})
	if err != nil {
		return err
	}
	var blob []byte
	err = prepared(tx, [2]string{"INSERT OR REPLACE INTO connections VALUES (?, ?, ?)"}, len(m.conns),
		func(stmt [2]*sql.Stmt, i int) error {
			blob = encodeConnection(blob[:0], &m.conns[i])
			_, err := stmt[0].Exec(m.conns[i].ID, m.rev, blob)
			return err
		})
	if err != nil {
		return err
	}
	err = prepared(tx, [2]string{"INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)"}, len(m.sessions),
		func(stmt [2]*sql.Stmt, i int) error {
			blob = encodeSession(blob[:0], m.sessions[i])
			_, err := stmt[0].Exec(m.sessions[i].ID, m.rev, blob)
			return err
		})
	if err != nil {
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

// Drop removes a capture from the index.
func (x *Index) Drop(c *Capture) error {
	x.mu.Lock()
	x.discardWaiting(c)
	x.mu.Unlock()
	return x.do(context.Background(), func() error {
		if err := x.commit(); err != nil {
			return err
		}
		return sqlError(x.delete(c))
	})
}

func (x *Index) delete(c *Capture) error {
	x.mu.RLock()
	rev := x.rev + 1
	x.mu.RUnlock()
	tx, err := x.w.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	lo, hi := c.base(), c.base()+event.EventsPerCapture
	plo, phi := c.partyBase(), c.partyBase()+event.ConnectionsPerCapture
	for _, d := range []struct {
		text   string
		lo, hi int64
	}{
		{"DELETE FROM captures WHERE number >= ? AND number < ?", int64(c.number), int64(c.number) + 1},
		{"DELETE FROM facts WHERE first >= ? AND first < ?", lo, hi},
		{"DELETE FROM blocks WHERE first >= ? AND first < ?", lo, hi},
		{"DELETE FROM connections WHERE id >= ? AND id < ?", plo, phi},
		{"DELETE FROM sessions WHERE id >= ? AND id < ?", plo, phi},
		{"UPDATE meta SET value = ? WHERE ? > 0 AND key = 'rev'", rev, 1},
	} {
		if _, err := tx.Exec(d.text, d.lo, d.hi); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	x.mu.Lock()
	x.rev = rev
	x.mu.Unlock()
	return nil
}

// discardWaiting takes a capture out of the directory, with what waits for
// SQLite. x.mu is held.
func (x *Index) discardWaiting(c *Capture) {
	for _, e := range c.entries {
		if e.mem != nil && e.mem.full() {
			x.sealed--
		}
	}
	x.discard(c)
	x.room.Broadcast()
}
