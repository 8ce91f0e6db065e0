// This file is the switchboard: joining by cookie, inviting, and passing on
// what is said.

package msnptest

import (
	"slices"
	"strings"
	"time"
)

// chatSession is a switchboard session.
type chatSession struct {
	id      string
	at      *listener
	members []*conn
}

func (s *chatSession) has(handle string) bool {
	return slices.ContainsFunc(s.members, func(m *conn) bool { return same(m.account.handle, handle) })
}

// handleSB handles the commands of a switchboard connection.
func (c *conn) handleSB(cmd Command) {
	c.idleAgain()
	switch name := cmd.Name(); {
	case c.chat == nil && name == "USR" && len(cmd.Words) == 4:
		c.join(cmd, cmd.Words[2], cmd.Words[3], "")
	case c.chat == nil && name == "ANS" && len(cmd.Words) == 5:
		c.join(cmd, cmd.Words[2], cmd.Words[3], cmd.Words[4])
	case c.chat != nil && name == "CAL" && len(cmd.Words) == 3:
		c.call(cmd.Words[1], cmd.Words[2])
	case c.chat != nil && name == "MSG" && len(cmd.Words) == 4:
		c.relay(cmd)
	case name == "PNG":
		c.send("QNG")
	default: // OUT, and whatever the service does not know
		c.finish()
	}
}

// join lets the client in by its cookie; session is "" for USR.
func (c *conn) join(cmd Command, handle, cookie, session string) {
	t, s := cmd.word(1), c.s
	c.identify("SB", handle, cookie)
	k := s.tickets[cookie]
	switch {
	case k == nil || time.Now().After(k.expires) || !same(k.handle, handle) || k.ring != (session != "") || k.ring && session != k.session.id:
		c.fail(911, t)
		return
	case k.session.at != c.l:
		s.complain("%s showed a cookie of the switchboard at %s to the one at %s", handle, k.session.at.Addr(), c.l.Addr())
		c.fail(911, t)
		return
	}
	delete(s.tickets, cookie)
	c.account, c.chat = s.accounts[strings.ToLower(handle)], k.session
	others := c.chat.members
	c.chat.members = append(slices.Clone(others), c)
	if !k.ring {
		c.send("USR %s OK %s %s", t, c.account.handle, c.account.name)
		return
	}
	for i, m := range others {
		c.send("IRO %s %d %d %s %s", t, i+1, len(others), m.account.handle, m.account.name)
	}
	c.send("ANS %s OK", t)
	for _, m := range others {
		m.send("JOI %s %s", c.account.handle, c.account.name)
	}
}

// call rings somebody at their notification server.
func (c *conn) call(t, handle string) {
	to := c.s.accounts[strings.ToLower(handle)]
	switch {
	case !strings.Contains(handle, "@"):
		c.send("208 %s", t)
	case c.chat.has(handle):
		c.send("215 %s", t)
	case to == nil || to.shownTo(c.account) == "":
		c.send("217 %s", t)
	default:
		c.send("CAL %s RINGING %s", t, c.chat.id)
		cookie := c.s.issue(&ticket{session: c.chat, handle: to.handle, ring: true}, 2)
		to.ns.send("RNG %s %s CKI %s %s %s", c.chat.id, c.chat.at.announced, cookie, c.account.handle, c.account.name)
	}
}

// relay passes a message on to the others and reports on it as asked: U
// never, N if it failed, A always.
func (c *conn) relay(cmd Command) {
	t, ack := cmd.word(1), cmd.word(2)
	if ack != "U" && ack != "N" && ack != "A" || len(cmd.Payload) > maxChatPayload {
		c.finish()
		return
	}
	for _, m := range c.chat.members {
		if m != c {
			m.sendPayload("MSG "+c.account.handle+" "+c.account.name, cmd.Payload)
		}
	}
	delivered := len(c.chat.members) > 1
	switch {
	case delivered && ack == "A":
		c.send("ACK %s", t)
	case !delivered && ack != "U":
		c.send("NAK %s", t)
	}
}

// leaveChat takes the client out of its session; why is "" or " 1" (idle).
func (c *conn) leaveChat(why string) {
	if c.chat == nil {
		return
	}
	c.chat.members = slices.DeleteFunc(slices.Clone(c.chat.members), func(m *conn) bool { return m == c })
	for _, m := range c.chat.members {
		m.send("BYE %s%s", c.account.handle, why)
	}
	c.chat = nil
}

// idleAgain starts the time after which a silent member is dropped.
func (c *conn) idleAgain() {
	idle := c.s.cfg.SwitchboardIdle
	if idle == 0 {
		return
	}
	if c.idleTimer != nil {
		c.idleTimer.Reset(idle)
		return
	}
	c.idleTimer = time.AfterFunc(idle, func() {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		if !c.done {
			c.leaveChat(" 1")
			c.finish()
		}
	})
}
