// This file is the state of a chat: its lines, its people, and what it needs to
// know to make lines of events.

package chat

import (
	"strings"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	// maxPeople is how many people of one chat are told apart; later ones count
	// as the last. Switchboards let some twenty in.
	maxPeople = 4096
	// maxWord is the longest handle or name that is kept.
	maxWord = 512
	// maxAsked is how many messages and calls wait for their answers.
	maxAsked = 512
	// maxOffers is how many invitations wait for what becomes of them.
	maxOffers = 64
	// maxTyping is how many people are known to type at a time.
	maxTyping = 64
	// typingLasts is how long after its last notice somebody is taken to type.
	// Clients repeat it every five seconds, others once in a while.
	typingLasts = int64(30 * time.Second)
	// MaxLines is how many lines of a chat are kept; later ones are counted.
	MaxLines = 2 << 20
	// streamed is how many lines a Chat keeps that is only fed.
	streamed = 2 * maxShown
)

// Person is somebody in a chat.
type Person struct {
	Handle  string
	Name    string // friendly name as last told, decoded; "" if it was not
	Present bool
	Seen    bool // one of the person's own connections is seen
}

// Chat is a chat as far as it was fed. It is not safe for use by several
// goroutines.
type Chat struct {
	Lines    []Line // from number First on
	First    int    // 0, but for a Chat of NewStream
	More     int64  // lines that are not kept: see MaxLines
	People   []Person
	Messages int64
	Began    int64 // Unix ns of the first and the last line, 0 without one
	Last     int64

	stream bool
	base   int64 // of event ids
	by     map[string]uint16
	slots  map[int64]int
	begun  [ringSlot]int64 // Unix ns by slot, 0: before the capture
	shown  []shown
	asked  []asked
	offers []offer
	typing []typing
	known  *decode.Invitations
}

// asked is a message or call that is waiting for its answer.
type asked struct {
	event uint32
	line  int
}

// offer is an invitation and the line in which it began.
type offer struct {
	invitation *decode.Invitation
	state      decode.InvitationState // when last looked at
	line       int
}

// typing is somebody who types.
type typing struct {
	who   uint16
	first uint32 // event of the first notice
	time  int64  // of the last one
}

// New returns an empty chat, which keeps all of its lines.
func New() *Chat {
	return &Chat{by: map[string]uint16{}, slots: map[int64]int{}, base: -1}
}

// NewStream returns an empty chat that keeps the last lines only, for those who
// write down each as it comes.
func NewStream() *Chat {
	c := New()
	c.stream = true
	return c
}

// ID returns the id of an event of a line, 0 for 0.
func (c *Chat) ID(n uint32) int64 {
	if n == 0 {
		return 0
	}
	return c.base + int64(n)
}

// Total returns the number of lines.
func (c *Chat) Total() int { return c.First + len(c.Lines) }

// Line returns a line that is kept.
func (c *Chat) Line(i int) *Line { return &c.Lines[i-c.First] }

// kept returns a line, nil if it is not kept any more.
func (c *Chat) kept(i int) *Line {
	if i < c.First || i >= c.Total() {
		return nil
	}
	return c.Line(i)
}

// Typing is somebody who types now.
type Typing struct {
	Who   int   // of People
	Event int64 // the first notice
	Time  int64 // of the last notice
}

// Typing returns who types at the end of the chat.
func (c *Chat) Typing() []Typing {
	var list []Typing
	for _, t := range c.typing {
		list = append(list, Typing{int(t.who), c.ID(t.first), t.time})
	}
	return list
}

// Present returns who was there after line i.
func (c *Chat) Present(i int) []int {
	there := map[uint16]bool{}
	for k := c.First; k <= i && k < c.Total(); k++ {
		switch l := c.Line(k); l.Kind {
		case Opened, Joined, Here:
			there[l.Who] = true
		case Left:
			delete(there, l.Who)
		}
	}
	list := []int{}
	for who := range c.People {
		if there[uint16(who)] {
			list = append(list, who)
		}
	}
	return list
}

// At returns the line that an event belongs to, or the last one before it; -1 if
// there is none.
func (c *Chat) At(id int64) int {
	n, best := uint32(id-c.base), -1
	if id <= c.base {
		return -1
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		if l.Event == n || l.Seen == n || l.Answer == n {
			return c.First + i
		}
		if l.Event < n {
			best = c.First + i
		}
	}
	return best
}

// person returns the number of somebody by the handle.
func (c *Chat) person(handle, name string) uint16 {
	handle = handle[:min(len(handle), maxWord)]
	key := strings.ToLower(handle)
	who, ok := c.by[key]
	if !ok {
		if len(c.People) == maxPeople {
			return maxPeople - 1
		}
		who = uint16(len(c.People))
		c.People = append(c.People, Person{Handle: strings.Clone(strings.ToValidUTF8(handle, "\uFFFD"))})
		c.by[strings.Clone(key)] = who
	}
	if p := &c.People[who]; name != "" && name != p.Name {
		p.Name = strings.Clone(strings.ToValidUTF8(name[:min(len(name), maxWord)], "\uFFFD"))
	}
	return who
}

// add appends a line and returns its number, -1 if there are too many to keep.
func (c *Chat) add(l Line) int {
	if c.Began == 0 {
		c.Began = l.Time
	}
	c.Last = l.Time
	if l.Kind == Message {
		c.Messages++
	}
	switch {
	case c.stream && len(c.Lines) == streamed:
		n := copy(c.Lines, c.Lines[streamed/2:])
		c.Lines, c.First = c.Lines[:n], c.First+streamed/2
	case len(c.Lines) == MaxLines:
		c.More++
		return -1
	}
	c.Lines = append(c.Lines, l)
	return c.Total() - 1
}

// other returns who is there beside who; ok if it is one person.
func (c *Chat) other(who uint16) (handle string, ok bool) {
	n := 0
	for i := range c.People {
		if c.People[i].Present && i != int(who) {
			handle = c.People[i].Handle
			n++
		}
	}
	return handle, n == 1
}

// stopsTyping forgets that somebody types; first is the event of the first
// notice, 0 if nobody did.
func (c *Chat) stopsTyping(who uint16) (first uint32) {
	for i := range c.typing {
		if c.typing[i].who == who {
			first = c.typing[i].first
			c.typing = append(c.typing[:i], c.typing[i+1:]...)
			return first
		}
	}
	return 0
}

// gaveUp writes down who has typed and has sent nothing by now; all if they
// cannot any more.
func (c *Chat) gaveUp(now int64) {
	for i := 0; i < len(c.typing); {
		t := c.typing[i]
		if now-t.time < typingLasts {
			i++
			continue
		}
		c.typing = append(c.typing[:i], c.typing[i+1:]...)
		c.add(Line{Kind: Typed, Who: t.who, Event: t.first, Typing: t.first, Time: t.time})
	}
}

// value returns the value of the named parameter.
func value(a *decode.Annotation, name string) string {
	for i := range a.Params {
		if a.Params[i].Name == name {
			return a.Params[i].Value
		}
	}
	return ""
}

// payloadOf returns the bytes of a payload as they were delivered.
func payloadOf(p []byte, line, body int) []byte {
	if body <= len(p) && line < body {
		return p[body:]
	}
	return nil
}

// number returns the number of an event within its capture.
func (c *Chat) number(e *event.Event) uint32 {
	if c.base < 0 {
		c.base = e.ID - e.ID%event.EventsPerCapture
	}
	return uint32(e.ID - c.base)
}
