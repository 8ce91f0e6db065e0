// This file defines the packet comments by which a live capture tells what
// the proxy did: human-readable in Wireshark, read back by the follower.

package event

import (
	"fmt"
	"strconv"
	"strings"

	"msnscope/decode"
)

// Edit is a run of bytes of a stream that reached the other end as other bytes.
type Edit struct {
	Dir    decode.Direction
	Offset int64 // of Old in the stream of Dir as its origin sent it, first byte 0
	Old    []byte
	New    []byte
}

// Comment is one packet comment of a live capture: either an edit or a note.
type Comment struct {
	Edit *Edit
	Note string // name of a note, "" for an edit
	Text string // the note's words
}

// The notes that are no comments of a capture, but found in what it holds.
const (
	NoteFile       = "file"       // a file transfer is over
	NoteUnfinished = "unfinished" // what a connection leaves unfinished that its ends close
)

// IsFound reports whether a note is one of these.
func IsFound(note string) bool { return note == NoteFile || note == NoteUnfinished }

const commentPrefix = "msnscope: "

// String returns the comment as it stands in the capture file.
func (c Comment) String() string {
	if e := c.Edit; e != nil {
		return fmt.Sprintf("%srewrote %s bytes from %d: sent %q, delivered %q", commentPrefix, e.Dir, e.Offset, e.Old, e.New)
	}
	if c.Text == "" {
		return commentPrefix + c.Note
	}
	return commentPrefix + c.Note + ": " + c.Text
}

// ParseComment reads a comment back; ok is false for a comment of other origin.
func ParseComment(s string) (c Comment, ok bool) {
	s, ok = strings.CutPrefix(s, commentPrefix)
	if !ok {
		return c, false
	}
	if rest, isEdit := strings.CutPrefix(s, "rewrote "); isEdit {
		if e, ok := parseEdit(rest); ok {
			return Comment{Edit: e}, true
		}
	}
	name, text, _ := strings.Cut(s, ": ")
	return Comment{Note: name, Text: text}, name != ""
}

func parseEdit(s string) (*Edit, bool) {
	e := new(Edit)
	dir, s, ok := strings.Cut(s, " bytes from ")
	if !ok {
		return nil, false
	}
	if e.Dir, ok = decode.ParseDirection(dir); !ok {
		return nil, false
	}
	off, s, ok := strings.Cut(s, ": sent ")
	if !ok {
		return nil, false
	}
	var err error
	if e.Offset, err = strconv.ParseInt(off, 10, 64); err != nil || e.Offset < 0 {
		return nil, false
	}
	old, err := strconv.QuotedPrefix(s)
	if err != nil {
		return nil, false
	}
	s, ok = strings.CutPrefix(s[len(old):], ", delivered ")
	if !ok {
		return nil, false
	}
	o, err1 := strconv.Unquote(old)
	n, err2 := strconv.Unquote(s)
	if err1 != nil || err2 != nil {
		return nil, false
	}
	e.Old, e.New = []byte(o), []byte(n)
	return e, true
}
