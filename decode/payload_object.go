// This file reads MSNObjects and the lists of custom emoticons that name them.
// Source: the MSNObject page of msnp-wiki.

package decode

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
)

// maxCustomEmoticons bounds the emoticons taken from one message; the official
// clients send at most seven.
const maxCustomEmoticons = 32

// customEmoticons reads "shortcut TAB msnobject TAB shortcut TAB ...".
func customEmoticons(raw []byte, body int) []Param {
	var params []Param
	at := body
	for n := 0; n < maxCustomEmoticons && at < len(raw); n++ {
		code, next := untilTab(raw, at)
		object, after := untilTab(raw, next)
		if shown := strings.TrimRight(validText(string(raw[at:code])), "\r\n"); shown != "" {
			params = append(params, Param{
				Name: "shortcut", Value: shown, Raw: string(raw[at:code]), Meaning: "stands for the picture that follows",
				Type: TypeText, Start: at, End: code,
			})
		}
		params = append(params, objectParams(raw, next, object)...)
		at = after
	}
	return params
}

// untilTab returns where the text at ends and where the next begins.
func untilTab(raw []byte, at int) (end, next int) {
	if i := bytes.IndexByte(raw[at:], '\t'); i >= 0 {
		return at + i, at + i + 1
	}
	return len(raw), len(raw)
}

// objectParams reads the attributes of the MSNObject raw[start:end].
func objectParams(raw []byte, start, end int) []Param {
	params := scanMarkup(raw, start, end)
	for i := range params {
		p := &params[i]
		p.Meaning = objectMeaning(strings.TrimPrefix(p.Name, "msnobj "), p.Value)
	}
	return params
}

func objectMeaning(attribute, value string) string {
	switch attribute {
	case "Creator":
		return "who has the file"
	case "Size":
		return "bytes"
	case "Type":
		return orNotKnown(value, objectTypes[value])
	case "Location":
		return "file name at the creator's"
	case "Friendly":
		if name, ok := objectName(value); ok && name != "" {
			return "called " + strconv.Quote(name)
		}
		return "no name"
	case "SHA1D":
		return "SHA-1 of the file"
	case "SHA1C":
		return "SHA-1 of the other attributes"
	case "stamp":
		return "signature of content that was paid for"
	}
	return ""
}

var objectTypes = map[string]string{
	"2": "custom emoticon", "3": "display picture", "4": "shared file", "5": "background", "6": "history",
	"7": "moving display picture", "8": "wink", "9": "map", "10": "moving background", "11": "voice clip",
	"12": "saved state of an activity", "13": "roaming object", "14": "signature sound",
}

// objectName decodes Friendly: base64 of UTF-16, little endian.
func objectName(value string) (string, bool) {
	b, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return "", false
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if u := uint16(b[i]) | uint16(b[i+1])<<8; u != 0 {
			units = append(units, u)
		}
	}
	return string(utf16.Decode(units)), true
}

// objectWords says in a few words what an MSNObject is.
func objectWords(object string) string {
	params := scanMarkup([]byte(object), 0, len(object))
	kind := firstOf(objectTypes[paramNamed(params, "msnobj Type")], "object")
	if name, ok := objectName(paramNamed(params, "msnobj Friendly")); ok && name != "" {
		kind += " " + strconv.Quote(name)
	}
	if by := paramNamed(params, "msnobj Creator"); by != "" {
		kind += " of " + by
	}
	return kind
}
