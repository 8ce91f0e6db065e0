// This file reads application/x-msnmsgrp2p: the binary header and footer around
// the pieces that newer clients exchange over a switchboard, and the text of
// their negotiation (SLP). Source: the P2P pages of msnp-wiki.

package decode

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// Sizes of the binary parts, in bytes.
const (
	p2pHeader = 48
	p2pFooter = 4
)

// p2pFields are the fields of the header, in wire order, little endian.
var p2pFields = [...]struct {
	name    string
	size    int
	meaning string
}{
	{"session id", 4, "no session yet: it is being negotiated"},
	{"identifier", 4, "the same for all pieces of a message"},
	{"offset", 8, "where in the whole this piece belongs"},
	{"total size", 8, "bytes of the whole"},
	{"message size", 4, "bytes of this piece"},
	{"flags", 4, ""},
	{"acknowledged id", 4, "identifier of the message confirmed, or a random number of this one"},
	{"acknowledged unique id", 4, "acknowledged id of the message confirmed"},
	{"acknowledged size", 8, "bytes confirmed"},
}

// p2pParams names the fields of the piece in raw[body:]. data is the piece.
func p2pParams(raw []byte, body int) (params []Param, data Span) {
	if len(raw)-body < p2pHeader {
		return nil, Span{body, body}
	}
	at := body
	for _, f := range p2pFields {
		b := raw[at : at+f.size]
		n := uint64(binary.LittleEndian.Uint32(b))
		if f.size == 8 {
			n = binary.LittleEndian.Uint64(b)
		}
		meaning := f.meaning
		switch f.name {
		case "session id":
			if n != 0 {
				meaning = "session negotiated before"
			}
		case "flags":
			meaning = p2pFlags(uint32(n))
		}
		params = append(params, Param{
			Name: f.name, Value: strconv.FormatUint(n, 10), Raw: string(b), Meaning: meaning,
			Type: TypeInt, Start: at, End: at + f.size,
		})
		at += f.size
	}
	size := int(binary.LittleEndian.Uint32(raw[body+24:]))
	end := len(raw)
	if end-at >= size && size >= 0 {
		end = at + size
	}
	if foot := raw[end:]; len(foot) >= p2pFooter {
		id := binary.BigEndian.Uint32(foot)
		params = append(params, Param{
			Name: "application id", Value: strconv.FormatUint(uint64(id), 10), Raw: string(foot[:p2pFooter]),
			Meaning: orNotKnown(string(foot[:p2pFooter]), p2pApplications[id]), Type: TypeInt, Start: end, End: end + p2pFooter,
		})
	}
	return params, Span{at, end}
}

var p2pApplications = map[uint32]string{
	0: "negotiation", 1: "display pictures and custom emoticons", 2: "file transfer", 4: "webcam",
	11: "custom emoticons", 12: "display pictures",
}

func p2pFlags(flags uint32) string {
	switch flags {
	case 0:
		return "plain"
	case 0x01000030:
		return "data of a file"
	}
	var words []string
	for _, f := range [...]struct {
		bit  uint32
		word string
	}{
		{0x01, "out of order"}, {0x02, "acknowledgement"}, {0x04, "waits for an answer"}, {0x08, "error"},
		{0x20, "data of an object"}, {0x40, "closed by the receiver"}, {0x80, "closed by the sender"}, {0x100, "handshake of a direct connection"},
	} {
		if flags&f.bit != 0 {
			words = append(words, f.word)
		}
	}
	if len(words) == 0 {
		return notKnown
	}
	return strings.Join(words, ", ")
}

// isSLP reports whether a piece begins a text of the negotiation.
func isSLP(data []byte) bool {
	line, _, _ := bytes.Cut(data[:min(len(data), 512)], []byte("\n"))
	return bytes.HasPrefix(line, []byte("MSNSLP/")) || bytes.Contains(line, []byte(" MSNMSGR:")) && bytes.Contains(line, []byte(" MSNSLP/"))
}

