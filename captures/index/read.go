// This file reads blocks, events, connections and sessions.

package index

import (
	"cmp"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"slices"

	"msnscope/captures/event"
)

// ErrNotFound is returned for an event that is not in the index.
var ErrNotFound = errors.New("not in this store")

// reader is the pool of connections that read.
type reader struct {
	db         *sql.DB
	file       fs.FileInfo // to notice when another process begins it anew
	head, both *sql.Stmt
}

// openReader opens the pool that reads.
func openReader(path string) (*reader, error) {
	file, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path, "query_only(1)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4) // more than the processors gain nothing
	db.SetMaxIdleConns(4)
	r := &reader{db: db, file: file}
	if err = checkVersion(db); err == nil {
		r.head, err = db.Prepare("SELECT head FROM blocks WHERE first = ?")
	}
	if err == nil {
		r.both, err = db.Prepare("SELECT head, body FROM blocks WHERE first = ?")
	}
	if err != nil {
		return nil, errors.Join(sqlError(err), db.Close())
	}
	return r, nil
}

func (r *reader) Close() error {
	var err error
	for _, s := range []*sql.Stmt{r.head, r.both} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return errors.Join(err, r.db.Close())
}

// Scan is memory for reading many blocks one after the other.
type Scan struct {
	// HeadOnly leaves the bytes out: Block.Event must not be called then.
	HeadOnly bool

	rows []row
	s    scratch
	body []byte
}

// Read reads a block. With a Scan it is valid until the next Read with the
// same one, and is not kept in the cache; without, for as long as one likes.
func (c *Capture) Read(r *Ref, s *Scan) (*Block, error) {
	x := c.x
	x.mu.RLock()
	rd, first, closed := x.rd, c.ID(r.First), x.closed
	if r.entry.mem != nil {
		b := *r.entry.mem
		x.mu.RUnlock()
		b.rows = b.rows[:r.Facts.Count:r.Facts.Count]
		return &b, nil
	}
	x.mu.RUnlock()
	if closed || rd == nil {
		return nil, ErrClosed
	}
	if b := x.recent.get(first); b != nil && len(b.rows) >= r.Facts.Count {
		cut := *b
		cut.rows = b.rows[:r.Facts.Count:r.Facts.Count]
		return &cut, nil
	}
	keep := s == nil
	if keep {
		s = new(Scan)
	}
	b, err := rd.read(first, s)
	if err == nil && b.Len() < r.Facts.Count {
		err = damaged("%d events in a block of %d", b.Len(), r.Facts.Count)
	}
	if err != nil {
		err = sqlError(err)
		if c.Status().Replaced {
			return nil, ErrNotFound
		}
		x.report(err)
		return nil, err
	}
	if keep {
		x.recent.put(b)
		cut := *b
		b = &cut
	}
	b.rows = b.rows[:r.Facts.Count:r.Facts.Count]
	return b, nil
}

func (r *reader) read(first int64, s *Scan) (*Block, error) {
	stmt, blobs := r.both, [2]sql.RawBytes{}
	into := []any{&blobs[0], &blobs[1]}
	if s.HeadOnly {
		stmt, into = r.head, into[:1]
	}
	rows, err := stmt.Query(first)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, err
		}
		return nil, sql.ErrNoRows
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	b, err := decodeHead(first, blobs[0], s.rows, &s.s)
	if err != nil {
		return nil, err
	}
	s.rows = b.rows[:0]
	if !s.HeadOnly {
		err = b.decodeBody(blobs[1], &s.body)
	}
	return b, err
}

// Event returns one event; what it points to stays valid.
func (x *Index) Event(id int64) (*event.Event, error) {
	x.mu.RLock()
	c := x.capture(id / event.EventsPerCapture)
	x.mu.RUnlock()
	if c == nil {
		return nil, ErrNotFound
	}
	r, ok := c.Find(id - c.base())
	if !ok {
		return nil, ErrNotFound
	}
	b, err := c.Read(&r, nil)
	if err != nil {
		return nil, err
	}
	e := new(event.Event)
	b.Event(int(id-b.First), e)
	e.Session = c.Session(e.Connection)
	e.Unanswered = r.Unanswered(r.First + int64(id-b.First))
	return e, nil
}

// Session returns the session of a connection of the capture, 0 if none.
func (c *Capture) Session(connection int64) int64 {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.sessionOf(within(connection, int64(c.number)))
}

// Connection returns one connection.
func (x *Index) Connection(id int64) (event.Connection, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c := x.capture(id / event.ConnectionsPerCapture)
	if c == nil {
		return event.Connection{}, false
	}
	k := within(id, int64(c.number))
	if k >= int64(len(c.conns)) || c.conns[k] == nil || c.conns[k].ID != id {
		return event.Connection{}, false
	}
	return c.conns[k].Connection, true
}

// Connections returns the connections of a session (0: all) in order of ids.
func (x *Index) Connections(session int64) []event.Connection {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []event.Connection
	if session != 0 {
		c := x.capture(session / event.ConnectionsPerCapture)
		if c == nil {
			return nil
		}
		v := at(c.sessions, within(session, int64(c.number)))
		if v == nil {
			return nil
		}
		for _, id := range v.Conns {
			if k := at(c.conns, within(id, int64(c.number))); k != nil && k.ID != 0 {
				all = append(all, k.Connection)
			}
		}
	} else {
		for _, c := range x.captures {
			all = c.appendConnections(all)
		}
	}
	sortByID(all, func(v *event.Connection) int64 { return v.ID })
	return all
}

// at returns element k of list, nil if it has none.
func at[T any](list []*T, k int64) *T {
	if k < 0 || k >= int64(len(list)) {
		return nil
	}
	return list[k]
}

// Connections returns the connections of the capture in order of ids.
func (c *Capture) Connections() []event.Connection {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.appendConnections(nil)
}

func (c *Capture) appendConnections(to []event.Connection) []event.Connection {
	for _, v := range c.conns {
		if v != nil && v.ID != 0 {
			to = append(to, v.Connection)
		}
	}
	return to
}

// Session returns one session. Its Conns must not be changed.
func (x *Index) Session(id int64) (event.Session, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c := x.capture(id / event.ConnectionsPerCapture)
	if c == nil {
		return event.Session{}, false
	}
	k := within(id, int64(c.number))
	if k >= int64(len(c.sessions)) || c.sessions[k] == nil {
		return event.Session{}, false
	}
	return *c.sessions[k], true
}

// Sessions returns all sessions in order of ids. Their Conns must not be
// changed.
func (x *Index) Sessions() []event.Session {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var all []event.Session
	for _, c := range x.captures {
		for _, v := range c.sessions {
			if v != nil {
				all = append(all, *v)
			}
		}
	}
	sortByID(all, func(v *event.Session) int64 { return v.ID })
	return all
}

func sortByID[T any](all []T, id func(*T) int64) {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(id(&a), id(&b)) })
}
