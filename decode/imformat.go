// This file reads what the header of a message says about how its text looks
// (X-MMS-IM-Format), and the account facts of a profile.

package decode

import (
	"strconv"
	"strings"
)

// formatParams reads X-MMS-IM-Format: FN=Arial; EF=B; CO=ff; CS=0; PF=22; RL=1.
// Offsets point at the value's bytes in the command.
func formatParams(headers []Header) []Param {
	var h *Header
	for i := range headers {
		if strings.EqualFold(headers[i].Name, "X-MMS-IM-Format") {
			h = &headers[i]
			break
		}
	}
	// Offsets hold only if the value stands in the command as it is here.
	if h == nil || h.End-h.Start != len(h.Value) {
		return nil
	}
	params := make([]Param, 0, 6)
	for i := 0; i <= len(h.Value); {
		end := i + indexOrLen(h.Value[i:], ';')
		part := h.Value[i:end]
		lead := len(part) - len(strings.TrimLeft(part, " \t"))
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if ok && len(params) < 16 {
			start := h.Start + i + lead + len(key) + 1
			p := Param{Raw: value, Value: value, Start: start, End: start + len(value), Type: TypeText}
			formatMeaning(&p, strings.ToUpper(strings.TrimSpace(key)))
			params = append(params, p)
		}
		i = end + 1
	}
	return params
}

func indexOrLen(s string, c byte) int {
	if i := strings.IndexByte(s, c); i >= 0 {
		return i
	}
	return len(s)
}

func formatMeaning(p *Param, key string) {
	switch key {
	case "FN":
		p.Name, p.Value = "font", UnescapeText(p.Raw)
	case "EF":
		p.Name, p.Meaning = "effects", effects(p.Raw)
	case "CO":
		p.Name = "colour"
		if rgb, ok := Colour(p.Raw); ok {
			p.Meaning = rgb
		}
	case "CS":
		p.Name, p.Meaning = "character set", charsets[strings.ToLower(p.Raw)]
	case "PF":
		p.Name, p.Meaning = "pitch and family", pitchAndFamily(p.Raw)
	case "RL":
		p.Name = "right to left"
		if p.Raw == "1" {
			p.Meaning = "text runs right to left"
		}
	default:
		p.Name = key
	}
}

// Colour turns the CO value, hex blue-green-red without leading zeros, into
// "#rrggbb".
func Colour(co string) (string, bool) {
	n, err := strconv.ParseUint(co, 16, 32)
	if err != nil || n > 0xffffff {
		return "", false
	}
	rgb := n&0xff<<16 | n&0xff00 | n>>16
	hex := strconv.FormatUint(1<<24|rgb, 16)
	return "#" + hex[1:], true
}

// effects spells out the letters of EF.
func effects(ef string) string {
	var words []string
	for _, e := range [...]struct{ letter, word string }{{"B", "bold"}, {"I", "italic"}, {"U", "underlined"}, {"S", "struck out"}} {
		if strings.Contains(strings.ToUpper(ef), e.letter) {
			words = append(words, e.word)
		}
	}
	return strings.Join(words, ", ")
}

// charsets are the Windows character set numbers of CS, in hex.
var charsets = map[string]string{
	"0": "ANSI", "1": "default", "2": "symbol", "80": "Shift JIS", "81": "Hangul", "86": "GB2312", "88": "Big5",
	"a1": "Greek", "a2": "Turkish", "b1": "Hebrew", "b2": "Arabic", "ba": "Baltic", "cc": "Russian", "de": "Thai", "ee": "East Europe",
}

// pitchAndFamily reads PF: low digit pitch, high digit family.
func pitchAndFamily(pf string) string {
	n, err := strconv.ParseUint(pf, 16, 8)
	if err != nil {
		return ""
	}
	pitch := [...]string{"default pitch", "fixed pitch", "variable pitch"}
	family := [...]string{"", "Roman", "Swiss", "Modern", "Script", "Decorative"}
	text := ""
	if f := int(n >> 4); f < len(family) {
		text = family[f]
	}
	if p := int(n & 3); p < len(pitch) {
		if text != "" {
			text += ", "
		}
		text += pitch[p]
	}
	return text
}

// profileParams says what some fields of a profile mean.
func profileParams(headers []Header) []Param {
	var params []Param
	add := func(h *Header, meaning string) {
		params = append(params, Param{Name: h.Name, Value: h.Value, Raw: h.Value, Meaning: meaning, Start: h.Start, End: h.End, Type: TypeText})
	}
	for i := range headers {
		h := &headers[i]
		switch strings.ToLower(h.Name) {
		case "clientport":
			// The port has its two bytes swapped.
			if n, err := strconv.ParseUint(h.Value, 10, 16); err == nil {
				add(h, "port "+strconv.FormatUint(n&0xff<<8|n>>8, 10)+", bytes swapped")
			}
		case "lang_preference":
			if n, err := strconv.ParseUint(h.Value, 10, 16); err == nil {
				hex := strconv.FormatUint(1<<16|n, 16)
				if name := localeNames["0x"+hex[1:]]; name != "" {
					add(h, name)
				}
			}
		case "emailenabled":
			if h.Value == "1" {
				add(h, "the account has a mailbox with the service")
			}
		case "kid":
			if h.Value == "1" {
				add(h, "a child's account")
			}
		}
	}
	return params
}
