// This file has the summaries of sign-in, redirects and the roster.

package decode

import "strings"

// listName names a list in a sentence.
func listName(list string) string {
	switch list {
	case "FL":
		return "forward list"
	case "AL":
		return "allow list"
	case "BL":
		return "block list"
	case "RL":
		return "reverse list"
	case "PL":
		return "pending list"
	}
	return "list"
}

// signIn is a client's USR.
func (l *line) signIn() {
	switch l.a.Spec.Variant {
	case "initial":
		l.say("asks to sign in as ")
		l.put("email", "?")
		l.say(" with ")
		l.put("package", "?")
	case "response":
		l.say("proves the password with ")
		l.put("package", "?")
	default:
		l.say("opens the switchboard as ")
		l.put("email", "?")
	}
}

// signedIn is a server's USR.
func (l *line) signedIn() {
	switch l.a.Spec.Variant {
	case "challenge":
		l.say("asks to prove the password")
		if l.a.param("challenge") != "" {
			l.say(", challenge ")
			l.put("challenge", "")
		}
	case "sb-ok":
		l.say("switchboard open for ")
		l.named("email", "nick")
	default:
		l.say("signed in: ")
		l.named("email", "nick")
	}
}

// redirect is a server's XFR.
func (l *line) redirect() {
	switch {
	case l.a.Spec.Variant == "sb":
		l.say("go to switchboard ")
		l.put("address", "?")
	case l.a.param("address") == "0":
		l.say("start again on this connection")
	default:
		l.say("go to notification server ")
		l.put("address", "?")
	}
}

// listed is a line of LST.
func (l *line) listed() {
	list := l.a.param("list")
	if list == "" { // later dialects: a contact once, with all its lists
		l.say("contact ")
		l.person()
		return
	}
	if l.a.param("total") == "0" {
		l.say("the ", listName(list), " is empty")
		return
	}
	l.say(listName(list), " ")
	l.ofTotal()
	l.named("email", "nick")
	if g := l.a.param("groups"); g != "" && g != "0" {
		l.say(", group ")
		if indexByte(g, ',') > 0 {
			l.b = l.b[:len(l.b)-1]
			l.say("s ")
		}
		l.put("groups", "")
	}
}

// person is whom a line of LST, ADD or ADC is about. MSNP10 and later have the
// account behind N=, the name behind F=, and some lines nothing but C= and an id.
func (l *line) person() {
	handle, name := l.a.field("N="), l.a.field("F=")
	if handle == "" && l.a.param("email") == "" {
		handle = firstOf(name, l.a.field("C="))
	}
	if handle == "" {
		l.named("email", "nick")
		return
	}
	l.b = appendVisible(l.b, handle, maxSummary)
	if name != "" && name != handle {
		l.b = append(l.b, " ("...)
		l.b = appendVisible(l.b, name, 60)
		l.b = append(l.b, ')')
	}
}

// added is a server's ADD or ADC.
func (l *line) added() {
	l.person()
	if l.a.param("list") == "RL" {
		l.say(" has added the user")
		return
	}
	l.say(" is on the ", listName(l.a.param("list")))
	l.inGroup()
}

// inGroup adds the group of an ADD or REM.
func (l *line) inGroup() {
	if g := l.a.param("groupId"); g != "" {
		l.say(", group ")
		l.put("groupId", "")
	}
}

// property is PRP and BPR.
func (l *line) property() {
	if name, ok := strings.CutSuffix(l.a.meaning("type"), " (Y or N)"); ok {
		l.say(name)
	} else {
		l.meant("type")
	}
	if l.a.param("value") == "" {
		l.say(": not set")
		return
	}
	l.say(": ")
	l.meant("value")
}
