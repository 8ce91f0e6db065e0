// Package captures is the store: a directory of capture files and the index
// derived from them.
//
//	store, err := captures.Open(dir, captures.Options{})
//	...
//	report, err := store.Import(ctx, "friday.pcap", nil)
//	...
//	q, err := filter.Parse("cmd:MSG from:alice@hotmail.com")
//	...
//	err = store.Walk(ctx, captures.Scope{}, q, func(e *event.Event) error { ... })
//
// The capture files are the truth. What a proxy records and what is imported
// is followed by the same code (package follow) into the same index (package
// index), which may be deleted at any time: it is rebuilt with the same ids.
//
// A store directory holds:
//
//	captures/000000-friday.pcap   an import, as it was
//	captures/000001-live.pcapng   recorded here
//	index.sqlite                  derived
//	marks.jsonl                   what users have added: marks, notes, names
//	uploads/                      what is on its way to be imported
//	lock                          held by the process that indexes
package captures

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
)

// ErrReadOnly is returned for what only the process may do that holds the
// store's lock: recording and importing.
var ErrReadOnly = errors.New("the store is open for reading only")

const (
	// pollInterval is how often a read-only store looks for new commits.
	pollInterval = 200 * time.Millisecond
	// closeGrace is how long Close lets the indexer come to the end of the
	// live capture, which saves reading its last section again next time.
	closeGrace = time.Second
)

// Store is a directory of captures with their index. Its methods may be called
// from any goroutine.
type Store struct {
	dir      string
	lock     *os.File // nil: read-only
	readOnly bool
	// unwritable says that nothing can be written in dir.
	unwritable bool

	marks *marks.Log

	idx      atomic.Pointer[index.Index]
	revBase  atomic.Int64 // of SessionsRev, for indexes that were replaced
	changing changing     // sessions, for those who want to know

	ctx    context.Context // of everything in the background
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu        sync.Mutex
	files     []*file // by number
	numbers   int     // the next capture number
	recording *Recording
	closed    bool
	rebuilt   sync.WaitGroup

	keep     Keep
	beyond   atomic.Bool
	removing sync.Mutex // held by whoever deletes a capture

	rosters  rosters
	outcomes outcomes
	answered func(e *event.Event) // of Options; nil: nobody wants to know
	chats    chats
}

// Options says how to open a store. The zero value is right for most callers.
type Options struct {
	ReadOnly bool // do not index; see what the process that does has committed
	// Answered is told of every answer in what is recorded here, as it is
	// indexed, by the goroutine that indexes; nil: nobody is.
	Answered func(e *event.Event)
	Keep     Keep // limits, for the one that indexes
}

// Open opens (creates) the store in dir. The first opener indexes and may
// record and import; a later one, or one with ReadOnly, only reads, and so does
// anybody where it cannot be written, as on a disc. Captures whose index is behind
// are caught up in the background.
func Open(dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, readOnly: o.ReadOnly, keep: o.Keep, answered: o.Answered}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if !o.ReadOnly {
		if err := os.MkdirAll(s.captureDir(), 0o700); err != nil {
			return nil, err
		}
		lock, err := lockFile(filepath.Join(dir, "lock"))
		if s.unwritable = isUnwritable(err); err != nil && !s.unwritable {
			return nil, err
		}
		s.lock, s.readOnly = lock, lock == nil
	} else if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	if s.readOnly {
		if err := s.openReading(); err != nil && s.unwritable {
			return nil, fmt.Errorf("%s, and the index cannot be read: %w; copy it to where it can be written", s.WhyReadOnly(), err)
		} else if err != nil {
			return nil, err
		}
		return s, nil
	}
	if err := s.openWriting(); err != nil {
		return nil, errors.Join(err, s.lock.Close())
	}
	return s, nil
}

func (s *Store) captureDir() string { return filepath.Join(s.dir, "captures") }
func (s *Store) marksPath() string  { return filepath.Join(s.dir, "marks.jsonl") }
func (s *Store) indexPath() string  { return filepath.Join(s.dir, "index.sqlite") }

// UploadDir returns the directory for files that are on their way to be
// imported. The next Open for writing clears it.
func (s *Store) UploadDir() string { return filepath.Join(s.dir, "uploads") }

// isUnwritable reports whether a lock could not be taken because nothing can be
// written there.
func isUnwritable(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// openReading opens the index that another process writes, or has written where
// nothing can be written.
func (s *Store) openReading() error {
	var err error
	if s.marks, err = marks.OpenReading(s.marksPath()); err != nil {
		return err
	}
	x, err := index.Open(s.indexPath(), index.Options{ReadOnly: true, Finished: s.unwritable, SessionChanged: s.changing.add})
	if err != nil {
		return err
	}
	s.idx.Store(x)
	s.work.Go(s.poll)
	return nil
}

// poll follows the index of another process.
func (s *Store) poll() {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := s.index().Poll(s.ctx); err != nil && s.ctx.Err() == nil {
			slog.Debug("The index cannot be read at present", "store", s.dir, "error", err)
		}
		s.reloadMarks()
	}
}

