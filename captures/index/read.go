// This file reads blocks, events, connections and sessions.

package index

import (
	"cmp"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"msnscope/captures/event"
)

// ErrNotFound is returned for an event that is not in the index.
var ErrNotFound = errors.New("not in this store")

// reader is the pool of connections that read.
type reader struct {
	db   *sql.DB
	file fs.FileInfo // to notice when another process begins it anew
	// frozen says that SQLite takes the file for one that nobody can write.
	frozen bool
	// What is read of a block.
	head, body, both *sql.Stmt
	// What is read of neighbours.
	facts, conns, sess *sql.Stmt
}

// maxReaders is how many read at a time: more than the processors gain nothing.
const maxReaders = 4

// openReader opens the pool that reads. Where the folder cannot be written, as on
// a disc, SQLite can make no place for the locks of readers: then the file is read
// as one that nobody writes, if nothing of it is in the log beside it.
func openReader(path string) (*reader, error) {
	r, err := openReaderAs(path, false)
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_CANTOPEN && !hasLog(path) {
		return openReaderAs(path, true)
	}
	return r, err
}

// hasLog reports whether what a process has written last still stands beside the
// index.
func hasLog(path string) bool {
	wal, err := os.Stat(path + "-wal")
	return err == nil && wal.Size() > 0
}

