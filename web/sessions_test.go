// This file tests how pages learn of sessions: what a page knows from its frames
// is held against all sessions, sorted anew.

package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"msnscope/captures/event"
)

// somewhere is a store whose sessions a test makes up.
type somewhere map[int64]event.Session

func (s somewhere) Sessions() []event.Session {
	return slices.SortedFunc(maps.Values(s), func(a, b event.Session) int { return cmp.Compare(a.ID, b.ID) })
}
func (s somewhere) Session(id int64) (event.Session, bool) { v, ok := s[id]; return v, ok }
func (s somewhere) Connections(id int64) []event.Connection {
	return []event.Connection{{ID: id, Session: id, Live: s[id].Live}}
}

// known is what a page has learned.
type known struct {
	Total, Live, Newest, Signed int64
	ids                         []int64
	list, watched               map[int64]json.RawMessage
	gone                        map[int64]bool
	frames                      int
}

// hear has a page look, until it has everything.
func (k *known) hear(t *testing.T, f *sessionFeed, from sessionSource, told *sessionsTold) {
	t.Helper()
	for more := true; more; {
		sum, list, watched := f.pick(from, told)
		var b [3][]byte
		var moreListed, moreWatched bool
		b[0] = told.tellSum(sum)
		b[1], moreListed = told.tellList(from, sum.total, list)
		b[2], moreWatched = told.tellWatched(from, watched)
		more = moreListed || moreWatched
		for _, b := range b {
			k.take(t, b)
		}
	}
}

