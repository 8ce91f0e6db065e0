// This file holds the sink of the tests: it keeps what a Follower tells, checks
// that it makes sense, and counts it again.

package follow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/decode"
)

// told is all that a Follower has told.
type told struct {
	t        testing.TB
	events   []event.Event
	conns    map[int64]event.Connection
	sessions map[int64]event.Session
	ignored  []string
	order    []string // calls, a line each
	lastID   int64
}

func newTold(t testing.TB) *told {
	return &told{t: t, conns: map[int64]event.Connection{}, sessions: map[int64]event.Session{}}
}

func (r *told) Event(e *event.Event) {
	c, ok := r.conns[e.Connection]
	if !ok {
		r.t.Errorf("event %d of connection %d, which nobody has told of", e.ID, e.Connection)
	}
	if r.lastID != 0 && e.ID != r.lastID+1 {
		r.t.Errorf("event %d follows event %d", e.ID, r.lastID)
	}
	r.lastID = e.ID
	if e.Session != 0 {
		r.t.Errorf("event %d has session %d: that is the store's to fill in", e.ID, e.Session)
	}
	if e.Kind == event.Command && (e.Role != c.Role || e.Dialect != c.Dialect || e.Account != c.Account) {
		r.t.Errorf("event %d is of %v %v %q, its connection of %v %v %q",
			e.ID, e.Role, e.Dialect, e.Account, c.Role, c.Dialect, c.Account)
	}
	keep := *e
	keep.Raw, keep.Delivered = bytes.Clone(e.Raw), bytes.Clone(e.Delivered)
	keep.Warnings = slices.Clone(e.Warnings)
	r.events = append(r.events, keep)
	r.order = append(r.order, fmt.Sprint("event ", e.ID))
}

func (r *told) Connection(c *event.Connection) {
	if before, ok := r.conns[c.ID]; ok && before.Session != 0 && before.Session != c.Session {
		r.t.Errorf("connection %d goes from session %d to %d", c.ID, before.Session, c.Session)
	}
	if _, ok := r.sessions[c.Session]; c.Session != 0 && !ok {
		r.t.Errorf("connection %d is of session %d, which nobody has told of", c.ID, c.Session)
	}
	r.conns[c.ID] = *c
	r.order = append(r.order, fmt.Sprint("connection ", c.ID, " session ", c.Session))
}

func (r *told) Session(s *event.Session) {
	keep := *s
	keep.Conns = slices.Clone(s.Conns)
	r.sessions[s.ID] = keep
	r.order = append(r.order, fmt.Sprint("session ", s.ID))
}

func (r *told) Ignored(c *event.Connection, why string) {
	if c.ID != 0 {
		r.t.Errorf("connection %d is ignored", c.ID)
	}
	r.ignored = append(r.ignored, fmt.Sprintf("%v > %v: %s", c.Client, c.Server, why))
}

// recount counts the connections and sessions again, from the events. It is
// for captures that have been followed to their end.
func (r *told) recount() {
	r.t.Helper()
	type counts struct {
		Events, Errors, Bytes, Chats, Ended int64
		Conns                               []int64
		Live                                bool
	}
	conns := map[int64]*event.Connection{}
	sessions := map[int64]*counts{}
	for i := range r.events {
		e := &r.events[i]
		c := conns[e.Connection]
		if c == nil {
			c = &event.Connection{}
			conns[e.Connection] = c
		}
		c.Events++
		c.Bytes[e.Dir] += int64(len(e.Raw))
		if id := r.conns[e.Connection].Session; id != 0 {
			s := sessions[id]
			if s == nil {
				s = &counts{}
				sessions[id] = s
			}
			s.Events++
			s.Bytes += int64(len(e.Raw))
			s.Ended = max(s.Ended, e.Time)
			if name := e.Cmd(); e.Dir == decode.S2C && name != "" && name[0] <= '9' {
				s.Errors++
			}
		}
	}
	for _, c := range r.conns {
		want := event.Connection{}
		if conns[c.ID] != nil {
			want = *conns[c.ID]
		}
		if c.Events != want.Events || c.Bytes != want.Bytes {
			r.t.Errorf("connection %d: %d events, bytes %v; counted again: %d, %v", c.ID, c.Events, c.Bytes, want.Events, want.Bytes)
		}
		if c.Live || c.Closed == 0 || c.How == "" {
			r.t.Errorf("connection %d has not ended: %+v", c.ID, c)
		}
		if c.MSNP != (c.Session != 0) {
			r.t.Errorf("connection %d: MSNP %v, session %d", c.ID, c.MSNP, c.Session)
		}
		if c.Session != 0 {
			s := sessions[c.Session]
			if s == nil {
				s = &counts{}
				sessions[c.Session] = s
			}
			s.Conns = append(s.Conns, c.ID)
			if c.Role == decode.RoleSB {
				s.Chats++
			}
		}
	}
	got := map[int64]*counts{}
	for id, s := range r.sessions {
		got[id] = &counts{s.Events, s.Errors, s.Bytes, s.Chats, s.Ended, s.Conns, s.Live}
	}
	if d := cmp.Diff(sessions, got, cmpopts.SortSlices(func(a, b int64) bool { return a < b })); d != "" {
		r.t.Errorf("sessions (-counted again, +told):\n%s", d)
	}
}

