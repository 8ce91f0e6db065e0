// This file reads the words of lines from their events.

package chat

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"msnscope/captures/event"
	"msnscope/decode"
)

// maxText is how much of a message's text a Row has; the event has all of it.
const maxText = 8 << 10

// Row is a line with its words. Events are ids, 0 for none.
type Row struct {
	I         int             `json:"i"` // number of the line in its chat
	Kind      string          `json:"kind"`
	Event     int64           `json:"event"`
	Session   int64           `json:"session"`             // of that event
	Time      int64           `json:"ts"`                  // Unix µs
	Who       string          `json:"who"`                 // handle
	Name      string          `json:"name"`                // friendly name, "" if not known
	Whom      string          `json:"whom,omitempty"`      // invited: handle
	Text      string          `json:"text,omitempty"`      // message: what was said
	Size      int             `json:"size,omitempty"`      // bytes of the whole text, if Text is only its beginning
	Words     string          `json:"words,omitempty"`     // of other kinds: what the event says; of a refusal: why
	Look      *Look           `json:"look,omitempty"`      // message
	Ask       string          `json:"ask,omitempty"`       // which report the sender wants: U, N, A, D
	State     string          `json:"state,omitempty"`     // see docs/page-protocol.md
	Answer    int64           `json:"answer,omitempty"`    // the report or answer
	Latency   int64           `json:"latency_us"`          // of the answer; 0: none
	Seen      int64           `json:"seen,omitempty"`      // another event that showed it: as it was delivered, or RNG
	Typing    int64           `json:"typing,omitempty"`    // the first typing notice before it
	Count     int             `json:"count,omitempty"`     // data, raw: how many, if more than one
	Change    string          `json:"change,omitempty"`    // "edited" or "dropped" on the way, or "injected"
	Delivered string          `json:"delivered,omitempty"` // edited: the text that arrived
	Offer     *Offer          `json:"offer,omitempty"`     // invitation: what is offered
	File      json.RawMessage `json:"file,omitempty"`      // invitation: the transfer, by those who know connections
	Idle      bool            `json:"idle,omitempty"`      // left: the server closed an idle connection
}

// Look is how the text of a message is to be shown.
type Look struct {
	Font    string `json:"font,omitempty"`
	Effects string `json:"effects,omitempty"` // letters of B I U S
	Colour  string `json:"colour,omitempty"`  // "#rrggbb"
	Charset string `json:"charset,omitempty"` // Windows character set, in words
	Pitch   string `json:"pitch,omitempty"`   // pitch and family, in words
	RTL     bool   `json:"rtl,omitempty"`
	Raw     string `json:"raw,omitempty"` // the header as it came
}

// Offer is an invitation to use an application together.
type Offer struct {
	Command string `json:"command"` // INVITE, ACCEPT, CANCEL ...
	Cookie  string `json:"cookie"`
	What    string `json:"what,omitempty"` // "file transfer"
	File    string `json:"file,omitempty"` // its name, as written
	Size    int64  `json:"size"`           // -1: not told
}

// Reader reads rows. One serves many, one after the other.
type Reader struct {
	// Event returns an event by its id.
	Event func(id int64) (*event.Event, error)

	a decode.Annotation
}

// Read returns line i of a chat with its words.
func (r *Reader) Read(c *Chat, i int) (Row, error) {
	l := c.Line(i)
	p := &c.People[l.Who]
	row := Row{
		I: i, Kind: l.Kind.String(), Event: c.ID(l.Event), Time: l.Time / 1000, Who: p.Handle, Name: p.Name,
		Answer: c.ID(l.Answer), Seen: c.ID(l.Seen), Idle: l.Flags&Idle != 0,
	}
	e, err := r.Event(row.Event)
	if err != nil {
		return row, err
	}
	row.Session = e.Session
	if own := e.Injected(); own != nil && l.Flags&Injected != 0 {
		e = own
	}
	switch l.Kind {
	case Invited:
		row.Whom = c.People[l.Whom].Handle
		row.State = stateNames[l.State]
	case Data, Raw:
		if l.Whom > 0 {
			row.Count = int(l.Whom) + 1
		}
	case Message, Typed:
		row.Typing = c.ID(l.Typing)
	}
	switch l.Kind {
	case Message, Invitation:
		r.message(&row, l, e)
		if row.Change != "edited" && l.Flags&Edited != 0 && row.Seen != 0 {
			if seen, err := r.Event(row.Seen); err == nil {
				r.change(&row, seen)
			}
		}
	case Data, Refused:
		e.AnnotateInto(&r.a)
		row.Words = r.a.Summary
	case Gap, Raw, Note:
		row.Words = e.Summary()
	}
	if l.State >= Delivered && l.State <= Ringing && l.Answer != 0 {
		if answer, err := r.Event(row.Answer); err == nil && answer.Answers != 0 {
			row.Latency = answer.Latency / 1000
			if l.State == Declined {
				answer.AnnotateInto(&r.a)
				row.Words = r.a.Summary
			}
		}
	}
	return row, nil
}

