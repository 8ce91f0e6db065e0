// This file reads the exchanges with an HTTP gateway as documents print them:
// the lines of a request behind ">>>", those of its answer behind "<<<", the
// bytes of MSNP as their bodies.

package textlog

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"

	"msnscope/decode"
)

// httpParser reads such a log.
type httpParser struct {
	lines  *lines
	step   func(Step) error
	opened int    // number of connections opened
	host   string // that the last one goes to
	data   []byte
}

// sniffHTTP reports whether a file that begins with head is such a log.
func sniffHTTP(head []byte) bool {
	for isText(head) {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		if isCommand(line) {
			return false
		}
		if _, text, ok := cutArrow(line); ok {
			return isStartLine(bytes.TrimSuffix(text, []byte("\r")))
		}
	}
	return false
}

// isHTTP decides by the first lines.
func isHTTP(l *lines) bool {
	for i, read := 0, 0; read < Head; i++ {
		line, err := l.peek(i)
		if err != nil || isCommand(line) { // an error comes again
			return false
		}
		if _, text, ok := cutArrow(line); ok {
			return isStartLine(text)
		}
		read += len(line) + 1
	}
	return false
}

// cutArrow reads what stands behind an arrow.
func cutArrow(line []byte) (dir decode.Direction, text []byte, ok bool) {
	switch {
	case bytes.HasPrefix(line, []byte(">>>")):
	case bytes.HasPrefix(line, []byte("<<<")):
		dir = decode.S2C
	default:
		return 0, nil, false
	}
	return dir, bytes.TrimPrefix(line[3:], []byte(" ")), true
}

// isStartLine reports whether a line begins a request or an answer of HTTP.
func isStartLine(text []byte) bool {
	if bytes.HasPrefix(text, []byte("HTTP/1.")) {
		return true
	}
	words := bytes.Fields(text[:min(len(text), 4<<10)])
	return len(words) == 3 && (string(words[0]) == "POST" || string(words[0]) == "GET") && bytes.HasPrefix(words[2], []byte("HTTP/1."))
}

func (p *httpParser) parse() error {
	for {
		line, err := p.lines.next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			if dir, text, ok := cutArrow(line); ok {
				err = p.message(dir, text)
			}
		}
		if err != nil {
			return err
		}
	}
}

// message emits the steps of the message that begins with the line text. A line
// that is no head stands alone.
func (p *httpParser) message(dir decode.Direction, text []byte) error {
	number := p.lines.number
	p.data = append(append(p.data[:0], text...), crlf...)
	host, length := hostOf(text), 0
	if isStartLine(text) {
		for ended := false; !ended; {
			line, ok, err := p.more(dir)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			p.data = append(append(p.data, line...), crlf...)
			name, value, _ := bytes.Cut(line, []byte(":"))
			value = bytes.TrimSpace(value)
			switch ended = len(line) == 0; {
			case bytes.EqualFold(name, []byte("Content-Length")):
				if n, err := strconv.Atoi(string(value)); err == nil && n > 0 {
					length = min(n, maxLine) // no gateway's message is as long
				}
			case bytes.EqualFold(name, []byte("Host")) && host == "" && len(value) < maxAddress:
				host = string(value)
			}
			if len(p.data) > maxLine {
				return fmt.Errorf("line %d: the head of the message is longer than %d bytes", number, maxLine)
			}
		}
	}
	excess, err := p.body(dir, length)
	if err != nil {
		return err
	}
	if p.opened == 0 || dir == decode.C2S && host != "" && host != p.host {
		p.opened++
		p.host = host
		if err := p.step(Step{Line: number, Conn: p.opened, Open: withPort(host), Time: -1}); err != nil {
			return err
		}
	}
	return p.step(Step{Line: number, Conn: p.opened, Time: -1, Dir: dir, Data: p.data, Excess: excess})
}

// more takes the next line if it is of the same message.
func (p *httpParser) more(dir decode.Direction) (text []byte, ok bool, err error) {
	line, err := p.lines.peek(0)
	if err == io.EOF {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	d, text, ok := cutArrow(line)
	if !ok || d != dir || isStartLine(text) {
		return nil, false, nil
	}
	p.lines.drop(1)
	return text, true, nil
}

// body appends the body of a message, whose lines end in CRLF unless it is over
// before, and returns by how many bytes it is too long.
func (p *httpParser) body(dir decode.Direction, want int) (excess int, err error) {
	start := len(p.data)
	for have := 0; have < want; have = len(p.data) - start {
		line, ok, err := p.more(dir)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		p.data = append(p.data, line...)
		if len(p.data)-start < want {
			p.data = append(p.data, crlf...)
		}
	}
	return len(p.data) - start - want, nil
}

// hostOf returns the host in a request's line, "" if it names none.
func hostOf(line []byte) string {
	words := bytes.Fields(line[:min(len(line), 4<<10)])
	if len(words) < 2 || bytes.HasPrefix(line, []byte("HTTP/")) {
		return ""
	}
	u, err := url.Parse(string(words[1]))
	if err != nil || len(u.Host) >= maxAddress {
		return ""
	}
	return u.Host
}

// withPort returns where a host listens; the default is the gateway's port.
func withPort(host string) string {
	if host == "" {
		return defaultGateway
	}
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return host + ":80"
}

// defaultGateway is the server's address if the log does not name it.
const defaultGateway = "192.0.2.100:80"
