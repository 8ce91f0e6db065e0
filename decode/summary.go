// This file says in one line of plain words what a command does. The subject
// left out is the user of the connection for what a client sends, the server
// for what it answers.

package decode

import "strconv"

// maxSummary bounds the peer's text inside a summary, in characters.
const maxSummary = 120

// line is a summary in the making.
type line struct {
	a   *Annotation
	ctx Context
	b   []byte
}

func (l *line) say(parts ...string) {
	for _, p := range parts {
		l.b = append(l.b, p...)
	}
}

// put adds a parameter's value, or the words given if there is none.
func (l *line) put(name, missing string) {
	if v := l.a.param(name); v != "" {
		l.b = appendVisible(l.b, v, maxSummary)
		return
	}
	l.b = append(l.b, missing...)
}

// meant adds a parameter's meaning, or its value where it has none.
func (l *line) meant(name string) {
	if m := l.a.meaning(name); m != "" {
		l.b = append(l.b, m...)
		return
	}
	l.put(name, "?")
}

// status writes what the status says; what is no adjective stands in quotes.
func (l *line) status() {
	if m := l.a.meaning("status"); l.a.param("status") == "BRB" && m != "" {
		l.quoted(m, 40)
		return
	}
	l.meant("status")
}

// named adds the name in brackets when it says more than the address does.
func (l *line) named(handle, nick string) {
	l.put(handle, "?")
	if n := l.a.param(nick); n != "" && n != l.a.param(handle) {
		l.b = append(l.b, " ("...)
		l.b = appendVisible(l.b, n, 60)
		l.b = append(l.b, ')')
	}
}

// quoted adds text in quotes.
func (l *line) quoted(s string, limit int) {
	l.b = append(l.b, '"')
	l.b = appendVisible(l.b, s, limit)
	l.b = append(l.b, '"')
}

// summarise writes the summary of a.
func summarise(a *Annotation, ctx Context) string {
	l := line{a: a, ctx: ctx, b: a.words[:0]}
	switch {
	case a.Spec == nil:
		l.say("unknown command ")
		l.b = appendVisible(l.b, a.Name, 8)
		for i := range a.Params {
			l.b = append(l.b, ' ')
			l.b = appendVisible(l.b, a.Params[i].Value, 40)
			if len(l.b) > 2*maxSummary {
				l.say("…")
				break
			}
		}
	case a.Category == CategoryError:
		l.say("error ", a.Name, ": ", a.Title)
		if a.param("text") != "" && a.Payload == nil { // else it is the length
			l.say(", says \"")
			for i := range a.Params {
				if i > 0 {
					l.b = append(l.b, ' ')
				}
				l.b = appendVisible(l.b, a.Params[i].Value, 40)
			}
			l.b = append(l.b, '"')
		}
	case ctx.Dir == C2S:
		l.client()
	default:
		l.server()
	}
	if len(l.b) == 0 {
		l.say(a.Title)
	}
	a.words = l.b
	return string(l.b)
}

// plain is for commands without words of their own: the title.
func (l *line) plain() {
	l.say(l.a.Title)
	l.text(": ")
}

// every adds all values of a repeated parameter.
func (l *line) every(name, between string) {
	first := true
	for i := range l.a.Params {
		if p := &l.a.Params[i]; p.Name == name {
			if !first {
				l.say(between)
			}
			first = false
			l.b = appendVisible(l.b, p.Value, 60)
		}
	}
}

// ofTotal adds "3 of 12: ".
func (l *line) ofTotal() {
	if i := l.a.param("index"); i != "" {
		l.put("index", "")
		l.say(" of ")
		l.put("total", "?")
		l.say(": ")
	}
}

// text adds the beginning of the payload's text.
func (l *line) text(before string) {
	p := l.a.Payload
	switch {
	case p == nil:
	case p.Binary:
		l.say(before, "binary")
	case p.Text != "":
		words := firstOf(paramNamed(p.Meaning, "TEXT"), paramNamed(p.Meaning, "PSM"))
		if words == "" && p.Type == "text/xml" && p.Text[0] == '<' {
			return // a document without a text for people
		}
		l.say(before)
		l.quoted(firstOf(words, p.Text), 60)
	}
}

// count adds a number with the word for one or many.
func (l *line) count(n int, one, many string) {
	l.b = strconv.AppendInt(l.b, int64(n), 10)
	if n == 1 {
		l.say(" ", one)
	} else {
		l.say(" ", many)
	}
}
