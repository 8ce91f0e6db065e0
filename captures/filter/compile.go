// This file turns a comparison as written into a test of events.

package filter

import (
	"bytes"
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"msnscope/captures/event"
)

// test is one value of a comparison, compiled.
type test = func(e *event.Event, m *meaning) bool

// compile makes the node of a comparison.
func (p *parser) compile(c *comparison) (node, error) {
	t := &term{price: c.field.price, text: c.field.price >= costText, wants: everything}
	switch c.op {
	case "!=":
		t.not = true
	case "!~":
		t.not = true
		t.price += costRegex
	case "~":
		t.price += costRegex
	}
	wants := nothing
	sources := make([]string, len(c.values))
	for i := range c.values {
		v := &c.values[i]
		one, want, err := p.compileValue(c, v, t)
		if err != nil {
			return nil, err
		}
		t.tests = append(t.tests, seenTest{one, c.sight(v)})
		t.columns = t.columns || c.readsColumns(v)
		wants = wants.or(want)
		sources[i] = v.canonical(c)
	}
	t.wants = wants
	t.source = c.field.Name
	if c.arg != "" {
		t.source += "." + c.arg
	}
	t.source += c.op
	if len(t.tests) == 1 {
		t.source += sources[0]
		return t, nil
	}
	if c.orders() {
		v := c.values[0]
		return nil, p.fail(v.start, c.values[len(c.values)-1].end, "%q takes one value, not a list", c.op)
	}
	t.source += "(" + strings.Join(sources, ", ") + ")"
	return t, nil
}

func (c *comparison) orders() bool   { return c.op[0] == '<' || c.op[0] == '>' }
func (c *comparison) searches() bool { return strings.HasSuffix(c.op, "~") }

// canonical returns the value as it stands in the canonical form.
func (v *value) canonical(c *comparison) string {
	if c.searches() && c.field.kind != kindHex {
		return v.lo.inSlashes()
	}
	if v.isRange {
		return v.lo.text + ".." + v.hi.text
	}
	if c.field.ordered() && !v.lo.regex && !strings.ContainsAny(v.lo.text, blanks+`()",`) && v.lo.text != "" && v.lo.text[0] != '/' {
		return v.lo.text // also -5m
	}
	return v.lo.asValue()
}

// compileValue makes the test of one value; it may put a value's text in order
// for the canonical form and adjust t's price.
func (p *parser) compileValue(c *comparison, v *value, t *term) (test, need, error) {
	f := c.field
	switch f.kind {
	case kindText, kindBytes, kindWord, kindAccount, kindHex, kindChat:
		if c.orders() {
			return nil, nothing, p.fail(c.at, v.start, "%s has no order, it takes : = and ~", f.Name)
		}
	case kindFlag:
		if c.orders() || c.searches() {
			return nil, nothing, p.fail(c.at, v.start, "%s takes : and a word", f.Name)
		}
		return p.compileFlag(c, v, t)
	case kindConn, kindStatus:
		if c.isNumber(v) {
			return p.compileNumber(c, v)
		}
		if f.kind == kindStatus {
			t.price, t.text = t.price+costText, true
		}
		if !c.searches() && !v.lo.regex {
			return p.compileWord(c, v)
		}
	case kindNumber, kindSize, kindSpan:
		return p.compileNumber(c, v)
	case kindTime:
		return p.compileTime(c, v)
	}
	re, err := p.regex(c.searches(), &v.lo)
	if err != nil {
		return nil, nothing, err
	}
	switch f.kind {
	case kindWord, kindConn, kindStatus:
		if re != nil {
			return matchWords(f.words, re.MatchString), everything, nil
		}
		return p.compileWord(c, v)
	case kindBytes:
		return compileBytes(c, &v.lo, re), everything, nil
	case kindHex:
		return p.compileHex(c, v, re)
	case kindAccount:
		return compileAccount(c, &v.lo, re), accountNeed(c, &v.lo, re), nil
	case kindChat:
		return compileChat(c, &v.lo, re), everything, nil
	}
	return compileText(c, &v.lo, re), textNeed(c, &v.lo, re), nil
}

