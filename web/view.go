// This file holds a view of a page: what it has counted, what it has said,
// and the window the page waits for.

package web

import (
	"context"
	"math"
	"strconv"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
)

// view belongs to the worker.
type view struct {
	id    int32
	epoch int64
	query *filter.Query
	rows  *captures.View

	counts  captures.Counts
	looked  bool // counts are of a look at the store
	current bool // nothing to scan as far as we know
	tail    int  // rows to send along with stat
	win     *op  // window to answer
	rate    rate
	sum     *sum // nil: none is wanted
	summed  bool // the sum had the last turn

	said     statement // in the last stat
	saidAt   time.Time
	saidOnce bool
	ended    bool // a scan of all has ended, and that was said
}

// statement is what a stat says; another one is sent when it differs.
type statement struct {
	total, all, errs, rate int64
	moved                  int64
	scan                   float64
	tail                   int
}

// advance scans for budget at most.
func (v *view) advance(ctx context.Context, budget time.Duration) {
	v.counts = v.rows.Advance(ctx, budget)
	v.looked = true
	v.current = v.counts.Scanned >= 1
	if v.sum != nil {
		v.sum.behind = true
	}
}

// step scans for a slice, or adds up for one: each in its turn while both have
// something to do.
func (v *view) step(ctx context.Context) {
	if v.sum == nil || !v.looked || !v.current && (v.summed || !v.sum.due()) {
		v.summed = false
		v.advance(ctx, slice)
		return
	}
	v.summed = true
	v.sum.advance(ctx, slice)
	if v.tail > 0 && v.sum.behind {
		v.sum.rest = time.Now().Add(sumRest * slice)
	}
}

// behind reports whether there is something to scan or to add up now.
func (v *view) behind() bool { return !v.current || v.sum != nil && v.sum.due() }

// report sends a stat if there is something new to say and enough time has
// passed since the last, and returns when to call again, zero if nothing is due.
func (v *view) report(w *worker) time.Time {
	if !v.looked {
		return time.Time{}
	}
	now := time.Now()
	if v.current || v.rate.known() {
		v.rate.add(now, v.counts.All)
	}
	s := statement{
		total: v.counts.Total, all: v.counts.All, errs: v.counts.Errors,
		moved: v.counts.Moved, rate: v.rate.value, scan: v.counts.Scanned, tail: v.tail,
	}
	if v.saidOnce && s == v.said {
		if v.rate.value != 0 {
			return now.Add(rateStep) // it falls when nothing comes
		}
		return time.Time{}
	}
	// The answer to a new tail waits for nothing, nor does the end of the first
	// scan; later ones end with every event that comes.
	ended := s.scan >= 1 && !v.ended
	if due := v.saidAt.Add(w.server.timing.stat); v.saidOnce && s.tail == v.said.tail && !ended && now.Before(due) {
		return due
	}
	w.out.stat(v.id, v.stat(s))
	v.said, v.saidAt, v.saidOnce = s, now, true
	v.ended = v.ended || s.scan >= 1
	if s.rate != 0 {
		return now.Add(rateStep)
	}
	return time.Time{}
}

// stat is the frame that says s.
func (v *view) stat(s statement) []byte {
	b := append(make([]byte, 0, 128+160*v.tail), `{"op":"stat"`...)
	b = appendField(b, "view", int64(v.id))
	b = appendField(b, "epoch", v.epoch)
	b = appendField(b, "total", s.total)
	b = appendField(b, "all", s.all)
	b = appendField(b, "errs", s.errs)
	b = appendField(b, "moved", s.moved)
	b = appendField(b, "rate", s.rate)
	if s.scan < 1 {
		b = append(b, `,"scan":`...)
		b = strconv.AppendFloat(b, max(s.scan, 0), 'f', 4, 64)
	}
	b = append(b, `,"took":`...)
	b = strconv.AppendFloat(b, float64(v.counts.Took.Microseconds())/1000, 'f', 1, 64)
	if s.tail > 0 {
		from := max(s.total-int64(s.tail), 0)
		if events, err := v.rows.Rows(from, s.tail); err == nil {
			b = appendField(b, "from", from)
			b = append(b, `,"rows":`...)
			b = appendRows(b, events)
		}
	}
	return append(b, '}')
}

// window answers the window that the page waits for, as soon as it has a row
// or will never have one.
func (v *view) window(w *worker) {
	o := v.win
	if o == nil || !v.looked || o.From >= v.counts.Total && !v.current {
		return
	}
	v.win = nil
	if o.Epoch != v.epoch {
		return
	}
	var events []*event.Event
	if n := min(int64(o.N), v.counts.Total-o.From); n > 0 {
		var err error
		if events, err = v.rows.Rows(o.From, int(n)); err != nil {
			w.out.rows(v.id, errFrame(o, err))
			return
		}
	}
	b := append(make([]byte, 0, 128+160*len(events)), `{"op":"rows"`...)
	b = appendField(b, "view", int64(v.id))
	b = appendField(b, "epoch", v.epoch)
	b = appendField(b, "seq", o.Seq)
	b = appendField(b, "from", o.From)
	b = appendField(b, "total", v.counts.Total)
	b = appendField(b, "moved", v.counts.Moved)
	b = append(b, `,"rows":`...)
	b = appendRows(b, events)
	w.out.rows(v.id, append(b, '}'))
}

// find returns the position that o asks for, -1 if there is none so far.
func (v *view) find(o *op) int64 {
	i := int64(-1)
	switch o.What {
	case "event":
		i = v.rows.Index(o.From)
	case "time":
		const end = math.MaxInt64 / 1000
		i = v.rows.IndexTime(min(max(o.From, -end), end) * 1000)
	case "next_error":
		i = v.rows.NextError(o.From, 1)
	case "prev_error":
		i = v.rows.NextError(o.From, -1)
	}
	if i >= v.counts.Total {
		return -1
	}
	return i
}

func appendField(dst []byte, name string, n int64) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return strconv.AppendInt(dst, n, 10)
}

func appendText(dst []byte, name, text string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return event.AppendJSONString(dst, text)
}

func appendFlag(dst []byte, name string, b bool) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return strconv.AppendBool(dst, b)
}

const (
	rateStep  = 250 * time.Millisecond
	rateSteps = 4 // the rate is that of the last second
)

// rate measures events per second.
type rate struct {
	value   int64
	samples []sample // at most rateSteps+1, oldest first
}

type sample struct {
	at  time.Time
	all int64
}

func (r *rate) known() bool { return len(r.samples) > 0 }

// add takes the count of events at now. The value changes once a step.
func (r *rate) add(now time.Time, all int64) {
	if len(r.samples) == 0 {
		r.samples = append(r.samples, sample{now, all})
		return
	}
	last := &r.samples[len(r.samples)-1]
	if gone := last.all - all; gone > 0 { // with a capture that was deleted: that is no rate
		for i := range r.samples {
			r.samples[i].all -= gone
		}
	}
	since := now.Sub(last.at)
	switch {
	case since < rateStep:
		return
	case since > rateStep*rateSteps: // it was quiet: what came now came in the last second
		r.samples = append(r.samples[:0], sample{now.Add(-rateStep * rateSteps), last.all})
	}
	r.samples = append(r.samples, sample{now, all})
	if len(r.samples) > rateSteps+1 {
		r.samples = append(r.samples[:0], r.samples[1:]...)
	}
	first := r.samples[0]
	r.value = int64(math.Round(float64(all-first.all) / now.Sub(first.at).Seconds()))
}
