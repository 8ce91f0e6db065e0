// This file puts invented words into payloads.

package pseudonym

import (
	"bytes"
	"encoding/binary"
	"strings"

	"msnscope/decode"
)

// payload returns a payload with invented words; it is never empty.
func (p *Pseudonym) payload(a *decode.Annotation, b []byte, who string) []byte {
	switch {
	case a.Name == "QRY" && len(b) == 32:
		return []byte(p.hex(string(b)))
	case a.Name != "MSG" || a.Spec == nil || a.Payload == nil || len(a.Payload.Headers) == 0:
		return filled(b)
	}
	head, body := split(b)
	kind := a.Payload.Type
	var out []byte
	out = p.fields(out, head, who)
	switch kind {
	case "text/plain":
		return append(out, p.text(a.Payload.Text)...)
	case "text/x-msmsgsinvite", "text/x-msmsgsinitialemailnotification", "text/x-msmsgsemailnotification",
		"application/x-msmsgsemailnotification", "text/x-msmsgsactivemailnotification",
		"application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage",
		"text/x-clientcaps", "text/x-clientinfo", "text/x-msnmsgr-datacast":
		return p.fields(out, body, who)
	case "application/x-msnmsgrp2p":
		return append(out, piece(body)...)
	}
	return append(out, filled(body)...)
}

// piece keeps the numbers of a peer-to-peer header, which say how the pieces
// belong together, and replaces what they carry. Bytes that say another size than
// they have are no such header but anything: that of later clients is shorter,
// and names follow.
func piece(b []byte) []byte {
	const header, size, footer = 48, 24, 4 // size: where the bytes of this piece stand
	out := filled(b)
	if len(b) < header || uint64(binary.LittleEndian.Uint32(b[size:])) != uint64(max(0, len(b)-header-footer)) {
		return out
	}
	clear(out)
	copy(out, b[:header])
	if foot := b[max(header, len(b)-footer):]; len(foot) == footer && binary.BigEndian.Uint32(foot) < 256 {
		copy(out[len(out)-footer:], foot)
	}
	return out
}

// split cuts a payload behind its first empty line.
func split(b []byte) (head, body []byte) {
	for at := 0; at < len(b); {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			break
		}
		line := b[at : at+n+1]
		at += n + 1
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return b[:at], b[at:]
		}
	}
	return b, nil
}

// fields invents the values of "Name: value" lines.
func (p *Pseudonym) fields(out, block []byte, who string) []byte {
	for len(block) > 0 {
		n := bytes.IndexByte(block, '\n') + 1
		if n == 0 {
			n = len(block)
		}
		line := string(block[:n])
		block = block[n:]
		text := strings.TrimRight(line, "\r\n")
		end := line[len(text):]
		name, value, ok := strings.Cut(text, ":")
		if !ok || text[0] == ' ' || text[0] == '\t' {
			out = append(append(out, p.blanked(text)...), end...)
			continue
		}
		kind, known := fieldKinds[strings.ToLower(strings.TrimSpace(name))]
		if !known {
			name = "X-" + invented(p.dice("field", strings.ToLower(name)), 8)
		}
		blanks := value[:len(value)-len(strings.TrimLeft(value, " \t"))]
		out = append(append(out, name...), ':')
		out = append(append(out, blanks...), p.field(kind, value[len(blanks):], who)...)
		out = append(out, end...)
	}
	return out
}

// fieldKind says how the value of a field is invented.
type fieldKind uint8

const (
	fieldShape   fieldKind = iota // letters for letters, digits for digits
	fieldID                       // the same, but short numbers stay
	fieldKeep                     // words of the protocol: kept if they look like one
	fieldType                     // Content-Type
	fieldFormat                   // X-MMS-IM-Format
	fieldHandle                   // an account
	fieldName                     // a friendly name
	fieldText                     // a subject, a label
	fieldFile                     // the name of a file
	fieldAddress                  // of a computer
	fieldGUID                     // of an application
)

// fieldKinds are the fields that are known, in lower case.
var fieldKinds = map[string]fieldKind{
	"mime-version": fieldKeep, "content-type": fieldType, "x-mms-im-format": fieldFormat, "typinguser": fieldHandle,
	"recordinguser": fieldHandle, "data": fieldShape,
	"p4-context": fieldName, "user-agent": fieldShape, "message-id": fieldShape, "chunks": fieldKeep, "chunk": fieldKeep,
	"p2p-dest": fieldHandle, "p2p-src": fieldHandle,

	"logintime": fieldShape, "emailenabled": fieldKeep, "memberidhigh": fieldShape, "memberidlow": fieldShape,
	"lang_preference": fieldShape, "preferredemail": fieldHandle, "country": fieldShape, "postalcode": fieldShape,
	"gender": fieldShape, "kid": fieldShape, "age": fieldShape, "birthday": fieldShape, "bdaypre": fieldShape, "wallet": fieldShape,
	"flags": fieldShape, "sid": fieldKeep, "kv": fieldKeep, "mspauth": fieldShape, "clientip": fieldAddress,
	"clientport": fieldKeep, "abchmigrated": fieldKeep, "mpopenabled": fieldKeep, "routeinfo": fieldShape, "nickname": fieldName,

	"inbox-unread": fieldKeep, "folders-unread": fieldKeep, "inbox-url": fieldShape, "folders-url": fieldShape,
	"message-url": fieldShape, "post-url": fieldShape, "from": fieldText, "subject": fieldText, "from-addr": fieldHandle,
	"dest-folder": fieldText, "src-folder": fieldText, "message-delta": fieldKeep, "id": fieldKeep,
	"type": fieldKeep, "arg1": fieldKeep, "mail-data": fieldShape,

	"application-name": fieldText, "application-guid": fieldGUID, "invitation-command": fieldKeep,
	"invitation-cookie": fieldID, "application-file": fieldFile, "application-filesize": fieldKeep,
	"application-url": fieldShape, "connectivity": fieldKeep, "launch-application": fieldKeep, "request-data": fieldKeep,
	"ip-address": fieldAddress, "port": fieldKeep, "ip-address-internal": fieldAddress, "ip-address-enc64": fieldShape,
	"portx": fieldKeep, "portx-internal": fieldKeep, "authcookie": fieldID, "sender-connect": fieldKeep,
	"session-protocol": fieldKeep, "session-id": fieldID, "context-data": fieldShape, "conn-type": fieldKeep,
	"sip-capability": fieldKeep, "public-ip": fieldAddress, "private-ip": fieldAddress, "upnp": fieldKeep,
	"usingrendezvous": fieldKeep, "cancel-code": fieldKeep, "application-preview": fieldShape,
	"client-name": fieldText, "chat-logging": fieldKeep,
}

