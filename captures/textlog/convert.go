// This file writes a text log as a capture.

package textlog

import (
	"bytes"
	"errors"
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

const (
	// stepTime is the time between two commands of a log, which has none.
	stepTime = int64(time.Millisecond)
	// timedStep is that between two commands of one second in a log with times:
	// what matters is their order.
	timedStep = int64(time.Microsecond)
)

// Damage is where a log goes wrong, or is cut off. What stood before it was
// written.
type Damage struct{ Err error }

func (d *Damage) Error() string { return d.Err.Error() + "; everything before that was read" }

func (d *Damage) Unwrap() error { return d.Err }

// Convert writes the log as a pcapng with one TCP conversation for each
// connection the log speaks of. A *Damage says that it is one of the beginning
// only, in which the place is noted too.
func Convert(r io.Reader, w io.Writer) error {
	c := converter{known: map[string]netip.AddrPort{}}
	walk := func(yield func(*event.Event) error) error {
		var failed error
		err := Parse(r, func(s Step) error { failed = c.step(s, yield); return failed })
		if err == nil || failed != nil || c.conn.ID == 0 {
			return err
		}
		return errors.Join(c.note(yield, decode.C2S, "%v; what follows was not read", err), &Damage{err})
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
	if s.Time < 0 {
		c.now += stepTime
	} else {
		c.now = max(c.now+timedStep, s.Time)
	}
	if s.Open != "" {
		return c.open(s, yield)
	}
	c.conn.ID = int64(s.Conn)
	if s.Counted {
		if err := c.note(yield, s.Dir, "line %d: the log leaves out the length of the payload; it was counted", s.Line); err != nil {
			return err
		}
	}
	switch {
	case s.Excess < 0 && s.Data[len(s.Data)-1] == '\n' && bytes.IndexByte(s.Data, '\n') == len(s.Data)-1:
		if err := c.note(yield, s.Dir, "line %d: the payload, %d bytes, is not in the log", s.Line, -s.Excess); err != nil {
			return err
		}
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

// open begins a connection and says in a note what of it is invented.
func (c *converter) open(s Step, yield func(*event.Event) error) error {
	id := int64(s.Conn)
	client, server := client4, c.address(s.Open)
	if server.Addr().Is6() {
		client = client6
	}
	port := firstPort + (id-1)%(lastPort-firstPort+1)
	c.conn = event.Connection{ID: id, Opened: c.now, Client: netip.AddrPortFrom(client, uint16(port)), Server: server}
	name := ""
	if s.Name != "" {
		name = fmt.Sprintf("%.*q, ", maxPrefix, s.Name)
	}
	invented := "times and addresses are invented"
	switch {
	case s.Time >= int64(24*time.Hour):
		invented = "times are the log's, in an unknown time zone; addresses are invented"
	case s.Time >= 0:
		invented = "times of day are the log's, in an unknown time zone; days and addresses are invented"
	}
	return c.note(yield, decode.C2S, "from a text log: %sserver %s; %s", name, s.Open, invented)
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
