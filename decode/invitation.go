// This file follows invitations: what is known about one, and the table of all
// of them. invitation_observe.go has the state machine.

package decode

import (
	"strings"
	"time"
)

// Limits of an Invitations table.
const (
	// maxInvitations is how many invitations are remembered. An invitation is
	// answered within minutes.
	maxInvitations = 2048
	// maxInvitationEvents is how many events of one invitation are remembered;
	// the usual number is six, each of three messages seen at both ends.
	maxInvitationEvents = 32
	// maxInvitationAddresses is how many addresses of one invitation are
	// remembered; clients offer an inner and an outer one.
	maxInvitationAddresses = 8
	// maxInvitationField is the longest field taken into an Invitation; a
	// message has 1664 bytes at most, but not from every peer.
	maxInvitationField = 512
)

// InvitationState says how far an invitation has come.
type InvitationState uint8

// The states of an invitation.
const (
	InvitationOffered   InvitationState = iota // INVITE was sent
	InvitationAccepted                         // the invitee took it; nobody has said yet where to connect
	InvitationReady                            // it is known where to connect
	InvitationDeclined                         // the invitee refused
	InvitationCancelled                        // one side withdrew after that, or before the answer
	InvitationFailed                           // it did not come about: no answer in time, no connection
)

var invitationStates = [...]string{"offered", "accepted", "ready", "declined", "cancelled", "failed"}

// String returns the state in a word: "offered".
func (s InvitationState) String() string { return invitationStates[s] }

// Over reports whether nothing more is expected.
func (s InvitationState) Over() bool { return s >= InvitationDeclined }

// Invitation is an invitation of one person by another to use an application
// together, in most cases to transfer a file.
type Invitation struct {
	State   InvitationState
	Reason  string // why it is over, in words; "" while it is not
	Inviter string // handle, as written
	Invitee string // handle; "" while not known
	Cookie  string // Invitation-Cookie

	GUID        string // Application-GUID as written
	Application string // "file transfer"; the inviter's label where the GUID is not known
	File        string // name of the file, as the inviter wrote it: not safe as a path
	Size        int64  // bytes of the file; -1 when not told
	SessionID   string
	Connectable bool // false: the inviter says that it cannot take connections

	// Listener is the handle of the side that waits for the connection, ""
	// while not known. Addresses is where, "ip:port" in the order offered.
	Listener      string
	Addresses     []string
	AuthCookie    string // what the file's receiver shows the sender: secret
	SenderConnect bool   // the file's sender connects to its receiver

	// Unseen: the INVITE came before the capture, so that who invited whom is a
	// guess and the application is not known.
	Unseen bool

	Events   []int64 // ids of the events that it is known by, the first ones
	Sessions []int64 // numbers of the sessions that showed it, two at most
	Begun    time.Time
	Changed  time.Time

	invites [2]bool // an INVITE was seen as sent by its client, as delivered by the server
}

// IsFile reports whether the invitation is for a file transfer.
func (v *Invitation) IsFile() bool {
	return v.File != "" || ApplicationName(v.GUID) == applicationNames[fileTransferGUID] || v.AuthCookie != ""
}

// Message is one MSG with an invitation in it.
type Message struct {
	Payload *Payload
	Dir     Direction // C2S: seen as it was sent; S2C: as it was delivered
	From    string    // handle of the sender
	To      string    // handle of the receiver; "" if not known
	Event   int64     // the event's id
	Session int64     // the number of the session that shows it, 0 if not known
	At      time.Time
}

// Invitations knows the invitations of all chats. The messages of one
// invitation may go through different switchboards and may be seen at both
// ends; they belong together by the handles of both people and the cookie.
//
//	inv, changed := invitations.Observe(Message{Payload: a.Payload, Dir: f.Dir, From: ..., To: ..., Event: id, At: at})
//
// An *Invitation must not be changed by those who get it. Invitations is not
// safe for use by several goroutines.
type Invitations struct {
	all       recent[invitationKey, *Invitation]
	byAddress recent[string, *Invitation]    // where to connect
	byCookie  recent[[2]string, *Invitation] // receiver of a file and AuthCookie
	byOne     recent[[2]string, *Invitation] // either person and cookie: for messages whose other end is not known
}

// invitationKey names an invitation: the handles, folded and in alphabetical
// order, and the cookie.
type invitationKey struct{ a, b, cookie string }

func keyOfInvitation(from, to, cookie string) invitationKey {
	a, b := strings.ToLower(from), strings.ToLower(to)
	if a > b {
		a, b = b, a
	}
	return invitationKey{a, b, cookie}
}

// Each calls yield for the invitations remembered, oldest first.
func (v *Invitations) Each(yield func(*Invitation)) {
	v.all.each(func(_ invitationKey, inv *Invitation) { yield(inv) })
}

// ByTransfer returns the invitation that an MSNFTP connection belongs to, by
// the words of its USR: the handle of the file's receiver and the cookie. nil
// if there is none.
func (v *Invitations) ByTransfer(receiver, authCookie string) *Invitation {
	inv, _ := v.byCookie.get([2]string{strings.ToLower(receiver), authCookie})
	return inv
}

// ByAddress returns the newest invitation whose listener waits at "ip:port",
// nil if there is none. It is good for connections on which nothing was said
// yet, and for those that speak no MSNFTP.
func (v *Invitations) ByAddress(address string) *Invitation {
	inv, _ := v.byAddress.get(address)
	return inv
}
