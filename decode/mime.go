// This file splits the header lines of a message payload. net/textproto would
// fold the spelling, lose the order and refuse what real clients send; an
// inspector must show exactly those.

package decode

import "strings"

// maxHeaders bounds the header lines of one block; longer blocks are text.
const maxHeaders = 256

// headerBlock reads "Name: value" lines from text until an empty line or the
// end, and appends them to headers, which are pieces of text. at is the offset
// of text[0] in the command. It returns the offset behind the empty line,
// len(text)+at if there is none. Lines end in LF, a CR before it is dropped; a
// line that begins with a blank continues the one before.
func headerBlock(headers []Header, text string, at int) ([]Header, int) {
	block, body := cutBlock(text)
	text = text[:block]
	for i := 0; i < len(text) && len(headers) < maxHeaders; {
		end := i + indexOrLen(text[i:], '\n')
		stop := end
		if stop > i && text[stop-1] == '\r' {
			stop--
		}
		if (text[i] == ' ' || text[i] == '\t') && len(headers) > 0 {
			end, stop = foldedLines(&headers[len(headers)-1], text, i)
			headers[len(headers)-1].End = at + stop
		} else {
			headers = append(headers, headerLine(text, i, stop, at))
		}
		i = end + 1
	}
	return headers, at + body
}

// foldedLines appends the lines from text[i:] on that continue h to its value, all at
// once, as there may be very many. It returns where the last of them ends, with
// and without its CR.
func foldedLines(h *Header, text string, i int) (end, stop int) {
	value := []byte(h.Value)
	for {
		end = i + indexOrLen(text[i:], '\n')
		stop = end
		if stop > i && text[stop-1] == '\r' {
			stop--
		}
		value = append(append(value, ' '), validText(strings.TrimSpace(text[i:stop]))...)
		if i = end + 1; i >= len(text) || text[i] != ' ' && text[i] != '\t' {
			h.Value = string(value)
			return end, stop
		}
	}
}

// cutBlock finds the first empty line: where it begins and where it ends.
func cutBlock(text string) (block, body int) {
	for i := 0; i < len(text); {
		n := strings.IndexByte(text[i:], '\n')
		switch {
		case n < 0:
			return len(text), len(text)
		case n == 0, n == 1 && text[i] == '\r':
			return i, i + n + 1
		}
		i += n + 1
	}
	return len(text), len(text)
}

// headerLine reads the line text[i:stop].
func headerLine(text string, i, stop, at int) Header {
	colon := strings.IndexByte(text[i:stop], ':')
	if colon < 0 { // no header: shown as a value without a name
		return Header{Value: validText(text[i:stop]), Start: at + i, End: at + stop}
	}
	start, end := i+colon+1, stop
	for start < end && (text[start] == ' ' || text[start] == '\t') {
		start++
	}
	name := validText(strings.TrimRight(text[i:i+colon], " \t"))
	return Header{
		Name: name, Value: validText(text[start:end]), Secret: isSecretHeader(name),
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
