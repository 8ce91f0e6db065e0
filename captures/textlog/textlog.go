// Package textlog reads text logs of MSN sessions and turns them into captures,
// so that they take the same way as everything else: the "C:" and "S:" notation
// of protocol documents, and what programs write about themselves.
//
//	C: VER 1 MSNP7 CVR0
//	S: VER 1 MSNP7
//
//	(20:14:07) msn: C: NS 000: VER 1 MSNP9 MSNP8 CVR0
//	[20:33:47] ->ns-sock7 VER 1 MSNP12 CVR0
//	>>> VER 1 MSNP13 CVR0
//
//	>>> POST /gateway/gateway.dll?SessionID=1.2 HTTP/1.1
//
// docs/text-logs.md has the grammars. In all of them the lines after a payload
// command are its payload until the declared length is reached; each line end
// stands for CRLF, or else LF, whichever gives that length.
//
// Where no number of lines gives the declared length, the log is wrong or leaves
// payloads out. Then the payload is what stands before the next command: the
// rest of it is missing, or too much. Both are shown, and the commands that
// follow are read as they are.
//
// A text log has no real addresses, no packets and often no times: Convert
// invents them (one millisecond a command from 1 January 1970 on, addresses of
// the documentation ranges) and says so in the capture.
//
// Write writes such logs: docs/exports.md has the notation, in which nothing has
// to be guessed.
package textlog

import (
	"bytes"
	"fmt"
	"io"

	"msnscope/decode"
)

// Step is one thing that a log says: a connection was opened, or one side sent
// bytes.
type Step struct {
	Line int    // number of the line on which it begins
	Conn int    // the connection, numbered from 1 in the order in which they open
	Open string // address as written, "host:port"; "" for bytes
	Name string // with Open: what the log calls the connection, "" if nothing
	// Time is when, in ns since 1970 or, if the log has times but no days, since
	// the midnight before its first line; -1 if the log does not say.
	Time int64
	Dir  decode.Direction
	Data []byte // valid during the call
	// Excess is by how many bytes a payload is longer than declared. Negative:
	// so many are missing.
	Excess int
	// Counted says that the log leaves out the length of the payload, and that
	// the one in Data was counted.
	Counted bool
}

// Head is how much of a file (bytes) Sniff should see: libpurple writes some
// tens of KiB about itself before the first command.
const Head = 64 << 10

// Sniff reports whether a file that begins with head is a log of one of the
// kinds that Parse reads.
func Sniff(head []byte) bool {
	head = bytes.TrimPrefix(head, byteOrderMark)
	return isExact(head) || sniffHTTP(head) || sniffDocument(head) || sniffProgram(head)
}

// sniffProgram looks for a line that a program logged.
func sniffProgram(head []byte) bool {
	if !isText(head) {
		return false
	}
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		if bytes.HasPrefix(line, grammar) {
			return false
		}
		if m, ok := markOf(bytes.TrimSuffix(line, []byte("\r"))); ok && m.isKnown() {
			return true
		}
	}
	return false
}

// isText reports whether head can be the beginning of a text. Captures have NUL
// bytes in their first header.
func isText(head []byte) bool { return len(head) > 0 && bytes.IndexByte(head, 0) < 0 }

// Unknown returns what to say about a file that begins with head and is no
// capture: for a text, what was looked for in it; nil for anything else.
func Unknown(head []byte) error {
	if !isText(head) {
		return nil
	}
	line, _, _ := bytes.Cut(bytes.TrimPrefix(head, byteOrderMark), []byte("\n"))
	return fmt.Errorf("no text log of a known kind: in its first %d bytes no line has a command behind %s; the first line is %.80q",
		len(head), `"C: " or "S: ", ">>> " or "<<< ", "msn: C: NS 000: " (libpurple -d) or "->ns-sock1 " (aMSN)`, bytes.TrimSuffix(line, []byte("\r")))
}

// sniffDocument is Sniff for the notation of documents.
func sniffDocument(head []byte) bool {
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		head = rest
		line = bytes.TrimRight(line, "\r")
		switch {
		case isCommand(line):
			return true
		case bytes.HasPrefix(line, grammar): // says that it is in another one
			return false
		case len(line) == 0, line[0] == '#', isProse(line):
		default:
			return false
		}
	}
	return false
}

