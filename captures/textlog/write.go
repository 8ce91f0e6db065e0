// This file writes events in the notation that Parse reads, so that every byte
// comes back: "C:" and "S:", or the arrows of many programs' logs.

package textlog

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
)

// Formats are the forms that Write knows.
var Formats = []export.Format{
	{Name: "transcript", Words: "the notation of protocol documents, C: and S:", MediaType: "text/plain; charset=utf-8", Extension: "txt"},
	{Name: "arrows", Words: "the notation of programs' logs, >>> and <<<", MediaType: "text/plain; charset=utf-8", Extension: "txt"},
}

// IsFormat reports whether a format is one of those here.
func IsFormat(name string) bool { return name == Formats[0].Name || name == Formats[1].Name }

// The words of the notation.
const (
	exactHead   = "# msnscope transcript 1"
	onConn      = "# connection "
	maxQuoted   = 8 << 10 // bytes of one quoted line
	flushWriter = 32 << 10
)

// marks are what stands before a command, and before quoted bytes, by notation
// and direction.
var marks = [2][2]struct{ plain, quoted string }{
	{{"C: ", "C= "}, {"S: ", "S= "}},
	{{">>> ", ">>= "}, {"<<< ", "<<= "}},
}

// Write writes what src selects, as transcript or arrows. What went missing from
// the capture and what the proxy did stand in comments.
func Write(w io.Writer, format string, src export.Source, o export.Options) error {
	x := writer{w: w, numbers: map[int64]int{}}
	if format == Formats[1].Name {
		x.arrows = 1
	}
	x.b = append(x.b, exactHead+"\n"...)
	err := src.Walk(export.AllSessions, func(e *event.Event) error {
		if !o.Secrets {
			e = e.Masked(nil)
		}
		x.event(e, &src)
		if len(x.b) < flushWriter {
			return nil
		}
		return x.flush()
	})
	if err != nil {
		return err
	}
	return x.flush()
}

type writer struct {
	w       io.Writer
	b       []byte
	arrows  int
	numbers map[int64]int // connections, from 1 in the order in which they are spoken on
	last    int64
}

func (x *writer) flush() error {
	_, err := x.w.Write(x.b)
	x.b = x.b[:0]
	return err
}

func (x *writer) event(e *event.Event, src *export.Source) {
	n, ok := x.numbers[e.Connection]
	if !ok {
		n = len(x.numbers) + 1
		x.numbers[e.Connection] = n
		server := defaultAddress
		if c := src.Connection(e.Connection); c != nil && c.Server.IsValid() {
			server = c.Server.String()
		}
		x.b = append(append(append(x.b, opens...), server...), ".\n"...)
	} else if e.Connection != x.last {
		x.b = append(strconv.AppendInt(append(x.b, onConn...), int64(n), 10), '\n')
	}
	x.last = e.Connection
	switch e.Kind {
	case event.Command:
		if x.plain(e) {
			return
		}
		x.quoted(e)
	case event.Raw:
		x.quoted(e)
	default:
		x.b = fmt.Appendf(x.b, "## %s\n", decode.Visible(e.Summary()))
	}
}

// plain writes a command as it reads, if it can be read back.
func (x *writer) plain(e *event.Event) bool {
	raw := e.Raw
	line, body := raw[:e.Line], raw[e.Body:]
	if e.Role == decode.RoleFT || string(raw[e.Line:e.Body]) != crlf || !isPlain(line) || bytes.IndexByte(line, '\n') >= 0 ||
		payloadLength(e.Dir, raw[:e.Body]) != len(body) || !isPlain(body) {
		return false
	}
	x.b = append(append(append(x.b, marks[x.arrows][e.Dir].plain...), line...), '\n')
	if len(body) > 0 {
		x.b = append(x.b, bytes.ReplaceAll(body, []byte(crlf), []byte(lf))...)
		if body[len(body)-1] != '\n' {
			x.b = append(x.b, '\n')
		}
	}
	return true
}

// isPlain reports whether a text stands in the notation as it is: UTF-8 without
// control characters and without those that turn the direction of text, every
// line end CRLF.
func isPlain(p []byte) bool {
	p = bytes.ReplaceAll(p, []byte(crlf), []byte("|"))
	return utf8.Valid(p) && len(p) <= maxLine && string(bytes.ReplaceAll(p, []byte("\t"), []byte("|"))) == decode.Visible(string(bytes.ReplaceAll(p, []byte("\t"), []byte("|"))))
}

// quoted writes bytes in quotation marks, in pieces.
func (x *writer) quoted(e *event.Event) {
	for p := e.Raw; len(p) > 0; {
		n := min(len(p), maxQuoted)
		if i := bytes.IndexByte(p[:n], '\n'); i >= 0 && e.Kind == event.Command && i+1 < n && len(p) == len(e.Raw) {
			n = i + 1 // the line of a command by itself
		}
		x.b = append(x.b, marks[x.arrows][e.Dir].quoted...)
		x.b = append(strconv.AppendQuoteToASCII(x.b, string(p[:n])), '\n')
		p = p[n:]
	}
}
