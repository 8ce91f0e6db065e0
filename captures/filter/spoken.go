// This file finds the text of a message without annotating it: a search over
// millions of messages must not understand each to pass over it.

package filter

import (
	"bytes"
	"regexp/syntax"
	"unicode/utf8"

	"msnscope/captures/event"
)

// spoken returns bytes of a message that have its text in them; ok is false
// where only its annotation can tell. The text of a payload that is UTF-8 is its
// bytes behind the blank line.
func spoken(e *event.Event) (text []byte, ok bool) {
	if !hasPayload(e) || e.Line < 3 || string(e.Raw[:3]) != "MSG" {
		return nil, false
	}
	p := e.Raw[e.Body:]
	blank := bytes.Index(p, []byte("\n\r\n"))
	if blank < 0 || !utf8.Valid(p) || !bytes.HasPrefix(p, []byte("MIME-Version:")) && !bytes.HasPrefix(p, []byte("Content-Type:")) {
		return nil, false
	}
	if bytes.Contains(p[:blank+1], []byte("\n\n")) {
		return nil, false // the headers end in another way
	}
	text = p[blank+len("\n\r\n"):]
	// Character sets that write other letters in ASCII bytes: ISO-2022 with
	// escapes and shifts, HZ with tildes.
	if bytes.ContainsAny(text, "\x1b\x0e\x0f~") {
		return nil, false
	}
	return text, true
}

// loosened is a regular expression that matches whatever contains a match of
// re: without what it says of the places before and behind. "" if there is none
// that can be written.
func loosened(re string) string {
	tree, err := syntax.Parse(re, syntax.Perl)
	if err != nil {
		return ""
	}
	loosen(tree)
	loose := tree.String()
	if _, err := syntax.Parse(loose, syntax.Perl); err != nil {
		return ""
	}
	return loose
}

func loosen(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		*re = syntax.Regexp{Op: syntax.OpEmptyMatch, Flags: re.Flags}
	}
	for _, sub := range re.Sub {
		loosen(sub)
	}
}