// regex compiles an atom that is a regular expression, or must be one; nil if
// it is none.
func (p *parser) regex(must bool, a *atom) (*regexp.Regexp, error) {
	if !must && !a.regex {
		return nil, nil
	}
	text := a.text
	if a.fold {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	if err == nil && a.text == "" {
		return nil, p.fail(a.start, a.end, "the regular expression is empty")
	}
	if err != nil {
		why := err.Error()
		var s *syntax.Error
		if errors.As(err, &s) {
			why = s.Code.String()
			if s.Expr != "" && s.Expr != text {
				why += ": " + s.Expr
			}
		}
		return nil, p.fail(a.start, a.end, "the regular expression is wrong: %s", why)
	}
	return re, nil
}

// atomTerm is a bare atom: it searches summary, text and bytes.
func (p *parser) atomTerm(a atom) (node, error) {
	t := &term{price: costText + costBytes, text: true, wants: everything, source: a.alone()}
	re, err := p.regex(false, &a)
	if err != nil {
		return nil, err
	}
	look := newPattern(&a)
	bytesHave := func(b []byte) bool { return in(&look, b) }
	textHas := func(s string) bool { return in(&look, s) }
	var foreign []string
	switch {
	case re != nil:
		t.price += costRegex
		one := newMatcher(re)
		bytesHave, textHas = one.match, one.matchString
		foreign = foreignWords(literalsOf(re))
	case look.ascii:
		foreign = foreignWords([][]string{look.pieces})
	}
	has := func(e *event.Event, m *meaning) bool {
		switch e.Kind {
		case event.Note:
			return textHas(e.Note) || textHas(e.Text)
		case event.Raw:
			return bytesHave(e.Raw) || textHas(e.Text)
		case event.Gap:
			return false
		}
		if bytesHave(e.Raw) {
			return true
		}
		if !m.mayExplain(e, foreign) {
			return false
		}
		a := m.of(e)
		return textHas(a.Summary) || a.Payload != nil && textHas(a.Payload.Text)
	}
	t.tests = []seenTest{{has, func(e *event.Event, _ Known) Verdict {
		if e.Kind == event.Gap {
			return No
		}
		return Maybe
	}}}
	return t, nil
}

func compileText(c *comparison, a *atom, re *regexp.Regexp) test {
	get, arg := c.field.text, c.arg
	look := newPattern(a)
	has := func(s string) bool { return in(&look, s) }
	is := func(text []byte) bool { return in(&look, text) }
	switch {
	case re != nil:
		exact := newMatcher(re)
		has, is = exact.matchString, exact.match
	case c.op != ":":
		want := a.text
		has = func(s string) bool { return s == want }
		is = func(text []byte) bool { return string(text) == want }
	}
	if c.field.Name != "text" {
		return func(e *event.Event, m *meaning) bool { return get(e, m, arg, has) }
	}
	// What is not in a message's bytes is not in its text.
	may := func(b []byte) bool { return in(&look, b) }
	if re != nil {
		loose, err := regexp.Compile(loosened(re.String()))
		if err != nil {
			return func(e *event.Event, m *meaning) bool { return get(e, m, arg, has) }
		}
		may = newMatcher(loose).match
	} else if c.op != ":" {
		look := newPattern(&atom{text: a.text, quoted: true})
		may = func(b []byte) bool { return in(&look, b) }
	}
	return func(e *event.Event, m *meaning) bool {
		if text, exact, ok := e.Spoken(); exact {
			return len(text) > 0 && is(text)
		} else if ok && !may(text) {
			return false
		}
		return get(e, m, arg, has)
	}
}

// textNeed is what the events are that a text can be of.
func textNeed(c *comparison, a *atom, re *regexp.Regexp) need {
	n := everything
	switch c.field.Name {
	case "nick":
		return only(nickNames.list()...)
	case "text":
		switch {
		case re != nil:
			n.says = literalsOf(re)
		case c.op != ":":
			n.says = [][]string{{strings.ToLower(a.text)}}
		default:
			n.says = [][]string{newPattern(a).pieces}
		}
	}
	if c.field.Name == "mark" {
		return markedOnly
	}
	return n
}

func (n names) list() (list []string) {
	for name := range n {
		list = append(list, string(name[:]))
	}
	slices.Sort(list)
	return list
}

func compileBytes(c *comparison, a *atom, re *regexp.Regexp) test {
	look := newPattern(a)
	has := func(b []byte) bool { return in(&look, b) }
	switch {
	case re != nil:
		has = newMatcher(re).match
	case c.op != ":":
		want := a.text
		has = func(b []byte) bool { return string(b) == want }
	}
	return func(e *event.Event, _ *meaning) bool { return has(e.Raw) }
}

// compileHex searches bytes written in hex, with blanks wherever they please.
func (p *parser) compileHex(c *comparison, v *value, re *regexp.Regexp) (test, need, error) {
	if re != nil {
		return nil, nothing, p.fail(v.start, v.end, "hex takes pairs of digits; raw~ searches a regular expression")
	}
	var b []byte
	digits := 0
	for i := 0; i < len(v.lo.text); i++ {
		ch := v.lo.text[i]
		at := strings.IndexByte("0123456789abcdef", lower[ch])
		switch {
		case isBlank(ch) || ch == ':':
			continue
		case at < 0:
			r, _ := utf8.DecodeRuneInString(v.lo.text[i:])
			return nil, nothing, p.fail(v.start, v.end, "%q is no hex digit", r)
		case digits%2 == 0:
			b = append(b, byte(at<<4))
		default:
			b[len(b)-1] |= byte(at)
		}
		digits++
	}
	switch {
	case digits == 0:
		return nil, nothing, p.fail(v.start, v.end, "hex takes pairs of digits: \"0d 0a\"")
	case digits%2 == 1:
		return nil, nothing, p.fail(v.start, v.end, "a hex digit is missing: bytes have two each")
	}
	want := string(b)
	var spaced []string
	for _, one := range b {
		spaced = append(spaced, string("0123456789abcdef"[one>>4])+string("0123456789abcdef"[one&15]))
	}
	v.lo = atom{text: strings.Join(spaced, " "), quoted: true}
	if c.op == ":" {
		return func(e *event.Event, _ *meaning) bool { return bytes.Contains(e.Raw, b) }, everything, nil
	}
	return func(e *event.Event, _ *meaning) bool { return string(e.Raw) == want }, everything, nil
}
