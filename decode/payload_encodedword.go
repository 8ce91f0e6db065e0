// This file decodes encoded words (RFC 2047) in the mail notifications. The
// service passed on what the mails said, so that forms occur which a mail
// library refuses: quotes around the charset, blanks inside the text.

package decode

import (
	"encoding/base64"
	"strings"
)

// DecodeWords decodes the encoded words in a header value:
// "=?iso-8859-1?Q?Gr=FC=DFe?=" becomes "Grüße". Blanks between two encoded
// words are no text. What is no encoded word stays as it is.
func DecodeWords(s string) string {
	text, _ := decodeWords(s)
	return text
}

// decodeWords is DecodeWords that also returns the charset of the first encoded
// word, "" if there is none.
func decodeWords(s string) (text, charset string) {
	at := strings.Index(s, "=?")
	if at < 0 {
		return s, ""
	}
	var out strings.Builder
	var run []byte // bytes of neighbouring words of one charset: a character may be cut between them
	var runCharset string
	flush := func() {
		if run != nil {
			out.WriteString(decodeCharset(run, runCharset))
			run = nil
		}
	}
	for plain := 0; ; {
		w, ok := encodedWord(s[at:])
		if !ok {
			at += 2
		} else {
			between := s[plain:at]
			if run == nil || strings.Trim(between, " \t\r\n") != "" {
				flush()
				out.WriteString(between)
			}
			if run != nil && !strings.EqualFold(runCharset, w.charset) {
				flush()
			}
			if charset == "" {
				charset = w.charset
			}
			runCharset = w.charset
			run = append(run, w.bytes...)
			if run == nil {
				run = []byte{}
			}
			at += w.length
			plain = at
		}
		next := -1
		if !w.last {
			next = strings.Index(s[at:], "=?")
		}
		if next < 0 {
			flush()
			out.WriteString(s[plain:])
			return out.String(), charset
		}
		at += next
	}
}

// word is an encoded word.
type word struct {
	charset string
	bytes   []byte
	length  int  // of the whole in the text
	last    bool // no word can end behind here, so none need be looked for
}

// encodedWord reads the encoded word that s, which begins with "=?", begins
// with.
func encodedWord(s string) (w word, ok bool) {
	head := s[:min(len(s), maxCharset+16)]
	mark := strings.IndexByte(head[2:], '?') + 2
	if mark < 2 || mark+2 >= len(head) {
		return w, false
	}
	// "us-ascii*en" names a language too.
	charset, _, _ := strings.Cut(s[2:mark], "*")
	w.charset = strings.Trim(charset, "\" \t")
	coding := head[mark+1:]
	end := strings.IndexByte(coding, '?')
	if end < 0 {
		return w, false
	}
	coding = strings.Trim(coding[:end], "\" \t")
	from := mark + 1 + end + 1
	// Nothing that turns out to be no word may have been looked through to a far
	// end: there can be as many beginnings of words as there are bytes.
	stop := -1
	switch coding = strings.ToUpper(coding); {
	case w.charset == "":
		return w, false
	case coding == "Q":
		stop = strings.Index(s[from:], "?=")
	case coding == "B": // has no "?" in it
		stop = strings.IndexByte(s[from:], '?')
		if stop >= 0 && !strings.HasPrefix(s[from+stop:], "?=") {
			return w, false
		}
	default:
		return w, false
	}
	if stop < 0 {
		w.last = true
		return w, false
	}
	text := s[from : from+stop]
	w.length = from + stop + 2
	if coding == "Q" {
		w.bytes = unquote(text)
		return w, true
	}
	w.bytes, ok = unbase64(text)
	return w, ok
}

// unquote decodes the Q encoding: "=FC" is a byte, "_" a blank. An "=" without
// two hex digits stays.
func unquote(text string) []byte {
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			b = append(b, ' ')
		case c == '=' && i+2 < len(text) && unhex(text[i+1]) < 16 && unhex(text[i+2]) < 16:
			b = append(b, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return b
}

// unbase64 decodes base64 with or without padding and with blanks in it.
func unbase64(text string) ([]byte, bool) {
	clean := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, text)
	b, err := base64.RawStdEncoding.DecodeString(clean)
	return b, err == nil
}
