// This file reads the logs that programs write: commands behind marks, between
// other lines.

package textlog

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"time"

	"msnscope/decode"
)

const (
	// maxCookies is how many invitations to chats are remembered for the
	// addresses in them. Clients answer at once.
	maxCookies = 64
	// maxNames bounds how many connections of different names are told apart.
	// libpurple counts them from 0; a day has some hundreds.
	maxNames = 1 << 16
)

// invited is an invitation to a chat server.
type invited struct{ cookie, address string }

// logged emits the steps of a line of a program's log.
func (p *parser) logged(line []byte) error {
	number := p.lines.number
	m, ok := markOf(line)
	if !ok {
		if a := connectedTo(line); a != "" {
			p.next = a
		}
		return nil
	}
	p.tell(m.at)
	s := Step{Line: number, Dir: m.dir, Time: -1}
	if p.at >= 0 {
		s.Time = p.days + p.at
	}
	key := m.key
	p.data = append(p.data[:0], m.text...)
	inline := p.unescape()
	if !inline {
		if err := p.continued(number); err != nil {
			return err
		}
		p.data = append(p.data, crlf...)
	}
	var err error
	if s.Excess, s.Counted, err = p.loggedPayload(m.dir, inline); err != nil {
		return err
	}
	if s.Conn, err = p.connection(key, s); err != nil {
		return err
	}
	s.Data = p.data
	return p.step(s)
}

// tell takes note of the time of a line. Where the log has no days, a clock
// that goes back by more than half a day has passed midnight.
func (p *parser) tell(at int64) {
	if at < 0 {
		return
	}
	const day = int64(24 * time.Hour)
	if p.at-at > day/2 && at < day && p.at < day {
		p.days += day
	}
	p.at = at
}

// unescape turns the line ends in p.data that were written as \r\n into what
// they stand for, and reports whether there were any.
func (p *parser) unescape() bool {
	if !bytes.Contains(p.data, []byte(`\r\n`)) {
		return false
	}
	b := p.data[:0]
	for i := 0; i < len(p.data); i++ {
		c := p.data[i]
		if c == '\\' && i+1 < len(p.data) {
			i++
			switch e := p.data[i]; e {
			case 'r':
				c = '\r'
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case '\\', '\'', '"':
				c = e
			case 'x':
				n, err := strconv.ParseUint(string(p.data[i+1:min(i+3, len(p.data))]), 16, 8)
				if err != nil || i+3 > len(p.data) {
					i-- // a backslash of the text
					break
				}
				c = byte(n)
				i += 2
			default:
				i-- // a backslash of the text
			}
		}
		b = append(b, c)
	}
	p.data = b
	return true
}

// loggedPayload appends to p.data the payload of the command in it.
func (p *parser) loggedPayload(dir decode.Direction, inline bool) (excess int, counted bool, err error) {
	end := bytes.IndexByte(p.data, '\n') + 1
	if inline && end < len(p.data) {
		want := p.declared(dir, p.data[:end])
		if want == 0 {
			return 0, false, nil // several commands on one line, or what the log says
		}
		excess = len(p.data) - end - want
		if excess == len(crlf) && bytes.HasSuffix(p.data, []byte(crlf)) {
			p.data, excess = p.data[:len(p.data)-len(crlf)], 0
		}
		return excess, false, nil
	}
	if err := p.skip([]byte("Message contents:")); err != nil { // aMSN announces payloads
		return 0, false, err
	}
	want := p.declared(dir, p.data)
	if want == 0 {
		counted, err = p.countPayload()
		return 0, counted, err
	}
	if more, err := p.lines.peek(0); err == nil && string(bytes.TrimSpace(more)) == "[payload]" { // papyon leaves payloads out
		p.lines.drop(1)
		return -want, false, nil
	}
	excess, err = p.payload(dir)
	return excess, false, err
}

// skip drops the next line if it is word behind an optional time.
func (p *parser) skip(word []byte) error {
	line, err := p.lines.peek(0)
	if err != nil {
		if err == io.EOF {
			err = nil
		}
		return err
	}
	if _, n := clock(line); n > 0 {
		line = line[n:]
	}
	if bytes.Equal(bytes.TrimSpace(line), word) {
		p.lines.drop(1)
	}
	return nil
}

