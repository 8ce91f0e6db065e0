// This file reads what Write wrote. Unlike the logs that people and other
// programs keep it says exactly what each byte was, so that nothing is guessed.

package textlog

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"msnscope/decode"
)

// exactParser reads the notation of Write.
type exactParser struct {
	lines *lines
	step  func(Step) error
	opens int // connections opened so far
	conn  int // the one spoken on
	data  []byte
}

// isExact reports whether a log begins as those of Write do.
func isExact(first []byte) bool {
	return bytes.HasPrefix(first, []byte(exactHead)) && (len(first) == len(exactHead) || first[len(exactHead)] <= ' ')
}

func (p *exactParser) parse() error {
	for {
		line, err := p.lines.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = p.entry(line)
		}
		if err != nil {
			return err
		}
	}
}

func (p *exactParser) entry(line []byte) error {
	number := p.lines.number
	if rest, ok := bytes.CutPrefix(line, opens); ok {
		server := string(bytes.TrimSuffix(rest, []byte(".")))
		if server == "" {
			return fmt.Errorf("line %d: a connection to no server", number)
		}
		p.opens++
		p.conn = p.opens
		return p.step(Step{Line: number, Conn: p.conn, Time: -1, Open: server})
	}
	if rest, ok := bytes.CutPrefix(line, []byte(onConn)); ok {
		n, err := strconv.Atoi(string(rest))
		if err != nil || n < 1 || n > p.opens {
			return fmt.Errorf("line %d: no connection %.20q has been opened", number, rest)
		}
		p.conn = n
		return nil
	}
	dir, text, quoted, ok := cutMark(line)
	if !ok {
		return nil // a comment
	}
	if p.conn == 0 {
		return fmt.Errorf("line %d: no connection has been opened", number)
	}
	if quoted {
		s, err := strconv.Unquote(string(text))
		if err != nil || s == "" {
			return fmt.Errorf("line %d: %.40q is not quoted as in Go", number, text)
		}
		return p.step(Step{Line: number, Conn: p.conn, Time: -1, Dir: dir, Data: []byte(s)})
	}
	p.data = append(append(p.data[:0], text...), crlf...)
	line = p.data
	want := payloadLength(dir, line)
	if want > maxLine {
		return fmt.Errorf("line %d: a payload of %d bytes is longer than %d", number, want, maxLine)
	}
	for start := len(p.data); len(p.data)-start < want; {
		more, err := p.lines.next()
		if err == io.EOF {
			return fmt.Errorf("line %d: the payload is %d bytes short of the length declared", number, want-len(p.data)+start)
		}
		if err != nil {
			return err
		}
		p.data = append(p.data, more...)
		switch have := len(p.data) - start; {
		case have < want:
			p.data = append(p.data, crlf...)
			if have+len(crlf) > want {
				return fmt.Errorf("line %d: the payload does not end with a line", number)
			}
		case have > want:
			return fmt.Errorf("line %d: the payload is longer than declared", number)
		}
	}
	return p.step(Step{Line: number, Conn: p.conn, Time: -1, Dir: dir, Data: p.data})
}

// cutMark reads what stands before a command or quoted bytes.
func cutMark(line []byte) (dir decode.Direction, text []byte, quoted, ok bool) {
	for i := range marks {
		for d := range marks[i] {
			if rest, ok := bytes.CutPrefix(line, []byte(marks[i][d].plain)); ok {
				return decode.Direction(d), rest, false, true
			}
			if rest, ok := bytes.CutPrefix(line, []byte(marks[i][d].quoted)); ok {
				return decode.Direction(d), rest, true, true
			}
		}
	}
	return 0, nil, false, false
}
