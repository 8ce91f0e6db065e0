// This file reads the lines of a log, some of them ahead.

package textlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"msnscope/decode"
)

// maxLine is the longest line (bytes): a payload may be one line.
const maxLine = decode.MaxPayload

// lines are the lines of a log, without their line ends.
type lines struct {
	in     *bufio.Reader
	buf    []byte // the lines read ahead, one behind the other
	ends   []int  // where they end in buf, those taken included
	first  int    // index in ends of the next one
	number int    // of the line that was taken last
	err    error
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, 64<<10)} }

// next takes the next line. It is valid until the next call.
func (l *lines) next() ([]byte, error) {
	line, err := l.peek(0)
	if err == nil {
		l.drop(1)
	}
	return line, err
}

// peek returns the i-th of the lines to come. It is valid until the next call.
func (l *lines) peek(i int) ([]byte, error) {
	for len(l.ends) <= l.first+i {
		if l.err == nil {
			l.err = l.read()
		}
		if l.err != nil {
			return nil, l.err
		}
	}
	return l.buf[l.begin(l.first+i):l.ends[l.first+i]], nil
}

// begin returns where a line begins in buf.
func (l *lines) begin(i int) int {
	if i == 0 {
		return 0
	}
	return l.ends[i-1]
}

// drop takes the next n lines, which were peeked at. Their bytes stay until the
// next one is read.
func (l *lines) drop(n int) {
	l.number += n
	l.first += n
}

// read reads one line ahead.
func (l *lines) read() error {
	if l.first > len(l.ends)/2 { // make room
		taken := l.begin(l.first)
		l.buf = l.buf[:copy(l.buf, l.buf[taken:])]
		l.ends = l.ends[:copy(l.ends, l.ends[l.first:])]
		for i := range l.ends {
			l.ends[i] -= taken
		}
		l.first = 0
	}
	start := len(l.buf)
	for {
		piece, err := l.in.ReadSlice('\n')
		l.buf = append(l.buf, piece...)
		if err == bufio.ErrBufferFull && len(l.buf)-start <= maxLine {
			continue
		}
		if err == bufio.ErrBufferFull {
			err = nil
		}
		switch {
		case err == io.EOF && len(l.buf) == start:
			return err
		case errors.Is(err, io.ErrUnexpectedEOF): // of what is compressed
			return fmt.Errorf("line %d: the file is cut off: %w", l.number+len(l.ends)-l.first+1, err)
		case err != nil && err != io.EOF:
			return fmt.Errorf("line %d: %w", l.number+len(l.ends)-l.first+1, err)
		}
		break
	}
	line := bytes.TrimSuffix(l.buf[start:], []byte(lf))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) > maxLine {
		return fmt.Errorf("line %d is longer than %d bytes", l.number+len(l.ends)-l.first+1, maxLine)
	}
	if l.number == 0 && len(l.ends) == 0 && bytes.HasPrefix(line, byteOrderMark) {
		line = line[:copy(line, line[len(byteOrderMark):])]
	}
	l.buf = l.buf[:start+len(line)]
	l.ends = append(l.ends, len(l.buf))
	return nil
}
