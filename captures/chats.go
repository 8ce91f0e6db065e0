// This file keeps the chats of captures: put together when somebody first asks,
// and carried on as they are, so that no look replays them from the start.

package captures

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"msnscope/captures/chat"
	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
)

const (
	// maxChatCaptures is of how many captures chats are kept.
	maxChatCaptures = 4
	// maxChatLines is how many lines of the chats of one capture are kept, 32
	// bytes each; then the chats go that were looked at least lately.
	maxChatLines = 2 << 20
	// ringsBefore is how many events before a chat's first connection its RNG is
	// looked for.
	ringsBefore = 4096
)

// Chat is a chat as it is now. What it points to is valid during the call that
// hands it out.
type Chat struct {
	*chat.Chat
	ID          int64  // the id of its first connection
	Key         string // switchboard session id, "" while nobody has said it
	Connections []event.Connection
	Read        float64 // share of the chat's events that it was put together of so far, 1: all
}

// Live reports whether a connection of the chat is open on a running proxy.
func (c *Chat) Live() bool {
	return slices.ContainsFunc(c.Connections, func(v event.Connection) bool { return v.Live })
}

// chats are the chats that are kept, by capture, the latest in front.
type chats struct {
	mu   sync.Mutex
	list []*captureChats
}

// captureChats are the chats of one capture. Its mutex is held while they are
// used.
type captureChats struct {
	mu     sync.Mutex
	number int
	index  *index.Index // that they were read from
	kept   map[int64]*keptChat
	looks  int64
}

type keptChat struct {
	chat  *chat.Chat
	key   string
	conns []int64
	after int64 // number of the last event looked at
	look  int64 // the newest that it was part of
}

// Chats calls use with the chats of a session in order of their beginnings, as
// far as they could be read within that time (0: as long as it takes); the next
// look goes on from there. index.ErrNotFound if there is no such session.
func (s *Store) Chats(ctx context.Context, session int64, within time.Duration, use func([]Chat)) error {
	of, ok := s.Session(session)
	if !ok {
		return index.ErrNotFound
	}
	return s.withChats(ctx, session, of.Conns, within, use)
}

// Chat calls use with the chat that a connection belongs to, as far as it could
// be read within that time, as Chats does. index.ErrNotFound if it is none of a
// switchboard.
func (s *Store) Chat(ctx context.Context, connection int64, within time.Duration, use func(*Chat)) error {
	c, ok := s.Connection(connection)
	if !ok || c.Role != decode.RoleSB {
		return index.ErrNotFound
	}
	found := false
	err := s.withChats(ctx, connection, []int64{connection}, within, func(list []Chat) {
		if len(list) > 0 {
			found = true
			use(&list[0])
		}
	})
	if err == nil && !found {
		err = index.ErrNotFound
	}
	return err
}

// group is the connections of a chat.
type group struct {
	key    string
	id     int64
	conns  []int64
	firsts []int64 // numbers of the connections' first events
}

// groups returns the chats that connections of a capture are part of.
func groups(c *index.Capture, connections []int64) ([]*group, error) {
	chats, err := c.ChatsOf(connections)
	if err != nil {
		return nil, err
	}
	var list []*group
	for _, chat := range chats {
		g := &group{key: chat.Key, id: chat.Connections[0], conns: chat.Connections}
		for _, id := range g.conns {
			span := c.Spans([]int64{id % event.ConnectionsPerCapture}, nil)[0]
			g.firsts = append(g.firsts, span.First)
		}
		list = append(list, g)
	}
	return list, nil
}

// withChats brings the chats that connections are part of, of the capture that of
// belongs to, up to date and calls use with them.
func (s *Store) withChats(ctx context.Context, of int64, connections []int64, within time.Duration, use func([]Chat)) error {
	x := s.index()
	number := int(of / event.ConnectionsPerCapture)
	list := x.Captures()
	i := slices.IndexFunc(list, func(c *index.Capture) bool { return c.Number() == number })
	if i < 0 {
		return index.ErrNotFound
	}
	k := s.chats.of(number)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.index != x {
		k.index, k.kept = x, map[int64]*keptChat{}
	}
	k.looks++
	gs, err := groups(list[i], connections)
	if err != nil {
		return err
	}
	for _, g := range gs {
		k.prepare(g)
	}
	read, err := k.carryOn(ctx, list[i], gs, within)
	if err != nil {
		return err
	}
	chats := make([]Chat, 0, len(gs))
	for _, g := range gs {
		c := Chat{Chat: k.kept[g.id].chat, ID: g.id, Read: read}
		for _, id := range g.conns {
			if v, ok := s.Connection(id); ok {
				c.Connections = append(c.Connections, v)
				c.Key = cmp.Or(c.Key, v.Chat)
			}
		}
		chats = append(chats, c)
	}
	use(chats)
	k.forget()
	return nil
}

