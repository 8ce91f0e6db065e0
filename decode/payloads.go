// This file splits payloads by their type: MIME messages, the header-like
// blocks in their bodies, and the documents of other commands.

package decode

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxText bounds how much of a body is decoded to text at once.
const maxText = 1 << 20

// parse makes p the payload raw[body:] of the command name; text is raw as a
// string, of which p holds pieces. The slices that p had are used again. h may
// be nil.
func (p *Payload) parse(raw []byte, text string, body int, name string, h *heads) {
	*p = Payload{Body: body, Headers: p.Headers[:0], Fields: p.Fields[:0], Meaning: p.Meaning[:0]}
	if name != "MSG" && name != "UUM" && name != "UBM" {
		p.setText(text[body:], "")
		switch {
		case bytes.HasPrefix(bytes.TrimSpace(raw[body:min(len(raw), body+64)]), []byte("<")):
			p.Type = "text/xml"
			p.Meaning = documentParams(raw, body, len(raw), name)
		case name == "QRY":
			p.Meaning = []Param{wholeBody(raw, body, "response", "MD5 of the challenge and the key of the product")}
		case name == "SDC":
			p.Meaning = []Param{wholeBody(raw, body, "text", "the user's words in the mail")}
		}
		return
	}
	if h != nil {
		if k := h.of(text[body:]); k != nil {
			p.known(k, text, body)
			return
		}
	}
	p.Headers, p.Body = headerBlock(p.Headers, text[body:], body)
	rest := text[p.Body:]
	p.Type, p.Charset = contentType(find(p.Headers, "Content-Type"))
	if p.Type == "" {
		// A payload without any header line is text that a client sent as it was.
		if !hasHeader(p.Headers) {
			p.Headers, p.Body = p.Headers[:0], body
			rest = text[body:]
		}
		p.Type = "text/plain"
	}
	switch p.Type {
	case "text/plain":
		p.Meaning = formatParams(p.Meaning, text, p.Headers)
		p.setText(rest, p.Charset)
	case "application/x-msnmsgrp2p":
		p.setP2P(raw)
	case "image/gif", "application/x-ms-ink":
		p.setText(rest, p.Charset)
		p.Meaning = drawingParams(raw, p.Body)
	case "text/x-mms-emoticon", "text/x-mms-animemoticon":
		p.setText(rest, p.Charset)
		p.Meaning = customEmoticons(raw, p.Body)
	case "text/x-msmsgsprofile":
		p.Meaning = appendProfile(p.Meaning, raw, p.Headers)
	default:
		p.setText(rest, p.Charset)
		if !p.Binary && hasFields(p.Type) {
			p.Fields, _ = headerBlock(p.Fields, rest, p.Body)
			p.Meaning = appendFields(p.Meaning, raw, p.Fields, fieldsOf(p.Type))
			p.Meaning = appendMailData(p.Meaning, raw, p.Fields)
		}
	}
	p.Meaning = appendCommon(p.Meaning, raw, p.Headers)
}

func wholeBody(raw []byte, body int, name, meaning string) Param {
	text := string(raw[body:])
	return Param{Name: name, Value: validText(text), Raw: text, Meaning: meaning, Type: TypeText, Start: body, End: len(raw)}
}

func hasHeader(headers []Header) bool {
	for i := range headers {
		if headers[i].Name != "" && !strings.ContainsAny(headers[i].Name, " \t") {
			return true
		}
	}
	return false
}

// hasFields reports whether a type keeps its fields in a block in the body.
func hasFields(mediaType string) bool {
	switch mediaType {
	case "text/x-msmsgsinvite", "text/x-clientcaps", "text/x-clientinfo", "text/x-msnmsgr-datacast",
		"application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage",
		"text/x-msmsgsinitialemailnotification", "text/x-msmsgsemailnotification", "application/x-msmsgsemailnotification",
		"text/x-msmsgsactivemailnotification", "text/x-msmsgsinitialmdatanotification", "text/x-msmsgsoimnotification":
		return true
	}
	return false
}

// appendMailData reads the document in the field Mail-Data.
func appendMailData(params []Param, raw []byte, fields []Header) []Param {
	for i := range fields {
		if strings.EqualFold(fields[i].Name, "Mail-Data") {
			params = append(params, mailData(scanMarkup(raw, fields[i].Start, fields[i].End))...)
			break
		}
	}
	return params
}

// drawingParams says what handwriting is: "base64:" and the picture.
func drawingParams(raw []byte, body int) []Param {
	const prefix = "base64:"
	if !bytes.HasPrefix(raw[body:], []byte(prefix)) {
		return nil
	}
	start := body + len(prefix)
	p := Param{Name: "picture", Raw: string(raw[start:]), Type: TypeText, Start: start, End: len(raw)}
	p.Value = validText(p.Raw)
	if b, ok := unbase64(p.Raw); ok {
		switch {
		case bytes.HasPrefix(b, []byte("GIF8")):
			p.Meaning = "handwriting as a GIF picture"
		default:
			p.Meaning = "handwriting as strokes of the pen"
		}
	}
	return []Param{p}
}

// setText decodes a body by its charset; a body with NUL bytes is binary, unless
// it is said to be plain text: a NUL that ends somebody's string does not hide
// it, and in UTF-16 every other byte is one. Without a charset it is tried as
// UTF-8 and else read as ISO-8859-1, which is what senders' code pages mostly
// were.
func (p *Payload) setText(body, charset string) {
	body = body[:min(len(body), maxText)]
	if strings.IndexByte(body, 0) >= 0 {
		switch {
		case p.Type != "text/plain" || find(p.Headers, "Content-Type") == "":
			p.Binary = true
			return
		case len(charset) >= 6 && strings.EqualFold(charset[:6], "UTF-16"):
			p.Text = decodeCharset([]byte(body), charset)
			return
		}
	}
	if len(body) == 0 || utf8.ValidString(body) && !escapes(charset) {
		p.Text = body
		return
	}
	if find(p.Headers, "Message-ID") != "" {
		// A part of a message may begin and end inside a character.
		if inner := trimCharacters([]byte(body)); utf8.Valid(inner) {
			p.Text = strings.ToValidUTF8(body, "\uFFFD")
			return
		}
	}
	p.Text = decodeCharset([]byte(body), charset)
}

// escapes reports whether a charset writes other letters in ASCII bytes, so
// that text in it looks like UTF-8.
func escapes(charset string) bool {
	return len(charset) >= 2 && (strings.EqualFold(charset[:min(len(charset), 8)], "ISO-2022") || strings.EqualFold(charset[:2], "HZ"))
}

// trimCharacters cuts the pieces of UTF-8 characters off both ends of b.
func trimCharacters(b []byte) []byte {
	for range utf8.UTFMax - 1 {
		if len(b) > 0 && !utf8.RuneStart(b[0]) {
			b = b[1:]
		}
	}
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	return b
}
