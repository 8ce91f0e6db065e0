// This file defines a block: up to 512 consecutive events of a capture, as
// they lie in memory.

package index

import (
	"math"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// Limits of a block.
const (
	// BlockEvents is how many events a block holds at most: enough to share
	// the cost of a row, few enough to read one for the sake of one event.
	BlockEvents = 512
	// blockBytes closes a block of large events early.
	blockBytes = 256 << 10
	// maxBlockBytes bounds what a stored block may claim to hold: blockBytes
	// and one event more, whose bytes the decoder has bounded far below this.
	maxBlockBytes = 64 << 20
)

// row is the fixed part of an event. Its bytes stand in Block.bytes from off
// on: raw, delivered, text, note, warnings.
type row struct {
	time, n, trid, missing, latency int64
	quiet                           int64
	back                            int64 // id - Answers, 0 if it answers nothing
	off                             uint32
	raw, delivered, text, note      uint32 // lengths
	warnings                        uint32
	line, body                      uint32
	conn                            uint32 // id within the capture
	account                         uint32 // in Block.accounts
	cmd                             [3]byte
	flags                           uint8
	role                            decode.Role
	dialect                         decode.Dialect
}

// Bits of row.flags; the lowest two are the event.Kind.
const (
	flagKind      = 3
	flagS2C       = 1 << 2
	flagPartial   = 1 << 3
	flagDelivered = 1 << 4 // Delivered is not nil
	flagError     = 1 << 5 // an error reply
	flagsKnown    = 1<<6 - 1
)

// Block is a run of consecutive events. It is immutable, except for the last
// one of a capture being written, of which readers get a copy of the slices.
type Block struct {
	First    int64 // id of its first event
	rows     []row
	have     set // columns in rows, of a block that was read
	accounts []string
	places   map[string]uint32 // of the accounts, while events are added
	bytes    []byte
}

// Len returns the number of events.
func (b *Block) Len() int { return len(b.rows) }

// Time returns when event i happened, in Unix ns.
func (b *Block) Time(i int) int64 { return b.rows[i].time }

// Error reports whether event i is an error reply.
func (b *Block) Error(i int) bool { return b.rows[i].flags&flagError != 0 }

// Connection returns the connection of event i as its id within the capture.
func (b *Block) Connection(i int) int64 { return int64(b.rows[i].conn) }

// Command returns the name of event i, zeros if it is no command.
func (b *Block) Command(i int) [3]byte { return b.rows[i].cmd }

// Kind returns what event i is.
func (b *Block) Kind(i int) What { return whatOf(b.rows[i].cmd, b.rows[i].flags) }

// Event fills e with event i. Its bytes are those of the block: they stay
// valid, and must not be changed. The session is left 0.
func (b *Block) Event(i int, e *event.Event) {
	b.fixed(i, e)
	r := &b.rows[i]
	p := b.bytes[r.off:]
	e.Raw, p = cut(p, r.raw, false)
	e.Delivered, p = cut(p, r.delivered, r.flags&flagDelivered != 0)
	if r.text|r.note != 0 {
		e.Text = string(p[:r.text])
		e.Note = string(p[r.text : r.text+r.note])
	}
	if r.warnings != 0 {
		p = p[r.text+r.note:]
		e.Warnings = warningsOf(p[:r.warnings], e.ID)
	}
}

// said fills e with the columns of event i and what is said in it: its bytes, or
// the words of a note.
func (b *Block) said(i int, e *event.Event) {
	b.fixed(i, e)
	r := &b.rows[i]
	p := b.bytes[r.off:]
	e.Raw, p = cut(p, r.raw, false)
	if e.Kind == event.Note {
		e.Text = string(p[r.delivered : r.delivered+r.text])
	}
}

// maxOutline bounds the bytes that an outline stands in for.
const maxOutline = blockBytes

// Outline fills e with what the columns say of event i: all but its bytes and
// words. Raw and Delivered are as long as they are, Raw begins with the name of
// a command, what else is in them says nothing; Warnings has one without a rule
// if there are any. It is false when the event is too large for that. The next
// outline with the same memory takes the bytes of this one.
func (b *Block) Outline(i int, e *event.Event, memory *[]byte) bool {
	r := &b.rows[i]
	size := max(r.raw, r.delivered)
	if size > maxOutline {
		return false
	}
	if int(size) > len(*memory) {
		*memory = make([]byte, size+size/2)
	}
	b.fixed(i, e)
	copy(*memory, r.cmd[:])
	e.Raw, _ = cut(*memory, r.raw, false)
	e.Delivered, _ = cut(*memory, r.delivered, r.flags&flagDelivered != 0)
	if r.warnings != 0 {
		e.Warnings = someWarning
	}
	return true
}

var someWarning = make([]conform.Note, 1)

// fixed fills e with the fixed part of event i.
func (b *Block) fixed(i int, e *event.Event) {
	r := &b.rows[i]
	capture := b.First / event.EventsPerCapture
	*e = event.Event{
		ID:         b.First + int64(i),
		Connection: capture*event.ConnectionsPerCapture + int64(r.conn),
		Time:       r.time,
		N:          r.n,
		Kind:       event.Kind(r.flags & flagKind),
		Role:       r.role,
		Dialect:    r.dialect,
		Account:    b.accounts[r.account],
		Line:       int(r.line),
		Body:       int(r.body),
		TrID:       r.trid,
		Missing:    r.missing,
		Quiet:      r.quiet,
		Latency:    r.latency,
		Partial:    r.flags&flagPartial != 0,
	}
	if r.conn == 0 {
		e.Connection = 0
	}
	if r.flags&flagS2C != 0 {
		e.Dir = decode.S2C
	}
	if r.back != 0 {
		e.Answers = e.ID - r.back
	}
}

// cut takes n bytes off p; nothing is nil unless keep says otherwise.
func cut(p []byte, n uint32, keep bool) (head, rest []byte) {
	if n == 0 && !keep {
		return nil, p
	}
	return p[:n:n], p[n:]
}

// full reports whether the next event belongs into a new block.
func (b *Block) full() bool {
	return len(b.rows) >= BlockEvents || len(b.bytes) >= blockBytes
}

// add appends an event. It is the caller's duty that its id is the next one.
func (b *Block) add(e *event.Event) *row {
	r := row{
		time: e.Time, n: e.N, trid: e.TrID, missing: e.Missing, latency: e.Latency, quiet: e.Quiet,
		off: uint32(len(b.bytes)),
		raw: uint32(len(e.Raw)), delivered: uint32(len(e.Delivered)), text: uint32(len(e.Text)), note: uint32(len(e.Note)),
		line: clamp(e.Line), body: clamp(e.Body),
		conn:    uint32(within(e.Connection, e.ID/event.EventsPerCapture)),
		account: b.account(e.Account),
		flags:   uint8(e.Kind) & flagKind,
		role:    e.Role,
		dialect: e.Dialect,
	}
	if e.Answers != 0 {
		r.back = e.ID - e.Answers
	}
	if e.Dir == decode.S2C {
		r.flags |= flagS2C
	}
	if e.Partial {
		r.flags |= flagPartial
	}
	if e.Delivered != nil {
		r.flags |= flagDelivered
	}
	if e.Kind == event.Command && e.Line >= 3 && len(e.Raw) >= 3 {
		r.cmd = [3]byte(e.Raw)
		if e.Dir == decode.S2C && isError(r.cmd) {
			r.flags |= flagError
		}
	}
	b.bytes = append(b.bytes, e.Raw...)
	b.bytes = append(b.bytes, e.Delivered...)
	b.bytes = append(b.bytes, e.Text...)
	b.bytes = append(b.bytes, e.Note...)
	if len(e.Warnings) > 0 {
		before := len(b.bytes)
		b.bytes = appendWarnings(b.bytes, e)
		r.warnings = uint32(len(b.bytes) - before)
	}
	b.rows = append(b.rows, r)
	return &b.rows[len(b.rows)-1]
}

// account returns the place of an account in the block's list.
func (b *Block) account(name string) uint32 {
	if at, ok := b.places[name]; ok {
		return at
	}
	if b.places == nil { // a block that was read is not added to
		b.places = map[string]uint32{}
	}
	at := uint32(len(b.accounts))
	b.accounts = append(b.accounts, name)
	b.places[name] = at
	return at
}

// isError reports whether a command of a server is an error reply: three
// digits.
func isError(cmd [3]byte) bool {
	for _, c := range cmd {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// within returns the number of a connection or session within its capture,
// 0 when it is not of this capture.
func within(id, capture int64) int64 {
	k := id - capture*event.ConnectionsPerCapture
	if k < 0 || k >= event.ConnectionsPerCapture {
		return 0
	}
	return k
}

func clamp(n int) uint32 { return uint32(min(max(n, 0), math.MaxUint32)) }

// weight is about how much memory the block takes.
func (b *Block) weight() int { return cap(b.bytes) + cap(b.rows)*104 + 256 }
