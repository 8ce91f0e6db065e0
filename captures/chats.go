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

// Chats calls use with the chats of a session in order of their beginnings.
// index.ErrNotFound if there is no such session.
func (s *Store) Chats(ctx context.Context, session int64, use func([]Chat)) error {
	if _, ok := s.Session(session); !ok {
		return index.ErrNotFound
	}
	return s.withChats(ctx, session, func(g *group) bool { return slices.Contains(g.sessions, session) }, use)
}

// Chat calls use with the chat that a connection belongs to. index.ErrNotFound
// if it is none of a switchboard.
func (s *Store) Chat(ctx context.Context, connection int64, use func(*Chat)) error {
	c, ok := s.Connection(connection)
	if !ok || c.Role != decode.RoleSB {
		return index.ErrNotFound
	}
	found := false
	err := s.withChats(ctx, connection, func(g *group) bool { return slices.Contains(g.conns, connection) }, func(list []Chat) {
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
	key      string
	id       int64
	conns    []int64
	sessions []int64
	firsts   []int64 // numbers of the connections' first events
}

// groups puts the switchboard connections of a capture together that wanted
// takes.
func groups(c *index.Capture, wanted func(*group) bool) []*group {
	byKey := map[string]*group{}
	var list []*group
	c.EachConnection(func(v *event.Connection, first int64) {
		if v.Role != decode.RoleSB {
			return
		}
		key := strings.ToLower(v.Chat)
		g := byKey[key]
		if g == nil || key == "" {
			g = &group{key: key, id: v.ID}
			byKey[key] = g
			list = append(list, g)
		}
		g.conns = append(g.conns, v.ID)
		g.sessions = append(g.sessions, v.Session)
		g.firsts = append(g.firsts, first)
	})
	return slices.DeleteFunc(list, func(g *group) bool { return !wanted(g) })
}

// withChats brings the wanted chats of the capture that something belongs to up
// to date and calls use with them.
func (s *Store) withChats(ctx context.Context, of int64, wanted func(*group) bool, use func([]Chat)) error {
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
	gs := groups(list[i], wanted)
	for _, g := range gs {
		k.prepare(g)
	}
	if err := k.carryOn(ctx, list[i], gs); err != nil {
		return err
	}
	chats := make([]Chat, 0, len(gs))
	for _, g := range gs {
		c := Chat{Chat: k.kept[g.id].chat, ID: g.id}
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

// carryOn feeds the chats with what has happened since.
func (k *captureChats) carryOn(ctx context.Context, c *index.Capture, gs []*group) error {
	end := c.Status().Events
	from := end + 1
	byConn, byKey := map[int64]*keptChat{}, map[string]*keptChat{}
	for _, g := range gs {
		at := k.kept[g.id]
		if at.after < 0 {
			at.after = end // nothing was said on it so far
		}
		from = min(from, at.after+1)
		for _, id := range g.conns {
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
			return err
		}
		r, ok := c.Next(n, wanted)
		if !ok || r.First > end {
			break
		}
		b, err := c.Read(&r, &memory)
		if err != nil {
			for _, g := range gs { // fed in part
				delete(k.kept, g.id)
			}
			return err
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
	}
	k.reached(gs, end)
	return nil
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

// ChatRows returns n lines of a chat from number from on, with their words and
// the files that invitations in it led to.
func (s *Store) ChatRows(c *Chat, from, n int) ([]chat.Row, error) {
	r := chat.Reader{Event: s.Event}
	from = min(max(from, c.First), c.Total())
	n = min(n, c.Total()-from)
	rows := make([]chat.Row, 0, n)
	var files map[int64]*event.Connection
	for i := from; i < from+n; i++ {
		row, err := r.Read(c.Chat, i)
		if err != nil {
			return nil, err
		}
		if row.Offer != nil && row.Offer.File != "" {
			if files == nil {
				files = s.filesByEvent(c.ID / event.ConnectionsPerCapture)
			}
			for _, id := range [...]int64{row.Event, row.Seen} {
				if f := files[id]; f != nil && id != 0 {
					row.File = event.AppendTransfer(nil, f)
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// filesByEvent returns the connections of a capture that carry files, by the
// messages that led to them.
func (s *Store) filesByEvent(capture int64) map[int64]*event.Connection {
	files := map[int64]*event.Connection{}
	for _, c := range s.index().Captures() {
		if int64(c.Number()) != capture {
			continue
		}
		c.EachConnection(func(v *event.Connection, _ int64) {
			if v.File == nil {
				return
			}
			mine := *v
			for _, id := range v.File.Events {
				files[id] = &mine
			}
		})
	}
	return files
}

// maxFindText is how many lines one search looks at.
const maxFindText = 200_000

// FindInChat returns the number of the first line from number from on, or
// backwards, with that text in what was said or in what happened, in any case
// of letters; -1 if there is none.
func (s *Store) FindInChat(ctx context.Context, c *Chat, text string, from int, back bool) (int, error) {
	r := chat.Reader{Event: s.Event}
	text = strings.ToLower(text)
	step := 1
	if back {
		step = -1
	}
	for i, n := from, 0; i >= c.First && i < c.Total() && n < maxFindText; i, n = i+step, n+1 {
		if err := ctx.Err(); err != nil {
			return -1, err
		}
		row, err := r.Read(c.Chat, i)
		if err != nil {
			return -1, err
		}
		for _, words := range [...]string{row.Text, row.Words, row.Delivered} {
			if strings.Contains(strings.ToLower(words), text) {
				return i, nil
			}
		}
	}
	return -1, nil
}
