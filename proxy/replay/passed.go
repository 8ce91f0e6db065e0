// This file tells, as a replay goes on, what passes beside what was recorded.

package replay

import (
	"fmt"

	"msnscope/captures/event"
	"msnscope/decode"
)

// maxTold bounds a line that is told.
const maxTold = 500

// Passed is one command as it was recorded and as it is this time, or what is
// to be said of it. Secrets are masked.
type Passed struct {
	Event int64 // recorded, 0: none is meant
	Role  decode.Role
	Dir   decode.Direction
	Then  string // the recorded line, "" if it was not recorded
	Now   string // this time's, "" if it did not pass
	Why   string // what did not go as it was recorded, "" if nothing: a Mishap
}

// told is the line of a command to be shown: without secrets, and not too long.
func told(raw []byte, line int, c decode.Context) string {
	if line == 0 {
		return fmt.Sprintf("%d bytes that are no command", len(raw))
	}
	// The line alone: its payload tells nothing here.
	e := event.Event{Kind: event.Command, Raw: raw[:line], Line: line, Body: line, TrID: -1, Role: c.Role, Dir: c.Dir, Dialect: c.Dialect}
	text := e.Masked(nil).Raw
	if len(text) > maxTold {
		return string(text[:maxTold]) + " ..."
	}
	return string(text)
}

// context is what is known where a step was said.
func (s *step) context() decode.Context {
	return decode.Context{Role: s.part.role, Dir: s.dir, Dialect: s.dialect}
}

// told is the recorded line to be shown.
func (s *step) told() string { return told(s.raw, s.line, s.context()) }

// passed is what there is to tell of a step.
func (s *step) passed(now, why string) Passed {
	return Passed{Event: s.id, Role: s.part.role, Dir: s.dir, Then: s.told(), Now: now, Why: why}
}
