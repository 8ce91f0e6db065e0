// This file tests the ways a file transfer takes: who listens, who is behind a
// proxy, in what form the address is told; and the ways it does not come about.

package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"msnscope/captures/record"
)

// TestFileTransfers transfers a file by every way.
func TestFileTransfers(t *testing.T) {
	for _, behind := range []struct {
		name       string
		alice, bob bool
	}{{"both", true, true}, {"the sender", true, false}, {"the receiver", false, true}} {
		for _, senderConnects := range []bool{false, true} {
			for _, newForm := range []bool{false, true} {
				size := int64(20 << 20)
				if newForm { // differs in how it begins only
					size = 1 << 20
				}
				t.Run(fmt.Sprintf("%s behind the proxy/sender connects %t/new form %t", behind.name, senderConnects, newForm), func(t *testing.T) {
					server := practiceServer(t)
					file, path := recorder(t)
					p := serve(t, &Proxy{Upstream: server.DispatchAddr(), Listen: []string{"0.0.0.0:0"}, Recorder: file, FileTransfers: true})
					port := p.main[0].addr.Port()
					var aliceAt, bobAt string
					if behind.alice {
						aliceAt = fmt.Sprintf("127.0.0.4:%d", port)
					}
					if behind.bob {
						bobAt = fmt.Sprintf("127.0.0.5:%d", port)
					}
					pair := chatting(t, server, aliceAt, bobAt)
					pair.offer(size)
					l, accept := listenAs(t, senderConnects, newForm)
					from, to := pair.from, pair.to
					reach := "127.0.0.5" // where the one who connects reaches the proxy
					if senderConnects {
						from, to, reach = to, from, "127.0.0.4"
					} else {
						pair.say(to, from, "Invitation-Command: ACCEPT", "Invitation-Cookie: 7", "Request-Data: IP-Address:")
					}
					if !behind.alice || !behind.bob {
						reach = map[bool]string{true: "127.0.0.4", false: "127.0.0.5"}[behind.alice]
					}
					told := pair.say(from, to, accept...)
					addrs := where(t, told, newForm)
					for _, a := range addrs {
						if a != addrs[0] || a.Addr().String() != reach {
							t.Errorf("told %v, want the proxy on %s", addrs, reach)
						}
					}
					if got := but(told); got != but(strings.Join(accept, "\r\n")+"\r\n\r\n") {
						t.Errorf("the ACCEPT became %q", told)
					}
					if n := len(p.transfers); n != 1 {
						t.Errorf("%d listeners for one transfer", n)
					}
					done := p.transferTo(addrs[0]).done
					transferFile(t, l, addrs[0].String(), senderConnects, size)
					<-done // the listener ends with the transfer
					must(t, pair.from.Leave(pair.ctx))
					must(t, pair.to.Leave(pair.ctx))
					if c := server.Complaints(); len(c) > 0 {
						t.Errorf("the server complains: %q", c)
					}
					for p.hasTransferConns() { // the capture ends when the connection has
						time.Sleep(time.Millisecond)
					}
					checkTransferCapture(t, path, l, told, size, senderConnects)
				})
			}
		}
	}
}

// but returns an ACCEPT without the values that may change, blanks around
// values kept.
func but(text string) string {
	lines := strings.Split(text, "\r\n")
	for i, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "ip-address", "ip-address-internal", "port", "portx", "portx-internal":
			lines[i] = name + ":" + strings.Map(func(r rune) rune {
				if r == ' ' {
					return r
				}
				return -1
			}, value)
		}
	}
	return strings.Join(lines, "\r\n")
}

// transferTo returns the transfer that was announced at addr.
func (p *Proxy) transferTo(addr netip.AddrPort) *transfer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.transfers[addr]
}

func (p *Proxy) hasTransferConns() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.listener.transfer != nil {
			return true
		}
	}
	return false
}

// TestNoFileTransfers leaves every byte alone without the option.
func TestNoFileTransfers(t *testing.T) {
	server := practiceServer(t)
	p := serve(t, &Proxy{Upstream: server.DispatchAddr()})
	pair := chatting(t, server, p.Addr().String(), p.Addr().String())
	_, accept := listenAs(t, false, true)
	if got := pair.say(pair.from, pair.to, accept...); got != strings.Join(accept, "\r\n")+"\r\n\r\n" {
		t.Errorf("the ACCEPT became %q", got)
	}
	if len(p.transfers) > 0 {
		t.Error("a listener was opened")
	}
}

// oneTransfer has alice, behind p, say where she waits for bob, who is not. It
// returns the transfer and where bob is to connect.
func oneTransfer(t *testing.T, p *Proxy, file *record.File) (*pair, *transfer, string) {
	t.Helper()
	server := practiceServer(t)
	p.Upstream, p.FileTransfers = server.DispatchAddr(), true
	if file != nil {
		p.Recorder = file
	}
	serve(t, p)
	pair := chatting(t, server, p.Addr().String(), "")
	l, accept := listenAs(t, false, false)
	l.Close() // nobody is there in the end
	addr := where(t, pair.say(pair.from, pair.to, accept...), false)[0]
	return pair, p.transferTo(addr), addr.String()
}

