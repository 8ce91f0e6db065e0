// This file holds the Tape: what an Assembler finds is written down, to be told
// by another goroutine while the Assembler goes on.

package streams

// tapeFull is how many bytes, or calls, a Tape takes before it asks to be
// played: enough to make little of the way from one goroutine to the next.
const (
	tapeFull      = 256 << 10
	tapeFullCalls = 4 << 10
)

// Tape is a Sink that keeps what it is told. Play tells it again, and every
// connection on the way is a copy that belongs to who is played to: Tapes of the
// same Assembler may be played one after the other by any goroutine while
// further ones are filled.
type Tape struct {
	Full func() // called when there is much on the tape: Play it, or Swap it for another

	calls []call
	bytes []byte
}

// call is one call of a Sink.
type call struct {
	conn   *Conn
	time   int64
	number int64  // Data: length; Gap: missing bytes
	text   string // Comment, End
	kind   callKind
	side   uint8
}

type callKind uint8

const (
	callOpen callKind = iota
	callSYN           // the handshake turns up late
	callData
	callGap
	callComment
	callClose
	callEnd
)

// Open is part of Sink.
func (t *Tape) Open(c *Conn, at int64) {
	own := *c // what Sinks see
	c.Data, c.synTold = &own, c.SYN
	t.add(c, call{kind: callOpen, time: at})
}

// Data is part of Sink.
func (t *Tape) Data(c *Conn, side int, at int64, p []byte) {
	t.bytes = append(t.bytes, p...)
	t.add(c, call{kind: callData, side: uint8(side), time: at, number: int64(len(p))})
}

// Gap is part of Sink.
func (t *Tape) Gap(c *Conn, side int, at int64, n int64) {
	t.add(c, call{kind: callGap, side: uint8(side), time: at, number: n})
}

// Comment is part of Sink.
func (t *Tape) Comment(c *Conn, side int, at int64, text string) {
	t.add(c, call{kind: callComment, side: uint8(side), time: at, text: text})
}

// Close is part of Sink.
func (t *Tape) Close(c *Conn, side int, at int64) {
	t.add(c, call{kind: callClose, side: uint8(side), time: at})
}

// End is part of Sink.
func (t *Tape) End(c *Conn, at int64, how string) {
	t.add(c, call{kind: callEnd, time: at, text: how})
}

func (t *Tape) add(c *Conn, k call) {
	k.conn = c.Data.(*Conn)
	if c.SYN != c.synTold {
		c.synTold = c.SYN
		t.calls = append(t.calls, call{conn: k.conn, kind: callSYN})
	}
	t.calls = append(t.calls, k)
	if len(t.bytes) >= tapeFull || len(t.calls) >= tapeFullCalls {
		t.Full()
	}
}

// Empty reports whether nothing is on the tape.
func (t *Tape) Empty() bool { return len(t.calls) == 0 }

// Swap exchanges what is on two tapes.
func (t *Tape) Swap(o *Tape) {
	t.calls, o.calls = o.calls, t.calls
	t.bytes, o.bytes = o.bytes, t.bytes
}

// Play tells sink what is on the tape, and empties it.
func (t *Tape) Play(sink Sink) {
	at := int64(0)
	for i := range t.calls {
		c := &t.calls[i]
		side := int(c.side)
		switch c.kind {
		case callOpen:
			sink.Open(c.conn, c.time)
		case callSYN:
			c.conn.SYN = true
		case callData:
			sink.Data(c.conn, side, c.time, t.bytes[at:at+c.number:at+c.number])
			at += c.number
		case callGap:
			sink.Gap(c.conn, side, c.time, c.number)
		case callComment:
			sink.Comment(c.conn, side, c.time, c.text)
		case callClose:
			sink.Close(c.conn, side, c.time)
		case callEnd:
			sink.End(c.conn, c.time, c.text)
		}
	}
	clear(t.calls) // so as not to keep connections
	t.calls, t.bytes = t.calls[:0], t.bytes[:0]
	if cap(t.bytes) > 4*tapeFull { // one stretch of very much
		t.bytes = nil
	}
}
