// This file is the subcommand decode: captures in, JSON Lines out, no store.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/textlog"
)

func defineDecode(fs *pflag.FlagSet) func(*env, []string) error {
	count := fs.Bool("count", false, "only count the commands")
	secrets := fs.Bool("secrets", false, "show digests, tickets and cookies among the parameters (raw bytes are always whole)")
	return func(e *env, args []string) error {
		if len(args) == 0 {
			args = []string{"-"}
		}
		out := bufio.NewWriterSize(e.stdout, 256<<10)
		d := &decoder{out: out, count: *count, secrets: *secrets}
		for i, path := range args {
			if err := d.file(e, i, path); err != nil {
				return errors.Join(err, out.Flush())
			}
		}
		if *count {
			fmt.Fprintln(out, d.commands)
		}
		return out.Flush()
	}
}

// decoder writes the events of captures as JSON Lines.
type decoder struct {
	out      *bufio.Writer
	count    bool
	secrets  bool
	commands int64

	waiting pending
	line    []byte
	err     error // of the first write that failed
}

// file decodes one file, or standard input for "-".
func (d *decoder) file(e *env, number int, path string) error {
	in := e.stdin
	name := "standard input"
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		in, name = file, path
	}
	reader, done, err := openCapture(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer done()
	d.waiting = newPending(d.write)
	follower := follow.New(number, d)
	var p pcapfile.Packet
	var problem *pcapfile.Problem
	for e.ctx.Err() == nil && d.err == nil {
		err = reader.Next(&p)
		switch {
		case err == nil:
			follower.Packet(&p)
			continue
		case errors.As(err, &problem):
			fmt.Fprintf(e.stderr, "msnscope decode: %s: after packet %d: %s\n", name, problem.Packet, problem.Text)
			continue
		case errors.Is(err, io.EOF):
			err = nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			err = fmt.Errorf("%s: cut off after packet %d; everything before that is decoded", name, p.Number)
		default:
			err = fmt.Errorf("%s: after packet %d: %w", name, p.Number, err)
		}
		break
	}
	follower.Finish(streams.EndCapture)
	d.waiting.flush()
	return errors.Join(err, d.err, e.ctx.Err())
}

// openCapture reads in as a capture; a text log is converted on the way. done
// ends what runs for that.
func openCapture(in io.Reader) (reader *pcapfile.Reader, done func(), err error) {
	head := bufio.NewReaderSize(in, 64<<10)
	first, _ := head.Peek(4 << 10)
	if !textlog.Sniff(first) {
		reader, err = pcapfile.NewReader(head)
		return reader, func() {}, err
	}
	var capture bytes.Buffer
	if err := textlog.Convert(head, &capture); err != nil {
		return nil, nil, err
	}
	reader, err = pcapfile.NewReader(&capture)
	return reader, func() {}, err
}

// Event is part of follow.Sink.
func (d *decoder) Event(e *event.Event) {
	if d.count {
		if e.Kind == event.Command {
			d.commands++
		}
		return
	}
	d.waiting.event(e)
}

// Connection is part of follow.Sink.
func (d *decoder) Connection(c *event.Connection) { d.waiting.connection(c) }

// Session is part of follow.Sink.
func (d *decoder) Session(*event.Session) {}

// Ignored is part of follow.Sink.
func (d *decoder) Ignored(*event.Connection, string) {}

// write puts out one event whose session is known.
func (d *decoder) write(e *event.Event, c *event.Connection) {
	if d.err != nil {
		return
	}
	e.Session = c.Session
	d.line = event.AppendJSON(d.line[:0], e, nil, c, event.JSONOptions{Secrets: d.secrets})
	d.line = append(d.line, '\n')
	if _, err := d.out.Write(d.line); err != nil {
		d.err = err
	}
}
