// This file tests that the roster of a session is carried on as the session
// goes on, and never differs from one built at once.

package captures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/roster"
)

func rosterText(t *testing.T, s *Store, session, at int64) string {
	t.Helper()
	var text []byte
	err := s.Roster(t.Context(), session, func(tl *roster.Timeline) { text, _ = json.Marshal(tl.At(at)) })
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// atOnce is the same roster from all events of the session.
func atOnce(t *testing.T, s *Store, session, at int64) string {
	t.Helper()
	var tl roster.Timeline
	err := s.Walk(t.Context(), Scope{Session: session}, nil, func(e *event.Event) error {
		if e.Kind == event.Command && e.Role != decode.RoleSB {
			a := e.Annotate()
			tl.Feed(e.ID, e.Time, e.Dir, &a)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(tl.At(at))
	return string(text)
}

func TestRosterGoesOn(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	talks := []*talk{newTalk(t, f, 1044), newTalk(t, f, 1045)}
	for i := range 60 {
		k := talks[i%2]
		k.say(decode.S2C, fmt.Sprintf("NLN %s friend%d@hotmail.com Friend%%20%d\r\n", []string{"NLN", "AWY", "BSY"}[i%3], i%7, i))
		k.say(decode.S2C, fmt.Sprintf("ADD 0 RL %d friend%d@hotmail.com Friend\r\n", i, i%11))
		if i%5 != 0 {
			continue
		}
		caughtUp(t, s)
		for _, session := range s.Sessions() {
			for _, at := range []int64{math.MaxInt64, session.ID/event.ConnectionsPerCapture*event.EventsPerCapture + int64(i)} {
				if d := cmp.Diff(atOnce(t, s, session.ID, at), rosterText(t, s, session.ID, at)); d != "" {
					t.Fatalf("session %d at %d (-at once +carried on): %s", session.ID, at, d)
				}
			}
		}
	}
	if err := s.Roster(context.Background(), 99, func(*roster.Timeline) {}); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("no such session: %v", err)
	}
}
