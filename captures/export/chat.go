// This file writes the chats as text: who said what when, who came and went.

package export

import (
	"fmt"
	"io"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// said is one line of a chat.
type said struct {
	who  string // handle
	name string // friendly name, "" if not told here
	text string // what was said
	note string // what happened, if nothing was said: "joins"
	look []decode.Param
}

// saying reads a command as a line of a chat; ok is false if it is none: typing
// notices and what programs tell each other.
func saying(e *event.Event, a *decode.Annotation) (l said, ok bool) {
	if e.Kind != event.Command || e.Role != decode.RoleSB && e.Role != decode.RoleUnknown {
		return l, false
	}
	l.who, l.name = value(a, "email"), value(a, "nick")
	switch {
	case a.Name == "MSG" && a.Payload != nil:
		p := a.Payload
		l.who = value(a, "sender")
		if e.Dir == decode.C2S {
			l.who = e.Account
		}
		switch {
		case p.Type == "text/plain" && !p.Binary:
			l.text, l.look = p.Text, p.Meaning
		case p.Type == "text/x-msmsgscontrol":
			return l, false
		case p.Type == "text/x-msmsgsinvite":
			l.note = a.Summary
		default:
			return l, false
		}
		return l, true
	case e.Dir != decode.S2C:
		return l, false
	case a.Name == "JOI":
		l.note = "joins"
	case a.Name == "IRO":
		l.note = "is here"
	case a.Name == "BYE":
		l.note = "leaves"
	case a.Name == "NAK":
		l.who, l.note = e.Account, "is told that a message was not delivered"
	default:
		return l, false
	}
	return l, true
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

func writeChat(w io.Writer, s *Source, o Options) error {
	var last int64
	day := ""
	var a decode.Annotation
	return s.all(func(e *event.Event) error {
		if !o.Secrets {
			e = e.Masked(nil)
		}
		if e.Kind != event.Command {
			return nil
		}
		e.AnnotateInto(&a)
		l, ok := saying(e, &a)
		if !ok {
			return nil
		}
		at := time.Unix(0, e.Time).UTC()
		if d := at.Format("2006-01-02"); e.Connection != last || d != day {
			chat := ""
			if c := s.Connection(e.Connection); c != nil && c.Chat != "" {
				chat = " " + c.Chat
			}
			if _, err := fmt.Fprintf(w, "-- chat%s of %s, connection %d, %s UTC --\n", decode.Visible(chat), decode.Visible(e.Account), e.Connection, d); err != nil {
				return err
			}
			last, day = e.Connection, d
		}
		if l.note != "" {
			_, err := fmt.Fprintf(w, "%s * %s %s\n", at.Format("15:04:05"), decode.Visible(l.person()), decode.Visible(l.note))
			return err
		}
		_, err := fmt.Fprintf(w, "%s <%s> %s\n", at.Format("15:04:05"), decode.Visible(l.person()), indented(l.text))
		return err
	})
}

// indented makes a text safe to print; its further lines stand apart from what
// begins a line of the chat, so that none can be forged.
func indented(text string) string {
	b := []byte{}
	for _, c := range []byte(visibleLines(text)) {
		b = append(b, c)
		if c == '\n' {
			b = append(b, "         | "...)
		}
	}
	return string(b)
}
