// This file follows gateway sessions by their changing ids.

package gateway

import (
	"container/list"
	"slices"
	"strings"
)

const (
	// maxSessions is how many sessions are remembered; beyond it the one unused
	// for longest is forgotten. A user has one, and one for each chat.
	maxSessions = 1 << 14
	// maxIDs is how many ids of a session are remembered. The newest is the one
	// to use, but requests on their way have the one before.
	maxIDs = 4
	// minStem is the least length of the part of an id before its last dot that
	// is taken for the session's own.
	minStem = 4
)

// Session is a gateway session: one connection to an NS or SB.
type Session struct {
	Number  int64  // from 1 in order of appearance
	Server  string // what the client asked for: "NS" or "SB", "" if that was not captured
	Host    string // likewise: the host
	Gateway string // where the gateway last said it is, "" if it did not
	Opened  bool   // its opening was captured
	Closed  bool
	Owner   any // for the user of the Table

	ids     []string // oldest first
	element *list.Element
}

// Table knows the sessions of all TCP connections. The zero value is empty. It
// is not safe for concurrent use.
type Table struct {
	// Forgotten, if not nil, is told of sessions that are remembered no more.
	Forgotten func(*Session)

	last  int64
	ids   map[string]*Session
	stems map[string]*Session
	order list.List // of *Session, the one used last at the end
}

// Oldest returns the session that has not been used for longest, nil if there
// is none.
func (t *Table) Oldest() *Session {
	if e := t.order.Front(); e != nil {
		return e.Value.(*Session)
	}
	return nil
}

// Forget makes the table forget a session.
func (t *Table) Forget(s *Session) {
	if s.element == nil {
		return
	}
	t.order.Remove(s.element)
	s.element = nil
	for len(s.ids) > 0 {
		t.unlink(s)
	}
	if t.Forgotten != nil {
		t.Forgotten(s)
	}
}

// add makes a session.
func (t *Table) add() *Session {
	if t.ids == nil {
		t.ids, t.stems = map[string]*Session{}, map[string]*Session{}
	}
	if t.order.Len() >= maxSessions {
		t.Forget(t.Oldest())
	}
	t.last++
	s := &Session{Number: t.last}
	s.element = t.order.PushBack(s)
	return s
}

// use marks a session as used.
func (t *Table) use(s *Session) {
	if s.element != nil {
		t.order.MoveToBack(s.element)
	}
}

// link gives a session a new id.
func (t *Table) link(s *Session, id string) {
	if id == "" || s.element == nil || t.ids[id] == s {
		return
	}
	if len(s.ids) == maxIDs {
		t.unlink(s)
	}
	id = strings.Clone(id)
	s.ids = append(s.ids, id)
	t.ids[id] = s
	if stem := stemOf(id); stem != "" {
		t.stems[stem] = s
	}
}

// unlink takes a session's oldest id away.
func (t *Table) unlink(s *Session) {
	id := s.ids[0]
	s.ids = slices.Delete(s.ids, 0, 1)
	if t.ids[id] == s {
		delete(t.ids, id)
	}
	stem := stemOf(id)
	if t.stems[stem] == s && !slices.ContainsFunc(s.ids, func(other string) bool { return stemOf(other) == stem }) {
		delete(t.stems, stem)
	}
}

// find returns the session with the id, nil if there is none. Where the
// response that gave the id is missing from the capture the part before the dot
// tells: "964885389.2099" and "964885389.2100" are of one session.
func (t *Table) find(id string) *Session {
	if s := t.ids[id]; s != nil {
		return s
	}
	if stem := stemOf(id); stem != "" {
		return t.stems[stem]
	}
	return nil
}

func stemOf(id string) string {
	if i := strings.LastIndexByte(id, '.'); i >= minStem {
		return id[:i]
	}
	return ""
}

// fits reports whether an id may be the next of a session, as far as its form
// tells.
func (s *Session) fits(id string) bool {
	n := len(s.ids)
	return n == 0 || stemOf(s.ids[n-1]) == stemOf(id)
}
