// This file holds the Recording: the live captures that a proxy records into.
// New connections go into the newest one; an older one is closed when the last
// connection in it has ended.

package captures

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/record"
)

const (
	// defaultRotateSize is the size from which on a new live file is begun, so
	// that files can be shipped and deleted one by one.
	defaultRotateSize = 256 << 20
	// faithful is how many times the limits a live file may reach with further
	// connections of clients that are in it already.
	faithful = 2
	// maxAwait is how much of the last live file may have to be indexed for
	// Record to wait for it (some 0.1 s); else a new file is begun, so that a
	// proxy starts at once.
	maxAwait = 8 << 20
	// tendEvery is the time between two looks at whether a file is done with, or
	// can be written again.
	tendEvery = time.Second
)

// Recording is what a proxy records into. Its methods may be called from any
// goroutine.
type Recording struct {
	s    *Store
	stop context.CancelFunc

	mu     sync.Mutex
	open   []*liveFile // the newest last; that one takes new connections
	closed bool
	lost   int64 // bytes not recorded in files that are closed
	failed error // why no new file could be begun
}

// liveFile is a live capture that is being recorded into.
type liveFile struct {
	*record.File
	f     *file
	begun time.Time
}

// Record begins a recording; the store's indexer follows it. The last live file
// is continued with a new section, unless it has reached the limits or is far
// from being indexed. It is closed by Store.Close, if not before.
func (s *Store) Record() (*Recording, error) {
	if err := s.writable("record"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, os.ErrClosed
	}
	if s.recording != nil {
		return nil, errors.New("record: this store is being recorded into already")
	}
	f, err := s.lastLive()
	if err != nil {
		return nil, err
	}
	r := &Recording{s: s}
	l, err := s.beginLive(f)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r.open = []*liveFile{l}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(s.ctx)
	s.work.Go(func() { r.tend(ctx) })
	s.recording = r
	return r, nil
}

// beginLive records into f, nil for a new file. s.mu is held.
func (s *Store) beginLive(f *file) (*liveFile, error) {
	l := &liveFile{f: f, begun: time.Now()}
	if f == nil {
		l.f = s.addFile(liveName)
	} else if c := s.capture(int64(f.number)); c != nil {
		if r, err := c.Find(1); err == nil {
			l.begun = time.Unix(0, r.Facts.Min)
		}
	}
	var err error
	if l.File, err = record.Open(l.f.path); err != nil {
		if f == nil {
			s.removeFile(l.f)
			os.Remove(l.f.path) // what there is of it
		}
		return nil, err
	}
	if f == nil {
		s.index().Create(l.f.number, l.f.name, true)
	}
	l.f.rec = l.File
	d, ctx := s.newFeed(s.index(), l.f, l.Grown())
	d.start(ctx, nil)
	return l, nil
}

// lastLive returns the live file to continue, nil for a new one. It is indexed
// to its end, so that the part cut off by record.Open was looked at.
func (s *Store) lastLive() (*file, error) {
	var f *file
	for _, o := range s.files {
		if o.live {
			f = o
		}
	}
	if f == nil {
		return nil, nil
	}
	size, err := sizeOf(f.path)
	if err != nil {
		return nil, err
	}
	if d := f.feed; d.active() {
		if size-d.c.State().Offset > maxAwait {
			return nil, nil
		}
		<-d.done
	}
	c := s.capture(int64(f.number))
	if c == nil || !c.State().Finished {
		return nil, nil
	}
	if r, err := c.Find(1); err == nil && s.keep.due(size, time.Unix(0, r.Facts.Min), 1) {
		return nil, nil
	}
	return f, nil
}

// due reports whether a live file has reached n times the limits.
func (k *Keep) due(size int64, begun time.Time, n int) bool {
	limit := k.RotateSize
	if limit == 0 {
		limit = defaultRotateSize
	}
	return limit > 0 && size >= limit*int64(n) || k.RotateAge > 0 && time.Since(begun) >= k.RotateAge*time.Duration(n)
}

