// This file finds the lines of a payload.

package textlog

import (
	"bytes"
	"io"
	"strconv"

	"msnscope/decode"
)

const (
	// maxGlance bounds the payloads (bytes) in which a line may look like a
	// command of the log, as the text of a chat about the protocol does. Chat
	// messages end at 1664 bytes; beyond that a wrong length is more likely.
	maxGlance = 2 << 10

	// maxExcess bounds how much (bytes) of what follows a payload of the wrong
	// length is taken for its rest.
	maxExcess = 64 << 10
)

const crlf, lf = "\r\n", "\n"

// payloadLength is the declared payload length of a command line with its line
// end, 0 if it takes none: the framer knows which commands do.
func payloadLength(dir decode.Direction, line []byte) int { return payloadLengthIn(0, dir, line) }

// declared is payloadLength for error replies too, which have payloads in some
// dialects only: that of the last answer to VER is taken.
func (p *parser) declared(dir decode.Direction, line []byte) int {
	if dir == decode.S2C && bytes.HasPrefix(line, []byte("VER ")) {
		if words := bytes.Fields(line); len(words) > 2 {
			p.dialect, _ = decode.ParseDialect(string(words[2]))
		}
	}
	if len(line) > 0 && '0' <= line[0] && line[0] <= '9' {
		return payloadLengthIn(p.dialect, dir, line)
	}
	return payloadLength(dir, line)
}

func payloadLengthIn(dialect decode.Dialect, dir decode.Direction, line []byte) int {
	framer := decode.Framer{Dir: dir, Dialect: dialect}
	framer.Feed(line)
	var f decode.Frame
	if framer.Next(&f) {
		return 0
	}
	words := bytes.Fields(line)
	n, _ := strconv.Atoi(string(words[len(words)-1])) // a number, or the framer would not wait
	return n
}

// payload appends to p.data the payload of the command line in it, and returns
// how many bytes it is longer than declared.
func (p *parser) payload(dir decode.Direction) (excess int, err error) {
	want := p.declared(dir, p.data)
	if want == 0 {
		return 0, nil
	}
	n, end, lineEnd, err := p.measure(want)
	if err != nil {
		return 0, err
	}
	start := len(p.data)
	for i := range n {
		line, err := p.lines.peek(i)
		if err != nil {
			return 0, err
		}
		if i > 0 {
			p.data = append(p.data, lineEnd...)
		}
		p.data = append(p.data, line...)
	}
	if end {
		p.data = append(p.data, lineEnd...)
	}
	p.lines.drop(n)
	return len(p.data) - start - want, nil
}

// measure finds how many of the next lines are a payload of want bytes, what
// stands between them, and whether it stands behind the last one too.
func (p *parser) measure(want int) (n int, end bool, lineEnd string, err error) {
	var (
		length  int  // of the first n lines, line ends not counted
		stopped bool // at what should come behind the payload
		text    bool // an empty line has been seen: what follows may be anything
		own     int  // number of lines before that
		lfN     int  // number of lines that are the payload if they end in LF
		lfEnd   bool
	)
	for n = 1; length+n-1 <= want+maxExcess; n++ {
		line, err := p.lines.peek(n - 1)
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, false, "", err
		}
		stopped = stopped || p.stops(line)
		if stopped && (!text || want > maxGlance || length+n-1 > want) {
			break
		}
		text = text || len(line) == 0
		length += len(line)
		if with := length + 2*(n-1); with == want || with+2 == want {
			return n, with < want, crlf, nil
		}
		if with := length + n - 1; lfN == 0 && (with == want || with+1 == want) {
			lfN, lfEnd = n, with < want
		}
		if lfN > 0 && length+2*(n-1) > want {
			break
		}
		if !stopped && len(line) > 0 {
			own = n // without the blank lines before the next command
		}
	}
	if lfN > 0 {
		return lfN, lfEnd, lf, nil
	}
	length = 0
	for i := range own {
		line, _ := p.lines.peek(i)
		length += len(line) + 2
	}
	return own, own > 0 && (length <= want || length-2 > want), crlf, nil
}

// stops reports whether a line begins something else than a payload.
func (p *parser) stops(line []byte) bool {
	if !p.program {
		return isCommand(line) || isProse(line)
	}
	_, ok := markOf(line)
	return ok || isNoise(line)
}
