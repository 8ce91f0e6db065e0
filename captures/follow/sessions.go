// This file keeps what is known about the sessions of a capture.

package follow

import (
	"msnscope/captures/event"
	"msnscope/decode"
)

// minPrune is the least number of sessions at which those are looked for that
// no connection can join any more.
const minPrune = 4096

// session is a session with what is open of it.
type session struct {
	event.Session
	open   int // connections
	served int // those of them that the proxy still serves
	told   bool
}

// join brings a connection, with what it has counted so far, into the session
// that the linker has found for it.
func (f *Follower) join(c *conn, number int64) {
	id := f.firstSess + number
	s := f.sessions[id]
	if s == nil {
		f.pruneSessions()
		s = &session{Session: event.Session{ID: id, From: c.info.Client.Addr(), Server: c.info.Server, Started: c.info.Opened}}
		f.sessions[id] = s
		f.session = max(f.session, id)
	}
	c.session, c.info.Session = s, id
	s.Conns = append(s.Conns, c.info.ID)
	s.Started = min(s.Started, c.info.Opened)
	s.Events += c.info.Events
	s.Ended = max(s.Ended, c.lastEvent)
	s.Errors += c.errors
	c.countBytes()
	s.open++
	if c.info.Live {
		s.served++
		s.Live = true
	}
}

// describe takes over what a connection tells about its session.
func (f *Follower) describe(c *conn) {
	s, d := c.session, c.facts
	if s.Account == "" {
		s.Account = d.Account
	}
	if d.FriendlyName != "" {
		s.Name = decode.UnescapeText(d.FriendlyName)
	}
	if d.ClientVersion != "" {
		s.Client = d.ClientVersion
	}
	if s.Dialect == 0 {
		s.Dialect = d.Dialect
	}
	if d.Role == decode.RoleSB && !c.chat {
		c.chat = true
		s.Chats++
	}
	f.sink.Session(&s.Session)
}

// count adds an event to the counts of its connection's session.
func (f *Follower) count(c *conn, e *event.Event) {
	c.lastEvent = max(c.lastEvent, e.Time)
	isError := e.Kind == event.Command && e.Dir == decode.S2C && '0' <= e.Raw[0] && e.Raw[0] <= '9'
	if isError {
		c.errors++
	}
	s := c.session
	if s == nil {
		return
	}
	s.Events++
	s.Ended = max(s.Ended, e.Time)
	c.countBytes()
	if isError {
		s.Errors++
	}
}

// countBytes adds the connection's bytes to its session that are not yet.
func (c *conn) countBytes() {
	total := c.info.Bytes[0] + c.info.Bytes[1]
	c.session.Bytes += total - c.counted
	c.counted = total
}

// left tells a connection's session that it has ended.
func (f *Follower) left(c *conn) {
	s := c.session
	s.open--
	if s.Live {
		s.served--
		s.Live = s.served > 0
	}
	c.countBytes()
	f.describe(c)
}

// pruneSessions forgets the sessions that no connection can join any more, when
// there are many.
func (f *Follower) pruneSessions() {
	if len(f.sessions) < f.prune {
		return
	}
	joinable := f.linker.Joinable()
	for id, s := range f.sessions {
		if s.open == 0 && !joinable[id-f.firstSess] {
			delete(f.sessions, id)
		}
	}
	f.prune = max(minPrune, 2*len(f.sessions))
}
