// This file finds the end of a head, and its first line and fields.

package httphead

import (
	"bytes"
	"strconv"
	"strings"
)

// End returns the length of the head that b begins with, its empty line
// included; 0 while it is not whole. Line ends without CR count too.
func End(b []byte) int { return EndFrom(b, 0) }

// EndFrom is End for a caller who has looked at b[:seen] before.
func EndFrom(b []byte, seen int) int {
	for at := max(seen-3, 0); ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return 0
		}
		at += i + 1
		switch rest := b[at:]; {
		case len(rest) >= 1 && rest[0] == '\n':
			return at + 1
		case len(rest) >= 2 && rest[0] == '\r' && rest[1] == '\n':
			return at + 2
		}
	}
}

// line returns the line at the beginning of b without its end, and what follows.
func line(b []byte) (text, rest []byte) {
	text, rest, _ = bytes.Cut(b, []byte("\n"))
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text, rest
}

// Request reads the first line of a request, "POST /a?b HTTP/1.1". minor is the
// digit behind "HTTP/1.".
func Request(head []byte) (method, target string, minor byte, ok bool) {
	text, _ := line(head)
	n := len(text) - len(" HTTP/1.1")
	if n < 3 || !isVersion(text[n+1:]) || text[n] != ' ' {
		return "", "", 0, false
	}
	verb, target, ok := strings.Cut(string(text[:n]), " ")
	if !ok || verb == "" || target == "" || strings.ContainsAny(target, " \t") {
		return "", "", 0, false
	}
	for _, c := range verb {
		if c < 'A' || c > 'Z' {
			return "", "", 0, false
		}
	}
	return verb, target, text[len(text)-1] - '0', true
}

// Status reads the first line of a response, "HTTP/1.1 200 OK".
func Status(head []byte) (code int, minor byte, ok bool) {
	text, _ := line(head)
	if len(text) < 12 || !isVersion(text[:8]) || text[8] != ' ' || len(text) > 12 && text[12] != ' ' {
		return 0, 0, false
	}
	for _, c := range text[9:12] {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
		code = 10*code + int(c-'0')
	}
	return code, text[7] - '0', code >= 100
}

func isVersion(b []byte) bool {
	return len(b) == 8 && string(b[:7]) == "HTTP/1." && (b[7] == '0' || b[7] == '1')
}

// Value returns the value of the first field with the name, which is compared
// without regard to case.
func Value(head []byte, name string) (string, bool) {
	_, rest := line(head)
	for len(rest) > 0 {
		var text []byte
		text, rest = line(rest)
		if key, value, ok := bytes.Cut(text, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(key)), name) {
			return string(bytes.TrimSpace(value)), true
		}
	}
	return "", false
}

// Length returns the value of Content-Length.
func Length(head []byte) (int64, bool) {
	v, ok := Value(head, "Content-Length")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(v, 10, 62)
	return int64(n), err == nil
}

// Has reports whether the field has the word among its values, which are
// separated by commas: Has(head, "Connection", "close").
func Has(head []byte, name, word string) bool {
	v, _ := Value(head, name)
	for part := range strings.SplitSeq(v, ",") {
		if strings.EqualFold(strings.TrimSpace(part), word) {
			return true
		}
	}
	return false
}

// ChunkSize reads the line in front of a chunk, without its end: its size in hex,
// and perhaps extensions behind ";".
func ChunkSize(text []byte) (int64, bool) {
	digits, _, _ := bytes.Cut(text, []byte(";"))
	digits = bytes.TrimSpace(digits)
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | int64(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 | int64(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}
