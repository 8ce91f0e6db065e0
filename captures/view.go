// This file is the View: which events a filter selects in a scope, kept up to
// date as the store grows.

package captures

import (
	"context"
	"runtime"
	"slices"
	"time"

	"msnscope/captures/filter"
	"msnscope/captures/index"
)

const (
	// maxWorkers bounds the processors that one view uses. While the proxy
	// records, one is left to it.
	maxWorkers = 4
	// perWorker is how many blocks a worker tests in one go: some
	// milliseconds of work in the worst case.
	perWorker = 4
)

// View is a filter over a scope, with the ids of what it selects. It belongs
// to one goroutine.
//
// Its order is that of the captures: imports by number, then what was recorded
// here by number, so that a view of everything ends with what happens now; and
// within a capture that of the events' ids. Selected events keep their
// positions while a store only records. They move when an import comes before
// a recording, when a capture is taken away and when a connection turns out to
// belong to another session: see Counts.Moved.
type View struct {
	s      *Store
	x      *index.Index
	list   []*index.Capture // that parts were made for
	scan   *scanner
	scans  []*scanner // one a worker; scan is the first
	tests  []test     // blocks tested in one go
	parts  []*part    // by capture
	marked int64      // changes of the marks that are taken over
	moved  int64
	redone int64 // grows when events are no longer selected, or are tested again
	took   time.Duration
	worked bool // a block was tested in this Advance
	found  bool // something was selected before this Advance, or it does not matter
}

// part is what a view knows of one capture.
type part struct {
	c      *index.Capture
	name   string    // of its file
	next   int64     // number of the first event not tested
	all    int64     // events of the capture when last looked at
	moves  int64     // of the capture
	solved int64     // answers of the capture
	chats  int64     // changes of its chats
	sel    selection // selected events
	errs   selection // error replies among them
	scoped selection // events in the scope, if that says anything
	errors int64     // of a view of everything, which needs no sets
}

// View returns a view; nothing is scanned yet. A nil filter selects everything.
func (s *Store) View(scope Scope, q *filter.Query) *View {
	v := &View{s: s, marked: s.marks.Now()}
	free := runtime.GOMAXPROCS(0)
	if s.isRecording() {
		free--
	}
	v.workers(scope, q, max(1, min(free, maxWorkers)))
	return v
}

// workers sets how many blocks are tested side by side.
func (v *View) workers(scope Scope, q *filter.Query, n int) {
	v.scans = make([]*scanner, n)
	for i := range v.scans {
		v.scans[i] = newScanner(v.s.marks, scope, q)
	}
	v.scan = v.scans[0]
	v.tests = make([]test, 1)
	if n > 1 {
		v.tests = make([]test, n*perWorker)
	}
}

// Counts is how far a view has come.
type Counts struct {
	Total   int64   // events selected so far
	All     int64   // events in the scope so far
	Errors  int64   // error replies among the selected
	Moved   int64   // grows when selected events are at other positions than before
	Scanned float64 // share of the store scanned, 1 when current
	Took    time.Duration
}

// Advance scans on until the view is current, budget is used up (0: no limit)
// or ctx is done. It always does some work, unless ctx is done. With a budget it
// also ends when it has found the first that the view selects: somebody waits
// for it.
func (v *View) Advance(ctx context.Context, budget time.Duration) Counts {
	begin := time.Now()
	v.refresh()
	v.remark()
	v.worked, v.found = false, budget == 0
	for _, p := range v.parts {
		v.found = v.found || p.total(v.scan.everything()) > 0
	}
	for _, p := range v.parts {
		if v.scan.everything() {
			continue
		}
		before := p.sel.total
		if !v.advance(ctx, p, begin, budget) {
			v.grew(p, before)
			break
		}
		v.grew(p, before)
	}
	v.took += time.Since(begin)
	return v.counts()
}

// refresh takes over which captures there are and how long they are.
func (v *View) refresh() {
	if x := v.s.index(); x != v.x {
		if v.x != nil {
			v.moved++
			v.redone++
		}
		v.x, v.parts, v.list = x, nil, nil
	}
	v.arrange(v.x.Captures())
	for _, p := range v.parts {
		st := p.c.Status()
		p.all = st.Events
		if v.scan.everything() {
			before := p.total(true)
			p.next, p.errors = st.Events+1, st.Errors
			v.grew(p, before)
		}
	}
}

