// This file reads and writes the log's file: lines that are appended, each on
// disk before it counts.

package marks

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"msnscope/captures/event"
)

// entry is a line.
type entry struct {
	At      string `json:"at,omitempty"`
	Capture string `json:"capture,omitempty"`
	Event   int64  `json:"event,omitempty"`
	Session int64  `json:"session,omitempty"`
	Mark    string `json:"mark,omitempty"`
	Name    string `json:"name,omitempty"`
	Note    string `json:"note,omitempty"`
	Pinned  bool   `json:"pinned,omitempty"`

	Removed  string `json:"removed,omitempty"`
	Why      string `json:"why,omitempty"`
	Sessions int    `json:"sessions,omitempty"`
	Events   int64  `json:"events,omitempty"`
	Marks    int    `json:"marks,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`
}

// Open opens the log at path, creating it (0600) with the first change.
func Open(path string) (*Log, error) {
	l := newLog(path)
	out, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	l.out = out
	if err = l.load(out); err == nil {
		err = l.compact()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, l.out.Close()))
	}
	return l, nil
}

// OpenReading opens a log that another process writes: see Reload.
func OpenReading(path string) (*Log, error) {
	l := newLog(path)
	_, err := l.Reload()
	return l, err
}

func newLog(path string) *Log { return &Log{path: path, captures: map[string]*additions{}} }

// Close closes the file. Changes are refused from then on.
func (l *Log) Close() error {
	l.write.Lock()
	defer l.write.Unlock()
	if l.out == nil {
		return nil
	}
	err := l.out.Close()
	l.out = nil
	return err
}

// Reload reads the file again if another process has changed it.
func (l *Log) Reload() (changed bool, err error) {
	l.write.Lock()
	defer l.write.Unlock()
	now, err := os.Stat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if l.file != nil && os.SameFile(l.file, now) && l.file.Size() == now.Size() && l.file.ModTime().Equal(now.ModTime()) {
		return false, nil
	}
	in, err := os.Open(l.path)
	if err != nil {
		return false, err
	}
	defer in.Close()
	fresh := newLog(l.path)
	if err := fresh.load(in); err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.captures, l.count, l.bytes, l.removed, l.removals = fresh.captures, fresh.count, fresh.bytes, fresh.removed, max(l.removals, fresh.removals)
	// What has changed is not known: everything may have.
	l.before += int64(len(l.changes)) + maxChanges
	l.changes, l.file = nil, now
	return true, nil
}

// load takes over the lines of a file. A last line without its end was torn by a
// crash: nobody was told that it counts.
func (l *Log) load(in io.Reader) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	br := bufio.NewReaderSize(in, maxLine)
	wrong := 0
	for {
		line, err := br.ReadSlice('\n')
		switch {
		case err == io.EOF:
			if wrong > 0 {
				slog.Warn("Lines of the marks and notes cannot be read and are left out", "path", l.path, "lines", wrong)
			}
			l.changes, l.before = nil, 0
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			size := int64(0) // which counts if the line is whole
			for errors.Is(err, bufio.ErrBufferFull) {
				size += int64(len(line))
				line, err = br.ReadSlice('\n')
			}
			if err != nil {
				if err == io.EOF {
					continue
				}
				return err
			}
			wrong++
			l.size += size + int64(len(line))
			continue
		case err != nil:
			return err
		}
		l.size += int64(len(line))
		l.lines++
		var e entry
		if json.Unmarshal(line, &e) != nil || !l.take(&e) {
			wrong++
		}
	}
}

// take takes over a line; false if it says nothing. l.mu is held.
func (l *Log) take(e *entry) bool {
	if e.Removed != "" {
		at, _ := time.Parse(time.RFC3339, e.At)
		l.drop(Removed{e.Removed, at, e.Why, e.Sessions, e.Events, e.Marks, e.Bytes})
		return true
	}
	ok := e.Capture != "" && e.Event >= 0 && e.Session >= 0 && (e.Event == 0) != (e.Session == 0) &&
		checkWord(e.Mark) == nil && checkText("name", e.Name, maxName) == nil && checkText("note", e.Note, maxNote) == nil
	if ok && l.room(e) == nil {
		l.set(e)
		return true
	}
	return false
}

// room says whether there is room for what a line adds. l.mu is held, also for
// reading.
func (l *Log) room(e *entry) error {
	known := false
	if a := l.captures[e.Capture]; a != nil {
		_, isEvent := a.events[e.Event]
		_, isSession := a.sessions[e.Session]
		known = isEvent || isSession
	}
	size := len(e.Mark) + len(e.Name) + len(e.Note)
	if !known && l.count >= maxMarks || size > 0 && l.bytes+size > maxBytes {
		return ErrTooMany
	}
	return nil
}

