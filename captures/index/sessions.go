// This file is the sessions of a capture.

package index

import (
	"slices"

	"msnscope/captures/event"
)

// sessions reads sessions from SQLite.
func (r *reader) sessions(lo, hi int64, put func(id int64, v *event.Session)) error {
	return eachMember(r.sess, lo, hi, func(m member) error {
		v, err := decodeSession(m.id, m.blob)
		put(m.id, &v)
		return err
	})
}

// session returns session k, nil if there is none. x.mu is held.
func (c *Capture) session(k int64) (*event.Session, error) {
	if v := c.sessions.new(k); v != nil || k < 1 || k > c.sessions.top {
		return v, nil
	}
	r, err := recall(c, &c.x.sessions, k/runLength, true, (*reader).sessions)
	if err != nil {
		return nil, err
	}
	return r.at[k%runLength], nil
}

// setSession takes a session as it is now. Its Conns are the follower's.
func (c *Capture) setSession(v event.Session) error {
	k := within(v.ID, int64(c.number))
	if k == 0 {
		return nil
	}
	was, err := c.session(k)
	if err != nil {
		return err
	}
	if was == nil {
		was = new(event.Session)
		c.sessions.appears(k)
	}
	// Conns only grows, so what we have of it is kept: sessions of thousands of
	// chats are told thousands of times.
	if n := len(was.Conns); n > 0 && n <= len(v.Conns) && was.Conns[n-1] == v.Conns[n-1] {
		v.Conns = append(was.Conns, v.Conns[n:]...)
	} else {
		v.Conns = slices.Clone(v.Conns)
	}
	c.sessions.put(k, &v)
	c.sessions.change(k)
	c.x.sessionChanged(v.ID)
	return nil
}

// Session returns one session. Its Conns must not be changed.
func (x *Index) Session(id int64) (event.Session, bool) {
	x.mu.RLock()
	c := x.capture(id / event.ConnectionsPerCapture)
	var v *event.Session
	var err error
	if c != nil {
		v, err = c.session(within(id, int64(c.number)))
	}
	x.mu.RUnlock()
	if err != nil {
		c.failed(err) // reported
	}
	if v == nil {
		return event.Session{}, false
	}
	return *v, true
}

// Sessions returns all sessions in order of ids. Their Conns must not be
// changed.
func (x *Index) Sessions() []event.Session {
	list, n := x.Captures(), 0
	for _, c := range list {
		_, sessions := c.Parties()
		n += sessions
	}
	all := make([]event.Session, 0, n)
	for _, c := range list {
		all = c.appendSessions(all)
	}
	sortByID(all, func(v *event.Session) int64 { return v.ID })
	return all
}

// Sessions returns the sessions of the capture in order of ids. Their Conns must
// not be changed.
func (c *Capture) Sessions() []event.Session {
	_, n := c.Parties()
	return c.appendSessions(make([]event.Session, 0, n))
}

func (c *Capture) appendSessions(to []event.Session) []event.Session {
	for i, more := int64(0), true; more; i++ {
		to, more = c.appendRun(to, i)
	}
	return to
}

// appendRun appends a run of sessions; more is false if there are none behind.
func (c *Capture) appendRun(to []event.Session, i int64) (_ []event.Session, more bool) {
	c.x.mu.RLock()
	more = i*runLength <= c.sessions.top
	var r *run[event.Session]
	var err error
	if more {
		r, err = recall(c, &c.x.sessions, i, false, (*reader).sessions)
	}
	if r != nil {
		now := at(c.sessions.runs, i)
		for j := range r.at {
			if now != nil && now.at[j] != nil {
				to = append(to, *now.at[j])
			} else if r.at[j] != nil {
				to = append(to, *r.at[j])
			}
		}
	}
	c.x.mu.RUnlock()
	if err != nil {
		c.failed(err) // reported
	}
	return to, more && err == nil
}
