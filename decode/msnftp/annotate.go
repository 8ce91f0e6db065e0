// This file says what a line of MSNFTP means, in the form in which the commands
// of the other connections are explained.

package msnftp

import (
	"strconv"
	"strings"

	"msnscope/decode"
)

// titles are the lines of MSNFTP.
var titles = map[string]string{
	"VER": "the protocols a side speaks",
	"USR": "the file's receiver says who it is",
	"FIL": "the file's sender tells the size",
	"TFR": "the receiver asks for the file",
	"CCL": "a side cancels",
	"BYE": "a side ends the transfer",
}

// Annotate explains one line. raw is the line with its line end, as the Frame
// of a Line has it.
func Annotate(raw []byte) decode.Annotation {
	text := strings.TrimRight(string(raw), "\r\n")
	a := decode.Annotation{TrID: -1, Title: "unknown line", Category: decode.CategoryControl}
	spans := decode.Words(nil, []byte(text))
	if len(spans) == 0 {
		a.Summary = "an empty line"
		return a
	}
	word := func(i int) string { return text[spans[i].Start:spans[i].End] }
	a.Name = strings.ToValidUTF8(word(0), "�")
	if title := titles[a.Name]; title != "" {
		a.Title = title
	} else {
		a.Category = decode.CategoryUnknown
	}
	number := 0 // words in front of the real ones: some programs count their lines
	if len(spans) > 2 && a.Name != "USR" || len(spans) > 3 {
		if _, err := strconv.ParseUint(word(1), 10, 32); err == nil {
			number = 1
		}
	}
	for i := 1; i < len(spans); i++ {
		w := word(i)
		p := decode.Param{Name: "extra", Value: strings.ToValidUTF8(w, "�"), Raw: w, Type: decode.TypeText, Start: spans[i].Start, End: spans[i].End}
		switch k := i - number; {
		case k == 0:
			p.Name, p.Type, p.Meaning = "number", decode.TypeInt, "counts the lines"
		case a.Name == "VER":
			p.Name = "protocol"
			if w == "MSNFTP" {
				p.Meaning = "the file transfer protocol"
			}
		case a.Name == "USR" && k == 1:
			p.Name, p.Type, p.Meaning = "receiver", decode.TypeHandle, "who receives the file"
			a.Peer = p.Value
		case a.Name == "USR" && k == 2:
			p.Name, p.Type, p.Secret, p.Meaning = "cookie", decode.TypeCookie, true, "AuthCookie of the invitation"
		case a.Name == "FIL" && k == 1:
			p.Name, p.Type, p.Meaning = "size", decode.TypeInt, "bytes of the file"
		case a.Name == "BYE" && k == 1:
			p.Name, p.Type = "code", decode.TypeInt
			if n, err := strconv.ParseUint(w, 10, 64); err == nil {
				p.Meaning = ByeMeaning(n)
			}
		}
		a.Params = append(a.Params, p)
	}
	a.Summary = summary(&a)
	return a
}

func summary(a *decode.Annotation) string {
	value, meaning := "", ""
	for i := range a.Params {
		switch a.Params[i].Name {
		case "size", "code", "receiver":
			value, meaning = decode.Visible(a.Params[i].Value), a.Params[i].Meaning
			if len(value) > 140 {
				value = "(too long)"
			}
		}
	}
	switch a.Name {
	case "VER":
		return "speaks the file transfer protocol"
	case "USR":
		return value + " shows the cookie of the invitation"
	case "FIL":
		return "the file has " + value + " bytes"
	case "TFR":
		return "asks for the file"
	case "CCL":
		return "cancels the transfer"
	case "BYE":
		switch {
		case meaning != "":
			return "ends the transfer: " + meaning
		case value != "":
			return "ends the transfer with code " + value
		}
		return "ends the transfer"
	}
	return "unknown line " + strings.TrimSpace(decode.Visible(a.Name[:min(len(a.Name), 20)]))
}
