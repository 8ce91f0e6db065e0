// This file keeps the rosters of sessions: built when somebody first asks, and
// carried on as the session does, so that no look replays it from the start.

package captures

import (
	"context"
	"slices"
	"sync"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/roster"
)

// maxRosters is how many sessions' rosters are kept, the ones asked for last.
// One has some megabytes at most.
const maxRosters = 8

// rosters are the rosters that are kept, the latest in front.
type rosters struct {
	mu   sync.Mutex
	list []*sessionRoster
}

// sessionRoster is the roster of one session. Its mutex is held while it is
// used, as a Timeline serves one at a time.
type sessionRoster struct {
	mu       sync.Mutex
	session  int64
	index    *index.Index // that it was read from
	conns    []int64      // of dispatch and notification servers, as they were
	after    int64        // the last event looked at
	timeline *roster.Timeline
}

// Roster calls use with the roster of a session over time, up to its newest
// event. The Timeline is valid during the call only; its States may be kept.
// index.ErrNotFound if there is no such session.
func (s *Store) Roster(ctx context.Context, session int64, use func(*roster.Timeline)) error {
	if _, ok := s.Session(session); !ok {
		return index.ErrNotFound
	}
	r := s.rosters.of(session)
	r.mu.Lock()
	defer r.mu.Unlock()
	var conns []int64
	closed, open := int64(0), false
	for _, c := range s.Connections(session) {
		if c.Role != decode.RoleSB && c.Role != decode.RoleFT {
			conns = append(conns, c.ID)
			closed, open = max(closed, c.Closed), open || c.Closed == 0
		}
	}
	if open {
		closed = 0
	}
	// Events that were seen before their connection was known to be the
	// session's have been passed over.
	if x := s.index(); r.timeline == nil || r.index != x || !slices.Equal(conns, r.conns) {
		r.index, r.conns, r.after, r.timeline = x, conns, 0, new(roster.Timeline)
	}
	reached := Reached{int(session / event.ConnectionsPerCapture): r.after % event.EventsPerCapture}
	err := s.WalkNew(ctx, Scope{Session: session}, nil, reached, func(e *event.Event) error {
		r.after = e.ID
		if e.Kind == event.Command && slices.Contains(conns, e.Connection) {
			a := e.Annotate()
			r.timeline.Feed(e.ID, e.Time, e.Dir, &a)
		}
		return nil
	})
	if err != nil {
		r.timeline = nil
		return err
	}
	r.timeline.Close(closed)
	use(r.timeline)
	return nil
}

// of returns the place of a session's roster.
func (rs *rosters) of(session int64) *sessionRoster {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	i := slices.IndexFunc(rs.list, func(r *sessionRoster) bool { return r.session == session })
	r := &sessionRoster{session: session}
	switch {
	case i >= 0:
		r = rs.list[i]
		rs.list = slices.Delete(rs.list, i, i+1)
	case len(rs.list) == maxRosters:
		rs.list = rs.list[:maxRosters-1]
	}
	rs.list = slices.Insert(rs.list, 0, r)
	return r
}