// stream puts the events of a direction together again; missing bytes are
// shown as "?".
func (r *told) stream(conn int64, dir decode.Direction) []byte {
	var b []byte
	for i := range r.events {
		if e := &r.events[i]; e.Connection == conn && e.Dir == dir {
			b = append(b, e.Raw...)
			b = append(b, bytes.Repeat([]byte("?"), int(max(e.Missing, 0)))...)
		}
	}
	return b
}

// listing shows the events, a line each.
func (r *told) listing() string {
	var b strings.Builder
	for i := range r.events {
		e := &r.events[i]
		fmt.Fprintf(&b, "s%d c%d %-2s %s ", r.conns[e.Connection].Session, e.Connection, e.Role, e.Dir)
		switch e.Kind {
		case event.Command:
			fmt.Fprintf(&b, "%d %s", e.N, e.Cmd())
			if e.TrID >= 0 {
				fmt.Fprintf(&b, " %d", e.TrID)
			}
		default:
			fmt.Fprintf(&b, "%v", e.Kind)
		}
		if e.Answers != 0 {
			fmt.Fprintf(&b, " answers %d", e.Answers)
		}
		if e.Partial {
			b.WriteString(" partial")
		}
		fmt.Fprintf(&b, " = %s\n", e.Summary())
		for _, d := range e.Edits() {
			fmt.Fprintf(&b, "  delivered %q for %q\n", d.New, d.Old)
		}
	}
	return b.String()
}

// follow follows a capture to its end.
func follow(t testing.TB, capture []byte) *told {
	t.Helper()
	r := newTold(t)
	f := New(0, r)
	packets(t, capture, f.Packet)
	f.Finish(streams.EndCapture)
	r.recount()
	isReadTheSame(t, capture, r)
	return r
}

// isReadTheSame checks that Read makes of a capture what Packet made of it.
func isReadTheSame(t testing.TB, capture []byte, want *told) {
	t.Helper()
	// A few bytes at a time, so that what is read is handed on in many stretches.
	in, err := pcapfile.NewReader(&sips{rest: capture})
	if err != nil {
		t.Fatal(err)
	}
	got := newTold(t)
	f := New(0, got)
	if err := f.Read(in, func(int64) error { return nil }); err != io.EOF {
		t.Error(err)
	}
	f.Finish(streams.EndCapture)
	if !slices.Equal(got.order, want.order) || got.listing() != want.listing() {
		t.Error("Read tells something else than Packet")
	}
}

// sips is a source that has little at a time.
type sips struct {
	rest []byte
	n    int
}

func (s *sips) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	s.n++
	n := copy(p, s.rest[:min(len(s.rest), 1+s.n*s.n%5000)])
	s.rest = s.rest[n:]
	return n, nil
}

// packets calls yield for each packet of a capture.
func packets(t testing.TB, capture []byte, yield func(*pcapfile.Packet)) {
	t.Helper()
	in, err := pcapfile.NewReader(bytes.NewReader(capture))
	if err != nil {
		t.Fatal(err)
	}
	var p pcapfile.Packet
	for {
		switch err := in.Next(&p); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.Fatal(err)
		}
		yield(&p)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
