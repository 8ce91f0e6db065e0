// This file writes an event as JSON: the line of `decode`, `grep --json` and
// exports, and the longer form that the page's detail pane shows.

package event

import (
	"net/netip"

	"msnscope/decode"
)

// JSONOptions says what AppendJSON writes. The zero value is a line of an
// export, secrets masked.
type JSONOptions struct {
	Secrets bool // show digests, tickets, cookies and passwords instead of '*'
	// Detail adds what the page shows beside the line: offsets, titles, edits.
	Detail  bool
	Max     int   // Detail: bytes of raw, delivered and text to write, 0 for all
	Partner int64 // Detail: id of the command this one answers or of its answer, 0 if unknown

	lines bool // the same options for all events with the same Annotation
}

// AppendJSON appends e as one JSON object, without a line end. a is e's
// annotation (nil: made here); c its connection, which may be nil. Field
// names and their order are stable.
func AppendJSON(dst []byte, e *Event, a *decode.Annotation, c *Connection, o JSONOptions) []byte {
	if e.Kind == Command && a == nil {
		made := e.Annotate()
		a = &made
	}
	if !o.Secrets {
		e = e.Masked(a)
	}
	dst = appendID(dst, e)
	dst = appendWhose(dst, e)
	dst = appendEnds(dst, c)
	var k clock
	dst = appendWhen(dst, e, &k)
	dst = appendSaid(dst, e, a, o)
	dst = appendRest(dst, e, o)
	if o.Detail {
		dst = appendDetail(dst, e, a, o)
	}
	return append(dst, '}')
}

func appendID(dst []byte, e *Event) []byte {
	return appendInt(append(dst, `{"id":`...), e.ID)
}

// appendWhose appends what the event belongs to, from "session" to "role".
func appendWhose(dst []byte, e *Event) []byte {
	dst = append(dst, `,"session":`...)
	dst = appendInt(dst, e.Session)
	dst = append(dst, `,"connection":`...)
	dst = appendInt(dst, e.Connection)
	dst = append(dst, `,"role":"`...)
	dst = append(dst, e.Role.String()...)
	return append(dst, '"')
}

// appendEnds appends the ends of the connection, "client", "server" and "via".
func appendEnds(dst []byte, c *Connection) []byte {
	dst = append(dst, `,"client":"`...)
	if c != nil {
		dst = appendAddr(dst, c.Client)
	}
	dst = append(dst, `","server":"`...)
	if c != nil {
		dst = appendAddr(dst, c.Server)
	}
	dst = append(dst, '"')
	if c != nil && c.Via != "" {
		dst = appendText(dst, "via", c.Via)
	}
	return dst
}

// appendWhen appends the rest of what events of every kind have, from "dir" to
// "dialect".
func appendWhen(dst []byte, e *Event, k *clock) []byte {
	dst = append(dst, `,"dir":"`...)
	dst = append(dst, e.Dir.String()...)
	dst = append(dst, `","ts":`...)
	dst = k.append(dst, e.Time)
	if e.Kind == Command {
		dst = append(dst, `,"n":`...)
		dst = appendInt(dst, e.N)
	}
	dst = append(dst, `,"kind":"`...)
	dst = append(dst, e.Kind.String()...)
	dst = append(dst, `","dialect":"`...)
	if e.Dialect != 0 {
		dst = append(dst, "MSNP"...)
		dst = appendInt(dst, int64(e.Dialect))
	}
	return append(dst, '"')
}

// appendSaid appends what the event says by itself, whenever and wherever that
// was: of a command all from "cmd" to "raw".
func appendSaid(dst []byte, e *Event, a *decode.Annotation, o JSONOptions) []byte {
	switch e.Kind {
	case Command:
		dst = appendCommand(dst, e, a, o)
	case Raw:
		dst = append(dst, `,"why":`...)
		dst = AppendJSONString(dst, e.Text)
	case Gap:
		dst = append(dst, `,"missing":`...)
		if e.Missing < 0 {
			dst = append(dst, "null"...)
		} else {
			dst = appendInt(dst, e.Missing)
		}
	case Note:
		dst = append(dst, `,"note":`...)
		dst = AppendJSONString(dst, e.Note)
		dst = append(dst, `,"text":`...)
		dst = AppendJSONString(dst, e.Text)
		dst = appendInjected(dst, e, o)
	}
	if e.Kind == Command || e.Kind == Raw {
		dst = appendBytes(dst, e.Raw, o)
	}
	return dst
}

// appendInjected appends the command that a note tells of, if it does.
func appendInjected(dst []byte, e *Event, o JSONOptions) []byte {
	own := e.Injected()
	if own == nil {
		return dst
	}
	a := own.Annotate()
	if !o.Secrets {
		own = own.Masked(&a)
	}
	dst = append(dst, `,"injected":{"dir":"`...)
	dst = append(dst, own.Dir.String()...)
	dst = append(dst, '"')
	dst = appendCommand(dst, own, &a, o)
	dst = appendBytes(dst, own.Raw, o)
	if o.Detail {
		dst = appendParts(dst, own)
	}
	return append(dst, '}')
}

func appendBytes(dst, raw []byte, o JSONOptions) []byte {
	dst = append(dst, `,"size":`...)
	dst = appendInt(dst, int64(len(raw)))
	dst = append(dst, `,"raw":`...)
	return appendBase64(dst, cut(raw, o))
}

