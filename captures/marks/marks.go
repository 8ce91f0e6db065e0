// This file is the Log: what is added to what, in memory.

package marks

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"msnscope/captures/event"
)

// Bounds on what users add.
const (
	maxWord    = 32       // bytes of a mark
	maxName    = 200      // bytes of a session's name
	maxNote    = 4 << 10  // bytes of a note
	maxMarks   = 100_000  // events and sessions together
	maxBytes   = 16 << 20 // of all words, names and notes
	maxChanges = 1 << 16  // that readers can catch up on one by one
	maxRemoved = 100      // captures removed that are remembered
	maxLine    = 64 << 10 // bytes of a line: a note, every letter of which is escaped
)

var (
	// ErrTooMany is returned when the log is full.
	ErrTooMany = fmt.Errorf("there are %d marks, or %d MB of notes: remove some first", maxMarks, maxBytes>>20)
	// ErrReadOnly is returned where another process writes the log.
	ErrReadOnly = errors.New("marks and notes cannot be changed here: another msnscope writes this store")
)

// Conflict is returned when a note is not what it was believed to be.
type Conflict struct{ Now string }

func (c *Conflict) Error() string { return "the note was changed meanwhile" }

// Invalid is returned for what cannot be a mark, name or note.
type Invalid struct{ text string }

func (i *Invalid) Error() string { return i.text }

// Log is an open log. Its methods may be called from any goroutine.
type Log struct {
	path  string
	write sync.Mutex  // held by whoever writes the file
	out   *os.File    // nil: read-only
	size  int64       // of the whole lines in it
	file  os.FileInfo // read-only: what was read last

	mu       sync.RWMutex
	captures map[string]*additions // by the name of the capture file
	count    int
	bytes    int
	changes  []Change // the latest
	before   int64    // number of changes before these
	removed  []Removed
	removals int64 // so far
	lines    int
}

// additions are what is added to one capture.
type additions struct {
	ids      []int64 // of events, in order
	events   map[int64]event.Mark
	sessions map[int64]event.Label
}

// Change names an event or a session that has changed.
type Change struct {
	Capture string
	Event   int64 // 0: it is the session
	Session int64
}

// Removed is a capture that was deleted, with all that was in it.
type Removed struct {
	Capture  string
	At       time.Time
	Why      string
	Sessions int
	Events   int64
	Marks    int
	Bytes    int64 // of the file
}

// EventChange says what to change about an event; nil leaves it as it is.
type EventChange struct {
	Word, Note *string
	Was        *string // Conflict unless the note is this one
}

// SessionChange says what to change about a session.
type SessionChange struct {
	Name, Note *string
	Pinned     *bool
	Was        *string // Conflict unless the note is this one
}

// Event returns what is added to an event.
func (l *Log) Event(capture string, id int64) event.Mark {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if a := l.captures[capture]; a != nil {
		return a.events[id]
	}
	return event.Mark{}
}

// Session returns what is added to a session.
func (l *Log) Session(capture string, id int64) event.Label {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if a := l.captures[capture]; a != nil {
		return a.sessions[id]
	}
	return event.Label{}
}

// Marked is an event with what is added to it.
type Marked struct {
	ID   int64
	Mark event.Mark
}

// Between appends the events with ids from lo on and below hi to dst.
func (l *Log) Between(capture string, lo, hi int64, dst []Marked) []Marked {
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.captures[capture]
	if a == nil {
		return dst
	}
	i, _ := slices.BinarySearch(a.ids, lo)
	for ; i < len(a.ids) && a.ids[i] < hi; i++ {
		dst = append(dst, Marked{a.ids[i], a.events[a.ids[i]]})
	}
	return dst
}

// Next returns the first event from id on to which something is added; 0 if
// there is none.
func (l *Log) Next(capture string, id int64) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.captures[capture]
	if a == nil {
		return 0
	}
	if i, _ := slices.BinarySearch(a.ids, id); i < len(a.ids) {
		return a.ids[i]
	}
	return 0
}

// Counts returns to how many events and sessions of a capture something is
// added, and whether one of the sessions is pinned.
func (l *Log) Counts(capture string) (events, sessions int, pinned bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	a := l.captures[capture]
	if a == nil {
		return 0, 0, false
	}
	for _, s := range a.sessions {
		pinned = pinned || s.Pinned
	}
	return len(a.ids), len(a.sessions), pinned
}

