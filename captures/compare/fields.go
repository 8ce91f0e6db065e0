// This file takes an event apart into the fields that are compared, each with
// the facet that it belongs to.

package compare

import (
	"strconv"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Part says where in a command a field stands.
type Part uint8

// The parts.
const (
	Line   Part = iota // a word of the line
	Header             // a header of the payload, or a field of its body
	Body               // the text of the payload
	Timing             // how long it took
)

var partNames = [...]string{"line", "header", "body", "timing"}

// String returns the part's name in the JSON.
func (p Part) String() string { return partNames[p] }

// maxText is the longest body that is compared as text: of longer ones the
// annotation has only the beginning.
const maxText = 1 << 20

// field is a field of one event.
type field struct {
	name   string
	value  string // as on the wire
	facet  Facets // 0: always compared
	part   Part
	secret bool
	about  bool // tells what kind of command this is: which list, which property
}

// fieldsOf appends the fields of an event. a is its annotation, for a Command.
func fieldsOf(dst []field, e *event.Event, a *decode.Annotation) []field {
	switch e.Kind {
	case event.Command:
	case event.Gap:
		return append(dst, field{name: "missing", value: strconv.FormatInt(e.Missing, 10)})
	case event.Note:
		return append(dst, field{name: "note", value: e.Note, facet: Note, about: true}, field{name: "text", value: e.Text, facet: Note | Address})
	default:
		return append(dst, field{name: "why", value: e.Text, about: true}, field{name: "bytes", value: string(e.Raw), facet: Text, part: Body})
	}
	dst = append(dst, field{name: "command", value: a.Name, about: true})
	if e.TrID >= 0 {
		dst = append(dst, field{name: "trid", value: strconv.FormatInt(e.TrID, 10), facet: TrID})
	}
	for i := range a.Params {
		p := &a.Params[i]
		if p.Type == decode.TypeLength {
			continue // it follows from the payload
		}
		f := field{name: p.Name, value: p.Raw, facet: facetOfParam(a, p), secret: p.Secret, about: isAbout(p)}
		if last := &dst[len(dst)-1]; last.name == f.name && last.facet == f.facet && f.name != "trid" {
			last.value += " " + f.value // a parameter of several words
			continue
		}
		dst = append(dst, f)
	}
	if a.Payload != nil {
		dst = payloadFields(dst, e, a)
	}
	return dst
}

// payloadFields appends the fields of a payload: its headers, and either the
// fields of its body or its text.
func payloadFields(dst []field, e *event.Event, a *decode.Annotation) []field {
	p := a.Payload
	for _, list := range [...][]decode.Header{p.Headers, p.Fields} {
		for i := range list {
			h := &list[i]
			dst = append(dst, field{
				name: h.Name, value: h.Value, facet: facetOfHeader(h), part: Header, secret: h.Secret,
				about: strings.EqualFold(h.Name, "Invitation-Command"),
			})
		}
	}
	if len(p.Fields) > 0 || p.Body >= len(e.Raw) {
		return dst
	}
	body := field{name: "text", value: p.Text, facet: Text, part: Body}
	if p.Binary || p.Text == "" || len(e.Raw)-p.Body > maxText {
		body.name, body.value = "bytes", string(e.Raw[p.Body:])
	}
	if a.Name == "QRY" {
		body.name, body.facet, body.secret = "response", Digest, true
	}
	return append(dst, body)
}

// isAbout reports whether a parameter tells what kind of command this is: FL or
// AL, the step of a sign-in, the property that is set.
func isAbout(p *decode.Param) bool {
	switch p.Type {
	case decode.TypeLiteral, decode.TypeList:
		return true
	case decode.TypeEnum:
		return p.Name == "package" || p.Name == "type"
	case decode.TypeWord:
		return p.Name == "type" || p.Name == "service"
	}
	return false
}

func facetOfParam(a *decode.Annotation, p *decode.Param) Facets {
	switch p.Type {
	case decode.TypeCookie:
		return Cookie
	case decode.TypeSecret:
		return Digest
	case decode.TypeAddress:
		return Address
	case decode.TypeVersion:
		return Version
	case decode.TypeHandle:
		return Account
	case decode.TypeNick:
		if p.Name == "nick" {
			return Name
		}
	}
	switch p.Name {
	case "listVersion", "settingsVersion":
		return Version
	case "challenge":
		return Digest
	case "number": // of a line of MSNFTP
		return TrID
	case "sessionId":
		return Chat
	case "sender", "target", "who":
		return Account
	case "authCookie", "cookie":
		return Cookie
	case "value":
		if a.Name == "PRP" && property(a) == "MFN" {
			return Name
		}
	}
	return 0
}

// property is the property that a PRP or BPR is about.
func property(a *decode.Annotation) string {
	for i := range a.Params {
		if a.Params[i].Name == "type" {
			return a.Params[i].Raw
		}
	}
	return ""
}

// headerFacets are the headers, and fields of bodies, that belong to a facet.
// Names are in lower case.
var headerFacets = map[string]Facets{
	"logintime": Time, "clientip": Address, "clientport": Address, "routeinfo": Address,
	"memberidhigh": Account, "memberidlow": Account, "preferredemail": Account, "typinguser": Account,
	"recordinguser": Account, "from-addr": Account, "p2p-dest": Account, "p4-context": Name,
	"message-id": Cookie, "mspauth": Cookie, "kv": Cookie, "invitation-cookie": Cookie, "authcookie": Cookie,
	"session-id": Cookie, "ip-address": Address, "port": Address, "ip-address-internal": Address,
	"ip-address-enc64": Address, "portx": Address, "portx-internal": Address, "public-ip": Address,
	"private-ip": Address, "conn-type": Address, "roster": Address, "message-url": Cookie, "post-url": Cookie,
}

func facetOfHeader(h *decode.Header) Facets {
	if f, ok := headerFacets[strings.ToLower(h.Name)]; ok {
		return f
	}
	if h.Secret {
		return Cookie
	}
	return 0
}
