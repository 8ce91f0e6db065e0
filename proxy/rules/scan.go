// This file cuts what a rule does into its words.

package rules

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// word is a part of an action.
type word struct {
	kind       byte // 'w' a bare word, '"' quoted text, '/' a regular expression
	text       string
	start, end int
}

// scanner takes the words of an action, one after the other.
type scanner struct {
	all []word
	end int
}

func scan(s string) (*scanner, *Error) {
	sc := &scanner{end: len(s)}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
			continue
		case c == '"' || c == '/':
			w, err := scanQuoted(s, i, c)
			if err != nil {
				return nil, err
			}
			sc.all = append(sc.all, w)
			i = w.end
		default:
			n := strings.IndexAny(s[i:], " \t")
			if n < 0 {
				n = len(s) - i
			}
			sc.all = append(sc.all, word{'w', s[i : i+n], i, i + n})
			i += n
		}
	}
	return sc, nil
}

// scanQuoted reads "text" with its escapes, or /a regular expression/.
func scanQuoted(s string, start int, quote byte) (word, *Error) {
	var b strings.Builder
	for i := start + 1; i < len(s); i++ {
		c := s[i]
		if c == quote {
			return word{quote, b.String(), start, i + 1}, nil
		}
		if c != '\\' || i+1 >= len(s) {
			b.WriteByte(c)
			continue
		}
		i++
		if quote == '/' {
			if s[i] != '/' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
			continue
		}
		switch s[i] {
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case '"', '\\':
			b.WriteByte(s[i])
		case 'x':
			if i+2 >= len(s) {
				return word{}, mistake(i-1, len(s), `\x takes two hex digits`)
			}
			n, err := hex.DecodeString(s[i+1 : i+3])
			if err != nil {
				return word{}, mistake(i-1, i+3, `\x takes two hex digits`)
			}
			b.Write(n)
			i += 2
		default:
			return word{}, mistake(i-1, i+1, `text knows \r \n \t \" \\ and \xNN`)
		}
	}
	return word{}, mistake(start, len(s), "the closing %c is missing", quote)
}

func mistake(at, end int, format string, args ...any) *Error {
	return &Error{Text: fmt.Sprintf(format, args...), At: at, End: end}
}

// next takes a word; ok is false if there is none.
func (s *scanner) next() (w word, ok bool) {
	if len(s.all) == 0 {
		return word{start: s.end, end: s.end}, false
	}
	w, s.all = s.all[0], s.all[1:]
	return w, true
}

// is takes a bare word if it is next.
func (s *scanner) is(text string) bool {
	if len(s.all) > 0 && s.all[0].kind == 'w' && s.all[0].text == text {
		s.all = s.all[1:]
		return true
	}
	return false
}

// text takes quoted text.
func (s *scanner) text(what string) (string, *Error) {
	w, ok := s.next()
	if !ok || w.kind != '"' {
		return "", mistake(w.start, w.end, `%s is missing: "text"`, what)
	}
	return w.text, nil
}

// duration takes a length of time, if one is next.
func (s *scanner) duration(otherwise time.Duration) (time.Duration, *Error) {
	if len(s.all) == 0 || s.all[0].kind != 'w' || s.all[0].text[0] < '0' || s.all[0].text[0] > '9' {
		return otherwise, nil
	}
	w, _ := s.next()
	if w.text == "0" {
		return 0, nil
	}
	d, err := time.ParseDuration(w.text)
	if err != nil || d > maxTime {
		return 0, mistake(w.start, w.end, "%q is no length of time up to 24h: 200ms, 1.5s", w.text)
	}
	return d, nil
}

// maxTime is the longest time that an action can take.
const maxTime = 24 * time.Hour

// done reports words that nobody took.
func (s *scanner) done() *Error {
	if w, more := s.next(); more {
		return mistake(w.start, w.end, "%q is not expected here", w.text)
	}
	return nil
}

// compile makes a regular expression of a word.
func (w *word) compile() (*regexp.Regexp, *Error) {
	re, err := regexp.Compile(w.text)
	if err != nil || w.text == "" {
		return nil, mistake(w.start, w.end, "the regular expression is wrong: %v", err)
	}
	return re, nil
}
