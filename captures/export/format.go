// This file names the formats and writes events in any of them.

package export

import (
	"fmt"
	"io"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Source is what an export is made of. Its events and what Connection returns
// are valid until the next call.
type Source struct {
	// Walk calls f for each event in order: those of one session, of session 0
	// for those of none, or of all of them. An export may walk more than once.
	Walk func(session int64, f func(*event.Event) error) error
	// Connection looks up a connection, nil if there is none of that id.
	Connection func(id int64) *event.Connection
	// Sessions lists the sessions that have selected events, and perhaps others.
	Sessions func() []event.Session
}

// AllSessions makes Walk go through everything.
const AllSessions = -1

// all walks over every event.
func (s *Source) all(f func(*event.Event) error) error { return s.Walk(AllSessions, f) }

// Options says what an export shows.
type Options struct {
	Secrets bool             // leave digests, tickets and cookies as they are instead of masking them byte by byte
	Side    decode.Direction // go, python: whose part the script plays, C2S for the client's
}

// Format is one form of export.
type Format struct {
	Name      string
	Words     string // what it is, in a few words
	MediaType string
	Extension string // of file names, without the dot
	write     func(io.Writer, *Source, Options) error
}

// Formats are the forms that Write knows.
var Formats = []Format{
	{"jsonl", "one JSON object an event", "application/x-ndjson", "jsonl", writeLines},
	{"pcapng", "TCP conversations, for Wireshark", "application/octet-stream", "pcapng", func(w io.Writer, s *Source, o Options) error {
		return Pcapng(w, s.all, s.Connection, o)
	}},
	{"csv", "a table for spreadsheets", "text/csv; charset=utf-8", "csv", writeCSV},
	{"chat", "the chats as text", "text/plain; charset=utf-8", "txt", writeChat},
	{"html", "a report in one page", "text/html; charset=utf-8", "html", writeHTML},
	{"go", "a Go program that plays the exchange again", "text/plain; charset=utf-8", "go", writeGo},
	{"python", "a Python program that plays the exchange again", "text/plain; charset=utf-8", "py", writePython},
}

// FormatOf finds a format by its name.
func FormatOf(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Write writes what src selects in the format of that name.
func Write(w io.Writer, format string, src Source, o Options) error {
	f, ok := FormatOf(format)
	if !ok {
		return fmt.Errorf("no format %q", format)
	}
	b := &buffer{w: w}
	if err := f.write(b, &src, o); err != nil {
		return err
	}
	return b.flush()
}

// buffer gathers bytes before they are written and keeps the first error, which
// ends a walk at its next event.
type buffer struct {
	w   io.Writer
	b   []byte
	err error
}

// Write is io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	if len(b.b) >= flushAfter {
		_ = b.flush()
	}
	return len(p), b.err
}

func (b *buffer) flush() error {
	if b.err == nil && len(b.b) > 0 {
		_, b.err = b.w.Write(b.b)
	}
	b.b = b.b[:0]
	return b.err
}

func writeLines(w io.Writer, s *Source, o Options) error {
	var b []byte
	return s.all(func(e *event.Event) error {
		b = append(event.AppendJSON(b[:0], e, nil, s.Connection(e.Connection), event.JSONOptions{Secrets: o.Secrets}), '\n')
		_, err := w.Write(b)
		return err
	})
}
