// This file says what a client asks for.

package decode

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
		l.status()
	case "ADD", "ADC":
		l.say("adds ")
		l.b = appendVisible(l.b, firstOf(l.a.param("email"), l.a.field("N="), l.a.field("C="), "somebody"), maxSummary)
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
		l.say("asks for the address of the page ")
		l.put("service", "?")
		if m := l.a.meaning("service"); m != "" {
			l.say(" (", m, ")")
		}
	case "FND":
		l.say("searches the directory: ")
		l.every("terms", ", ")
	case "SND", "SDC":
		l.say("invites ")
		if t := l.a.param("target"); indexByte(t, '@') < 0 && isNumber(t, Span{0, len(t)}) {
			l.say("number ", t, " of the people found")
		} else {
			l.put("target", "somebody")
		}
		l.say(" by mail")
		l.text(": ")
	case "IMS":
		l.say("sets: ")
		l.meant("mode")
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
		l.say("asks whether the connection is alive")
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
