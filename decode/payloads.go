// This file splits payloads by their type: MIME messages, the header-like
// blocks in their bodies, and the documents of other commands.

package decode

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// maxText bounds how much of a body is decoded to text at once.
const maxText = 1 << 20

// parsePayload splits the payload raw[body:] of the command name.
func parsePayload(raw []byte, body int, name string) *Payload {
	p := &Payload{Body: body}
	if name != "MSG" {
		p.setText(raw[body:], "")
		if bytes.HasPrefix(bytes.TrimSpace(raw[body:min(len(raw), body+64)]), []byte("<")) {
			p.Type = "text/xml"
		}
		return p
	}
	p.Headers, p.Body = headerBlock(raw[body:], body)
	rest := raw[p.Body:]
	p.Type, p.Charset = contentType(find(p.Headers, "Content-Type"))
	if p.Type == "" {
		// A payload without any header line is text that a client sent as it was.
		if !hasHeader(p.Headers) {
			p.Headers, p.Body = nil, body
			rest = raw[body:]
		}
		p.Type = "text/plain"
	}
	switch p.Type {
	case "text/plain":
		p.Meaning = formatParams(p.Headers)
		p.setText(rest, p.Charset)
	case "application/x-msnmsgrp2p", "image/gif", "application/x-ms-ink":
		p.setText(rest, p.Charset)
	case "text/x-msmsgsprofile":
		p.Meaning = profileParams(p.Headers)
	default:
		p.setText(rest, p.Charset)
		if !p.Binary && hasFields(p.Type) {
			p.Fields, _ = headerBlock(rest, p.Body)
		}
	}
	return p
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

// setText decodes a body by its charset; a body with NUL bytes is binary.
// Without a charset it is tried as UTF-8 and else read as ISO-8859-1, which is
// what senders' code pages mostly were.
func (p *Payload) setText(body []byte, charset string) {
	body = body[:min(len(body), maxText)]
	if bytes.IndexByte(body, 0) >= 0 {
		p.Binary = true
		return
	}
	if charset != "" && !strings.EqualFold(charset, "UTF-8") && !utf8.Valid(body) {
		if enc, err := htmlindex.Get(charset); err == nil {
			if text, err := enc.NewDecoder().Bytes(body); err == nil && utf8.Valid(text) {
				p.Text = string(text)
				return
			}
		}
	}
	p.Text = validText(string(body))
}
