// This file is what decides about commands on their way: the rules are a
// Decider, and whatever else may be one.

package proxy

import (
	"net/netip"
	"time"

	"msnscope/captures/event"
)

// A Decider says what happens to each whole command before it is forwarded. It
// is asked by the goroutines that relay, two for each connection, and must not
// block: one that cannot tell at once has the command held (Verdict.Ask).
type Decider interface {
	// Idle reports that Decide would let everything pass: it is not asked then.
	Idle() bool
	// Decide says what happens to a command; ok is false if that is nothing.
	// The command is valid during the call only.
	Decide(c *Command) (v Verdict, ok bool)
}

// Command is a whole command on its way.
type Command struct {
	// Event is the command with what is known when it passes: Connection is
	// the number that the proxy gave, ID and Session are 0.
	Event          *event.Event
	Client, Server netip.AddrPort
}

// Verdict is what happens to one command. The zero Verdict lets it pass as it
// came. Commands of a direction stay in their order: whatever waits, those
// behind it wait too, and the other direction goes on.
type Verdict struct {
	By  string // who decided: `rule "slow"`; for the log
	Why string // what is done, in words, for the log: "delayed by 200ms"; "": by what is done

	// Hold keeps the command until somebody has resolved it, Wait at most (0:
	// for ever), and then does what the rest of the Verdict says.
	Hold bool
	// Ask is called once the command is held, with what resolves it, and must
	// not block. A command for which somebody was asked is not shown to people.
	Ask func(*Held)
	// Wait is how long the command waits after it came.
	Wait time.Duration

	// Replace delivers Data in place of the command, which may be nothing.
	Replace bool
	Data    []byte
	// Before and After are sent along with the command, to where it goes.
	Before, After []byte
	// Own says that what of Before, After and Back goes to the server is requests
	// of the proxy's own: they get transaction ids of their own, and the client
	// does not see their answers.
	Own bool
	// Back is sent to where the command came from.
	Back []byte

	// Cuts are offsets in what is delivered at which it is cut into writes, a
	// Pause between them.
	Cuts  []int
	Pause time.Duration
	// Rate delivers so many bytes a second, 0 for all at once.
	Rate int
	// Together is what happens with the command behind this one.
	Together Together
	// End is what happens to the connection instead of delivering.
	End Ending
}

// Together says how a command and the one behind it are written.
type Together uint8

// The ways of writing two commands.
const (
	Apart   Together = iota // one after the other, each as it came
	Merged                  // in one write
	Swapped                 // in the other order
)

// Ending is an end of the connection.
type Ending uint8

// The ends that can be made.
const (
	GoesOn Ending = iota
	Reset         // both sides see a RST
	Closed        // the receiver sees the sender's FIN; the other direction goes on
)

// togetherWait is how long a command waits for the one behind it.
const togetherWait = time.Second

// changes reports whether v does anything but let the command pass.
func (v *Verdict) changes() bool {
	return v.Hold || v.Wait > 0 || v.Replace || len(v.Before)+len(v.After)+len(v.Back)+len(v.Cuts) > 0 ||
		v.Rate > 0 || v.Together != Apart || v.End != GoesOn || v.Why != ""
}

// words says what v does, for the log.
func (v *Verdict) words() string {
	switch {
	case v.Why != "":
		return v.Why
	case v.End == Reset:
		return "connection reset"
	case v.End == Closed:
		return "direction closed"
	case v.Replace && len(v.Data) == 0:
		return "dropped"
	case v.Replace:
		return "edited"
	}
	return "forwarded"
}