// Connect records a connection: see record.File.Connect. Connections of a client
// that has others open stay with them, so that its session is in one file; but
// not without end.
func (r *Recording) Connect(client, server netip.AddrPort, notes ...event.Comment) *record.Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.open[:len(r.open)-1] {
		if l.Has(client.Addr()) && !r.s.keep.due(l.Size(), l.begun, faithful) {
			return l.Connect(client, server, notes...)
		}
	}
	now := r.open[len(r.open)-1]
	if r.s.keep.due(now.Size(), now.begun, 1) && !(now.Has(client.Addr()) && !r.s.keep.due(now.Size(), now.begun, faithful)) {
		r.rotate()
	}
	return r.open[len(r.open)-1].Connect(client, server, notes...)
}

// rotate begins a new file. If that is impossible the old one goes on. r.mu is
// held.
func (r *Recording) rotate() {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	if r.closed || r.s.closed {
		return
	}
	l, err := r.s.beginLive(nil)
	if err != nil {
		if r.failed == nil {
			slog.Error("No new capture can be begun; the old one goes on", "store", r.s.dir, "error", err)
		}
		r.failed = err
		return
	}
	r.failed = nil
	r.open = append(r.open, l)
}

// tend closes files that are done with, and has those written again that could
// not be.
func (r *Recording) tend(ctx context.Context) {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.look()
		}
	}
}

func (r *Recording) look() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	for _, l := range r.open {
		l.Retry()
	}
	// What nobody speaks in shall not stay beyond its age.
	if now := r.open[len(r.open)-1]; now.Idle() && now.Used() && r.s.keep.due(now.Size(), now.begun, 1) {
		r.rotate()
	}
	newest := r.open[len(r.open)-1]
	r.open = slices.DeleteFunc(r.open, func(l *liveFile) bool {
		if l == newest || !l.Idle() {
			return false
		}
		if err := r.end(l); err != nil {
			slog.Error("A capture could not be closed", "capture", l.f.path, "error", err)
		}
		return true
	})
}

// end closes a file and lets its indexing come to an end.
func (r *Recording) end(l *liveFile) error {
	err := l.File.Close()
	r.lost += l.File.Lost()
	r.s.mu.Lock()
	l.f.rec = nil
	feed := l.f.feed
	r.s.mu.Unlock()
	if feed != nil {
		feed.stop()
	}
	return err
}

// Trouble says why recording fails at present: see record.File.Trouble.
func (r *Recording) Trouble() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, l := range r.open {
		errs = append(errs, l.File.Trouble())
	}
	return errors.Join(errs...)
}

// Lost returns how many bytes could not be recorded so far.
func (r *Recording) Lost() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	lost := r.lost
	for _, l := range r.open {
		lost += l.File.Lost()
	}
	return lost
}

// Close ends the recording. Connections still open record nothing any more.
func (r *Recording) Close() error {
	r.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	var errs []error
	for _, l := range r.open {
		errs = append(errs, l.File.Close())
	}
	return errors.Join(errs...)
}

// liveFeeds returns the feeds of the files that are being recorded. s.mu is held.
func (s *Store) liveFeeds() (feeds []*feed) {
	for _, f := range s.files {
		if f.rec != nil && f.feed != nil {
			feeds = append(feeds, f.feed)
		}
	}
	return feeds
}

// CaughtUp waits until everything recorded or imported so far is indexed, and
// written: other processes see it too. A read-only store takes over what there
// is.
func (s *Store) CaughtUp(ctx context.Context) error {
	if s.readOnly {
		_, err := s.index().Poll(ctx)
		return err
	}
	s.mu.Lock()
	var feeds []*feed
	for _, f := range s.files {
		if f.feed.active() {
			feeds = append(feeds, f.feed)
		}
	}
	s.mu.Unlock()
	for _, d := range feeds {
		reached := make(chan struct{})
		if d.follows {
			select {
			case d.syncs <- reached:
			case <-d.done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-reached:
			continue
		case <-d.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if errors.Is(d.err, context.Canceled) && s.ctx.Err() == nil {
			return s.CaughtUp(ctx) // an import was cancelled, or the index is rebuilt
		}
		if d.err != nil {
			return d.err
		}
	}
	return s.index().Sync(ctx)
}

// Behind returns how many bytes of what is recorded here are not indexed yet.
func (s *Store) Behind() (behind int64) {
	s.mu.Lock()
	live := s.liveFeeds()
	s.mu.Unlock()
	for _, d := range live {
		if size, err := sizeOf(d.f.path); err == nil {
			behind += max(size-d.at.Load(), 0)
		}
	}
	return behind
}

// isRecording reports whether the proxy records into this store.
func (s *Store) isRecording() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recording != nil
}
