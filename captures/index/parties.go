// This file puts connections and sessions into blobs and back. The form is
// private to one schema version.

package index

import (
	"encoding/binary"
	"net/netip"

	"msnscope/captures/event"
	"msnscope/decode"
)

func encodeConnection(p []byte, c *kept) []byte {
	p = appendInts(p, c.Session)
	p = append(p, byte(c.Role), byte(c.Dialect), flagBits(c.Live, c.MSNP))
	p = appendText(p, c.Client, c.Server)
	p = appendStrings(p, c.Account, c.Chat, c.How, c.Via)
	p = appendInts(p, c.Opened, c.Closed, c.Events, c.Bytes[0], c.Bytes[1], c.first, c.last, int64(len(c.People)))
	p = appendStrings(p, c.People...)
	if t := c.File; t != nil {
		p = appendStrings(p, t.Name, t.Sender, t.Receiver, t.State, t.Words, t.SHA256)
		p = appendInts(p, t.Offered, t.Size, t.Received)
		p = appendInts(p, t.Events...)
	}
	return p
}

func decodeConnection(id int64, p []byte) (c kept, err error) {
	r := fields{p: p}
	c.ID = id
	r.ints(&c.Session)
	c.Role, c.Dialect = decode.Role(r.byte()), decode.Dialect(r.byte())
	flags := r.byte()
	c.Live, c.MSNP = flags&1 != 0, flags&2 != 0
	r.text(&c.Client, &c.Server)
	r.strings(&c.Account, &c.Chat, &c.How, &c.Via)
	var people int64
	r.ints(&c.Opened, &c.Closed, &c.Events, &c.Bytes[0], &c.Bytes[1], &c.first, &c.last, &people)
	for range min(max(people, 0), int64(len(r.p))) {
		var handle string
		r.strings(&handle)
		c.People = append(c.People, handle)
	}
	if len(r.p) > 0 {
		t := new(event.Transfer)
		r.strings(&t.Name, &t.Sender, &t.Receiver, &t.State, &t.Words, &t.SHA256)
		r.ints(&t.Offered, &t.Size, &t.Received)
		for len(r.p) > 0 && !r.bad {
			var id int64
			r.ints(&id)
			t.Events = append(t.Events, id)
		}
		c.File = t
	}
	return c, r.end("a connection")
}

func encodeSession(p []byte, s *event.Session) []byte {
	p = append(p, byte(s.Dialect), flagBits(s.Live, false))
	p = appendText(p, s.From, s.Server)
	p = appendStrings(p, s.Account, s.Name, s.Client)
	p = appendInts(p, s.Started, s.Ended, s.Events, s.Errors, s.Chats, s.Bytes)
	before := s.ID
	for _, id := range s.Conns { // neighbours: a byte or two each
		p = binary.AppendVarint(p, id-before)
		before = id
	}
	return p
}

func decodeSession(id int64, p []byte) (s event.Session, err error) {
	r := fields{p: p}
	s.ID = id
	s.Dialect = decode.Dialect(r.byte())
	s.Live = r.byte()&1 != 0
	r.text(&s.From, &s.Server)
	r.strings(&s.Account, &s.Name, &s.Client)
	r.ints(&s.Started, &s.Ended, &s.Events, &s.Errors, &s.Chats, &s.Bytes)
	for before := id; len(r.p) > 0 && !r.bad; {
		var d int64
		r.ints(&d)
		before += d
		s.Conns = append(s.Conns, before)
	}
	return s, r.end("a session")
}

func flagBits(a, b bool) (v byte) {
	if a {
		v |= 1
	}
	if b {
		v |= 2
	}
	return v
}

func appendText(p []byte, addrs ...interface {
	AppendBinary(b []byte) ([]byte, error)
}) []byte {
	for _, a := range addrs {
		b, _ := a.AppendBinary(nil) // addresses have no error
		p = append(binary.AppendUvarint(p, uint64(len(b))), b...)
	}
	return p
}

func appendStrings(p []byte, texts ...string) []byte {
	for _, s := range texts {
		p = append(binary.AppendUvarint(p, uint64(len(s))), s...)
	}
	return p
}

func appendInts(p []byte, ints ...int64) []byte {
	for _, v := range ints {
		p = binary.AppendVarint(p, v)
	}
	return p
}

// fields reads a blob from the front; the first thing that does not fit makes
// it bad and everything after it zero.
type fields struct {
	p   []byte
	bad bool
}

func (r *fields) byte() (v byte) {
	if len(r.p) == 0 {
		r.bad = true
		return 0
	}
	v, r.p = r.p[0], r.p[1:]
	return v
}

func (r *fields) bytes() []byte {
	n, rest, ok := uvarint(r.p)
	if !ok || n > uint64(len(rest)) {
		r.p, r.bad = nil, true
		return nil
	}
	r.p = rest[n:]
	return rest[:n]
}

func (r *fields) text(addrs ...interface{ UnmarshalBinary(b []byte) error }) {
	for _, a := range addrs {
		if a.UnmarshalBinary(r.bytes()) != nil {
			r.bad = true
		}
	}
}

func (r *fields) strings(texts ...*string) {
	for _, s := range texts {
		*s = string(r.bytes())
	}
}

func (r *fields) ints(ints ...*int64) {
	for _, v := range ints {
		n, size := binary.Varint(r.p)
		if size <= 0 {
			r.p, r.bad = nil, true
			continue
		}
		*v, r.p = n, r.p[size:]
	}
}

func (r *fields) end(what string) error {
	if r.bad || len(r.p) != 0 {
		return damaged("%s cannot be read", what)
	}
	return nil
}

var _ interface{ UnmarshalBinary(b []byte) error } = (*netip.AddrPort)(nil)
