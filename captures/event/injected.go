// This file writes and reads the note of a command that the proxy has injected.

package event

import (
	"encoding/base64"
	"strconv"
	"strings"

	"msnscope/decode"
)

// NoteInjected is the note that the proxy has sent a command of its own. Its
// text is the direction, the bytes and by whom.
const NoteInjected = "injected"

const (
	// maxInjectedText bounds the quoted bytes of an injected command, of which
	// each may take four; a comment holds 65,535.
	maxInjectedText = 60_000
	// asBase64 stands before the bytes of one that is longer, which few readers
	// would want to read.
	asBase64 = "base64 "
)

// InjectedComment tells that the proxy has sent a command of at most 40,000
// bytes, which somebody asked for.
func InjectedComment(dir decode.Direction, raw []byte, by string) Comment {
	text := strconv.Quote(string(raw))
	if len(text) > maxInjectedText {
		text = asBase64 + base64.StdEncoding.EncodeToString(raw)
	}
	return Comment{Note: NoteInjected, Text: dir.String() + " " + text + ", by " + by}
}

// injectedBytes reads the bytes of such a note, after its direction.
func injectedBytes(text string) ([]byte, bool) {
	if s, ok := strings.CutPrefix(text, asBase64); ok {
		s, _, _ = strings.Cut(s, ",")
		raw, err := base64.StdEncoding.DecodeString(s)
		return raw, err == nil
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return nil, false
	}
	raw, err := strconv.Unquote(quoted)
	return []byte(raw), err == nil
}

// Injected returns the command that was injected, as if its origin had sent it;
// nil for any other event, and where the note does not have one whole command.
func (e *Event) Injected() *Event {
	if e.Kind != Note || e.Note != NoteInjected {
		return nil
	}
	name, rest, _ := strings.Cut(e.Text, " ")
	dir, ok := decode.ParseDirection(name)
	if !ok {
		return nil
	}
	raw, ok := injectedBytes(rest)
	if !ok {
		return nil
	}
	f := decode.Framer{Dir: dir, Dialect: e.Dialect}
	f.Feed(raw)
	var fr decode.Frame
	if !f.Next(&fr) || fr.Kind != decode.FrameCommand || len(fr.Raw) != len(raw) {
		return nil
	}
	own := *e
	own.Kind, own.Note, own.Text, own.Dir = Command, "", "", dir
	own.Raw, own.Line, own.Body = raw, fr.Line, fr.Body
	own.TrID = decode.TrID(own.Raw[:own.Line], dir, e.Dialect)
	return &own
}
