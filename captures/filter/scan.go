// This file reads the smallest parts of a filter: words, quoted text, regular
// expressions, operators.

package filter

import (
	"strings"
)

// Token is a coloured part of a query.
type Token struct {
	Start, End int    // bytes
	Kind       string // one of the Token kinds
}

// The kinds of tokens.
const (
	TokenField   = "field"   // name of a field
	TokenOp      = "op"      // operator after it
	TokenWord    = "word"    // bare word, as a value or alone
	TokenString  = "string"  // "text"
	TokenRegex   = "regex"   // /regular expression/
	TokenKeyword = "keyword" // and or not, and their signs
	TokenPunct   = "punct"   // parentheses and commas
)

// Tokens returns the parts of a query in order, for colouring: all of them, or
// those before its first mistake.
func Tokens(q string) []Token {
	p := parser{q: q}
	p.query()
	return p.tokens
}

func (p *parser) token(start int, kind string) {
	p.tokens = append(p.tokens, Token{start, p.pos, kind})
}

// atom is one value as written.
type atom struct {
	text       string // without quotes or slashes
	quoted     bool
	regex      bool
	fold       bool // regex: /i
	start, end int
}

const blanks = " \t\r\n"

func isBlank(c byte) bool { return strings.IndexByte(blanks, c) >= 0 }

func (p *parser) skipBlanks() {
	for p.pos < len(p.q) && isBlank(p.q[p.pos]) {
		p.pos++
	}
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.q) {
		return p.q[p.pos]
	}
	return 0
}

// bareEnd returns where a bare word that begins at i ends.
func (p *parser) bareEnd(i int) int {
	if n := strings.IndexAny(p.q[i:], blanks+`()",`); n >= 0 {
		return i + n
	}
	return len(p.q)
}

// keyword takes one of the words or signs, if it is next.
func (p *parser) keyword(word string, signs ...string) bool {
	p.skipBlanks()
	for _, sign := range signs {
		if strings.HasPrefix(p.q[p.pos:], sign) {
			p.pos += len(sign)
			p.token(p.pos-len(sign), TokenKeyword)
			return true
		}
	}
	end := p.bareEnd(p.pos)
	if !strings.EqualFold(p.q[p.pos:end], word) {
		return false
	}
	p.pos = end
	p.token(end-len(word), TokenKeyword)
	return true
}

// punct takes a parenthesis or comma, if it is next.
func (p *parser) punct(c byte) bool {
	p.skipBlanks()
	if p.peek() != c || c == 0 {
		return false
	}
	p.pos++
	p.token(p.pos-1, TokenPunct)
	return true
}

var operators = []string{"!=", "!~", ">=", "<=", ":", "=", ">", "<", "~"} // longer ones first

// field takes a field name and its operator, if they are next: a name is
// letters and digits, and what may follow its dot also has '-' and '_'.
func (p *parser) field() (name, op string, ok bool) {
	i := p.pos
	letters := func(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
	for ; i < len(p.q) && (letters(p.q[i]) || i > p.pos && p.q[i] >= '0' && p.q[i] <= '9'); i++ {
	}
	if i == p.pos {
		return "", "", false
	}
	if i+1 < len(p.q) && p.q[i] == '.' {
		for i++; i < len(p.q) && (letters(p.q[i]) || p.q[i] >= '0' && p.q[i] <= '9' || p.q[i] == '-' || p.q[i] == '_'); i++ {
		}
	}
	for _, op := range operators {
		if strings.HasPrefix(p.q[i:], op) {
			start := p.pos
			p.pos = i
			p.token(start, TokenField)
			p.pos = i + len(op)
			p.token(i, TokenOp)
			return p.q[start:i], op, true
		}
	}
	return "", "", false
}

// atom reads quoted text, a regular expression or a bare word.
func (p *parser) atom() (a atom, err error) {
	a.start = p.pos
	switch p.peek() {
	case '"':
		a.quoted = true
		a.text, err = p.quoted()
	case '/':
		a.regex = true
		a.text, a.fold, err = p.slashes()
	default:
		p.pos = p.bareEnd(p.pos)
		a.text = p.q[a.start:p.pos]
		if a.text != "" {
			p.token(a.start, TokenWord)
		}
	}
	a.end = p.pos
	return a, err
}

// quoted reads "text".
func (p *parser) quoted() (string, error) {
	start := p.pos
	var b strings.Builder
	for i := start + 1; i < len(p.q); i++ {
		c := p.q[i]
		if c == '"' {
			p.pos = i + 1
			p.token(start, TokenString)
			return b.String(), nil
		}
		if c == '\\' && i+1 < len(p.q) {
			if at := strings.IndexByte(`"\nrt`, p.q[i+1]); at >= 0 {
				c = "\"\\\n\r\t"[at]
				i++
			}
		}
		b.WriteByte(c)
	}
	return "", p.suggest(start, len(p.q), `the closing " is missing`, p.q[start:]+`"`)
}

// quote is the reverse of quoted.
func quote(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// slashes reads /regex/ or /regex/i.
func (p *parser) slashes() (text string, fold bool, err error) {
	start := p.pos
	i := start + 1
	for ; i < len(p.q) && p.q[i] != '/'; i++ {
		if p.q[i] == '\\' {
			i++
		}
	}
	if i >= len(p.q) {
		return "", false, p.fail(start, len(p.q), `the closing / of the regular expression is missing`)
	}
	text = p.q[start+1 : i]
	end := p.bareEnd(i + 1)
	flags := p.q[i+1 : end]
	if flags != "" && flags != "i" {
		return "", false, p.suggest(start, end, `after a regular expression only i can follow`, quote(p.q[start:end]))
	}
	if text == "" {
		return "", false, p.fail(start, end, "the regular expression is empty")
	}
	p.pos = end
	p.token(start, TokenRegex)
	return text, flags == "i", nil
}

// inSlashes is the reverse of slashes, for any expression that compiles.
func (a *atom) inSlashes() string {
	if !a.regex && strings.Contains(a.text, "/") {
		return quote(a.text)
	}
	if a.fold {
		return "/" + a.text + "/i"
	}
	return "/" + a.text + "/"
}

// asValue returns the atom as it is written in canonical form after an
// operator: bare if that means the same.
func (a *atom) asValue() string {
	s := a.text
	switch {
	case a.regex:
		return a.inSlashes()
	case s == "", strings.ContainsAny(s, blanks+`()",`), s[0] == '/', s[0] == '|' && !strings.Contains(s, "*"), strings.EqualFold(s, "or"),
		a.quoted && strings.Contains(s, "*"):
		return quote(s)
	}
	return s
}

// alone returns the atom as it is written in canonical form without a field.
func (a *atom) alone() string {
	s := a.asValue()
	if a.regex || s[0] == '"' {
		return s
	}
	p := parser{q: s}
	_, _, field := p.field()
	if field || s[0] == '-' || s[0] == '!' || strings.HasPrefix(s, "&&") || strings.EqualFold(s, "and") || strings.EqualFold(s, "not") {
		return quote(s)
	}
	return s
}
