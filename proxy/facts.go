// This file knows what the commands of a connection have said about it, for
// what is decided about those behind them.

package proxy

import (
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// learn takes note of what a whole command says, and reports whether the role
// of the connection is known now.
func (c *conn) learn(dir decode.Direction, fr *decode.Frame) bool {
	c.factsMu.Lock()
	defer c.factsMu.Unlock()
	if c.facts == nil {
		c.facts = decode.NewConn()
		if c.route.switchboard {
			c.facts.Role = decode.RoleSB
		}
	}
	c.facts.Learn(dir, fr)
	return c.facts.Role != decode.RoleUnknown
}

// eventOf is a command with what is known when it passes.
func (c *conn) eventOf(dir decode.Direction, fr *decode.Frame) event.Event {
	dialect := decode.Dialect(c.dialect.Load())
	e := event.Event{
		Connection: c.number, Time: time.Now().UnixNano(), N: -1, Kind: event.Command, Dir: dir, Dialect: dialect,
		Raw: fr.Raw, Line: fr.Line, Body: fr.Body, TrID: decode.TrID(fr.Raw[:fr.Line], dir, dialect),
	}
	e.Role, e.Account = c.known()
	return e
}

// known returns the role and the user of the connection.
func (c *conn) known() (decode.Role, string) {
	c.factsMu.Lock()
	defer c.factsMu.Unlock()
	switch {
	case c.listener.transfer != nil:
		return decode.RoleFT, ""
	case c.facts == nil:
		return decode.RoleUnknown, ""
	}
	return c.facts.Role, c.facts.Account
}
