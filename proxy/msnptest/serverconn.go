// This file is one connection of the practice server: reading its commands,
// finding out which kind of server the client means, and writing the answers
// in their own time.

package msnptest

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"
)

// conn is a connection of a client. Its state is guarded by Server.mu.
type conn struct {
	s  *Server
	l  *listener
	nc *serverNetConn
	r  *bufio.Reader

	role      string // "DS", "NS", "SB"; "" before the first command
	dialect   int    // of VER; 0 before it
	cvr0      bool   // VER chose CVR0: only CVQ may follow
	signingIn *account
	challenge string // word of USR .. S
	account   *account
	chl       string // challenge waiting for its QRY
	chlTimer  *time.Timer
	chat      *chatSession // switchboard
	idleTimer *time.Timer
	mailSaid  bool

	queue  [][]byte // commands to be written
	queued int      // bytes of them
	ready  chan struct{}
	done   bool // nothing more is read or queued; FIN follows the queue
	gone   bool // closed
}

// serverNetConn adds what only TCP connections have.
type serverNetConn struct{ *recordedConn }

func (n serverNetConn) SetLinger(sec int) {
	if t, ok := n.Conn.(*net.TCPConn); ok {
		t.SetLinger(sec)
	}
}

func newConn(s *Server, l *listener, nc net.Conn) *conn {
	rc := s.rec.open(nc, l.Addr().String())
	return &conn{s: s, l: l, nc: &serverNetConn{rc}, r: bufio.NewReaderSize(rc, maxLine), ready: make(chan struct{}, 1)}
}

// read handles commands until the connection ends. Once the server is done
// with the connection it reads on to the client's FIN, so that closing sends
// no RST, which would destroy what the client has not read yet.
func (c *conn) read() {
	for {
		cmd, err := readCommand(c.r, clientPayloads)
		c.s.mu.Lock()
		if err == nil && !c.done {
			c.handle(cmd)
		}
		done := c.done
		c.s.mu.Unlock()
		if done || err != nil {
			break
		}
	}
	c.s.mu.Lock()
	c.leave()
	c.finish()
	c.s.mu.Unlock()
	io.Copy(io.Discard, c.nc)
	c.s.mu.Lock()
	c.gone = true
	c.wake()
	c.s.mu.Unlock()
}

// write writes what is queued, and at the end closes the connection.
func (c *conn) write() {
	s := c.s
	rnd := rand.New(rand.NewPCG(s.cfg.Seed, 2))
	fin := false
	for range c.ready {
		s.mu.Lock() // also waits for the handler, so that Glued finds all its commands
		cmds, done, gone := c.queue, c.done, c.gone
		c.queue, c.queued = nil, 0
		s.mu.Unlock()
		if s.cfg.Writing == Glued && len(cmds) > 1 {
			var all []byte
			for _, cmd := range cmds {
				all = append(all, cmd...)
			}
			cmds = [][]byte{all}
		}
		c.nc.SetWriteDeadline(time.Now().Add(writeTimeout))
		for _, cmd := range cmds {
			if writeCommand(c.nc, cmd, s.cfg.Writing, rnd) != nil {
				gone = true
				break
			}
		}
		if gone {
			break
		}
		if done && !fin {
			fin = true
			c.nc.CloseWrite()
		}
	}
	c.nc.Close()
	s.mu.Lock()
	c.gone = true
	delete(s.conns, c)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
}

func (c *conn) wake() {
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// send queues a line.
func (c *conn) send(format string, args ...any) {
	c.sendBytes(fmt.Appendf(nil, format+"\r\n", args...))
}

// sendPayload queues a line, whose last word is made the payload's length.
func (c *conn) sendPayload(line string, payload []byte) {
	c.sendBytes(append(fmt.Appendf(nil, "%s %d\r\n", line, len(payload)), payload...))
}

func (c *conn) sendBytes(b []byte) {
	if c.done {
		return
	}
	if c.queued += len(b); c.queued > maxQueued {
		c.kill()
		return
	}
	c.queue = append(c.queue, b)
	c.wake()
}

// finish ends the connection after what is queued; the client has
// lingerTimeout to end its side.
func (c *conn) finish() {
	if !c.done {
		c.done = true
		c.nc.SetReadDeadline(time.Now().Add(lingerTimeout))
	}
	c.wake()
}

// fail answers with an error and ends the connection.
func (c *conn) fail(code int, trid string) {
	c.send("%d %s", code, trid)
	c.finish()
}

// kill ends the connection at once.
func (c *conn) kill() {
	c.done, c.gone = true, true
	c.nc.Close()
	c.wake()
}

// leave takes the client out of everything it was in.
func (c *conn) leave() {
	for _, t := range []*time.Timer{c.chlTimer, c.idleTimer} {
		if t != nil {
			t.Stop()
		}
	}
	c.leaveChat("")
	if a := c.account; a != nil && a.ns == c {
		a.ns, a.status, a.synced, a.seen = nil, "", false, nil
		c.s.showPresence(a)
	}
}

func (c *conn) identify(role, account, key string) {
	c.role = role
	c.nc.update(func(l *ConnLog) { l.Role, l.Account, l.Key = role, account, key })
}

// handle does what a command asks. The first one tells the kind of server.
func (c *conn) handle(cmd Command) {
	if c.role == "" {
		forSB := cmd.Name() == "ANS" || cmd.Name() == "USR" && len(cmd.Words) == 4
		switch {
		case c.l.sb && (forSB || !c.l.ds && !c.l.ns):
			c.role = "SB"
		case c.l.ns:
			c.role = "NS"
		default:
			c.role = "DS"
		}
		if forSB != (c.role == "SB") {
			c.s.complain("%s came to the %s at %s", cmd.Name(), c.role, c.l.Addr())
		}
		c.identify(c.role, "", "")
	}
	switch {
	case c.role == "SB":
		c.handleSB(cmd)
	case c.account == nil:
		c.handleSignIn(cmd)
	default:
		h := nsCommands[cmd.Name()]
		if h == nil {
			c.finish() // the service ends the connection without a word
			return
		}
		if len(cmd.Words) < 1+h.words {
			c.send("200 %s", cmd.word(1))
			return
		}
		h.do(c, cmd)
	}
}

// same reports whether two handles are of one account.
func same(a, b string) bool { return strings.EqualFold(a, b) }
