// This file records what one end of a connection sent and received, so that a
// test can compare the two ends of a path.

package msnptest

import (
	"net"
	"sync"
)

// ConnLog is what one end of a connection sent and received.
type ConnLog struct {
	Role     string // "DS", "NS" or "SB"; "" while the server cannot tell
	Account  string // handle of the client's user
	Key      string // what tells connections of one role apart: SB the cookie, NS the challenge word
	Address  string // client: the address it was given; server: the address it listens on
	Local    string // addresses of the connection itself
	Remote   string
	Sent     []byte
	Received []byte
	Closed   bool // nothing more will be added
}

// recorder holds the ConnLogs of one server or client.
type recorder struct {
	mu    sync.Mutex
	conns []*ConnLog
}

// open begins a record for nc and returns nc with its bytes recorded. With a
// nil recorder nothing is recorded.
func (r *recorder) open(nc net.Conn, address string) *recordedConn {
	rc := &recordedConn{Conn: nc, rec: r}
	if r != nil {
		rc.log = &ConnLog{Address: address, Local: nc.LocalAddr().String(), Remote: nc.RemoteAddr().String()}
		r.mu.Lock()
		r.conns = append(r.conns, rc.log)
		r.mu.Unlock()
	}
	return rc
}

func (r *recorder) snapshot() []ConnLog {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]ConnLog, len(r.conns))
	for i, l := range r.conns {
		all[i] = *l
		all[i].Sent = append([]byte(nil), l.Sent...)
		all[i].Received = append([]byte(nil), l.Received...)
	}
	return all
}

// recordedConn is a TCP connection whose bytes are recorded.
type recordedConn struct {
	net.Conn
	rec *recorder
	log *ConnLog
}

func (c *recordedConn) update(f func(*ConnLog)) {
	if c.log != nil {
		c.rec.mu.Lock()
		f(c.log)
		c.rec.mu.Unlock()
	}
}

func (c *recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.update(func(l *ConnLog) { l.Received = append(l.Received, p[:n]...) })
	return n, err
}

// Write records before it writes: whoever has read the bytes at the other end
// finds them in the record.
func (c *recordedConn) Write(p []byte) (n int, err error) {
	if c.log == nil {
		return c.Conn.Write(p)
	}
	c.update(func(l *ConnLog) { l.Sent = append(l.Sent, p...) })
	n, err = c.Conn.Write(p)
	if n < len(p) {
		c.update(func(l *ConnLog) { l.Sent = l.Sent[:len(l.Sent)-(len(p)-n)] })
	}
	return n, err
}

// CloseWrite sends a FIN.
func (c *recordedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (c *recordedConn) Close() error {
	err := c.Conn.Close()
	c.update(func(l *ConnLog) { l.Closed = true })
	return err
}
