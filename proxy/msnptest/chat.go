// This file is a scripted client's end of a switchboard session.

package msnptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Chat is one switchboard session as a client takes part in it.
type Chat struct {
	c       *Client
	link    *link
	session string // known after the first CAL or from RNG

	// guarded by c.mu
	members  []string // the others, in lower case
	messages []Message
	naks     int
}

// Message is a message received in a chat.
type Message struct {
	From    string // handle
	Name    string // friendly name, decoded
	Type    string // media type, in lower case, without parameters
	Typing  bool
	Text    string // the body
	Payload []byte
}

// ErrNotDelivered is NAK: somebody, or nobody, got the message.
var ErrNotDelivered = errors.New("not delivered (NAK)")

// ErrChatOver tells that the connection of a chat has ended.
var ErrChatOver = errors.New("the chat is over")

// OpenChat opens a switchboard session at the address that XFR gives, calls
// everybody named and waits until they have joined.
func (c *Client) OpenChat(ctx context.Context, who ...string) (*Chat, error) {
	reply, err := c.Do(ctx, "XFR SB")
	if err != nil {
		return nil, err
	}
	if reply.word(2) != "SB" || len(reply.Words) != 6 {
		return nil, fmt.Errorf("unexpected answer to XFR: %s", reply)
	}
	address, cookie := reply.Words[3], reply.Words[5]
	c.redirected(Redirect{Command: "XFR SB", Address: address, Cookie: cookie})
	ch := &Chat{c: c}
	if ch.link, err = c.dial(ctx, "SB", address, ch.on); err != nil {
		return nil, err
	}
	ch.link.nc.update(func(l *ConnLog) { l.Key = cookie })
	asks := []ask{{line: "USR " + c.cfg.Handle + " " + cookie}}
	for _, handle := range who {
		asks = append(asks, ask{line: "CAL " + handle})
	}
	_, err = ch.link.inTurn(ctx, asks, ch.checkCall)
	for _, handle := range who {
		if err == nil {
			err = ch.WaitMember(ctx, handle)
		}
	}
	if err != nil {
		ch.link.nc.Close()
		<-ch.link.done
		return nil, err
	}
	return ch, nil
}

func (ch *Chat) checkCall(reply Command) error {
	if reply.Name() == "CAL" {
		ch.c.mu.Lock()
		ch.session = reply.word(3)
		ch.c.mu.Unlock()
	}
	return nil
}

// answerRing joins the session that a RNG invites to, at the address it gives.
func (c *Client) answerRing(rng Command) {
	address, cookie, session := rng.Words[2], rng.Words[4], rng.Words[1]
	ch := &Chat{c: c, session: session}
	var err error
	if ch.link, err = c.dial(c.ctx, "SB", address, ch.on); err == nil {
		ch.link.nc.update(func(l *ConnLog) { l.Key = cookie })
		var replies []Command
		replies, err = ch.link.request(c.ctx, ask{
			line: "ANS " + c.cfg.Handle + " " + cookie + " " + session,
			last: func(cmd Command) bool {
				if cmd.Name() == "IRO" {
					ch.joined(cmd.word(4))
				}
				return cmd.Name() == "ANS"
			},
		})
		if err == nil && replies[len(replies)-1].word(2) != "OK" {
			err = fmt.Errorf("unexpected answer to ANS: %s", replies[len(replies)-1])
		}
		if err != nil {
			ch.link.nc.Close()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err = fmt.Errorf("%s answering a ring at %s: %w", c.cfg.Handle, address, err)
	} else {
		c.incoming = append(c.incoming, ch)
	}
	c.changed()
}

// NextChat waits for the next chat that somebody else opened. It fails if a
// ring could not be answered.
func (c *Client) NextChat(ctx context.Context) (ch *Chat, err error) {
	err = c.until(ctx, "a chat", func() bool {
		if len(c.incoming) > 0 {
			ch, c.incoming = c.incoming[0], c.incoming[1:]
		}
		return ch != nil || c.err != nil
	})
	if err == nil && ch == nil {
		c.mu.Lock()
		err, c.err = c.err, nil
		c.mu.Unlock()
	}
	return ch, err
}

func (ch *Chat) joined(handle string) {
	ch.c.mu.Lock()
	defer ch.c.mu.Unlock()
	if handle = strings.ToLower(handle); !slices.Contains(ch.members, handle) {
		ch.members = append(ch.members, handle)
	}
	ch.c.changed()
}

// on handles what the switchboard sends unasked.
func (ch *Chat) on(cmd Command) {
	if cmd.Name() == "JOI" {
		ch.joined(cmd.word(1))
		return
	}
	ch.c.mu.Lock()
	defer ch.c.mu.Unlock()
	switch cmd.Name() {
	case "BYE":
		who := strings.ToLower(cmd.word(1))
		ch.members = slices.DeleteFunc(ch.members, func(m string) bool { return m == who })
	case "MSG":
		ch.messages = append(ch.messages, readMessage(cmd))
	case "NAK":
		ch.naks++
	}
	ch.c.changed()
}

func readMessage(cmd Command) Message {
	m := Message{From: cmd.word(1), Name: Unescape(cmd.word(2)), Payload: cmd.Payload}
	head, body, _ := strings.Cut(string(cmd.Payload), "\r\n\r\n")
	m.Text = body
	for _, line := range strings.Split(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "content-type":
			m.Type, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(value)), ";")
		case "typinguser":
			m.Typing = true
		}
	}
	return m
}

