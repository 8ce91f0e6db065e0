// This file is the grammar of filters.

package filter

import (
	"fmt"
	"strings"
	"time"
)

// Limits that keep a filter from being a burden, far above what anybody types.
const (
	maxQuery = 8 << 10 // bytes
	maxDepth = 64      // parentheses and nots within each other
)

// parser reads one query.
type parser struct {
	q      string
	pos    int
	depth  int
	now    time.Time
	tokens []Token
}

func (p *parser) fail(at, end int, format string, args ...any) *Error {
	return &Error{Text: fmt.Sprintf(format, args...), At: at, End: end}
}

func (p *parser) suggest(at, end int, text, suggest string) *Error {
	return &Error{Text: text, Suggest: suggest, At: at, End: end}
}

// query reads everything; a nil node matches everything.
func (p *parser) query() (node, error) {
	if len(p.q) > maxQuery {
		return nil, p.fail(maxQuery, len(p.q), "a filter has at most %d bytes", maxQuery)
	}
	if p.skipBlanks(); p.pos == len(p.q) {
		return nil, nil
	}
	n, err := p.or()
	if err == nil && p.pos < len(p.q) {
		return nil, p.unexpected()
	}
	return n, err
}

// unexpected is the mistake of something that cannot stand here.
func (p *parser) unexpected() error {
	switch c := p.peek(); {
	case c == 0, c == ')' && p.depth > 0:
		return p.fail(p.pos, p.pos, "something to search for is missing")
	case c == ',':
		return p.fail(p.pos, p.pos+1, "several values stand in parentheses: cmd:(PNG, QNG)")
	default:
		return p.fail(p.pos, p.pos+1, "%q has no partner", c)
	}
}

func (p *parser) or() (node, error) {
	var parts []node
	for {
		n, err := p.and()
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		if !p.keyword("or", "||", "|") {
			return newAll(parts, true), nil
		}
	}
}

func (p *parser) and() (node, error) {
	var parts []node
	for {
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		if p.keyword("and", "&&") {
			continue
		}
		if c := p.peek(); c == 0 && p.pos >= len(p.q) || c == ')' || c == ',' || p.atOr() {
			return newAll(parts, false), nil
		}
	}
}

// atOr reports whether an "or" is next.
func (p *parser) atOr() bool {
	return p.peek() == '|' || strings.EqualFold(p.q[p.pos:p.bareEnd(p.pos)], "or")
}

func (p *parser) unary() (node, error) {
	p.skipBlanks()
	start := p.pos
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(start, len(p.q), "more than %d parentheses or nots within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	if p.keyword("not", "!", "-") {
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		return newNegation(n), nil
	}
	if p.punct('(') {
		n, err := p.or()
		if err == nil && !p.punct(')') {
			if p.pos == len(p.q) {
				return nil, p.suggest(start, len(p.q), "the closing ) is missing", p.q[start:]+")")
			}
			return nil, p.unexpected()
		}
		return n, err
	}
	return p.term()
}

// term reads a field with its value, or an atom.
func (p *parser) term() (node, error) {
	start := p.pos
	name, op, ok := p.field()
	if !ok {
		if end := p.bareEnd(start); end == start && p.peek() != '"' || p.atOr() || p.q[start:end] == "&&" || strings.EqualFold(p.q[start:end], "and") {
			if end > start {
				return nil, p.fail(start, end, "%q stands between two things to search for", p.q[start:end])
			}
			return nil, p.unexpected()
		}
		a, err := p.atom()
		if err != nil {
			return nil, err
		}
		return p.atomTerm(a)
	}
	f, arg, err := p.lookUp(start, name)
	if err != nil {
		return nil, err
	}
	t := &comparison{field: f, arg: arg, op: op, at: start}
	if t.values, err = p.values(f, name+op, start); err != nil {
		return nil, err
	}
	return p.compile(t)
}

// value is one value of a comparison: an atom, or a range.
type value struct {
	lo, hi     atom
	isRange    bool
	start, end int
}

// comparison is a term before it is compiled.
type comparison struct {
	field  *field
	arg    string // header.ARG, in lower case
	op     string
	at     int
	values []value
}

// values reads what stands after an operator.
func (p *parser) values(f *field, what string, at int) ([]value, error) {
	start := p.pos
	if !p.peekIs('(') {
		v, err := p.value(f)
		if err != nil {
			return nil, err
		}
		if v.start == v.end {
			return nil, p.fail(at, p.pos, "a value is missing after %q", what)
		}
		return []value{v}, nil
	}
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(start, len(p.q), "more than %d parentheses within each other", maxDepth)
	}
	defer func() { p.depth-- }()
	p.punct('(')
	var all []value
	for {
		for p.punct(',') || p.keyword("or", "||", "|") {
		}
		p.skipBlanks()
		switch {
		case p.punct(')'):
			if len(all) == 0 {
				return nil, p.fail(at, p.pos, "a value is missing after %q", what)
			}
			return all, nil
		case p.pos == len(p.q):
			return nil, p.suggest(start, len(p.q), "the closing ) is missing", p.q[start:]+")")
		}
		more, err := p.values(f, what, at)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
}

func (p *parser) peekIs(c byte) bool { return p.peek() == c }

// value reads an atom, or for fields with an order a range.
func (p *parser) value(f *field) (v value, err error) {
	v.start = p.pos
	if v.lo, err = p.atom(); err != nil {
		return v, err
	}
	v.end = p.pos
	if !f.ordered() || v.lo.regex {
		return v, nil
	}
	a := v.lo
	if lo, hi, ok := strings.Cut(a.text, ".."); ok && !a.quoted {
		v.isRange = true
		v.lo = atom{text: lo, start: a.start, end: a.start + len(lo)}
		v.hi = atom{text: hi, start: a.end - len(hi), end: a.end}
		if hi == "" && p.peek() == '"' {
			v.hi, err = p.atom()
		}
	} else if a.quoted && strings.HasPrefix(p.q[p.pos:], "..") {
		v.isRange = true
		p.pos += 2
		p.token(p.pos-2, TokenOp)
		if p.peek() != '/' {
			v.hi, err = p.atom()
		}
	}
	if v.end = p.pos; err == nil && v.isRange && v.lo.text == "" && v.hi.text == "" {
		err = p.fail(v.start, v.end, "a range needs a beginning or an end")
	}
	return v, err
}
