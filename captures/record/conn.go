// This file records one connection: its handshake, its bytes with true
// sequence numbers, its end.

package record

import (
	"fmt"
	"net/netip"
	"slices"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/decode"
)

// maxUnacked is how many bytes one side may have sent before an
// acknowledgement is made up, so that no analyser sees a full window.
const maxUnacked = 16 << 20

// Conn is one connection being recorded. A nil *Conn records nothing, without
// an error.
type Conn struct {
	file   *File
	addr   [2]netip.AddrPort // by the direction that it sends: client, server
	notes  []event.Comment   // of the handshake, until that is written
	isn    uint32            // initial sequence number of both sides
	shaken bool              // the handshake is in the file
	owed   bool              // in file.owed
	side   [2]side           // by direction
	reset  int8              // 0: none; else 1 + direction of the RST
	rst    bool              // the RST is in the file
}

// side is the state of one direction.
type side struct {
	next  uint32          // sequence number of its next byte
	ack   uint32          // last acknowledgement number it sent
	bytes int64           // sent so far, which is the offset of the next byte
	lost  int64           // bytes not recorded that no note has told of yet
	why   error           // why they were not
	end   bool            // it has sent its FIN
	fin   bool            // the FIN is in the file
	notes []event.Comment // of its FIN or RST, until that is in the file
}

// Connect records the handshake of a connection from client to server, with
// the notes as comments of its SYN. Two live connections with the same four
// numbers are kept apart by another client port and a note that says so.
func (f *File) Connect(client, server netip.AddrPort, notes ...event.Comment) *Conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := flow{unmap(client), unmap(server)}
	if f.live[key] != nil {
		key.client = f.freePort(key)
		notes = append(slices.Clip(notes), event.Comment{
			Note: "renumbered",
			Text: fmt.Sprintf("a live connection of this capture comes from port %d too: recorded as port %d", client.Port(), key.client.Port()),
		})
	}
	err := f.begin()
	c := &Conn{
		file:  f,
		addr:  [2]netip.AddrPort{key.client, key.server},
		notes: slices.Clone(notes),
		isn:   uint32(f.last / 4000), // a clock of 4 µs, RFC 9293 3.4.1: differs if a port is used again
	}
	for d := range c.side {
		c.side[d].next = c.isn + 1
	}
	f.live[key], f.used = c, true
	if err == nil {
		c.shakeHands()
		_ = f.write() // remembered in f.trouble; the bytes are kept
	}
	return c
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// freePort finds a client port that makes key unique among the live
// connections. If all are taken, key's own is returned.
func (f *File) freePort(key flow) netip.AddrPort {
	try := key
	for port := key.client.Port() + 1; port != key.client.Port(); port++ {
		try.client = netip.AddrPortFrom(key.client.Addr(), port)
		if port != 0 && f.live[try] == nil {
			break
		}
	}
	return try.client
}

// Data records bytes as their origin sent them; edits (offsets in the stream
// of dir) and notes become comments. It returns when the kernel has the bytes.
// An error (disk full) has been remembered: the chunk at which writing began to
// fail is kept and written once that works again, those after it are missing
// from the capture as a gap, and the next packet that can be written says so.
func (c *Conn) Data(dir decode.Direction, p []byte, comments ...event.Comment) error {
	if c == nil {
		return nil
	}
	head := p[:min(len(p), maxSegment)]
	headSum := sum(head) // outside the lock
	f := c.file
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &c.side[dir]
	if len(p) == 0 || s.end || c.reset != 0 {
		return nil
	}
	if err := f.begin(); err != nil {
		s.lose(len(p), err)
		f.lost += int64(len(p))
		return err
	}
	c.catchUp()
	for {
		c.put(dir, flagPSH|flagACK, head, headSum, c.words(dir, len(head), &comments))
		p = p[len(head):]
		if len(p) == 0 {
			return f.write()
		}
		head = p[:min(len(p), maxSegment)]
		headSum = sum(head)
	}
}

// words takes from comments those that belong on the next packet, of n bytes
// of dir, and returns them as text, along with what there is to say about
// bytes lost before it. A note rides on the first packet, an edit on the
// packet in which it begins, or the first if it begins before.
func (c *Conn) words(dir decode.Direction, n int, comments *[]event.Comment) []string {
	s := &c.side[dir]
	if len(*comments) == 0 && s.lost == 0 {
		return nil
	}
	words := s.lostNote()
	var later []event.Comment
	for _, m := range *comments {
		if m.Edit != nil && m.Edit.Offset >= s.bytes+int64(n) {
			later = append(later, m)
			continue
		}
		words = append(words, m.String())
	}
	*comments = later
	return words
}

// Note records a comment on an empty segment (a bare ACK).
func (c *Conn) Note(dir decode.Direction, n event.Comment) error {
	if c == nil {
		return nil
	}
	f := c.file
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.reset != 0 {
		return nil
	}
	if err := f.begin(); err != nil {
		return err
	}
	c.catchUp()
	c.put(dir, flagACK, nil, 0, append(c.side[dir].lostNote(), n.String()))
	return f.write()
}

