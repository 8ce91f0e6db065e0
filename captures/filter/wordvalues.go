// This file compiles values that are words out of a few: commands, directions,
// roles, statuses, flags.

package filter

import (
	"fmt"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

const c2s = decode.C2S

// matchWords tests whether any of an event's words is right.
func matchWords(get words, is func(word string) bool) test {
	return func(e *event.Event, m *meaning) bool { return get(e, m, is) }
}

// compileWord compares one word. A friendly value is brought into the spelling
// of the wire, so that "msg" is MSG; an exact one is taken as it is.
func (p *parser) compileWord(c *comparison, v *value) (test, need, error) {
	f, a := c.field, &v.lo
	if word := statusWords[strings.ToLower(a.text)]; f.kind == kindStatus && word != "" {
		a.text = word
	}
	role, number, isNumbered := roleAndNumber(f, a.text)
	if isNumbered {
		a.text = strings.ToUpper(a.text)
		is := func(e *event.Event, _ *meaning) bool { return e.Connection == number && e.Role.String() == role }
		return is, need{from: everything.from, to: everything.to, connections: []int64{number}}, nil
	}
	isGlob := !a.quoted && strings.Contains(a.text, "*")
	if known := spelling(f.Values, a.text); known != "" {
		if c.op != ":" && a.text != known {
			return nil, nothing, p.suggest(v.start, v.end, fmt.Sprintf("%s is exact, and %s is never %q", c.op, f.Name, a.text), known)
		}
		a.text = known
	} else if f.Name == "cmd" && c.op == ":" && !isGlob && len(a.text) == 3 {
		a.text = strings.ToUpper(a.text)
	}
	look := newPattern(a)
	if f.Name != "cmd" { // a command may have any name
		if !hasValue(f, c, a, &look) {
			err := p.suggest(v.start, v.end, fmt.Sprintf("%s has no value %q", f.Name, a.text), nearestValue(a.text, f.Values))
			return nil, nothing, err
		}
	}
	is := look.is
	want := a.text
	if f.Name == "cmd" && c.isName(a) {
		name := [3]byte([]byte(want))
		is := func(e *event.Event, _ *meaning) bool {
			return e.Kind == event.Command && e.Line >= 3 && [3]byte(e.Raw) == name
		}
		return is, only(want), nil
	}
	if c.op != ":" {
		is = func(word string) bool { return word == want }
	}
	return matchWords(f.words, is), wordNeed(f, isGlob), nil
}

// spelling returns the known value that is a word but for its case.
func spelling(values []Value, word string) string {
	for _, v := range values {
		if strings.EqualFold(v.Text, word) {
			return v.Text
		}
	}
	return ""
}

// hasValue reports whether a value of the field can match.
func hasValue(f *field, c *comparison, a *atom, look *pattern) bool {
	if a.text == "" {
		return f.Name == "role" || f.Name == "conn" // role not known
	}
	for _, v := range f.Values {
		if c.op == ":" && look.is(v.Text) || a.text == v.Text {
			return true
		}
	}
	return false
}

// roleAndNumber reads SB31, as the page names a connection.
func roleAndNumber(f *field, word string) (role string, number int64, ok bool) {
	if f.kind != kindConn || len(word) < 3 {
		return "", 0, false
	}
	role = spelling(roleValues, word[:2])
	n, err := parseInt(word[2:])
	return role, n, role != "" && err == nil
}

// wordNeed is what events with a word must be.
func wordNeed(f *field, isGlob bool) need {
	switch {
	case f.kind == kindStatus && !isGlob:
		return only(append(statusNames.list(), "FLN")...)
	case f.Name == "rule":
		return notedOnly
	case f.Name == "list":
		return only(listNames.list()...)
	}
	return everything
}

func (p *parser) compileFlag(c *comparison, v *value, t *term) (test, need, error) {
	flags, word := isFlags, strings.ToLower(v.lo.text)
	if c.field.Name == "has" {
		flags = hasFlags
	}
	for _, f := range flags {
		if f.Text == word && !v.lo.regex {
			v.lo = atom{text: word}
			t.price += f.price
			t.text = t.text || f.text
			return f.test, f.wants, nil
		}
	}
	if instead, later := laterFlags[word]; later {
		return nil, nothing, p.fail(v.start, v.end, "%q cannot be asked yet%s", word, instead)
	}
	return nil, nothing, p.suggest(v.start, v.end, fmt.Sprintf("%s has no value %q", c.field.Name, v.lo.text), nearestValue(word, c.field.Values))
}
