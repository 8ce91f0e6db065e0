// This file appends the small pieces JSON is made of: strings, times, bytes.

package event

import (
	"encoding/base64"
	"encoding/binary"
	"time"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// plain says which bytes stand in a JSON string as they are.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// plainPrefix returns the length of the beginning of p that stands in a JSON
// string as it is. It looks at eight bytes at a time.
func plainPrefix(p []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; len(p)-i >= 8; i += 8 {
		x := binary.LittleEndian.Uint64(p[i:])
		quote, slash := x^ones*'"', x^ones*'\\'
		// A byte's high bit is set in one of these if it is below ' ', the one
		// looked for, or no ASCII; above such a byte there may be false ones.
		if (x|(x-ones*' ')|(quote-ones)&^quote|(slash-ones)&^slash)&highs != 0 {
			break
		}
	}
	for i < len(p) && plain[p[i]] {
		i++
	}
	return i
}

// AppendJSONString appends s as a JSON string. Bytes that are no UTF-8 become
// U+FFFD: the bytes themselves stand in "raw".
func AppendJSONString[S string | []byte](dst []byte, s S) []byte {
	dst = append(dst, '"')
	start := len(dst)
	dst = append(dst, s...)
	n := plainPrefix(dst[start:])
	if n < len(s) {
		dst = appendEscaped(dst[:start+n], s[n:])
	}
	return append(dst, '"')
}

// appendEscaped appends s as it stands between the quotes.
func appendEscaped[S string | []byte](dst []byte, s S) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[from:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[from:i]...)
			dst = append(dst, "\uFFFD"...)
			i++
			from = i
			continue
		}
		i += n
	}
	return append(dst, s[from:]...)
}

// clock writes times, which mostly follow each other closely.
type clock struct {
	second int64 // Unix
	text   []byte
}

// append appends Unix nanoseconds as RFC 3339 in UTC with microseconds:
// time.Time.AppendFormat with "2006-01-02T15:04:05.000000Z", in a fifth of its
// time, or in the same second as before in a twentieth.
func (k *clock) append(dst []byte, ns int64) []byte {
	t := time.Unix(0, ns).UTC() // of the years 1677 to 2262
	if second := t.Unix(); second != k.second || len(k.text) == 0 {
		year, month, day := t.Date()
		hour, minute, sec := t.Clock()
		k.second = second
		k.text = append2(append2(append(k.text[:0], '"'), year/100), year%100)
		k.text = append2(append(k.text, '-'), int(month))
		k.text = append2(append(k.text, '-'), day)
		k.text = append2(append(k.text, 'T'), hour)
		k.text = append2(append(k.text, ':'), minute)
		k.text = append2(append(k.text, ':'), sec)
	}
	dst = append(dst, k.text...)
	us := t.Nanosecond() / 1000
	dst = append2(append(dst, '.'), us/10000)
	dst = append2(append2(dst, us/100%100), us%100)
	return append(dst, 'Z', '"')
}

// append2 appends two digits.
func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func appendBase64(dst, p []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, p)
	return append(dst, '"')
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}