// arrange makes parts for the captures there are. The index gives out another
// list when it has changed.
func (v *View) arrange(list []*index.Capture) {
	if len(list) == len(v.list) && (len(list) == 0 || &list[0] == &v.list[0]) {
		return
	}
	v.list = list
	old := map[*index.Capture]*part{}
	for _, p := range v.parts {
		old[p.c] = p
	}
	was := v.parts
	v.parts = nil
	for _, c := range list {
		if !v.scan.covers(c) {
			continue
		}
		p := old[c]
		if p == nil {
			p = &part{c: c, name: c.State().Name, next: 1}
		}
		delete(old, c)
		v.parts = append(v.parts, p)
	}
	for _, p := range was { // captures that were taken away
		if old[p.c] == nil {
			continue
		}
		v.redone++
		if p.total(v.scan.everything()) > 0 {
			v.moved++
		}
	}
}

// grew notes that a part has more events than before, which moves those of the
// parts behind it.
func (v *View) grew(p *part, before int64) {
	if p.total(v.scan.everything()) == before {
		return
	}
	i := slices.Index(v.parts, p)
	for _, o := range v.parts[i+1:] {
		if o.total(v.scan.everything()) > 0 {
			v.moved++
			return
		}
	}
}

// advance scans a part on; false when it had to stop.
func (v *View) advance(ctx context.Context, p *part, begin time.Time, budget time.Duration) bool {
	var again []uint64 // what was selected before it has to be tested again
	first, moves := p.c.Moved(p.moves)
	p.moves = moves
	late, solved := p.c.Answered(p.solved)
	p.solved = solved
	if !v.scan.bySession() {
		first = 0
	}
	if v.scan.byChat() {
		other, chats := p.c.ChatChanged(p.chats)
		if p.chats = chats; other != 0 && (first == 0 || other < first) {
			first = other
		}
	}
	if late != 0 && v.scan.byAnswers() && (first == 0 || late < first) {
		first = late
	}
	reach := p.next
	if first != 0 && first < p.next {
		v.redone++
		again = slices.Clone(p.sel.from(first))
		p.sel.cut(first)
		p.errs.cut(first)
		p.scoped.cut(first)
		p.next = first
	}
	for _, scan := range v.scans {
		scan.in(p.c)
	}
	wanted := v.scan.may
	if v.scan.scope != (Scope{}) {
		wanted = v.scan.inScope // all of them are counted
	}
	done := true
	for done && p.next <= p.all {
		if ctx.Err() != nil || v.worked && budget > 0 && (!v.found && p.sel.total > 0 || time.Since(begin) > budget) {
			done = false
			break
		}
		n := 0
		var err error
		for from := p.next; n < len(v.tests); n++ {
			r, ok, failed := v.scan.next(from, wanted, v.scan.scope != Scope{})
			if err = failed; err != nil || !ok {
				break
			}
			v.tests[n].ref, v.tests[n].from = r, from
			from = r.End()
		}
		if n == 0 && err != nil { // see test
			done = false
			break
		}
		if n == 0 {
			p.next = p.all + 1
			break
		}
		done = v.test(p, v.tests[:n])
	}
	if again != nil && !sameUpTo(again, p.sel.from(first), reach-first+(first-1)%64) {
		v.moved++
	}
	return done
}

// sameUpTo reports whether two runs of words have the same first n bits.
func sameUpTo(a, b []uint64, n int64) bool {
	word := func(w []uint64, i int64) uint64 {
		if i < int64(len(w)) {
			return w[i]
		}
		return 0
	}
	for i := range (n + 63) / 64 {
		d := word(a, i) ^ word(b, i)
		if i == n/64 {
			d &= 1<<(n%64) - 1
		}
		if d != 0 {
			return false
		}
	}
	return true
}

func (v *View) counts() Counts {
	c := Counts{Took: v.took, Moved: v.moved}
	var all, tested int64
	every := v.scan.everything()
	for _, p := range v.parts {
		c.Total += p.total(every)
		all += p.all
		tested += min(p.next-1, p.all)
		switch {
		case every:
			c.All += p.next - 1
			c.Errors += p.errors
		case v.scan.scope == Scope{}:
			c.All += p.next - 1
			c.Errors += p.errs.total
		default:
			c.All += p.scoped.total
			c.Errors += p.errs.total
		}
	}
	c.Scanned = 1
	if tested < all {
		c.Scanned = float64(tested) / float64(all)
	}
	return c
}
