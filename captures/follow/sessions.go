// This file keeps what is known about the sessions of a capture.

package follow

import (
	"msnscope/captures/event"
	"msnscope/decode"
)

// join brings a connection, with what it has counted so far, into the session
// that the linker has found for it.
func (f *Follower) join(c *conn) {
	s := f.sessions[c.info.Session]
	if s == nil {
		s = &event.Session{ID: c.info.Session, From: c.info.Client.Addr(), Server: c.info.Server, Started: c.info.Opened}
		f.sessions[s.ID] = s
	}
	s.Conns = append(s.Conns, c.info.ID)
	s.Started = min(s.Started, c.info.Opened)
	s.Events += c.info.Events
	s.Bytes += c.info.Bytes[0] + c.info.Bytes[1] - c.counted
	c.counted = c.info.Bytes[0] + c.info.Bytes[1]
	s.Errors += c.errors
	if c.info.Live {
		f.open[s.ID]++
		s.Live = true
	}
	f.describe(s, c)
}

// describe takes over what a connection tells about its session.
func (f *Follower) describe(s *event.Session, c *conn) {
	if d := c.facts; d != nil {
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
	}
	f.sink.Session(s)
}

// count adds an event to the counts of its connection's session.
func (f *Follower) count(c *conn, e *event.Event) {
	isError := e.Kind == event.Command && '0' <= e.Raw[0] && e.Raw[0] <= '9'
	if isError {
		c.errors++
	}
	s := f.sessions[c.info.Session]
	if s == nil {
		return
	}
	s.Events++
	s.Ended = max(s.Ended, e.Time)
	total := c.info.Bytes[0] + c.info.Bytes[1]
	s.Bytes += total - c.counted
	c.counted = total
	if isError {
		s.Errors++
	}
}

// left tells a session that one of its connections has ended.
func (f *Follower) left(c *conn) {
	s := f.sessions[c.info.Session]
	if s == nil || !c.info.Live {
		return
	}
	if f.open[s.ID]--; f.open[s.ID] <= 0 {
		delete(f.open, s.ID)
		s.Live = false
	}
}