// countPayload mends a MSG of papyon's, which is logged without the length: the
// lines up to the next mark are its payload if they begin as a message does.
func (p *parser) countPayload() (bool, error) {
	words := bytes.Fields(p.data)
	if string(words[0]) != "MSG" || len(words) != 3 {
		return false, nil
	}
	first, err := p.lines.peek(0)
	if err != nil || !bytes.HasPrefix(first, []byte("MIME-Version:")) {
		return false, nil // an error comes again
	}
	n, length := 0, 0
	for ; length < maxGlance; n++ {
		line, err := p.lines.peek(n)
		if err != nil {
			break
		}
		_, marked := markOf(line)
		if _, timed := clock(line); marked || timed > 0 {
			break
		}
		length += len(line) + len(crlf)
	}
	payload := make([]byte, 0, length)
	for i := range n {
		line, err := p.lines.peek(i)
		if err != nil {
			return false, err
		}
		payload = append(append(payload, line...), crlf...)
	}
	payload = bytes.TrimSuffix(payload, []byte(crlf)) // the log's own
	p.lines.drop(n)
	p.data = fmt.Appendf(p.data[:len(p.data)-len(crlf)], " %d\r\n%s", len(payload), payload)
	return true, nil
}

// connection returns the number of the connection that p.data is said on,
// having opened it if it is a new one. Logs do not say when a connection ends:
// a VER begins one, because it is a client's first word, and so do the words
// that only open a chat where all connections have one name.
func (p *parser) connection(key string, s Step) (int, error) {
	words := bytes.Fields(p.data[:min(len(p.data), 4<<10)])
	name := string(words[0])
	opensChat := s.Dir == decode.C2S && (name == "ANS" && len(words) == 5 || name == "USR" && len(words) == 4 && len(words[3]) > 1)
	if key == "" {
		p.last = p.unnamed(s.Dir, words, opensChat)
		key = p.last
	}
	conn, open := p.conns[key]
	var address string
	switch {
	case s.Dir == decode.C2S && name == "VER":
		open = false
		address, p.referred = p.referred, ""
	case opensChat:
		address = p.invitation(string(words[3]))
		open = open && key != aChat && address == ""
	}
	if !open {
		switch {
		case address != "":
		case p.next != "":
			address = p.next
		default:
			address = defaultAddress
		}
		p.next = ""
		p.opened++
		conn = p.opened
		if len(p.conns) == maxNames {
			clear(p.conns)
		}
		p.conns[key] = conn
		if err := p.step(Step{Line: s.Line, Conn: conn, Open: address, Name: key, Time: s.Time}); err != nil {
			return 0, err
		}
	}
	if s.Dir == decode.S2C {
		p.refer(words)
	}
	return conn, nil
}

// aChat names the newest chat in a log that does not name its connections.
const aChat = "a chat, told by its commands"

// unnamed returns the name of the connection of a command in a log without
// names: chats are told by the commands that only they have, and what both have
// goes to where the one before it went.
func (p *parser) unnamed(dir decode.Direction, words [][]byte, opensChat bool) string {
	if _, open := p.conns[aChat]; !open && !opensChat {
		return ""
	}
	switch string(words[0]) {
	case "CAL", "ANS", "IRO", "JOI", "BYE", "ACK", "NAK":
		return aChat
	case "MSG":
		if dir == decode.S2C && len(words) > 1 && string(words[1]) == "Hotmail" {
			return ""
		}
		return aChat
	case "USR":
		if opensChat {
			return aChat
		}
		return p.last
	case "OUT":
		return p.last
	}
	if words[0][0] <= '9' { // an error
		return p.last
	}
	return ""
}

// refer takes note of the address that the server sends the client to.
func (p *parser) refer(words [][]byte) {
	word := func(i int) string {
		if i < len(words) && len(words[i]) < maxAddress {
			return string(words[i])
		}
		return ""
	}
	switch {
	case word(0) == "XFR" && word(2) == "NS" && word(3) != "0":
		p.referred = word(3)
	case word(0) == "XFR" && word(2) == "SB":
		p.invite(word(5), word(3))
	case word(0) == "RNG":
		p.invite(word(4), word(2))
	}
}

func (p *parser) invite(cookie, address string) {
	p.cookies[p.nextInvit] = invited{cookie, address}
	p.nextInvit = (p.nextInvit + 1) % maxCookies
}

// invitation returns the address that a cookie came with, "" if none is known.
func (p *parser) invitation(cookie string) string {
	for _, i := range p.cookies {
		if i.cookie == cookie {
			return i.address
		}
	}
	return ""
}
