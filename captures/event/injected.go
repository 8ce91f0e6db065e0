// This file reads from the note of an injected command what was injected.

package event

import (
	"strconv"
	"strings"

	"msnscope/decode"
)

// NoteInjected is the note that the proxy has sent a command of its own. Its
// text is the direction, the bytes as a quoted string, and by whom.
const NoteInjected = "injected"

// Injected returns the command that was injected, as if its origin had sent it;
// nil for any other event, and where the note has only a part of the bytes, as of
// very long ones.
func (e *Event) Injected() *Event {
	if e.Kind != Note || e.Note != NoteInjected {
		return nil
	}
	name, rest, _ := strings.Cut(e.Text, " ")
	dir, ok := decode.ParseDirection(name)
	if !ok {
		return nil
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return nil
	}
	raw, err := strconv.Unquote(quoted)
	if err != nil {
		return nil
	}
	f := decode.Framer{Dir: dir, Dialect: e.Dialect}
	f.Feed([]byte(raw))
	var fr decode.Frame
	if !f.Next(&fr) || fr.Kind != decode.FrameCommand || len(fr.Raw) != len(raw) {
		return nil
	}
	own := *e
	own.Kind, own.Note, own.Text, own.Dir = Command, "", "", dir
	own.Raw, own.Line, own.Body = []byte(raw), fr.Line, fr.Body
	own.TrID = decode.TrID(own.Raw[:own.Line], dir, e.Dialect)
	return &own
}
