// This file is what users add to events and sessions.

package event

import "strconv"

// Mark is what a user has added to an event. It is no part of the capture: the
// store fills it in when an event is read.
type Mark struct {
	Word string // "star", a colour or another word; "" if the event is not marked
	Note string // free text
}

// String returns what is added in words: "marked red: why twice?".
func (m Mark) String() string {
	words := ""
	switch m.Word {
	case "":
	case "star":
		words = "marked"
	default:
		words = "marked " + m.Word
	}
	switch {
	case m.Note == "":
		return words
	case words == "":
		return "note: " + m.Note
	}
	return words + ": " + m.Note
}

// Label is what a user has added to a session. The store fills it in.
type Label struct {
	Name   string
	Note   string
	Pinned bool // its capture is kept beyond the limits of age and size
}

// appendMark appends what a user has added to an event.
func appendMark(dst []byte, m Mark) []byte {
	if m.Word != "" {
		dst = appendText(dst, "mark", m.Word)
	}
	if m.Note != "" {
		dst = appendText(dst, "user_note", m.Note)
	}
	return dst
}

// appendLabel appends what a user has added to a session.
func appendLabel(dst []byte, l Label) []byte {
	if l.Name != "" {
		dst = appendText(dst, "label", l.Name)
	}
	if l.Note != "" {
		dst = appendText(dst, "note", l.Note)
	}
	if l.Pinned {
		dst = append(dst, `,"pinned":`...)
		dst = strconv.AppendBool(dst, true)
	}
	return dst
}