func (k *known) take(t *testing.T, b []byte) {
	t.Helper()
	if b == nil {
		return
	}
	if k.frames++; len(b) > 2*sessionsFrame {
		t.Errorf("a frame of %d bytes", len(b))
	}
	var m struct {
		Op   string
		IDs  []int64
		List []json.RawMessage
		Gone []int64
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	into := k.list
	switch m.Op {
	case "sessions":
		if err := json.Unmarshal(b, k); err != nil {
			t.Fatal(err)
		}
	case "list":
		if m.IDs != nil {
			k.ids = m.IDs
		}
	case "watched":
		into = k.watched
		for _, id := range m.Gone {
			k.gone[id] = true
			delete(k.watched, id)
		}
	}
	for _, s := range m.List {
		var v struct{ ID int64 }
		if err := json.Unmarshal(s, &v); err != nil {
			t.Fatal(err)
		}
		into[v.ID] = s
	}
}

// check holds what a page knows against the sessions.
func (k *known) check(t *testing.T, from sessionSource, told *sessionsTold) {
	t.Helper()
	all := from.Sessions()
	var live, signed int64
	for _, s := range all {
		if s.Live {
			live++
		}
		if s.Dialect != 0 && signed == 0 {
			signed = s.ID
		}
	}
	if k.Total != int64(len(all)) || k.Live != live || k.Signed != signed || k.Newest != all[len(all)-1].ID {
		t.Fatalf("%d sessions, %d live, newest %d, signed in %d: want %d, %d, %d, %d", k.Total, k.Live, k.Newest, k.Signed, len(all), live, all[len(all)-1].ID, signed)
	}
	o := newSessionOrder(told.list.Order)
	slices.SortStableFunc(all, func(a, b event.Session) int {
		x, y := o.key(&a), o.key(&b)
		c := x.compare(&y)
		if o.down {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(b.ID, a.ID))
	})
	all = all[min(int(told.list.From), len(all)):]
	all = all[:min(told.list.N, len(all))]
	for i, s := range all {
		if i >= len(k.ids) || k.ids[i] != s.ID {
			t.Fatalf("order %q: %v at %d, want %d", told.list.Order, k.ids, i, s.ID)
		}
		if want := string(event.AppendSession(nil, &s, nil)); string(k.list[s.ID]) != want {
			t.Fatalf("listed %s\nwant %s", k.list[s.ID], want)
		}
	}
	if len(k.ids) != len(all) {
		t.Fatalf("%d listed, want %d", len(k.ids), len(all))
	}
	for _, id := range told.watch.IDs {
		s, ok := from.Session(id)
		if !ok {
			if !k.gone[id] {
				t.Fatalf("the page was not told that there is no session %d", id)
			}
		} else if want := string(event.AppendSession(nil, &s, from.Connections(id))); string(k.watched[id]) != want {
			t.Fatalf("watched %s\nwant %s", k.watched[id], want)
		}
	}
}

func TestPagesKnowTheSessions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	from := somewhere{}
	change := func(id int64) {
		s := from[id]
		s.ID, s.Started = id, id*10
		s.Live, s.Imported = r.IntN(4) == 0, id%2 == 0
		s.Events, s.Errors, s.Bytes, s.Chats = s.Events+1, r.Int64N(2), r.Int64N(5), r.Int64N(3)
		s.Ended = s.Started + r.Int64N(5)
		s.Account, s.Name = fmt.Sprintf("%c@example.com", 'A'+r.IntN(50)), strings.Repeat("n", r.IntN(3))
		s.Server = netip.MustParseAddrPort([]string{"64.4.13.58:1863", "9.1.1.1:1863", "[::1]:1863"}[r.IntN(3)])
		s.Label = event.Label{Name: strings.Repeat("l", r.IntN(2)), Pinned: r.IntN(3) == 0}
		if id > 20 {
			s.Dialect = 7
		}
		from[id] = s
	}
	next := int64(0)
	add := func(n int) (ids []int64) {
		for range n {
			next += 1 + r.Int64N(3)
			change(next)
			ids = append(ids, next)
		}
		return ids
	}
	add(300)
	columns := slices.Sorted(maps.Keys(sessionColumns))
	type page struct {
		told sessionsTold
		k    known
	}
	pages := make([]page, 3)
	for i := range pages {
		pages[i].k = known{list: map[int64]json.RawMessage{}, watched: map[int64]json.RawMessage{}, gone: map[int64]bool{}}
	}
	var f sessionFeed
	f.take(from, nil, true)
	for step := range 150 {
		for i := range pages {
			p := &pages[i]
			if r.IntN(6) == 0 || step == 0 {
				order := columns[r.IntN(len(columns))]
				if order != "" && r.IntN(2) == 0 {
					order = "-" + order
				}
				p.told.list = op{Order: order, From: r.Int64N(400) * r.Int64N(2), N: 1 + r.IntN(50), Epoch: int64(step)}
			}
			if r.IntN(5) == 0 {
				p.told.watch = op{IDs: []int64{1 + r.Int64N(next), 1 + r.Int64N(next), next}}
			}
			p.k.hear(t, &f, from, &p.told)
			p.k.check(t, from, &p.told)
			if before := p.k.frames; true {
				if p.k.hear(t, &f, from, &p.told); p.k.frames != before {
					t.Fatal("told again though nothing has changed")
				}
			}
		}
		switch {
		case step%50 == 49: // a capture is removed
			for id := range from {
				if id/100 == 1 {
					delete(from, id)
				}
			}
			f.take(from, nil, true)
		default:
			ids := map[int64]bool{}
			for _, id := range add(r.IntN(4)) {
				ids[id] = true
			}
			for range r.IntN(20) {
				id := 1 + r.Int64N(next)
				if _, ok := from[id]; ok || r.IntN(10) == 0 {
					change(id)
					ids[id] = true
				}
			}
			f.take(from, slices.Sorted(maps.Keys(ids)), false)
		}
	}
	for i := range pages {
		f.quit(&pages[i].told)
	}
	if len(f.orders) != 0 {
		t.Errorf("%d orders are kept though no page shows them", len(f.orders))
	}
}

// Sessions that say much come in several frames.
func TestLongSessions(t *testing.T) {
	from := somewhere{}
	told := sessionsTold{list: op{N: maxListed, Order: "id"}}
	for id := int64(1); id <= maxWatched; id++ {
		from[id] = event.Session{ID: id, Name: strings.Repeat("x", 5000)}
		told.watch.IDs = append(told.watch.IDs, id)
	}
	var f sessionFeed
	f.take(from, nil, true)
	k := known{list: map[int64]json.RawMessage{}, watched: map[int64]json.RawMessage{}, gone: map[int64]bool{}}
	k.hear(t, &f, from, &told)
	k.check(t, from, &told)
	if k.frames < 2*maxWatched*5000/sessionsFrame {
		t.Errorf("%d frames", k.frames)
	}
}
