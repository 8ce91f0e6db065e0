// This file adds up what a view selects: it reads the columns of the blocks
// that hold selected events, side by side where there are processors, and goes
// on from there as the view grows.

package captures

import (
	"context"
	"sync"
	"time"

	"msnscope/captures/index"
	"msnscope/captures/tally"
)

// Wanted says what an Aggregate adds up.
type Wanted uint8

// maxPassed is how many blocks are added up at once without reading any.
const maxPassed = 256

// What can be added up.
const (
	WantTimeline Wanted = 1 << iota // counts over time
	WantNumbers                     // totals, commands, latencies, accounts, keep-alives
	WantHits                        // how many events of each session, and the first of them
)

// Aggregate is the sum of what a view selects. Like the view it belongs to one
// goroutine, the view's.
//
// It adds what is new, and begins anew when the view takes back what it had
// selected. Its memory is bounded, however many events there are.
type Aggregate struct {
	v      *View
	want   Wanted
	redone int64 // of the view
	parts  map[*index.Capture]int64
	reads  []reading
	sums   *sums
	rev    int64
}

// reading is the head of a block being read.
type reading struct {
	p    *part
	ref  index.Ref
	from int64 // number of the first event to add
	scan index.Scan
	b    *index.Block
	err  error
}

// NewAggregate returns the sum of a view; nothing is added up yet.
func (v *View) NewAggregate(want Wanted) *Aggregate {
	a := &Aggregate{v: v, want: want, reads: make([]reading, len(v.scans)*perWorker)}
	a.begin()
	return a
}

func (a *Aggregate) begin() {
	a.redone = a.v.redone
	a.parts, a.sums = map[*index.Capture]int64{}, newSums(a.want)
}

// Revision grows whenever the sum has changed.
func (a *Aggregate) Revision() int64 { return a.rev }

// Advance adds up what the view has selected so far, until budget is used up (0:
// no limit) or ctx is done, and returns the share of the store that is added up,
// 1 when that is all. It always does some work, unless ctx is done.
func (a *Aggregate) Advance(ctx context.Context, budget time.Duration) (share float64) {
	begin := time.Now()
	if a.redone != a.v.redone {
		a.begin()
		a.rev++
	}
	for _, p := range a.v.parts {
		for ctx.Err() == nil {
			more, ok := a.advance(p)
			if !ok {
				return min(a.share(), 0.999)
			}
			if !more {
				break
			}
			if budget > 0 && time.Since(begin) > budget {
				return a.share()
			}
		}
	}
	return a.share()
}

func (a *Aggregate) share() float64 {
	done, all := int64(0), int64(0)
	for _, p := range a.v.parts {
		done += min(max(a.parts[p.c]-1, 0), p.all)
		all += p.all
	}
	if done >= all {
		return 1
	}
	return float64(done) / float64(all)
}

// advance adds up some blocks of a part. more is false when all that the view
// has tested is added up, ok when a block cannot be read: see View.test.
func (a *Aggregate) advance(p *part) (more, ok bool) {
	every := a.v.scan.everything()
	timeline := every && a.want == WantTimeline
	if timeline {
		a.pass(p)
	}
	next, end := max(a.parts[p.c], 1), p.next
	n := 0
	for from := next; n < len(a.reads); n++ {
		i := p.rank(every, from)
		if from >= end || i >= p.total(every) {
			next = end
			break
		}
		number := p.at(every, i)
		r, err := p.c.Find(number)
		if err != nil {
			return false, false
		}
		if timeline && n > 0 && a.passes(p, &r, number) {
			break
		}
		a.reads[n].p, a.reads[n].ref, a.reads[n].from = p, r, number
		from = r.End()
		next = min(from, end)
	}
	reads := a.reads[:n]
	a.read(reads)
	for i := range reads {
		r := &reads[i]
		if r.err != nil {
			return false, false
		}
		a.add(r, every)
		a.parts[p.c] = min(r.ref.End(), end)
		a.rev++
	}
	a.parts[p.c] = next
	return next < end, true
}

// pass adds up blocks by their facts, as long as all of a block happened within
// one cell of the timeline: those need not be read.
func (a *Aggregate) pass(p *part) {
	for range maxPassed {
		next := max(a.parts[p.c], 1)
		if next >= p.next {
			return
		}
		r, err := p.c.Find(next)
		if err != nil || !a.passes(p, &r, next) {
			return
		}
		f := &r.Facts
		a.sums.timeline.AddAll(f.Min, &tally.Cell{
			Events: [2]int64{int64(f.Events[0]), int64(f.Events[1])}, Bytes: f.Bytes, Errors: int64(f.Errors),
		})
		a.parts[p.c] = r.End()
		a.rev++
	}
}

// passes reports whether facts say what all of a block adds, of which event from
// is the next one to be added.
func (a *Aggregate) passes(p *part, r *index.Ref, from int64) bool {
	f := &r.Facts
	return from == r.First && r.End() <= p.next && f.Count == f.Events[0]+f.Events[1]+f.Notes && a.sums.timeline.OneCell(f.Min, f.Max)
}

// read reads the heads of blocks.
func (a *Aggregate) read(reads []reading) {
	one := func(r *reading) {
		r.scan.Depth = index.Columns
		r.b, r.err = r.p.c.Read(&r.ref, &r.scan)
	}
	workers := min(len(a.v.scans), len(reads))
	if workers <= 1 {
		for i := range reads {
			one(&reads[i])
		}
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(reads); i += workers {
				one(&reads[i])
			}
		})
	}
	wg.Wait()
}

// add adds up the selected events of a block.
func (a *Aggregate) add(r *reading, every bool) {
	p, end := r.p, min(r.ref.End(), r.p.next)
	for n := r.from; n < end; n++ {
		if every || p.sel.has(n) {
			l := r.b.Look(int(n - r.ref.First))
			a.sums.add(p.c, n, &l)
			if l.Error && l.Back != 0 && a.want&WantNumbers != 0 {
				a.sums.failed(a.request(r, n-l.Back), &l)
			}
		}
	}
	r.b = nil
}

// request returns the name of the command that an error answers, zeros if it
// cannot be told with little work.
func (a *Aggregate) request(r *reading, n int64) (cmd [3]byte) {
	if n >= r.ref.First {
		return r.b.Command(int(n - r.ref.First))
	}
	if a.sums.lookups >= maxLookups {
		return cmd
	}
	a.sums.lookups++
	if ref, err := r.p.c.Find(n); err == nil {
		if b, err := r.p.c.Read(&ref, nil); err == nil { // kept: the next error often has its request there too
			cmd = b.Command(int(n - ref.First))
		}
	}
	return cmd
}
