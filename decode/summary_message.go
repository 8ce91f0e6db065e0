// This file has the summaries of MSG payloads.

package decode

import (
	"strconv"
	"strings"
)

// sender names who sends a MSG that a server passes on.
func (l *line) sender() string {
	if nick := l.a.param("nick"); nick != "" && nick != "Hotmail" {
		return nick
	}
	return l.a.param("sender")
}

// message is a MSG; who is the sender's name, "" for the connection's user.
func (l *line) message(who string) {
	p := l.a.Payload
	if p == nil {
		l.from(who)
		l.say("an empty message")
		return
	}
	switch p.Type {
	case "text/plain":
		if who != "" {
			l.b = appendVisible(l.b, who, 40)
			l.say(": ")
		}
		if p.Binary {
			l.say("binary")
			break
		}
		l.quoted(strings.TrimRight(p.Text, "\r\n"), maxSummary)
		l.look(p)
		l.part(p)
	case "text/x-msmsgscontrol":
		if u := find(p.Headers, "TypingUser"); u != "" {
			l.b = appendVisible(l.b, u, maxSummary)
			l.say(" is typing")
		} else if u := find(p.Headers, "RecordingUser"); u != "" {
			l.b = appendVisible(l.b, u, maxSummary)
			l.say(" is recording a voice clip")
		} else {
			l.from(who)
			l.say("a control message")
		}
	case "text/x-msmsgsprofile":
		l.say("profile of the account")
	case "text/x-msmsgsinvite":
		l.from(who)
		l.invitation(p)
	case "text/x-msmsgsinitialemailnotification", "text/x-msmsgsinitialmdatanotification":
		l.mailbox(p)
	case "text/x-msmsgsemailnotification", "application/x-msmsgsemailnotification", "text/x-msmsgsoimnotification":
		if find(p.Fields, "Inbox-Unread") != "" {
			l.mailbox(p)
			break
		}
		l.say("new mail from ")
		l.b = appendVisible(l.b, firstOf(DecodeWords(find(p.Fields, "From")), find(p.Fields, "From-Addr"),
			paramNamed(p.Meaning, "N"), paramNamed(p.Meaning, "E"), "somebody"), 60)
		if s := firstOf(find(p.Fields, "Subject"), paramNamed(p.Meaning, "SU")); s != "" {
			l.say(": ")
			l.quoted(DecodeWords(s), 80)
		}
	case "text/x-msmsgsactivemailnotification":
		l.mailMoved(p)
	case "application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage":
		if find(p.Fields, "Type") == "1" {
			l.say("the service goes down for maintenance")
			if n, err := strconv.Atoi(find(p.Fields, "Arg1")); err == nil {
				l.say(" in ")
				l.count(n, "minute", "minutes")
			}
			break
		}
		l.say("system message of type ")
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "Type"), "?"), 20)
	case "text/x-clientcaps", "text/x-clientinfo":
		l.from(who)
		l.say("says what program it is: ")
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "Client-Name"), "?"), 60)
	case "text/x-keepalive":
		l.from(who)
		l.say("keeps the chat open")
	case "text/x-msnmsgr-datacast":
		l.from(who)
		l.say(datacast(find(p.Fields, "ID")))
	case "text/x-mms-emoticon", "text/x-mms-animemoticon":
		l.from(who)
		l.emoticons(p)
	case "application/x-msnmsgrp2p":
		l.from(who)
		l.peerToPeer(p)
	case "image/gif", "application/x-ms-ink":
		l.from(who)
		l.say("handwriting")
	default:
		l.from(who)
		l.b = appendVisible(l.b, p.Type, 60)
		l.text(": ")
	}
}

// from adds "Bob: " if a sender is known.
func (l *line) from(who string) {
	if who != "" {
		l.b = appendVisible(l.b, who, 40)
		l.say(": ")
	}
}

// look adds font and effects in brackets.
func (l *line) look(p *Payload) {
	font, effects := "", ""
	for i := range p.Meaning {
		switch p.Meaning[i].Name {
		case "font":
			font = p.Meaning[i].Value
		case "effects":
			if effects = p.Meaning[i].Meaning; effects == noEffects {
				effects = ""
			}
		}
	}
	if font == "" && effects == "" {
		return
	}
	l.say(" (")
	l.b = appendVisible(l.b, font, 40)
	if font != "" && effects != "" {
		l.say(", ")
	}
	l.say(effects, ")")
}

