// This file reads what users have added to events, and says of a filter whether
// it asks for that.

package filter

import (
	"math"
	"strings"

	"msnscope/captures/event"
)

var markedOnly = need{from: math.MinInt64, to: math.MaxInt64, marked: true}

// markValues are the marks that the page offers; a mark may be any word.
var markValues = []Value{
	{"star", "the plain mark"}, {"red", ""}, {"orange", ""}, {"yellow", ""}, {"green", ""}, {"blue", ""}, {"purple", ""},
}

func markText(e *event.Event, _ *meaning, _ string, yield func(string) bool) bool {
	return e.Mark.Word != "" && yield(e.Mark.Word)
}

// noteText yields the user's note, and the name of what the proxy noted.
func noteText(e *event.Event, _ *meaning, _ string, yield func(string) bool) bool {
	return e.Mark.Note != "" && yield(e.Mark.Note) || e.Kind == event.Note && e.Note != "" && yield(e.Note)
}

// OnlyMarked reports whether users have added something to all selected events.
func (q *Query) OnlyMarked() bool { return q != nil && q.root != nil && q.need.marked }

// AsksMarks reports whether it may matter what users have added to an event.
func (q *Query) AsksMarks() bool {
	s := q.String()
	return strings.Contains(s, "mark") || strings.Contains(s, "note")
}