// CloseWrite records the FIN of one direction.
func (c *Conn) CloseWrite(dir decode.Direction, notes ...event.Comment) error {
	if c == nil {
		return nil
	}
	c.file.mu.Lock()
	defer c.file.mu.Unlock()
	s := &c.side[dir]
	if s.end || c.reset != 0 {
		return nil
	}
	s.end = true
	s.notes = slices.Clone(notes)
	return c.end()
}

// Reset records that the origin of dir reset the connection.
func (c *Conn) Reset(dir decode.Direction, notes ...event.Comment) error {
	if c == nil {
		return nil
	}
	c.file.mu.Lock()
	defer c.file.mu.Unlock()
	if c.reset != 0 || c.side[0].end && c.side[1].end {
		return nil
	}
	c.reset = 1 + int8(dir)
	c.side[dir].notes = append(c.side[dir].notes, notes...)
	return c.end()
}

// end writes the FIN or RST that has just been asked for.
func (c *Conn) end() error {
	f := c.file
	if c.reset != 0 || c.side[0].end && c.side[1].end {
		if key := (flow{c.addr[0], c.addr[1]}); f.live[key] == c {
			delete(f.live, key)
		}
	}
	if err := f.begin(); err != nil {
		if !c.owed && len(f.owed) < maxOwed {
			c.owed = true
			f.owed = append(f.owed, c)
		} else if !c.owed {
			f.unowed++
		}
		return err
	}
	c.catchUp()
	return f.write()
}

// catchUp encodes what should be in the file by now, and is not: the
// handshake, a FIN, a RST.
func (c *Conn) catchUp() {
	if !c.shaken {
		c.shakeHands()
	}
	for d := range c.side {
		if s := &c.side[d]; s.end && !s.fin {
			s.fin = true
			c.put(decode.Direction(d), flagFIN|flagACK, nil, 0, s.lastWords())
			if c.side[d^1].fin {
				c.put(decode.Direction(d^1), flagACK, nil, 0, nil)
			}
		}
	}
	if c.reset != 0 && !c.rst {
		c.rst = true
		dir := decode.Direction(c.reset - 1)
		c.put(dir, flagRST|flagACK, nil, 0, c.side[dir].lastWords())
	}
}

// shakeHands encodes SYN, SYN-ACK and ACK. Bytes may have been lost before it
// could be written, so it does not count in the sides' sequence numbers.
func (c *Conn) shakeHands() {
	words := make([]string, 0, len(c.notes)+1)
	for _, n := range c.notes {
		words = append(words, n.String())
	}
	if n := c.file.unowed; n > 0 {
		c.file.unowed = 0
		words = append(words, event.Comment{Note: "lost", Text: fmt.Sprintf("how %d other connections ended was not recorded", n)}.String())
	}
	c.shaken, c.notes = true, nil
	syn := segment{from: c.addr[0], to: c.addr[1], seq: c.isn, flags: flagSYN}
	c.append(&syn, nil, words)
	synAck := segment{from: c.addr[1], to: c.addr[0], seq: c.isn, ack: c.isn + 1, flags: flagSYN | flagACK}
	c.append(&synAck, nil, nil)
	ack := segment{from: c.addr[0], to: c.addr[1], seq: c.isn + 1, ack: c.isn + 1, flags: flagACK}
	c.append(&ack, nil, nil)
	for d := range c.side {
		c.side[d].ack = c.isn + 1
	}
}

// put encodes one segment of dir after the handshake.
func (c *Conn) put(dir decode.Direction, flags byte, p []byte, pSum uint16, words []string) {
	me, other := &c.side[dir], &c.side[dir^1]
	if len(p) > 0 && me.next-other.ack+uint32(len(p)) > maxUnacked {
		c.put(dir^1, flagACK, nil, 0, nil)
	}
	s := segment{
		from: c.addr[dir], to: c.addr[dir^1],
		seq: me.next, ack: other.next,
		flags: flags, length: len(p), sum: pSum,
	}
	if flags == flagACK && s.ack == me.ack {
		s.ack-- // else analysers take it for a duplicate: an old one passes
	}
	me.ack = s.ack
	me.next += uint32(len(p))
	me.bytes += int64(len(p))
	if flags&flagFIN != 0 {
		me.next++
	}
	c.append(&s, p, words)
}

func (c *Conn) append(s *segment, p []byte, words []string) {
	var headers [maxHeader]byte
	c.file.buf = pcapfile.AppendPacket(c.file.buf, c.file.last, s.appendHeaders(headers[:0]), p, words...)
}

// lose steps over n bytes that cannot be recorded, and why.
func (s *side) lose(n int, why error) {
	s.why = why
	s.next += uint32(n)
	s.bytes += int64(n)
	s.lost += int64(n)
}

// lostNote says, once, what is missing before the packet that carries it.
func (s *side) lostNote() []string {
	if s.lost == 0 {
		return nil
	}
	n := event.Comment{Note: "lost", Text: fmt.Sprintf("%d bytes not recorded: %v", s.lost, s.why)}
	s.lost, s.why = 0, nil
	return []string{n.String()}
}

// lastWords are the comments of a side's FIN or RST.
func (s *side) lastWords() []string {
	words := s.lostNote()
	for _, n := range s.notes {
		words = append(words, n.String())
	}
	s.notes = nil
	return words
}
