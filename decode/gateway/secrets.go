// This file finds what of a gateway's messages should not be shown to everybody.

package gateway

import "msnscope/decode/httphead"

// Secrets returns the bytes of a message, or of a part of one, that are or may
// be secret: the fields of its head that carry passwords, and all that is no
// head, since the connection inside says its secrets there, cut anywhere.
func Secrets(raw []byte) []httphead.Span {
	spans, body := httphead.Secrets(raw)
	if body < len(raw) {
		spans = append(spans, httphead.Span{Start: body, End: len(raw)})
	}
	return spans
}
