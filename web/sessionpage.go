// This file tells a page of sessions: some numbers about all of them, those of
// the list that it shows, and single ones that it looks at. A page is told what
// has changed since it was told last, and keeps a few numbers of each here.

package web

import (
	"slices"
	"strconv"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
)

const (
	// sessionsFrame is the number of bytes after which a frame of sessions is sent
	// and another one begun: one with thousands of connections is long.
	sessionsFrame = 256 << 10
	maxListed     = 1000 // sessions of a page's list
	maxWatched    = 512  // and those that it looks at beside it
	// looksRest is how many times longer than a look at the sessions the pause
	// before the next one is, at the least.
	looksRest = 10
)

// sessionsTold is what a page wants to know of sessions, and what it was told.
type sessionsTold struct {
	list    op // standing wishes; N 0: no list
	watch   op
	order   string // whose keeping up the page takes part in
	entered bool

	begun bool
	sum   sessionsSum

	epoch   int64               // of the list last told
	total   int64               // and how many sessions there were
	ids     []int64             // in it
	listed  map[int64]int64     // id -> revision in which it was told
	watched map[int64]int64     // the same; 0: that there is none
	conns   map[int64]connsTold // of those watched that have many connections
}

// picked is a session with its revision, 0 if there is none.
type picked struct{ id, rev int64 }

// look returns what there is to be told: how many sessions there are, those of the
// list, and those that are watched.
func (f *sessionFeed) look(store *captures.Store, t *sessionsTold) (sum sessionsSum, list, watched []picked) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.update(store)
	return f.pick(store, t)
}

func (f *sessionFeed) pick(from sessionSource, t *sessionsTold) (sum sessionsSum, list, watched []picked) {
	if t.entered && (t.list.N == 0 || t.order != t.list.Order) {
		f.leave(t.order)
		t.entered = false
	}
	if t.list.N > 0 {
		var o *sessionOrder
		if t.entered {
			o = f.orders[t.order]
		} else {
			o = f.enter(t.list.Order, from)
			t.order, t.entered = t.list.Order, true
		}
		first := min(t.list.From, int64(len(o.sorted)))
		for _, slot := range o.sorted[first:min(first+int64(t.list.N), int64(len(o.sorted)))] {
			list = append(list, picked{f.slots[slot].id, f.slots[slot].rev})
		}
	}
	for _, id := range t.watch.IDs {
		p := picked{id: id}
		if slot := f.find(id); slot >= 0 {
			p.rev = f.slots[slot].rev
		}
		watched = append(watched, p)
	}
	return f.sum(), list, watched
}

// quit ends the page's part in the feed.
func (f *sessionFeed) quit(t *sessionsTold) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t.entered {
		f.leave(t.order)
		t.entered = false
	}
}

// sessionsLooked is what a look at the sessions has found.
type sessionsLooked struct {
	sum           sessionsSum
	list, watched []picked
	took          time.Duration
}

// tellSessions looks at the sessions if it is time for that, and returns when to
// call again. The first look, or the first in an order, is one at all sessions
// there are: rows do not wait for it.
func (w *worker) tellSessions(now time.Time) time.Time {
	if w.looking {
		return time.Time{} // its end wakes us
	}
	t := &w.sessions
	if w.in.sessionWishes(&t.list, &t.watch) {
		w.nextSess, w.stale = now, true // the page waits
	}
	if !w.stale {
		return time.Time{} // the store's next change wakes us
	}
	for _, s := range []slot{slotSessions, slotList, slotWatched} {
		if !w.out.free(s) {
			return time.Time{} // the writer wakes us when it has taken them
		}
	}
	if now.Before(w.nextSess) {
		return w.nextSess
	}
	w.looking, w.stale = true, false
	go func() {
		began := time.Now()
		var l sessionsLooked
		l.sum, l.list, l.watched = w.server.sessions.look(w.server.Store, t)
		l.took = time.Since(began)
		w.looked <- l
	}()
	long := time.NewTimer(slice)
	defer long.Stop()
	select { // mostly it takes no time, and is told together with the rows
	case l := <-w.looked:
		w.tellLooked(&l)
	case <-long.C:
	}
	return time.Time{} // the writer, the look's end or the store's next change wakes us
}

