// This file writes events as a table for spreadsheets (RFC 4180).

package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Columns are the columns of CSV. Their names and order are stable; new ones
// come at the end.
var Columns = []string{
	"id", "session", "connection", "role", "client", "server", "dir", "time", "kind", "dialect", "command", "trid",
	"account", "peer", "summary", "parameters", "text", "size", "answers", "latency_us", "warnings",
}

func writeCSV(w io.Writer, s *Source, o Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(Columns); err != nil {
		return err
	}
	row := make([]string, len(Columns))
	err := s.all(func(e *event.Event) error {
		var a decode.Annotation
		if !o.Secrets {
			e = e.Masked(nil)
		}
		if e.Kind == event.Command {
			a = e.Annotate()
		}
		client, server := ends(s.Connection(e.Connection))
		copy(row, []string{
			itoa(e.ID), itoa(e.Session), itoa(e.Connection), e.Role.String(), client, server, e.Dir.String(),
			time.Unix(0, e.Time).UTC().Format("2006-01-02T15:04:05.000000Z"), e.Kind.String(), e.Dialect.String(), a.Name, "",
			e.Account, a.Peer, e.Summary(), parameters(&a), textOf(&a), strconv.Itoa(len(e.Raw)), "", "", warnings(e),
		})
		if e.TrID >= 0 {
			row[11] = itoa(e.TrID)
		}
		if e.Answers != 0 {
			row[18], row[19] = itoa(e.Answers), itoa(e.Latency/1000)
		}
		for i := range row {
			row[i] = cell(row[i])
		}
		return out.Write(row)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

// cell makes a value safe for a spreadsheet: what a spreadsheet would take for
// a formula gets an apostrophe before it (https://owasp.org, CSV injection), and
// control characters and those that turn the direction of text become visible.
func cell(s string) string {
	s = visibleLines(s)
	if i := strings.TrimLeft(s, " \t\r\n\u00a0\u3000"); i != "" && strings.ContainsRune("=+-@|%\uff1d\uff0b\uff0d\uff20", []rune(i[:min(len(i), 4)])[0]) {
		return "'" + s
	}
	return s
}

// visibleLines is decode.Visible that leaves line ends (as LF).
func visibleLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = decode.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

func parameters(a *decode.Annotation) string {
	var b strings.Builder
	for i := range a.Params {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(a.Params[i].Name)
		b.WriteByte('=')
		b.WriteString(a.Params[i].Value)
	}
	return b.String()
}

// textOf is the text of a message; of other payloads too.
func textOf(a *decode.Annotation) string {
	if a.Payload == nil || a.Payload.Binary {
		return ""
	}
	return a.Payload.Text
}

func warnings(e *event.Event) string {
	var list []string
	for i := range e.Warnings {
		list = append(list, e.Warnings[i].Text)
	}
	return strings.Join(list, "; ")
}

// ends are the addresses of a connection as text.
func ends(c *event.Connection) (client, server string) {
	if c == nil {
		return "", ""
	}
	if c.Client.IsValid() {
		client = c.Client.String()
	}
	if c.Server.IsValid() {
		server = c.Server.String()
	}
	return client, server
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
