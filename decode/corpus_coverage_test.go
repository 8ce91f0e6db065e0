// This file checks that the corpus is complete: it names every shape, value,
// error, payload type and field that has no example.

package decode

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// samplesOf returns all examples of the corpus.
func samplesOf(t testing.TB) []*sample {
	var all []*sample
	for _, c := range corpus(t) {
		all = append(all, c.samples...)
	}
	return all
}

// TestCorpusHasEveryShape: each row of the table has an example, with its
// payload if it carries one; in MSNP2-7 each optional parameter is there in one
// example and missing in another, and each value stands in one.
func TestCorpusHasEveryShape(t *testing.T) {
	bySpec := map[*Spec][]*sample{}
	for _, s := range samplesOf(t) {
		bySpec[s.a.Spec] = append(bySpec[s.a.Spec], s)
	}
	for i := range Specs() {
		spec := &Specs()[i]
		name := spec.Dir.String() + " " + spec.Name + " " + spec.Variant
		if a := Annotate([]byte(spec.Example), len(spec.Example), len(spec.Example), contextOf(spec)); a.Spec != spec {
			t.Errorf("%s: its own example %q is read as another shape", name, spec.Example)
		}
		found := bySpec[spec]
		if len(found) == 0 {
			t.Errorf("%s has no example", name)
			continue
		}
		if spec.Payload && spec.Name != errorName && !slices.ContainsFunc(found, func(s *sample) bool { return s.a.Payload != nil }) {
			t.Errorf("%s has no example with a payload", name)
		}
		if spec.Since > 7 {
			continue
		}
		for j := range spec.Params {
			p := &spec.Params[j]
			if p.Since > 7 {
				continue
			}
			values := map[string]bool{}
			absent := false
			for _, s := range found {
				k := slices.IndexFunc(s.a.Params, func(a Param) bool { return a.Name == p.Name })
				if k < 0 {
					absent = true
					continue
				}
				for _, a := range s.a.Params[k:] {
					if a.Name == p.Name {
						values[a.Raw] = true
					}
				}
			}
			if len(values) == 0 {
				t.Errorf("%s: no example with %s", name, p.Name)
			}
			if p.Optional && !absent {
				t.Errorf("%s: no example without %s", name, p.Name)
			}
			for _, v := range p.Values {
				if !values[v.Word] && !isLaterWord(p, v.Word) {
					t.Errorf("%s: no example of %s %s", name, p.Name, v.Word)
				}
			}
		}
	}
}

// isLaterWord: words of enumerations that only MSNP8 and later say.
func isLaterWord(p *ParamSpec, word string) bool {
	switch word {
	case "PL", "TWN", "SSO", "SHA", "MFN", "WWE", "HSB":
		return true
	}
	return p.Name == "flag" && word == "U"
}

func TestCorpusHasEveryError(t *testing.T) {
	type form struct{ trid, text, payload bool }
	forms := map[form]bool{}
	codes := map[string]bool{}
	for _, s := range samplesOf(t) {
		if s.a.Category == CategoryError {
			codes[s.a.Name] = true
			forms[form{s.a.TrID >= 0, len(s.a.Params) > 0, s.a.Payload != nil}] = true
		}
	}
	for _, e := range errorCodes {
		if !codes[strconv.Itoa(e.Code)] {
			t.Errorf("error %d has no example", e.Code)
		}
		delete(codes, strconv.Itoa(e.Code))
	}
	if len(codes) == 0 {
		t.Error("no example of a number that nobody knows")
	}
	for _, f := range []form{{true, false, false}, {false, false, false}, {false, true, false}, {true, true, true}} {
		if !forms[f] {
			t.Errorf("no error reply of the form %+v", f)
		}
	}
}

