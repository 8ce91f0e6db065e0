// This file compiles what is compared with handles: the fields of accounts, and
// chat.

package filter

import (
	"regexp"
	"strconv"
	"strings"

	"msnscope/captures/event"
)

// isHandle reports whether the pattern is all of a handle, with or without its
// domain.
func (p *pattern) isHandle(handle string) bool {
	if handle == "" {
		return len(p.pieces) == 1 && p.pieces[0] == ""
	}
	if p.is(handle) {
		return true
	}
	name, _, domain := strings.Cut(handle, "@")
	return domain && p.is(name)
}

// compileAccount compares handles. Case does not count in them.
func compileAccount(c *comparison, a *atom, re *regexp.Regexp) test {
	look := newPattern(a)
	is := func(handle string) bool { return look.isHandle(handle) }
	// A handle stands on the line as it is: most events can be passed over
	// without annotating them.
	filter := ""
	switch {
	case re != nil:
		is = re.MatchString
	case c.op != ":":
		is = func(handle string) bool { return strings.EqualFold(handle, a.text) }
	}
	if re == nil && look.ascii {
		for _, piece := range look.pieces {
			if c.op == ":" && len(piece) > len(filter) {
				filter = piece
			}
		}
		if c.op != ":" {
			filter = strings.ToLower(a.text)
		}
	}
	peer := func(e *event.Event, m *meaning) bool {
		if e.Kind != event.Command || filter != "" && !containsFold(e.Raw[:e.Line], filter) {
			return false
		}
		return is(m.of(e).Peer)
	}
	speaks := func(e *event.Event) bool { return e.Kind == event.Command || e.Kind == event.Raw }
	switch c.field.Name {
	case "from":
		return func(e *event.Event, m *meaning) bool {
			if e.Dir == c2s {
				return speaks(e) && is(e.Account)
			}
			return peer(e, m)
		}
	case "to":
		return func(e *event.Event, m *meaning) bool {
			if e.Dir == c2s {
				return peer(e, m)
			}
			return speaks(e) && is(e.Account)
		}
	}
	return func(e *event.Event, m *meaning) bool { return is(e.Account) || peer(e, m) }
}

// accountNeed is what events are like that have such a handle.
func accountNeed(c *comparison, a *atom, re *regexp.Regexp) need {
	n := everything
	if re != nil || a.text == "" || !isASCII(a.text) {
		return n
	}
	if c.op == ":" && !a.quoted && strings.Contains(a.text, "*") {
		return n
	}
	name, _, _ := strings.Cut(strings.ToLower(a.text), "@")
	n.handles = []string{name}
	return n
}

// compileChat compares the switchboard session id of an event's chat, the number
// of the chat's first connection, and the handles of those in it.
func compileChat(c *comparison, a *atom, re *regexp.Regexp) test {
	look := newPattern(a)
	is := look.isHandle
	switch {
	case re != nil:
		is = re.MatchString
	case c.op != ":":
		is = func(s string) bool { return strings.EqualFold(s, a.text) }
	}
	return func(e *event.Event, _ *meaning) bool {
		if e.Chat == nil {
			return false
		}
		if e.Chat.Key != "" && is(e.Chat.Key) || is(strconv.FormatInt(e.Chat.ID, 10)) {
			return true
		}
		for _, handle := range e.Chat.People {
			if is(handle) {
				return true
			}
		}
		return false
	}
}
