// This file writes a text log as a capture.

package textlog

import (
	"io"
	"net/netip"
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
	known map[string]netip.AddrPort
	conn  event.Connection
	now   int64
}

// client is the invented address of the client.
var client = netip.AddrFrom4([4]byte{192, 0, 2, 1})

// firstPort is the client's port of the first connection.
const firstPort = 1024

func (c *converter) step(s Step, yield func(*event.Event) error) error {
	c.now += stepTime
	if s.Open != "" {
		id := c.conn.ID + 1
		c.conn = event.Connection{
			ID: id, Opened: c.now,
			Client: netip.AddrPortFrom(client, uint16(firstPort+(id-1)%60000)),
			Server: address(s.Open, c.known),
		}
		return yield(&event.Event{
			Connection: id, Time: c.now, Kind: event.Note, Note: "textlog",
			Text: "from a text log: server " + s.Open + "; times and addresses are invented",
		})
	}
	return yield(&event.Event{
		Connection: c.conn.ID, Time: c.now, Kind: event.Raw, Dir: s.Dir, Raw: s.Data, Text: decode.WhyMidStream,
	})
}
