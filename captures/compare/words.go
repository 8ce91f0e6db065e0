// This file compares two texts word by word.

package compare

import (
	"unicode"
	"unicode/utf8"
)

// Piece is a piece of two texts: what both have, or only one.
type Piece struct {
	Kind Kind // Same, OnlyA or OnlyB
	Text string
}

const (
	// maxWords bounds the words that are compared one by one; what is left of
	// longer texts, once what they begin and end with is off, counts as one.
	maxWords = 1024
)

// Words compares two texts. What only a has stands before what b has instead.
func Words(a, b string) []Piece {
	x, y := words(a), words(b)
	var pieces []Piece
	add := func(kind Kind, text string) {
		if text == "" {
			return
		}
		if n := len(pieces); n > 0 && pieces[n-1].Kind == kind {
			pieces[n-1].Text += text
			return
		}
		pieces = append(pieces, Piece{kind, text})
	}
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	add(Same, joined(x[:n]))
	x, y = x[n:], y[n:]
	n = 0
	for n < len(x) && n < len(y) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	end := joined(x[len(x)-n:])
	x, y = x[:len(x)-n], y[:len(y)-n]
	if len(x) > maxWords || len(y) > maxWords || len(x) == 0 || len(y) == 0 {
		add(OnlyA, joined(x))
		add(OnlyB, joined(y))
	} else {
		common(x, y, add)
	}
	add(Same, end)
	return pieces
}

// joined is the text of words that lie next to each other.
func joined(list []string) string {
	if len(list) == 0 {
		return ""
	}
	n := 0
	for _, w := range list {
		n += len(w)
	}
	b := make([]byte, 0, n)
	for _, w := range list {
		b = append(b, w...)
	}
	return string(b)
}

// common adds the longest common subsequence of words and what lies between.
func common(x, y []string, add func(Kind, string)) {
	w := len(y) + 1
	best := make([]uint16, (len(x)+1)*w)
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				best[i*w+j] = best[(i+1)*w+j+1] + 1
			} else {
				best[i*w+j] = max(best[(i+1)*w+j], best[i*w+j+1])
			}
		}
	}
	var only [2]string
	flush := func() {
		add(OnlyA, only[0])
		add(OnlyB, only[1])
		only = [2]string{}
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			flush()
			add(Same, x[i])
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && best[(i+1)*w+j] >= best[i*w+j+1]:
			only[0] += x[i]
			i++
		default:
			only[1] += y[j]
			j++
		}
	}
	flush()
}

// words cuts a text: runs of letters and digits, runs of blanks, and every
// other character by itself.
func words(s string) []string {
	var list []string
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			return 1
		case r == ' ', r == '\t':
			return 2
		}
		return 0
	}
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if c := class(r); c != 0 {
			for n < len(s) {
				next, size := utf8.DecodeRuneInString(s[n:])
				if class(next) != c {
					break
				}
				n += size
			}
		}
		list = append(list, s[:n])
		s = s[n:]
	}
	return list
}
