// This file hides secrets: digests, tickets, cookies, passwords. Bytes are
// replaced one for one, so that lengths and offsets stay what they were.

package event

import (
	"bytes"
	"strings"

	"msnscope/decode"
	"msnscope/decode/gateway"
	"msnscope/decode/httphead"
	"msnscope/decode/prologue"
)

// masked stands for a secret where its length does not matter.
const masked = "***"

// span is a run of secret bytes of an event's Raw.
type span struct{ start, end int }

// overlaps reports whether s and start..end share a byte, or start..end is an
// insertion inside s.
func (s span) overlaps(start, end int) bool {
	return s.start < end && start < s.end || start == end && s.start < start && start < s.end
}

// secretsOf appends the secret runs of a command to spans.
func secretsOf(a *decode.Annotation, spans []span) []span {
	for i := range a.Params {
		if p := &a.Params[i]; p.Secret {
			spans = append(spans, span{p.Start, p.End})
		}
	}
	if a.Payload == nil {
		return spans
	}
	for _, h := range [...][]decode.Header{a.Payload.Headers, a.Payload.Fields} {
		for i := range h {
			if h[i].Secret {
				spans = append(spans, span{h[i].Start, h[i].End})
			}
		}
	}
	return spans
}

// secretsOfRaw finds the secrets in a piece of a command that was cut: the
// piece is read as if it were whole.
func secretsOfRaw(e *Event, spans []span) []span {
	if !e.Partial || len(e.Raw) < 4 {
		return spans
	}
	line, body := len(e.Raw), len(e.Raw)
	if i := bytes.IndexByte(e.Raw, '\n'); i >= 0 {
		line, body = i, i+1
		if i > 0 && e.Raw[i-1] == '\r' {
			line--
		}
	}
	if line < 3 {
		return spans
	}
	a := decode.Annotate(e.Raw, line, body, decode.Context{
		Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account,
	})
	return secretsOf(&a, spans)
}

// Masked returns e with its secrets replaced by '*', in what was sent and in
// what was delivered: e itself if there are none. a is the annotation of a
// Command (nil: made here).
func (e *Event) Masked(a *decode.Annotation) *Event {
	var room [8]span
	var secrets []span
	switch e.Kind {
	case Command:
		if a == nil {
			made := e.Annotate()
			a = &made
		}
		secrets = secretsOf(a, room[:0])
	case Raw:
		secrets = secretsOfRaw(e, room[:0])
		if e.Role == decode.RoleGW {
			secrets = appendSpans(secrets, gateway.Secrets(e.Raw))
		}
		secrets = appendSpans(secrets, prologue.Secrets(e.Raw, e.Text))
	}
	if len(secrets) == 0 {
		return e
	}
	m := *e
	m.Raw = bytes.Clone(e.Raw)
	for _, s := range secrets {
		stars(m.Raw, s.start, s.end)
	}
	m.Delivered = maskDelivered(e, secrets)
	return &m
}

func appendSpans(spans []span, more []httphead.Span) []span {
	for _, s := range more {
		spans = append(spans, span{s.Start, s.End})
	}
	return spans
}

func stars(p []byte, start, end int) {
	for i := max(start, 0); i < end && i < len(p); i++ {
		p[i] = '*'
	}
}

// maskText hides the secret fields of a payload in its text. The text is the
// body after its charset was decoded, so fields are found by value; where one
// cannot be found all of the text is hidden.
func maskText(p *decode.Payload) string {
	text := p.Text
	for i := range p.Fields {
		f := &p.Fields[i]
		if !f.Secret || f.Value == "" {
			continue
		}
		if !strings.Contains(text, f.Value) {
			return masked
		}
		text = strings.ReplaceAll(text, f.Value, strings.Repeat("*", len(f.Value)))
	}
	return text
}
