// This file reads the texts of an event that fields search, and searches them:
// regardless of case, with * for anything.

package filter

import (
	"strings"
	"unicode/utf8"

	"msnscope/captures/event"
	"msnscope/decode"
)

// texts returns the texts of an event for a field; yield returns true when it
// has seen enough. arg is the X of header.X.
type texts func(e *event.Event, m *meaning, arg string, yield func(text string) bool) bool

// bodyText yields what is said: a payload's text, or the words of a note.
func bodyText(e *event.Event, m *meaning, _ string, yield func(string) bool) bool {
	if e.Kind == event.Note {
		return e.Text != "" && yield(e.Text)
	}
	if !hasPayload(e) {
		return false
	}
	p := m.of(e).Payload
	return p != nil && p.Text != "" && yield(p.Text)
}

func nickText(e *event.Event, m *meaning, _ string, yield func(string) bool) bool {
	return paramWords(e, m, decode.TypeNick, nickNames, yield)
}

func fontText(e *event.Event, m *meaning, _ string, yield func(string) bool) bool {
	if !hasPayload(e) {
		return false
	}
	p := m.of(e).Payload
	if p == nil {
		return false
	}
	for i := range p.Meaning {
		if p.Meaning[i].Name == "font" && yield(p.Meaning[i].Value) {
			return true
		}
	}
	return false
}

// headerText yields the values of the headers and fields named arg.
func headerText(e *event.Event, m *meaning, arg string, yield func(string) bool) bool {
	if !hasPayload(e) {
		return false
	}
	p := m.of(e).Payload
	if p == nil {
		return false
	}
	for _, headers := range [2][]decode.Header{p.Headers, p.Fields} {
		for i := range headers {
			if strings.EqualFold(headers[i].Name, arg) && yield(headers[i].Value) {
				return true
			}
		}
	}
	return false
}

// pattern is what a friendly comparison looks for: pieces with anything
// between them, in lower case.
type pattern struct {
	pieces []string // of "a*b": a and b; those at the ends may be empty
	ascii  bool
}

// newPattern reads an atom: * in a bare word stands for anything.
func newPattern(a *atom) pattern {
	p := pattern{pieces: []string{strings.ToLower(a.text)}, ascii: isASCII(a.text)}
	if !a.quoted {
		p.pieces = strings.Split(p.pieces[0], "*")
	}
	return p
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// in reports whether a pattern occurs in text.
func in[T string | []byte](p *pattern, text T) bool {
	if !p.ascii {
		text = T(strings.ToLower(string(text)))
	}
	for _, piece := range p.pieces {
		i := indexFold(text, piece)
		if i < 0 {
			return false
		}
		text = text[i+len(piece):]
	}
	return true
}

// is reports whether the pattern is all of the word.
func (p *pattern) is(word string) bool {
	if len(p.pieces) == 1 {
		return len(word) == len(p.pieces[0]) && lowerEqual(word, p.pieces[0]) || !p.ascii && strings.ToLower(word) == p.pieces[0]
	}
	word = strings.ToLower(word)
	first, last := p.pieces[0], p.pieces[len(p.pieces)-1]
	if len(word) < len(first)+len(last) || !strings.HasPrefix(word, first) || !strings.HasSuffix(word, last) {
		return false
	}
	word = word[len(first) : len(word)-len(last)]
	for _, piece := range p.pieces[1 : len(p.pieces)-1] {
		i := strings.Index(word, piece)
		if i < 0 {
			return false
		}
		word = word[i+len(piece):]
	}
	return true
}

// lower maps ASCII capitals to small letters.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

// lowerEqual reports whether a, in lower case, is b; they have the same length.
func lowerEqual(a, b string) bool {
	for i := range len(a) {
		if lower[a[i]] != b[i] {
			return false
		}
	}
	return true
}

// longPiece is the length from which on a search is done on a lower-case copy
// in strictly linear time.
const longPiece = 16

func containsFold[T string | []byte](text T, piece string) bool { return indexFold(text, piece) >= 0 }

// indexFold returns where piece, which is in lower case, first occurs in text,
// whose ASCII letters may be capitals; -1 if nowhere.
func indexFold[T string | []byte](text T, piece string) int {
	if len(piece) == 0 {
		return 0
	}
	if len(piece) >= longPiece {
		small := make([]byte, len(text))
		for i := range small {
			small[i] = lower[text[i]]
		}
		return strings.Index(string(small), piece)
	}
	first := piece[0]
	for i := 0; i+len(piece) <= len(text); i++ {
		if lower[text[i]] != first {
			continue
		}
		j := 1
		for j < len(piece) && lower[text[i+j]] == piece[j] {
			j++
		}
		if j == len(piece) {
			return i
		}
	}
	return -1
}
