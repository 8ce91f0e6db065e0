// This file puts the connections of a capture together that are of one chat.

package index

import (
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Chats returns the chats of the capture by the connections that are part of
// them, as their ids within the capture. It is nil, true if nothing has changed
// since the call that returned known.
func (c *Capture) Chats(known int64) (chats map[int64]*event.Chat, count int64, same bool) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	if c.chatting.count == known {
		return nil, known, true
	}
	chats = map[int64]*event.Chat{}
	byKey := map[string]*event.Chat{}
	for k, v := range c.conns {
		if v == nil || v.ID == 0 || v.Role != decode.RoleSB {
			continue
		}
		key := strings.ToLower(v.Chat)
		chat := byKey[key]
		if chat == nil || key == "" {
			chat = &event.Chat{ID: v.ID, Key: v.Chat}
			byKey[key] = chat
		}
		if v.Account != "" {
			chat.People = append(chat.People, v.Account)
		}
		chat.People = append(chat.People, v.People...)
		chats[int64(k)] = chat
	}
	return chats, c.chatting.count, false
}

// ChatChanged returns the number of the first event whose chat is another than
// it was, or has other people, given the count of changes that the caller knew
// of; 0 if there is none.
func (c *Capture) ChatChanged(known int64) (first, count int64) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	return c.chatting.since(known)
}

// chatChanges notes that p is about to become v.
func (c *Capture) chatChanges(p *connection, v *event.Connection) {
	if v.Role != decode.RoleSB || p.Role == v.Role && p.Chat == v.Chat && p.Account == v.Account && len(p.People) == len(v.People) {
		return
	}
	if c.chatFirst == nil {
		c.chatFirst = map[string]*connection{}
	}
	first := p.first
	for _, key := range [...]string{strings.ToLower(p.Chat), strings.ToLower(v.Chat)} {
		if key == "" {
			continue
		}
		// The earliest of the chat's connections; it may have no event so far.
		if o := c.chatFirst[key]; o == nil || o.first == 0 || p.first != 0 && p.first < o.first {
			c.chatFirst[key] = p
		}
		if o := c.chatFirst[key]; o.first != 0 && (first == 0 || o.first < first) {
			first = o.first
		}
	}
	if first == 0 {
		first = c.count + 1
	}
	c.chatting.add(first)
}

// Span is a run of event numbers.
type Span struct{ First, Last int64 }

// Spans appends to dst between which events of the capture a connection, given
// as its id within it, has said something.
func (c *Capture) Spans(ks []int64, dst []Span) []Span {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, k := range ks {
		s := Span{0, 1<<63 - 1}
		if v := at(c.conns, k); v != nil {
			s.First = v.first
			if v.Closed != 0 && v.last != 0 {
				s.Last = v.last
			}
		}
		dst = append(dst, s)
	}
	return dst
}
