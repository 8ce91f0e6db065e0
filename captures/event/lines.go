// This file writes many events as JSON, one after the other. Much of what
// clients and servers say they have said before, byte for byte (that somebody
// is typing, that a message has arrived, who is on a list): what that means is
// written from memory.

package event

import (
	"hash/maphash"

	"msnscope/decode"
)

const (
	// saidSlots is how many commands are remembered at the most. With what their
	// JSON takes these are about 7 MB.
	saidSlots = 8 << 10
	// saidMost (bytes) is the longest command to be remembered.
	saidMost = 512
	// heardSlots is of how many commands it is known that they were said.
	heardSlots = 64 << 10
)

// Lines writes events as AppendJSON does. It is not safe for concurrent use.
type Lines struct {
	options JSONOptions
	a       decode.Annotation
	clock   clock
	seed    maphash.Seed
	heard   []uint16 // by hash, another part of the hash: said before
	said    []said   // by another part of the hash: said twice or more
}

// said is a command and what is written of it.
type said struct {
	of   context
	raw  string
	json []byte
}

// context is what the meaning of a command depends on beside its bytes.
type context struct {
	dir     decode.Direction
	role    decode.Role
	dialect decode.Dialect
	account string // of what the client says: it may be about the user
}

// NewLines returns a Lines for lines with these options; Detail is not for it.
func NewLines(o JSONOptions) *Lines {
	o.Detail, o.lines = false, true
	return &Lines{options: o, seed: maphash.MakeSeed(), heard: make([]uint16, heardSlots), said: make([]said, saidSlots)}
}

// Place is what the lines of a connection's events have in common: whose they
// are and between whom.
type Place []byte

// PlaceOf returns that of the events that have the session and role of e.
func PlaceOf(e *Event, c *Connection) Place { return appendEnds(appendWhose(nil, e), c) }

// Append appends the line of an event, with its line end.
func (l *Lines) Append(dst []byte, e *Event, at Place) []byte {
	dst = appendID(dst, e)
	dst = append(dst, at...)
	dst = appendWhen(dst, e, &l.clock)
	if e.Kind != Command || e.Delivered != nil || len(e.Raw) > saidMost {
		dst, e = l.explain(dst, e)
	} else {
		dst = l.remembered(dst, e)
	}
	dst = appendRest(dst, e, l.options)
	return append(dst, '}', '\n')
}

// explain appends what an event says. e comes back as it may be shown.
func (l *Lines) explain(dst []byte, e *Event) ([]byte, *Event) {
	var a *decode.Annotation
	if e.Kind == Command {
		a = &l.a
		e.AnnotateInto(a)
	}
	if !l.options.Secrets {
		e = e.Masked(a)
	}
	return appendSaid(dst, e, a, l.options), e
}

// remembered is explain for a command that reached the other end as it was, and
// may have been said before.
func (l *Lines) remembered(dst []byte, e *Event) []byte {
	of := context{dir: e.Dir, role: e.Role, dialect: e.Dialect}
	if e.Dir == decode.C2S {
		of.account = e.Account
	}
	h := maphash.Bytes(l.seed, e.Raw)
	// What was not said before is the common case, and this the smaller table.
	heard, mark := &l.heard[h%heardSlots], uint16(h>>48)
	if *heard != mark {
		*heard = mark
		dst, _ = l.explain(dst, e)
		return dst
	}
	s := &l.said[h/heardSlots%saidSlots]
	if s.raw == string(e.Raw) && s.of == of {
		return append(dst, s.json...)
	}
	start := len(dst)
	dst, _ = l.explain(dst, e)
	s.of, s.raw = of, string(e.Raw)
	s.json = append(s.json[:0], dst[start:]...)
	return dst
}
