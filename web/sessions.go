// This file knows what pages show of all sessions: how many there are, which is
// the newest, and which have changed. One feed serves all pages. It looks only
// at the sessions that have changed, and keeps some thirty bytes of each.

package web

import (
	"slices"
	"sort"
	"sync"

	"msnscope/captures"
	"msnscope/captures/event"
)

// sessionFeed holds the ids of the sessions, each with the revision of the feed
// in which it changed last.
type sessionFeed struct {
	mu      sync.Mutex
	changes *captures.SessionChanges // nil until somebody looks
	rev     int64                    // grows with every look that finds a change
	slots   []fedSession             // in no order; a session keeps its place
	byID    []int32                  // places of the sessions in order of ids
	live    int64
	signed  int64 // id of the first session in which something was said, 0: none
	orders  map[string]*sessionOrder
}

type fedSession struct {
	id, rev int64
	live    bool
}

// sessionSource is where a feed has the sessions from.
type sessionSource interface {
	Sessions() []event.Session
	Session(id int64) (event.Session, bool)
	Connections(session int64) []event.Connection
}

// sessionsSum is what is said of all sessions together.
type sessionsSum struct {
	rev, total, live, newest, signed int64
}

// update brings the feed in line with the store. The feed is locked.
func (f *sessionFeed) update(store *captures.Store) {
	if f.changes == nil {
		f.changes = store.SessionChanges()
	}
	ids, all := f.changes.Take()
	f.take(store, ids, all)
}

// take looks at the sessions that have changed: ids, or any.
func (f *sessionFeed) take(from sessionSource, ids []int64, all bool) {
	if all {
		f.renew(from)
		return
	}
	var changed []changedSession
	for _, id := range ids {
		s, ok := from.Session(id)
		slot := f.find(id)
		switch {
		case !ok && slot >= 0: // its capture has been removed, and not only this session with it
			f.renew(from)
			return
		case ok:
			changed = append(changed, changedSession{slot, slot < 0, s})
		}
	}
	if len(changed) == 0 {
		return
	}
	f.rev++
	var fresh []int32
	for i := range changed {
		c := &changed[i]
		if c.fresh {
			c.slot = int32(len(f.slots))
			f.slots = append(f.slots, fedSession{id: c.session.ID})
			fresh = append(fresh, c.slot)
		}
		f.set(c.slot, &c.session)
	}
	f.byID = insert(f.byID, fresh, func(a, b int32) int { return compareIDs(f.slots[a].id, f.slots[b].id) })
	for _, o := range f.orders {
		o.change(f.slots, changed)
	}
}

type changedSession struct {
	slot    int32
	fresh   bool
	session event.Session
}

// set takes over what is known of a session.
func (f *sessionFeed) set(slot int32, s *event.Session) {
	was := &f.slots[slot]
	switch {
	case s.Live && !was.live:
		f.live++
	case !s.Live && was.live:
		f.live--
	}
	was.rev, was.live = f.rev, s.Live
	if s.Dialect != 0 && (f.signed == 0 || s.ID < f.signed) {
		f.signed = s.ID
	}
}

// renew begins anew with all sessions.
func (f *sessionFeed) renew(from sessionSource) {
	list := from.Sessions()
	f.rev++
	f.slots, f.byID = make([]fedSession, len(list)), make([]int32, len(list))
	f.live, f.signed = 0, 0
	for i := range list {
		f.slots[i].id, f.byID[i] = list[i].ID, int32(i)
		f.set(int32(i), &list[i])
	}
	for _, o := range f.orders {
		o.renew(f.slots, list)
	}
}

// find returns the place of a session, -1 if there is none.
func (f *sessionFeed) find(id int64) int32 {
	i := sort.Search(len(f.byID), func(i int) bool { return f.slots[f.byID[i]].id >= id })
	if i < len(f.byID) && f.slots[f.byID[i]].id == id {
		return f.byID[i]
	}
	return -1
}

func (f *sessionFeed) sum() sessionsSum {
	s := sessionsSum{rev: f.rev, total: int64(len(f.slots)), live: f.live, signed: f.signed}
	if n := len(f.byID); n > 0 {
		s.newest = f.slots[f.byID[n-1]].id
	}
	return s
}

// enter returns the sessions in an order, kept up to date until as many have left
// it as have entered. The feed is locked.
func (f *sessionFeed) enter(name string, from sessionSource) *sessionOrder {
	o := f.orders[name]
	if o == nil {
		o = newSessionOrder(name)
		o.renew(f.slots, from.Sessions())
		if f.orders == nil {
			f.orders = map[string]*sessionOrder{}
		}
		f.orders[name] = o
	}
	o.pages++
	return o
}

func (f *sessionFeed) leave(name string) {
	if o := f.orders[name]; o != nil {
		if o.pages--; o.pages == 0 {
			delete(f.orders, name)
		}
	}
}

// insert puts slots into a sorted list.
func insert(list, slots []int32, compare func(a, b int32) int) []int32 {
	slices.SortFunc(slots, compare)
	end := len(list)
	list = append(list, slots...)
	for i, s := range slices.Backward(slots) {
		at := sort.Search(end, func(k int) bool { return compare(list[k], s) > 0 })
		copy(list[at+i+1:], list[at:end])
		list[at+i], end = s, at
	}
	return list
}
