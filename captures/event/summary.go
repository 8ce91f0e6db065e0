// This file says in one line what an event is.

package event

import "strconv"

// Summary returns one line of plain words. For a command it is that of its
// annotation; a caller who has one need not ask again.
func (e *Event) Summary() string {
	switch e.Kind {
	case Command:
		a := e.Annotate()
		return a.Summary
	case Gap:
		if e.Missing < 0 {
			return "bytes missing from the capture"
		}
		return strconv.FormatInt(e.Missing, 10) + " bytes missing from the capture"
	case Note:
		if e.Text == "" {
			return e.Note
		}
		return e.Note + ": " + e.Text
	}
	return strconv.Itoa(len(e.Raw)) + " bytes: " + e.Text
}
