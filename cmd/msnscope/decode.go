// This file is the subcommand decode: captures in, JSON Lines out, no store.

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
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
	return func(e *env, args []string) (err error) {
		if len(args) == 0 {
			args = []string{"-"}
		}
		if *count {
			var c commandCounter
			for i, path := range args {
				err = errors.Join(err, decodeFile(e, path, i, &c, func() bool { return true }))
			}
			_, failed := fmt.Fprintln(e.stdout, c.commands)
			return errors.Join(err, failed)
		}
		lines := newLineWriter(e.stdout, event.JSONOptions{Secrets: *secrets})
		defer func() { err = errors.Join(err, lines.close()) }()
		for i, path := range args {
			q := newEventQueue(lines.put, lines.batch)
			err = errors.Join(err, decodeFile(e, path, i, q, func() bool {
				q.flush()
				return !lines.failed.Load()
			}))
			q.end()
			if e.ctx.Err() != nil || lines.failed.Load() {
				break
			}
		}
		return err
	}
}

// decodeFile tells sink what a file, or standard input for "-", holds. Before
// it reads on it calls before, and stops if that returns false.
func decodeFile(e *env, path string, number int, sink follow.Sink, before func() bool) error {
	in, name := e.stdin, "standard input"
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		in, name = file, path
	}
	reader, done, err := openCapture(&source{in: in, wanted: func() bool { return e.ctx.Err() == nil && before() }})
	if errors.Is(err, errStopped) {
		return e.ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer done()
	follower := follow.New(number, sink)
	if _, counts := sink.(*commandCounter); counts {
		follower.Unchecked()
	}
	var p pcapfile.Packet
	var problem *pcapfile.Problem
	for {
		err = reader.Next(&p)
		switch {
		case err == nil:
			follower.Packet(&p)
			continue
		case errors.As(err, &problem):
			fmt.Fprintf(e.stderr, "msnscope decode: %s: %s\n", name, problem.Text)
			continue
		case errors.Is(err, errStopped):
			err = e.ctx.Err()
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
	for _, p := range follower.Problems() {
		fmt.Fprintf(e.stderr, "msnscope decode: %s: %s\n", name, p)
	}
	return err
}

// errStopped ends the reading of a file before its end.
var errStopped = errors.New("stopped")

// source is a file being read, as long as it is wanted.
type source struct {
	in     io.Reader
	wanted func() bool
}

func (s *source) Read(p []byte) (int, error) {
	if !s.wanted() {
		return 0, errStopped
	}
	return s.in.Read(p)
}

// openCapture reads in as a capture; a text log is converted on the way. done
// ends that.
func openCapture(in io.Reader) (reader *pcapfile.Reader, done func(), err error) {
	head := bufio.NewReaderSize(in, textlog.Head)
	first, _ := head.Peek(4 << 10)
	if !textlog.Sniff(first) && textlog.Unknown(first) != nil {
		first, _ = head.Peek(textlog.Head) // a text whose first command may come late
	}
	if !textlog.Sniff(first) {
		reader, err = pcapfile.NewReader(head)
		if unknown := textlog.Unknown(first); errors.Is(err, pcapfile.ErrNotCapture) && unknown != nil {
			err = fmt.Errorf("%w, and %w", err, unknown)
		}
		return reader, func() {}, err
	}
	c := &conversion{}
	c.next, done = iter.Pull2(func(yield func([]byte, error) bool) {
		err := textlog.Convert(head, chunks(func(p []byte) bool { return yield(p, nil) }))
		if err != nil {
			yield(nil, err)
		}
	})
	if reader, err = pcapfile.NewReader(c); err != nil {
		done()
	}
	return reader, done, err
}

// chunks is what is written, piece by piece. It returns false to end that.
type chunks func(p []byte) bool

func (c chunks) Write(p []byte) (int, error) {
	if !c(p) {
		return 0, errStopped
	}
	return len(p), nil
}

// conversion is a text log read as a capture.
type conversion struct {
	next func() ([]byte, error, bool)
	rest []byte
}

func (c *conversion) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		chunk, err, ok := c.next()
		if !ok {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		c.rest = chunk
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// commandCounter is the sink that only counts.
type commandCounter struct{ commands int64 }

// Event is part of follow.Sink.
func (c *commandCounter) Event(e *event.Event) {
	if e.Kind == event.Command {
		c.commands++
	}
}

// Connection is part of follow.Sink.
func (c *commandCounter) Connection(*event.Connection) {}

// Session is part of follow.Sink.
func (c *commandCounter) Session(*event.Session) {}

// Ignored is part of follow.Sink.
func (c *commandCounter) Ignored(*event.Connection, string) {}
