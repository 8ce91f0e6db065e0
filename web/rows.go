// This file writes the rows of the event table.

package web

import (
	"hash/maphash"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// maxSummary is the longest text of a row in bytes: more than fits on a line
// of a wide screen. The whole of it stands in the event.
const maxSummary = 400

// The bits of a row's flags.
const (
	flagError     = 1 << iota // error reply
	flagDelivered             // other bytes were delivered
	flagWarning
	flagPartial
	flagUnknown // a command that the tables do not have
	flagOpen    // a request without an answer so far
	flagLate    // and that for longer than answerTime
	flagDropped // it was not delivered
	flagInjected
)

// answerTime is how long a request may be open before its row says so.
const answerTime = 5 * time.Second

// appendRow appends the row of an event, see docs/page-protocol.md.
func appendRow(dst []byte, e *event.Event) []byte {
	var cmd, acc, summary string
	var cookie uint32
	var flags uint64
	category := decode.CategoryUnknown
	switch e.Kind {
	case event.Command:
		a := e.Annotate()
		cmd, acc, summary, category = a.Name, a.Peer, a.Summary, a.Category
		cookie = cookieOf(&a)
		if category == decode.CategoryError {
			flags |= flagError
		}
		if a.Spec == nil && category != decode.CategoryError && e.Role != decode.RoleFT {
			flags |= flagUnknown
		}
	case event.Raw:
		summary = e.Text
	case event.Gap:
		summary = "bytes missing from the capture"
		if e.Missing >= 0 {
			summary = strconv.FormatInt(e.Missing, 10) + " " + summary
		}
	case event.Note:
		cmd, summary, category = e.Note, e.Text, decode.CategoryProxy
	}
	if worst, ok := e.Severity(); ok && worst >= conform.Warning {
		flags |= flagWarning
	}
	if e.Delivered != nil {
		flags |= flagDelivered
	}
	if e.Partial {
		flags |= flagPartial
	}
	flags |= flagsOfLater(e)

	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, e.ID, 10)
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, e.Time/1000, 10)
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, e.Connection, 10)
	dst = append(dst, `,"`...)
	dst = append(dst, e.Role.String()...)
	dst = append(dst, `",`...)
	dst = strconv.AppendUint(dst, uint64(e.Dir), 10)
	dst = append(dst, ',')
	dst = strconv.AppendUint(dst, uint64(e.Kind), 10)
	dst = append(dst, ',')
	dst = event.AppendJSONString(dst, shorten(cmd))
	dst = append(dst, ',')
	if e.Kind == event.Command && e.TrID >= 0 {
		dst = strconv.AppendInt(dst, e.TrID, 10)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, ',')
	dst = event.AppendJSONString(dst, shorten(acc))
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, int64(len(e.Raw)), 10)
	dst = append(dst, ',')
	if e.Answers != 0 {
		dst = strconv.AppendInt(dst, e.Latency/1000, 10)
	} else {
		dst = append(dst, "null"...)
	}
	dst = append(dst, ',')
	dst = strconv.AppendUint(dst, flags, 10)
	dst = append(dst, `,"`...)
	dst = append(dst, category.String()...)
	dst = append(dst, `",`...)
	dst = event.AppendJSONString(dst, shorten(summary))
	dst = append(dst, ',')
	dst = strconv.AppendInt(dst, e.Session, 10)
	if e.Mark != (event.Mark{}) || cookie != 0 {
		dst = append(dst, ',')
		dst = event.AppendJSONString(dst, e.Mark.Word)
		dst = append(dst, ',')
		dst = event.AppendJSONString(dst, shorten(e.Mark.Note))
	}
	if cookie != 0 {
		dst = append(dst, ',')
		dst = strconv.AppendUint(dst, uint64(cookie), 10)
	}
	return append(dst, ']')
}

var cookieSeed = maphash.MakeSeed()

// cookieOf returns a number that stands for the switchboard cookie in a command,
// so that the one that gave it and the one that showed it can be told to belong
// together; 0 if it has none. It tells nothing of the cookie.
func cookieOf(a *decode.Annotation) uint32 {
	for i := range a.Params {
		if p := &a.Params[i]; p.Type == decode.TypeCookie && p.Value != "" {
			return uint32(maphash.String(cookieSeed, p.Value)) | 1
		}
	}
	return 0
}

// flagsOfLater returns the flags of what has become of an event since it came.
func flagsOfLater(e *event.Event) (flags uint64) {
	if e.Unanswered {
		flags |= flagOpen
		if time.Since(time.Unix(0, e.Time)) > answerTime {
			flags |= flagLate
		}
	}
	if e.Delivered != nil && len(e.Delivered) == 0 {
		flags |= flagDropped
	}
	if len(e.Delivered) > 0 && len(e.Raw) == 0 {
		flags |= flagInjected
	}
	return flags
}

func appendRows(dst []byte, events []*event.Event) []byte {
	dst = append(dst, '[')
	for i, e := range events {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendRow(dst, e)
	}
	return append(dst, ']')
}

// shorten cuts a text for a row, at a character.
func shorten(s string) string {
	if len(s) <= maxSummary {
		return s
	}
	n := maxSummary
	for n > maxSummary-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n]) + "…"
}
