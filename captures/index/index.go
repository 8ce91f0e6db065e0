// This file is the Index: opening and closing it, and its directory of
// captures.

package index

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"msnscope/captures/event"
)

// Options says how to open an index.
type Options struct {
	// ReadOnly follows what another process commits: see Index.Poll.
	ReadOnly bool
	// Finished says of a ReadOnly one that nobody will make it: what cannot be
	// read is an error.
	Finished bool
	// Damaged is called, once and in a goroutine of its own, when damage is
	// found in an index that is in use. It may be nil.
	Damaged func(error)
	// SessionChanged is called for every change of a session or of one of its
	// connections, 0 standing for any of them. The index is locked meanwhile. It
	// may be nil.
	SessionChanged func(id int64)
}

// Index is an open index.
type Index struct {
	path string
	opts Options

	mu        sync.RWMutex
	captures  []*Capture // in the order of views, see compare
	room      *sync.Cond // on mu: sealed has shrunk, or the index is closed
	kindsKept int        // bytes
	sealed    int        // full blocks that wait for SQLite
	dirty     bool       // something waits for SQLite
	closed    bool
	rev       int64 // of the last commit (ReadOnly: seen)
	sessRev   int64
	changed   chan struct{} // nil when nobody waits
	rd        *reader       // nil: there is no index yet (ReadOnly)

	// What is read back while mu is held. Who has a connection of rd does not
	// wait for mu.
	cold      sync.Mutex
	factsKept int // bytes
	conns     recalled[kept]
	sessions  recalled[event.Session]

	w        *sql.DB
	flushing flusher
	recent   recent
	damage   sync.Once
}

// Open opens the index at path. One that is missing, damaged or of another
// version is begun anew, empty; ReadOnly it is empty until another process has
// made one that can be read.
func Open(path string, o Options) (*Index, error) {
	x := &Index{path: path, opts: o}
	x.room = sync.NewCond(&x.mu)
	if o.ReadOnly {
		_, err := x.Poll(context.Background())
		return x, err
	}
	err := x.open()
	if errors.Is(err, ErrDamaged) {
		slog.Warn("The index is rebuilt from the captures", "path", path, "reason", err)
		if err := Remove(path); err != nil {
			return nil, err
		}
		err = x.open()
	}
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", path, err)
	}
	x.startFlushing()
	return x, nil
}