// tellLooked sends what has changed about sessions.
func (w *worker) tellLooked(l *sessionsLooked) {
	w.looking = false
	began := time.Now()
	t := &w.sessions
	if b := t.tellSum(l.sum); b != nil {
		w.out.set(slotSessions, b)
	}
	b, moreListed := t.tellList(w.server.Store, l.sum.total, l.list)
	if b != nil {
		w.out.set(slotList, b)
	}
	b, moreWatched := t.tellWatched(w.server.Store, l.watched)
	if b != nil {
		w.out.set(slotWatched, b)
	}
	if w.stale = w.stale || moreListed || moreWatched; !moreListed && !moreWatched {
		// A look after very many sessions have changed takes its time.
		w.nextSess = began.Add(max(w.server.timing.sess, looksRest*(l.took+time.Since(began))))
	}
}

func (t *sessionsTold) tellSum(sum sessionsSum) []byte {
	if t.begun && sum == t.sum {
		return nil
	}
	t.begun, t.sum = true, sum
	b := append([]byte(nil), `{"op":"sessions"`...)
	b = appendField(b, "rev", sum.rev)
	b = appendField(b, "total", sum.total)
	b = appendField(b, "live", sum.live)
	b = appendField(b, "newest", sum.newest)
	return append(appendField(b, "signed", sum.signed), '}')
}

// tellList returns the frame of the list: its sessions in order if that has
// changed, and without their connections those that have; and whether there is
// more to tell.
func (t *sessionsTold) tellList(from sessionSource, total int64, list []picked) (frame []byte, more bool) {
	if t.list.N == 0 {
		t.listed, t.ids = nil, nil
		return nil, false
	}
	ids := make([]int64, len(list))
	fresh := map[int64]int64{}
	var changed []picked
	for i, p := range list {
		ids[i] = p.id
		if fresh[p.id] = p.rev; t.listed[p.id] != p.rev {
			changed = append(changed, p)
		}
	}
	moved := t.epoch != t.list.Epoch || !slices.Equal(ids, t.ids)
	if !moved && len(changed) == 0 && total == t.total {
		return nil, false
	}
	t.epoch, t.total, t.ids, t.listed = t.list.Epoch, total, ids, fresh
	b := append([]byte(nil), `{"op":"list"`...)
	b = appendField(b, "epoch", t.epoch)
	b = appendField(b, "total", total)
	b = appendField(b, "from", t.list.From)
	if moved {
		b = append(b, `,"ids":`...)
		b = appendIDs(b, ids)
	}
	b = append(b, `,"list":[`...)
	first := true
	for _, p := range changed {
		if len(b) > sessionsFrame {
			fresh[p.id], more = 0, true
			continue
		}
		s, ok := from.Session(p.id)
		if !ok {
			continue // it has gone this moment: the next look says so
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = event.AppendSession(b, &s, nil)
	}
	return append(b, "]}"...), more
}

// tellWatched returns the frame of what has changed among the sessions that are
// watched, and whether there is more to tell.
func (t *sessionsTold) tellWatched(from sessionSource, watched []picked) (frame []byte, more bool) {
	told, conns := make(map[int64]int64, len(watched)), map[int64]connsTold{}
	var gone []int64
	b := append([]byte(nil), `{"op":"watched","list":[`...)
	empty := len(b)
	for _, p := range watched {
		rev, known := t.watched[p.id]
		if c, many := t.conns[p.id]; many && known {
			conns[p.id] = c
		}
		switch {
		case known && rev == p.rev:
		case p.rev == 0:
			gone = append(gone, p.id)
			delete(conns, p.id)
		case len(b) > sessionsFrame:
			more = true
			if known {
				told[p.id] = rev
			}
			continue
		default:
			s, ok := from.Session(p.id)
			if !ok {
				continue // it has gone this moment: the next look says so
			}
			if len(b) > empty {
				b = append(b, ',')
			}
			b = conns[p.id].append(b, &s, from.Connections(p.id), conns)
		}
		told[p.id] = p.rev
	}
	t.watched, t.conns = told, conns
	if len(b) == empty && len(gone) == 0 {
		return nil, false
	}
	b = append(b, `],"gone":`...)
	return append(appendIDs(b, gone), '}'), more
}

func appendIDs(b []byte, ids []int64) []byte {
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return append(b, ']')
}
