// This file puts invented people into events, connections and sessions.

package pseudonym

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// Source is src with invented people. Nothing of it is secret any more, so that
// it may be exported with export.Options.Secrets.
func (p *Pseudonym) Source(src export.Source) export.Source {
	return export.Source{
		Walk: func(session int64, f func(*event.Event) error) error {
			return src.Walk(session, func(e *event.Event) error { return f(p.Event(e)) })
		},
		Connection: func(id int64) *event.Connection {
			c := src.Connection(id)
			if c == nil {
				return nil
			}
			return p.Connection(c)
		},
		Sessions: func() []event.Session {
			list := src.Sessions()
			for i := range list {
				list[i] = p.Session(&list[i])
			}
			return list
		},
	}
}

// Connection returns c with invented addresses and people.
func (p *Pseudonym) Connection(c *event.Connection) *event.Connection {
	n := *c
	n.Client, n.Server = p.AddrPort(c.Client), p.AddrPort(c.Server)
	n.Account = p.Handle(c.Account)
	n.Chat = p.id(c.Chat)
	n.Via = p.via(c.Via)
	n.File = nil
	return &n
}

// via keeps the kind of what carries a connection; the rest are addresses.
func (p *Pseudonym) via(s string) string {
	kind, _, _ := strings.Cut(s, " ")
	if strings.HasPrefix(s, "HTTP ") {
		kind = strings.Join(strings.Fields(s)[:2], " ")
	}
	return kind
}

// Session returns s with invented addresses and people.
func (p *Pseudonym) Session(s *event.Session) event.Session {
	n := *s
	n.Account, n.Name = p.Handle(s.Account), p.Name(s.Account, s.Name)
	n.From, n.Server = p.Addr(s.From), p.AddrPort(s.Server)
	var client []string
	for w := range strings.FieldsSeq(s.Client) {
		if !isVersion(w) && w != "MSMSGS" && w != "MSNMSGR" {
			w = p.shape(w)
		}
		client = append(client, w)
	}
	n.Client = strings.Join(client, " ")
	return n
}

// Event returns e with invented people.
func (p *Pseudonym) Event(e *event.Event) *event.Event {
	n := *e
	n.Account = p.Handle(e.Account)
	switch e.Kind {
	case event.Command:
		n.Raw, n.Line, n.Body = p.command(e, e.Raw, e.Line, e.Body, e.Account)
		if e.Delivered != nil {
			line, body := lineOf(e.Delivered)
			n.Delivered, _, _ = p.command(e, e.Delivered, line, body, e.Account)
		}
	case event.Raw:
		n.Raw = p.raw(e, e.Raw)
		if e.Delivered != nil {
			n.Delivered = p.raw(e, e.Delivered)
		}
		n.Text = p.words(e.Text)
	case event.Note:
		n.Note, n.Text = noteName(e.Note), ""
	}
	n.Warnings = rules(e.Warnings)
	if n.Delivered != nil && bytes.Equal(n.Delivered, n.Raw) {
		n.Delivered = nil
	}
	return &n
}

// rules are the warnings in the words of the rules: their own quote the event.
func rules(warnings []conform.Note) []conform.Note {
	out := slices.Clone(warnings)
	for i := range out {
		rule, _ := conform.RuleOf(out[i].Code)
		out[i].Text = rule.Rule
	}
	return out
}

// words keeps why bytes are no command, which the decoder says in its own words,
// but for what it quotes: where a proxy or a gateway is to connect to.
func (p *Pseudonym) words(why string) string {
	if strings.ContainsAny(why, "\"@") {
		return "bytes that are no command"
	}
	for _, before := range quoting {
		head, rest, ok := strings.Cut(why, before)
		if !ok {
			continue
		}
		words := strings.Split(rest, " ")
		host := 0
		if before == openAt {
			if host = 1; words[0] != "NS" && words[0] != "SB" {
				words[0] = p.shape(words[0])
			}
		}
		if host < len(words) && words[host] != "" {
			word := strings.TrimRight(words[host], ",;:")
			words[host] = p.host(word) + words[host][len(word):]
		}
		return head + before + strings.Join(words, " ")
	}
	return why
}

// quoting are the decoder's words before an address.
var quoting = []string{": connect to ", ": listen for ", ": relay datagrams for ", "HTTP CONNECT to ", openAt}

const openAt = event.ViaGateway + ": open " // NS or SB, then the address

// noteName keeps the name of a note of the proxy.
func noteName(s string) string {
	if len(s) > 32 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz- ") != "" {
		return "note"
	}
	return s
}

// raw replaces bytes that are no whole command.
func (p *Pseudonym) raw(e *event.Event, b []byte) []byte {
	if e.Role == decode.RoleFT {
		if out, ok := blocks(b); ok {
			return out
		}
	}
	out := filled(b)
	// A piece of a command keeps the name, so that it is read as the same piece.
	if e.Partial && len(b) > 3 && isName(string(b[:3])) && b[3] == ' ' {
		copy(out, b[:3])
		if at, n := declared(b); n > 0 && e.Text != decode.WhyAfterGap {
			copy(out[at:at+n], b[at:])
		}
	}
	return out
}

// declared finds the length of its payload in the line of a command that is cut
// behind it: without it, the line would be a whole command.
func declared(b []byte) (at, n int) {
	line, payload, whole := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimRight(line, " \t\r")
	at = bytes.LastIndexAny(line, " \t") + 1
	size, err := strconv.Atoi(string(line[at:]))
	if !whole || err != nil || size <= len(payload) || size > decode.MaxPayload || bytes.ContainsAny(b[:3], lowerCase) {
		return 0, 0
	}
	return at, len(line) - at
}

const lowerCase = "abcdefghijklmnopqrstuvwxyz"

// blocks empties the blocks of a file transfer. Their headers of three bytes
// stay: by them the next one is found.
func blocks(b []byte) (out []byte, ok bool) {
	out = make([]byte, len(b))
	for at := 0; at < len(b); {
		if len(b)-at < 3 || b[at] > 1 {
			return nil, false
		}
		copy(out[at:], b[at:at+3])
		at += 3 + int(binary.LittleEndian.Uint16(b[at+1:]))
		if at > len(b) {
			return nil, false
		}
	}
	return out, true
}

// transfer invents the words of a line of MSNFTP.
func (p *Pseudonym) transfer(b []byte) []byte {
	text := strings.TrimRight(string(b), "\r\n")
	words := strings.Split(text, " ")
	for i, w := range words {
		switch {
		case w == "", w == "MSNFTP", i == 0 && isName(w):
		case isHandle(w):
			words[i] = p.Handle(w)
		case i > 0 && words[0] != "USR":
			words[i] = number(p, w)
		default:
			words[i] = p.id(w) // as the AuthCookie of the invitation
		}
	}
	return append([]byte(strings.Join(words, " ")), b[len(text):]...)
}

// lineOf finds the line and the payload of a command.
func lineOf(b []byte) (line, body int) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return len(b), len(b)
	}
	line = i
	if i > 0 && b[i-1] == '\r' {
		line--
	}
	return line, i + 1
}