// openWriting opens the index and begins to catch up.
func (s *Store) openWriting() error {
	if err := os.RemoveAll(s.UploadDir()); err != nil {
		return err
	}
	if err := s.listFiles(); err != nil {
		return err
	}
	var err error
	if s.marks, err = marks.Open(s.marksPath()); err != nil {
		return err
	}
	s.spare()
	x, err := index.Open(s.indexPath(), index.Options{Damaged: s.damaged, SessionChanged: s.changing.add})
	if err != nil {
		return errors.Join(err, s.marks.Close())
	}
	s.idx.Store(x)
	if err := s.reconcile(x); err != nil {
		return errors.Join(err, x.Close(), s.marks.Close())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	if s.keep.Age > 0 || s.keep.Size > 0 {
		s.work.Go(func() { s.retaining(s.ctx) })
	}
	return nil
}

func (s *Store) index() *index.Index { return s.idx.Load() }

// ReadOnly reports whether this store only reads, because it was asked to or
// because another process indexes it.
func (s *Store) ReadOnly() bool { return s.readOnly }

// Close ends the recording, stops the indexing where it is and closes the
// store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	recording := s.recording
	s.mu.Unlock()
	var err error
	if recording != nil {
		err = recording.Close()
	}
	s.mu.Lock()
	live := s.liveFeeds()
	s.mu.Unlock()
	grace := time.NewTimer(closeGrace)
	for _, d := range live {
		d.stop()
		select {
		case <-d.done:
		case <-grace.C:
			grace.Reset(0)
		}
	}
	grace.Stop()
	s.cancel()
	s.rebuilt.Wait()
	s.work.Wait()
	err = errors.Join(err, s.index().Close(), s.marks.Close())
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// Connection returns one connection.
func (s *Store) Connection(id int64) (event.Connection, bool) { return s.index().Connection(id) }

// Connections returns the connections of a session (0: all) in order of ids.
func (s *Store) Connections(session int64) []event.Connection {
	return s.index().Connections(session)
}

// EachConnection calls f for all connections. f must be quick, must not ask the
// store for anything, and changes nothing.
func (s *Store) EachConnection(f func(*event.Connection)) {
	for _, c := range s.index().Captures() {
		c.EachConnection(f)
	}
}

// Tally returns how many events there are of each kind, direction and command.
func (s *Store) Tally() map[index.What]int64 { return s.index().Tally() }

// Changed returns a channel that is closed when the store has changed after
// the call: events, connections or sessions.
func (s *Store) Changed() <-chan struct{} { return s.index().Changed() }

// SessionsRev grows whenever a session changes.
func (s *Store) SessionsRev() int64 { return s.revBase.Load() + s.index().SessionsRev() }

// damaged is called by an index that cannot be read: it is deleted and rebuilt.
func (s *Store) damaged(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.rebuilt.Go(func() {
		if err := s.rebuild(reason); err != nil {
			slog.Error("The index cannot be rebuilt; open the store again", "store", s.dir, "error", err)
		}
	})
}

func (s *Store) rebuild(reason error) error {
	slog.Warn("The index is rebuilt from the captures", "store", s.dir, "reason", reason)
	s.mu.Lock()
	defer s.mu.Unlock()
	var feeds []*feed
	for _, f := range s.files {
		if f.feed.active() {
			f.feed.cancel()
			feeds = append(feeds, f.feed)
		}
	}
	old := s.index()
	abandoned := make(chan error, 1)
	go func() { abandoned <- old.Close() }() // lets feeds go that wait for it
	for _, d := range feeds {
		<-d.done
	}
	<-abandoned // its error is what brought us here
	if err := index.Remove(s.indexPath()); err != nil {
		return err
	}
	x, err := index.Open(s.indexPath(), index.Options{Damaged: s.damaged, SessionChanged: s.changing.add})
	if err != nil {
		return err
	}
	s.revBase.Add(old.SessionsRev() + 1)
	if err := s.reconcile(x); err != nil {
		return errors.Join(err, x.Close())
	}
	s.idx.Store(x)
	s.changing.add(0)
	s.catchUp()
	old.Wake() // those who wait for a change look at the new one
	return nil
}

// Rest gives up memory that only saves time, when there is nothing to do.
func (s *Store) Rest() { s.index().Rest() }

// WhyReadOnly says why this store only reads, if it was not asked to.
func (s *Store) WhyReadOnly() string {
	if s.unwritable {
		return s.dir + " cannot be written"
	}
	return "another msnscope records or imports into " + s.dir + ": end it, or import through its page"
}

// writable returns an error unless this store may be added to.
func (s *Store) writable(what string) error {
	if s.readOnly {
		return fmt.Errorf("%s: %w: %s", what, ErrReadOnly, s.WhyReadOnly())
	}
	if s.ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, os.ErrClosed)
	}
	return nil
}
