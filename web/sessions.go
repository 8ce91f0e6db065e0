// This file tells pages about sessions: all of them once, then those that
// changed. One list serves all pages; a page keeps a few numbers.

package web

import (
	"bytes"
	"sort"
	"strconv"
	"sync"

	"msnscope/captures"
	"msnscope/captures/event"
)

// sessionsFrame is the number of bytes after which a frame of sessions is
// sent and another one begun.
const sessionsFrame = 256 << 10

// sessionFeed holds the sessions as JSON, each with the revision of the feed
// in which it last changed.
type sessionFeed struct {
	mu    sync.Mutex
	rev   int64 // grows with each change, 0: no session yet
	gone  int64 // revision in which a session was last missed
	list  []fedSession
	store int64 // the store's revision of which list is
	made  bool
}

type fedSession struct {
	session event.Session
	rev     int64
	json    []byte
	settled bool // neither it nor a connection of it is open: only its own fields can change
}

// sessionsSeen is how far a page has come.
type sessionsSeen struct {
	begun   bool
	sent    int64 // all changes up to this revision have been sent
	passing bool  // several frames are needed, not all are sent
	pass    int64 // revision when the pass began
	after   int64 // id of the last session looked at
}

// news returns the next frame for a page, nil if it has everything.
func (f *sessionFeed) news(store *captures.Store, seen *sessionsSeen) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !seen.passing {
		rev := store.SessionsRev() // before the sessions: a change in between is seen next time
		if !f.made || rev != f.store {
			f.made, f.store = true, rev
			f.update(store.Sessions(), store.Connections)
		}
	}
	return f.next(seen)
}

// next is news of what the feed knows.
func (f *sessionFeed) next(seen *sessionsSeen) []byte {
	full := false
	if !seen.passing {
		if seen.begun && seen.sent == f.rev {
			return nil
		}
		if full = !seen.begun || seen.sent < f.gone; full {
			seen.sent = 0
		}
		seen.begun, seen.passing, seen.pass, seen.after = true, true, f.rev, -1
	}
	b := append([]byte(nil), `{"op":"sessions"`...)
	b = appendField(b, "rev", seen.pass)
	b = append(b, `,"full":`...)
	b = strconv.AppendBool(b, full)
	b = append(b, `,"list":[`...)
	seen.passing = false
	first := true
	for _, s := range f.list[sort.Search(len(f.list), func(i int) bool { return f.list[i].session.ID > seen.after }):] {
		if s.rev <= seen.sent {
			continue
		}
		if len(b) > sessionsFrame {
			seen.passing = true
			break
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, s.json...)
		seen.after = s.session.ID
	}
	if !seen.passing {
		seen.sent = seen.pass
	}
	return append(b, "]}"...)
}

// update brings the list in line with the sessions, which are in order of ids.
func (f *sessionFeed) update(sessions []event.Session, connections func(session int64) []event.Connection) {
	list := make([]fedSession, len(sessions))
	changed, gone := false, false
	old := f.list
	for i, s := range sessions {
		for len(old) > 0 && old[0].session.ID < s.ID {
			old, gone = old[1:], true
		}
		known := len(old) > 0 && old[0].session.ID == s.ID
		if known {
			list[i], old = old[0], old[1:]
			if list[i].settled && sameSession(&list[i].session, &s) {
				continue
			}
		}
		conns := connections(s.ID)
		json := event.AppendSession(nil, &s, conns)
		if !bytes.Equal(json, list[i].json) {
			list[i].json, list[i].rev, changed = json, f.rev+1, true
		}
		list[i].session, list[i].settled = s, settled(&s, conns)
	}
	gone = gone || len(old) > 0
	if changed || gone {
		f.rev++
	}
	if gone {
		f.gone = f.rev
	}
	f.list = list
}

func settled(s *event.Session, conns []event.Connection) bool {
	for i := range conns {
		if conns[i].Live || conns[i].Closed == 0 {
			return false
		}
	}
	return !s.Live
}

func sameSession(a, b *event.Session) bool {
	return a.Events == b.Events && a.Bytes == b.Bytes && a.Ended == b.Ended && a.Live == b.Live &&
		len(a.Conns) == len(b.Conns) && a.Account == b.Account && a.Name == b.Name && a.Client == b.Client &&
		a.Dialect == b.Dialect && a.Server == b.Server && a.Errors == b.Errors && a.Chats == b.Chats && a.Label == b.Label
}

func appendText(dst []byte, name, text string) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return event.AppendJSONString(dst, text)
}

func appendFlag(dst []byte, name string, b bool) []byte {
	dst = append(dst, `,"`...)
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	return strconv.AppendBool(dst, b)
}
