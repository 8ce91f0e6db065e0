// This file writes the warnings of an event as JSON.

package event

import "msnscope/decode/conform"

// appendWarnings appends what rules the event breaks. The event that a warning
// is about is named when it is another one; the detail form says also what the
// rule is and where it is written.
func appendWarnings(dst []byte, e *Event, o JSONOptions) []byte {
	if len(e.Warnings) == 0 {
		return dst
	}
	dst = append(dst, `,"warnings":[`...)
	for i := range e.Warnings {
		w := &e.Warnings[i]
		dst = comma(dst, i)
		dst = append(dst, `{"code":`...)
		dst = AppendJSONString(dst, w.Code)
		dst = append(dst, `,"severity":"`...)
		dst = append(dst, w.Severity.String()...)
		dst = append(dst, `","text":`...)
		dst = AppendJSONString(dst, w.Text)
		if w.Event != 0 && w.Event != e.ID {
			dst = append(dst, `,"event":`...)
			dst = appendInt(dst, w.Event)
		}
		if r, ok := conform.RuleOf(w.Code); ok && o.Detail {
			dst = append(dst, `,"rule":`...)
			dst = AppendJSONString(dst, r.Rule)
			dst = append(dst, `,"source":`...)
			dst = AppendJSONString(dst, r.Source)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}
