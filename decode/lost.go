// This file cuts a stream whose framing is lost, or was never known, into raw
// frames and finds the line at which commands begin again.

package decode

import "bytes"

const (
	// rawPiece is the most bytes of one raw frame while the framing is lost, and
	// so the longest line at which it can be found again.
	rawPiece = 4 << 10
	// rawShare makes raw frames longer the longer the framing stays lost: a frame
	// holds at least one rawShare-th of what was lost so far. The first lines of
	// a short disturbance are frames of their own, a long foreign stream with
	// many line ends is not a frame a line.
	rawShare = 16
)

// lostState is the state of the scan for a line to lock on to.
type lostState struct {
	why     string // Frame.Why of the bytes passed over
	midLine bool   // the pending bytes begin inside a line
	lineAt  int    // where in the pending bytes the line looked at begins
	total   int64  // bytes passed over since the framing was lost
}

// lose starts the scan. What is pending is taken to begin a line.
func (f *Framer) lose(why string) {
	f.state = isLost
	f.seen = 0
	f.lost = lostState{why: why}
}

// cutLost is cut for the state isLost.
//
// The framing is found again at a line with a known name in a plausible shape
// for its direction (see shapes.go), up to rawPiece long. A command that stands
// behind the end of an unframed payload, without a line end between them, is
// found too if its whole shape is beyond doubt: "xyMSG 5 N 20" is split before
// MSG, "try OUT" or "a MSG 5" is not. ("xyACK 5" is.) That is how a length counted in characters
// instead of bytes shows, and how a capture looks that begins inside a payload.
func (f *Framer) cutLost(b []byte, fr *Frame) int {
	l := &f.lost
	for {
		w := b
		if len(w) > rawPiece {
			w = w[:rawPiece]
		}
		i := bytes.IndexByte(w[f.seen:], '\n')
		if i < 0 {
			f.seen = len(w)
			if len(w) < rawPiece {
				return 0
			}
			if l.lineAt > 0 { // keep the line whole
				return f.passOver(l.lineAt, fr)
			}
			l.midLine = true
			return f.passOver(rawPiece, fr)
		}
		end := f.seen + i
		line := trimCR(w[l.lineAt:end])
		// A number alone may be the end of any line: of "MSG a@b.c A 181", say.
		isNumber := len(line) == 3 && isDigit(line[0])
		if !l.midLine && !isNumber && shapeOf(f.Dir, line) != noShape {
			if l.lineAt > 0 {
				return f.passOver(l.lineAt, fr)
			}
			f.state, f.seen = atLine, 0
			return f.cutLine(b, fr)
		}
		if at := gluedCommand(f.Dir, line); at > 0 {
			l.midLine = false
			return f.passOver(l.lineAt+at, fr)
		}
		l.midLine = false
		l.lineAt, f.seen = end+1, end+1
		if l.why == WhyNoCommand || int64(l.lineAt) >= min(l.total/rawShare, rawPiece) {
			return f.passOver(l.lineAt, fr)
		}
	}
}

// passOver makes the first n pending bytes a raw frame.
func (f *Framer) passOver(n int, fr *Frame) int {
	l := &f.lost
	setRaw(fr, l.why, l.why == WhyAfterGap, n)
	if l.why == WhyNoCommand && !l.midLine {
		l.why = WhyLost // only the line that showed the loss is "no command"
	}
	l.total += int64(n)
	l.lineAt = 0
	f.seen = max(f.seen-n, 0)
	return n
}

// isName reports whether the first word of line is three capital letters or
// three digits.
func isName(line []byte) bool {
	if len(line) < 3 || len(line) > 3 && !isBlank(line[3]) {
		return false
	}
	if isUpper(line[0]) {
		return isUpper(line[1]) && isUpper(line[2])
	}
	return isDigit(line[0]) && isDigit(line[1]) && isDigit(line[2])
}

// foldedCommand reports whether line is a known command in a plausible shape
// but for the case of its name.
func (f *Framer) foldedCommand(line []byte) bool {
	if len(line) < 3 || len(line) > 3 && !isBlank(line[3]) {
		return false
	}
	var name [3]byte
	for i, c := range line[:3] {
		if name[i] = c &^ 0x20; !isUpper(name[i]) {
			return false
		}
	}
	return shapeOfNamed(f.Dir, nameKey(name[:]), line) != noShape
}

// surelyNoName is how many bytes of a line decide whether it can still turn out
// to be a command or an empty line.
const surelyNoName = 5

// noName reports whether the line that begins with these surelyNoName or more
// bytes is no command and no empty line whatever follows, so that it need not
// be kept until its end.
func noName(b []byte) bool {
	if isBlank(b[0]) || b[0] == '\r' {
		return false // may be an empty line
	}
	for _, c := range b[:3] {
		if isDigit(c) != isDigit(b[0]) || !isDigit(c) && !isUpper(c&^0x20) {
			return true
		}
	}
	return !isBlank(b[3]) && !(b[3] == '\r' && b[4] == '\n')
}
