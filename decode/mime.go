// This file splits the header lines of a message payload. net/textproto would
// fold the spelling, lose the order and refuse what real clients send; an
// inspector must show exactly those.

package decode

import (
	"strings"
)

// maxHeaders bounds the header lines of one block; longer blocks are text.
const maxHeaders = 256

// headerBlock reads "Name: value" lines from p until an empty line or the end.
// at is the offset of p[0] in the command. It returns the offset behind the
// empty line, len(p)+at if there is none. Lines end in LF, a CR before it is
// dropped; a line that begins with a blank continues the one before.
func headerBlock(p []byte, at int) (headers []Header, body int) {
	i := 0
	for i < len(p) {
		end := i
		for end < len(p) && p[end] != '\n' {
			end++
		}
		next := min(end+1, len(p))
		stop := end
		if stop > i && p[stop-1] == '\r' {
			stop--
		}
		if stop == i && end < len(p) {
			return headers, at + next
		}
		switch {
		case len(headers) == maxHeaders:
		case (p[i] == ' ' || p[i] == '\t') && len(headers) > 0:
			h := &headers[len(headers)-1]
			h.Value += " " + validText(strings.TrimSpace(string(p[i:stop])))
			h.End = at + stop
		default:
			headers = append(headers, headerLine(p, i, stop, at))
		}
		i = next
	}
	return headers, at + len(p)
}

// headerLine reads the line p[i:stop].
func headerLine(p []byte, i, stop, at int) Header {
	colon := i
	for colon < stop && p[colon] != ':' {
		colon++
	}
	if colon == stop { // no header: shown as a value without a name
		return Header{Value: validText(string(p[i:stop])), Start: at + i, End: at + stop}
	}
	start, end := colon+1, stop
	for start < end && (p[start] == ' ' || p[start] == '\t') {
		start++
	}
	name := validText(strings.TrimRight(string(p[i:colon]), " \t"))
	return Header{
		Name: name, Value: validText(string(p[start:end])), Secret: isSecretHeader(name),
		Start: at + start, End: at + end,
	}
}

// isSecretHeader reports whether a field lets somebody else sign in.
func isSecretHeader(name string) bool {
	return strings.EqualFold(name, "MSPAuth") || strings.EqualFold(name, "AuthCookie")
}

// find returns the value of the first header of that name, in any case.
func find(headers []Header, name string) string {
	for i := range headers {
		if strings.EqualFold(headers[i].Name, name) {
			return headers[i].Value
		}
	}
	return ""
}

// contentType splits a Content-Type value into the type in lower case and the
// charset. Blanks after the semicolon may be missing.
func contentType(value string) (mediaType, charset string) {
	mediaType, rest, _ := strings.Cut(value, ";")
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, ";")
		key, v, ok := strings.Cut(part, "=")
		if ok && strings.EqualFold(strings.TrimSpace(key), "charset") {
			charset = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(mediaType)), charset
}
