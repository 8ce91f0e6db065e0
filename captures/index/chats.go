// This file puts the connections of a capture together that are of one chat, and
// knows which carry files. That takes a look at all of them, and some hundred
// bytes of each: it is done when somebody asks, and given up when there is nothing
// to do.

package index

import (
	"math"
	"slices"
	"strings"
	"sync"

	"msnscope/captures/event"
	"msnscope/decode"
)

// maxChatting bounds the list of connections that have changed since the book of
// chats was brought up to date; beyond it, it is made anew.
const maxChatting = 4096

// chatting is what a capture knows of its chats.
type chatting struct {
	news  []int64 // connections whose chat, people or file have changed, as ids within the capture; guarded by Index.mu
	newsN int64   // how many there have been

	mu      sync.RWMutex // held before Index.mu
	book    *chatBook    // nil until somebody asks
	read    int64        // news that are in the book, or were in the one before
	changed changes      // events whose chat is another than it was, or has other people
}

// chatBook is all chats of a capture, by connections as their ids within it.
type chatBook struct {
	byConn map[int64]*chatOf
	byKey  map[string]*chatOf // in lower case
	files  map[int64]struct{} // connections that carry files
}

// chatOf is the connections of a chat.
type chatOf struct {
	key   string
	chat  *event.Chat // is replaced, never changed
	conns []int64     // in order
}

// ChatGroup is the connections of a chat.
type ChatGroup struct {
	Key         string // in lower case; "" while nobody has said it
	Connections []int64
}

// chatChanges notes that a connection is about to become v.
func (c *Capture) chatChanges(was, v *event.Connection) {
	chat := v.Role == decode.RoleSB && (was.Role != v.Role || was.Chat != v.Chat || was.Account != v.Account || len(was.People) != len(v.People))
	if !chat && was.File == v.File {
		return
	}
	c.newsN++
	if c.news = append(c.news, within(v.ID, int64(c.number))); len(c.news) > 2*maxChatting {
		c.news = append(c.news[:0], c.news[len(c.news)-maxChatting:]...)
	}
}

// withBook calls use with the book of chats, up to date.
func (c *Capture) withBook(use func(*chatBook)) error {
	t := &c.chatting
	t.mu.Lock()
	defer t.mu.Unlock()
	c.x.mu.RLock()
	now, news := t.newsN, slices.Clone(t.news[max(0, len(t.news)-int(min(t.newsN-t.read, maxChatting))):])
	c.x.mu.RUnlock()
	if t.book != nil && now-t.read <= maxChatting {
		slices.Sort(news)
		for _, k := range slices.Compact(news) {
			if p, ok := c.kept(k); ok {
				t.changed.add(t.book.take(c, k, &p))
			}
		}
	} else {
		book := &chatBook{byConn: map[int64]*chatOf{}, byKey: map[string]*chatOf{}, files: map[int64]struct{}{}}
		err := c.eachConn(func(k int64, p *kept) {
			if g := book.add(k, p); g != nil {
				g.tell(c, p)
			}
		})
		if err != nil {
			return err
		}
		if t.book = book; now != t.read {
			t.changed.add(1) // which ones is no longer known
		}
	}
	t.read = now
	use(t.book)
	return nil
}

// add takes a connection that is not in the book.
func (b *chatBook) add(k int64, p *kept) *chatOf {
	if p.File != nil {
		b.files[k] = struct{}{}
	}
	if p.Role != decode.RoleSB {
		return nil
	}
	key := strings.ToLower(p.Chat)
	g := b.byKey[key]
	if g == nil || key == "" {
		g = &chatOf{key: key}
		if key != "" {
			b.byKey[key] = g
		}
	}
	at, _ := slices.BinarySearch(g.conns, k)
	g.conns = slices.Insert(g.conns, at, k)
	b.byConn[k] = g
	return g
}

// take takes a connection as it is now, and returns the first event of which the
// chat is another one now.
func (b *chatBook) take(c *Capture, k int64, p *kept) (first int64) {
	first = c.Status().Events + 1
	if g := b.byConn[k]; g != nil {
		g.conns = slices.DeleteFunc(g.conns, func(o int64) bool { return o == k })
		if len(g.conns) == 0 {
			delete(b.byKey, g.key)
		} else {
			first = min(first, g.tellAll(c))
		}
		delete(b.byConn, k)
	}
	if g := b.add(k, p); g != nil {
		first = min(first, g.tellAll(c))
	}
	return first
}

// tell adds what a connection says of a chat that is not in use yet.
func (g *chatOf) tell(c *Capture, p *kept) {
	if g.chat == nil {
		g.chat = &event.Chat{ID: c.partyBase() + g.conns[0], Key: p.Chat}
	}
	if p.Account != "" {
		g.chat.People = append(g.chat.People, p.Account)
	}
	g.chat.People = append(g.chat.People, p.People...)
}

// tellAll says anew what a chat is, and returns the number of its first event.
func (g *chatOf) tellAll(c *Capture) (first int64) {
	first = math.MaxInt64
	g.chat = nil
	for _, k := range g.conns {
		if p, ok := c.kept(k); ok {
			if g.tell(c, &p); p.first != 0 {
				first = min(first, p.first)
			}
		}
	}
	return first
}

// ChatChanged returns the number of the first event whose chat is another than
// it was, or has other people, given the count of changes that the caller knew
// of; 0 if there is none.
func (c *Capture) ChatChanged(known int64) (first, count int64) {
	c.withBook(func(*chatBook) { // an error is reported
		first, count = c.chatting.changed.since(known)
	})
	return first, count
}

// ChatOf returns the chat of a connection, given as its id within the capture, nil
// if it is of none; as it was at the last ChatChanged.
func (c *Capture) ChatOf(k int64) *event.Chat {
	t := &c.chatting
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.book == nil {
		return nil
	}
	if g := t.book.byConn[k]; g != nil {
		return g.chat
	}
	return nil
}

// ChatsOf returns the chats that connections are part of, in order of their first
// ones.
func (c *Capture) ChatsOf(connections []int64) (groups []ChatGroup, err error) {
	err = c.withBook(func(b *chatBook) {
		var list []*chatOf
		in := map[*chatOf]struct{}{} // a session may have very many
		for _, id := range connections {
			g := b.byConn[within(id, int64(c.number))]
			if _, again := in[g]; g != nil && !again {
				in[g] = struct{}{}
				list = append(list, g)
			}
		}
		slices.SortFunc(list, func(a, b *chatOf) int { return int(a.conns[0] - b.conns[0]) })
		for _, g := range list {
			group := ChatGroup{Key: g.key}
			for _, k := range g.conns {
				group.Connections = append(group.Connections, c.partyBase()+k)
			}
			groups = append(groups, group)
		}
	})
	return groups, err
}

// Files returns the connections that carry files.
func (c *Capture) Files() (list []event.Connection) {
	c.withBook(func(b *chatBook) { // an error is reported
		for k := range b.files {
			if p, ok := c.kept(k); ok {
				list = append(list, p.Connection)
			}
		}
	})
	return list
}

// forgetChats gives up the book.
func (c *Capture) forgetChats() {
	c.chatting.mu.Lock()
	defer c.chatting.mu.Unlock()
	c.chatting.book = nil
}