// Captures returns the names of all captures that are spoken of, also of those
// that were removed.
func (l *Log) Captures() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var names []string
	for name := range l.captures {
		names = append(names, name)
	}
	for i := range l.removed {
		names = append(names, l.removed[i].Capture)
	}
	return names
}

// RemovedSince returns the captures that were removed since there were known
// removals, as far as they are remembered, and how many there were so far.
func (l *Log) RemovedSince(known int64) ([]Removed, int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := min(max(l.removals-known, 0), int64(len(l.removed)))
	return slices.Clone(l.removed[int64(len(l.removed))-n:]), l.removals
}

// Since returns what has changed since there were known changes, and how many
// there are now. all says that these are not all: anything may have changed.
func (l *Log) Since(known int64) (changes []Change, now int64, all bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	now = l.before + int64(len(l.changes))
	if known == now {
		return nil, now, false
	}
	if known < l.before || known > now {
		return nil, now, true
	}
	return slices.Clone(l.changes[known-l.before:]), now, false
}

// Now returns how many changes there were so far.
func (l *Log) Now() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.before + int64(len(l.changes))
}

// set takes over what is added to an event or session. l.mu is held.
func (l *Log) set(e *entry) {
	a := l.captures[e.Capture]
	if a == nil {
		a = &additions{events: map[int64]event.Mark{}, sessions: map[int64]event.Label{}}
		l.captures[e.Capture] = a
	}
	if e.Event != 0 {
		old, known := a.events[e.Event]
		m := event.Mark{Word: e.Mark, Note: e.Note}
		l.bytes += len(m.Word) + len(m.Note) - len(old.Word) - len(old.Note)
		i, _ := slices.BinarySearch(a.ids, e.Event)
		switch {
		case m == event.Mark{} && known:
			delete(a.events, e.Event)
			a.ids = slices.Delete(a.ids, i, i+1)
			l.count--
		case m != event.Mark{} && !known:
			a.ids = slices.Insert(a.ids, i, e.Event)
			l.count++
			fallthrough
		case known:
			a.events[e.Event] = m
		}
	} else {
		old, known := a.sessions[e.Session]
		s := event.Label{Name: e.Name, Note: e.Note, Pinned: e.Pinned}
		l.bytes += len(s.Name) + len(s.Note) - len(old.Name) - len(old.Note)
		switch {
		case s == event.Label{} && known:
			delete(a.sessions, e.Session)
			l.count--
		case s != event.Label{} && !known:
			l.count++
			fallthrough
		case known:
			a.sessions[e.Session] = s
		}
	}
	if len(a.events)+len(a.sessions) == 0 {
		delete(l.captures, e.Capture)
	}
	l.changed(Change{e.Capture, e.Event, e.Session})
}

func (l *Log) changed(c Change) {
	if len(l.changes) >= maxChanges {
		half := len(l.changes) / 2
		l.before += int64(half)
		l.changes = slices.Clone(l.changes[half:])
	}
	l.changes = append(l.changes, c)
}

// drop forgets what was added to a capture that is removed. l.mu is held.
func (l *Log) drop(r Removed) {
	if a := l.captures[r.Capture]; a != nil {
		for id, m := range a.events {
			l.bytes -= len(m.Word) + len(m.Note)
			l.changed(Change{Capture: r.Capture, Event: id})
		}
		for id, s := range a.sessions {
			l.bytes -= len(s.Name) + len(s.Note)
			l.changed(Change{Capture: r.Capture, Session: id})
		}
		l.count -= len(a.events) + len(a.sessions)
		delete(l.captures, r.Capture)
	}
	l.removals++
	if l.removed = append(l.removed, r); len(l.removed) > maxRemoved {
		l.removed = slices.Clone(l.removed[len(l.removed)-maxRemoved:])
	}
}

// checkWord says what is wrong with a mark.
func checkWord(s string) error {
	if len(s) > maxWord {
		return &Invalid{fmt.Sprintf("a mark has %d bytes at most", maxWord)}
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' || r == utf8.RuneError {
			return &Invalid{"a mark is one word of letters, digits, - and _, such as star or red"}
		}
	}
	return nil
}

// checkText says what is wrong with a name or note.
func checkText(what, s string, limit int) error {
	if len(s) > limit {
		return &Invalid{fmt.Sprintf("a %s has %d bytes at most, this one has %d", what, limit, len(s))}
	}
	if !utf8.ValidString(s) {
		return &Invalid{"a " + what + " is UTF-8"}
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return &Invalid{"a " + what + " has no control characters"}
	}
	return nil
}
