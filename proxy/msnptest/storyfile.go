// This file plays the story's file transfers.

package msnptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"msnscope/decode/msnftp/msnftptest"
)

// storyFile is what the three send each other.
const storyFile = "   /\\_/\\\r\n  ( o.o )   a very large cat\r\n   > ^ <    800x600\r\n\r\n"

// storyFileSize is how long the file is: some blocks.
const storyFileSize = 9600

// invitation is a message about the transfer with that cookie.
func (s *Story) invitation(ctx context.Context, ch *Chat, cookie int, fields ...string) error {
	text := "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n"
	for _, f := range append(fields, "Invitation-Cookie: "+strconv.Itoa(cookie)) {
		text += f + "\r\n"
	}
	return ch.SendPayload(ctx, []byte(text+"\r\n"), 'N')
}

// receiveInvitation waits for the next message about a transfer.
func receiveInvitation(ctx context.Context, ch *Chat) (Message, error) {
	for {
		m, err := ch.Receive(ctx)
		if err != nil || m.Type == "text/x-msmsgsinvite" {
			return m, err
		}
	}
}

// offer offers a file to the one other person of a chat and waits until that
// one has read it.
func (s *Story) offer(ctx context.Context, chats map[byte]*Chat, who byte, name string, size int) (to *Chat, cookie int, err error) {
	cookie = 10000 + s.rnd.IntN(90000)
	for other, ch := range chats {
		if other != who {
			to = ch
		}
	}
	err = s.invitation(ctx, chats[who], cookie, "Application-Name: File Transfer", "Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}",
		"Invitation-Command: INVITE", "Application-File: "+name, "Application-FileSize: "+strconv.Itoa(size))
	if err == nil {
		err = s.pause(ctx, 2)
	}
	if err == nil {
		_, err = receiveInvitation(ctx, to)
	}
	return to, cookie, err
}

// offerFile plays a file transfer that the other side declines.
func (s *Story) offerFile(ctx context.Context, chats map[byte]*Chat, who byte, name string) error {
	to, cookie, err := s.offer(ctx, chats, who, name, 40000+s.rnd.IntN(4000000))
	if err != nil {
		return err
	}
	return s.invitation(ctx, to, cookie, "Invitation-Command: CANCEL", "Cancel-Code: REJECT")
}

// sendFile plays a file transfer that comes about: the sender listens, the
// receiver connects to where the message says.
func (s *Story) sendFile(ctx context.Context, chats map[byte]*Chat, who byte, name string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	to, cookie, err := s.offer(ctx, chats, who, name, storyFileSize)
	if err != nil {
		return err
	}
	if err := s.invitation(ctx, to, cookie, "Invitation-Command: ACCEPT", "Launch-Application: FALSE", "Request-Data: IP-Address:"); err != nil {
		return err
	}
	if _, err := receiveInvitation(ctx, chats[who]); err != nil {
		return err
	}
	auth := strconv.Itoa(s.rnd.IntN(1 << 20))
	err = s.invitation(ctx, chats[who], cookie, "Invitation-Command: ACCEPT", "IP-Address: 127.0.0.1",
		fmt.Sprintf("Port: %d", l.Addr().(*net.TCPAddr).Port), "AuthCookie: "+auth, "Launch-Application: FALSE", "Request-Data: IP-Address:")
	if err != nil {
		return err
	}
	m, err := receiveInvitation(ctx, to)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() { // ends with the listener or the connection
		conn, err := l.Accept()
		if err == nil {
			_, err = (&msnftptest.Sender{File: strings.NewReader(strings.Repeat(storyFile, 1+storyFileSize/len(storyFile))), Size: storyFileSize, Cookie: auth}).Run(conn)
		}
		sent <- err
	}()
	err = receiveFile(ctx, to.c.Handle(), auth, m.Text)
	if err != nil {
		l.Close()
	}
	return errors.Join(err, <-sent)
}

// receiveFile connects to where an ACCEPT says and takes the file.
func receiveFile(ctx context.Context, handle, auth, accept string) error {
	field := func(name string) string {
		_, rest, _ := strings.Cut(accept, "\r\n"+name+": ")
		value, _, _ := strings.Cut(rest, "\r\n")
		return value
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(field("IP-Address"), field("Port")))
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	n, err := (&msnftptest.Receiver{File: io.Discard, Handle: handle, Cookie: auth}).Run(conn)
	if err == nil && n != storyFileSize {
		err = fmt.Errorf("%d bytes of a file arrived", n)
	}
	return err
}
