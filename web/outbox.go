// This file keeps what is to be sent to a page: one slot for each kind of
// message, so that a page that does not read costs no memory.

package web

import (
	"context"
	"sync"
)

const (
	maxAnswers = 4  // answers to questions waiting to be sent; the worker answers no more before they are gone
	maxErrs    = 64 // errors waiting to be sent; the reader reads no more before they are gone
)

// slot is a kind of message of which only the latest is worth sending.
type slot uint8

// The slots, in the order in which they are sent.
const (
	slotHello slot = iota
	slotProxy
	slotHold
	slotNote
	slotSessions
	slotList
	slotWatched
	slotCount
)

// viewSlots are the slots of a view.
type viewSlots struct{ stat, rows, agg []byte }

// outbox stands between the worker (and the reader, for errors) and the
// writer.
type outbox struct {
	wake    chan struct{} // one slot: the writer has something to send
	emptied chan struct{} // one slot: the writer took errors, the reader may go on
	taken   func()        // the writer took something: the worker may have more

	mu      sync.Mutex
	slots   [slotCount][]byte
	views   map[int32]*viewSlots // at most maxViews
	marks   []byte               // after the rows, which may be older
	answers [][]byte             // at most maxAnswers
	errs    [][]byte             // at most maxErrs
}

func newOutbox(taken func()) *outbox {
	return &outbox{
		wake: make(chan struct{}, 1), emptied: make(chan struct{}, 1),
		taken: taken, views: map[int32]*viewSlots{},
	}
}

func (o *outbox) kick() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// set fills a slot.
func (o *outbox) set(s slot, frame []byte) {
	o.mu.Lock()
	o.slots[s] = frame
	o.mu.Unlock()
	o.kick()
}

// free reports whether what was last put into a slot is on its way.
func (o *outbox) free(s slot) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.slots[s] == nil
}

// setMarks fills the slot of changed marks.
func (o *outbox) setMarks(frame []byte) {
	o.mu.Lock()
	o.marks = frame
	o.mu.Unlock()
	o.kick()
}

// marksFree reports whether the marks last told are on their way.
func (o *outbox) marksFree() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.marks == nil
}

// stat, rows and agg fill the slots of a view; forget empties them, for a view that
// is gone or begins anew.
func (o *outbox) stat(view int32, frame []byte) {
	o.mu.Lock()
	o.view(view).stat = frame
	o.mu.Unlock()
	o.kick()
}

func (o *outbox) rows(view int32, frame []byte) {
	o.mu.Lock()
	o.view(view).rows = frame
	o.mu.Unlock()
	o.kick()
}

func (o *outbox) agg(view int32, frame []byte) {
	o.mu.Lock()
	o.view(view).agg = frame
	o.mu.Unlock()
	o.kick()
}

func (o *outbox) forget(view int32) {
	o.mu.Lock()
	delete(o.views, view)
	o.mu.Unlock()
}

func (o *outbox) view(view int32) *viewSlots {
	v := o.views[view]
	if v == nil {
		v = new(viewSlots)
		o.views[view] = v
	}
	return v
}

// room reports whether another answer may be made.
func (o *outbox) room() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.answers) < maxAnswers
}

// answer queues the answer to a question.
func (o *outbox) answer(frame []byte) {
	o.mu.Lock()
	o.answers = append(o.answers, frame)
	o.mu.Unlock()
	o.kick()
}

// err queues an error of the reader. It waits while too many wait already: a
// page that sends nonsense and reads nothing is read no further.
func (o *outbox) err(ctx context.Context, frame []byte) {
	for {
		o.mu.Lock()
		if len(o.errs) < maxErrs {
			o.errs = append(o.errs, frame)
			o.mu.Unlock()
			o.kick()
			return
		}
		o.mu.Unlock()
		select {
		case <-o.emptied:
		case <-ctx.Done():
			return
		}
	}
}

// take empties the outbox into frames.
func (o *outbox) take(frames [][]byte) [][]byte {
	o.mu.Lock()
	for i, f := range o.slots {
		if f != nil {
			frames = append(frames, f)
			o.slots[i] = nil
		}
	}
	frames = append(frames, o.errs...)
	for _, v := range o.views {
		if v.rows != nil {
			frames = append(frames, v.rows)
		}
		if v.stat != nil {
			frames = append(frames, v.stat)
		}
		if v.agg != nil {
			frames = append(frames, v.agg)
		}
		*v = viewSlots{}
	}
	frames = append(frames, o.answers...)
	if o.marks != nil {
		frames, o.marks = append(frames, o.marks), nil
	}
	clear(o.errs)
	clear(o.answers)
	o.errs, o.answers = o.errs[:0], o.answers[:0]
	o.mu.Unlock()
	if len(frames) > 0 {
		select {
		case o.emptied <- struct{}{}:
		default:
		}
		o.taken()
	}
	return frames
}