// TestCorpusHasEveryPayload: each media type and document.
func TestCorpusHasEveryPayload(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range samplesOf(t) {
		switch p := s.a.Payload; {
		case p == nil:
		case s.a.Name == "MSG":
			seen[p.Type] = true
			if find(p.Headers, "Content-Type") == "" {
				seen["no Content-Type"] = true
			}
			if len(p.Headers) == 0 {
				seen["no header"] = true
			}
			for _, h := range p.Headers {
				seen["header "+strings.ToLower(h.Name)] = true
			}
		default:
			seen[s.a.Name] = true
		}
	}
	for _, want := range []string{
		"text/plain", "text/html", "text/x-msmsgscontrol", "text/x-msmsgsprofile", "text/x-msmsgsinvite",
		"text/x-msmsgsinitialemailnotification", "text/x-msmsgsemailnotification", "application/x-msmsgsemailnotification",
		"text/x-msmsgsactivemailnotification", "text/x-msmsgsinitialmdatanotification", "text/x-msmsgsoimnotification",
		"application/x-msmsgssystemmessage", "text/x-msmsgssystemmessage", "text/x-clientcaps", "text/x-clientinfo",
		"text/x-keepalive", "text/x-msnmsgr-datacast", "text/x-mms-emoticon", "text/x-mms-animemoticon",
		"application/x-msnmsgrp2p", "image/gif", "application/x-ms-ink", "no Content-Type", "no header",
		"header x-mms-im-format", "header p4-context", "header user-agent", "header client-name", "header typinguser", "header recordinguser",
		"header message-id", "header chunks", "header chunk", "header p2p-dest", "header roster",
		"QRY", "PAG", "SDC", "NOT", "IPG",
	} {
		if !seen[want] {
			t.Errorf("no example of %s", want)
		}
	}
}

// TestCorpusHasEveryField: each field that has a meaning is read in an example,
// and each value of the closed sets stands in one.
func TestCorpusHasEveryField(t *testing.T) {
	fields := map[string]map[string]bool{} // by "media type family" or element, the names in lower case
	contents := map[string]map[string]bool{}
	put := func(m map[string]map[string]bool, key, value string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		m[key][value] = true
	}
	for _, s := range samplesOf(t) {
		p := s.a.Payload
		if p == nil {
			continue
		}
		family := p.Type
		for _, h := range append(p.Headers, p.Fields...) {
			put(fields, family, strings.ToLower(h.Name))
			put(contents, strings.ToLower(h.Name), strings.ToUpper(h.Value))
		}
		for _, m := range p.Meaning {
			put(contents, m.Name, strings.ToLower(m.Raw))
			put(contents, m.Name+" says", m.Meaning)
		}
	}
	mail := map[string]bool{}
	for _, kind := range []string{"text/x-msmsgsinitialemailnotification", "text/x-msmsgsemailnotification", "text/x-msmsgsactivemailnotification", "text/x-msmsgsinitialmdatanotification", "application/x-msmsgsemailnotification"} {
		for name := range fields[kind] {
			mail[name] = true
		}
	}
	for _, set := range []struct {
		what    string
		readers map[string]fieldReader
		seen    map[string]bool
	}{
		{"invitation", invitationFields, fields["text/x-msmsgsinvite"]},
		{"profile", profileFields, fields["text/x-msmsgsprofile"]},
		{"mail", mailFields, mail},
		{"system message", systemFields, fields["application/x-msmsgssystemmessage"]},
		{"datacast", datacastFields, fields["text/x-msnmsgr-datacast"]},
		{"clientcaps", capsFields, fields["text/x-clientcaps"]},
		{"negotiation", slpFields, fields["application/x-msnmsgrp2p"]},
	} {
		for name := range set.readers {
			if !set.seen[name] {
				t.Errorf("%s: no example of the field %s", set.what, name)
			}
		}
	}
	need := func(what string, seen map[string]bool, values ...string) {
		for _, v := range values {
			if !seen[v] {
				t.Errorf("no example of %s %q", what, v)
			}
		}
	}
	need("Invitation-Command", contents["invitation-command"], "INVITE", "ACCEPT", "CANCEL", "CONTEXT")
	for code := range cancelCodes {
		need("Cancel-Code", contents["cancel-code"], code)
	}
	for guid := range applicationNames {
		need("Application-GUID", contents["application-guid"], guid)
	}
	need("Conn-Type", contents["conn-type"], "DIRECT-CONNECT", "IP-RESTRICT-NAT", "PORT-RESTRICT-NAT", "SYMMETRIC-NAT", "FIREWALL", "UNKNOWN-CONNECT")
	need("datacast", contents["id"], "1", "2", "3", "4")
	for cs := range charsets {
		need("character set", contents["character set"], cs)
	}
	for _, names := range effectNames {
		if names != "" {
			need("effects", contents["effects says"], names)
		}
	}
	for digits := 1; digits <= 6; digits++ {
		found := false
		for co := range contents["colour"] {
			found = found || len(co) == digits
		}
		if !found {
			t.Errorf("no example of a colour of %d digits", digits)
		}
	}
	for pitch := range 3 {
		for family := range familyNames {
			need("pitch and family", contents["pitch and family"], strconv.FormatInt(int64(family<<4|pitch), 16))
		}
	}
	need("right to left", contents["right to left"], "0", "1")
	for kind := range objectTypes {
		need("object type", contents["msnobj Type"], kind)
	}
	for id := range p2pApplications {
		if id != 0 {
			need("AppID", contents["AppID"], strconv.Itoa(int(id)))
		}
	}
	for _, element := range []string{
		"NOTIFICATION ver", "NOTIFICATION id", "NOTIFICATION siteid", "NOTIFICATION siteurl", "TO pid", "TO name", "TO email", "VIA agent",
		"FROM pid", "FROM name", "MSG pri", "MSG id", "ACTION url", "SUBSCR url", "CAT id", "BODY lang", "BODY icon", "TEXT", "TEXTX",
		"PHONE pri", "LOC", "NUM",
	} {
		if contents[element] == nil {
			t.Errorf("no example of %s in a document", element)
		}
	}
	need("VIA agent", contents["VIA agent"], "mobile", "messenger")
	need("LOC", contents["LOC"], "home", "work", "mobile")
}

