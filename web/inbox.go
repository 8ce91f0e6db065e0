// This file keeps what a page wants until the worker looks: for each view the
// latest wish only, and a short line of questions.

package web

import "sync"

// wish is what the page wants of one view. A newer wish takes the place of an
// older one.
type wish struct {
	sub  op  // with scope and query
	tail int // rows wanted along with stat
	win  *op // window to answer, nil when there is none
	agg  *op // what is to be added up, nil when nothing is
}

// inbox stands between the reader and the worker.
type inbox struct {
	wake chan struct{} // one slot: the worker has something to look at

	mu      sync.Mutex
	views   map[int32]*wish // at most maxViews
	list    *op             // of sessions, since the last look
	watch   *op             // single sessions
	asked   []op            // find, event, complete
	waiting int             // of these, asked and not answered; at most maxWaiting
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), views: map[int32]*wish{}}
}

func (in *inbox) kick() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// put takes a request from the reader.
func (in *inbox) put(o op) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	v := in.views[o.View]
	switch o.Op {
	case "sub":
		if v == nil {
			if len(in.views) >= maxViews {
				return &opError{Code: "too_many_views", Msg: "a page may have 8 views"}
			}
			v = new(wish)
			in.views[o.View] = v
		}
		v.sub, v.win = o, nil
	case "unsub":
		delete(in.views, o.View)
	case "tail":
		if v == nil {
			return errNoView
		}
		v.tail = o.N
	case "agg":
		if v == nil {
			return errNoView
		}
		v.agg = &o
	case "win":
		if v == nil {
			return errNoView
		}
		if o.Epoch == v.sub.Epoch { // else the page has moved on: nobody waits for it
			v.win = &o
		}
	case "find":
		if v == nil {
			return errNoView
		}
		if o.Epoch != v.sub.Epoch {
			return nil
		}
		return in.ask(o)
	case "list":
		in.list = &o
	case "watch":
		in.watch = &o
	case "event", "complete":
		return in.ask(o)
	}
	in.kick()
	return nil
}

var errNoView = &opError{Code: "no_view", Msg: "there is no such view: send sub first"}

func (in *inbox) ask(o op) error {
	if in.waiting >= maxWaiting {
		return &opError{Code: "busy", Msg: "too many requests are waiting for their answer"}
	}
	in.waiting++
	in.asked = append(in.asked, o)
	in.kick()
	return nil
}

// wishes returns a copy of what is wanted and takes the windows out.
func (in *inbox) wishes() map[int32]wish {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := make(map[int32]wish, len(in.views))
	for id, v := range in.views {
		m[id] = *v
		v.win = nil
	}
	return m
}

// sessionWishes takes over what the page wants to know of sessions, and reports
// whether that has changed.
func (in *inbox) sessionWishes(list, watch *op) (changed bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.list != nil {
		*list, in.list, changed = *in.list, nil, true
	}
	if in.watch != nil {
		*watch, in.watch, changed = *in.watch, nil, true
	}
	return changed
}

// questions takes out what was asked since the last call. Each counts against
// maxWaiting until it is answered.
func (in *inbox) questions() []op {
	in.mu.Lock()
	defer in.mu.Unlock()
	asked := in.asked
	in.asked = nil
	return asked
}

// answered gives the places of n answered questions free.
func (in *inbox) answered(n int) {
	in.mu.Lock()
	in.waiting -= n
	in.mu.Unlock()
}
