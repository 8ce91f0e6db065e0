// This file puts invented words into the line of a command.

package pseudonym

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"msnscope/captures/event"
	"msnscope/decode"
)

// command returns the bytes of a command with invented words, and the length of
// its line and where its payload begins.
func (p *Pseudonym) command(e *event.Event, raw []byte, line, body int, account string) (out []byte, newLine, newBody int) {
	if e.Role == decode.RoleFT {
		out = p.transfer(raw)
		if line >= len(raw) || body >= len(raw) {
			return out, min(line, len(out)), len(out)
		}
		return out, line + len(out) - len(raw), body + len(out) - len(raw)
	}
	a := decode.Annotate(raw, line, body, decode.Context{Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: account})
	text := string(raw[:line])
	known := a.Spec != nil
	who := personOf(&a, account)
	var payload []byte
	if body < len(raw) {
		payload = p.payload(&a, raw[body:], who)
	}
	slices.SortStableFunc(a.Params, func(x, y decode.Param) int { return x.Start - y.Start })
	at := headOf(raw[:line], a.TrID >= 0)
	out = append(out, p.head(text[:at])...)
	for i := range a.Params {
		q := &a.Params[i]
		if q.Start < at {
			continue
		}
		out = append(out, p.blanked(text[at:q.Start])...)
		switch {
		case q.Start == q.End:
		case payload != nil && q.End == len(strings.TrimRight(text, " \t")) && !strings.ContainsAny(q.Raw, " \t"):
			out = strconv.AppendInt(out, int64(len(payload)), 10)
		case !known:
			out = append(out, p.blanked(q.Raw)...)
		default:
			w := p.word(&a, q, who)
			if a.TrID < 0 && allDigits(w) && !allDigits(q.Raw) {
				w = "x" + w // "%30" must not become what looks like a transaction id
			}
			out = append(out, w...)
		}
		at = q.End
	}
	out = append(out, p.blanked(text[at:])...)
	newLine = len(out)
	out = append(out, raw[line:body]...)
	newBody = len(out)
	return append(out, payload...), newLine, newBody
}

// headOf returns where the name of a command ends, or its transaction id.
func headOf(line []byte, hasTrID bool) int {
	w := decode.NextWord(line, 0)
	if hasTrID {
		w = decode.NextWord(line, w.End)
	}
	return w.End
}

// head passes on the name and the transaction id.
func (p *Pseudonym) head(s string) string {
	w := decode.NextWord([]byte(s), 0)
	if name := s[w.Start:w.End]; !isName(name) {
		return s[:w.Start] + p.shape(name) + s[w.End:]
	}
	return s
}

// isName reports whether a word can be the name of a command: the framing needs
// it as it is.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return len(s) == 3
}

// blanked replaces all but blanks and the commas between parameters.
func (p *Pseudonym) blanked(s string) string {
	if strings.Trim(s, " \t\r\n,") == "" {
		return s
	}
	return string(filled([]byte(s)))
}

// filled replaces bytes that cannot be judged, one by one; line ends and blanks
// stay.
func filled(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n':
			out[i] = c
		default:
			out[i] = 'x'
		}
	}
	return out
}

// personOf is the account that the names in a command belong to.
func personOf(a *decode.Annotation, account string) string {
	if a.Peer != "" {
		return a.Peer
	}
	return account
}

// word invents a parameter.
func (p *Pseudonym) word(a *decode.Annotation, q *decode.Param, who string) string {
	raw := q.Raw
	if isKnown(a.Spec, q) || strings.Trim(raw, "0") == "" { // a length of 0 has to stay one
		return raw
	}
	switch q.Type {
	case decode.TypeInt, decode.TypeLength, decode.TypeBool, decode.TypeVersion:
		if q.Type == decode.TypeVersion && len(raw) <= 40 && strings.Trim(raw, "0123456789-:.TZ") == "" && strings.Contains(raw, "T") {
			return raw // a time stamp
		}
		return number(p, raw)
	case decode.TypeGroups:
		long := func(id string) bool { return len(id) > maxCount }
		if len(raw) < 3*30 && strings.Trim(raw, "0123456789,") == "" && !slices.ContainsFunc(strings.Split(raw, ","), long) {
			return raw
		}
	case decode.TypeDialect:
		if len(raw) < 8 && (strings.HasPrefix(raw, "MSNP") && allDigits(raw[4:]) || raw == "CVR0" || raw == "0") {
			return raw
		}
	case decode.TypeLCID:
		if len(raw) == 6 && strings.HasPrefix(raw, "0x") && strings.Trim(raw[2:], "0123456789abcdefABCDEF") == "" {
			return raw
		}
	case decode.TypeNick:
		return escaped(p.nick(a, q, who))
	case decode.TypeAddress:
		return p.host(raw)
	case decode.TypeWord, decode.TypeCookie:
		if isVersion(raw) && q.Type == decode.TypeWord {
			return raw
		}
		return p.id(raw)
	case decode.TypeText:
		if q.Name == "productId" {
			if _, ok := decode.ProductOf(raw); ok {
				return raw
			}
		}
	case decode.TypeSecret:
		if len(raw) == 32 && strings.Trim(raw, "0123456789abcdefABCDEF") == "" {
			return p.hex(raw)
		}
	}
	if key, v, ok := strings.Cut(raw, "="); ok && len(key) == 1 && strings.Contains(v, "@") { // ADC: N=account
		return key + "=" + p.Handle(v)
	}
	if isHandle(raw) || q.Type == decode.TypeHandle {
		return p.Handle(raw)
	}
	if strings.Contains(raw, "%") {
		return escaped(p.shape(unescaped(raw)))
	}
	return p.shape(raw)
}

// nick invents a percent-encoded parameter: a name of somebody, of a group, a
// phone number, another property.
func (p *Pseudonym) nick(a *decode.Annotation, q *decode.Param, who string) string {
	text := unescaped(q.Raw)
	switch {
	case allDigits(text) && len(text) < 3, text == "Y", text == "N":
		return text
	case q.Name == "nick":
		if text == hotmail && len(a.Params) > 0 && a.Params[0].Raw == hotmail {
			return text
		}
		return p.Name(who, text)
	case (a.Name == "PRP" || a.Name == "BPR" || a.Name == "SBP") && strings.Trim(text, "0123456789+()-./ ") == "":
		return p.shape(text) // a phone number
	case a.Name == "PRP" || a.Name == "SBP":
		return p.Name(who, text)
	case isHandle(text):
		return p.Handle(text)
	}
	return title(p.text(text))
}

// hotmail is what notification servers call themselves in MSG, twice.
const hotmail = "Hotmail"

// isKnown reports whether a word is one of those that the protocol fixes for
// its parameter.
func isKnown(spec *decode.Spec, q *decode.Param) bool {
	for i := range spec.Params {
		if spec.Params[i].Name != q.Name {
			continue
		}
		for _, v := range spec.Params[i].Values {
			if v.Word == q.Raw {
				return true
			}
		}
	}
	return false
}

// isVersion reports whether a word is a number of a program's version: "4.6.0073",
// and could be no address.
func isVersion(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return false
	}
	return len(s) <= 16 && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") > 0 && strings.Count(s, ".") < 4
}

func isHandle(s string) bool {
	return strings.Count(s, "@") == 1 && !strings.ContainsAny(s, " \t\r\n:/<>\"") && s[0] != '@' && s[len(s)-1] != '@'
}
