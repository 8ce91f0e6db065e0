// This file compares what an event's origin sent with what was delivered.

package event

import "bytes"

// maxEdits bounds the words compared one by one: a rewritten redirect has two
// edits, and more than a few dozen tell a reader nothing.
const maxEdits = 64

// Edits returns where Delivered differs from Raw, in order, each widened to
// whole words. Offsets are those in Raw; Old and New share its bytes and those
// of Delivered.
func (e *Event) Edits() []Edit {
	raw, got := e.Raw, e.Delivered
	if got == nil || bytes.Equal(raw, got) {
		return nil
	}
	p := 0
	for p < len(raw) && p < len(got) && raw[p] == got[p] {
		p++
	}
	s := 0
	for s < len(raw)-p && s < len(got)-p && raw[len(raw)-1-s] == got[len(got)-1-s] {
		s++
	}
	for p > 0 && !blank(raw[p-1]) {
		p--
	}
	for s > 0 && !blank(raw[len(raw)-s]) && !(beginsWord(raw, len(raw)-s) && beginsWord(got, len(got)-s)) {
		s--
	}
	a, b := raw[p:len(raw)-s], got[p:len(got)-s]
	n := bytes.Count(a, space)
	if n >= maxEdits || n != bytes.Count(b, space) {
		return []Edit{{Dir: e.Dir, Offset: int64(p), Old: a, New: b}}
	}
	var edits []Edit
	at := int64(p)
	for more := true; more; {
		var old, new []byte
		old, a, more = bytes.Cut(a, space)
		new, b, _ = bytes.Cut(b, space)
		if !bytes.Equal(old, new) {
			edits = append(edits, Edit{Dir: e.Dir, Offset: at, Old: old, New: new})
		}
		at += int64(len(old)) + 1
	}
	return edits
}

var space = []byte{' '}

func blank(c byte) bool { return c == ' ' || c == '\r' || c == '\n' }

func beginsWord(p []byte, i int) bool { return i == 0 || blank(p[i-1]) }

// maskDelivered hides in Delivered what is hidden in Raw. An edit that touches
// a secret is hidden whole.
func maskDelivered(e *Event, secrets []span) []byte {
	if e.Delivered == nil {
		return nil
	}
	out := bytes.Clone(e.Delivered)
	edits := e.Edits()
	for _, s := range secrets {
		from, shift := 0, 0 // Raw[from:] up to the next edit stands shifted in Delivered
		for _, d := range edits {
			start, end := int(d.Offset), int(d.Offset)+len(d.Old)
			stars(out, max(s.start, from)+shift, min(s.end, start)+shift)
			if s.overlaps(start, end) {
				stars(out, start+shift, start+shift+len(d.New))
			}
			from, shift = end, shift+len(d.New)-len(d.Old)
		}
		stars(out, max(s.start, from)+shift, s.end+shift)
	}
	return out
}