// invitation is a text/x-msmsgsinvite.
func (l *line) invitation(p *Payload) {
	cookie := func() {
		l.say(" (invitation ")
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "Invitation-Cookie"), "?"), 20)
		l.say(")")
	}
	switch strings.ToUpper(find(p.Fields, "Invitation-Command")) {
	case "INVITE":
		if file := find(p.Fields, "Application-File"); file != "" {
			l.say("offers the file ")
			l.quoted(file, 80)
			if size := find(p.Fields, "Application-FileSize"); size != "" {
				l.say(", ")
				l.b = appendVisible(l.b, size, 20)
				l.say(" bytes")
			}
		} else {
			l.say("invites: ")
			l.b = appendVisible(l.b, firstOf(ApplicationName(find(p.Fields, "Application-GUID")), find(p.Fields, "Application-Name"), "an application that is not named"), 80)
		}
		cookie()
	case "ACCEPT":
		l.say("accepts")
		if ip := find(p.Fields, "IP-Address"); ip != "" {
			l.say(", connect to ")
			l.b = appendVisible(l.b, ip, 60)
			if port := invitationPort(p.Fields); port != "" { // some write it behind the address
				l.say(":")
				l.b = appendVisible(l.b, port, 10)
			}
		}
		cookie()
	case "CANCEL":
		l.say("cancels")
		if code := find(p.Fields, "Cancel-Code"); code != "" {
			l.say(": ")
			l.b = appendVisible(l.b, firstOf(CancelMeaning(code), code), 60)
		}
		cookie()
	case "CONTEXT":
		l.say("tells more about the application")
		cookie()
	default:
		l.say("invitation command ")
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "Invitation-Command"), "missing"), 40)
		cookie()
	}
}

// part says which part of a chunked message this is.
func (l *line) part(p *Payload) {
	if find(p.Headers, "Message-ID") == "" {
		return
	}
	if n := find(p.Headers, "Chunks"); n != "" {
		l.say(" (first of ")
		l.b = appendVisible(l.b, n, 10)
		l.say(" parts)")
	} else if k, err := strconv.Atoi(find(p.Headers, "Chunk")); err == nil && k >= 0 && k < 1<<30 {
		l.say(" (part ", strconv.Itoa(k+1), " of a message)")
	}
}

// emoticons is a list of custom emoticons.
func (l *line) emoticons(p *Payload) {
	l.say("custom emoticons")
	between := ": "
	for i := range p.Meaning {
		if m := &p.Meaning[i]; m.Name == "shortcut" && len(l.b) < 2*maxSummary {
			l.say(between)
			between = ", "
			l.b = appendVisible(l.b, m.Value, 20)
		}
	}
}

// peerToPeer is a piece of application/x-msnmsgrp2p.
func (l *line) peerToPeer(p *Payload) {
	for i := range p.Meaning {
		if m := &p.Meaning[i]; m.Name == "request" {
			l.say("peer-to-peer negotiation: ")
			if m.Meaning == notKnown {
				l.b = appendVisible(l.b, m.Value, 80)
			} else {
				l.b = appendVisible(l.b, m.Meaning, 80)
			}
			if what := paramMeaning(p.Meaning, "EUF-GUID"); what != "" && what != notKnown {
				l.say(", ", what)
			}
			return
		}
	}
	l.say("peer-to-peer data")
	if to := find(p.Headers, "P2P-Dest"); to != "" {
		l.say(" for ")
		l.b = appendVisible(l.b, to, 60)
	}
	if size := paramNamed(p.Meaning, "message size"); size == "0" {
		l.say(", ", firstOf(paramMeaning(p.Meaning, "flags"), "empty"))
	} else if size != "" {
		l.say(", ", size, " of ", paramNamed(p.Meaning, "total size"), " bytes")
	}
}

func paramMeaning(params []Param, name string) string {
	for i := range params {
		if params[i].Name == name {
			return params[i].Meaning
		}
	}
	return ""
}

// mailbox is the summary of unread mail. Later dialects keep it in a document.
func (l *line) mailbox(p *Payload) {
	l.b = appendVisible(l.b, firstOf(find(p.Fields, "Inbox-Unread"), paramNamed(p.Meaning, "IU"), "some"), 10)
	l.say(" unread in the inbox")
	if n := firstOf(find(p.Fields, "Folders-Unread"), paramNamed(p.Meaning, "OU")); n != "" {
		l.say(", ")
		l.b = appendVisible(l.b, n, 10)
		l.say(" in other folders")
	}
}

// mailMoved says how many mails went from where to where. The notification does
// not say whether they were read, moved or deleted.
func (l *line) mailMoved(p *Payload) {
	if n, err := strconv.Atoi(find(p.Fields, "Message-Delta")); err == nil {
		l.count(max(n, -n), "mail", "mails")
	} else {
		l.say("mails")
	}
	l.say(" moved, read or deleted: ")
	folder := func(name string) string {
		if _, meaning := folderName(find(p.Fields, name)); meaning != "" {
			return meaning
		}
		return "?"
	}
	from, to := folder("Src-Folder"), folder("Dest-Folder")
	if from == to {
		l.say("in ", from)
		return
	}
	l.say("from ", from, " to ", to)
}

func datacast(id string) string {
	switch id {
	case "1":
		return "a nudge"
	case "2":
		return "a wink"
	case "3":
		return "a voice clip"
	case "4":
		return "an action"
	}
	return "a datacast"
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
