// This file reads commands off a connection: a line, and after some lines a
// payload of as many bytes as the last word says. It is kept apart from the
// decoder of this project on purpose.

package msnptest

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxLine    = 8 << 10  // longest line in known captures is under 1 KiB
	maxPayload = 64 << 10 // MSG on a switchboard ends at 1664; profiles and alerts are a few KiB
)

// Command is one command as read: the words of its line and its payload.
type Command struct {
	Words   []string
	Payload []byte
}

// Name returns the first word.
func (c Command) Name() string { return c.Words[0] }

// word returns word i, "" if the line is shorter.
func (c Command) word(i int) string {
	if i < len(c.Words) {
		return c.Words[i]
	}
	return ""
}

func (c Command) String() string { return strings.Join(c.Words, " ") }

// Commands with a payload in MSNP2-7, by direction.
var (
	clientPayloads = map[string]bool{"MSG": true, "QRY": true, "PAG": true, "SDC": true}
	serverPayloads = map[string]bool{"MSG": true, "NOT": true, "IPG": true}
)

var errLineTooLong = errors.New("line too long")

// readCommand reads the next command; empty lines between commands are skipped.
func readCommand(r *bufio.Reader, payloads map[string]bool) (Command, error) {
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return Command{}, errLineTooLong
		}
		if err != nil {
			return Command{}, err
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 {
			continue
		}
		cmd := Command{Words: words}
		if !payloads[words[0]] {
			return cmd, nil
		}
		n, err := strconv.Atoi(words[len(words)-1])
		if err != nil || n < 0 || n > maxPayload {
			return Command{}, fmt.Errorf("bad length in %q", text)
		}
		cmd.Payload = make([]byte, n)
		for got := 0; got < n; {
			m, err := r.Read(cmd.Payload[got:])
			if err != nil {
				return Command{}, err
			}
			got += m
		}
		return cmd, nil
	}
}

// Escape encodes a name for a command line: percent signs, blanks, control
// and non-ASCII bytes become %XX.
func Escape(s string) string { return escape(s, false) }

func escape(s string, rawUTF8 bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch <= ' ' || ch == '%' || ch == 0x7f || ch >= 0x80 && !rawUTF8:
			b.WriteByte('%')
			b.WriteByte(hex[ch>>4])
			b.WriteByte(hex[ch&15])
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// Unescape decodes %XX; a percent sign that begins no %XX stays.
func Unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+3 <= len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(v))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