// TestCorpusIsExplained: everything in MSNP2-7 that is not free text has a
// meaning: the table says what each parameter is, and each field of a payload
// is explained, but for those of unknown types.
func TestCorpusIsExplained(t *testing.T) {
	for _, c := range corpus(t) {
		if c.name == "later" {
			continue // documents of later dialects are shown, not explained
		}
		for _, s := range c.samples {
			if s.a.Spec == nil || s.a.Summary == "" || s.a.Title == "" {
				if s.a.Summary == "" || s.a.Title == "" {
					t.Errorf("%s: %q has no summary", c.name, s.raw[:s.line])
				}
				continue
			}
			for _, p := range s.a.Params {
				if p.Meaning == "" && about(s.a.Spec, p.Name) == "" && p.Name != "extra" {
					t.Errorf("%s: %q: nothing says what %s is", c.name, s.raw[:s.line], p.Name)
				}
			}
			p := s.a.Payload
			if p == nil {
				continue
			}
			for _, m := range p.Meaning {
				if m.Meaning == "" && !speaksForItself(m.Name) {
					t.Errorf("%s: %q: nothing says what %s %q means", c.name, s.raw[:min(len(s.raw), s.body+120)], m.Name, m.Value)
				}
			}
			for _, h := range append(p.Headers, p.Fields...) {
				if h.Name != "" && !speaksForItself(h.Name) && !isExplained(p, &h) {
					t.Errorf("%s: %q: the field %s is not explained", c.name, s.raw[:min(len(s.raw), s.body+120)], h.Name)
				}
			}
		}
	}
}

// isExplained reports whether a line of the payload is among what it means,
// itself or in parts.
func isExplained(p *Payload, h *Header) bool {
	return slices.ContainsFunc(p.Meaning, func(m Param) bool { return m.Start >= h.Start && m.End <= h.End })
}

// speaksForItself names what an example need not explain: what the Payload
// itself says (type and charset), texts, and what only the corpus has.
func speaksForItself(name string) bool {
	switch name {
	case "font", "TEXT", "PSM", "BODY", "X-Own", "Nickname", "no empty line":
		return true
	}
	return strings.EqualFold(name, "MIME-Version") || strings.EqualFold(name, "Content-Type")
}
