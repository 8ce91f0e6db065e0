// This file checks the form of a single command: name, direction, role,
// dialect, number of words, line end and text.

package conform

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"msnscope/decode"
)

// lastSureDialect is the last dialect of which it is known which commands it no
// longer has.
const lastSureDialect decode.Dialect = 12

// syntax checks the form of the command.
func (c *Checker) syntax() {
	n := &c.now
	if string(n.line[:3]) != n.name {
		c.note("name-lower-case", "the name is written %q", shown(n.line[:3]))
	}
	if f := n.frame; f.Line < len(f.Raw) && f.Raw[f.Line] == '\n' {
		c.note("line-end-lf", "the line of %s ends in LF alone", n.name)
	}
	c.text()
	if !n.form.known {
		if n.form.opposite {
			c.note("wrong-direction", "%s comes from the %s", n.name, sideOf(n.ctx.Dir))
		} else {
			c.note("command-unknown", "%s is no command", n.name)
		}
		return
	}
	if n.name[0] <= '9' {
		code, _ := strconv.Atoi(n.name)
		if _, ok := decode.ErrorCodeOf(code); !ok {
			c.note("error-code-unknown", "error %s is in no list", n.name)
		}
		return
	}
	if c.place() {
		c.wordCount()
	}
}

func sideOf(dir decode.Direction) string {
	if dir == decode.S2C {
		return "server"
	}
	return "client"
}

// text looks for words that are not encoded as they should be.
func (c *Checker) text() {
	line := c.now.line
	for i := bytes.IndexByte(line, '%'); i >= 0 && i < len(line); {
		if i+2 >= len(line) || !isHex(line[i+1]) || !isHex(line[i+2]) {
			c.note("percent-stray", "the percent sign at byte %d is followed by no two hexadecimal digits", i)
			break
		}
		next := bytes.IndexByte(line[i+1:], '%')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	if !utf8.Valid(line) {
		c.note("not-utf8", "the line of %s has bytes that are not UTF-8", c.now.name)
	}
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// place checks whether the command belongs to this kind of server and to this
// dialect.
func (c *Checker) place() bool {
	n := &c.now
	switch n.ctx.Role {
	case decode.RoleDS, decode.RoleNS, decode.RoleSB:
		switch {
		case n.form.has(n.ctx.Role):
		case n.ctx.Role == decode.RoleDS && n.form.has(decode.RoleNS):
			c.note("notification-at-dispatch", "%s on a connection to a dispatch server", n.name)
		default:
			c.note("wrong-role", "%s on a connection to %s", n.name, roleInWords(n.ctx.Role))
		}
	}
	if n.form.inForce || n.ctx.Dialect == 0 {
		return true
	}
	if n.ctx.Dialect < n.form.since {
		c.note("wrong-dialect", "%s came with %s, this connection speaks %s", n.name, n.form.since, n.ctx.Dialect)
	} else {
		c.note("wrong-dialect", "%s is gone in %s", n.name, n.ctx.Dialect)
	}
	return false
}

func roleInWords(r decode.Role) string {
	switch r {
	case decode.RoleDS:
		return "a dispatch server"
	case decode.RoleNS:
		return "a notification server"
	}
	return "a switchboard"
}

// valid reports whether a dialect has the shape.
func valid(s *decode.Spec, d decode.Dialect) bool {
	if d == 0 {
		d = decode.AssumedDialect
	}
	return d >= s.Since && (s.Until == 0 || d <= s.Until || d > lastSureDialect)
}

// wordCount checks the number of words against the shapes of the dialect.
func (c *Checker) wordCount() {
	n := &c.now
	if n.ctx.Dir == decode.S2C && (n.name == "XFR" || n.name == "RNG") {
		return // see redirect.go
	}
	fewest, most := -1, -1
	for i := range n.form.shapes {
		s := &n.form.shapes[i]
		have := len(n.words) - 1
		if n.trid >= 0 && s.trid != decode.TrIDNone {
			have--
		} else if s.trid == decode.TrIDRequired {
			continue // its transaction id is missing: see answers.go
		}
		if have >= s.least && (s.most < 0 || have <= s.most) {
			return
		}
		if have < s.least && (fewest < 0 || s.least-have < fewest) {
			fewest = s.least - have
		}
		if s.most >= 0 && have > s.most && (most < 0 || have-s.most < most) {
			most = have - s.most
		}
	}
	switch {
	case most > 0:
		c.note("words-extra", "%s has %s too many", n.name, wordsInWords(most))
	case fewest > 0 && n.ctx.Dir == decode.C2S:
		c.note("words-missing", "%s lacks %s", n.name, wordsInWords(fewest))
	case fewest > 0:
		c.note("answer-words-missing", "%s lacks %s", n.name, wordsInWords(fewest))
	}
}

func wordsInWords(n int) string {
	if n == 1 {
		return "1 word"
	}
	return strconv.Itoa(n) + " words"
}

// wordsOf returns how few and how many words a shape has behind its transaction
// id; most is -1 for any number.
func wordsOf(s *decode.Spec, d decode.Dialect) (least, most int) {
	if d == 0 {
		d = decode.AssumedDialect
	}
	for i := range s.Params {
		p := &s.Params[i]
		if d < p.Since || p.Until != 0 && d > p.Until {
			continue
		}
		if !p.Optional {
			least++
		}
		if p.Repeat {
			return least, -1
		}
		most++
	}
	return least, most
}
