// This file transfers files between practice clients that chat through a proxy,
// or through two, or one of them through none.

package proxy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"msnscope/decode/msnftp/msnftptest"
	"msnscope/proxy/msnptest"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
)

// pair is two clients in a chat.
type pair struct {
	t        *testing.T
	ctx      context.Context
	server   *msnptest.Server
	from, to *msnptest.Chat // alice's, who offers the file, and bob's
}

// chatting signs alice in at one address and bob at another, and opens a chat.
// An empty address is the server's own.
func chatting(t *testing.T, server *msnptest.Server, aliceAt, bobAt string) *pair {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	var clients [2]*msnptest.Client
	for i, addr := range [2]string{aliceAt, bobAt} {
		if addr == "" {
			addr = server.DispatchAddr()
		}
		handle := [2]string{alice, bob}[i]
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: handle, Password: "secret", Writing: [2]msnptest.Writing{msnptest.HeadApart, msnptest.Pieces}[i], Seed: 3})
		t.Cleanup(func() { clients[i].Close() })
		must(t, clients[i].SignIn(ctx, addr))
		must(t, clients[i].SetStatus(ctx, "NLN"))
	}
	p := &pair{t: t, ctx: ctx, server: server}
	var err error
	p.from, err = clients[0].OpenChat(ctx, bob)
	must(t, err)
	p.to, err = clients[1].NextChat(ctx)
	must(t, err)
	return p
}

func practiceServer(t *testing.T) *msnptest.Server {
	t.Helper()
	server, err := msnptest.Start(msnptest.Config{
		Writing: msnptest.Glued, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}, Accounts: []msnptest.Account{
			{Handle: alice, Password: "secret", Name: "Alice", Contacts: []msnptest.Contact{{Handle: bob}}},
			{Handle: bob, Password: "secret", Name: "Bob", Contacts: []msnptest.Contact{{Handle: alice}}},
		}})
	must(t, err)
	t.Cleanup(func() { server.Close() })
	return server
}

const inviteHead = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n"

// say sends the fields of an invitation and returns what the other one gets.
func (p *pair) say(from, to *msnptest.Chat, fields ...string) string {
	p.t.Helper()
	must(p.t, from.SendPayload(p.ctx, []byte(inviteHead+strings.Join(fields, "\r\n")+"\r\n\r\n"), 'A'))
	m, err := to.Receive(p.ctx)
	must(p.t, err)
	if !strings.HasPrefix(string(m.Payload), inviteHead) {
		p.t.Errorf("got %q", m.Payload)
	}
	return m.Text
}

// offer has alice invite bob and returns what bob accepts with.
func (p *pair) offer(size int64) {
	p.t.Helper()
	invite := []string{"Application-Name: File Transfer", "Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}",
		"Invitation-Command: INVITE", "Invitation-Cookie: 7", "Application-File: IP-Address: 1.2.3.4.txt", fmt.Sprint("Application-FileSize: ", size)}
	if got := p.say(p.from, p.to, invite...); got != strings.Join(invite, "\r\n")+"\r\n\r\n" {
		p.t.Errorf("the INVITE became %q", got)
	}
}

// listenAs opens the listener of the client that waits, on an address of its
// own, and returns the fields of its ACCEPT.
func listenAs(t *testing.T, senderConnects, newForm bool) (l *net.TCPListener, fields []string) {
	t.Helper()
	nl, err := net.Listen("tcp", "127.0.0.9:0")
	must(t, err)
	t.Cleanup(func() { nl.Close() })
	addr := nl.Addr().(*net.TCPAddr).AddrPort()
	fields = []string{"Invitation-Command: ACCEPT", "Invitation-Cookie: 7"}
	if newForm {
		fields = append(fields, "IP-Address: 127.0.0.8", "IP-Address-Internal:  127.0.0.9 ", // nobody listens on the outer one
			fmt.Sprint("PortX:", addr.Port()^0x3141), fmt.Sprint("portx-internal: ", addr.Port()^0x3141))
	} else {
		fields = append(fields, "IP-Address: 127.0.0.9", fmt.Sprint("Port: ", addr.Port()))
	}
	fields = append(fields, "AuthCookie: 93301", "Launch-Application: FALSE", "Request-Data: IP-Address:")
	if senderConnects {
		fields = append(fields, "Sender-Connect: TRUE")
	}
	return nl.(*net.TCPListener), fields
}

// transferFile has both sides transfer size bytes: one on a connection that l
// accepts, the other on one to addr. It checks that all arrive.
func transferFile(t *testing.T, l *net.TCPListener, addr string, senderConnects bool, size int64) {
	t.Helper()
	sent, got := sha256.New(), sha256.New()
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.SetDeadline(time.Now().Add(20 * time.Second))
		conn, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		conn.SetDeadline(time.Now().Add(30 * time.Second))
		talk(t, conn, !senderConnects, size, sent, got)
	}()
	conn := dial(t, addr)
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	talk(t, conn, senderConnects, size, sent, got)
	<-done
	if !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
		t.Error("the file that arrived is another one")
	}
}

func talk(t *testing.T, conn net.Conn, sender bool, size int64, sent, got hash.Hash) {
	if sender {
		s := msnftptest.Sender{File: io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{5}), size), sent), Size: size, Cookie: "93301"}
		if code, err := s.Run(conn); err != nil || code != 16777989 {
			t.Errorf("sender: %d, %v", code, err)
		}
		return
	}
	r := msnftptest.Receiver{File: got, Handle: bob, Cookie: "93301"}
	if n, err := r.Run(conn); err != nil || n != size {
		t.Errorf("receiver: %d bytes, %v", n, err)
	}
}

// field returns the value of a field, as the receiver of an invitation reads it.
func field(t *testing.T, text, name string) string {
	for _, line := range strings.Split(text, "\r\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(v)
		}
	}
	t.Errorf("no %s in %q", name, text)
	return ""
}

// where returns the addresses that an ACCEPT names.
func where(t *testing.T, text string, newForm bool) (addrs []netip.AddrPort) {
	t.Helper()
	var port uint16
	name := "Port"
	if newForm {
		name = "PortX"
	}
	fmt.Sscan(field(t, text, name), &port)
	if newForm {
		port ^= 0x3141
	}
	add := func(host string, port uint16) {
		ip, err := netip.ParseAddr(host)
		must(t, err)
		addrs = append(addrs, netip.AddrPortFrom(ip, port))
	}
	add(field(t, text, "IP-Address"), port)
	if newForm {
		var inner uint16
		fmt.Sscan(field(t, text, "PortX-Internal"), &inner)
		add(field(t, text, "IP-Address-Internal"), inner^0x3141)
	}
	return addrs
}