func TestTransferCancelled(t *testing.T) {
	for _, by := range []string{alice, bob} {
		p := &Proxy{}
		pair, tr, addr := oneTransfer(t, p, nil)
		from, to := pair.from, pair.to
		if by == bob {
			from, to = to, from
		}
		pair.say(from, to, "Invitation-Command: CANCEL", "Invitation-Cookie: 8", "Cancel-Code: TIMEOUT") // another one
		select {
		case <-tr.done:
			t.Error("closed by the end of another invitation")
		default:
		}
		pair.say(from, to, "Invitation-Command: CANCEL", "Invitation-Cookie: 7", "Cancel-Code: TIMEOUT")
		<-tr.done
		if !p.isTransfer([]netip.AddrPort{netip.MustParseAddrPort(addr)}) {
			t.Error("its ACCEPT, if it comes late, would be rewritten again")
		}
		must(t, pair.from.Leave(pair.ctx))
	}
}

func TestNobodyConnects(t *testing.T) {
	file, path := recorder(t)
	pair, tr, _ := oneTransfer(t, &Proxy{transferLife: 20 * time.Millisecond}, file)
	<-tr.done
	for !strings.Contains(comments(t, path), "transfer: nobody connected to "+tr.listener.addr.String()) {
		if pair.ctx.Err() != nil {
			t.Fatal(comments(t, path))
		}
		time.Sleep(time.Millisecond)
	}
}

// TestTransferRefused: nobody waits at the address that was named.
func TestTransferRefused(t *testing.T) {
	file, path := recorder(t)
	p := &Proxy{}
	_, tr, addr := oneTransfer(t, p, file)
	conn, err := net.Dial("tcp", addr)
	if err == nil {
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, err = conn.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("want a reset, got %v", err)
	}
	for p.hasTransferConns() {
		time.Sleep(time.Millisecond)
	}
	if s := comments(t, path); !strings.Contains(s, "refused: cannot reach "+tr.targets[0].String()) {
		t.Error(s)
	}
	select {
	case <-tr.done:
		t.Error("the listener is closed, though the client may try again")
	default:
	}
}

// TestWhereTransfersMayGo names addresses that the proxy must not connect to.
func TestWhereTransfersMayGo(t *testing.T) {
	server := practiceServer(t)
	file, path := recorder(t)
	page := netip.MustParseAddrPort("127.0.0.1:8863")
	p := serve(t, &Proxy{Upstream: server.DispatchAddr(), FileTransfers: true, Recorder: file, Refuse: []netip.AddrPort{page}})
	pair := chatting(t, server, p.Addr().String(), "")
	main := p.main[0].addr
	for _, a := range []netip.AddrPort{page, main, netip.MustParseAddrPort("0.0.0.0:6891"), netip.MustParseAddrPort("224.0.0.1:6891")} {
		accept := []string{"Invitation-Command: ACCEPT", "Invitation-Cookie: 7", "IP-Address: " + a.Addr().String(), fmt.Sprint("Port: ", a.Port()), "AuthCookie: 1"}
		if got := pair.say(pair.from, pair.to, accept...); got != strings.Join(accept, "\r\n")+"\r\n\r\n" {
			t.Errorf("the ACCEPT became %q", got)
		}
		if s := "bypassed: the file transfer of invitation 7 goes to " + a.String() + " itself"; !strings.Contains(comments(t, path), s) {
			t.Errorf("no note %q", s)
		}
	}
	// A voice conversation is not TCP.
	voice := []string{"Invitation-Command: ACCEPT", "Invitation-Cookie: 9", "IP-Address: 127.0.0.9", "Port: 9000"}
	if got := pair.say(pair.from, pair.to, voice...); got != strings.Join(voice, "\r\n")+"\r\n\r\n" {
		t.Errorf("the ACCEPT became %q", got)
	}
}

// TestTransferOfAStranger: the loopback address of another machine is not ours.
func TestTransferOfAStranger(t *testing.T) {
	p := &Proxy{FileTransfers: true}
	throughPipes(t, p, "USR 1 a@b 1.2\r\n", func(c *piped) { // pipes have no loopback address
		body := inviteHead + "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 7\r\nIP-Address: 127.0.0.1\r\nPort: 22\r\nAuthCookie: 1\r\n\r\n"
		msg := fmt.Sprintf("MSG x@y X %d\r\n%s", len(body), body)
		c.fromServer(msg[:100])
		time.Sleep(time.Hour) // an invitation waits for its end
		c.want(c.toClient)
		c.fromServer(msg[100:])
		c.want(c.toClient, msg)
		if len(p.transfers) > 0 {
			t.Error("a listener was opened")
		}
	})
}

// TestManyTransfers bounds the listeners.
func TestManyTransfers(t *testing.T) {
	p := serve(t, &Proxy{Upstream: "192.0.2.1"})
	c := &conn{ctx: t.Context(), proxy: p, listener: p.main[0], local: p.main[0].addr}
	open := func() (*transfer, error) {
		tr, _, err := p.openTransfer(c, 0, "7", []netip.AddrPort{netip.MustParseAddrPort("192.0.2.7:6891")})
		return tr, err
	}
	for range maxTransfers {
		_, err := open()
		must(t, err)
	}
	if _, err := open(); err == nil {
		t.Error("one more was opened")
	}
	p.cancelTransfers(c, "7")
	if tr, err := open(); err != nil || tr.closed || len(p.transfers) > maxTransfers { // less if a port is used again
		t.Errorf("after the others were closed: %v, %d remembered", err, len(p.transfers))
	}
}
