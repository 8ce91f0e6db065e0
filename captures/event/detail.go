// This file adds to an event's JSON what only the page's detail pane shows.

package event

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"msnscope/decode"
)

// appendParts appends where a command's line ends and its payload begins.
func appendParts(dst []byte, e *Event) []byte {
	dst = append(dst, `,"line":`...)
	dst = appendInt(dst, int64(e.Line))
	dst = append(dst, `,"body":`...)
	return appendInt(dst, int64(e.Body))
}

// appendDetail appends the fields of the detail form after those of the line.
func appendDetail(dst []byte, e *Event, a *decode.Annotation, o JSONOptions) []byte {
	title, category := "", decode.CategoryUnknown
	switch {
	case a != nil:
		title, category = a.Title, a.Category
	case e.Kind == Note:
		category = decode.CategoryProxy
	}
	dst = append(dst, `,"title":`...)
	dst = AppendJSONString(dst, title)
	dst = append(dst, `,"category":"`...)
	dst = append(dst, category.String()...)
	dst = append(dst, '"')
	if a != nil && a.Spec != nil {
		dst = append(dst, `,"note_on":`...)
		dst = AppendJSONString(dst, noteOn(a))
	}
	if e.Kind == Command {
		dst = appendParts(dst, e)
	}
	if o.Max > 0 && len(e.Raw) > o.Max {
		dst = append(dst, `,"truncated":true`...)
	}
	if o.Partner != 0 {
		dst = append(dst, `,"partner":`...)
		dst = appendInt(dst, o.Partner)
	}
	if edits := e.Edits(); len(edits) > 0 {
		dst = append(dst, `,"edits":[`...)
		for i, d := range edits {
			dst = comma(dst, i)
			dst = append(dst, `{"start":`...)
			dst = appendInt(dst, d.Offset)
			dst = append(dst, `,"end":`...)
			dst = appendInt(dst, d.Offset+int64(len(d.Old)))
			dst = append(dst, `,"old":`...)
			dst = AppendJSONString(dst, cut(d.Old, o))
			dst = append(dst, `,"new":`...)
			dst = AppendJSONString(dst, cut(d.New, o))
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
	}
	return dst
}

// noteOn is what there is to say about a command beyond its title; of an error
// reply about its number first.
func noteOn(a *decode.Annotation) string {
	note := strings.TrimSpace(a.Spec.Explain + " " + a.Spec.Notes)
	n, err := strconv.Atoi(a.Name)
	if err != nil {
		return note
	}
	e, ok := decode.ErrorCodeOf(n)
	if !ok {
		return note
	}
	own := e.Name
	if e.Notes != "" {
		own += ": " + e.Notes
	}
	if e.Closes {
		own += "; the server closes the connection after it"
	}
	return own + ". " + note
}

// cut shortens bytes of the detail form to o.Max.
func cut(p []byte, o JSONOptions) []byte {
	if o.Detail && o.Max > 0 && len(p) > o.Max {
		return p[:o.Max]
	}
	return p
}

// cutText shortens text of the detail form to o.Max bytes, at a character.
func cutText(s string, o JSONOptions) string {
	if !o.Detail || o.Max <= 0 || len(s) <= o.Max {
		return s
	}
	n := o.Max
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// typeNames are the names of the parameter types in the JSON, in their order.
var typeNames = [...]string{
	decode.TypeWord: "word", decode.TypeInt: "int", decode.TypeVersion: "version", decode.TypeText: "text",
	decode.TypeEnum: "enum", decode.TypeLiteral: "literal", decode.TypeHandle: "handle", decode.TypeNick: "nick",
	decode.TypeAddress: "address", decode.TypeCookie: "cookie", decode.TypeSecret: "secret", decode.TypeLCID: "lcid",
	decode.TypeURL: "url", decode.TypePair: "pair", decode.TypeGroups: "groups", decode.TypeBool: "bool",
	decode.TypeGUID: "guid", decode.TypeDialect: "dialect", decode.TypeStatus: "status", decode.TypeList: "list",
	decode.TypeLength: "length",
}

// TypeName returns the name of a parameter type in the JSON.
func TypeName(t decode.ParamType) string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return ""
}
