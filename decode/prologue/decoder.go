// This file is the decoder: it keeps both directions until a message of the
// prologue is whole, and lets everything behind the prologue through.

package prologue

import (
	"net/netip"

	"msnscope/decode"
)

// maxMessage is how many bytes of a direction may wait for the end of a message
// or for the other side's. A CONNECT with a ticket in its headers is the longest.
const maxMessage = 8 << 10

// Piece is a piece of one direction's stream. The pieces of a direction are the
// stream, without the missing bytes.
type Piece struct {
	Dir decode.Direction
	// Raw is valid during the call only.
	Raw []byte
	// Why says what a message of the prologue says: "SOCKS5: connect to
	// 64.4.13.58:1863". It is "" for what is none, the protocol inside.
	Why string
	// Partial: a message that was cut by a gap or by the end.
	Partial bool
}

// Result is what the prologue has told.
type Result struct {
	// Protocol is "SOCKS4", "SOCKS4a", "SOCKS5" or "HTTP CONNECT"; "" if the
	// connection begins with no prologue, or does not show one yet.
	Protocol string
	Host     string         // where the client wants to go, "" while unknown: a name or an address
	Port     uint16         // likewise
	Addr     netip.AddrPort // the same, if Host is an address
	Reply    string         // the proxy's answer in words
	Open     bool           // the proxy agreed: Inner is valid
	Inner    [2]int64       // where in each direction the protocol inside begins
}

// Target returns the wanted host and port, "" while unknown.
func (r *Result) Target() string {
	if r.Host == "" {
		return ""
	}
	return joinHostPort(r.Host, r.Port)
}

// Decoder is the state of one connection. New makes one.
type Decoder struct {
	step   step
	buf    [2][]byte
	at     [2]int64 // stream position of buf
	left   int64    // HTTP CONNECT: bytes of a refusal's page still to come
	result Result
	emit   func(Piece)
}

// step is the message that comes next.
type step uint8

const (
	atStart step = iota
	socks4Reply
	socks5Method
	socks5Password
	socks5PasswordReply
	socks5Request
	socks5Reply
	connectRequest
	connectReply
	connectPage // of a refusal
	over        // everything more is inside
)

// New returns the decoder of a connection on which nothing was said.
func New() *Decoder { return &Decoder{} }

// Begins reports whether a connection whose client says p first can begin with
// a prologue. It is a quick look for those who have many connections.
func Begins(p []byte) bool {
	return len(p) > 0 && (p[0] == 4 || p[0] == 5 || isConnect(p))
}

// Over reports whether the prologue is over, or there is none: what comes more
// of either direction is the protocol inside.
func (d *Decoder) Over() bool { return d.step == over }

// Pending returns the number of bytes fed that belong to no piece yet.
func (d *Decoder) Pending() int { return len(d.buf[0]) + len(d.buf[1]) }

// Result returns what is known by now. It is final when Over.
func (d *Decoder) Result() Result { return d.result }

// Feed hands over the next bytes of a direction and calls emit for each piece
// that is complete.
func (d *Decoder) Feed(dir decode.Direction, p []byte, emit func(Piece)) {
	if len(p) == 0 {
		return
	}
	d.emit = emit
	if d.step == over {
		d.inner(dir, p)
		return
	}
	for len(p) > 0 && d.step != over {
		n := min(len(p), maxMessage+1-len(d.buf[dir]))
		d.buf[dir] = append(d.buf[dir], p[:n]...)
		p = p[n:]
		for d.next() {
		}
		if d.step != over && len(d.buf[dir]) > maxMessage {
			d.giveUp()
		}
	}
	if len(p) > 0 {
		d.inner(dir, p)
	}
}

// Gap tells that n bytes of a direction are missing here (n < 0: unknown). A
// prologue with missing bytes is given up.
func (d *Decoder) Gap(dir decode.Direction, n int64, emit func(Piece)) {
	d.emit = emit
	if n == 0 {
		return
	}
	if d.step != over {
		d.cutOff()
	}
	d.at[dir] += max(n, 0)
}

// CloseWrite tells that a direction has ended. Nothing of a prologue can follow
// on that: who asks, and who answers, needs both.
func (d *Decoder) CloseWrite(dir decode.Direction, emit func(Piece)) {
	d.emit = emit
	if d.step != over {
		d.cutOff()
	}
}

// next takes a whole message; false if there is none.
func (d *Decoder) next() bool {
	if d.step == atStart && len(d.buf[decode.S2C]) > 0 && len(d.buf[decode.C2S]) == 0 {
		d.giveUp() // the server speaks first
		return false
	}
	switch d.step {
	case atStart:
		return d.start()
	case socks4Reply:
		return d.socks4Reply()
	case socks5Method, socks5PasswordReply, socks5Reply:
		return d.socks5Answer()
	case socks5Password, socks5Request:
		return d.socks5Ask()
	case connectRequest:
		return d.connectRequest()
	case connectReply:
		return d.connectReply()
	case connectPage:
		return d.connectPage()
	}
	return false
}

// start takes the first message.
func (d *Decoder) start() bool {
	b := d.buf[decode.C2S]
	if len(b) == 0 {
		return false
	}
	switch {
	case b[0] == 4:
		return d.socks4Request()
	case b[0] == 5:
		return d.socks5Hello()
	case isConnect(b):
		return d.connectRequest()
	}
	d.giveUp()
	return false
}

// message emits the first n bytes that wait as a message and goes on.
func (d *Decoder) message(dir decode.Direction, n int, why string, next step) bool {
	d.emit(Piece{Dir: dir, Raw: d.buf[dir][:n], Why: why})
	d.buf[dir] = d.buf[dir][n:]
	d.at[dir] += int64(n)
	d.step = next
	return true
}

// refused ends the prologue: the proxy did not agree.
func (d *Decoder) refused(dir decode.Direction, n int, why string) bool {
	d.message(dir, n, why, over)
	d.release()
	return false
}

// opened ends the prologue: what follows is the protocol inside.
func (d *Decoder) opened(dir decode.Direction, n int, why string) bool {
	d.message(dir, n, why, over)
	d.result.Open, d.result.Inner = true, d.at
	d.release()
	return false
}

// giveUp ends the prologue because something else was said than its messages.
func (d *Decoder) giveUp() {
	d.step = over
	d.release()
}

// cutOff ends the prologue because bytes are missing: what waits is a part of a
// message.
func (d *Decoder) cutOff() {
	why := ""
	switch {
	case d.step == socks5Password:
		why = WhyPassword
	case d.result.Protocol != "":
		why = d.result.Protocol + WhyCut
	}
	d.step = over
	for dir, b := range d.buf {
		if len(b) > 0 {
			d.emit(Piece{Dir: decode.Direction(dir), Raw: b, Why: why, Partial: why != ""})
			d.at[dir] += int64(len(b))
			d.buf[dir] = nil
		}
	}
}

// WhyCut ends Piece.Why where a prologue breaks off.
const WhyCut = ": a message that was cut"

// release lets what waits through.
func (d *Decoder) release() {
	for dir, b := range d.buf {
		d.buf[dir] = nil
		if len(b) > 0 {
			d.inner(decode.Direction(dir), b)
		}
	}
}

func (d *Decoder) inner(dir decode.Direction, p []byte) {
	d.emit(Piece{Dir: dir, Raw: p})
	d.at[dir] += int64(len(p))
}
