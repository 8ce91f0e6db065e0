// This file follows what is said on a switchboard: who is there, and whether
// messages have somebody to go to.

package conform

import (
	"bytes"
)

const (
	// maxMessage is the greatest payload of a client's MSG in bytes.
	maxMessage = 1664
	// maxPresent is how many people in a chat are followed; a switchboard takes
	// some fifty.
	maxPresent = 1 << 10
)

// chat is what is known about the chat of a switchboard connection.
type chat struct {
	login, joined mark
	word          string // USR or ANS
	refused       mark
	refusal       string
	present       map[string]bool // the others, in lower case
	ever          bool            // somebody was there
	called, rung  mark
}

// chatClient looks at what a client says to a switchboard.
func (c *Checker) chatClient() {
	n := &c.now
	ch := &c.chat
	now := mark{n.event, n.time}
	if c.state.out.set() && n.name != "OUT" && n.name != "PNG" {
		c.note("after-out", "%s after OUT", n.name)
	}
	switch n.name {
	case "USR", "ANS":
		ch.login, ch.word = now, n.name
		c.tooLong("handle", n.word(0), maxHandle)
	case "CAL":
		if !ch.joined.set() && c.sure() {
			c.note("chat-before-sign-in", "CAL before USR OK")
		}
		ch.called = now
	case "MSG":
		c.message()
	case "OUT":
		c.state.out = now
	}
}

// message checks a message of the client.
func (c *Checker) message() {
	n := &c.now
	ch := &c.chat
	switch letter := string(n.word(0)); {
	case letter == "U" || letter == "N" || letter == "A":
	case letter == "D" && (n.ctx.Dialect == 0 || n.ctx.Dialect >= 9):
	case len(n.words) >= 4:
		c.note("ack-letter", "MSG with the letter %s", shown(n.word(0)))
	}
	if size := len(n.frame.Raw) - n.frame.Body; size > maxMessage {
		c.note("message-too-long", "the message has %d bytes, %d at most", size, maxMessage)
	}
	if !c.sure() {
		return
	}
	switch {
	case !ch.joined.set():
		c.note("chat-before-sign-in", "MSG before the switchboard has let the client in")
	case len(ch.present) > 0:
	case ch.ever:
		c.note("message-after-leave", "MSG though everybody has left")
	default:
		c.note("message-before-join", "MSG though nobody has joined")
	}
}

// chatServer looks at what a switchboard says.
func (c *Checker) chatServer() {
	n := &c.now
	ch := &c.chat
	now := mark{n.event, n.time}
	switch n.name {
	case "USR", "ANS":
		if string(n.word(0)) == "OK" {
			ch.joined = now
		}
	case "CAL":
		ch.rung = now
	case "IRO":
		c.listLine()
		c.arrived(n.word(2))
	case "JOI":
		c.arrived(n.word(0))
	case "BYE":
		who := c.folded(n.word(0))
		if !ch.present[string(who)] && !bytes.EqualFold(who, []byte(n.ctx.Account)) && c.sure() {
			c.note("stranger", "%s leaves and was not there", shown(n.word(0)))
		}
		delete(ch.present, string(who))
	case "MSG":
		who := n.word(0)
		if !ch.present[string(c.folded(who))] && bytes.IndexByte(who, '@') > 0 && c.sure() {
			c.note("stranger", "%s speaks and is not there", shown(who))
		}
	default:
		if n.name[0] <= '9' && !ch.joined.set() {
			ch.refused, ch.refusal = now, n.name
		}
	}
}

// arrived takes note of a person in the chat.
func (c *Checker) arrived(handle []byte) {
	ch := &c.chat
	who := c.folded(handle)
	switch {
	case len(who) == 0:
		return
	case bytes.EqualFold(who, []byte(c.now.ctx.Account)):
		c.note("join-self", "%s names the user", c.now.name)
		return
	case len(ch.present) >= maxPresent:
		c.blind = true
		return
	}
	if ch.present == nil {
		ch.present = map[string]bool{}
	}
	ch.present[string(who)] = true
	ch.ever = true
}

// folded returns a handle without endpoint in lower case, up to the next call.
func (c *Checker) folded(handle []byte) []byte {
	handle, _, _ = bytes.Cut(handle, []byte(";"))
	if len(handle) > 2*maxHandle {
		handle = handle[:2*maxHandle]
	}
	c.fold = c.fold[:0]
	for _, b := range handle {
		if 'A' <= b && b <= 'Z' {
			b |= 0x20
		}
		c.fold = append(c.fold, b)
	}
	return c.fold
}
