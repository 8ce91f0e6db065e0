// This file says what the value of a parameter means.

package decode

import "strings"

// meaningOf returns what a parameter's word says, "" when it speaks for itself.
func meaningOf(p *ParamSpec, word string) string {
	for i := range p.Values {
		if p.Values[i].Word == word {
			return p.Values[i].Meaning
		}
	}
	switch p.Type {
	case TypeStatus:
		return StatusMeaning(word)
	case TypeList:
		return ListMeaning(word)
	case TypeLCID:
		return localeName(word)
	case TypeLength:
		return "bytes of payload"
	case TypeGroups:
		if word == "0" {
			return "the default group"
		}
	case TypeBool:
		if p.Name == "verified" {
			if word == "1" {
				return "address verified"
			}
			return "address not verified"
		}
	case TypeAddress:
		if word == "0" {
			return "stay on this connection"
		}
	case TypeVersion:
		if word == "0" {
			return "no list known"
		}
	case TypeDialect:
		switch word {
		case "CVR0":
			return "pseudo-dialect: version query only"
		case "0":
			return "none acceptable"
		}
	}
	return ""
}

// listSum says which lists the bits of a number stand for, as LST has it from
// MSNP8 on (msnp-wiki, LST).
func listSum(word string) string {
	n, ok := number([]byte(word))
	if !ok || n >= 1<<5 {
		return ""
	}
	text := ""
	for i, list := range [...]string{"forward", "allow", "block", "reverse", "pending"} {
		if n>>i&1 == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += list
	}
	return text
}

// localeName finds the language of "0x0409", its letters in either case.
func localeName(word string) string {
	if name := localeNames[word]; name != "" {
		return name
	}
	return localeNames[strings.ToLower(word)]
}

// localeNames are the locale ids that clients of the era most often had.
var localeNames = map[string]string{
	"0x0401": "Arabic", "0x0404": "Chinese (Taiwan)", "0x0405": "Czech", "0x0406": "Danish", "0x0407": "German",
	"0x0408": "Greek", "0x0409": "English (United States)", "0x040a": "Spanish", "0x040b": "Finnish", "0x040c": "French",
	"0x040d": "Hebrew", "0x040e": "Hungarian", "0x0410": "Italian", "0x0411": "Japanese", "0x0412": "Korean",
	"0x0413": "Dutch", "0x0414": "Norwegian", "0x0415": "Polish", "0x0416": "Portuguese (Brazil)", "0x0419": "Russian",
	"0x041d": "Swedish", "0x041f": "Turkish", "0x0804": "Chinese (China)", "0x0807": "German (Switzerland)",
	"0x0809": "English (United Kingdom)", "0x0816": "Portuguese", "0x0c07": "German (Austria)", "0x0c0a": "Spanish (modern)",
	"0x0c0c": "French (Canada)", "0x1009": "English (Canada)", "0x0c09": "English (Australia)",
}
