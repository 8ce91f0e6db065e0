// This file reads exported events as lines of chats: for the chats as text and
// for the report.

package export

import (
	"cmp"
	"strconv"
	"strings"

	"msnscope/captures/chat"
	"msnscope/captures/event"
	"msnscope/decode"
)

// maxTalking is how many chats are followed at a time. One that goes on after so
// many others begins anew.
const maxTalking = 1024

// said is one line of a chat.
type said struct {
	chat       string // tells chats apart
	key        string // switchboard session id, "" if nobody said it
	connection int64  // that showed the line first
	account    string // of its user
	time       int64
	who        string // handle
	name       string // friendly name, "" if not told here
	text       string // what was said
	note       string // what happened, if nothing was said: "joins"
	look       *chat.Look
}

// talk follows the chats of an export.
type talk struct {
	s      *Source
	chats  map[string]*chat.Chat
	reader chat.Reader
	event  *event.Event // fed last
	a      decode.Annotation
}

func newTalk(s *Source) *talk {
	t := &talk{s: s, chats: map[string]*chat.Chat{}}
	t.reader.Event = func(id int64) (*event.Event, error) { return t.event, nil }
	return t
}

// each calls f for the lines that an event makes.
func (t *talk) each(e *event.Event, o Options, f func(*said) error) error {
	if !o.Secrets {
		e = e.Masked(nil)
	}
	var a *decode.Annotation
	if e.Kind == event.Command {
		e.AnnotateInto(&t.a)
		a = &t.a
	}
	l := said{connection: e.Connection, account: e.Account, time: e.Time}
	switch {
	case a != nil && a.Name == "RNG" && e.Dir == decode.S2C:
		l.key = value(a, "sessionId")
	case e.Role == decode.RoleSB, e.Role == decode.RoleUnknown && a != nil && (a.Category == decode.CategoryChat || e.Dir == decode.S2C):
		if c := t.s.Connection(e.Connection); c != nil {
			if c.Role != decode.RoleSB && c.Role != decode.RoleUnknown {
				return nil
			}
			l.key = c.Chat
		}
	default:
		return nil
	}
	l.chat = strings.ToLower(l.key) + "/" + strconv.FormatInt(e.ID/event.EventsPerCapture, 10)
	if l.key == "" {
		l.chat = "c" + strconv.FormatInt(e.Connection, 10)
	}
	c := t.chats[l.chat]
	if c == nil {
		if len(t.chats) == maxTalking {
			clear(t.chats)
		}
		c = chat.NewStream()
		t.chats[l.chat] = c
	}
	t.event = e
	step := c.Feed(e, a)
	for i := step.From; i < c.Total(); i++ {
		line := l
		if ok, err := t.read(c, i, &line); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := f(&line); err != nil {
			return err
		}
	}
	switch {
	case a == nil || e.Dir != decode.S2C:
	case a.Name == "NAK":
		l.who, l.note = e.Account, "is told that a message was not delivered"
		return f(&l)
	case a.Category == decode.CategoryError && step.Line >= 0 && step.From == c.Total():
		// It answers a call or a message, of which the line is written already.
		l.who, l.note = e.Account, "is told: "+a.Summary
		return f(&l)
	}
	return nil
}

// read fills l with line i; ok is false for what programs tell each other.
func (t *talk) read(c *chat.Chat, i int, l *said) (ok bool, err error) {
	line := c.Line(i)
	p := &c.People[line.Who]
	l.who, l.name = p.Handle, p.Name
	switch line.Kind {
	case chat.Opened:
		l.note = "opens the chat"
	case chat.Invited:
		l.note = "calls " + c.People[line.Whom].Handle
	case chat.Joined:
		l.note = "joins"
	case chat.Here:
		l.note = "is here"
	case chat.Left:
		l.note = "leaves"
		if line.Flags&chat.Idle != 0 {
			l.note += ": the server closed an idle connection"
		}
	case chat.Typed:
		l.time, l.note = line.Time, "was typing, and sent nothing"
	case chat.Message, chat.Invitation, chat.Refused, chat.Gap:
		row, err := t.reader.Read(c, i)
		if err != nil {
			return false, err
		}
		l.name, l.look, l.note = row.Name, row.Look, row.Words
		if line.Kind == chat.Invitation { // who it is stands before it
			l.note = strings.TrimPrefix(l.note, decode.Visible(cmp.Or(row.Name, row.Who))+": ")
		}
		if line.Kind == chat.Message {
			l.note, l.text = "", row.Text
			if row.Size > 0 { // a row has its beginning only
				l.text = t.a.Payload.Text
			}
			switch row.Change {
			case "dropped":
				l.text += " [dropped by the proxy]"
			case "edited":
				l.text += " [delivered as: " + row.Delivered + "]"
			case "injected":
				l.text += " [said by the proxy]"
			}
		}
	default:
		return false, nil
	}
	return true, nil
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

// person is how somebody is called: "alice@hotmail.com (Alice)".
func (l *said) person() string {
	switch {
	case l.who == "":
		return "?"
	case l.name == "" || l.name == l.who:
		return l.who
	}
	return l.who + " (" + l.name + ")"
}