// prepare makes the place of a chat, anew if what is there is no beginning of
// it.
func (k *captureChats) prepare(g *group) {
	at := k.kept[g.id]
	begin := int64(math.MaxInt64)
	for i, id := range g.conns {
		if g.firsts[i] == 0 {
			continue // nothing was said on it
		}
		begin = min(begin, g.firsts[i])
		if at != nil && !slices.Contains(at.conns, id) && g.firsts[i] <= at.after {
			at = nil // events were passed over before the connection was known to belong to the chat
		}
	}
	if at == nil {
		at = &keptChat{chat: chat.New(), after: -1}
		if begin != math.MaxInt64 {
			at.after = max(0, begin-1-ringsBefore)
		}
		k.kept[g.id] = at
	}
	at.key, at.conns, at.look = g.key, g.conns, k.looks
}

// carryOn feeds the chats with what has happened since, no longer than that
// time if it is not 0, and returns the share of their events that they have been
// fed with.
func (k *captureChats) carryOn(ctx context.Context, c *index.Capture, gs []*group, within time.Duration) (float64, error) {
	began := time.Now()
	end := c.Status().Events
	from, first := end+1, end
	byConn, byKey := map[int64]*keptChat{}, map[string]*keptChat{}
	for _, g := range gs {
		at := k.kept[g.id]
		if at.after < 0 {
			at.after = end // nothing was said on it so far
		}
		from = min(from, at.after+1)
		for i, id := range g.conns {
			if g.firsts[i] != 0 {
				first = min(first, g.firsts[i])
			}
			byConn[id%event.ConnectionsPerCapture] = at
		}
		if g.key != "" {
			byKey[g.key] = at
		}
	}
	wanted := func(f *index.Facts) bool {
		if len(byKey) > 0 && f.HasCommand("RNG") {
			return true
		}
		for id := range byConn {
			if f.HasConnection(id) {
				return true
			}
		}
		return false
	}
	var memory index.Scan
	var e event.Event
	var a decode.Annotation
	for n := from; n <= end; {
		if err := ctx.Err(); err != nil {
			k.reached(gs, n-1) // the next look goes on from here
			return 0, err
		}
		r, ok, err := c.Next(n, wanted)
		if err == nil && (!ok || r.First > end) {
			break
		}
		var b *index.Block
		if err == nil {
			b, err = c.Read(&r, &memory)
		}
		if err != nil {
			for _, g := range gs { // fed in part
				delete(k.kept, g.id)
			}
			return 0, err
		}
		for i := int(max(n-r.First, 0)); i < b.Len() && r.First+int64(i) <= end; i++ {
			at, rings := byConn[b.Connection(i)], b.Command(i) == [3]byte{'R', 'N', 'G'}
			if at == nil && !rings {
				continue
			}
			b.Event(i, &e)
			annotation := &a
			if e.Kind == event.Command {
				e.AnnotateInto(&a)
			} else {
				annotation = nil
			}
			if rings && at == nil {
				at = byKey[strings.ToLower(valueOf(&a, "sessionId"))]
			}
			if at != nil && r.First+int64(i) > at.after {
				at.chat.Feed(&e, annotation)
			}
		}
		n = r.End()
		if within > 0 && n <= end && time.Since(began) >= within {
			k.reached(gs, n-1)
			return max(0, float64(n-first)/float64(end+1-first)), nil
		}
	}
	k.reached(gs, end)
	return 1, nil
}

// reached notes up to which event chats were fed.
func (k *captureChats) reached(gs []*group, n int64) {
	for _, g := range gs {
		k.kept[g.id].after = max(k.kept[g.id].after, n)
	}
}

// forget lets the chats go that were looked at least lately, while there are
// too many lines.
func (k *captureChats) forget() {
	lines := 0
	for _, at := range k.kept {
		lines += len(at.chat.Lines) + 64 // people and such
	}
	for lines > maxChatLines && len(k.kept) > 1 {
		var oldest int64
		var old *keptChat
		for id, at := range k.kept {
			if old == nil || at.look < old.look || at.look == old.look && id < oldest {
				oldest, old = id, at
			}
		}
		lines -= len(old.chat.Lines) + 64
		delete(k.kept, oldest)
	}
}

// of returns the place of a capture's chats.
func (cs *chats) of(number int) *captureChats {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	i := slices.IndexFunc(cs.list, func(k *captureChats) bool { return k.number == number })
	k := &captureChats{number: number}
	switch {
	case i >= 0:
		k = cs.list[i]
		cs.list = slices.Delete(cs.list, i, i+1)
	case len(cs.list) == maxChatCaptures:
		cs.list = cs.list[:maxChatCaptures-1]
	}
	cs.list = slices.Insert(cs.list, 0, k)
	return k
}

func valueOf(a *decode.Annotation, name string) string {
	for i := range a.Params {
		if a.Params[i].Name == name {
			return a.Params[i].Value
		}
	}
	return ""
}
