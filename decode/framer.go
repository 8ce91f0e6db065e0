// This file cuts the stream of one direction into frames while the framing is
// known: lines, payloads, and pieces cut by missing packets or by the end.
// lost.go does the same while it is not.

package decode

import "bytes"

// Limits of what one peer can make a Framer hold.
const (
	// MaxLine is the longest command line in bytes, its line end included. The
	// longest seen in captures have about 700 (MSNP8 tickets).
	MaxLine = 64 << 10
	// MaxPayload is the longest payload in bytes. Chat messages end at 1664,
	// the XML documents of MSNP13 and later reach some tens of KiB.
	MaxPayload = 4 << 20
	// keepBuffer is the largest buffer that is kept for the next command.
	keepBuffer = 2 * MaxLine
)

// framing says what a Framer expects next.
type framing uint8

const (
	atLine    framing = iota // a command line, or the rest of one
	inPayload                // the payload of the command whose line is at the front
	inRest                   // the rest of a payload whose beginning was cut off by a gap
	isLost                   // anything: scanning for a line to lock on to
)

// Framer cuts one direction of a connection into frames.
//
// Feed it the bytes of the stream as they come, in pieces of any size, and call
// Next until it returns false after each Feed, Gap and Close; how the stream was
// cut into pieces makes no difference to the frames. The Raw of all frames put
// together is the stream, byte for byte.
//
// A command that lies whole in the piece fed is a slice of that piece: nothing
// is copied or allocated. Only the beginning of an incomplete command is copied,
// so a Framer holds at most MaxLine+MaxPayload bytes, and each byte is searched
// and copied a fixed number of times however small the pieces.
//
// What is a command: a line whose first word is three capital letters or three
// digits, known or not, whose line end is LF or CRLF, and the payload that
// payloadLength finds. A lower-case name is accepted as an oddity if its
// capitals are a known name in a plausible shape ("ver 1 MSNP7"), but never has
// a payload: real servers close on it. Empty lines are frames of their own.
// Any other line means that the framing is lost.
type Framer struct {
	Dir       Direction
	Dialect   Dialect // 0 = AssumedDialect; the owner updates it as VER answers are seen
	MidStream bool    // set before the first Feed: the stream was joined in its middle

	in  []byte // what Next has not seen yet of the piece fed last
	buf []byte // bytes of earlier pieces that belong to no frame yet; they precede in
	r   int    // buf[r:] is what is left of buf

	started bool
	state   framing
	seen    int   // pending bytes known to hold no line end (lost: none after lineAt)
	need    int   // inPayload: length of the whole command; inRest: of the rest
	line    int   // inPayload: Frame.Line
	body    int   // inPayload: Frame.Body
	off     int64 // position in the stream of the first pending byte

	lost lostState

	gap    int64 // missing bytes that Next has still to take notice of; < 0 unknown
	gapped bool
	closed bool
}

// Feed hands over the next bytes of the stream. p must not change until Next
// has returned false. If it has not yet done so since the last Feed, p is
// copied.
func (f *Framer) Feed(p []byte) {
	f.start()
	if f.gapped {
		panic("decode: Framer.Feed after Gap before Next returned false")
	}
	if len(f.in) > 0 {
		f.buf = append(f.buf, f.in...)
		f.in = nil
	}
	f.in = p
}

// Gap tells that n bytes of the stream are missing here (n < 0: unknown).
//
// A gap that begins and ends inside one payload costs that command only: its
// pieces become raw frames and the framing goes on behind it. Any other gap
// loses the framing until a line is found to lock on to.
func (f *Framer) Gap(n int64) {
	if n == 0 {
		return
	}
	f.start()
	if f.gapped && (n < 0 || f.gap < 0) {
		f.gap = -1
		return
	}
	f.gap += n
	f.gapped = true
}

// Close tells that the stream has ended; Next then yields what is left.
func (f *Framer) Close() { f.closed = true }

// Pending returns the number of bytes fed that belong to no frame yet.
func (f *Framer) Pending() int { return len(f.buf) - f.r + len(f.in) }

// Lost reports whether the framer has lost the framing (or never had it) and
// scans for a line to lock on.
func (f *Framer) Lost() bool {
	return f.state == isLost || f.MidStream && !f.started
}

func (f *Framer) start() {
	if !f.started {
		f.started = true
		if f.MidStream {
			f.lose(WhyMidStream)
		}
	}
}

// Next stores the next frame in fr and reports whether there was one.
func (f *Framer) Next(fr *Frame) bool {
	for {
		b, own := f.in, false
		if f.r < len(f.buf) {
			b, own = f.buf[f.r:], true
		}
		if n := f.cut(b, fr); n > 0 {
			f.take(n, own, fr)
			return true
		}
		if f.fill(own) {
			continue
		}
		if f.gapped {
			return f.applyGap(fr)
		}
		if f.closed {
			return f.rest(fr, WhyCutByEnd)
		}
		return false
	}
}

// cut looks for a whole frame at the front of the pending bytes b. It returns
// the frame's length, having set all of fr but Raw and Offset, or 0 if b must
// grow first.
func (f *Framer) cut(b []byte, fr *Frame) int {
	switch f.state {
	case inPayload:
		if len(b) < f.need {
			return 0
		}
		f.state = atLine
		fr.Kind, fr.Line, fr.Body, fr.Why, fr.Partial = FrameCommand, f.line, f.body, "", false
		return f.need
	case inRest:
		if len(b) < f.need {
			return 0
		}
		f.state = atLine
		setRaw(fr, WhyAfterGap, true, f.need)
		return f.need
	case isLost:
		return f.cutLost(b, fr)
	}
	return f.cutLine(b, fr)
}

