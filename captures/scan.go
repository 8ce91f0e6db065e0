// This file tests events against a scope and a filter, block by block. What
// can be told from a block's facts, from the kinds of its events or from its
// columns is told from them: see judge.go.

package captures

import (
	"math"
	"slices"
	"strings"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
	"msnscope/captures/marks"
)

// Scope limits a view or a walk. The zero Scope is everything.
type Scope struct {
	Session    int64
	Connection int64
}

// scanner tests the events of one capture after the other.
type scanner struct {
	scope Scope
	q     *filter.Query // nil selects everything
	asks  string        // q as text

	// What the filter says of all events that it selects.
	connections []int64        // nil: any
	handles     []index.Handle // nil: any
	says        []index.Words
	from, to    int64 // times
	noted       bool  // events with warnings only
	open        bool  // unanswered requests only
	chats       bool  // it matters to which chat an event belongs
	marked      bool  // events to which a user has added something only

	marks *marks.Log
	name  string // of the capture file
	added []marks.Marked

	c        *index.Capture
	grouping int          // of members
	members  []int64      // connections of scope.Session in c
	spans    []index.Span // of the members, of s.connections and of scope.Connection in c

	whole bool // the selected events are wanted, not only which they are
	words bool // the filter reads no more of an event than index.Texts has

	memory   index.Scan
	kinds    [256]judged // see judge
	selected [256]bool   // by place in the kinds of a block
	isError  [256]bool   // the same
	outline  []byte      // memory of outlines
	unsure   bool        // the kinds of the last block did not tell what is selected
	deep     bool        // the bytes of the last block were needed
	at       *index.Ref  // the block at hand
	sessions []int64     // of its events, empty while nobody has asked
	ev       event.Event
}

func newScanner(m *marks.Log, scope Scope, q *filter.Query) *scanner {
	s := &scanner{marks: m, scope: scope, from: math.MinInt64, to: math.MaxInt64}
	if q.String() == "" {
		return s
	}
	s.q, s.asks = q, q.String()
	if ids, ok := q.Connections(); ok {
		s.connections = append([]int64{}, ids...)
	}
	if names, ok := q.Handles(); ok {
		s.handles = []index.Handle{}
		for _, name := range names {
			h, _ := index.HandleOf(name) // the filter gives ASCII only
			s.handles = append(s.handles, h)
		}
	}
	if lists, ok := q.Says(); ok {
		s.says = []index.Words{}
		for _, words := range lists {
			s.says = append(s.says, index.WordsOf(words))
		}
	}
	s.chats = strings.Contains(s.asks, "chat")
	s.words = !q.ReadsColumns() && scope == Scope{}
	s.from, s.to = q.Times()
	s.noted, s.open, s.marked = q.OnlyNoted(), q.OnlyUnanswered(), q.OnlyMarked()
	return s
}

// everything reports whether there is nothing to test.
func (s *scanner) everything() bool { return s.scope == Scope{} && s.q == nil }

// bySession reports whether it matters to which session an event belongs.
func (s *scanner) bySession() bool {
	return s.scope.Session != 0 || strings.Contains(s.asks, "sess")
}

// byChat reports whether it matters to which chat an event belongs.
func (s *scanner) byChat() bool { return s.chats }

// byAnswers reports whether it matters which requests are answered.
func (s *scanner) byAnswers() bool { return strings.Contains(s.asks, "unanswered") }

// covers reports whether events of the capture can be in the scope.
func (s *scanner) covers(c *index.Capture) bool {
	n := int64(c.Number())
	return (s.scope.Session == 0 || s.scope.Session/event.ConnectionsPerCapture == n) &&
		(s.scope.Connection == 0 || s.scope.Connection/event.ConnectionsPerCapture == n)
}

