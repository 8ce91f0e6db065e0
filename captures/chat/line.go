// This file defines the lines of a chat.

package chat

// Kind says what a Line tells.
type Kind uint8

// The kinds of lines.
const (
	Opened     Kind = iota // Who has signed in to the switchboard, alone so far
	Invited                // Who calls Whom
	Joined                 // Who has come
	Here                   // Who was there before the one whose connection tells it
	Left                   // Who has gone
	Message                // Who says something
	Typed                  // Who typed and sent nothing
	Invitation             // a message by which two programs agree on a file transfer or another application
	Data                   // other messages between programs; Count of them on end
	Refused                // the server refuses something
	Gap                    // bytes are missing from the capture
	Raw                    // bytes that are no command; Count of them on end
	Note                   // what the proxy did
)

var kindNames = [...]string{
	"opened", "invited", "joined", "here", "left", "message", "typed", "invitation", "data", "refused", "gap", "raw", "note",
}

// String returns the kind's name in the JSON.
func (k Kind) String() string { return kindNames[k] }

// State says how far a line has come.
type State uint8

// The states of lines. Those of an invitation come from OfInvitation on.
const (
	NoState      State = iota // nothing is to come, or nothing is known
	NotAsked                  // a message whose sender wants no report
	OnFailure                 // a message whose sender wants a report if it fails; none has come
	Waiting                   // a message whose sender wants a report, or a call: none has come
	Delivered                 // a message: the report says so
	NotDelivered              // a message: the report says so
	Declined                  // the server refuses the message or the call: see Answer
	Ringing                   // a call: the person is being called
	OfInvitation              // + decode.InvitationState: the last one known
)

var stateNames = [...]string{"", "not asked", "on failure", "waiting", "delivered", "not delivered", "refused", "ringing"}

// Flags of a Line.
type Flags uint8

// The flags of lines.
const (
	Idle     Flags = 1 << iota // Left: the server closed an idle connection
	Edited                     // other bytes were delivered than sent
	Dropped                    // the message was not passed on
	Injected                   // it was the proxy that said it
)

// Line is one line of a chat. Events are numbers within the capture; ID makes
// ids of them.
type Line struct {
	Time   int64  // Unix ns
	Event  uint32 // that tells it: where its origin sent it, if that was seen
	Answer uint32 // the report, the answer to a call, or what an invitation's State comes from; 0: none
	Seen   uint32 // where another connection showed the same first, RNG for a call; 0: nowhere
	Typing uint32 // Message, Typed: the typing notice that came before it, the first; 0: none
	Who    uint16 // of People
	Whom   uint16 // Invited: of People; Data and Raw: how many more of the same follow on end
	Kind   Kind
	State  State
	Flags  Flags
}
