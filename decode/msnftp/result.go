// This file says how a transfer ended, in figures and in words.

package msnftp

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"msnscope/decode"
)

// State says how far a transfer has come.
type State uint8

// The states of a transfer.
const (
	Waiting   State = iota // nothing of the file has been sent
	Running                // the file is on its way
	Complete               // all of the file is here
	Partial                // it is over and bytes of the file are missing
	Cancelled              // one of the sides gave up
	Refused                // the sender closed instead of naming the file's size
)

var stateNames = [...]string{"waiting", "running", "complete", "partial", "cancelled", "refused"}

// String returns the state in a word: "complete".
func (s State) String() string { return stateNames[s] }

// Result is what is known of a transfer.
type Result struct {
	State State
	// Words says it in a sentence: "partial: 58859 of 60904 bytes, missing
	// 2045 bytes at 4090".
	Words    string
	Receiver string // handle in the receiver's USR
	Cookie   string // AuthCookie shown there: secret
	Size     int64  // bytes that the sender announced; -1 when not seen
	Received int64  // bytes of the file that are here
	Surplus  int64  // bytes sent behind the announced size, which are not kept
	Holes    []Hole // what is missing of the file, while its size is known; in order
	SHA256   string // in hex, of the whole file; "" unless Complete
}

// byeWords are the codes of BYE. They are Windows results, some of the
// transfer's own facility.
var byeWords = map[uint64]string{
	16777987:   "the file was sent",
	16777989:   "the file is complete",
	2147942405: "failure at the receiver: disk full or access denied",
	2164261682: "the receiver cancelled",
	2164261683: "the sender cancelled",
	2164261694: "timed out, or the connection is blocked",
}

// ByeMeaning returns what the code of a BYE says, "" if it is not known.
func ByeMeaning(code uint64) string { return byeWords[code] }

// over reports whether nothing more of the file can come.
func (d *Decoder) over() bool {
	if dir, ok := d.Sender(); ok && d.halves[dir].closed {
		return true
	}
	return d.halves[0].closed && d.halves[1].closed || d.cancelledBy() != ""
}

// Result returns what is known by now. It is final once both directions were
// closed.
func (d *Decoder) Result() Result {
	r := Result{
		Receiver: d.receiver, Cookie: d.cookie, Size: d.size, Received: d.received, Surplus: d.surplus,
		Holes: slices.Clone(d.holes),
	}
	over := d.over()
	if from := d.at; over && d.size > from {
		if n := len(r.Holes); n > 0 && r.Holes[n-1].To == from {
			r.Holes[n-1].To = d.size
		} else {
			r.Holes = append(r.Holes, Hole{from, d.size})
		}
	}
	whole := len(r.Holes) == 0 && d.lostFrom < 0 && (d.size >= 0 && d.received == d.size ||
		d.size < 0 && d.received > 0 && d.receiverHasIt())
	switch {
	case whole && (d.suspect < 0 || d.size < 0):
		r.State = Complete
		r.SHA256 = hex.EncodeToString(d.hash.Sum(nil))
	case d.cancelledBy() != "":
		r.State = Cancelled
	case over && d.size < 0 && d.received == 0 && d.lostFrom < 0 && !d.accepted && !d.gapped:
		r.State = Refused
	case over:
		r.State = Partial
	case d.received > 0 || d.accepted:
		r.State = Running
	}
	r.Words = d.words(&r)
	return r
}

// receiverHasIt reports whether the receiver said that the file is complete.
func (d *Decoder) receiverHasIt() bool {
	dir, ok := d.Sender()
	return ok && d.byes[dir.Opposite()] == 16777989
}

// cancelledBy says who gave up, "" if nobody.
func (d *Decoder) cancelledBy() string {
	if d.size >= 0 && d.received == d.size {
		return ""
	}
	sender, ok := d.Sender()
	for dir := decode.C2S; dir <= decode.S2C; dir++ {
		who := "one side"
		if ok {
			who = "the receiver"
			if dir == sender {
				who = "the sender"
			}
		}
		switch code := d.byes[dir]; {
		case d.cancel[dir]:
			return who
		case !d.bye[dir] || code == 16777987 || code == 16777989:
		case code == 2164261682:
			return "the receiver"
		case code == 2164261683:
			return "the sender"
		case byeWords[code] != "":
			return who + " (" + byeWords[code] + ")"
		default:
			return who + fmt.Sprintf(" (code %08X)", code)
		}
	}
	if d.ended && d.size > d.at && !d.receiverHasIt() {
		return "the sender"
	}
	return ""
}

func (d *Decoder) words(r *Result) string {
	var b strings.Builder
	b.WriteString(r.State.String())
	switch r.State {
	case Waiting:
		if d.size >= 0 {
			fmt.Fprintf(&b, ": a file of %d bytes is offered", d.size)
		}
		return b.String()
	case Refused:
		b.WriteString(": the connection ended before the file's size was told")
		return b.String()
	case Complete:
		fmt.Fprintf(&b, ": %d bytes", r.Received)
		if d.size < 0 {
			b.WriteString(", the announced size was not captured")
		}
	case Cancelled:
		b.WriteString(" by " + d.cancelledBy() + " after ")
		d.amount(&b, r)
	default:
		b.WriteString(": ")
		d.amount(&b, r)
	}
	if r.State != Running {
		missing(&b, r.Holes)
	}
	if d.lostFrom >= 0 {
		fmt.Fprintf(&b, "; from byte %d on the blocks could not be told apart", d.lostFrom)
	}
	if r.Surplus > 0 {
		fmt.Fprintf(&b, "; %d bytes more than announced", r.Surplus)
	}
	if r.State == Partial && d.receiverHasIt() {
		b.WriteString("; the receiver has the file whole, the capture has not")
	}
	return b.String()
}

func (d *Decoder) amount(b *strings.Builder, r *Result) {
	if d.size >= 0 {
		fmt.Fprintf(b, "%d of %d bytes", r.Received, d.size)
		return
	}
	fmt.Fprintf(b, "%d bytes of a file whose size was not captured", r.Received)
}

// namedHoles is how many holes the words name.
const namedHoles = 4

func missing(b *strings.Builder, holes []Hole) {
	for i, h := range holes {
		switch {
		case i == namedHoles:
			fmt.Fprintf(b, " and at %d more places", len(holes)-i)
			return
		case i == 0:
			b.WriteString(", missing ")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%d bytes at %d", h.To-h.From, h.From)
	}
}
