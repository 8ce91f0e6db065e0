// This file removes a capture from the index.

package index

import (
	"context"

	"msnscope/captures/event"
)

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
	for _, s := range c.written() {
		for _, e := range s.entries {
			if e.mem != nil && e.mem.full() {
				x.sealed--
			}
		}
	}
	x.discard(c)
	x.room.Broadcast()
}
