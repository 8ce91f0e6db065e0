// This file opens the live capture for recording, and waits for the index.

package captures

import (
	"context"
	"errors"
	"fmt"
	"os"

	"msnscope/captures/record"
)

const (
	// maxLive is the size at which the next recording begins a new file, so
	// that files can be shipped and deleted one by one.
	maxLive = 256 << 20
	// maxAwait is how much of the last live file may have to be indexed for
	// Record to wait for it (some 0.1 s); else a new file is begun, so that a
	// proxy starts at once.
	maxAwait = 8 << 20
)

// Record opens the live capture; the store's indexer follows it. The last live
// file is continued with a new section, unless it is large or far from being
// indexed. The file is closed by Close, if the caller does not close it before.
func (s *Store) Record() (*record.File, error) {
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
	fresh := f == nil
	if fresh {
		f = s.addFile(liveName)
	}
	rec, err := record.Open(f.path)
	if err != nil {
		if fresh {
			s.removeFile(f)
		}
		return nil, fmt.Errorf("record: %w", err)
	}
	if fresh {
		s.index().Create(f.number, f.name, true)
	}
	s.recording, s.recorded = rec, f
	d, ctx := s.newFeed(s.index(), f, rec.Grown())
	d.start(ctx, nil)
	return rec, nil
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
	if size >= maxLive {
		return nil, nil
	}
	if d := f.feed; d.active() {
		if size-d.c.State().Offset > maxAwait {
			return nil, nil
		}
		<-d.done
	}
	for _, c := range s.index().Captures() {
		if c.Number() == f.number && c.State().Finished {
			return f, nil
		}
	}
	return nil, nil
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
func (s *Store) Behind() int64 {
	s.mu.Lock()
	f := s.recorded
	s.mu.Unlock()
	if f == nil || f.feed == nil {
		return 0
	}
	size, err := sizeOf(f.path)
	if err != nil {
		return 0
	}
	return max(size-f.feed.at.Load(), 0)
}

// isRecording reports whether the proxy records into this store.
func (s *Store) isRecording() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recording != nil
}
