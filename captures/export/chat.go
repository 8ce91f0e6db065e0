// This file writes the chats as text: who said what when, who came and went.

package export

import (
	"fmt"
	"io"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

func writeChat(w io.Writer, s *Source, o Options) error {
	last, day := "", ""
	t := newTalk(s)
	return s.all(func(e *event.Event) error {
		return t.each(e, o, func(l *said) error {
			at := time.Unix(0, l.time).UTC()
			if d := at.Format("2006-01-02"); l.chat != last || d != day {
				chat := ""
				if l.key != "" {
					chat = " " + l.key
				}
				if _, err := fmt.Fprintf(w, "-- chat%s of %s, connection %d, %s UTC --\n", decode.Visible(chat), decode.Visible(l.account), l.connection, d); err != nil {
					return err
				}
				last, day = l.chat, d
			}
			if l.note != "" {
				_, err := fmt.Fprintf(w, "%s * %s %s\n", at.Format("15:04:05"), decode.Visible(l.person()), decode.Visible(l.note))
				return err
			}
			_, err := fmt.Fprintf(w, "%s <%s> %s\n", at.Format("15:04:05"), decode.Visible(l.person()), indented(l.text))
			return err
		})
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
