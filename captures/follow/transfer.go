// This file follows a direct file transfer between two clients: from the bytes
// of an MSNFTP connection to events, joined to the invitation that led to it.

package follow

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/decode/msnftp"
)

// reasonMSNFTP is the Reason of the Verdict on a file transfer.
const reasonMSNFTP = "MSNFTP"

// transfer is what a connection has beside its own state while it carries a
// file.
type transfer struct {
	decoder    *msnftp.Decoder
	invitation *decode.Invitation // nil while not known
	bytes      [2][]byte          // of each direction, what is no piece yet
	ended      [2]bool            // directions
}

// isTransfer judges whether a connection carries a file: by what is said on it,
// or because an invitation has announced its address. A capture may lack what is
// said first.
func (f *Follower) isTransfer(c *conn, head [2][]byte, v decode.Verdict) bool {
	if msnftp.Recognise(head[0], head[1]) == decode.Yes {
		return true
	}
	return v.Answer == decode.No && f.announced(c.stream) != nil
}

// announced returns the invitation that has announced one of a connection's
// ends, nil if there is none.
func (f *Follower) announced(s *streams.Conn) *decode.Invitation {
	if inv := f.invitations.ByAddress(s.Addr[1].String()); inv != nil {
		return inv
	}
	if s.SYN {
		return nil
	}
	return f.invitations.ByAddress(s.Addr[0].String())
}

// carries begins a file transfer.
func (f *Follower) carries(c *conn) {
	c.state = speaksMSNFTP
	inv := f.announced(c.stream)
	if inv != nil && !c.stream.SYN && slices.Contains(inv.Addresses, c.stream.Addr[0].String()) {
		c.swap = 1
		c.info.Client, c.info.Server = c.stream.Addr[1], c.stream.Addr[0]
	}
	c.file = &transfer{decoder: msnftp.New()}
	c.facts = decode.NewConn()
	c.facts.Role, c.info.Role = decode.RoleFT, decode.RoleFT
	c.info.MSNP = true
	f.appear(c)
	f.linker.Open(c.info.ID, c.info.Client.Addr())
	f.invitedBy(c, inv)
	f.tellTransfer(c)
}

// invitedBy joins a transfer to the invitation that led to it.
func (f *Follower) invitedBy(c *conn, inv *decode.Invitation) {
	if inv == nil || c.file.invitation != nil {
		return
	}
	c.file.invitation = inv
	c.file.decoder.Announced = inv.Size
	for _, number := range inv.Sessions {
		if c.session == nil && f.linker.Join(c.info.ID, number) {
			f.join(c, number)
			c.facts.Account, c.facts.Dialect = c.session.Account, c.session.Dialect
			c.info.Account, c.info.Dialect = c.facts.Account, c.facts.Dialect
			f.sink.Session(&c.session.Session)
		}
	}
}

// tellTransfer tells a connection with the present state of its file.
func (f *Follower) tellTransfer(c *conn) {
	r := c.file.decoder.Result()
	t := &event.Transfer{
		Receiver: r.Receiver, Offered: -1, Size: r.Size, Received: r.Received,
		State: r.State.String(), Words: r.Words, SHA256: r.SHA256,
	}
	if inv := c.file.invitation; inv != nil {
		t.Name, t.Offered, t.Events = inv.File, inv.Size, slices.Clone(inv.Events)
		t.Sender, t.Receiver = inv.Inviter, inv.Invitee
	}
	c.info.File = t
	f.sink.Connection(&c.info)
}

// fileBytes takes bytes of a file transfer.
func (f *Follower) fileBytes(c *conn, dir decode.Direction, p []byte) {
	c.file.bytes[dir] = append(c.file.bytes[dir], p...)
	c.file.decoder.Feed(dir, p, f.onPiece)
}

// piece turns a piece of a file transfer into an event.
func (f *Follower) piece(c *conn, p *msnftp.Piece) {
	raw := c.file.bytes[p.Dir][:p.Bytes]
	c.file.bytes[p.Dir] = c.file.bytes[p.Dir][p.Bytes:]
	if p.Kind == msnftp.Line {
		f.begin(c, event.Command, p.Dir)
		f.ev.N = c.count[p.Dir]
		c.count[p.Dir]++
		f.ev.Line, f.ev.Body = p.Frame.Line, p.Frame.Body
	} else {
		f.begin(c, event.Raw, p.Dir)
		f.ev.Text, f.ev.Partial = p.Frame.Why, p.Frame.Partial
		switch {
		case p.Kind == msnftp.Blocks && p.To > p.From:
			f.ev.Text = fmt.Sprintf("%s: bytes %d to %d", p.Frame.Why, p.From, p.To-1)
		case p.Kind == msnftp.End:
			f.ev.Text = p.Frame.Why + ": the sender says that it ends here"
		}
	}
	f.ev.Raw = raw
	f.ev.Delivered = c.edits[p.Dir].take(c.inner[p.Dir]+p.Frame.Offset, raw)
	f.emit(c)
	r := c.file.decoder.Result()
	if c.file.invitation == nil && r.Cookie != "" {
		f.invitedBy(c, f.invitations.ByTransfer(r.Receiver, r.Cookie))
	}
	if t := c.info.File; t.State != r.State.String() || t.Received != r.Received || t.Size != r.Size || t.Events == nil && c.file.invitation != nil {
		f.tellTransfer(c)
	}
}

// fileEnds ends a direction of a file transfer; with the second one the
// transfer is over, which a note says.
func (f *Follower) fileEnds(c *conn, dir decode.Direction) {
	if c.file.ended[dir] {
		return
	}
	c.file.decoder.CloseWrite(dir, f.onPiece)
	c.file.ended[dir] = true
	if !c.file.ended[dir.Opposite()] {
		return
	}
	f.tellTransfer(c)
	t := c.info.File
	text := t.Words
	if t.Name != "" {
		text = t.Name + ": " + text
	}
	if t.SHA256 != "" {
		text += ", SHA-256 " + t.SHA256
	}
	f.note(c, decode.C2S, c.now, event.Comment{Note: event.NoteFile, Text: text})
}

// invitation takes notice of a command if it is a message with an invitation.
func (f *Follower) invitation(c *conn, dir decode.Direction, fr *decode.Frame) {
	body := fr.Raw[fr.Body:]
	if c.facts.Role != decode.RoleSB || len(body) == 0 || !isInvitation(body) {
		return
	}
	a := decode.Annotate(fr.Raw, fr.Line, fr.Body, c.facts.Context(dir))
	m := decode.Message{Payload: a.Payload, Dir: dir, From: c.facts.Account, Event: f.event + 1, At: time.Unix(0, c.now)}
	if dir == decode.S2C {
		m.From, m.To = a.Peer, c.facts.Account
	}
	m.Session, _ = f.linker.Session(c.info.ID)
	f.invitations.Observe(m)
}

// invitationHead is how much of a message is searched for its content type. It
// stands in one of the first lines.
const invitationHead = 512

func isInvitation(body []byte) bool {
	const kind = "text/x-msmsgsinvite"
	for line := range bytes.Lines(body[:min(len(body), invitationHead)]) {
		if len(line) < len("content-type:") || line[len("content-type")] != ':' || !bytes.EqualFold(line[:len("content-type")], []byte("content-type")) {
			continue
		}
		value := bytes.TrimSpace(line[len("content-type:"):])
		return len(value) >= len(kind) && bytes.EqualFold(value[:len(kind)], []byte(kind))
	}
	return false
}
