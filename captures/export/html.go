// This file writes a report: one HTML page that needs nothing else, no script
// and no network, and says so to the browser. All text goes through escape.

package export

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"msnscope/captures/chat"
	"msnscope/captures/event"
	"msnscope/decode"
)

// htmlHead is the page up to its sections. The policy lets a browser load and
// run nothing, whatever stands in the page.
const htmlHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer"><title>MSN Messenger sessions</title>
<style>
:root{color-scheme:light dark}
body{font:14px/1.45 system-ui,sans-serif;margin:1.5em auto;max-width:75em;padding:0 1em}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.15em .5em;border-bottom:1px solid #8884;overflow-wrap:anywhere}
.t,.l{white-space:nowrap;color:GrayText}
.c{width:45%}.s{width:45%}
.e{color:#c33}
pre,code{font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:.2em 0}
summary{cursor:pointer}
.chat p{margin:.1em 0}.chat b{margin-right:.4em}
.m{background:#fff;color:#000;padding:0 .25em;white-space:pre-wrap;overflow-wrap:anywhere}
</style></head><body><h1>MSN Messenger sessions</h1>
<p>Written by msnscope. Times are UTC. Open a line to see all of its command.</p>
`

type report struct {
	w   io.Writer
	s   *Source
	o   Options
	a   decode.Annotation
	err error
}

func writeHTML(w io.Writer, s *Source, o Options) error {
	r := &report{w: w, s: s, o: o}
	r.put(htmlHead)
	sessions := s.Sessions()
	r.put(`<table><thead><tr><th>session<th>account<th>client<th>from<th>server<th>started<th>events<th>chats<th>errors</tr></thead><tbody>`)
	for i := range sessions {
		x := &sessions[i]
		from, server := "", ""
		if x.From.IsValid() {
			from = x.From.String()
		}
		if x.Server.IsValid() {
			server = x.Server.String()
		}
		r.putf(`<tr><td><a href="#s%d">%d</a><td>%s%s<td>%s<td>%s<td>%s<td>%s<td>%d<td>%d<td>%d</tr>`, x.ID, x.ID,
			escape(x.Account), named(x.Name), escape(x.Client), escape(from), escape(server), clock("2006-01-02 15:04:05", x.Started), x.Events, x.Chats, x.Errors)
	}
	r.put("</tbody></table>\n")
	for i := range sessions {
		x := &sessions[i]
		if err := r.section(x.ID, fmt.Sprintf("Session %d: %s%s", x.ID, escape(x.Account), named(x.Name))); err != nil {
			return err
		}
	}
	if err := r.section(0, "Connections of no session"); err != nil {
		return err
	}
	r.put("</body></html>\n")
	return r.err
}

func (r *report) put(s string) {
	if r.err == nil {
		_, r.err = io.WriteString(r.w, s)
	}
}

func (r *report) putf(format string, args ...any) { r.put(fmt.Sprintf(format, args...)) }

// section writes one session: its chats, then its commands. One without
// selected events is left out.
func (r *report) section(session int64, title string) error {
	begun := false
	begin := func() {
		if !begun {
			r.putf("<h2 id=\"s%d\">%s</h2>\n", session, title)
			begun = true
		}
	}
	t := newTalk(r.s)
	var last *said
	err := r.s.Walk(session, func(e *event.Event) error {
		return t.each(e, r.o, func(l *said) error {
			begin()
			if last == nil || last.chat != l.chat {
				if last != nil {
					r.put("</div>\n")
				}
				last = l
				r.putf("<h3>Chat %s</h3><div class=\"chat\"><p class=\"l\">connection %d, seen by %s</p>\n", escape(l.key), l.connection, escape(l.account))
			}
			r.said(l)
			return r.err
		})
	})
	if last != nil {
		r.put("</div>\n")
	}
	if err != nil {
		return err
	}
	open := false
	var conn int64
	err = r.s.Walk(session, func(e *event.Event) error {
		begin()
		if !open {
			r.put("<h3>Commands</h3><table><thead><tr><th>time<th>client →<th>← server<th>answered in</tr></thead><tbody>\n")
			open = true
		}
		if e.Connection != conn {
			conn = e.Connection
			if c := r.s.Connection(conn); c != nil {
				client, server := ends(c)
				r.putf("<tr><th colspan=\"4\">connection %d, %s: %s → %s</tr>\n", conn, c.Role, escape(client), escape(server))
			}
		}
		r.command(e)
		return r.err
	})
	if open {
		r.put("</tbody></table>\n")
	}
	return err
}

func (r *report) said(l *said) {
	at := clock("15:04:05", l.time)
	if l.note != "" {
		r.putf("<p><span class=\"t\">%s</span> <i>%s %s</i></p>\n", at, escape(l.person()), escape(l.note))
		return
	}
	r.putf("<p><span class=\"t\">%s</span> <b>%s</b><span class=\"m\" style=\"%s\" dir=\"auto\"><bdi>%s</bdi></span></p>\n",
		at, escape(l.person()), style(l.look), escapeLines(l.text))
}

// command writes a row of the ladder: what the client says stands on the left,
// what the server says on the right.
func (r *report) command(e *event.Event) {
	if !r.o.Secrets {
		e = e.Masked(nil)
	}
	a := &r.a
	name, summary, class := "---", e.Summary(), ""
	switch e.Kind {
	case event.Command:
		e.AnnotateInto(a)
		name, summary = a.Name, a.Summary
		if a.Category == decode.CategoryError {
			class = " class=\"e\""
		}
	default:
		*a = decode.Annotation{}
	}
	latency := ""
	if e.Answers != 0 {
		latency = fmt.Sprintf("%.1f ms", float64(e.Latency)/1e6)
	}
	r.putf("<tr%s><td class=\"t\">%s", class, clock("15:04:05.000", e.Time))
	if e.Dir == decode.S2C {
		r.put("<td class=\"c\"><td class=\"s\">")
	} else {
		r.put("<td class=\"c\">")
	}
	star := ""
	if e.Mark != (event.Mark{}) {
		star = "★ "
	}
	r.putf("<details><summary>%s<code>%s</code> %s</summary>", star, escape(name), escape(summary))
	if star != "" {
		r.putf("<p><b>%s</b></p>", escape(e.Mark.String()))
	}
	r.details(e)
	r.put("</details>")
	if e.Dir == decode.C2S {
		r.put("<td class=\"s\">")
	}
	r.putf("<td class=\"l\">%s</tr>\n", latency)
}

// details writes the fields of a command and its bytes.
func (r *report) details(e *event.Event) {
	a := r.a
	if a.Spec != nil {
		r.putf("<p>%s</p>", escape(a.Title+". "+a.Spec.Explain))
	}
	if len(a.Params) > 0 || a.Payload != nil {
		r.put("<table>")
		for i := range a.Params {
			p := &a.Params[i]
			r.field(p.Name, p.Value, p.Meaning)
		}
		if p := a.Payload; p != nil {
			for _, h := range p.Headers {
				r.field(h.Name, h.Value, "")
			}
			for _, h := range p.Fields {
				r.field(h.Name, h.Value, "")
			}
			for i := range p.Meaning {
				r.field(p.Meaning[i].Name, p.Meaning[i].Value, p.Meaning[i].Meaning)
			}
		}
		r.put("</table>")
	}
	for i := range e.Warnings {
		r.putf("<p class=\"e\">%s</p>", escape(e.Warnings[i].Text))
	}
	if len(e.Raw) > 0 {
		r.put("<pre>")
		for p := e.Raw; len(p) > 0; {
			n := min(len(p), maxSegment)
			if n < len(p) {
				for k := 0; k < 3 && p[n]&0xc0 == 0x80; k++ { // not within a character
					n--
				}
			}
			r.put(escapeLines(string(p[:n])))
			p = p[n:]
		}
		r.put("</pre>")
	}
	if e.Delivered != nil {
		r.putf("<p>delivered as</p><pre>%s</pre>", escapeLines(string(e.Delivered)))
	}
}

func (r *report) field(name, value, meaning string) {
	r.putf("<tr><th>%s<td>%s<td>%s</tr>", escape(name), escape(value), escape(meaning))
}

// escape makes text of a peer safe to stand anywhere in the page: as text, and
// between the quotes of an attribute.
func escape(s string) string { return html.EscapeString(decode.Visible(s)) }

func escapeLines(s string) string { return html.EscapeString(visibleLines(s)) }

func named(name string) string {
	if name == "" {
		return ""
	}
	return " (" + escape(name) + ")"
}

func clock(layout string, ns int64) string { return time.Unix(0, ns).UTC().Format(layout) }

// style is how a message looked, as CSS: made of known words and numbers only.
func style(look *chat.Look) string {
	if look == nil {
		return ""
	}
	var css []string
	if family := fontName(look.Font); family != "" {
		css = append(css, "font-family:'"+family+"',sans-serif")
	}
	if look.Colour != "" {
		css = append(css, "color:"+readable(look.Colour))
	}
	lines := ""
	for _, c := range look.Effects {
		switch c {
		case 'B':
			css = append(css, "font-weight:bold")
		case 'I':
			css = append(css, "font-style:italic")
		case 'U':
			lines += " underline"
		case 'S':
			lines += " line-through"
		}
	}
	if lines != "" {
		css = append(css, "text-decoration:"+lines[1:])
	}
	return strings.Join(css, ";")
}

// fontName returns a font's name if it is made of letters, digits and blanks.
func fontName(name string) string {
	if len(name) > 64 {
		return ""
	}
	for _, c := range name {
		if c != ' ' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return ""
		}
	}
	return name
}

// readable darkens a colour until it can be read on white.
func readable(rgb string) string {
	var r, g, b int
	if _, err := fmt.Sscanf(rgb, "#%02x%02x%02x", &r, &g, &b); err != nil {
		return "#000000"
	}
	for r*299+g*587+b*114 > 140*1000 { // luma of ITU-R BT.601, about 4.5:1 against white
		r, g, b = r*7/8, g*7/8, b*7/8
	}
	return fmt.Sprintf("#%02x%02x%02x", r, g, b)
}
