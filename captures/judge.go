// This file tells whether a filter selects an event from as little of it as
// will do: from what it is, else from its columns, else from all of it.

package captures

import (
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
)

// judged is what the filter says of all events of a kind.
type judged struct {
	what    index.What
	known   bool
	verdict filter.Verdict
}

// judge says what the filter says of an event by what it is. There are few
// kinds: what was said of them is kept.
func (s *scanner) judge(w index.What) filter.Verdict {
	if w.Kind == event.Command && w.Command == [3]byte{} {
		return filter.Maybe // its name is not whole
	}
	c := w.Command
	hash := (uint32(c[0])<<16|uint32(c[1])<<8|uint32(c[2]))*0x9E3779B1>>24 ^ uint32(w.Kind)<<1 ^ uint32(w.Dir)
	k := &s.kinds[hash&255]
	if !k.known || k.what != w {
		e := event.Event{Kind: w.Kind, Dir: w.Dir}
		if w.Command != [3]byte{} {
			e.Raw, e.Line = w.Command[:], len(w.Command)
		}
		*k = judged{w, true, s.q.Judge(&e, filter.KnownKind)}
	}
	return k.verdict
}

// mayBe reports whether events of a kind may be selected.
func (s *scanner) mayBe(w index.What) bool { return s.judge(w) != filter.No }

// depth returns how much of a block to read to begin with; may is whether it may
// hold selected events.
func (s *scanner) depth(may bool) index.Depth {
	switch {
	case may && (s.whole || s.deep):
		return s.deepest()
	case s.scope != Scope{}:
		return index.Parties
	}
	return index.Kinds
}

// deepest is how much of a block the filter may have to read.
func (s *scanner) deepest() index.Depth {
	if s.words {
		return index.Texts
	}
	return index.Whole
}

// selects reports whether event i of the block at hand is selected.
func (s *scanner) selects(b *index.Block, i int) (bool, error) {
	verdict := filter.Yes
	if s.q != nil {
		verdict = s.judge(b.Kind(i))
	}
	if verdict == filter.Maybe && !s.words {
		if err := s.c.Deepen(b, &s.memory, index.Columns); err != nil {
			return false, err
		}
		if b.Outline(i, &s.ev, &s.outline) {
			s.place(b, i)
			verdict = s.q.Judge(&s.ev, filter.KnownColumns)
		}
	}
	if verdict == filter.No || verdict == filter.Yes && !s.whole {
		return verdict == filter.Yes, nil
	}
	s.deep = true
	if err := s.c.Deepen(b, &s.memory, s.deepest()); err != nil {
		return false, err
	}
	b.Event(i, &s.ev)
	if !s.words {
		s.place(b, i)
	}
	return verdict == filter.Yes || s.q.Match(&s.ev), nil
}

// place adds to the event in s.ev, which is i of the block at hand, what is not
// stored with it.
func (s *scanner) place(b *index.Block, i int) {
	s.ev.Session, s.ev.Unanswered, s.ev.Mark = s.session(b, i), s.at.Unanswered(s.at.First+int64(i)), s.markOf(s.ev.ID)
	if s.chats {
		s.ev.Chat = s.c.ChatOf(b.Connection(i))
	}
}

// byKind calls found for the selected events of a block, if what the events are
// tells which these are. Otherwise known is false, and nothing was called.
func (s *scanner) byKind(r *index.Ref, n int64, found func(n int64, isError bool)) (known bool, err error) {
	if s.q == nil || s.whole || (s.scope != Scope{}) {
		return false, nil
	}
	memory := &s.memory
	if s.unsure {
		memory = nil
	}
	k, err := s.c.Kinds(r, memory)
	if k == nil || err != nil {
		return false, err
	}
	s.unsure = false
	selected, isError := &s.selected, &s.isError
	for i, w := range k.What {
		v := s.judge(w)
		if v == filter.Maybe {
			s.unsure = true
			return false, nil
		}
		selected[i], isError[i] = v == filter.Yes, w.Error()
	}
	for i := max(n-r.First, 0); i < r.End()-r.First; i++ { // it may have grown since then
		if of := k.Of[i]; selected[of] {
			found(r.First+i, isError[of])
		}
	}
	return true, nil
}