// appendRest appends what else is known of the event, from "answers" on.
func appendRest(dst []byte, e *Event, o JSONOptions) []byte {
	if e.Answers != 0 {
		dst = append(dst, `,"answers":`...)
		dst = appendInt(dst, e.Answers)
		dst = append(dst, `,"latency_us":`...)
		dst = appendInt(dst, e.Latency/1000)
	}
	if e.Delivered != nil {
		dst = append(dst, `,"delivered":`...)
		dst = appendBase64(dst, cut(e.Delivered, o))
	}
	dst = appendWarnings(dst, e, o)
	if e.Partial {
		dst = append(dst, `,"partial":true`...)
	}
	return appendMark(dst, e.Mark)
}

// appendCommand appends what only a command has, from "cmd" to "payload".
func appendCommand(dst []byte, e *Event, a *decode.Annotation, o JSONOptions) []byte {
	dst = append(dst, `,"cmd":`...)
	dst = AppendJSONString(dst, a.Name)
	dst = append(dst, `,"trid":`...)
	if e.TrID < 0 {
		dst = append(dst, "null"...)
	} else {
		dst = appendInt(dst, e.TrID)
	}
	dst = append(dst, `,"params":`...)
	dst = appendParams(dst, a.Params, o)
	dst = append(dst, `,"summary":`...)
	dst = AppendJSONString(dst, a.Summary)
	if a.Payload != nil {
		dst = append(dst, `,"payload":`...)
		dst = appendPayload(dst, a.Payload, o)
	}
	return dst
}

func appendParams(dst []byte, params []decode.Param, o JSONOptions) []byte {
	dst = append(dst, '[')
	for i := range params {
		p := &params[i]
		hide := p.Secret && !o.Secrets
		dst = comma(dst, i)
		dst = append(dst, `{"name":`...)
		dst = AppendJSONString(dst, p.Name)
		dst = append(dst, `,"value":`...)
		dst = appendSecret(dst, p.Value, hide)
		if p.Meaning != "" && !hide {
			dst = append(dst, `,"meaning":`...)
			dst = AppendJSONString(dst, p.Meaning)
		}
		if o.Detail {
			dst = append(dst, `,"raw":`...)
			dst = appendSecret(dst, p.Raw, hide)
			dst = append(dst, `,"type":`...)
			dst = AppendJSONString(dst, TypeName(p.Type))
			dst = appendPlace(dst, p.Secret, p.Start, p.End)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendPayload(dst []byte, p *decode.Payload, o JSONOptions) []byte {
	dst = append(dst, `{"type":`...)
	dst = AppendJSONString(dst, p.Type)
	dst = append(dst, `,"charset":`...)
	dst = AppendJSONString(dst, p.Charset)
	if made := p.Made(); made == nil || !o.lines {
		dst = appendHead(dst, p, o)
	} else {
		if len(*made) == 0 {
			*made = appendHead(*made, p, o)
		}
		dst = append(dst, *made...)
	}
	if o.Detail {
		dst = append(dst, `,"body":`...)
		dst = appendInt(dst, int64(p.Body))
	}
	text := p.Text
	if !o.Secrets {
		text = maskText(p)
	}
	dst = append(dst, `,"text":`...)
	dst = AppendJSONString(dst, cutText(text, o))
	dst = append(dst, `,"binary":`...)
	dst = appendBool(dst, p.Binary)
	return append(dst, '}')
}

// appendHead appends what stands before the text, and what it means.
func appendHead(dst []byte, p *decode.Payload, o JSONOptions) []byte {
	dst = append(dst, `,"headers":`...)
	dst = appendHeaders(dst, p.Headers, o)
	if len(p.Fields) > 0 || o.Detail {
		dst = append(dst, `,"fields":`...)
		dst = appendHeaders(dst, p.Fields, o)
	}
	if len(p.Meaning) > 0 || o.Detail {
		dst = append(dst, `,"meaning":`...)
		dst = appendParams(dst, p.Meaning, o)
	}
	return dst
}

func appendHeaders(dst []byte, hs []decode.Header, o JSONOptions) []byte {
	dst = append(dst, '[')
	for i := range hs {
		h := &hs[i]
		dst = comma(dst, i)
		dst = append(dst, `{"name":`...)
		dst = AppendJSONString(dst, h.Name)
		dst = append(dst, `,"value":`...)
		dst = appendSecret(dst, h.Value, h.Secret && !o.Secrets)
		if o.Detail {
			dst = appendPlace(dst, h.Secret, h.Start, h.End)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendPlace appends the bytes of Raw in which a value stands.
func appendPlace(dst []byte, secret bool, start, end int) []byte {
	dst = append(dst, `,"secret":`...)
	dst = appendBool(dst, secret)
	dst = append(dst, `,"start":`...)
	dst = appendInt(dst, int64(start))
	dst = append(dst, `,"end":`...)
	return appendInt(dst, int64(end))
}

func appendSecret(dst []byte, s string, hide bool) []byte {
	if hide {
		s = masked
	}
	return AppendJSONString(dst, s)
}

func appendAddr(dst []byte, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return dst
	}
	return a.AppendTo(dst)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}