func (x *Index) open() (err error) {
	if x.w, err = openWriter(x.path); err != nil {
		return err
	}
	if x.rd, err = openReader(x.path); err != nil {
		return errors.Join(err, x.w.Close())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.captures = nil
	if err := x.load(context.Background(), x.rd.db, -1); err != nil {
		return errors.Join(sqlError(err), x.rd.Close(), x.w.Close())
	}
	return nil
}

// Close writes what is not yet written and closes the index.
func (x *Index) Close() error {
	err := x.stopFlushing()
	x.mu.Lock()
	x.closed = true
	x.notify()
	x.room.Broadcast()
	rd := x.rd
	x.mu.Unlock()
	if rd != nil {
		err = errors.Join(err, rd.Close())
	}
	if x.w != nil {
		err = errors.Join(err, x.w.Close())
	}
	return err
}

// load reads what commits after rev have changed into the directory, which is
// locked: captures, block facts, connections and sessions.
func (x *Index) load(ctx context.Context, db *sql.DB, rev int64) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one commit's state
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var now int64
	if err := tx.QueryRow("SELECT value FROM meta WHERE key = 'rev'").Scan(&now); err != nil {
		return err
	}
	if err := x.loadCaptures(tx); err != nil {
		return err
	}
	var id int64
	var blob sql.RawBytes
	each := func(query string, f func(c *Capture) error, per int64) error {
		rows, err := tx.Query(query, rev)
		if err != nil {
			return err
		}
		defer rows.Close()
		var c *Capture
		for rows.Next() {
			if err := rows.Scan(&id, &blob); err != nil {
				return err
			}
			if c == nil || int64(c.number) != id/per {
				c = x.capture(id / per)
			}
			if c == nil {
				return damaged("rows of capture %d, which is not known", id/per)
			}
			if err := f(c); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	if rev < 0 { // all is read when it is wanted
		x.rev = now
		x.sessionChanged(0)
		return nil
	}
	var all []member
	changed := func(f func(m member) error) (err error) {
		if all, err = members(all[:0], id, blob); err != nil {
			return err
		}
		for _, m := range all {
			if m.rev > rev {
				if err := f(m); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err = each("SELECT id, data FROM connections WHERE rev > ? ORDER BY id", func(c *Capture) error {
		return changed(func(m member) error {
			p, err := decodeConnection(m.id, m.blob)
			if err == nil {
				c.loadConnection(&p)
			}
			return err
		})
	}, event.ConnectionsPerCapture)
	if err == nil {
		err = each("SELECT id, data FROM sessions WHERE rev > ? ORDER BY id", func(c *Capture) error {
			return changed(func(m member) error {
				readAnew(c, &x.sessions, within(m.id, int64(c.number)))
				x.sessionChanged(m.id)
				return nil
			})
		}, event.ConnectionsPerCapture)
	}
	if err == nil {
		err = each("SELECT first, facts FROM facts WHERE rev > ? ORDER BY first", func(c *Capture) error {
			f, err := decodeFacts(blob)
			if err != nil {
				return err
			}
			return c.setFacts(id-c.base(), f)
		}, event.EventsPerCapture)
	}
	x.rev = now
	return err
}

func (x *Index) loadCaptures(tx *sql.Tx) error {
	rows, err := tx.Query("SELECT number, born, state, sums FROM captures")
	if err != nil {
		return err
	}
	defer rows.Close()
	known := map[*Capture]bool{}
	for rows.Next() {
		var number, born int64
		var text string
		var blob sql.RawBytes
		if err := rows.Scan(&number, &born, &text, &blob); err != nil {
			return err
		}
		var s State
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return damaged("capture %d: %v", number, err)
		}
		c := x.capture(number)
		if c != nil && c.born != born {
			x.discard(c)
			c = nil
		}
		if c == nil {
			c = &Capture{x: x, number: int(number), born: born}
			x.captures = append(slices.Clip(x.captures), c)
		}
		c.state, c.saved = s, true
		if err := c.decodeSums(blob); err != nil {
			return err
		}
		known[c] = true
	}
	for _, c := range x.captures {
		if !known[c] {
			x.discard(c)
		}
	}
	x.captures = slices.Clone(x.captures)
	slices.SortFunc(x.captures, compare)
	return rows.Err()
}

// setFacts takes a block's facts from SQLite, which are new or have changed.
func (c *Capture) setFacts(n int64, f Facts) error {
	f.first = n
	if n <= c.known {
		c.answers.add(n) // or it has grown, or both
		c.x.recent.drop(c.ID(n), c.ID(n)+1)
	}
	s := at(c.shelves.list, shelfOf(n))
	if s == nil {
		return nil
	}
	k, known := slices.BinarySearchFunc(s.entries, n, func(e *entry, n int64) int { return cmp.Compare(e.first, n) })
	switch {
	case known:
		s.entries[k].facts, s.entries[k].saved = f, f.Count
	case k < len(s.entries) || k > 0 && s.entries[k-1].end() != n:
		return damaged("capture %d: among its blocks is one at %d", c.number, n)
	default:
		s.entries = append(s.entries, &entry{first: n, facts: f, saved: f.Count})
	}
	return nil
}

// compare is the order of captures in views: imports first, then what was
// recorded here, each by number. So a view of everything ends with what
// happens now, and its order does not depend on when what was indexed.
func compare(a, b *Capture) int {
	if a.state.Live != b.state.Live {
		if b.state.Live {
			return -1
		}
		return 1
	}
	return a.number - b.number
}

func (x *Index) capture(number int64) *Capture {
	for _, c := range x.captures {
		if int64(c.number) == number {
			return c
		}
	}
	return nil
}

// discard takes a capture out of the directory.
func (x *Index) discard(c *Capture) {
	c.replaced = true
	for i, s := range c.shelves.list {
		if s != nil {
			c.drop(int64(i))
		}
	}
	x.cold.Lock()
	x.conns.forget(c)
	x.sessions.forget(c)
	x.cold.Unlock()
	x.captures = slices.DeleteFunc(slices.Clone(x.captures), func(o *Capture) bool { return o == c })
	x.recent.drop(c.base(), c.base()+event.EventsPerCapture)
	x.sessionChanged(0)
	x.notify()
}

// Captures returns the captures in the order of views: imports first, then
// what was recorded here, each by number.
func (x *Index) Captures() []*Capture {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.captures
}

// Create adds a capture; nothing of it is indexed yet.
func (x *Index) Create(number int, name string, live bool) *Capture {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := &Capture{x: x, number: number, born: x.rev + 1, state: State{Name: name, Live: live}}
	x.captures = append(slices.Clone(x.captures), c)
	slices.SortFunc(x.captures, compare)
	x.touch()
	return c
}

// Changed returns a channel that is closed at the next change.
func (x *Index) Changed() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.changed == nil {
		x.changed = make(chan struct{})
	}
	return x.changed
}

// Wake wakes those who wait for a change though there is none.
func (x *Index) Wake() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.notify()
}

// notify wakes those who wait for a change.
func (x *Index) notify() {
	if x.changed != nil {
		close(x.changed)
		x.changed = nil
	}
}

// SessionsRev grows with every change of a session.
func (x *Index) SessionsRev() int64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.sessRev
}

// sessionChanged tells the owner of a changed session. x.mu is held.
func (x *Index) sessionChanged(id int64) {
	x.sessRev++
	if x.opts.SessionChanged != nil {
		x.opts.SessionChanged(id)
	}
}

// report tells the owner of damage.
func (x *Index) report(err error) {
	if errors.Is(err, ErrDamaged) && x.opts.Damaged != nil {
		x.damage.Do(func() { go x.opts.Damaged(err) })
	}
}
