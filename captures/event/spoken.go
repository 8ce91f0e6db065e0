// This file finds the text of a message without annotating it: a search over
// millions of messages must not understand each to pass over it.

package event

import (
	"bytes"
	"unicode/utf8"

	"msnscope/decode"
)

// HasPayload reports whether bytes follow the command's line.
func (e *Event) HasPayload() bool { return e.Kind == Command && e.Body < len(e.Raw) }

// maxExact is the longest text that an annotation is sure to have all of.
const maxExact = 64 << 10

// plainText is how nearly all messages begin that somebody has written.
var plainText = []byte("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n")

// Spoken returns bytes of a command with a payload that have the payload's text
// in them; ok is false where only its annotation can tell. The text of a message
// that is UTF-8 is its bytes behind the blank line; that of another payload is
// the payload. They are the text, and nothing else, if exact is true.
func (e *Event) Spoken() (text []byte, exact, ok bool) {
	if !e.HasPayload() || e.Line < 3 || e.Role == decode.RoleFT {
		return nil, false, false
	}
	p := e.Raw[e.Body:]
	if !utf8.Valid(p) {
		return nil, false, false
	}
	switch string(e.Raw[:3]) {
	case "MSG":
	case "UUM", "UBM":
		return nil, false, false
	default:
		return p, false, true
	}
	blank := bytes.Index(p, []byte("\n\r\n"))
	exact = bytes.HasPrefix(p, plainText)
	if blank < 0 || !exact && !bytes.HasPrefix(p, []byte("MIME-Version:")) && !bytes.HasPrefix(p, []byte("Content-Type:")) {
		return nil, false, false
	}
	if bytes.Contains(p[:blank+1], []byte("\n\n")) {
		return nil, false, false // the headers end in another way
	}
	text = p[blank+len("\n\r\n"):]
	if exact {
		return text, bytes.IndexByte(text, 0) < 0 && len(text) <= maxExact, true
	}
	// Character sets that write other letters in ASCII bytes: ISO-2022 with
	// escapes and shifts, HZ with tildes, UTF-16 with NULs.
	if bytes.ContainsAny(text, "\x1b\x0e\x0f~\x00") {
		return nil, false, false
	}
	return text, false, true
}
