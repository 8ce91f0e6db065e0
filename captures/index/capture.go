// This file is a capture as the index knows it: its blocks, connections and
// sessions.

package index

import (
	"slices"

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
	saved    bool // state and sums are in SQLite
	shelves  shelves
	sums     sums
	count    int64   // events
	known    int64   // ReadOnly: how many there were at the Poll before
	parties          // connections and sessions
	answers  changes // requests that got their answer
	replaced bool    // it is no longer in the index
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
	Replaced bool  // the index knows it no more: it was removed or is rebuilt
}

// Status returns how far the capture has been indexed.
func (c *Capture) Status() Status {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return Status{Events: c.count, Errors: c.sums.errors, Replaced: c.replaced}
}

// Ref names a block.
type Ref struct {
	First int64 // number of its first event within the capture
	Facts Facts
	entry *entry
}

// End returns the number after the block's last event.
func (r *Ref) End() int64 { return r.First + int64(r.Facts.Count) }

// ref names the block as it is now. x.mu is held.
func (c *Capture) ref(e *entry) Ref {
	r := Ref{First: e.first, Facts: e.facts, entry: e}
	r.Facts.tally = nil // it goes on being counted in
	// What was read back may be newer than what is known of the capture.
	r.Facts.Count = int(min(int64(r.Facts.Count), c.count+1-e.first))
	return r
}

// Find returns the block that holds event n of the capture, ErrNotFound if there
// is no such event.
func (c *Capture) Find(n int64) (r Ref, err error) {
	c.x.mu.RLock()
	e, err := c.find(n, false)
	if e != nil {
		r = c.ref(e)
	}
	c.x.mu.RUnlock()
	if err != nil {
		return r, c.failed(err)
	}
	if e == nil {
		return r, ErrNotFound
	}
	return r, nil
}

// Next returns the first block from event n on that accept wants; ok is false if
// there is none. It may be called with many blocks in one go: accept must be
// quick.
func (c *Capture) Next(n int64, accept func(*Facts) bool) (r Ref, ok bool, err error) {
	n = max(n, 1)
	i, end, err := c.placeOf(n)
	for ; err == nil && !ok && i <= end; i++ {
		r, ok, err = c.among(i, func(s *shelf) *entry {
			for _, e := range s.entries {
				if e.end() > n && accept(&e.facts) {
					return e
				}
			}
			return nil
		})
	}
	return r, ok, err
}

// Previous returns the last block up to event n that accept wants; ok is false if
// there is none.
func (c *Capture) Previous(n int64, accept func(*Facts) bool) (r Ref, ok bool, err error) {
	n = min(n, c.Status().Events)
	i, _, err := c.placeOf(n)
	for ; err == nil && !ok && i >= 0; i-- {
		r, ok, err = c.among(i, func(s *shelf) *entry {
			for _, e := range slices.Backward(s.entries) {
				if e.first <= n && accept(&e.facts) {
					return e
				}
			}
			return nil
		})
	}
	return r, ok, err
}

// placeOf returns the places of the shelf with the block of event n, -1 if there
// is no such event, and of the last one.
func (c *Capture) placeOf(n int64) (at, end int64, err error) {
	c.x.mu.RLock()
	e, err := c.find(n, false)
	end = shelfOf(c.count)
	c.x.mu.RUnlock()
	switch {
	case err != nil:
		return 0, 0, c.failed(err)
	case e == nil:
		return -1, -2, nil
	}
	return shelfOf(e.first), end, nil
}

// among returns the block that choose picks from a shelf. In between the index is
// not locked: others do not wait while many shelves are looked through.
func (c *Capture) among(i int64, choose func(*shelf) *entry) (r Ref, ok bool, err error) {
	c.x.mu.RLock()
	s, err := c.shelf(i, false)
	if err == nil {
		if e := choose(s); e != nil && e.first <= c.count {
			r, ok = c.ref(e), true
		}
	}
	c.x.mu.RUnlock()
	if err != nil {
		err = c.failed(err)
	}
	return r, ok, err
}
