// This file knows what a line of each command looks like, well enough to find
// commands in a stream whose framing is unknown and to tell MSNP from other
// protocols. It is deliberately not the command table: that one explains
// whatever was said, this one only says how sure a line is to be MSNP.

package decode

import "strings"

// shape says how much a line looks like a command.
type shape uint8

const (
	noShape     shape = iota // no known name, or words that do not fit it
	weakShape                // a known name and nothing against it
	strongShape              // words that nothing but MSNP says
)

// shapePattern is one form of a command's words behind its name.
type shapePattern struct {
	words []string
	open  bool // more words may follow
	shape shape
}

// The words of a pattern:
//
//	n  number            h  handle (has an @)   w  any word
//	s  status            l  list                p  property (PHH, MFN ...)
//	a  host[:port] or 0  d  dialect or CVR0     x  hexadecimal locale id
//	u  web address       k  key=value           N  number of eight or more digits
//	A|B  one of these words                     *  any more words (last only)
//
// A '?' before the pattern makes its shape a weak one.
var c2sShapes = map[string][]string{
	"VER": {"n d *"},
	"INF": {"n"},
	"USR": {"n MD5|MDS|CTP|TWN|SSO|SHA I|S *", "n h w", "? n *"},
	"XFR": {"n SB|NS"},
	"CVR": {"n x *", "? n *"},
	"CVQ": {"n x *", "? n *"},
	"SYN": {"n n", "? n *"},
	"GTC": {"n A|N"},
	"BLP": {"n AL|BL"},
	"PRP": {"n p *"},
	"LST": {"n l"},
	"LSG": {"? n"},
	"ADG": {"? n w *"},
	"REG": {"? n n w *"},
	"RMG": {"? n w"},
	"ADD": {"n l h *", "? n l w w"},
	"ADC": {"n l *"},
	"REM": {"n l w *"},
	"REA": {"n h w"},
	"CHG": {"n s *"},
	"URL": {"? n w *"},
	"FND": {"n k *"},
	"SND": {"? n w *"},
	"SDC": {"n w x w w X X *"},
	"IMS": {"n ON|OFF"},
	"CHL": {"? n"},
	"QRY": {"n w n"},
	"PAG": {"n h n", "? n w n"},
	"PNG": {"?"},
	"OUT": {"?"},
	"MSG": {"n U|N|A|D n"},
	"ANS": {"n h w w"},
	"CAL": {"n h", "? n w"},
	"BYE": {"? n"},
	"SBP": {"? n w *"},
	"UUX": {"? n n"},
	"UUN": {"n h n n"},
	"UUM": {"n h n n n"},
	"GCF": {"? n w"},
	"PGD": {"? n w n n"},
	"ADL": {"? n n"},
	"RML": {"? n n"},
	"FQY": {"? n n"},
	"PUT": {"? n n"},
	"DEL": {"? n n"},
	"SDG": {"? n n"},
}

var s2cShapes = map[string][]string{
	"VER": {"n d *", "? n 0 *"},
	"INF": {"n MD5|CTP|MD5,CTP|CTP,MD5 *", "? n w *"},
	"USR": {"n MD5|MDS|CTP|TWN|SSO|SHA S *", "n OK h *"},
	"XFR": {"n NS|SB a *"},
	"CVR": {"n w w w u *", "? n w *"},
	"CVQ": {"n w w w u *", "? n w *"},
	"SYN": {"n n *", "? n w *"},
	"GTC": {"n n A|N", "n A|N", "A|N"},
	"BLP": {"n n AL|BL", "n AL|BL", "AL|BL"},
	"PRP": {"n n p *", "n p *", "p *"},
	"BPR": {"n h p *", "h p *", "? n p *", "? p *"},
	"LST": {"n l n n n *", "h *", "? k *"},
	"LSG": {"n n n n n w *", "? n w *", "? w w"},
	"ADG": {"? n n w *", "? n w w"},
	"REG": {"? n n w *"},
	"RMG": {"? n w *"},
	"ADD": {"n l n h *"},
	"ADC": {"n l *"},
	"REM": {"n l n w *", "n l w"},
	"REA": {"n n h w"},
	"CHG": {"n s *"},
	"ILN": {"n s h *"},
	"NLN": {"s h *"},
	"FLN": {"h *", "s h *"},
	"RNG": {"w a CKI w *"},
	"URL": {"? n w w *"},
	"CHL": {"n N", "? n w"},
	"QRY": {"? n"},
	"QNG": {"?", "? n"},
	"OUT": {"?", "OTH|SSD|MIG|TOU|RCT *"},
	"MSG": {"h w n", "h n", "Hotmail Hotmail n", "? w w n"},
	"ACK": {"? n"},
	"NAK": {"? n"},
	"ANS": {"n OK"},
	"IRO": {"n n n h *"},
	"CAL": {"n RINGING w"},
	"JOI": {"h *"},
	"BYE": {"h *"},
	"IPG": {"? n"},
	"NOT": {"? n"},
	"FND": {"? n n n *"},
	"SND": {"? n OK"},
	"SDC": {"? n OK"},
	"IMS": {"n n ON|OFF"},
	"SBP": {"? n w *"},
	"UBX": {"h n", "h n n"},
	"UBN": {"h n n"},
	"UBM": {"h n h n n *"},
	"UUX": {"? n n"},
	"UUN": {"? n OK"},
	"GCF": {"? n n", "? n w n"},
	"ADL": {"? n n", "? n OK"},
	"RML": {"? n n", "? n OK"},
	"FQY": {"? n n"},
	"SBS": {"? n w"},
	"NFY": {"PUT|DEL n"},
	"PUT": {"? n OK *"},
	"DEL": {"? n OK *"},
	"SDG": {"? n n"},
}