// in makes the scanner ready for a capture as it is now.
func (s *scanner) in(c *index.Capture) {
	if s.c != c {
		s.c, s.grouping, s.name = c, -1, c.State().Name
	}
	if s.byChat() {
		c.ChatChanged(0) // brings up to date what ChatOf says
	}
	if s.scope.Session != 0 {
		if ks, grouping, same := c.Members(s.scope.Session, s.grouping); !same {
			s.members, s.grouping = ks, grouping
		}
	}
	s.spans = c.Spans(s.members, s.spans[:0])
	for _, id := range s.connections {
		s.spans = c.Spans([]int64{id % event.ConnectionsPerCapture}, s.spans)
	}
	if s.scope.Connection != 0 {
		s.spans = c.Spans([]int64{s.scope.Connection % event.ConnectionsPerCapture}, s.spans)
	}
}

// inScope reports whether a block may hold events of the scope.
func (s *scanner) inScope(f *index.Facts) bool {
	if s.scope.Connection != 0 && (!f.Within(s.spans[len(s.spans)-1]) || !f.HasConnection(s.scope.Connection%event.ConnectionsPerCapture)) {
		return false
	}
	return s.scope.Session == 0 || hasAny(f, s.members, s.spans)
}

// may reports whether a block may hold selected events of the scope.
func (s *scanner) may(f *index.Facts) bool {
	if !s.inScope(f) || f.Max < s.from || f.Min > s.to || s.noted && f.Noted == 0 || s.open && !f.HasUnanswered() {
		return false
	}
	if s.connections != nil && !hasAny(f, s.connections, s.spans[len(s.members):]) {
		return false
	}
	if s.handles != nil && !slices.ContainsFunc(s.handles, f.HasHandle) || s.says != nil && !slices.ContainsFunc(s.says, f.Says) {
		return false
	}
	return s.q == nil || f.HasKind(s.mayBe)
}

func hasAny(f *index.Facts, connections []int64, spans []index.Span) bool {
	for i, k := range connections {
		if f.Within(spans[i]) && f.HasConnection(k%event.ConnectionsPerCapture) {
			return true
		}
	}
	return false
}

// block tests the events of a block from number n on, and calls found for
// those in the scope. With whole, the event of a selected one is in s.ev until
// the next.
func (s *scanner) block(r *index.Ref, n int64, found func(n int64, b *index.Block, i int, selected bool) error) error {
	s.at, s.sessions = r, s.sessions[:0]
	s.added = s.marks.Between(s.name, s.c.ID(r.First), s.c.ID(r.End()), s.added[:0])
	may := s.may(&r.Facts) && (!s.marked || len(s.added) > 0)
	s.memory.Depth = s.depth(may)
	b, err := s.c.Read(r, &s.memory)
	if err != nil {
		return err
	}
	if may {
		s.deep = false
	}
	for i := int(max(n-r.First, 0)); i < b.Len(); i++ {
		if s.scope.Session != 0 && s.session(b, i) != s.scope.Session ||
			s.scope.Connection != 0 && b.Connection(i) != s.scope.Connection%event.ConnectionsPerCapture {
			continue
		}
		selected := false
		if may {
			if selected, err = s.selects(b, i); err != nil {
				return err
			}
		}
		if err := found(r.First+int64(i), b, i, selected); err != nil {
			return err
		}
	}
	return nil
}

// session returns the session of an event of the block at hand.
func (s *scanner) session(b *index.Block, i int) int64 {
	if len(s.sessions) == 0 {
		s.sessions = s.c.SessionsOf(b, s.sessions)
	}
	return s.sessions[i]
}

// markOf returns what is added to an event of the block at hand.
func (s *scanner) markOf(id int64) event.Mark {
	for i := range s.added {
		if s.added[i].ID == id {
			return s.added[i].Mark
		}
	}
	return event.Mark{}
}

// next returns the first block from event n on that may hold selected events,
// or with inScope events of the scope; ok is false if there is none.
func (s *scanner) next(n int64, wanted func(*index.Facts) bool, every bool) (r index.Ref, ok bool, err error) {
	for !every && s.marked {
		id := s.marks.Next(s.name, s.c.ID(n))
		if id == 0 {
			return index.Ref{}, false, nil
		}
		at := id - s.c.ID(0)
		r, ok, err := s.c.Next(at, wanted)
		if !ok || err != nil || r.First <= at {
			return r, ok, err
		}
		n = r.First
	}
	return s.c.Next(n, wanted)
}