// cutLine is cut for the state atLine.
func (f *Framer) cutLine(b []byte, fr *Frame) int {
	w := b
	if len(w) > MaxLine {
		w = w[:MaxLine]
	}
	i := bytes.IndexByte(w[f.seen:], '\n')
	if i < 0 {
		switch {
		case f.seen < surelyNoName && len(w) >= surelyNoName && noName(w):
			f.lose(WhyNoCommand)
			return f.cutLost(b, fr)
		case len(w) == MaxLine:
			f.lose(WhyLost)
			f.lost.midLine = true
			setRaw(fr, WhyLineTooLong, false, MaxLine)
			return MaxLine
		}
		f.seen = len(w)
		return 0
	}
	end := f.seen + i // of the LF
	f.seen = 0
	line := trimCR(b[:end])
	if !isName(line) {
		if NextWord(line, 0).Len() == 0 {
			setRaw(fr, WhyEmptyLine, false, end+1)
			return end + 1
		}
		if !f.foldedCommand(line) {
			f.lose(WhyNoCommand)
			return f.cutLost(b, fr)
		}
	}
	end++
	n := payloadLength(f.Dir, f.Dialect, line)
	if n > MaxPayload {
		f.lose(WhyLost)
		setRaw(fr, WhyPayloadLimit, false, end)
		return end
	}
	total := end + int(n)
	if len(b) < total {
		f.state, f.need, f.line, f.body = inPayload, total, len(line), end
		return 0
	}
	// Without a payload total == end == len(Raw), which is what Body then is.
	fr.Kind, fr.Line, fr.Body, fr.Why, fr.Partial = FrameCommand, len(line), end, "", false
	return total
}

// take removes the first n pending bytes, which lie in buf if own and in in if
// not, and makes them fr's.
func (f *Framer) take(n int, own bool, fr *Frame) {
	fr.Offset = f.off
	f.off += int64(n)
	if !own {
		fr.Raw = f.in[:n:n]
		f.in = f.in[n:]
		return
	}
	fr.Raw = f.buf[f.r : f.r+n : f.r+n]
	f.r += n
	if f.r == len(f.buf) {
		f.r, f.buf = 0, f.buf[:0]
		if cap(f.buf) > keepBuffer {
			f.buf = nil
		}
	}
}

// fill moves bytes of in to buf, after cut has found no whole frame in what is
// left of buf (own) or in in, and reports whether cut may now find one. It moves
// no more than the frame can need, so that whole commands behind it are not
// copied.
func (f *Framer) fill(own bool) bool {
	if !own {
		f.buf, f.r = append(f.buf[:0], f.in...), 0
		f.in = nil
		return false
	}
	if len(f.in) == 0 {
		return false
	}
	f.compact()
	var most int
	switch f.state {
	case inPayload, inRest:
		most = min(f.need-len(f.buf), len(f.in))
	case isLost:
		most = f.upToLine(rawPiece)
	default:
		most = f.upToLine(MaxLine)
	}
	f.buf = append(f.buf, f.in[:most]...)
	f.in = f.in[most:]
	return true
}

// upToLine returns how many bytes of in to add to buf to complete a line, or
// limit bytes.
func (f *Framer) upToLine(limit int) int {
	w := f.in[:min(max(limit-len(f.buf), 1), len(f.in))]
	if i := bytes.IndexByte(w, '\n'); i >= 0 {
		return i + 1
	}
	return len(w)
}

func (f *Framer) compact() {
	if f.r > 0 {
		f.buf = f.buf[:copy(f.buf, f.buf[f.r:])]
		f.r = 0
	}
}

// applyGap yields the bytes before the gap, if any, and makes the state that of
// the bytes behind it.
func (f *Framer) applyGap(fr *Frame) bool {
	have := int64(f.Pending())
	n := f.gap
	inside := (f.state == inPayload || f.state == inRest) && n >= 0 && n <= int64(f.need)-have
	ok := f.rest(fr, WhyCutByGap)
	if n > 0 {
		f.off += n
	}
	f.gap, f.gapped = 0, false
	if !inside {
		f.lose(WhyAfterGap)
		return ok
	}
	f.need -= int(have + n)
	f.state = inRest
	if f.need == 0 {
		f.state = atLine
	}
	f.seen = 0
	return ok
}

// rest yields all pending bytes, which are no whole command, as one frame. All
// of them are in buf.
func (f *Framer) rest(fr *Frame, why string) bool {
	n := f.Pending()
	if n == 0 {
		return false
	}
	partial := true
	switch f.state {
	case isLost:
		why = f.lost.why
		partial = why == WhyAfterGap
	case inRest:
		why = WhyAfterGap
	}
	setRaw(fr, why, partial, n)
	f.take(n, true, fr)
	f.seen = 0
	return true
}

func setRaw(fr *Frame, why string, partial bool, n int) {
	fr.Kind, fr.Line, fr.Body, fr.Why, fr.Partial = FrameRaw, 0, n, why, partial
}