func (r *Reader) message(row *Row, l *Line, e *event.Event) {
	a := &r.a
	e.AnnotateInto(a)
	if nick := value(a, "nick"); nick != "" {
		row.Name = strings.Clone(nick) // as it was then
	}
	row.Ask = value(a, "ack")
	if l.State < OfInvitation {
		row.State = stateNames[l.State]
	} else {
		row.State = decode.InvitationState(l.State - OfInvitation).String()
	}
	p := a.Payload
	if p == nil {
		return
	}
	if l.Kind == Invitation {
		row.Words, row.Offer = a.Summary, offerOf(p)
	} else {
		row.Text, row.Size = cut(p.Text)
		row.Look = LookOf(p)
		for i := range p.Headers {
			// Clients show it instead of the friendly name.
			// Source: the page of the MSG command on msnp-wiki.
			if h := &p.Headers[i]; strings.EqualFold(h.Name, "P4-Context") && h.Value != "" {
				row.Name, _ = cut(h.Value)
			}
		}
	}
	if r.change(row, e); l.Flags&Injected != 0 {
		row.Change = "injected"
	}
}

// change tells what the proxy delivered instead.
func (r *Reader) change(row *Row, e *event.Event) {
	switch {
	case e.Delivered == nil:
		return
	case len(e.Delivered) == 0:
		row.Change = "dropped"
		return
	}
	row.Change = "edited"
	line := bytes.IndexByte(e.Delivered, '\n')
	if line < 0 {
		row.Delivered, _ = cut(strings.ToValidUTF8(string(e.Delivered), "\uFFFD"))
		return
	}
	body := line + 1
	if line > 0 && e.Delivered[line-1] == '\r' {
		line--
	}
	decode.AnnotateInto(&r.a, e.Delivered, line, body, decode.Context{Dir: e.Dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account})
	if r.a.Payload != nil {
		row.Delivered, _ = cut(r.a.Payload.Text)
	}
}

// cut returns the beginning of a text, at a character, and the length of it all
// if that is longer.
func cut(s string) (text string, size int) {
	if len(s) <= maxText {
		return s, 0
	}
	n := maxText
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], len(s)
}

// LookOf reads how a message is to be shown; nil if it does not say.
func LookOf(p *decode.Payload) *Look {
	var look *Look
	for i := range p.Headers {
		if h := &p.Headers[i]; strings.EqualFold(h.Name, "X-MMS-IM-Format") {
			raw, _ := cut(h.Value)
			look = &Look{Raw: raw}
		}
	}
	if look == nil {
		return nil
	}
	for i := range p.Meaning {
		m := &p.Meaning[i]
		switch m.Name {
		case "font":
			look.Font, _ = cut(m.Value)
		case "effects":
			for _, c := range strings.ToUpper(m.Raw) {
				if strings.ContainsRune("BIUS", c) && !strings.ContainsRune(look.Effects, c) {
					look.Effects += string(c)
				}
			}
		case "colour":
			look.Colour, _ = decode.Colour(m.Raw)
		case "character set":
			look.Charset = m.Meaning
		case "pitch and family":
			look.Pitch = m.Meaning
		case "right to left":
			look.RTL = m.Raw == "1"
		}
	}
	return look
}

// offerOf reads an invitation's fields.
func offerOf(p *decode.Payload) *Offer {
	o := &Offer{Size: -1}
	for i := range p.Fields {
		f := &p.Fields[i]
		v, _ := cut(f.Value)
		switch strings.ToLower(f.Name) {
		case "invitation-command":
			o.Command = strings.ToUpper(v)
		case "invitation-cookie":
			o.Cookie = v
		case "application-name":
			if o.What == "" {
				o.What = v
			}
		case "application-guid":
			if name := decode.ApplicationName(v); name != "" {
				o.What = name
			}
		case "application-file":
			o.File = v
		case "application-filesize":
			if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 0 {
				o.Size = n
			}
		}
	}
	return o
}