func openReaderAs(path string, frozen bool) (*reader, error) {
	file, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	name := dsn(path, "query_only(1)")
	if frozen {
		name += "&immutable=1"
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(maxReaders)
	db.SetMaxIdleConns(maxReaders)
	r := &reader{db: db, file: file, frozen: frozen}
	err = checkVersion(db)
	for into, query := range r.statements() {
		if err == nil {
			*into, err = db.Prepare(query)
		}
	}
	if err != nil {
		return nil, errors.Join(sqlError(err), db.Close())
	}
	return r, nil
}

func (r *reader) statements() map[**sql.Stmt]string {
	return map[**sql.Stmt]string{
		&r.head:  "SELECT head FROM blocks WHERE first = ?",
		&r.body:  "SELECT body FROM blocks WHERE first = ?",
		&r.both:  "SELECT head, body FROM blocks WHERE first = ?",
		&r.facts: "SELECT first, facts FROM facts WHERE first >= ? AND first < ? ORDER BY first",
		&r.conns: "SELECT id, data FROM connections WHERE id >= ? AND id < ? ORDER BY id",
		&r.sess:  "SELECT id, data FROM sessions WHERE id >= ? AND id < ? ORDER BY id",
	}
}

func (r *reader) Close() error {
	var err error
	for s := range r.statements() {
		if *s != nil {
			err = errors.Join(err, (*s).Close())
		}
	}
	return errors.Join(err, r.db.Close())
}

// Depth is how much of a block is read.
type Depth uint8

// The depths.
const (
	Whole   Depth = iota // columns and bytes
	Texts                // kinds, directions, roles, dialects, accounts, words and bytes: Block.Event tells no more
	Columns              // all but the bytes: Block.Event must not be called
	Parties              // kinds and connections
	Kinds                // kinds, directions and the names of commands
)

// bytes reports whether the bytes are read.
func (d Depth) bytes() bool { return d == Whole || d == Texts }

func (d Depth) columns() set {
	switch d {
	case Texts:
		return wordColumns
	case Kinds:
		return kindColumns
	case Parties:
		return kindColumns | connColumn
	}
	return allColumns
}

// Scan is memory for reading many blocks one after the other.
type Scan struct {
	Depth Depth // how much is read of each

	block Block // the last one read, whole
	rows  []row
	s     scratch
	body  []byte
}

// Read reads a block. With a Scan it is valid until the next Read with the
// same one, and is not kept in the cache; without, for as long as one likes.
func (c *Capture) Read(r *Ref, s *Scan) (*Block, error) {
	x := c.x
	keep := s == nil
	if keep {
		x.recent.asked.Store(time.Now().UnixNano())
	}
	x.mu.RLock()
	rd, first, closed := x.rd, c.ID(r.First), x.closed
	if r.entry.mem != nil {
		b := *r.entry.mem
		x.mu.RUnlock()
		b.rows, b.have = b.rows[:r.Facts.Count:r.Facts.Count], allColumns
		return &b, nil
	}
	x.mu.RUnlock()
	if closed || rd == nil {
		return nil, ErrClosed
	}
	if b := x.recent.get(first); b != nil && len(b.rows) >= r.Facts.Count {
		cut := *b
		cut.rows, cut.have = b.rows[:r.Facts.Count:r.Facts.Count], allColumns
		return &cut, nil
	}
	if keep {
		s = new(Scan)
	}
	b, err := rd.read(first, s)
	if err == nil && b.Len() < r.Facts.Count {
		err = damaged("%d events in a block of %d", b.Len(), r.Facts.Count)
	}
	if err != nil {
		return nil, c.failed(err)
	}
	if keep {
		x.recent.put(b)
		cut := *b
		b = &cut
	}
	b.rows = b.rows[:r.Facts.Count:r.Facts.Count]
	return b, nil
}

// failed takes note that something could not be read.
func (c *Capture) failed(err error) error {
	err = sqlError(err)
	if c.Status().Replaced {
		return ErrNotFound
	}
	c.x.report(err)
	return err
}

// Deepen reads more of a block, the last one that was read with the Scan.
func (c *Capture) Deepen(b *Block, s *Scan, d Depth) error {
	if want := d.columns(); want&^b.have != 0 {
		if err := s.block.columns(want, &s.s); err != nil {
			return c.failed(err)
		}
		b.have, b.accounts = s.block.have, s.block.accounts
	}
	if !d.bytes() || b.bytes != nil || b.size() == 0 {
		return nil
	}
	rd, err := c.x.reader()
	if err != nil {
		return err
	}
	if err := rd.bytes(b, s); err != nil {
		return c.failed(err)
	}
	return nil
}

// reader returns the pool of connections that read.
func (x *Index) reader() (*reader, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed || x.rd == nil {
		return nil, ErrClosed
	}
	return x.rd, nil
}

// bytes reads the body of a block of which the head was read.
func (r *reader) bytes(b *Block, s *Scan) error {
	var blob sql.RawBytes
	rows, err := r.one(r.body, b.First, &blob)
	if err != nil {
		return err
	}
	defer rows.Close()
	return b.decodeBody(blob, maxBlockBytes, &s.body)
}

// one reads the row of a block.
func (r *reader) one(stmt *sql.Stmt, first int64, into ...any) (*sql.Rows, error) {
	rows, err := stmt.Query(first)
	if err != nil {
		return nil, err
	}
	if !rows.Next() {
		err = cmp.Or(rows.Err(), sql.ErrNoRows)
	} else {
		err = rows.Scan(into...)
	}
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return rows, nil
}

func (r *reader) read(first int64, s *Scan) (*Block, error) {
	stmt, blobs := r.both, [2]sql.RawBytes{}
	into := []any{&blobs[0], &blobs[1]}
	if !s.Depth.bytes() {
		stmt, into = r.head, into[:1]
	}
	rows, err := r.one(stmt, first, into...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	b, err := decodeHead(first, blobs[0], s.rows, s.Depth.columns(), &s.s)
	if err != nil {
		return nil, err
	}
	s.rows, s.block = b.rows[:0], *b
	if s.Depth.bytes() {
		err = b.decodeBody(blobs[1], b.size(), &s.body)
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
	r, err := c.Find(id - c.base())
	if err != nil {
		return nil, err
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

// at returns element k of list, nil if it has none.
func at[T any](list []*T, k int64) *T {
	if k < 0 || k >= int64(len(list)) {
		return nil
	}
	return list[k]
}

func sortByID[T any](all []T, id func(*T) int64) {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(id(&a), id(&b)) })
}
