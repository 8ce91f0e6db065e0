// This file holds a recording as it is played: the commands of a session's
// connections in the order in which they came.

package replay

import (
	"bytes"
	"errors"
	"fmt"

	"msnscope/captures/event"
	"msnscope/decode"
)

// What a recording may hold: some hours of heavy chat.
const (
	maxSteps = 500_000
	maxBytes = 256 << 20
)

// ErrTooLong is returned for a session that is too long to be played.
var ErrTooLong = fmt.Errorf("the session is too long to be played: more than %d commands or %d MB; narrow it down with a filter", maxSteps, maxBytes>>20)

// ErrEmpty is returned where there is nothing to be played.
var ErrEmpty = errors.New("there is nothing to play: no command of a client on a DS, NS or SB connection")

// Recording is what is played.
type Recording struct {
	parts []*part
	steps []step
	of    map[int64]*part
	bytes int64
}

// part is what was said on one connection.
type part struct {
	conn  int64 // id of the recorded connection
	role  decode.Role
	steps []int // indices of its steps
	// cookie is what the client showed a switchboard.
	cookie string
}

// step is one command of either side.
type step struct {
	part *part
	dir  decode.Direction
	raw  []byte
	line int   // length of the line in raw, without its end; 0: bytes that are no command
	body int   // offset of the payload
	trid int64 // -1: none
	at   int64 // nanoseconds
	id   int64 // of the event

	dialect decode.Dialect
}

// NewRecording returns an empty recording.
func NewRecording() *Recording { return &Recording{of: make(map[int64]*part)} }

// Add takes the next event of the session, of which it keeps a copy. What is no
// part of the talk between client and servers is left out.
func (r *Recording) Add(e *event.Event) error {
	if e.Kind != event.Command && e.Kind != event.Raw || len(e.Raw) == 0 {
		return nil
	}
	switch e.Role {
	case decode.RoleFT, decode.RoleGW:
		return nil
	}
	p := r.of[e.Connection]
	if p == nil {
		p = &part{conn: e.Connection}
		r.of[e.Connection] = p
		r.parts = append(r.parts, p)
	}
	if e.Role != decode.RoleUnknown {
		p.role = e.Role
	}
	if r.bytes += int64(len(e.Raw)); len(r.steps) >= maxSteps || r.bytes > maxBytes {
		return ErrTooLong
	}
	s := step{part: p, dir: e.Dir, raw: bytes.Clone(e.Raw), trid: e.TrID, at: e.Time, id: e.ID, dialect: e.Dialect}
	if e.Kind == event.Command {
		s.line, s.body = e.Line, e.Body
	} else {
		s.trid = -1
	}
	if p.cookie == "" && e.Dir == decode.C2S {
		p.cookie = string(cookieIn(s.words()))
	}
	p.steps = append(p.steps, len(r.steps))
	r.steps = append(r.steps, s)
	return nil
}

// Steps returns how many commands there are, of both sides.
func (r *Recording) Steps() int { return len(r.steps) }

// check returns an error if there is nothing to play.
func (r *Recording) check() error {
	for i := range r.steps {
		if r.steps[i].dir == decode.C2S && r.steps[i].line > 0 {
			return nil
		}
	}
	return ErrEmpty
}

// text returns the line of a command.
func (s *step) text() []byte { return s.raw[:s.line] }

// name returns a command's name, "" of other bytes.
func (s *step) name() string {
	if s.line < 3 {
		return ""
	}
	return string(s.raw[:3])
}

// words returns the words of the line.
func (s *step) words() [][]byte { return wordsOf(s.text()) }

func wordsOf(line []byte) [][]byte {
	var out [][]byte
	for _, w := range decode.Words(make([]decode.Span, 0, 8), line) {
		out = append(out, w.Of(line))
	}
	return out
}

// cookieIn returns the cookie of a command with which a client comes to a
// switchboard, nil of any other:
//
//	USR t handle cookie
//	ANS t handle cookie session
func cookieIn(words [][]byte) []byte {
	if len(words) == 4 && string(words[0]) == "USR" || len(words) == 5 && string(words[0]) == "ANS" {
		return words[3]
	}
	return nil
}

// kin reports whether two commands of a server are of one kind: the same name,
// and where one name stands for several things the same of these.
//
//	USR MD5 S, USR OK        XFR NS, XFR SB        LST FL, LST AL        ADD, REM likewise
func kin(a, b [][]byte) bool {
	if len(a) == 0 || len(b) == 0 || !bytes.Equal(a[0], b[0]) {
		return false
	}
	switch string(a[0]) {
	case "USR", "XFR", "LST", "ADD", "REM", "PRP", "CAL", "ANS":
		return len(a) < 3 || len(b) < 3 || bytes.Equal(a[2], b[2]) || isNumber(a[2]) && isNumber(b[2])
	}
	return true
}

func isNumber(w []byte) bool {
	for _, c := range w {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(w) > 0
}

// replaceWord returns raw with one word of its line replaced.
func replaceWord(raw, line []byte, n int, now string) []byte {
	spans := decode.Words(make([]decode.Span, 0, 8), line)
	if n >= len(spans) {
		return raw
	}
	s := spans[n]
	out := append(make([]byte, 0, len(raw)+len(now)), raw[:s.Start]...)
	return append(append(out, now...), raw[s.End:]...)
}
