// This file holds the worker of a page: the one goroutine that looks at the
// store for it. It scans in short slices, so that a window which the page is
// about to paint never waits for a scan; the sessions are looked at beside it.

package web

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// slice is the longest scan between two looks at the inbox. A window asked for
// during a scan waits no longer than that.
const slice = 8 * time.Millisecond

type worker struct {
	server *Server
	in     *inbox
	out    *outbox
	views  map[int32]*view
	asked  []op // questions not answered yet

	changed  <-chan struct{} // closed when the store has changed; nil while a look is due anyway
	look     time.Time       // when the views may look at the store again
	last     int32           // id of the view that scanned last
	marks    int64           // changes of the marks that the page was told of
	removals int64           // captures removed that the page was told of
	sessions sessionsTold
	stale    bool                // they may have changed since the last look
	looking  bool                // a look at them is on its way, to which they belong
	looked   chan sessionsLooked // one slot
	nextSess time.Time
	proxy    []byte // proxy status as last sent, JSON
	problem  string // of the proxy, as last noted
	nextPrx  time.Time
	held     <-chan struct{} // closed when other commands are held; nil while that is to be told
	nextHold time.Time
}

func newWorker(s *Server, in *inbox, out *outbox) *worker {
	w := &worker{server: s, in: in, out: out, views: map[int32]*view{}, looked: make(chan sessionsLooked, 1), stale: true}
	w.proxy, _ = json.Marshal(s.proxyStatus()) // said with hello
	return w
}

// run works until ctx is done.
func (w *worker) run(ctx context.Context) {
	w.marks = w.server.Store.MarkChanges() // rows asked for from now on have these
	_, w.removals = w.server.Store.Removals(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer func() { w.server.views.Add(-int64(len(w.views))) }()
	defer func() {
		if w.looking {
			<-w.looked
		}
		w.server.sessions.quit(&w.sessions)
	}()
	for ctx.Err() == nil {
		now := time.Now()
		if w.changed == nil && !now.Before(w.look) {
			// Asked for before looking: what changes while we look is seen next time.
			w.changed = w.server.Store.Changed()
			w.look = now.Add(w.server.timing.stat)
			w.stale = true
			for _, v := range w.views {
				v.current = false
			}
		}
		w.grant()
		w.answer(ctx)
		scanning := w.scan(ctx)
		due := now.Add(time.Hour)
		for _, v := range w.views {
			due = earlier(due, v.report(w))
			due = earlier(due, v.reportSum(w))
			if v.sum != nil && v.sum.behind {
				due = earlier(due, v.sum.rest)
			}
		}
		w.tellMarks()
		w.tellRemovals()
		due = earlier(due, w.tellSessions(now))
		due = earlier(due, w.tellProxy(now))
		due = earlier(due, w.tellHolds(now))
		if w.changed == nil {
			due = earlier(due, w.look)
		}
		if scanning {
			select {
			case <-w.changed:
				w.changed = nil // what comes meanwhile is told meanwhile
			case l := <-w.looked:
				w.tellLooked(&l)
			default:
			}
			continue
		}
		timer.Reset(max(time.Until(due), 0))
		select {
		case <-ctx.Done():
		case <-w.in.wake:
		case <-w.changed:
			w.changed = nil
		case <-w.held:
			w.held = nil
		case l := <-w.looked:
			w.tellLooked(&l)
		case <-timer.C:
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}

// grant brings the views in line with what the page wants and answers windows.
func (w *worker) grant() {
	wishes := w.in.wishes()
	for id := range w.views {
		if _, ok := wishes[id]; !ok {
			delete(w.views, id)
			w.server.views.Add(-1)
			w.out.forget(id)
		}
	}
	for id, want := range wishes {
		v := w.views[id]
		if v == nil || v.epoch != want.sub.Epoch || v.query != want.sub.query {
			w.out.forget(id)
			if v == nil {
				w.server.views.Add(1)
			}
			v = &view{
				id: id, epoch: want.sub.Epoch, query: want.sub.query,
				rows: w.server.Store.View(want.sub.scope, want.sub.query),
			}
			w.views[id] = v
		}
		v.tail = want.tail
		v.wantSum(want.agg)
		if want.win != nil {
			v.win = want.win
		}
	}
	for _, v := range w.views {
		v.window(w)
	}
}

// scan lets one view that is behind scan for a slice, each in its turn, and
// reports whether there is more to scan.
func (w *worker) scan(ctx context.Context) bool {
	var v *view
	behind := 0
	for id, c := range w.views {
		if !c.behind() {
			continue
		}
		behind++
		if v == nil || turn(id, w.last) < turn(v.id, w.last) {
			v = c
		}
	}
	if v == nil {
		return false
	}
	w.last = v.id
	v.step(ctx)
	if !v.behind() {
		behind--
	}
	v.window(w)
	return behind > 0
}

// turn orders ids from the one after last on and around.
func turn(id, last int32) uint32 { return uint32(id - last - 1) }

// answer answers the questions that can be answered now, as long as the page
// takes the answers.
func (w *worker) answer(ctx context.Context) {
	w.asked = append(w.asked, w.in.questions()...)
	later := w.asked[:0]
	for i, o := range w.asked {
		if !w.out.room() {
			later = append(later, w.asked[i:]...)
			break
		}
		frame, ok := w.question(ctx, &o)
		if !ok {
			later = append(later, o)
			continue
		}
		w.in.answered(1)
		if frame != nil {
			w.out.answer(frame)
		}
	}
	clear(w.asked[len(later):])
	w.asked = later
}

// question returns the answer to a question, nil if nobody waits for it any
// more; ok is false if it must wait for a scan.
func (w *worker) question(ctx context.Context, o *op) (answer []byte, ok bool) {
	switch o.Op {
	case "find":
		v := w.views[o.View]
		if v == nil || v.epoch != o.Epoch {
			return nil, true
		}
		index := v.find(o)
		if index < 0 && !v.current {
			return nil, false
		}
		return frame(map[string]any{"op": "res", "seq": o.Seq, "index": index}), true
	case "event":
		e, err := w.server.eventJSON(ctx, o.ID, o.Max, o.Secrets)
		if err != nil {
			return errFrame(o, err), true
		}
		return frame(map[string]any{"op": "res", "seq": o.Seq, "event": json.RawMessage(e)}), true
	default: // complete
		items := w.server.complete(o.Field, o.Prefix, o.N)
		return frame(map[string]any{"op": "res", "seq": o.Seq, "items": items}), true
	}
}

// tellProxy sends the proxy's status if it has changed, and returns when to
// look again.
func (w *worker) tellProxy(now time.Time) time.Time {
	if w.server.Proxy == nil {
		return time.Time{}
	}
	if now.Before(w.nextPrx) {
		return w.nextPrx
	}
	w.nextPrx = now.Add(w.server.timing.proxy)
	st := w.server.proxyStatus()
	if b, _ := json.Marshal(st); !bytes.Equal(b, w.proxy) {
		w.proxy = b
		w.out.set(slotProxy, frame(map[string]any{"op": "proxy", "proxy": st}))
	}
	if st.Problem != w.problem {
		w.problem = st.Problem
		n := map[string]any{"op": "note", "level": "error", "text": st.Problem}
		if st.Problem == "" {
			n["level"], n["text"] = "info", "the proxy's trouble is over"
		}
		w.out.set(slotNote, frame(n))
	}
	return w.nextPrx
}
