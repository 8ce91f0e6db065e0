// This file holds a Sink that keeps what it is given.

package streamstest

import (
	"bytes"
	"fmt"

	"msnscope/captures/streams"
)

// Recorder is a Sink that keeps everything, and checks that the calls make
// sense.
type Recorder struct {
	Conns []*Recorded
	Log   []string // a line a call
	Fault error    // the first call that made no sense
}

// Recorded is what came of a connection.
type Recorded struct {
	*streams.Conn
	Stream [2]bytes.Buffer // the data; missing bytes are left out
	Gaps   [2][]Gap
	Time   [2]int64 // of the last Data, Gap or Close
	Closed [2]bool
	End    string
}

// Gap is N missing bytes at an offset of the stream.
type Gap struct{ At, N int64 }

// Len returns the length of a side's stream, with what is missing.
func (r *Recorded) Len(side int) int64 {
	n := int64(r.Stream[side].Len())
	for _, g := range r.Gaps[side] {
		n += g.N
	}
	return n
}

func (r *Recorder) fault(format string, args ...any) {
	if r.Fault == nil {
		r.Fault = fmt.Errorf(format, args...)
	}
}

func (r *Recorder) of(c *streams.Conn, side int, what string, t int64) *Recorded {
	rec, ok := c.Data.(*Recorded)
	if !ok {
		r.fault("%s before Open", what)
		return &Recorded{Conn: c}
	}
	if rec.End != "" {
		r.fault("connection %d: %s after End", c.Number, what)
	}
	if what == "Data" || what == "Gap" || what == "Close" {
		if rec.Closed[side] {
			r.fault("connection %d: %s after Close", c.Number, what)
		}
		if t < rec.Time[side] {
			r.fault("connection %d: %s goes back in time", c.Number, what)
		}
		rec.Time[side] = t
	}
	return rec
}

func (r *Recorder) log(format string, args ...any) {
	r.Log = append(r.Log, fmt.Sprintf(format, args...))
}

// Open implements streams.Sink.
func (r *Recorder) Open(c *streams.Conn, t int64) {
	if c.Data != nil || c.Number != len(r.Conns)+1 {
		r.fault("connection %d opened again or out of turn", c.Number)
	}
	rec := &Recorded{Conn: c}
	c.Data = rec
	r.Conns = append(r.Conns, rec)
	r.log("%d open %v > %v syn=%v", c.Number, c.Addr[0], c.Addr[1], c.SYN)
}

// Data implements streams.Sink.
func (r *Recorder) Data(c *streams.Conn, side int, t int64, p []byte) {
	rec := r.of(c, side, "Data", t)
	if len(p) == 0 {
		r.fault("connection %d: empty Data", c.Number)
	}
	rec.Stream[side].Write(p)
	r.log("%d %d data %q", c.Number, side, p)
}

// Gap implements streams.Sink.
func (r *Recorder) Gap(c *streams.Conn, side int, t int64, n int64) {
	rec := r.of(c, side, "Gap", t)
	if n <= 0 {
		r.fault("connection %d: Gap of %d", c.Number, n)
	}
	rec.Gaps[side] = append(rec.Gaps[side], Gap{rec.Len(side), n})
	r.log("%d %d gap %d", c.Number, side, n)
}

// Comment implements streams.Sink.
func (r *Recorder) Comment(c *streams.Conn, side int, t int64, text string) {
	r.of(c, side, "Comment", t)
	r.log("%d %d comment %s", c.Number, side, text)
}

// Close implements streams.Sink.
func (r *Recorder) Close(c *streams.Conn, side int, t int64) {
	r.of(c, side, "Close", t).Closed[side] = true
	r.log("%d %d close", c.Number, side)
}

// End implements streams.Sink.
func (r *Recorder) End(c *streams.Conn, t int64, how string) {
	r.of(c, 0, "End", t).End = how
	r.log("%d end %s", c.Number, how)
}

// Compare returns how a side of a connection differs from what was sent, of
// which have tells what is in the capture; or "". first is where in the stream
// the capture begins.
func (r *Recorded) Compare(side int, sent []byte, have []bool, first int) string {
	at := first
	data := r.Stream[side].Bytes()
	gaps := r.Gaps[side]
	for len(data) > 0 || len(gaps) > 0 {
		if len(gaps) > 0 && int(gaps[0].At) == at-first {
			for i := range int(gaps[0].N) {
				if at+i >= len(sent) || have[at+i] {
					return fmt.Sprintf("side %d: gap of %d at %d, but byte %d is in the capture or was never sent", side, gaps[0].N, at, at+i)
				}
			}
			at += int(gaps[0].N)
			gaps = gaps[1:]
			continue
		}
		n := len(data)
		if len(gaps) > 0 {
			n = min(n, int(gaps[0].At)-(at-first))
		}
		if at+n > len(sent) {
			return fmt.Sprintf("side %d: %d bytes more than were sent", side, at+n-len(sent))
		}
		if !bytes.Equal(data[:n], sent[at:at+n]) {
			return fmt.Sprintf("side %d: other bytes than were sent somewhere in %d..%d", side, at, at+n)
		}
		for i := range n {
			if !have[at+i] {
				return fmt.Sprintf("side %d: byte %d is not in the capture", side, at+i)
			}
		}
		data = data[n:]
		at += n
	}
	if at != len(sent) {
		return fmt.Sprintf("side %d: %d bytes of %d", side, at, len(sent))
	}
	return ""
}
