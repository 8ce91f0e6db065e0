// This file finds what a head should not show to everybody.

package httphead

import (
	"bytes"
	"strings"
)

// Span is a run of bytes.
type Span struct{ Start, End int }

// secretFields are the fields that let who reads them sign in.
var secretFields = [...]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// Secrets returns the bytes of a message, or of its beginning, that are secret:
// the values of the fields that carry a password or a ticket. body is where the
// head ends, len(msg) if it is not whole, and 0 if msg does not begin with one.
func Secrets(msg []byte) (spans []Span, body int) {
	_, _, _, request := Request(msg)
	_, _, status := Status(msg)
	if !request && !status {
		return nil, 0
	}
	secret := false // the field that a folded line continues is
	for at, first := 0, true; at < len(msg); first = false {
		end := len(msg)
		if i := bytes.IndexByte(msg[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		text, _ := line(msg[at:end])
		if len(text) == 0 {
			return spans, end
		}
		start := at
		at = end
		if first {
			continue
		}
		value := 0
		if text[0] != ' ' && text[0] != '\t' {
			key, _, ok := bytes.Cut(text, []byte(":"))
			secret = ok && isSecret(string(bytes.TrimSpace(key)))
			value = min(len(key)+1, len(text))
		}
		for value < len(text) && text[value] == ' ' {
			value++
		}
		if secret && value < len(text) {
			spans = append(spans, Span{start + value, start + len(text)})
		}
	}
	return spans, len(msg)
}

func isSecret(name string) bool {
	for _, s := range secretFields {
		if strings.EqualFold(name, s) {
			return true
		}
	}
	return false
}
