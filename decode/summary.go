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

// named adds the name in brackets when it says more than the address does.
func (l *line) named(handle, nick string) {
	l.put(handle, "?")
	if n := l.a.param(nick); n != "" && n != l.a.param(handle) {
		l.b = append(l.b, " ("...)
		l.b = appendVisible(l.b, n, 60)
		l.b = append(l.b, ')')
	}
}

// me adds the user of the connection.
func (l *line) me() {
	if l.ctx.Account == "" {
		l.say("the user")
		return
	}
	l.b = appendVisible(l.b, l.ctx.Account, maxSummary)
}

// quoted adds text in quotes.
func (l *line) quoted(s string, limit int) {
	l.b = append(l.b, '"')
	l.b = appendVisible(l.b, s, limit)
	l.b = append(l.b, '"')
}

// summarise writes the summary of a.
func summarise(a *Annotation, ctx Context) string {
	var room [256]byte
	l := line{a: a, ctx: ctx, b: room[:0]}
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
		if a.param("text") != "" {
			for i := range a.Params {
				l.b = append(l.b, ' ')
				l.b = appendVisible(l.b, a.Params[i].Value, 40)
			}
		}
	case ctx.Dir == C2S:
		l.client()
	default:
		l.server()
	}
	if len(l.b) == 0 {
		l.say(a.Title)
	}
	return string(l.b)
}

// client says what a client asks for.
func (l *line) client() {
	switch l.a.Name {
	case "VER":
		l.say("offers ")
		l.every("dialects", ", ")
	case "INF":
		l.say("asks which ways to sign in there are")
	case "CVR", "CVQ":
		l.say("is ")
		l.put("clientName", "?")
		l.say(" ")
		l.put("clientVersion", "?")
		l.say(" on ")
		l.put("osType", "?")
		l.say(" ")
		l.put("osVersion", "")
		if l.a.meaning("lcid") != "" {
			l.say(", ", l.a.meaning("lcid"))
		}
	case "USR":
		l.signIn()
	case "XFR":
		if l.a.param("type") == "SB" {
			l.say("asks for a switchboard")
		} else {
			l.say("asks for another notification server")
		}
	case "SYN":
		if v := l.a.param("listVersion"); v == "0" {
			l.say("asks for all lists")
		} else {
			l.say("asks for lists newer than version ")
			l.put("listVersion", "?")
		}
	case "CHG":
		l.say("wants to be ")
		l.meant("status")
	case "ADD", "ADC":
		l.say("adds ")
		l.put("email", "somebody")
		l.say(" to the ", listName(l.a.param("list")))
		l.inGroup()
	case "REM":
		l.say("removes ")
		l.put("who", "somebody")
		l.say(" from the ", listName(l.a.param("list")))
		l.inGroup()
	case "REA":
		if l.a.param("email") == l.ctx.Account {
			l.say("wants to be called ")
		} else {
			l.say("renames ")
			l.put("email", "?")
			l.say(" to ")
		}
		l.quoted(l.a.param("nick"), 80)
	case "ADG":
		l.say("creates group ")
		l.quoted(l.a.param("name"), 80)
	case "REG":
		l.say("renames group ")
		l.put("groupId", "?")
		l.say(" to ")
		l.quoted(l.a.param("name"), 80)
	case "RMG":
		l.say("removes group ")
		l.put("groupId", "?")
	case "GTC", "BLP":
		l.say("sets: ")
		l.meant("mode")
	case "PRP":
		l.property()
	case "LST":
		l.say("asks for the ", listName(l.a.param("list")))
	case "LSG":
		l.say("asks for the groups")
	case "URL":
		l.say("asks for the address of ")
		l.put("service", "a page")
	case "FND":
		l.say("searches the directory: ")
		l.every("terms", ", ")
	case "SND", "SDC":
		l.say("invites ")
		l.put("target", "somebody")
		l.say(" by mail")
	case "IMS":
		l.say("turns messages ")
		l.put("mode", "?")
	case "QRY":
		l.say("answers the challenge as ")
		l.put("productId", "?")
	case "CHL":
		l.say("asks to be challenged")
	case "PAG":
		l.say("pages ")
		l.put("email", "?")
		l.text(": ")
	case "PNG":
		l.say("is still there")
	case "OUT":
		if l.ctx.Role == RoleSB {
			l.say("leaves the chat")
		} else {
			l.say("signs out")
		}
	case "ANS":
		l.say("joins chat ")
		l.put("sessionId", "?")
		l.say(" as ")
		l.put("email", "?")
	case "CAL":
		l.say("invites ")
		l.put("email", "?")
	case "MSG":
		l.message("")
	default:
		l.plain()
	}
}

