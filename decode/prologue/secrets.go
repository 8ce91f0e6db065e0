// This file finds what of a prologue should not be shown to everybody.

package prologue

import (
	"strings"

	"msnscope/decode/httphead"
)

// IsMessage reports whether a Why is that of a message of a prologue.
func IsMessage(why string) bool {
	return strings.HasPrefix(why, "SOCKS") || strings.HasPrefix(why, connectWord)
}

// Secrets returns the bytes of a piece, with its Why, that are secret:
// passwords and tickets.
func Secrets(raw []byte, why string) []httphead.Span {
	switch {
	case why == WhyPassword:
		if len(raw) < 2 {
			return nil
		}
		if start := 2 + int(raw[1]) + 1; start < len(raw) {
			return []httphead.Span{{Start: start, End: len(raw)}}
		}
	case strings.HasPrefix(why, connectWord):
		spans, _ := httphead.Secrets(raw)
		return spans
	}
	return nil
}
