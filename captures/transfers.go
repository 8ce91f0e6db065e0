// This file gives out the files that connections carried. They are not kept
// beside the capture: their bytes are in it, and are put together when asked for.

package captures

import (
	"context"
	"fmt"
	"io"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/decode"
	"msnscope/decode/msnftp"
)

// Transfers returns the connections of a session (0: all) that carry a file, in
// order of ids. Their File is not nil.
func (s *Store) Transfers(session int64) []event.Connection {
	var list []event.Connection
	for _, c := range s.Connections(session) {
		if c.File != nil {
			list = append(list, c)
		}
	}
	return list
}

// WriteFile writes to w what the capture has of the file that a connection
// carries. What is missing is written as zeros, but at the end it is left out;
// the result says where. If w is a Skipper it is told of them instead: a capture
// of some hundred bytes may say that gigabytes are missing. index.ErrNotFound if
// the connection carries none.
func (s *Store) WriteFile(ctx context.Context, connection int64, w io.Writer) (msnftp.Result, error) {
	c, ok := s.Connection(connection)
	if !ok || c.File == nil {
		return msnftp.Result{}, fmt.Errorf("connection %d carries no file: %w", connection, index.ErrNotFound)
	}
	d := msnftp.New()
	d.Announced = c.File.Offered
	out := holesAsZeros{w: w}
	d.Data = out.data
	nothing := func(*msnftp.Piece) {}
	err := s.Walk(ctx, Scope{Connection: connection}, nil, func(e *event.Event) error {
		if e.Kind == event.Gap {
			d.Gap(e.Dir, e.Missing, nothing)
		} else {
			d.Feed(e.Dir, e.Raw, nothing)
		}
		return out.err
	})
	if c.Closed != 0 {
		d.CloseWrite(decode.C2S, nothing)
		d.CloseWrite(decode.S2C, nothing)
	}
	if err == nil {
		err = out.err
	}
	return d.Result(), err
}

// Skipper is a Writer that can step over n bytes, which are then zeros.
type Skipper interface {
	Skip(n int64) error
}

// holesAsZeros writes bytes at growing offsets to a stream.
type holesAsZeros struct {
	w   io.Writer
	at  int64
	err error
}

var zeros [32 << 10]byte

func (h *holesAsZeros) data(offset int64, p []byte) {
	if s, ok := h.w.(Skipper); ok && h.err == nil && h.at < offset {
		h.err = s.Skip(offset - h.at)
		h.at = offset
	}
	for h.err == nil && h.at < offset {
		var n int
		n, h.err = h.w.Write(zeros[:min(offset-h.at, int64(len(zeros)))])
		h.at += int64(n)
	}
	if h.err == nil {
		_, h.err = h.w.Write(p)
		h.at += int64(len(p))
	}
}
