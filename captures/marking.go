// This file joins what users add, marks and notes and names, with the events and
// sessions that it is added to.

package captures

import (
	"errors"
	"log/slog"
	"slices"
	"strconv"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
)

// Event returns one event; index.ErrNotFound if there is none with this id.
// Its bytes must not be changed.
func (s *Store) Event(id int64) (*event.Event, error) {
	e, err := s.index().Event(id)
	if err == nil {
		e.Mark = s.marks.Event(s.nameOf(id/event.EventsPerCapture), id)
	}
	return e, err
}

// Session returns one session. Its Conns are shared and must not be changed.
func (s *Store) Session(id int64) (event.Session, bool) {
	v, ok := s.index().Session(id)
	if c := s.capture(id / event.ConnectionsPerCapture); ok && c != nil {
		st := c.State()
		v.Imported, v.Label = !st.Live, s.marks.Session(st.Name, id)
	}
	return v, ok
}

// Sessions returns all sessions in order of their ids. Their Conns are shared
// and must not be changed.
func (s *Store) Sessions() []event.Session {
	all := s.index().Sessions()
	states := map[int64]index.State{}
	for _, c := range s.index().Captures() {
		states[int64(c.Number())] = c.State()
	}
	for i := range all {
		st := states[all[i].ID/event.ConnectionsPerCapture]
		all[i].Imported, all[i].Label = st.Name != "" && !st.Live, s.marks.Session(st.Name, all[i].ID)
	}
	return all
}

// SessionsOf returns the sessions of a capture, like Sessions.
func (s *Store) SessionsOf(number int) []event.Session {
	c := s.capture(int64(number))
	if c == nil {
		return nil
	}
	st, all := c.State(), c.Sessions()
	for i := range all {
		all[i].Imported, all[i].Label = !st.Live, s.marks.Session(st.Name, all[i].ID)
	}
	return all
}

// nameOf returns the name of a capture's file, "" if there is no such capture.
func (s *Store) nameOf(number int64) string {
	if c := s.capture(number); c != nil {
		return c.State().Name
	}
	return ""
}

func (s *Store) capture(number int64) *index.Capture {
	for _, c := range s.index().Captures() {
		if int64(c.Number()) == number {
			return c
		}
	}
	return nil
}

// MarkEvent changes what is added to an event, and returns what it is then.
// index.ErrNotFound if there is no such event.
func (s *Store) MarkEvent(id int64, change marks.EventChange) (event.Mark, error) {
	if _, err := s.index().Event(id); err != nil {
		return event.Mark{}, err
	}
	if s.readOnly {
		return event.Mark{}, marks.ErrReadOnly
	}
	m, err := s.marks.PutEvent(s.nameOf(id/event.EventsPerCapture), id, change)
	s.index().Wake()
	return m, err
}

// LabelSession changes what is added to a session, and returns what it is then.
// index.ErrNotFound if there is no such session.
func (s *Store) LabelSession(id int64, change marks.SessionChange) (event.Label, error) {
	if _, ok := s.index().Session(id); !ok {
		return event.Label{}, index.ErrNotFound
	}
	if s.readOnly {
		return event.Label{}, marks.ErrReadOnly
	}
	l, err := s.marks.PutSession(s.nameOf(id/event.ConnectionsPerCapture), id, change)
	s.revBase.Add(1)
	s.changing.add(id)
	s.index().Wake()
	return l, err
}

// MarksSince returns the events whose marks or notes have changed since there
// were known changes, with what they are now, and how many changes there are
// now. all says that these are not all of them: any may have changed.
func (s *Store) MarksSince(known int64) (list []marks.Marked, now int64, all bool) {
	changes, now, all := s.marks.Since(known)
	seen := map[int64]bool{}
	for _, c := range slices.Backward(changes) {
		if c.Event != 0 && !seen[c.Event] {
			seen[c.Event] = true
			list = append(list, marks.Marked{ID: c.Event, Mark: s.marks.Event(c.Capture, c.Event)})
		}
	}
	return list, now, all
}

// MarkChanges returns how many changes there were so far: see MarksSince.
func (s *Store) MarkChanges() int64 { return s.marks.Now() }

// Marks calls f for all events that are in the store and to which something is
// added, in the order of a View.
func (s *Store) Marks(f func(marks.Marked) error) error {
	for _, c := range s.index().Captures() {
		for _, m := range s.marks.Between(c.State().Name, c.ID(1), c.ID(c.Status().Events+1), nil) {
			if err := f(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// reloadMarks follows the marks that another process writes.
func (s *Store) reloadMarks() {
	changed, err := s.marks.Reload()
	if err != nil {
		slog.Debug("The marks cannot be read at present", "store", s.dir, "error", err)
	}
	if changed {
		s.revBase.Add(1)
		s.changing.add(0)
		s.index().Wake()
	}
}

// spare keeps the numbers of captures that are gone from being used again: what
// was added to them would be taken for the new ones'.
func (s *Store) spare() {
	for _, name := range s.marks.Captures() {
		m := numbered.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil {
			s.numbers = max(s.numbers, n+1)
		}
	}
}

// remark tests those events again of which a user has changed what is added.
func (v *View) remark() {
	changes, now, all := v.s.marks.Since(v.marked)
	v.marked = now
	if v.scan.q == nil || !v.scan.q.AsksMarks() {
		return
	}
	for _, p := range v.parts {
		if all { // too many to look at each
			p.sel, p.errs, p.scoped, p.next = selection{}, selection{}, selection{}, 1
			v.moved++
			v.redone++
			continue
		}
		for _, c := range changes {
			if n := c.Event - p.c.ID(0); c.Capture == p.name && n >= 1 && n < p.next {
				v.retest(p, n)
			}
		}
	}
}

// retest tests one event again.
func (v *View) retest(p *part, n int64) {
	r, err := p.c.Find(n)
	if err == index.ErrNotFound {
		return
	}
	v.scan.in(p.c)
	if err == nil {
		err = v.scan.block(&r, n, func(m int64, b *index.Block, i int, selected bool) error {
			if m != n {
				return errOne
			}
			if p.sel.put(n, selected) {
				v.redone++
				p.errs.put(n, selected && b.Error(i))
				v.moved++
			}
			return errOne
		})
	}
	if err != nil && err != errOne {
		p.next = min(p.next, n) // it cannot be read at present: from here on again
		p.sel.cut(n)
		p.errs.cut(n)
		p.scoped.cut(n)
	}
}

// errOne ends the test of a block after one event.
var errOne = errors.New("one event is enough")
