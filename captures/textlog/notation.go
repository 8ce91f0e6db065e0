// This file knows what a line of a program's log looks like: who spoke, on
// which connection and when.

package textlog

import (
	"bytes"
	"strings"
	"time"

	"msnscope/decode"
)

// mark is what a log writes before a command.
type mark struct {
	dir  decode.Direction
	key  string // names the connection: "NS 000", "ns-sock7"; "" if there is only one
	at   int64  // ns since midnight or, with a date, since 1970; -1 if the log does not say
	text []byte // the command
}

// maxPrefix bounds what may stand before an arrow (bytes).
const maxPrefix = 96

// markOf reads a line of a program's log. The forms, with what writes them:
//
//	(20:14:07) msn: C: NS 000: VER 1 ...    libpurple and Gaim, -d (show_debug_cmd in cmdproc.c); the time may lack
//	[20:33:47] ->ns-sock7 VER 1 ...         aMSN's protocol window, Ctrl-D (degt_protocol in protocol.tcl)
//	->NS VER 1 ...                          the same of 2002
//	>>> VER 1 ...                           emesene, papyon, pymsn and many others
//	[01:59:46 DEBUG papyon.transport] <<<   papyon with a logging prefix
//	NS/6442 >>> VER 1 ...                   the Escargot server
//	2010-01-02 03:04:05,678 [SB 1] <<< MSG  any of these behind a time and a name
func markOf(line []byte) (m mark, ok bool) {
	m.at = -1
	rest := line
	if at, n := clock(line); n > 0 {
		m.at, rest = at, line[n:]
	}
	rest = bytes.TrimLeft(rest, " \t")
	switch {
	case bytes.HasPrefix(rest, []byte("msn: C: ")), bytes.HasPrefix(rest, []byte("msn: S: ")):
		if rest[5] == 'S' {
			m.dir = decode.S2C
		}
		key, text, found := bytes.Cut(rest[8:], []byte(": "))
		if !found || len(key) > maxPrefix {
			return m, false
		}
		m.key, m.text = string(key), text
	case len(rest) > 3 && (string(rest[:2]) == "->" || string(rest[:2]) == "<-") && isServerName(rest[2:]):
		if rest[0] == '<' {
			m.dir = decode.S2C
		}
		key, text, found := bytes.Cut(rest[2:], []byte(" "))
		if !found || len(key) > maxPrefix {
			return m, false
		}
		m.key, m.text = string(key), text
	default:
		head := rest[:min(len(rest), maxPrefix)]
		out, in := bytes.Index(head, []byte(">>> ")), bytes.Index(head, []byte("<<< "))
		i := out
		if out < 0 || in >= 0 && in < out {
			i, m.dir = in, decode.S2C
		}
		if i < 0 {
			return m, false
		}
		m.key, m.text = serverName(string(rest[:i])), rest[i+4:]
	}
	return m, isName(m.text)
}

// isServerName reports whether a word of aMSN's begins as its connections do:
// ns-sock7, SB, sb_2-sock9.
func isServerName(word []byte) bool {
	return len(word) >= 2 && (strings.EqualFold(string(word[:2]), "ns") || strings.EqualFold(string(word[:2]), "sb"))
}

// serverName finds what names the connection in what stands before an arrow:
// "NS/6442", "[SB 1]", "SB#2:".
func serverName(prefix string) string {
	words := strings.FieldsFunc(prefix, func(r rune) bool { return strings.ContainsRune(" \t[]():", r) })
	for i, w := range words {
		if len(w) < 2 || w[:2] != "NS" && w[:2] != "SB" && w[:2] != "DS" {
			continue
		}
		switch {
		case len(w) == 2 && i+1 < len(words) && strings.Trim(words[i+1], "0123456789") == "":
			return w + " " + words[i+1]
		case len(w) == 2 || strings.ContainsRune("/#-_0123456789", rune(w[2])):
			return w
		}
	}
	return ""
}

