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
		l.quoted(strings.TrimRight(p.Text, "\r\n"), maxSummary)
		l.look(p)
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
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "From"), find(p.Fields, "From-Addr"), "somebody"), 60)
		if s := find(p.Fields, "Subject"); s != "" {
			l.say(": ")
			l.quoted(s, 80)
		}
	case "text/x-msmsgsactivemailnotification":
		l.say("mail moved, read or deleted: ")
		l.b = appendVisible(l.b, firstOf(find(p.Fields, "Message-Delta"), "?"), 20)
	case "application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage":
		if find(p.Fields, "Type") == "1" {
			l.say("the service goes down for maintenance in ")
			n, _ := strconv.Atoi(find(p.Fields, "Arg1"))
			l.count(n, "minute", "minutes")
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
		l.say("custom emoticons")
	case "application/x-msnmsgrp2p":
		l.from(who)
		l.say("peer-to-peer data for ")
		l.b = appendVisible(l.b, firstOf(find(p.Headers, "P2P-Dest"), "?"), 60)
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
			effects = p.Meaning[i].Meaning
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
			l.say("invites to ")
			l.b = appendVisible(l.b, firstOf(find(p.Fields, "Application-Name"), "an application"), 80)
		}
		cookie()
	case "ACCEPT":
		l.say("accepts")
		if ip := find(p.Fields, "IP-Address"); ip != "" {
			l.say(", connect to ")
			l.b = appendVisible(l.b, ip, 60)
			l.say(":")
			l.b = appendVisible(l.b, firstOf(find(p.Fields, "Port"), "?"), 10)
		}
		cookie()
	case "CANCEL":
		l.say("cancels")
		if code := find(p.Fields, "Cancel-Code"); code != "" {
			l.say(": ")
			l.b = appendVisible(l.b, code, 40)
		}
		cookie()
	default:
		l.say("more about")
		cookie()
	}
}

// mailbox is the summary of unread mail.
func (l *line) mailbox(p *Payload) {
	l.b = appendVisible(l.b, firstOf(find(p.Fields, "Inbox-Unread"), "some"), 10)
	l.say(" unread in the inbox")
	if n := find(p.Fields, "Folders-Unread"); n != "" {
		l.say(", ")
		l.b = appendVisible(l.b, n, 10)
		l.say(" in other folders")
	}
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
