// This file cuts a command line into words without allocating: the framer, the
// redirects, the connection state and the proxy all read lines through it.

package decode

// Span is a stretch of bytes, Start..End, of the line or the command it was
// found in.
type Span struct{ Start, End int }

// Of returns the bytes of s in b.
func (s Span) Of(b []byte) []byte { return b[s.Start:s.End] }

// Len returns the number of bytes in s; 0 means that there is no such word.
func (s Span) Len() int { return s.End - s.Start }

// NextWord finds the first word of line that begins at from or later. Words
// are parted by runs of spaces and tabs; blanks at either end of the line are
// no words. When none is left the span is empty and lies at the end of line.
func NextWord(line []byte, from int) Span {
	for from < len(line) && isBlank(line[from]) {
		from++
	}
	end := from
	for end < len(line) && !isBlank(line[end]) {
		end++
	}
	return Span{from, end}
}

// Words appends the words of line to dst and returns it. With a dst of enough
// capacity it does not allocate.
func Words(dst []Span, line []byte) []Span {
	for at := 0; ; {
		w := NextWord(line, at)
		if w.Len() == 0 {
			return dst
		}
		dst = append(dst, w)
		at = w.End
	}
}

// maxWords is how many words of a line the framing and the connection state
// look at. The longest shape they know, SDC, has ten.
const maxWords = 16

// firstWords fills dst with the first words of line and returns how many there
// are, at most maxWords.
func firstWords(dst *[maxWords]Span, line []byte) int {
	n := 0
	for at := 0; n < maxWords; n++ {
		w := NextWord(line, at)
		if w.Len() == 0 {
			break
		}
		dst[n] = w
		at = w.End
	}
	return n
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isDigit(c byte) bool { return c-'0' < 10 }

func isUpper(c byte) bool { return c-'A' < 26 }

// trimCR returns line without the CR that belongs to its line end.
func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// trimLineEnd returns line without LF or CRLF.
func trimLineEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	return trimCR(line)
}

// maxNumber is what numbers too large to be true are read as.
const maxNumber = 1 << 62

// number reads a word of decimal digits. Numbers above maxNumber are read as
// maxNumber; a word that is empty or has another byte in it is no number.
func number(word []byte) (n int64, ok bool) {
	if len(word) == 0 {
		return 0, false
	}
	for _, c := range word {
		if !isDigit(c) {
			return 0, false
		}
		if n >= maxNumber/10 {
			n = maxNumber
			continue
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// nameKey packs the three bytes of a command name into a number.
func nameKey(b []byte) uint32 {
	return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])
}
