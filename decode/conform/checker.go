// This file holds the Checker: it takes the frames of a connection apart and
// hands them to the checks.

package conform

import (
	"fmt"
	"net/netip"

	"msnscope/decode"
)

const (
	// maxRepeats is how often a code is noted on one connection: a client with a
	// habit has it in every line.
	maxRepeats = 100
	// manyWords is the number of words up to which the room for them is kept.
	manyWords = 256
)

// Checker checks one connection. It is not safe for use by several goroutines.
type Checker struct {
	// Server is the address that the client dialled, if known.
	Server netip.Addr
	// MidStream: the capture begins in the middle of the connection, so that what
	// was said before is not known. Set before the first Frame.
	MidStream bool

	known *Known
	count map[string]int
	notes []Note

	now   command
	words []decode.Span
	fold  []byte // a handle in lower case
	blind bool   // bytes were missing: what was said is not known whole

	after   afterPayload
	answers answers
	state   state
	chat    chat
	lists   map[string]listing
	proofs  proofs
}

// NewChecker returns the Checker of a new connection. known may be nil; with it,
// the connection's notes take into account what others have shown.
func NewChecker(known *Known) *Checker {
	if known == nil {
		known = NewKnown()
	}
	return &Checker{known: known}
}

// command is the command being looked at.
type command struct {
	event, time int64
	ctx         decode.Context
	frame       *decode.Frame
	name        string // in capitals
	form        *form
	line        []byte
	words       []decode.Span
	trid        int64  // -1: none
	args        int    // where in words the parameters begin
	asked       string // of a server's: the request that waited for it, "" if none did
}

// word returns the parameter number i, nil if there is none.
func (c *command) word(i int) []byte {
	if c.args+i >= len(c.words) {
		return nil
	}
	return c.words[c.args+i].Of(c.line)
}

// Frame takes the next frame of the connection. Events count up and are greater
// than 0; time is Unix ns; ctx is what Conn.Context says at that frame. The
// notes are valid until the next call.
func (c *Checker) Frame(event, time int64, dir decode.Direction, f *decode.Frame, ctx decode.Context) []Note {
	c.notes = c.notes[:0]
	ctx.Dir = dir
	n := &c.now
	n.event, n.time, n.ctx, n.frame = event, time, ctx, f
	c.overdue(time)
	if f.Kind != decode.FrameCommand {
		c.raw()
		return c.notes
	}
	if f.Line < 3 || f.Line > len(f.Raw) || f.Body > len(f.Raw) {
		return c.notes
	}
	c.parse()
	c.after.command(&c.now)
	c.syntax()
	c.transaction()
	c.conversation()
	return c.notes
}

// parse cuts the command into words.
func (c *Checker) parse() {
	n := &c.now
	n.line, n.asked = n.frame.Raw[:n.frame.Line], ""
	if cap(c.words) > manyWords {
		c.words = nil
	}
	c.words = decode.Words(c.words[:0], n.line)
	n.words = c.words
	name := [3]byte(n.line[:3])
	for i, b := range name {
		if 'a' <= b && b <= 'z' {
			name[i] = b &^ 0x20
		}
	}
	named := formsOf(name)
	switch {
	case named != nil:
		n.name = named.name
	case isNumber(name[:]):
		named, n.name = errorForms, string(name[:])
	default:
		named, n.name = &unknownForms, string(name[:])
	}
	n.form = named.of(n.ctx.Dir, n.ctx.Dialect)
	n.trid = decode.TrID(n.line, n.ctx.Dir, n.ctx.Dialect)
	n.args = 1
	if n.trid >= 0 {
		n.args = 2
	}
}

// Gap tells that bytes of the connection are missing here.
func (c *Checker) Gap() {
	c.blind = true
	c.after = afterPayload{}
	clear(c.lists)
}

// Close tells that the connection has ended, and returns what it leaves
// unfinished.
func (c *Checker) Close(time int64) []Note {
	c.notes = c.notes[:0]
	c.now = command{time: time}
	c.overdue(time)
	c.leftOver()
	c.state.closed = mark{c.state.last.event, time}
	return c.notes
}

// sure reports whether everything said on the connection so far is known.
func (c *Checker) sure() bool { return !c.MidStream && !c.blind }

// note notes that the command being looked at breaks a rule.
func (c *Checker) note(code, format string, args ...any) {
	c.noteAt(c.now.event, code, format, args...)
}

// noteAt notes that an event breaks a rule.
func (c *Checker) noteAt(event int64, code, format string, args ...any) {
	r, ok := RuleOf(code)
	if !ok {
		panic("conform: no rule " + code)
	}
	if c.count == nil {
		c.count = map[string]int{}
	}
	if c.count[code]++; c.count[code] > maxRepeats {
		return
	}
	c.notes = append(c.notes, Note{code, r.Severity, event, fmt.Sprintf(format, args...)})
}

// shown returns a word of the wire as it may be put into a note.
func shown(word []byte) string {
	const most = 64
	if len(word) > most {
		return decode.Visible(string(word[:most])) + "…"
	}
	return decode.Visible(string(word))
}
