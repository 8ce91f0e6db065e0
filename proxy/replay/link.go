// This file holds one live connection: its bytes are recorded as they pass, and
// what the other side says is cut into commands.

package replay

import (
	"bytes"
	"context"
	"net"
	"net/netip"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/record"
	"msnscope/decode"
)

// Recorder records connections. *record.File is one.
type Recorder interface {
	Connect(client, server netip.AddrPort, notes ...event.Comment) *record.Conn
}

// heard is a command that the other side has said.
type heard struct {
	raw  []byte
	line int
	body int
	trid int64
	told bool // in the place of something else
}

func (h *heard) words() [][]byte { return wordsOf(h.raw[:h.line]) }

// link is one live connection.
type link struct {
	conn net.Conn
	rec  *record.Conn
	from decode.Direction // of what the other side says
	in   chan heard       // closed at its end
	done chan struct{}    // closed when nobody takes from in any more
}

// newLink starts reading. close must be called.
func newLink(conn net.Conn, rec *record.Conn, from decode.Direction) *link {
	l := &link{conn: conn, rec: rec, from: from, in: make(chan heard, 256), done: make(chan struct{})}
	go l.read()
	return l
}

// connect records a connection of which client is the client's end.
func connect(r Recorder, client, server net.Addr) *record.Conn {
	if r == nil {
		return nil
	}
	return r.Connect(addrPort(client), addrPort(server))
}

func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort()
	}
	return netip.AddrPort{}
}

// read cuts what comes into commands, until the end.
func (l *link) read() {
	defer close(l.in)
	f := decode.Framer{Dir: l.from}
	var fr decode.Frame
	buf := make([]byte, 16<<10)
	for {
		n, err := l.conn.Read(buf)
		if n > 0 {
			_ = l.rec.Data(l.from, buf[:n]) // the file remembers its trouble
			f.Feed(buf[:n])
		}
		if err != nil {
			_ = l.rec.CloseWrite(l.from)
			f.Close()
		}
		for f.Next(&fr) {
			if fr.Kind != decode.FrameCommand {
				continue
			}
			h := heard{raw: bytes.Clone(fr.Raw), line: fr.Line, body: fr.Body, trid: decode.TrID(fr.Raw[:fr.Line], l.from, f.Dialect)}
			select {
			case l.in <- h:
			case <-l.done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// say sends bytes, recorded before they leave.
func (l *link) say(raw []byte) error {
	_ = l.rec.Data(l.from^1, raw)
	_, err := l.conn.Write(raw)
	return err
}

// close ends this side, gives the other a moment to end its own, and lets the
// connection go.
func (l *link) close(ctx context.Context, wait time.Duration) {
	_ = l.rec.CloseWrite(l.from ^ 1)
	if half, ok := l.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for open := true; open; {
		select {
		case _, open = <-l.in:
		case <-timer.C:
			open = false
		case <-ctx.Done():
			open = false
		}
	}
	close(l.done)
	l.conn.Close()
	_ = l.rec.CloseWrite(l.from) // had it not ended by itself
	for range l.in {
	}
}
