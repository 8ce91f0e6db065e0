// This file puts the invitations of a store together: to transfer a file, to
// talk, to play. Their messages go through several chats and are seen at both
// ends, so that they are read from the events when somebody asks.

package captures

import (
	"context"
	"slices"
	"strings"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
)

// MaxInvitations is how many invitations are given at once, the newest.
const MaxInvitations = 1 << 13

// Invitations returns what people offered each other, in the order in which they
// did. All but the newest MaxInvitations are left out; more tells whether there
// are such. The Events and Sessions of an invitation are those of the store.
func (s *Store) Invitations(ctx context.Context, scope Scope) (list []*decode.Invitation, more bool, err error) {
	q, err := filter.Parse("cmd:(MSG, JOI, IRO, BYE) conn:sb")
	if err != nil {
		return nil, false, err
	}
	var (
		known   decode.Invitations
		found   = map[*decode.Invitation]bool{}
		a       decode.Annotation
		present = map[int64][]string{} // who else is in the chat, by connection
	)
	err = s.Walk(ctx, scope, q, func(e *event.Event) error {
		if e.Kind != event.Command || e.Cmd() == "MSG" && !decode.MayBeMeeting(e.Raw) {
			return nil
		}
		e.AnnotateInto(&a)
		if a.Name != "MSG" {
			present[e.Connection] = people(present[e.Connection], &a)
			return nil
		}
		m := decode.Message{Payload: a.Payload, Dir: e.Dir, From: e.Account, Event: e.ID, Session: e.Session, At: time.Unix(0, e.Time)}
		if e.Dir == decode.S2C {
			m.From, m.To = a.Peer, e.Account
		} else if in := present[e.Connection]; len(in) == 1 {
			m.To = in[0]
		}
		if inv, _ := known.Observe(m); inv != nil && !found[inv] {
			found[inv] = true
			list = append(list, inv)
			if len(list) > MaxInvitations {
				delete(found, list[0])
				list, more = slices.Delete(list, 0, 1), true
			}
		}
		return nil
	})
	return list, more, err
}

// people returns who is in a chat besides the client's user after a JOI, IRO or
// BYE. Nobody invites more than one at a time: a chat of more is not followed.
func people(in []string, a *decode.Annotation) []string {
	const most = 16
	i := slices.IndexFunc(in, func(h string) bool { return strings.EqualFold(h, a.Peer) })
	switch {
	case a.Name == "BYE" && i >= 0:
		return slices.Delete(in, i, i+1)
	case a.Name != "BYE" && i < 0 && a.Peer != "" && len(in) < most:
		return append(in, strings.Clone(a.Peer))
	}
	return in
}
