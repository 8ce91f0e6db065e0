// This file tells which sessions have changed, so that whoever shows some need
// not look at all of them.

package captures

import (
	"slices"
	"sync"
)

// maxChanged is how many changed sessions are remembered for somebody who does
// not take them; beyond it, any may have changed.
const maxChanged = 8192

// SessionChanges gathers the sessions that change, for one who takes them now
// and then.
type SessionChanges struct {
	mu  sync.Mutex
	ids map[int64]struct{}
	all bool
}

// changing are those who want to know.
type changing struct {
	mu  sync.Mutex
	all []*SessionChanges
}

// SessionChanges returns what gathers the sessions that change from now on. Any
// may have changed before. It lasts as long as the store.
func (s *Store) SessionChanges() *SessionChanges {
	c := &SessionChanges{all: true}
	s.changing.mu.Lock()
	defer s.changing.mu.Unlock()
	s.changing.all = append(s.changing.all, c)
	return c
}

// add notes that a session has changed; 0: any may have.
func (w *changing) add(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.all {
		c.add(id)
	}
}

func (c *SessionChanges) add(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.ids[id]; known || c.all {
		return
	}
	if id == 0 || len(c.ids) >= maxChanged {
		c.all, c.ids = true, nil
		return
	}
	if c.ids == nil {
		c.ids = map[int64]struct{}{}
	}
	c.ids[id] = struct{}{}
}

// Take returns the sessions that are new or have changed since the last call, in
// order of ids, they or their connections or what users have added. If all is
// true, any session may have changed or be gone.
func (c *SessionChanges) Take() (ids []int64, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.ids {
		ids = append(ids, id)
	}
	all, c.all = c.all, false
	clear(c.ids)
	slices.Sort(ids)
	return ids, all
}