// fieldWords are values that the protocol fixes, for fieldKeep.
var fieldWords = map[string]bool{
	"1.0": true, "INVITE": true, "ACCEPT": true, "CANCEL": true, "CONTEXT": true, "TRUE": true, "FALSE": true,
	"IP-Address:": true, "IP-Address": true, "SM1": true, "N": true, "Y": true, "S": true,
	"REJECT": true, "REJECT_NOT_INSTALLED": true, "TIMEOUT": true, "FTTIMEOUT": true, "FAIL": true,
	"OUTBANDCANCEL": true, "USER_CANCEL": true,
	"DIRECT-CONNECT": true, "IP-RESTRICT-NAT": true, "PORT-RESTRICT-NAT": true, "SYMMETRIC-NAT": true,
	"FIREWALL": true, "UNKNOWN-CONNECT": true, "UNKNOWN-NAT": true,
}

func (p *Pseudonym) field(kind fieldKind, v, who string) string {
	text := strings.TrimRight(v, " \t")
	if text == "" {
		return v
	}
	switch kind {
	case fieldKeep:
		if fieldWords[text] || fieldWords[strings.ToUpper(text)] && len(text) > 1 {
			return text
		}
		return number(p, text)
	case fieldID:
		return p.id(text)
	case fieldType:
		return mediaType(text)
	case fieldFormat:
		return format(text)
	case fieldHandle:
		if strings.ContainsAny(text, "<>") {
			return "<" + p.Handle(strings.Trim(text, "<>")) + ">"
		}
		return p.Handle(text)
	case fieldName:
		return p.Name(who, unescaped(text))
	case fieldText:
		if isHandle(text) {
			return p.Handle(text)
		}
		if strings.Contains(text, "=?") { // encoded words
			return title(invented(p.dice("text", text), 9)) + " " + invented(p.dice("text", text+"'"), 7)
		}
		return p.text(text)
	case fieldFile:
		return p.file(text)
	case fieldAddress:
		return p.host(text)
	case fieldGUID:
		if decode.ApplicationName(text) != "" {
			return text
		}
		return p.shape(text)
	}
	return p.shape(text)
}

// file invents a file's name and keeps an ending that many files have.
func (p *Pseudonym) file(name string) string {
	ending := ""
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		switch e := strings.ToLower(name[i:]); e {
		case ".jpg", ".jpeg", ".gif", ".png", ".bmp", ".txt", ".doc", ".xls", ".ppt", ".pdf", ".zip", ".rar", ".exe", ".mp3",
			".wav", ".wma", ".avi", ".mpg", ".wmv", ".htm", ".html", ".bin":
			ending = e
		}
	}
	d := p.dice("file", name)
	return invented(d, 6) + "-" + invented(d, 6) + ending
}

// mediaType keeps a Content-Type that is known.
func mediaType(v string) string {
	kind, rest, _ := strings.Cut(v, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch kind {
	case "text/plain", "text/x-msmsgscontrol", "text/x-msmsgsinvite", "text/x-msmsgsprofile",
		"text/x-msmsgsinitialemailnotification", "text/x-msmsgsemailnotification", "application/x-msmsgsemailnotification",
		"text/x-msmsgsactivemailnotification", "application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage", "application/x-msnmsgrp2p", "image/gif",
		"application/x-ms-ink", "text/x-mms-emoticon", "text/x-mms-animemoticon", "text/x-msnmsgr-datacast",
		"text/x-clientcaps", "text/x-clientinfo", "text/x-keepalive":
	default:
		kind = "application/x-unknown"
	}
	if strings.Contains(strings.ToLower(rest), "charset") {
		kind += "; charset=UTF-8" // invented text is ASCII
	}
	return kind
}

// format keeps how a text looks, but for unusual fonts.
func format(v string) string {
	var list []string
	for part := range strings.SplitSeq(v, ";") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		key = strings.ToUpper(key)
		switch {
		case !ok || len(list) > 8:
		case key == "FN":
			list = append(list, "FN="+font(value))
		case key == "EF" && len(value) < 5 && strings.Trim(strings.ToUpper(value), "BIUS") == "",
			(key == "CO" || key == "CS" || key == "PF" || key == "RL") && len(value) < 7 && strings.Trim(strings.ToLower(value), "0123456789abcdef") == "":
			list = append(list, key+"="+value)
		}
	}
	return strings.Join(list, "; ")
}

func font(escapedName string) string {
	switch strings.ToLower(unescaped(escapedName)) {
	case "arial", "ms sans serif", "microsoft sans serif", "ms shell dlg", "verdana", "tahoma", "times new roman", "courier new",
		"comic sans ms", "georgia", "trebuchet ms", "segoe ui", "helvetica", "sans", "ms ui gothic":
		return escapedName
	}
	return "Arial"
}
