// This file is the subcommand decode: captures in, JSON Lines out, no store.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/tail"
	"msnscope/captures/textlog"
)

func defineDecode(fs *pflag.FlagSet) func(*env, []string) error {
	count := fs.Bool("count", false, "only count the commands")
	grows := fs.BoolP("follow", "f", false, "the file is still being written: go on until Ctrl-C, or until it is replaced")
	secrets := fs.Bool("secrets", false, "show digests, tickets and cookies among the parameters (raw bytes are always whole)")
	return func(e *env, args []string) (err error) {
		if len(args) == 0 {
			args = []string{"-"}
		}
		if *grows && (len(args) > 1 || args[0] == "-") {
			return usagef("-f follows one file; standard input is followed without")
		}
		if *count {
			var c commandCounter
			for i, path := range args {
				err = errors.Join(err, decodeFile(e, path, i, &c, *grows, func() error { return nil }))
			}
			_, failed := fmt.Fprintln(e.stdout, c.commands)
			return errors.Join(err, failed)
		}
		lines := newLineWriter(e.stdout, event.JSONOptions{Secrets: *secrets})
		defer func() { err = errors.Join(err, lines.close()) }()
		for i, path := range args {
			q := newEventQueue(lines.put, lines.batch)
			err = errors.Join(err, decodeFile(e, path, i, q, *grows, func() error {
				q.flush()
				if lines.failed.Load() {
					return errStopped
				}
				return nil
			}))
			q.end()
			if e.ctx.Err() != nil || lines.failed.Load() {
				break
			}
		}
		return err
	}
}

// decodeFile tells sink what a file, or standard input for "-", holds; if the
// file grows, until it does so no more. It calls before whenever it is about to
// wait for more, and stops if that fails.
func decodeFile(e *env, path string, number int, sink follow.Sink, grows bool, before func() error) error {
	name := path
	from := &source{ctx: e.ctx, in: e.stdin}
	more := func() bool { return false }
	open := openCapture
	switch {
	case path == "-":
		name = "standard input"
	case grows:
		file, err := tail.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		from.in = file
		more = func() bool { return before() == nil && file.Wait(e.ctx) }
		open = func(io.Reader) (*pcapfile.Reader, func(), error) { return openGrowing(file, from, more) }
		defer func() {
			if why := file.Ended(); why != "" {
				fmt.Fprintf(e.stderr, "msnscope decode: %s %s\n", name, why)
			}
		}()
	default:
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		from.in = file
	}
	stopped := e.ctx.Err
	if grows { // that is how it is ended
		stopped = func() error { return nil }
	}
	reader, done, err := open(from)
	if errors.Is(err, errStopped) {
		return stopped()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer done()
	follower := follow.New(number, sink)
	if _, counts := sink.(*commandCounter); counts {
		follower.Unchecked()
	}
	var packets int64
	var problem *pcapfile.Problem
	for {
		err = follower.Read(reader, func(n int64) error {
			packets += n
			return before()
		})
		switch {
		case errors.As(err, &problem):
			fmt.Fprintf(e.stderr, "msnscope decode: %s: %s\n", name, problem.Text)
			continue
		case errors.Is(err, errStopped):
			err = stopped()
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if more() {
				continue
			}
			if err == io.EOF || e.ctx.Err() != nil {
				err = nil
			} else {
				err = fmt.Errorf("%s: cut off after packet %d; everything before that is decoded", name, packets)
			}
		default:
			err = fmt.Errorf("%s: after packet %d: %w", name, packets, err)
		}
		break
	}
	follower.Finish(streams.EndCapture)
	for _, p := range follower.Problems() {
		fmt.Fprintf(e.stderr, "msnscope decode: %s: %s\n", name, p)
	}
	return err
}

// openGrowing opens a capture file of which perhaps not even the header is
// written yet.
func openGrowing(file *tail.File, from io.Reader, more func() bool) (*pcapfile.Reader, func(), error) {
	for {
		reader, err := pcapfile.NewReader(from)
		switch {
		case err == nil && reader.IsCompressed():
			return nil, nil, errors.New("a compressed file cannot be followed while it is written")
		case err == nil:
			return reader, func() {}, nil
		case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || !more():
			return nil, nil, captures.NotGrowing(err)
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, nil, err
		}
	}
}

// errStopped ends the reading of a file before its end.
var errStopped = errors.New("stopped")

// source is a file being read, until its context is done.
type source struct {
	ctx context.Context
	in  io.Reader
}

func (s *source) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, errStopped
	}
	return s.in.Read(p)
}

// openCapture reads in as a capture; a text log is converted on the way. done
// ends that.
func openCapture(in io.Reader) (reader *pcapfile.Reader, done func(), err error) {
	head := bufio.NewReaderSize(in, textlog.Head)
	start, _ := head.Peek(4 << 10)
	first, unpack := pcapfile.Unpack(start, textlog.Head)
	if !textlog.Sniff(first) && (textlog.Unknown(first) != nil || len(first) == 0) {
		start, _ = head.Peek(textlog.Head) // a text whose first command may come late
		first, unpack = pcapfile.Unpack(start, textlog.Head)
	}
	if !textlog.Sniff(first) {
		reader, err = pcapfile.NewReader(head)
		if unknown := textlog.Unknown(first); errors.Is(err, pcapfile.ErrNotCapture) && unknown != nil {
			err = fmt.Errorf("%w, and %w", err, unknown)
		}
		return reader, func() {}, err
	}
	text, err := unpack(head)
	if err != nil {
		return nil, func() {}, err
	}
	c := &conversion{}
	c.next, done = iter.Pull2(func(yield func([]byte, error) bool) {
		err := textlog.Convert(text, chunks(func(p []byte) bool { return yield(p, nil) }))
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