// server says what a server answers or tells.
func (l *line) server() {
	switch l.a.Name {
	case "VER":
		if l.a.param("dialects") == "0" {
			l.say("no dialect in common")
		} else {
			l.say("accepts ")
			l.every("dialects", ", ")
		}
	case "INF":
		l.say("sign in with ")
		l.every("packages", ", ")
	case "CVR", "CVQ":
		l.say("recommends version ")
		l.put("recommended", "?")
		l.say(", the oldest allowed is ")
		l.put("minimum", "?")
	case "USR":
		l.signedIn()
	case "XFR":
		l.redirect()
	case "RNG":
		l.named("email", "nick")
		l.say(" invites to chat ")
		l.put("sessionId", "?")
		l.say(" at ")
		l.put("address", "?")
	case "SYN":
		l.say("lists are at version ")
		l.put("listVersion", "?")
	case "CHG":
		l.say("status is now ")
		l.meant("status")
	case "ILN", "NLN":
		l.named("email", "nick")
		if l.a.Name == "ILN" {
			l.say(" is ")
		} else {
			l.say(" is now ")
		}
		l.meant("status")
	case "FLN":
		l.put("email", "?")
		l.say(" is now offline")
	case "LST":
		l.listed()
	case "LSG":
		l.say("group ")
		l.ofTotal()
		l.quoted(l.a.param("name"), 80)
		l.say(" with id ")
		l.put("groupId", "?")
	case "GTC", "BLP":
		l.say("setting: ")
		l.meant("mode")
	case "PRP":
		l.property()
	case "BPR":
		l.put("email", "the contact")
		l.say(": ")
		l.property()
	case "ADD":
		l.added()
	case "REM":
		l.named("email", "")
		l.say(" is off the ", listName(l.a.param("list")))
		l.inGroup()
	case "REA":
		l.put("email", "?")
		l.say(" is now called ")
		l.quoted(l.a.param("nick"), 80)
	case "ADG":
		l.say("group ")
		l.quoted(l.a.param("name"), 80)
		l.say(" created with id ")
		l.put("groupId", "?")
	case "REG":
		l.say("group")
		if l.a.param("groupId") != "" {
			l.say(" ")
			l.put("groupId", "")
		}
		l.say(" is now called ")
		l.quoted(l.a.param("name"), 80)
	case "RMG":
		l.say("group ")
		l.put("groupId", "?")
		l.say(" removed")
	case "CHL":
		l.say("challenges the client to prove what program it is")
	case "QRY":
		l.say("challenge passed")
	case "QNG":
		l.say("heard")
		if s := l.a.param("seconds"); s != "" {
			l.say(", next PNG expected in ")
			l.put("seconds", "")
			l.say(" s")
		}
	case "OUT":
		l.say("closes the connection")
		if l.a.param("reason") != "" {
			l.say(": ")
			l.meant("reason")
		}
	case "URL":
		l.say("page ")
		l.put("redirectUrl", "?")
	case "FND":
		if l.a.param("total") == "0" {
			l.say("nobody found")
			break
		}
		l.say("found ")
		l.ofTotal()
		l.every("fields", ", ")
	case "ANS":
		l.say("joined the chat")
	case "IRO":
		l.say("in the chat ")
		l.ofTotal()
		l.named("email", "nick")
	case "JOI":
		l.named("email", "nick")
		l.say(" joins the chat")
	case "BYE":
		l.put("email", "?")
		l.say(" leaves the chat")
		if l.a.param("idle") != "" {
			l.say(" (idle too long)")
		}
	case "CAL":
		l.say("ringing, chat ")
		l.put("sessionId", "?")
	case "ACK":
		l.say("delivered")
	case "NAK":
		l.say("not delivered to everybody")
	case "MSG":
		l.message(l.sender())
	case "NOT", "IPG":
		l.say(l.a.Title)
		l.text(": ")
	default:
		l.plain()
	}
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
		l.say(before)
		l.quoted(p.Text, 60)
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
