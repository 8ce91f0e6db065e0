// This file passes over commands whose explanation cannot have what is looked
// for, without explaining them: its words are those that explanations have of
// their own, or brought along by the command.

package filter

import (
	"bytes"

	"msnscope/captures/event"
	"msnscope/decode"
)

// foreignWords returns of each list of pieces, all of which must be found, a
// word that no explanation has of its own; nil if a list has none.
func foreignWords(lists [][]string) []string {
	var words []string
	for _, pieces := range lists {
		longest := ""
		for _, piece := range pieces {
			for from, end := 0, 0; end <= len(piece); end++ {
				if end < len(piece) && isWordByte(piece[end]) {
					continue
				}
				if w := piece[from:end]; len(w) > len(longest) && hasLetter(w) && !decode.OwnWord(w) {
					longest = w
				}
				from = end + 1
			}
		}
		if longest == "" {
			return nil
		}
		words = append(words, longest)
	}
	return words
}

func isWordByte(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

func hasLetter(word string) bool {
	for i := range len(word) {
		if word[i] >= 'a' {
			return true
		}
	}
	return false
}

// mayExplain reports whether one of the words may be in the explanation of e.
// There are none if any may be.
func (m *meaning) mayExplain(e *event.Event, words []string) bool {
	if len(words) == 0 || e.Role == decode.RoleFT {
		return true
	}
	if e.HasPayload() { // its words may be encoded in other ways, too
		_, exact, ok := e.Spoken()
		if !ok || !exact && (bytes.IndexByte(e.Raw, '&') >= 0 || bytes.Contains(e.Raw, encodedWord)) {
			return true
		}
	}
	escaped := bytes.IndexByte(e.Raw, '%') >= 0
	if escaped {
		m.unescaped = decode.AppendUnescaped(m.unescaped[:0], e.Raw)
	}
	for _, w := range words {
		if containsFold(e.Raw, w) || containsFold(e.Account, w) || escaped && containsFold(m.unescaped, w) {
			return true
		}
	}
	return false
}

var encodedWord = []byte("=?")
