// This file finds positions in a view: the rows at a position, and the
// positions of events, times and errors.

package captures

import (
	"math"

	"msnscope/captures/event"
	"msnscope/captures/index"
)

// total returns how many events of the part are selected; every says that all
// are.
func (p *part) total(every bool) int64 {
	if every {
		return p.next - 1
	}
	return p.sel.total
}

// at returns the number of the selected event at a position of the part.
func (p *part) at(every bool, i int64) int64 {
	if every {
		return i + 1
	}
	return p.sel.at(i)
}

// rank returns how many selected events of the part have a number below n.
func (p *part) rank(every bool, n int64) int64 {
	if every {
		return min(max(n-1, 0), p.next-1)
	}
	return p.sel.rank(n)
}

// Rows returns up to n selected events from position from on. They stay valid;
// their bytes must not be changed.
func (v *View) Rows(from int64, n int) ([]*event.Event, error) {
	var rows []*event.Event
	every := v.scan.everything()
	for _, p := range v.parts {
		total := p.total(every)
		if from >= total {
			from -= total
			continue
		}
		var b *index.Block
		var r index.Ref
		for ; from < total && len(rows) < n; from++ {
			number := p.at(every, max(from, 0))
			if b == nil || number >= r.End() {
				var err error
				if r, err = p.c.Find(number); err != nil {
					return rows, err
				}
				if b, err = p.c.Read(&r, nil); err != nil {
					return rows, err
				}
			}
			e := new(event.Event)
			b.Event(int(number-r.First), e)
			e.Session, e.Unanswered = p.c.Session(e.Connection), r.Unanswered(number)
			e.Mark = v.s.marks.Event(p.name, e.ID)
			rows = append(rows, e)
		}
		from = 0
		if len(rows) >= n {
			break
		}
	}
	return rows, nil
}

// Index returns the position of the first selected event with an id >= id
// in its capture (the number of those before it when there is none).
func (v *View) Index(id int64) int64 {
	at := int64(0)
	every := v.scan.everything()
	for _, p := range v.parts {
		number := id - p.c.ID(0)
		if number >= 1 && number < event.EventsPerCapture {
			return at + p.rank(every, number)
		}
		at += p.total(every)
	}
	return at
}

// IndexTime returns the position of the first selected event at or after t,
// Unix ns (Total when there is none).
func (v *View) IndexTime(t int64) int64 {
	at := int64(0)
	every := v.scan.everything()
	for _, p := range v.parts {
		total := p.total(every)
		for i := int64(0); i < total; {
			r, ok, err := p.c.Next(p.at(every, i), func(f *index.Facts) bool { return f.Max >= t })
			if !ok || err != nil {
				break
			}
			b, err := p.c.Read(&r, &index.Scan{Depth: index.Columns})
			if err != nil {
				break
			}
			for i = p.rank(every, r.First); i < total; i++ {
				n := p.at(every, i)
				if n >= r.End() {
					break
				}
				if b.Time(int(n-r.First)) >= t {
					return at + i
				}
			}
		}
		at += total
	}
	return at
}

// NextError returns the position of the first error reply after position from
// (step 1) or before it (step -1); -1 if there is none.
func (v *View) NextError(from int64, step int) int64 {
	at, best := int64(0), int64(-1)
	every := v.scan.everything()
	for _, p := range v.parts {
		total := p.total(every)
		// The number of the event at from, or the bound of the part.
		number := int64(0)
		switch {
		case from-at >= total:
			number = math.MaxInt64
		case from-at >= 0 && total > 0:
			number = p.at(every, from-at)
		}
		if n := p.nextError(every, number, step); n != 0 {
			if best = at + p.rank(every, n); step > 0 {
				return best
			}
		}
		at += total
	}
	return best
}

// nextError returns the number of the nearest error reply after number n, or
// before it (step -1); 0 if there is none.
func (p *part) nextError(every bool, n int64, step int) int64 {
	if !every {
		if step > 0 {
			if n == math.MaxInt64 {
				return 0
			}
			if i := p.errs.rank(n + 1); i < p.errs.total {
				return p.errs.at(i)
			}
			return 0
		}
		if i := p.errs.rank(n); i > 0 {
			return p.errs.at(i - 1)
		}
		return 0
	}
	n = min(n, p.next)
	has := func(f *index.Facts) bool { return f.Errors > 0 }
	for {
		var r index.Ref
		var ok bool
		var err error
		if step > 0 {
			r, ok, err = p.c.Next(n+1, has)
		} else {
			r, ok, err = p.c.Previous(n-1, has)
		}
		if !ok || err != nil {
			return 0
		}
		b, err := p.c.Read(&r, &index.Scan{Depth: index.Kinds})
		if err != nil {
			return 0
		}
		if step > 0 {
			for i := max(n+1-r.First, 0); i < int64(b.Len()); i++ {
				if b.Error(int(i)) {
					if r.First+i >= p.next {
						return 0
					}
					return r.First + i
				}
			}
			n = r.End() - 1
			continue
		}
		for i := min(n-1-r.First, int64(b.Len())-1); i >= 0; i-- {
			if b.Error(int(i)) {
				return r.First + i
			}
		}
		if n = r.First; n <= 1 {
			return 0
		}
	}
}
