// This file takes captures out of the store: because somebody says so, or
// because the store has limits.

package captures

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"msnscope/captures/index"
	"msnscope/captures/marks"
)

// Keep are the limits of a store. The zero value keeps everything.
type Keep struct {
	// Age is how long a capture is kept after it was last written to.
	Age time.Duration
	// Size is how many bytes the capture files may have together: beyond it
	// the oldest go, but not one that is being recorded or imported.
	Size int64
	// RotateSize and RotateAge are from when on new connections are recorded
	// into a new file. RotateSize 0: 256 MB; negative: no limit.
	RotateSize int64
	RotateAge  time.Duration
}

// retainEvery is the time between two looks at the limits.
const retainEvery = 5 * time.Second

// ErrInUse is returned for a capture that is being written.
var ErrInUse = errors.New("it is being written")

// CaptureInfo is what there is to know of a capture file.
type CaptureInfo struct {
	Number      int
	Name        string
	Live        bool   // recorded here
	InUse       string // "recording", "importing", "" if neither
	Size        int64
	Written     time.Time // last
	Sessions    int
	Connections int
	Events      int64
	Marks       int  // events and sessions to which users have added something
	Pinned      bool // one of its sessions is
}

// CaptureList returns what there is to know of the capture files, in order of
// their numbers.
func (s *Store) CaptureList() []CaptureInfo {
	s.mu.Lock()
	inUse := map[int]string{}
	for _, f := range s.files {
		inUse[f.number] = f.use()
	}
	s.mu.Unlock()
	var list []CaptureInfo
	for _, c := range s.index().Captures() {
		list = append(list, s.info(c, inUse[c.Number()]))
	}
	slices.SortFunc(list, func(a, b CaptureInfo) int { return a.Number - b.Number })
	return list
}

func (s *Store) info(c *index.Capture, use string) CaptureInfo {
	st := c.State()
	i := CaptureInfo{Number: c.Number(), Name: st.Name, Live: st.Live, InUse: use, Events: c.Status().Events}
	if file, err := os.Stat(s.newFile(c.Number(), st.Name).path); err == nil {
		i.Size, i.Written = file.Size(), file.ModTime()
	}
	i.Connections, i.Sessions = c.Parties()
	events, sessions, pinned := s.marks.Counts(st.Name)
	i.Marks, i.Pinned = events+sessions, pinned
	return i
}

// use says what is written into a file at present. Store.mu is held.
func (f *file) use() string {
	switch {
	case f.rec != nil:
		return "recording"
	case f.feed.active() && f.feed.progress != nil:
		return "importing"
	}
	return ""
}

// Delete deletes a capture file with everything in it: its sessions, and what
// users have added to them. ErrInUse while it is written, index.ErrNotFound if
// there is none of that number.
func (s *Store) Delete(number int, why string) (marks.Removed, error) {
	if err := s.writable("delete"); err != nil {
		return marks.Removed{}, err
	}
	s.removing.Lock()
	defer s.removing.Unlock()
	s.mu.Lock()
	f, x, c := s.file(number), s.index(), s.capture(int64(number))
	if f == nil || c == nil {
		s.mu.Unlock()
		return marks.Removed{}, index.ErrNotFound
	}
	if use := f.use(); use != "" {
		s.mu.Unlock()
		return marks.Removed{}, fmt.Errorf("%s cannot be deleted: %w (%s)", f.name, ErrInUse, use)
	}
	i := s.info(c, "")
	d := f.feed
	if d.active() {
		d.cancel()
	}
	s.removeFile(f)
	s.mu.Unlock()
	if d != nil {
		<-d.done
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.mu.Lock()
		s.insertFile(f)
		s.mu.Unlock()
		return marks.Removed{}, err
	}
	// From here on it is gone: what fails is mended by the next Open.
	r := marks.Removed{Capture: f.name, Why: why, Sessions: i.Sessions, Events: i.Events, Marks: i.Marks, Bytes: i.Size}
	err := s.marks.Remove(r)
	if dropped := x.Drop(c); dropped != nil && s.index() == x {
		err = errors.Join(err, dropped)
	}
	slog.Warn("A capture was removed", "capture", f.name, "why", why, "sessions", r.Sessions, "events", r.Events, "marks", r.Marks, "bytes", r.Bytes)
	s.revBase.Add(1)
	s.index().Wake()
	return r, err
}

// Removals returns the captures that were removed since there were known
// removals, as far as they are remembered, and how many there were so far.
func (s *Store) Removals(known int64) ([]marks.Removed, int64) { return s.marks.RemovedSince(known) }

// Retain removes what is beyond the limits, the oldest first. A store does it
// every few seconds.
func (s *Store) Retain() {
	if s.keep.Age <= 0 && s.keep.Size <= 0 || s.writable("retain") != nil {
		return
	}
	list := s.CaptureList()
	slices.SortStableFunc(list, func(a, b CaptureInfo) int { return a.Written.Compare(b.Written) })
	total := int64(0)
	for _, i := range list {
		total += i.Size
	}
	beyond := false
	for _, i := range list {
		old := s.keep.Age > 0 && time.Since(i.Written) > s.keep.Age
		large := s.keep.Size > 0 && total > s.keep.Size
		if !old && !large {
			continue
		}
		if i.InUse != "" || i.Pinned {
			beyond = beyond || large
			continue
		}
		why := fmt.Sprintf("not written to for %v", s.keep.Age)
		if !old {
			why = fmt.Sprintf("the captures have more than %d bytes", s.keep.Size)
		}
		if _, err := s.Delete(i.Number, why); err != nil && !errors.Is(err, ErrInUse) {
			slog.Error("A capture beyond the limits cannot be removed", "capture", i.Name, "error", err)
			continue
		}
		total -= i.Size
	}
	beyond = beyond && total > s.keep.Size
	if s.beyond.Swap(beyond) != beyond && beyond {
		slog.Warn("The captures have more bytes than they may: the rest is being written or pinned", "store", s.dir, "bytes", total, "limit", s.keep.Size)
	}
}

// BeyondLimit reports whether the captures have more bytes than Keep.Size,
// though all that can be removed was.
func (s *Store) BeyondLimit() bool { return s.beyond.Load() }

// retaining looks at the limits until the store is closed.
func (s *Store) retaining(ctx context.Context) {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		s.Retain()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
