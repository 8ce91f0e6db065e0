// This file says in one sentence how the sign-in of a session went, for lists of
// sessions and above the events of one. It looks at as little of a session as it
// takes, since a list has many and one may have millions of events.

package captures

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/conform"
)

const (
	// beyondSignIn is how many events are looked at behind a sign-in that got
	// through: a challenge that fails comes soon.
	beyondSignIn = 1 << 11
	// mostOfSignIn is how many events are looked at if none got through.
	mostOfSignIn = 1 << 16
	// maxOutcomes is how many outcomes of sessions that are over are kept.
	maxOutcomes = 1 << 12
	// arrival is how long a client may take to come where it was sent.
	arrival = int64(10 * time.Second)
)

// The values of SignInOutcome.State.
const (
	SignInDone    = "signed in"
	SignInRefused = "refused"
	SignInStuck   = "stuck"
	SignInRunning = "under way"
	SignInUnknown = "unknown" // the capture does not have all of it
)

// SignInOutcome is how the sign-in of a session went.
type SignInOutcome struct {
	Session     int64    `json:"session"`
	State       string   `json:"state"`
	Words       string   `json:"words"` // why it is stuck or refused, or how far it has come
	Event       int64    `json:"event"` // that says most about it, 0: none
	Took        int64    `json:"took"`  // ns from the first packet to the end of it, 0: it is not over
	Connections []SignIn `json:"connections,omitempty"`
}

// outcomes are those of sessions that are over.
type outcomes struct {
	mu   sync.Mutex
	kept map[int64]keptOutcome
}

type keptOutcome struct {
	index   *index.Index
	events  int64
	outcome SignInOutcome
}

// errDecided ends a walk that has seen enough.
var errDecided = errors.New("decided")

// SignInOutcome returns how the sign-in of a session went, with the connections
// to dispatch and notification servers by which it did. index.ErrNotFound if
// there is no such session.
func (s *Store) SignInOutcome(ctx context.Context, session int64) (SignInOutcome, error) {
	of, ok := s.Session(session)
	if !ok {
		return SignInOutcome{}, index.ErrNotFound
	}
	x := s.index()
	s.outcomes.mu.Lock()
	known, ok := s.outcomes.kept[session]
	s.outcomes.mu.Unlock()
	if ok && known.index == x && known.events == of.Events && !of.Live {
		return known.outcome, nil
	}
	var list []SignIn
	refused := map[int64]*event.Event{} // notes of the proxy: it could not reach the server
	w := s.WatchSignIns(func(in *SignIn) {
		// Before its first byte a file transfer may be anything.
		if in.Role != decode.RoleSB.String() && in.Role != decode.RoleFT.String() {
			list = append(list, *in)
		}
	})
	looked, through := 0, 0
	err := s.Walk(ctx, Scope{Session: session}, nil, func(e *event.Event) error {
		if e.Role == decode.RoleSB || e.Role == decode.RoleFT {
			return enough(&looked, through)
		}
		if e.Kind == event.Note && e.Note == "refused" {
			refused[e.Connection] = &event.Event{ID: e.ID, Time: e.Time, Text: strings.Clone(e.Text)}
		}
		w.Event(e)
		if through == 0 && w.through(e) {
			through = looked
		}
		return enough(&looked, through)
	})
	if err != nil && !errors.Is(err, errDecided) {
		return SignInOutcome{}, err
	}
	w.Finish()
	o := outcomeOf(&of, list, refused)
	if !of.Live {
		s.outcomes.keep(x, &of, o)
	}
	return o, nil
}

func enough(looked *int, through int) error {
	if *looked++; *looked > mostOfSignIn || through > 0 && *looked > through+beyondSignIn {
		return errDecided
	}
	return nil
}

func (o *outcomes) keep(x *index.Index, of *event.Session, outcome SignInOutcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil || len(o.kept) == maxOutcomes {
		o.kept = map[int64]keptOutcome{}
	}
	o.kept[of.ID] = keptOutcome{x, of.Events, outcome}
}

// through reports whether a status confirmed by e ends the sign-in of its
// connection.
func (w *SignInWatch) through(e *event.Event) bool {
	if e.Dir != decode.S2C || e.Cmd() != "CHG" {
		return false
	}
	in := w.open[e.Connection].checker.SignIn(e.Time)
	return in.Done
}

// outcomeOf judges by the last connection on which something was said.
func outcomeOf(of *event.Session, list []SignIn, refused map[int64]*event.Event) SignInOutcome {
	o := SignInOutcome{Session: of.ID, State: SignInUnknown, Words: "the capture does not show a sign-in", Connections: list}
	for i := len(list) - 1; i >= 0; i-- {
		in := &list[i]
		if note := refused[in.Connection]; note != nil {
			in.Stuck, in.At = "msnscope "+note.Text, note.ID
		}
		if len(in.Steps) == 0 && (in.Stuck == "" || refused[in.Connection] == nil && slices.ContainsFunc(list[:i], gotIn)) {
			continue // what says nothing undoes no sign-in
		}
		judge(&o, of, in)
		return o
	}
	return o
}

// gotIn reports whether the user got in by this connection.
func gotIn(in SignIn) bool {
	return in.Done && slices.ContainsFunc(in.Steps, func(t conform.Step) bool { return t.Name == conform.StepSignedIn })
}

func judge(o *SignInOutcome, of *event.Session, in *SignIn) {
	var last, signedIn *conform.Step
	for i := range in.Steps {
		last = &in.Steps[i]
		if last.Name == conform.StepSignedIn {
			signedIn = last
		}
	}
	if last != nil {
		o.Words, o.Event = last.Name, last.Event
	}
	switch {
	case in.Stuck != "":
		o.State, o.Words, o.Event = SignInStuck, in.Stuck, in.At
		if in.Refused {
			o.State = SignInRefused
		}
	case in.Done && signedIn == nil: // sent to another server
		o.State = SignInRunning
		if now := time.Now().UnixNano(); !of.Live || now-last.Time > arrival {
			o.State, o.Words = SignInStuck, "the client was "+last.Name+" and did not come there, or not through here"
		}
	case in.Done:
		o.State, o.Words, o.Event, o.Took = SignInDone, conform.StepSignedIn, signedIn.Event, signedIn.Time-of.Started
	case in.Unsure:
		o.State = SignInUnknown
		o.Words = "the capture does not have all of the sign-in"
	case of.Live:
		o.State = SignInRunning
	case signedIn != nil:
		o.State, o.Took = SignInDone, signedIn.Time-of.Started
	default:
		o.State, o.Words = SignInStuck, "it ended after this: "+last.Name
	}
}