// Session returns the session id, "" before the first call.
func (ch *Chat) Session() string {
	ch.c.mu.Lock()
	defer ch.c.mu.Unlock()
	return ch.session
}

// Members returns the handles of the others, in lower case.
func (ch *Chat) Members() []string {
	ch.c.mu.Lock()
	defer ch.c.mu.Unlock()
	return slices.Clone(ch.members)
}

// until waits for ok or the end of the chat.
func (ch *Chat) until(ctx context.Context, what string, ok func() bool) error {
	over := false
	err := ch.c.until(ctx, what, func() bool {
		if ok() {
			return true
		}
		_, open := ch.c.links[ch.link]
		over = !open
		return over
	})
	if err == nil && over {
		err = ErrChatOver
	}
	return err
}

// WaitMember waits until somebody is in the chat.
func (ch *Chat) WaitMember(ctx context.Context, handle string) error {
	return ch.until(ctx, handle+" to join", func() bool { return slices.Contains(ch.members, strings.ToLower(handle)) })
}

// WaitGone waits until somebody has left the chat.
func (ch *Chat) WaitGone(ctx context.Context, handle string) error {
	return ch.until(ctx, handle+" to leave", func() bool { return !slices.Contains(ch.members, strings.ToLower(handle)) })
}

// Receive waits for the next message.
func (ch *Chat) Receive(ctx context.Context) (m Message, err error) {
	err = ch.until(ctx, "a message", func() bool {
		if len(ch.messages) == 0 {
			return false
		}
		m, ch.messages = ch.messages[0], ch.messages[1:]
		return true
	})
	return m, err
}

// ReceiveText waits for the next message that is text.
func (ch *Chat) ReceiveText(ctx context.Context) (Message, error) {
	for {
		m, err := ch.Receive(ctx)
		if err != nil || m.Type == "text/plain" {
			return m, err
		}
	}
}

// Invite calls one more and waits until they have joined.
func (ch *Chat) Invite(ctx context.Context, handle string) error {
	replies, err := ch.link.request(ctx, ask{line: "CAL " + handle})
	if err != nil {
		return err
	}
	ch.checkCall(replies[0])
	return ch.WaitMember(ctx, handle)
}

// Send sends a line of chat. ack is 'U' (no report), 'N' (NAK if it fails) or
// 'A'; with 'A' it waits for the report.
func (ch *Chat) Send(ctx context.Context, text string, ack byte) error {
	return ch.SendPayload(ctx, []byte("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: "+
		ch.c.cfg.Format+"\r\n\r\n"+text), ack)
}

// Typing tells the others that the user types.
func (ch *Chat) Typing(ctx context.Context) error {
	return ch.SendPayload(ctx, []byte("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: "+
		ch.c.cfg.Handle+"\r\n\r\n\r\n"), 'U')
}

// SendPayload sends a message as it is.
func (ch *Chat) SendPayload(ctx context.Context, payload []byte, ack byte) error {
	a := ask{line: "MSG " + string(ack), payload: append([]byte{}, payload...), noReply: ack != 'A'}
	if a.noReply {
		_, err := ch.link.start(a)
		return err
	}
	replies, err := ch.link.request(ctx, a)
	if err == nil && replies[0].Name() != "ACK" {
		err = ErrNotDelivered
	}
	return err
}

// Naks returns how many messages sent with 'N' were reported undelivered.
func (ch *Chat) Naks() int {
	ch.c.mu.Lock()
	defer ch.c.mu.Unlock()
	return ch.naks
}

// Leave says OUT and waits for the switchboard to end the connection.
func (ch *Chat) Leave(ctx context.Context) error { return ch.link.leave(ctx) }