// append has a line on disk. l.write is held.
func (l *Log) append(e *entry) error {
	if l.out == nil {
		return ErrReadOnly
	}
	e.At = time.Now().UTC().Format(time.RFC3339)
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	// A torn line before is written over.
	if err := l.out.Truncate(l.size); err != nil {
		return err
	}
	n, err := l.out.WriteAt(append(line, '\n'), l.size)
	if err == nil {
		err = l.out.Sync()
	}
	if err != nil {
		return errors.Join(err, l.out.Truncate(l.size))
	}
	l.size += int64(n)
	l.lines++
	return nil
}

// PutEvent changes what is added to an event.
func (l *Log) PutEvent(capture string, id int64, c EventChange) (event.Mark, error) {
	l.write.Lock()
	defer l.write.Unlock()
	m := l.Event(capture, id)
	if c.Was != nil && *c.Was != m.Note {
		return m, &Conflict{m.Note}
	}
	old := m
	if c.Word != nil {
		m.Word = *c.Word
	}
	if c.Note != nil {
		m.Note = *c.Note
	}
	if err := errors.Join(checkWord(m.Word), checkText("note", m.Note, maxNote)); err != nil {
		return old, err
	}
	if m == old {
		return m, nil
	}
	return m, l.put(&entry{Capture: capture, Event: id, Mark: m.Word, Note: m.Note})
}

// PutSession changes what is added to a session.
func (l *Log) PutSession(capture string, id int64, c SessionChange) (event.Label, error) {
	l.write.Lock()
	defer l.write.Unlock()
	s := l.Session(capture, id)
	if c.Was != nil && *c.Was != s.Note {
		return s, &Conflict{s.Note}
	}
	old := s
	if c.Name != nil {
		s.Name = *c.Name
	}
	if c.Note != nil {
		s.Note = *c.Note
	}
	if c.Pinned != nil {
		s.Pinned = *c.Pinned
	}
	if err := errors.Join(checkText("name", s.Name, maxName), checkText("note", s.Note, maxNote)); err != nil {
		return old, err
	}
	if s == old {
		return s, nil
	}
	return s, l.put(&entry{Capture: capture, Session: id, Name: s.Name, Note: s.Note, Pinned: s.Pinned})
}

func (l *Log) put(e *entry) error {
	l.mu.RLock()
	err := l.room(e)
	l.mu.RUnlock()
	if err == nil {
		err = l.append(e)
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(e)
	return nil
}

// Remove forgets what is added to a capture that was removed, and remembers
// that it was.
func (l *Log) Remove(r Removed) error {
	l.write.Lock()
	defer l.write.Unlock()
	err := l.append(&entry{Removed: r.Capture, Why: r.Why, Sessions: r.Sessions, Events: r.Events, Marks: r.Marks, Bytes: r.Bytes})
	l.mu.Lock()
	defer l.mu.Unlock()
	r.At = time.Now()
	l.drop(r) // also if it could not be written: the capture is gone
	return err
}

// compact writes the file anew if most of its lines count no more.
func (l *Log) compact() error {
	if keep := l.count + len(l.removed); l.lines < 2*keep+1000 {
		return nil
	}
	out, err := os.CreateTemp(filepath.Dir(l.path), "."+filepath.Base(l.path)+"-") // 0600
	if err != nil {
		return err
	}
	fresh := &Log{path: l.path, out: out}
	write := func(e entry) {
		if err == nil {
			err = fresh.appendUnsynced(&e)
		}
	}
	for _, r := range l.removed {
		write(entry{At: r.At.UTC().Format(time.RFC3339), Removed: r.Capture, Why: r.Why, Sessions: r.Sessions, Events: r.Events, Marks: r.Marks, Bytes: r.Bytes})
	}
	for name, a := range l.captures {
		for _, id := range a.ids {
			write(entry{Capture: name, Event: id, Mark: a.events[id].Word, Note: a.events[id].Note})
		}
		for id, s := range a.sessions {
			write(entry{Capture: name, Session: id, Name: s.Name, Note: s.Note, Pinned: s.Pinned})
		}
	}
	if err == nil {
		err = out.Sync()
	}
	if err == nil {
		err = os.Rename(out.Name(), l.path)
	}
	if err != nil {
		slog.Warn("The marks and notes cannot be written more briefly", "path", l.path, "error", err)
		return errors.Join(out.Close(), os.Remove(out.Name())) // the old file serves
	}
	syncDir(filepath.Dir(l.path))
	err = l.out.Close()
	l.out, l.size, l.lines = out, fresh.size, fresh.lines
	return err
}

func (l *Log) appendUnsynced(e *entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	n, err := l.out.WriteAt(append(line, '\n'), l.size)
	l.size += int64(n)
	l.lines++
	return err
}

// syncDir has a rename in a directory on disk, where the system can.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
