// This file makes lines of events.

package chat

import (
	"bytes"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Step says what an event did to a chat.
type Step struct {
	From int // the first line that is new; Total if none is
	Line int // the line that the event belongs to, -1 if to none
}

// Feed takes the next event: of a connection of the chat, or a RNG that invites
// to it. a is its annotation; nil if it is no command.
func (c *Chat) Feed(e *event.Event, a *decode.Annotation) Step {
	n := c.number(e)
	c.gaveUp(e.Time)
	s := Step{From: c.Total()}
	if e.Kind == event.Command && a != nil && a.Name == "RNG" {
		s.Line = c.rings(e, a, n)
		return s
	}
	me := uint16(0)
	if e.Account != "" {
		me = c.person(e.Account, "")
		c.People[me].Seen = true
	} else {
		me = c.person("", "")
	}
	switch e.Kind {
	case event.Gap:
		s.Line = c.add(Line{Kind: Gap, Who: me, Event: n, Time: e.Time})
	case event.Raw:
		s.Line = c.run(Line{Kind: Raw, Who: me, Event: n, Time: e.Time}, 0)
	case event.Note:
		s.Line = -1
		if own := e.Injected(); own != nil && own.Cmd() == "MSG" {
			made := own.Annotate()
			if own.Dir == decode.S2C {
				me = c.person(value(&made, "sender"), value(&made, "nick"))
			}
			s.Line = c.message(own, &made, n, me, Injected)
			break
		}
		if e.Note != "opened" && e.Note != "closed" { // people joining and leaving tell as much
			s.Line = c.add(Line{Kind: Note, Who: me, Event: n, Time: e.Time})
		}
	default:
		if a == nil {
			made := e.Annotate()
			a = &made
		}
		if e.Dir == decode.C2S {
			s.Line = c.sent(e, a, n, me)
		} else {
			s.Line = c.received(e, a, n, me)
		}
	}
	return s
}

// sent is what a client says.
func (c *Chat) sent(e *event.Event, a *decode.Annotation, n uint32, me uint16) int {
	switch a.Name {
	case "USR", "ANS":
		c.begins(e.Connection, e.Time)
	case "CAL":
		whom := c.person(value(a, "email"), "")
		i := c.add(Line{Kind: Invited, State: Waiting, Who: me, Whom: whom, Event: n, Time: e.Time})
		c.first(keyOf(Invited, me, uint64(whom)), c.slot(e.Connection), e.Time, i)
		c.asks(n, i)
		return i
	case "MSG":
		return c.message(e, a, n, me, 0)
	case "OUT":
		return c.leaves(e, n, me, 0)
	}
	return -1
}

// received is what the switchboard says.
func (c *Chat) received(e *event.Event, a *decode.Annotation, n uint32, me uint16) int {
	switch a.Name {
	case "USR":
		me = c.person(e.Account, value(a, "nick"))
		c.People[me].Present = true
		return c.add(Line{Kind: Opened, Who: me, Event: n, Time: e.Time})
	case "ANS":
		return c.comes(e, n, me, Joined)
	case "JOI":
		return c.comes(e, n, c.person(value(a, "email"), value(a, "nick")), Joined)
	case "IRO":
		return c.comes(e, n, c.person(value(a, "email"), value(a, "nick")), Here)
	case "BYE":
		var f Flags
		if value(a, "idle") == "1" {
			f = Idle
		}
		return c.leaves(e, n, c.person(value(a, "email"), ""), f)
	case "OUT":
		if c.People[me].Present { // else it repeats the client's own
			return c.leaves(e, n, me, 0)
		}
		return -1
	case "MSG":
		return c.message(e, a, n, c.person(value(a, "sender"), value(a, "nick")), 0)
	case "CAL":
		return c.answered(e, n, Ringing)
	case "ACK":
		return c.answered(e, n, Delivered)
	case "NAK":
		return c.answered(e, n, NotDelivered)
	}
	if a.Category != decode.CategoryError {
		return -1
	}
	if i := c.answered(e, n, Declined); i >= 0 {
		return i
	}
	return c.add(Line{Kind: Refused, Who: me, Event: n, Time: e.Time})
}

// rings is a RNG at somebody's notification server.
func (c *Chat) rings(e *event.Event, a *decode.Annotation, n uint32) int {
	who := c.person(value(a, "email"), value(a, "nick"))
	whom := c.person(e.Account, "")
	key := keyOf(Invited, who, uint64(whom))
	for i := len(c.shown) - 1; i >= 0; i-- { // somebody who was not there is called again
		s := &c.shown[i]
		if s.key == key && s.on>>ringSlot&1 == 0 && e.Time-s.time <= shownWithin {
			s.on |= 1 << ringSlot
			if l := c.kept(s.line); l != nil {
				l.Seen = n
			}
			return s.line
		}
	}
	i := c.add(Line{Kind: Invited, State: Ringing, Who: who, Whom: whom, Event: n, Time: e.Time})
	c.first(key, ringSlot, e.Time, i)
	return i
}

// comes is somebody who joins or is there already.
func (c *Chat) comes(e *event.Event, n uint32, who uint16, k Kind) int {
	key, slot := keyOf(Joined, who, 0), c.slot(e.Connection)
	if k == Joined {
		if s := c.again(key, slot, e.Time); s != nil {
			return c.sees(s.line, n)
		}
	}
	if c.People[who].Present {
		return -1
	}
	c.People[who].Present = true
	i := c.add(Line{Kind: k, Who: who, Event: n, Time: e.Time})
	if k == Joined {
		c.first(key, slot, e.Time, i)
	}
	return i
}

// leaves is somebody who goes.
func (c *Chat) leaves(e *event.Event, n uint32, who uint16, f Flags) int {
	key, slot := keyOf(Left, who, 0), c.slot(e.Connection)
	if s := c.again(key, slot, e.Time); s != nil {
		return c.sees(s.line, n)
	}
	c.People[who].Present = false
	if first := c.stopsTyping(who); first != 0 {
		c.add(Line{Kind: Typed, Who: who, Event: first, Typing: first, Time: e.Time})
	}
	i := c.add(Line{Kind: Left, Who: who, Event: n, Time: e.Time, Flags: f})
	c.first(key, slot, e.Time, i)
	return i
}

// sees notes that another connection has shown a line.
func (c *Chat) sees(i int, n uint32) int {
	if l := c.kept(i); l != nil && l.Seen == 0 {
		l.Seen = n
	}
	return i
}

// message is a MSG, as it was sent or as it was delivered. flags are what is
// known of it beside what was delivered.
func (c *Chat) message(e *event.Event, a *decode.Annotation, n uint32, who uint16, flags Flags) int {
	kind, content := Data, []byte(nil)
	p := a.Payload
	if p != nil {
		switch {
		case p.Type == "text/x-msmsgscontrol":
			kind = Typed
		case p.Type == "text/x-msmsgsinvite":
			kind = Invitation
		case p.Type == "text/plain" && !p.Binary:
			kind = Message
		}
	}
	content = payloadOf(e.Raw, e.Line, e.Body)
	switch {
	case e.Delivered == nil:
	case len(e.Delivered) == 0:
		flags = Dropped
	default:
		flags = Edited
		if e.Dir == decode.C2S { // the switchboard passes on what it got
			_, content, _ = bytes.Cut(e.Delivered, []byte{'\n'})
		}
	}
	key, slot := keyOf(kind, who, hashOf(content)), c.slot(e.Connection)
	if flags != Dropped || e.Dir == decode.S2C {
		if s := c.again(key, slot, e.Time); s != nil {
			return c.passedOn(s.line, e, a, n, flags, who)
		}
	}
	i := c.says(e, a, n, who, kind, flags)
	if flags != Dropped || e.Dir == decode.S2C {
		c.first(key, slot, e.Time, i)
	}
	return i
}

// passedOn is a message that another connection has shown already.
func (c *Chat) passedOn(i int, e *event.Event, a *decode.Annotation, n uint32, flags Flags, who uint16) int {
	l := c.kept(i)
	if l == nil {
		return i
	}
	if l.Kind == Message {
		c.stopsTyping(who) // a notice that was delivered after the message had been sent
	}
	l.Flags |= flags
	if l.Kind == Invitation && e.Dir == decode.S2C {
		c.invites(e, a, n, who, i) // this end tells to whom
	}
	switch {
	case l.Kind == Data:
	case e.Dir == decode.C2S && l.Seen == 0: // seen where it was delivered first
		l.Event, l.Seen = n, l.Event
	case l.Seen == 0 || flags != 0: // where it was changed is what there is to see
		l.Seen = n
	}
	return i
}

// says is a message that is new.
func (c *Chat) says(e *event.Event, a *decode.Annotation, n uint32, who uint16, kind Kind, flags Flags) int {
	l := Line{Kind: kind, Who: who, Event: n, Time: e.Time, Flags: flags}
	if e.Dir == decode.C2S && flags&Injected == 0 { // what answers that, nobody hears
		switch value(a, "ack") {
		case "U":
			l.State = NotAsked
		case "N":
			l.State = OnFailure
		case "A", "D":
			l.State = Waiting
		}
	}
	switch kind {
	case Typed:
		for i := range c.typing {
			if t := &c.typing[i]; t.who == who {
				t.time = e.Time
				return -1
			}
		}
		if len(c.typing) < maxTyping {
			c.typing = append(c.typing, typing{who, n, e.Time})
		}
		return -1
	case Data:
		l.State = NoState
		content := ""
		if a.Payload != nil {
			content = a.Payload.Type
		}
		return c.run(l, uint32(hashOf([]byte(content))|1))
	case Message:
		l.Typing = c.stopsTyping(who)
	}
	i := c.add(l)
	c.asks(n, i)
	if kind == Invitation {
		c.invites(e, a, n, who, i)
	}
	return i
}

// run adds a line, or counts it in the last one if that is of the same kind.
func (c *Chat) run(l Line, of uint32) int {
	l.Typing = of
	if last := c.kept(c.Total() - 1); last != nil && c.More == 0 && last.Kind == l.Kind && last.Who == l.Who && last.Typing == of && last.Whom < 1<<16-1 {
		last.Whom++
		last.Answer = l.Event
		c.Last = l.Time
		return c.Total() - 1
	}
	return c.add(l)
}

// asks notes that line i may be answered.
func (c *Chat) asks(n uint32, i int) {
	if i < 0 {
		return
	}
	if len(c.asked) == maxAsked {
		c.asked = append(c.asked[:0], c.asked[maxAsked/2:]...)
	}
	c.asked = append(c.asked, asked{n, i})
}

// answered is the answer to a message or a call; -1 if it answers none.
func (c *Chat) answered(e *event.Event, n uint32, to State) int {
	if e.Answers <= c.base {
		return -1
	}
	for i := len(c.asked) - 1; i >= 0; i-- {
		if c.asked[i].event != uint32(e.Answers-c.base) {
			continue
		}
		at := c.asked[i].line
		l := c.kept(at)
		if l == nil {
			return -1
		}
		if l.State < OfInvitation || to == NotDelivered || to == Declined {
			l.State, l.Answer = to, n
		}
		if to == Declined && l.Kind == Invited {
			for k := range c.shown { // it does not ring
				if c.shown[k].line == at {
					c.shown[k].on |= 1 << ringSlot
				}
			}
		}
		return at
	}
	return -1
}

// invites has the invitation's own line tell what has become of it.
func (c *Chat) invites(e *event.Event, a *decode.Annotation, n uint32, who uint16, line int) {
	if c.known == nil {
		c.known = new(decode.Invitations)
	}
	m := decode.Message{Payload: a.Payload, Dir: e.Dir, From: c.People[who].Handle, Event: e.ID, At: time.Unix(0, e.Time)}
	if e.Dir == decode.S2C {
		m.To = e.Account
	} else {
		m.To, _ = c.other(who)
	}
	inv, _ := c.known.Observe(m)
	if inv == nil {
		return
	}
	for i := range c.offers {
		o := &c.offers[i]
		if o.invitation != inv {
			continue
		}
		if l := c.kept(o.line); l != nil && inv.State != o.state {
			l.State, l.Answer = OfInvitation+State(inv.State), n
		}
		o.state = inv.State
		return
	}
	if l := c.kept(line); l != nil {
		l.State = OfInvitation + State(inv.State)
	}
	if len(c.offers) == maxOffers {
		c.offers = append(c.offers[:0], c.offers[1:]...)
	}
	c.offers = append(c.offers, offer{inv, inv.State, line})
}
