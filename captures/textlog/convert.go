// This file writes a text log as a capture.

package textlog

import (
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
)

// stepTime is the time between two commands of a log, which has none.
const stepTime = int64(time.Millisecond)

// Convert writes the log as a pcapng with one TCP conversation for each
// connection the log speaks of.
func Convert(r io.Reader, w io.Writer) error {
	c := converter{known: map[string]netip.AddrPort{}}
	walk := func(yield func(*event.Event) error) error {
		return Parse(r, func(s Step) error { return c.step(s, yield) })
	}
	conn := func(id int64) *event.Connection {
		if id != c.conn.ID {
			return nil
		}
		return &c.conn
	}
	return export.Pcapng(w, walk, conn, export.Options{Secrets: true})
}

// converter gives the steps of a log what packets need: times and addresses.
type converter struct {
	known map[string]netip.AddrPort // servers by name
	conn  event.Connection
	now   int64
}

// The invented addresses are of the ranges for documentation (RFC 5737, 3849):
// the client's, and those of servers that the log names.
var (
	client4 = netip.MustParseAddr("192.0.2.1")
	client6 = netip.MustParseAddr("2001:db8::1")
)

const (
	firstServer = 101 // last number of a server's address in 192.0.2.0/24
	lastServer  = 254
	firstPort   = 1024 // the client's port of the first connection
	lastPort    = 65535
)

func (c *converter) step(s Step, yield func(*event.Event) error) error {
	c.now += stepTime
	if s.Open != "" {
		c.open(s.Open)
		return c.note(yield, decode.C2S, "from a text log: server %s; times and addresses are invented", s.Open)
	}
	switch {
	case s.Excess < 0:
		if err := c.note(yield, s.Dir, "line %d: the payload is %d bytes short of the length declared", s.Line, -s.Excess); err != nil {
			return err
		}
	case s.Excess > 0:
		if err := c.note(yield, s.Dir, "line %d: the payload is %d bytes longer than declared", s.Line, s.Excess); err != nil {
			return err
		}
	}
	if err := yield(&event.Event{Connection: c.conn.ID, Time: c.now, Kind: event.Raw, Dir: s.Dir, Raw: s.Data}); err != nil {
		return err
	}
	if s.Excess >= 0 {
		return nil
	}
	return yield(&event.Event{Connection: c.conn.ID, Time: c.now, Kind: event.Gap, Dir: s.Dir, Missing: int64(-s.Excess)})
}

func (c *converter) note(yield func(*event.Event) error, dir decode.Direction, format string, args ...any) error {
	return yield(&event.Event{Connection: c.conn.ID, Time: c.now, Kind: event.Note, Dir: dir, Note: "textlog", Text: fmt.Sprintf(format, args...)})
}

// open begins a connection to the server at an address as written.
func (c *converter) open(written string) {
	id := c.conn.ID + 1
	client, server := client4, c.address(written)
	if server.Addr().Is6() {
		client = client6
	}
	port := firstPort + (id-1)%(lastPort-firstPort+1)
	c.conn = event.Connection{ID: id, Opened: c.now, Client: netip.AddrPortFrom(client, uint16(port)), Server: server}
}

// address turns an address as written into one a packet can carry: a name gets
// an address, the same name the same one as long as there are enough.
func (c *converter) address(written string) netip.AddrPort {
	if a, err := netip.ParseAddrPort(written); err == nil {
		return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	}
	if a, ok := c.known[written]; ok {
		return a
	}
	port := uint16(decode.DefaultPort)
	if i := strings.LastIndexByte(written, ':'); i >= 0 {
		if n, err := strconv.ParseUint(written[i+1:], 10, 16); err == nil {
			port = uint16(n)
		}
	}
	n := len(c.known) % (lastServer - firstServer + 1)
	a := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(firstServer + n)}), port)
	if len(c.known) < lastServer-firstServer+1 {
		c.known[written] = a
	}
	return a
}
