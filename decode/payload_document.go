// This file says what the documents of alerts (NOT), pages (IPG, PAG) and mail
// summaries mean. Source: the command pages of msnp-wiki.

package decode

import (
	"net/url"
	"strconv"
	"strings"
)

// documentParams reads the XML document raw[start:end]. command is the name of
// the command that carries it.
func documentParams(raw []byte, start, end int, command string) []Param {
	params := scanMarkup(raw, start, end)
	if command != "NOT" && command != "IPG" && command != "PAG" {
		return params
	}
	base := paramNamed(params, "NOTIFICATION siteurl")
	var notification *Param
	for i := range params {
		p := &params[i]
		switch p.Name {
		case "NOTIFICATION ver":
			p.Meaning = "version of the format"
		case "NOTIFICATION id":
			notification, p.Meaning = p, "number of the alert"
		case "NOTIFICATION siteid":
			p.Meaning = "the service it comes from"
			if p.Value == "111100400" {
				p.Meaning = "the service it comes from: pages of mobiles"
			}
		case "NOTIFICATION siteurl":
			p.Meaning = "the other addresses are relative to this one"
		case "TO pid", "FROM pid":
			p.Meaning = orNotKnown(p.Value, passportID(p.Value))
		case "TO name", "TO email":
			p.Meaning = "whom it is for"
		case "FROM name":
			p.Meaning = "who sent it"
		case "VIA agent":
			switch p.Value {
			case "mobile":
				p.Meaning = "goes to the mobile phone"
			case "messenger":
				p.Meaning = "goes to Messenger"
			default:
				p.Meaning = orNotKnown(p.Value, "")
			}
		case "MSG pri":
			p.Meaning = "priority"
		case "MSG id":
			p.Meaning = "number of the text"
			if command == "IPG" && p.Value == "407" {
				p.Meaning = "a page could not be delivered"
				if notification != nil {
					notification.Meaning = "transaction id of the PAG that failed"
				}
			}
		case "ACTION url":
			p.Meaning = "a click opens " + resolve(base, p.Value)
		case "SUBSCR url":
			p.Meaning = "settings are at " + resolve(base, p.Value)
		case "CAT id":
			p.Meaning = "category"
		case "BODY lang":
			_, language := languageNumber(p.Value)
			p.Meaning = orNotKnown(p.Value, language)
		case "BODY icon":
			p.Meaning = "picture " + resolve(base, p.Value)
		case "TEXT xml:space":
			p.Meaning = "blanks count"
		case "TEXTX":
			p.Meaning = "the text as HTML"
		case "PHONE pri":
			p.Meaning = "priority of the number"
		case "LOC":
			switch p.Value {
			case "HOME":
				p.Meaning = "home phone"
			case "WORK":
				p.Meaning = "work phone"
			case "MOBILE":
				p.Meaning = "mobile phone"
			default:
				p.Meaning = orNotKnown(p.Value, "")
			}
		case "NUM":
			p.Meaning = "number to call back"
		}
	}
	return params
}

func paramNamed(params []Param, name string) string {
	for i := range params {
		if params[i].Name == name {
			return params[i].Value
		}
	}
	return ""
}

// resolve makes an address absolute.
func resolve(base, page string) string {
	page = strings.TrimSpace(page)
	p, err := url.Parse(page)
	b, baseErr := url.Parse(strings.TrimSpace(base))
	if err != nil || baseErr != nil || base == "" || b.Host == "" {
		return page
	}
	// Without a path the base ends in its host: "http://host" and "page".
	return b.ResolveReference(p).String()
}

// passportID reads "0x00014B00:0xAA7A2F91", the halves of an account id.
func passportID(value string) string {
	high, low, ok := strings.Cut(value, ":")
	h, err1 := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(high), "0x"), 16, 32)
	l, err2 := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(low), "0x"), 16, 32)
	if !ok || err1 != nil || err2 != nil {
		return ""
	}
	return "account id " + strconv.FormatUint(h<<32|l, 10)
}

// mailData says what the document in a field Mail-Data means, which the later
// dialects' mail summaries have.
func mailData(params []Param) []Param {
	for i := range params {
		p := &params[i]
		switch p.Name {
		case "I":
			p.Meaning = "id of the message"
			if _, err := strconv.Atoi(p.Value); err == nil {
				p.Meaning = "mails in the inbox"
			}
		case "IU":
			p.Meaning = "unread mails in the inbox"
		case "O":
			p.Meaning = "mails in the other folders"
		case "OU":
			p.Meaning = "unread mails in the other folders"
		case "E":
			p.Meaning = "sender's address"
		case "RT":
			p.Meaning = "when it was received"
		case "SZ":
			p.Meaning = "bytes"
		case "N":
			p.Value, p.Meaning = encodedText("sender's name")(p.Value)
		case "SU":
			p.Value, p.Meaning = encodedText("subject")(p.Value)
		case "F":
			_, p.Meaning = folderName(p.Value)
		case "RS":
			p.Meaning = "whether it was read"
		case "QTM":
			p.Meaning = "room in the mailbox"
		default:
			p.Meaning = "what it says is not known"
		}
	}
	return params
}

// alert says from whom a NOT or IPG comes, or that it reports a failure.
func (l *line) alert() {
	if l.a.Payload == nil {
		return
	}
	for i := range l.a.Payload.Meaning {
		switch p := &l.a.Payload.Meaning[i]; {
		case p.Name == "FROM name":
			l.say(" from ")
			l.b = appendVisible(l.b, p.Value, 60)
		case p.Name == "MSG id" && l.a.Name == "IPG" && p.Value == "407":
			l.b = append(l.b[:0], p.Meaning...)
		}
	}
}
