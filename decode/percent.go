// This file decodes the text of parameters: percent-encoding with the
// fallbacks that real names need, and the marks that stand for bytes which
// must not reach a screen as they are.

package decode

import (
	"strings"
	"unicode/utf8"
)

// UnescapeText decodes percent-encoded text. A '%' that is not followed by two
// hex digits stays; '+' is a plus sign. What is not UTF-8 afterwards is read as
// ISO-8859-1: real accounts had such names, and a name is never refused.
func UnescapeText(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return validText(s)
	}
	return validText(string(AppendUnescaped(make([]byte, 0, len(s)), s)))
}

// AppendUnescaped appends s with its percent-encoding taken off.
func AppendUnescaped[S string | []byte](dst []byte, s S) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if hi, lo := unhex(s[i+1]), unhex(s[i+2]); hi < 16 && lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// validText returns s, read as ISO-8859-1 if it is not UTF-8.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return latin1(s)
}

func latin1(s string) string {
	b := make([]byte, 0, len(s)+len(s)/4)
	for i := 0; i < len(s); i++ {
		b = utf8.AppendRune(b, rune(s[i]))
	}
	return string(b)
}

// Visible returns s as it may be put on a terminal or a line of text: control
// characters, line ends and the characters that turn the direction of text are
// replaced by visible marks. Bytes that are not UTF-8 are read as ISO-8859-1.
func Visible(s string) string {
	s = validText(s)
	return string(appendVisible(make([]byte, 0, len(s)), s, len(s)))
}

// appendVisible appends s to b with control characters, line ends and the
// characters that turn the direction of text replaced by visible marks. At
// most limit runes are taken; a longer text ends in an ellipsis.
func appendVisible(b []byte, s string, limit int) []byte {
	n := 0
	for i := 0; i < len(s); {
		if n++; n > limit {
			return append(b, "…"...)
		}
		c := s[i]
		if 0x20 <= c && c < 0x7f {
			b = append(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\r' && i < len(s) && s[i] == '\n':
			i++
			b = append(b, "⏎"...)
		case r == '\n' || r == '\r':
			b = append(b, "⏎"...)
		case r == '\t':
			b = append(b, "⇥"...)
		case r < 0x20:
			b = utf8.AppendRune(b, 0x2400+r) // control pictures
		case r == 0x7f:
			b = append(b, "␡"...)
		case 0x80 <= r && r < 0xa0, r == utf8.RuneError, isDirectionMark(r):
			b = append(b, "�"...)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// isDirectionMark reports whether r is invisible and changes how the text
// around it is laid out: bidirectional controls, separators, byte order marks.
func isDirectionMark(r rune) bool {
	switch {
	case 0x200b <= r && r <= 0x200f, 0x2028 <= r && r <= 0x202e, 0x2060 <= r && r <= 0x2069:
		return true
	}
	return r == 0x061c || r == 0xfeff || 0xfff9 <= r && r <= 0xfffb || 0xe0000 <= r && r <= 0xe007f
}