// Parse reads a log and calls step for each thing it says, in order. An error
// of the log names the line.
func Parse(r io.Reader, step func(Step) error) error {
	all := newLines(r)
	if first, _ := all.peek(0); isExact(first) { // an error comes again
		x := exactParser{lines: all, step: step}
		return x.parse()
	}
	if isHTTP(all) {
		p := httpParser{lines: all, step: step}
		return p.parse()
	}
	p := parser{lines: all, step: step, conns: map[string]int{}, at: -1}
	p.program = p.isProgram()
	for {
		line, err := p.lines.next()
		if err == io.EOF {
			return nil
		}
		switch {
		case err != nil:
		case p.program:
			err = p.logged(line)
		default:
			err = p.entry(line)
		}
		if err != nil {
			return err
		}
	}
}

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	opens         = []byte("Client opens a connection to ")
	continues     = []byte(".. ")
	grammar       = []byte("# grammar:")
)

// isCommand reports whether a line begins a command.
func isCommand(line []byte) bool {
	return len(line) > 3 && (line[0] == 'C' || line[0] == 'S') && line[1] == ':' && line[2] == ' '
}

// isProse reports whether a line tells what the sides do.
func isProse(line []byte) bool {
	return bytes.HasPrefix(line, []byte("Client ")) || bytes.HasPrefix(line, []byte("Server "))
}

// parser turns the entries of a log (a line and the payload lines behind it)
// into steps.
type parser struct {
	lines   *lines
	step    func(Step) error
	program bool   // a program's log; else the notation of documents
	opened  int    // number of connections opened
	data    []byte // of the step
	dialect decode.Dialect

	name []byte // document: of the last command, if it was the server's

	// Program's log; program.go says more.
	conns     map[string]int // the open connection of a name
	next      string         // where the next one goes to, if a line said so
	at        int64          // time of the last line that had one, -1
	days      int64          // midnights passed (ns)
	referred  string         // address of the last XFR NS
	cookies   [maxCookies]invited
	nextInvit int
	last      string // where the last command of a log without names went
}

// isProgram decides by the first lines which kind of log it is.
func (p *parser) isProgram() bool {
	read := 0
	for i := 0; read < Head; i++ {
		line, err := p.lines.peek(i)
		if err != nil || isCommand(line) { // an error comes again
			return false
		}
		if m, ok := markOf(line); ok && m.isKnown() {
			return true
		}
		read += len(line) + 1
	}
	return false
}

// defaultAddress is the server's if the log does not name it.
const defaultAddress = "192.0.2.100:1863"

// entry emits the steps of the entry that begins with line.
func (p *parser) entry(line []byte) error {
	number := p.lines.number
	if rest, ok := bytes.CutPrefix(line, opens); ok {
		p.opened++
		p.name = p.name[:0]
		address := string(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte(".")))
		if address == "" {
			address = defaultAddress
		}
		return p.step(Step{Line: number, Conn: p.opened, Open: address, Time: -1})
	}
	dir := decode.S2C
	switch {
	case isCommand(line):
		if line[0] == 'C' {
			dir = decode.C2S
		}
		line = line[3:]
	case len(p.name) > 0 && bytes.HasPrefix(line, p.name) && len(line) > len(p.name) && line[len(p.name)] == ' ':
	default:
		return nil // a note, prose or a blank line
	}
	p.data = append(p.data[:0], line...)
	if err := p.continued(number); err != nil {
		return err
	}
	p.name = p.name[:0]
	if dir == decode.S2C && len(p.data) >= 3 {
		p.name = append(p.name, p.data[:3]...)
	}
	p.data = append(p.data, "\r\n"...)
	excess, err := p.payload(dir)
	if err != nil {
		return err
	}
	if p.opened == 0 {
		p.opened = 1
		if err := p.step(Step{Line: number, Conn: 1, Open: defaultAddress, Time: -1}); err != nil {
			return err
		}
	}
	return p.step(Step{Line: number, Conn: p.opened, Time: -1, Dir: dir, Data: p.data, Excess: excess})
}

// continued appends to p.data the lines that continue it.
func (p *parser) continued(number int) error {
	for {
		more, err := p.lines.peek(0)
		rest, ok := bytes.CutPrefix(more, continues)
		if err != nil || !ok { // an error comes again
			return nil
		}
		p.data = append(append(p.data, ' '), rest...)
		if len(p.data) > maxLine {
			return fmt.Errorf("line %d, with those that continue it, is longer than %d bytes", number, maxLine)
		}
		p.lines.drop(1)
	}
}
