// This file says what a server answers or tells.

package decode

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
		l.status()
	case "ILN", "NLN":
		l.named("email", "nick")
		if l.a.Name == "ILN" {
			l.say(" is ")
		} else {
			l.say(" is now ")
		}
		l.status()
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
		l.put("email", "the contact just listed")
		l.say(": ")
		l.property()
	case "ADD", "ADC":
		l.added()
	case "REM":
		if l.a.param("list") == "RL" {
			l.put("email", "?")
			l.say(" has removed the user")
			break
		}
		if l.a.param("who") != "" { // MSNP10 and later
			l.put("who", "")
		} else {
			l.named("email", "")
		}
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
		l.say("the connection is alive")
		if s := l.a.param("seconds"); s != "" {
			l.say(", next PNG expected in ")
			l.put("seconds", "")
			l.say(" s")
		}
	case "OUT":
		l.say("closes the connection")
		if l.a.param("reason") != "" {
			l.say(": ")
			if minutes := l.a.param("minutes"); minutes != "" {
				l.say("connect again in ")
				l.put("minutes", "")
				l.say(map[bool]string{true: " minute", false: " minutes"}[minutes == "1"])
				break
			}
			l.meant("reason")
		}
	case "IMS":
		l.say("setting: ")
		l.meant("mode")
	case "URL":
		l.say("the page is ")
		l.put("redirectUrl", "?")
	case "FND":
		if l.a.param("total") == "0" {
			l.say("nobody found")
			break
		}
		l.say("found ")
		l.put("index", "?")
		l.say(" of ")
		l.put("total", "?")
		if l.a.param("fields") != "" {
			l.say(": ")
			l.every("fields", ", ")
		}
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
		l.alert()
		l.text(": ")
	default:
		l.plain()
	}
}
