// This file reads what the header of a message says about how its text looks
// (X-MMS-IM-Format). The header came with MSNP3.

package decode

import (
	"strconv"
	"strings"
)

// formatParams appends what X-MMS-IM-Format says: FN=Arial; EF=B; CO=ff; CS=0;
// PF=22; RL=1. text is the command; the header may go on in a second line of it.
func formatParams(params []Param, text string, headers []Header) []Param {
	var h *Header
	for i := range headers {
		if strings.EqualFold(headers[i].Name, "X-MMS-IM-Format") {
			h = &headers[i]
			break
		}
	}
	if h == nil {
		return params
	}
	whole := text[h.Start:h.End]
	for i := 0; i <= len(whole); {
		end := i + indexOrLen(whole[i:], ';')
		part := whole[i:end]
		lead := len(part) - len(strings.TrimLeft(part, " \t\r\n"))
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if ok && len(params) < 16 {
			start := h.Start + i + lead + len(key) + 1
			p := Param{Raw: value, Value: validText(value), Start: start, End: start + len(value), Type: TypeText}
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
		if p.Meaning == "" {
			p.Meaning = noEffects
		}
	case "CO":
		p.Name = "colour"
		if rgb, ok := Colour(p.Raw); ok {
			p.Meaning = rgb
		} else {
			p.Meaning = orNotKnown(p.Raw, "")
		}
	case "CS":
		p.Name, p.Meaning = "character set", orNotKnown(p.Raw, charsets[strings.ToLower(p.Raw)])
	case "PF":
		p.Name, p.Meaning = "pitch and family", orNotKnown(p.Raw, pitchAndFamily(p.Raw))
	case "RL":
		p.Name = "right to left"
		switch p.Raw {
		case "1":
			p.Meaning = "text runs right to left"
		case "0":
			p.Meaning = "text runs left to right"
		default:
			p.Meaning = orNotKnown(p.Raw, "")
		}
	default:
		p.Name, p.Meaning = validText(key), "a part that is not known"
	}
}

// Colour turns the CO value, hex blue-green-red without leading zeros, into
// "#rrggbb".
func Colour(co string) (string, bool) {
	n, err := strconv.ParseUint(co, 16, 32)
	if err != nil || n > 0xffffff {
		return "", false
	}
	const digits = "0123456789abcdef"
	return string([]byte{
		'#', digits[n>>4&15], digits[n&15], digits[n>>12&15], digits[n>>8&15], digits[n>>20&15], digits[n>>16&15],
	}), true
}

// noEffects is the meaning of an EF without any letter that is known.
const noEffects = "no effects"

// effects spells out the letters of EF.
func effects(ef string) string {
	var has int
	for i := range len(ef) {
		switch ef[i] | 0x20 {
		case 'b':
			has |= 1
		case 'i':
			has |= 2
		case 'u':
			has |= 4
		case 's':
			has |= 8
		}
	}
	return effectNames[has]
}

var effectNames = func() (names [16]string) {
	for has := range names {
		var words []string
		for i, word := range [...]string{"bold", "italic", "underlined", "struck out"} {
			if has>>i&1 != 0 {
				words = append(words, word)
			}
		}
		names[has] = strings.Join(words, ", ")
	}
	return names
}()

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
	return pitchNames[n&3][min(n>>4, uint64(len(familyNames)))]
}

var familyNames = [...]string{"", "Roman", "Swiss", "Modern", "Script", "Decorative"}

// pitchNames are the meanings of PF by pitch and family; the last is for
// families that are not known.
var pitchNames = func() (names [4][len(familyNames) + 1]string) {
	for p, pitch := range [...]string{"default pitch", "fixed pitch", "variable pitch", ""} {
		for f := range names[p] {
			words := make([]string, 0, 2)
			if f < len(familyNames) && familyNames[f] != "" {
				words = append(words, familyNames[f])
			}
			if pitch != "" {
				words = append(words, pitch)
			}
			names[p][f] = strings.Join(words, ", ")
		}
	}
	return names
}()