// setP2P fills p for a peer-to-peer piece. Its text is that of the negotiation.
func (p *Payload) setP2P(raw []byte) {
	params, data := p2pParams(raw, p.Body)
	p.Meaning = append(p.Meaning, params...)
	text := raw[data.Start:data.End]
	if !isSLP(text) {
		p.Binary = true
		return
	}
	text = bytes.TrimRight(text, "\x00")
	end := data.Start + len(text)
	p.Text = validText(string(text))
	first := data.Start + len(firstLine(text))
	line := trimLineEnd(raw[data.Start:first])
	p.Meaning = append(p.Meaning, Param{
		Name: "request", Value: validText(string(line)), Raw: string(line), Meaning: orNotKnown(string(line), slpMeaning(string(line))),
		Type: TypeText, Start: data.Start, End: data.Start + len(line),
	})
	fields, body := headerBlock(nil, string(raw[first:end]), first)
	more, _ := headerBlock(nil, string(raw[body:end]), body)
	p.Fields = append(fields, more...)
	p.Meaning = appendFields(p.Meaning, raw, p.Fields, slpFields)
}

// firstLine returns the first line of b with its line end.
func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	return b
}

// slpMeaning says what the first line of a negotiation asks or answers.
func slpMeaning(line string) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return ""
	}
	who := strings.TrimPrefix(words[1], "MSNMSGR:")
	switch {
	case words[0] == "INVITE":
		return "offers " + who + " a session"
	case words[0] == "BYE":
		return "ends the session with " + who
	case words[0] == "ACK":
		return "confirms to " + who
	case !strings.HasPrefix(words[0], "MSNSLP/"):
		return ""
	}
	switch words[1] {
	case "200":
		return "accepted"
	case "404":
		return "not found"
	case "481":
		return "no such session"
	case "500":
		return "failed"
	case "603":
		return "declined"
	case "606":
		return "cannot do that"
	}
	return ""
}

var slpFields = map[string]fieldReader{
	"euf-guid": oneOf(map[string]string{
		"{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}": "display picture or custom emoticon",
		"{5D3E02AB-6190-11D3-BBBB-00C04F795683}": "file transfer",
		"{4BD96FC0-AB17-4425-A14A-439185962DC8}": "webcam: one shows",
		"{1C9AA97E-9C05-4583-A3BD-908A196F1E92}": "webcam: one watches",
		"{6A13AF9C-5308-4F35-923A-67E8DDA40C2F}": "activity or game",
	}),
	"appid": func(value string) (string, string) {
		n, err := strconv.ParseUint(value, 10, 32)
		if err != nil {
			return value, ""
		}
		return value, p2pApplications[uint32(n)]
	},
	"to":                 is("whom it is for"),
	"from":               is("who sends it"),
	"via":                is("way it goes, and id of this exchange"),
	"cseq":               is("number of this text in the exchange"),
	"call-id":            is("the same for all texts about a session"),
	"max-forwards":       is("how often it may be passed on"),
	"content-length":     is("bytes of the body"),
	"bridges":            is("ways to connect directly that the sender knows"),
	"bridge":             is("way to connect directly"),
	"netid":              is("external address of the sender as a number, 0 if not known"),
	"conn-type":          connectionType,
	"upnpnat":            oneOf(map[string]string{"TRUE": "the router opens ports on request", "FALSE": "the router opens no ports"}),
	"icf":                oneOf(map[string]string{"TRUE": "behind the firewall of Windows", "FALSE": "no firewall of Windows"}),
	"nonce":              is("whoever connects must show it"),
	"ipv4internal-addrs": is("addresses in the sender's own network"),
	"ipv4internal-port":  is("port in the sender's own network"),
	"ipv4external-addrs": is("addresses seen from the internet"),
	"ipv4external-port":  is("port seen from the internet"),
	"sessionid":          is("session id of the pieces that follow"),
	"context": func(value string) (string, string) {
		if b, ok := unbase64(strings.TrimRight(value, "\x00")); ok && bytes.HasPrefix(b, []byte("<msnobj")) {
			return value, objectWords(string(b))
		}
		return value, "what the application needs to know, in base64"
	},
	"content-type": oneOf(map[string]string{
		"APPLICATION/X-MSNMSGR-SESSIONREQBODY":   "about a session",
		"APPLICATION/X-MSNMSGR-TRANSREQBODY":     "asks for a direct connection",
		"APPLICATION/X-MSNMSGR-TRANSRESPBODY":    "answers about a direct connection",
		"APPLICATION/X-MSNMSGR-SESSIONCLOSEBODY": "closes a session",
	}),
	"listening": oneOf(map[string]string{"TRUE": "waits for a connection", "FALSE": "does not wait for a connection"}),
}
