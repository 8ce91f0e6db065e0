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

// Invitation is what somebody offered somebody, and how far that has come. The
// AuthCookie of a file transfer is a secret and not among it: events have it.
type Invitation struct {
	Cookie        string    `json:"cookie"`
	State         string    `json:"state"`            // offered, accepted, ready, declined, cancelled or failed
	Reason        string    `json:"reason,omitempty"` // why it is over
	Inviter       string    `json:"inviter"`
	Invitee       string    `json:"invitee"` // "" while nobody has answered in a chat of several
	GUID          string    `json:"guid"`
	Application   string    `json:"application"`
	File          string    `json:"file,omitempty"`
	Size          *int64    `json:"size,omitempty"`
	SessionID     string    `json:"session_id,omitempty"`
	Listener      string    `json:"listener,omitempty"`  // who waits for a connection
	Addresses     []string  `json:"addresses,omitempty"` // and where
	SenderConnect bool      `json:"sender_connect,omitempty"`
	Unseen        bool      `json:"unseen,omitempty"` // the INVITE is not in the capture
	Events        []int64   `json:"events"`           // its messages, the first ones
	Sessions      []int64   `json:"sessions"`         // that show it
	Begun         time.Time `json:"begun"`
	Changed       time.Time `json:"changed"`
}

func invitationOf(inv *decode.Invitation) Invitation {
	i := Invitation{
		inv.Cookie, inv.State.String(), inv.Reason, inv.Inviter, inv.Invitee, inv.GUID, inv.Application, inv.File, nil, inv.SessionID,
		inv.Listener, inv.Addresses, inv.SenderConnect, inv.Unseen, inv.Events, inv.Sessions, inv.Begun.UTC(), inv.Changed.UTC(),
	}
	if inv.Size >= 0 {
		i.Size = &inv.Size
	}
	return i
}

// Invitations returns what people offered each other, in the order in which they
// did. All but the newest MaxInvitations are left out; more tells whether there
// are such.
func (s *Store) Invitations(ctx context.Context, scope Scope) (list []Invitation, more bool, err error) {
	q, err := filter.Parse("cmd:(MSG, JOI, IRO, BYE) conn:sb")
	if err != nil {
		return nil, false, err
	}
	var (
		known   decode.Invitations
		found   = map[*decode.Invitation]bool{}
		order   []*decode.Invitation
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
			order = append(order, inv)
			if len(order) > 2*MaxInvitations {
				for _, old := range order[:MaxInvitations] {
					delete(found, old)
				}
				order = slices.Delete(order, 0, MaxInvitations)
				more = true
			}
		}
		return nil
	})
	if n := len(order) - MaxInvitations; n > 0 {
		order, more = order[n:], true
	}
	list = make([]Invitation, len(order))
	for i, inv := range order {
		list[i] = invitationOf(inv)
	}
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
