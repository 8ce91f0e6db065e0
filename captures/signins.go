// This file says how far the sign-ins of a store have come: it shows each
// connection's events to a checker once more, since how far one has come is not
// in the index.

package captures

import (
	"context"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// SignIn is how far the sign-in on one connection has come.
type SignIn struct {
	Connection int64  `json:"connection"`
	Role       string `json:"role"`
	Account    string `json:"account"`
	conform.SignIn
}

// SignIns returns how far the sign-ins of a session have come, a connection to a
// dispatch or notification server or a switchboard each, in order of opening.
// index.ErrNotFound if there is no such session.
func (s *Store) SignIns(ctx context.Context, session int64) ([]SignIn, error) {
	if _, ok := s.Session(session); !ok {
		return nil, index.ErrNotFound
	}
	list := []SignIn{}
	w := s.WatchSignIns(func(in *SignIn) { list = append(list, *in) })
	err := s.Walk(ctx, Scope{Session: session}, nil, func(e *event.Event) error {
		w.Event(e)
		return nil
	})
	w.Finish()
	return list, err
}

// SignInWatch follows the sign-ins of a walk over events in their order.
type SignInWatch struct {
	store  *Store
	told   func(*SignIn)
	number int64 // of the capture that known belongs to
	known  *conform.Known
	open   map[int64]*watched
	order  []int64
}

// watched is a connection under way.
type watched struct {
	checker *conform.Checker
	offset  [2]int64
	last    int64 // Unix ns
}

// WatchSignIns returns a SignInWatch. It calls told for each connection, when its
// capture is over.
func (s *Store) WatchSignIns(told func(*SignIn)) *SignInWatch {
	return &SignInWatch{store: s, told: told, open: map[int64]*watched{}}
}

// Event takes the next event.
func (w *SignInWatch) Event(e *event.Event) {
	if n := e.ID / event.EventsPerCapture; w.known == nil || n != w.number {
		w.Finish()
		w.known, w.number = conform.NewKnown(), n
	}
	if e.Role == decode.RoleFT { // nobody signs in there
		return
	}
	k := w.open[e.Connection]
	if k == nil {
		k = &watched{checker: conform.NewChecker(w.known)}
		if conn, ok := w.store.Connection(e.Connection); ok {
			k.checker.Server = conn.Server.Addr()
		}
		k.checker.MidStream = !opens(e)
		w.open[e.Connection] = k
		w.order = append(w.order, e.Connection)
	}
	k.last = e.Time
	switch e.Kind {
	case event.Gap:
		k.checker.Gap()
		k.offset[e.Dir] += max(e.Missing, 0)
	case event.Command, event.Raw:
		f := e.Frame()
		f.Offset = k.offset[e.Dir]
		k.offset[e.Dir] += int64(len(e.Raw))
		k.checker.Frame(e.ID, e.Time, e.Dir, &f, decode.Context{Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account})
	}
}

// opens reports whether a connection may begin with e; else the capture has
// begun in the middle of it.
func opens(e *event.Event) bool {
	switch e.Cmd() {
	case "VER", "CVQ", "USR", "ANS":
		return e.Dir == decode.C2S
	}
	return e.Kind == event.Note || e.Kind == event.Raw && e.Text != decode.WhyMidStream
}

// Finish tells what is still to be told.
func (w *SignInWatch) Finish() {
	for _, id := range w.order {
		k := w.open[id]
		conn, _ := w.store.Connection(id)
		switch conn.Role {
		case decode.RoleGW: // the sign-in carried in HTTP is a connection of its own
			continue
		case decode.RoleFT: // a note may come before it is known to be one
			continue
		}
		now := k.last
		if conn.Live {
			now = max(now, time.Now().UnixNano())
		} else {
			now = max(now, conn.Closed)
			k.checker.Close(now)
		}
		w.told(&SignIn{id, conn.Role.String(), conn.Account, k.checker.SignIn(now)})
	}
	w.order = nil
	clear(w.open)
}
