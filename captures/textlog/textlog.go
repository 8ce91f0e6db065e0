// Package textlog reads text logs of MSN sessions, the "C:" and "S:" notation
// of protocol documents, and turns them into captures, so that they take the
// same way as everything else.
//
//	C: VER 1 MSNP7 CVR0
//	S: VER 1 MSNP7
//
// A text log has no times, no real addresses and no packets: Convert invents
// them (one millisecond a command from 1 January 1970 on, addresses of the
// documentation range 192.0.2.0/24) and says so in the capture.
package textlog

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"msnscope/decode"
)

// maxLine bounds a line of a text log; longer than any command line a framer
// accepts.
const maxLine = 1 << 20

// Step is one thing that a log says: a connection was opened, or one side sent
// bytes.
type Step struct {
	Open string // address as written, "host:port"; "" for bytes
	Dir  decode.Direction
	Data []byte
}

// Sniff reports whether a file that begins with head is such a log.
func Sniff(head []byte) bool {
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		switch line = bytes.TrimRight(line, "\r"); {
		case bytes.HasPrefix(line, []byte("C: ")), bytes.HasPrefix(line, []byte("S: ")):
			return true
		case len(line) == 0, line[0] == '#', bytes.HasPrefix(line, []byte("Client opens ")):
		default:
			return false
		}
	}
	return false
}

// Parse reads a log and calls step for each thing it says, in order.
func Parse(r io.Reader, step func(Step) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	var lines []string
	number := 0
	p := parser{step: step}
	flush := func() error {
		err := p.entry(lines)
		lines = lines[:0]
		return err
	}
	for in.Scan() {
		number++
		line := strings.TrimSuffix(in.Text(), "\r")
		if len(lines) > 0 && p.wantsMore(lines) {
			lines = append(lines, line)
			continue
		}
		if rest, ok := strings.CutPrefix(line, ".. "); ok && len(lines) == 1 {
			lines[0] += " " + rest
			continue
		}
		if err := flush(); err != nil {
			return fmt.Errorf("line %d: %w", number-1, err)
		}
		lines = append(lines, line)
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", number+1, err)
	}
	return flush()
}

// parser turns the entries of a log (a line and the payload lines behind it)
// into steps.
type parser struct {
	step     func(Step) error
	opened   bool
	lastName string // name of the last S: command, for its continuation lines
}

// split takes the prefix off a line; ok is false for prose and blank lines.
func (p *parser) split(line string) (dir decode.Direction, text string, ok bool) {
	if text, ok = strings.CutPrefix(line, "C: "); ok {
		return decode.C2S, text, true
	}
	if text, ok = strings.CutPrefix(line, "S: "); ok {
		return decode.S2C, text, true
	}
	// A further line of a reply of many lines is written without prefix.
	if p.lastName != "" && strings.HasPrefix(line, p.lastName+" ") {
		return decode.S2C, line, true
	}
	return 0, "", false
}

// wantsMore reports whether the entry that begins with lines[0] is a payload
// command whose payload has not been reached yet.
func (p *parser) wantsMore(lines []string) bool {
	dir, text, ok := p.split(lines[0])
	if !ok {
		return false
	}
	want := payloadLength(dir, text)
	return want > 0 && joinedLength(lines[1:]) < want && joinedLength(lines[1:])+2 != want
}

// joinedLength is the length of payload lines joined by CRLF.
func joinedLength(lines []string) int {
	n := 0
	for i, l := range lines {
		if n += len(l); i > 0 {
			n += 2
		}
	}
	return n
}

// payloadLength is the declared payload length of a command line, 0 if it
// takes none: the framer knows which commands do.
func payloadLength(dir decode.Direction, line string) int {
	framer := decode.Framer{Dir: dir}
	framer.Feed([]byte(line + "\r\n"))
	var f decode.Frame
	if framer.Next(&f) {
		return 0
	}
	words := strings.Fields(line)
	n, err := strconv.Atoi(words[len(words)-1])
	if err != nil {
		return 0
	}
	return n
}

// entry emits the steps of one entry.
func (p *parser) entry(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	first := lines[0]
	if rest, ok := strings.CutPrefix(first, "Client opens a connection to "); ok {
		p.opened, p.lastName = true, ""
		return p.step(Step{Open: strings.TrimSuffix(strings.TrimSpace(rest), ".")})
	}
	dir, text, ok := p.split(first)
	if !ok {
		return nil // a note, prose or a blank line
	}
	if !p.opened {
		p.opened = true
		if err := p.step(Step{Open: "192.0.2.100:1863"}); err != nil {
			return err
		}
	}
	if p.lastName = ""; dir == decode.S2C && len(text) >= 3 {
		p.lastName = text[:3]
	}
	data := []byte(text + "\r\n")
	if want := payloadLength(dir, text); want > 0 {
		payload := strings.Join(lines[1:], "\r\n")
		if len(payload)+2 == want {
			payload += "\r\n"
		}
		if lf := strings.Join(lines[1:], "\n"); len(payload) != want && (len(lf) == want || len(lf)+1 == want) {
			if payload = lf; len(lf)+1 == want {
				payload += "\n"
			}
		}
		data = append(data, payload...)
	}
	return p.step(Step{Dir: dir, Data: data})
}

// address turns an address as written into one a packet can carry: names and
// unparsable ones become addresses of 192.0.2.0/24, the same for the same name.
func address(written string, known map[string]netip.AddrPort) netip.AddrPort {
	if a, err := netip.ParseAddrPort(written); err == nil {
		return a
	}
	if a, ok := known[written]; ok {
		return a
	}
	port := uint16(1863)
	if i := strings.LastIndexByte(written, ':'); i >= 0 {
		if n, err := strconv.ParseUint(written[i+1:], 10, 16); err == nil {
			port = uint16(n)
		}
	}
	a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(101 + len(known)%100)}), port)
	known[written] = a
	return a
}