var shapesByKey = [2]map[uint32][]shapePattern{
	C2S: compileShapes(c2sShapes),
	S2C: compileShapes(s2cShapes),
}

func compileShapes(table map[string][]string) map[uint32][]shapePattern {
	out := make(map[uint32][]shapePattern, len(table))
	for name, texts := range table {
		patterns := make([]shapePattern, 0, len(texts))
		for _, text := range texts {
			p := shapePattern{shape: strongShape}
			if rest, weak := strings.CutPrefix(text, "?"); weak {
				p.shape, text = weakShape, rest
			}
			p.words = strings.Fields(text)
			if n := len(p.words); n > 0 && p.words[n-1] == "*" {
				p.words, p.open = p.words[:n-1], true
			}
			patterns = append(patterns, p)
		}
		out[nameKey([]byte(name))] = patterns
	}
	return out
}

// shapeOf returns how much line, without its line end, looks like a command of
// that direction. Error replies are always weak: "nnn" or "nnn t".
func shapeOf(dir Direction, line []byte) shape {
	if !isName(line) {
		return noShape
	}
	if isDigit(line[0]) {
		if dir == C2S {
			return noShape
		}
		w := NextWord(line, 3)
		if _, ok := number(w.Of(line)); (ok || w.Len() == 0) && NextWord(line, w.End).Len() == 0 {
			return weakShape
		}
		return noShape
	}
	return shapeOfNamed(dir, nameKey(line), line)
}

// shapeOfNamed is shapeOf for a line whose name is key, whatever its own first
// three bytes. It reads no more words than the longest pattern has and stops at
// the first that fits none, so that trying it at each word of a line is linear
// in the line's length.
func shapeOfNamed(dir Direction, key uint32, line []byte) shape {
	best := noShape
	for i := range shapesByKey[dir][key] {
		p := &shapesByKey[dir][key][i]
		if p.shape > best && p.fits(line) {
			best = p.shape
		}
	}
	return best
}

func (p *shapePattern) fits(line []byte) bool {
	at := 3
	for _, form := range p.words {
		w := NextWord(line, at)
		if w.Len() == 0 || !wordFits(form, w.Of(line)) {
			return false
		}
		at = w.End
	}
	return p.open || NextWord(line, at).Len() == 0
}

func wordFits(form string, word []byte) bool {
	switch form {
	case "n", "N":
		_, ok := number(word)
		return ok && len(word) <= 20 && (form == "n" || len(word) >= 8)
	case "w":
		return true
	case "h":
		return isHandle(word)
	case "a":
		if string(word) == "0" {
			return true
		}
		_, _, ok := SplitHostPort(word)
		return ok
	case "d":
		return len(word) >= 4 && (string(word[:4]) == "MSNP" && len(word) > 4 && isDigit(word[4]) || string(word[:3]) == "CVR" && len(word) == 4)
	case "x":
		return len(word) >= 3 && word[0] == '0' && word[1]|0x20 == 'x'
	case "u":
		return len(word) > 7 && (string(word[:7]) == "http://" || string(word[:8]) == "https://")
	case "k":
		for i, c := range word {
			if c == '=' {
				return i > 0
			}
		}
		return false
	case "s":
		form = "NLN|BSY|IDL|BRB|AWY|PHN|LUN|HDN|FLN"
	case "l":
		form = "FL|AL|BL|RL|PL"
	case "p":
		form = "PHH|PHW|PHM|MOB|MBE|MFN|WWE|HSB"
	}
	for len(form) > 0 {
		one, more, _ := strings.Cut(form, "|")
		if string(word) == one {
			return true
		}
		form = more
	}
	return false
}

// isHandle reports whether word can be an account's address: an @ inside, no
// control characters, not too long (129 bytes by the book, endpoints of MSNP16
// have 40 more).
func isHandle(word []byte) bool {
	at := -1
	if len(word) > 300 {
		return false
	}
	for i, c := range word {
		if c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' {
			return false
		}
		if c == '@' && at < 0 {
			at = i
		}
	}
	return at > 0 && at < len(word)-1
}

// gluedCommand returns where in line, behind its first byte, a command of strong
// shape begins that runs to the end of the line; 0 when none does. One whose
// name stands behind a capital letter or a digit counts too: a payload may end
// in any byte. "ACK n" and "NAK n" count as well: they are what follows most
// payloads of a switchboard, and hardly anybody ends a line of a chat so.
func gluedCommand(dir Direction, line []byte) int {
	for i := 1; i+4 < len(line); i++ {
		if !isBlank(line[i+3]) || !isUpper(line[i]) || !isUpper(line[i+1]) || !isUpper(line[i+2]) {
			continue
		}
		switch shapeOfNamed(dir, nameKey(line[i:]), line[i:]) {
		case strongShape:
			return i
		case weakShape:
			if name := string(line[i : i+3]); name == "ACK" || name == "NAK" {
				return i
			}
		}
	}
	return 0
}