// isName reports whether a command's text begins with a name.
func isName(text []byte) bool {
	if len(text) < 3 || len(text) > 3 && text[3] != ' ' && text[3] != '\r' && text[3] != '\\' {
		return false
	}
	letters, digits := 0, 0
	for _, c := range text[:3] {
		switch {
		case 'A' <= c && c <= 'Z':
			letters++
		case '0' <= c && c <= '9':
			digits++
		}
	}
	return letters == 3 || digits == 3
}

// isKnown reports whether the table has the command: in the head of a file it
// tells a log from other texts with arrows.
func (m *mark) isKnown() bool { return decode.LookUp(string(m.text[:3]), m.dir) != nil }

// clock reads the time at the front of a line, "(20:14:07) ", "[20:33:47]",
// "2010-01-02 03:04:05,678": ns since midnight or, with a date, since 1970, and
// the length of what it read, 0 if there is no time. Time zones are not told.
func clock(line []byte) (at int64, n int) {
	i := 0
	if len(line) > 0 && (line[0] == '(' || line[0] == '[') {
		i++
	}
	// Copied text may lack the opening bracket: "12:35:57) msn: ...".
	var day int64
	if len(line) > i+11 && line[i+4] == '-' && line[i+7] == '-' && (line[i+10] == ' ' || line[i+10] == 'T') {
		d, err := time.Parse(time.DateOnly, string(line[i:i+10]))
		if err != nil || d.Year() < 1970 || d.Year() > 2200 { // what int64 can hold
			return -1, 0
		}
		day, i = d.UnixNano(), i+11
	}
	if len(line) < i+8 || line[i+2] != ':' || line[i+5] != ':' {
		return -1, 0
	}
	t, err := time.Parse(time.TimeOnly, string(line[i:i+8]))
	if err != nil {
		return -1, 0
	}
	at = day + int64(t.Hour())*int64(time.Hour) + int64(t.Minute())*int64(time.Minute) + int64(t.Second())*int64(time.Second)
	i += 8
	if i < len(line) && (line[i] == '.' || line[i] == ',') {
		unit := int64(time.Second)
		for i++; i < len(line) && '0' <= line[i] && line[i] <= '9'; i++ {
			unit /= 10
			at += int64(line[i]-'0') * unit
		}
	}
	for i < len(line) && (line[i] == ')' || line[i] == ']' || line[i] == 'Z') {
		i++
	}
	return at, i
}

// isNoise reports whether a line is of a log but no command: it has a time, or
// a category as libpurple writes it ("dnsquery: ...").
func isNoise(line []byte) bool {
	if _, n := clock(line); n > 0 {
		return true
	}
	i := 0
	for i < len(line) && ('a' <= line[i] && line[i] <= 'z' || line[i] == '_' || line[i] == '-') {
		i++
	}
	return i > 1 && bytes.HasPrefix(line[i:], []byte(": "))
}

// connectedTo returns the address in a line that says where a program has
// connected to, "" if it is none. The server's port is 1863 as a rule; others
// are those of other protocols.
//
//	[20:33:46] < Connected to: messenger.hotmail.com 1863 >             aMSN
//	(17:36:24) proxy: Connecting to messenger.hotmail.com:1863 with ... libpurple
func connectedTo(line []byte) string {
	if _, n := clock(line); n > 0 {
		line = line[n:]
	}
	line = bytes.TrimLeft(line, " \t")
	if rest, ok := bytes.CutPrefix(line, []byte("< Connected to: ")); ok {
		if f := bytes.Fields(rest); len(f) >= 2 && len(f[0]) < maxAddress {
			return string(f[0]) + ":" + string(f[1])
		}
	}
	if rest, ok := bytes.CutPrefix(line, []byte("proxy: Connecting to ")); ok {
		word, _, _ := bytes.Cut(rest, []byte(" "))
		word = bytes.TrimSuffix(word, []byte("."))
		if bytes.HasSuffix(word, []byte(":1863")) && len(word) < maxAddress {
			return string(word)
		}
	}
	return ""
}

// maxAddress is the longest address (bytes) taken from a log: names of hosts
// end at 253.
const maxAddress = 300
