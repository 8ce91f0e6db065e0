// This file writes events as pcapng: each connection becomes a TCP
// conversation between its two addresses, with the events' bytes in order.

package export

import (
	"container/heap"
	"io"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/decode"
	"msnscope/decode/prologue"
)

const (
	maxSegment  = 32 << 10 // payload bytes of a packet: within an IP packet of either version
	flushAfter  = 32 << 10 // bytes gathered before they are written
	gatewayPort = 49152    // client's port, from here on, of a connection that came in HTTP and has none of its own
	maxMissing  = 1 << 20  // missing bytes of one gap that get headers
	maxOpen     = 1 << 16  // connections kept although they have ended, because events of theirs are still to come
	maxLate     = 120e9    // ns after its end in which such events may come: as long as missing packets are waited for
)

// Pcapng writes the events that walk yields. conn looks up a connection, nil
// if there is none of that id. Memory grows with the number of connections
// open at the same time, not with that of events.
//
// Missing bytes are packets of which only the headers were captured, so that
// they are known to be missing where they are. Notes and edits become packet
// comments. Events that a filter left out leave no hole. Of MSNP in HTTP the
// connections inside are written, not the HTTP around them, and so are
// connections behind a SOCKS or HTTP proxy: without their prologue.
func Pcapng(w io.Writer, walk func(func(*event.Event) error) error, conn func(id int64) *event.Connection, o Options) error {
	x := &writer{w: w, conn: conn, secrets: o.Secrets, open: map[int64]*flow{}, packet: gopacket.NewSerializeBuffer(), firstClose: math.MaxInt64, limit: maxOpen}
	x.buf = pcapfile.AppendSection(x.buf, pcapfile.Application, pcapfile.LinkRaw)
	err := walk(x.event)
	if err == nil {
		x.limit = 0
		x.close(math.MaxInt64 - 1)
	}
	// What came before an error is written.
	if _, failed := w.Write(x.buf); err == nil {
		err = failed
	}
	return err
}

type writer struct {
	w          io.Writer
	conn       func(int64) *event.Connection
	secrets    bool
	buf        []byte
	packet     gopacket.SerializeBuffer
	open       map[int64]*flow
	closings   closings // when those of the open ones that end are due
	firstClose int64    // Unix ns of the first of them, 0 if some have to go at once
	limit      int      // open ones from which on those that have ended are waited for no more
}

// flow is a connection under way.
type flow struct {
	addr   [2]netip.AddrPort // client, server
	next   [2]uint32         // next sequence number of each side
	sent   [2]int64          // offset of the next byte of each side
	closed int64             // Unix ns, 0 if it stays open
	how    string
	left   int64 // events still to come, unless a filter leaves them out
}

func (x *writer) event(e *event.Event) error {
	if e.Time >= x.firstClose {
		x.close(e.Time)
	}
	if e.Role == decode.RoleGW {
		return nil // what it carries is written as connections of their own
	}
	f := x.open[e.Connection]
	if f == nil {
		if f = x.begin(e); f == nil {
			return nil
		}
	}
	if f.left--; f.left == 0 {
		x.due(e.Connection, f)
	}
	switch e.Kind {
	case event.Note:
		comments := marked(e)
		if !event.IsFound(e.Note) { // else it is found again in what is written
			c := event.Comment{Note: e.Note, Text: e.Text}
			comments = append([]string{c.String()}, comments...)
		}
		if len(comments) > 0 {
			x.segment(f, e.Dir, e.Time, flagACK, nil, comments...)
		}
	case event.Gap:
		x.missing(f, e)
	case event.Raw:
		if !prologue.IsMessage(e.Text) {
			x.data(f, e)
		}
	default:
		x.data(f, e)
	}
	if len(x.buf) < flushAfter {
		return nil
	}
	_, err := x.w.Write(x.buf)
	x.buf = x.buf[:0]
	return err
}

// begin writes the handshake of a connection, nil if its addresses are not
// known.
func (x *writer) begin(e *event.Event) *flow {
	c := x.conn(e.Connection)
	if c == nil || !c.Client.IsValid() || !c.Server.IsValid() || c.Client.Addr().Unmap().Is4() != c.Server.Addr().Unmap().Is4() {
		return nil
	}
	isn := uint32(e.Connection * 2654435761) // differs between connections that share addresses
	client := c.Client
	if strings.HasPrefix(c.Via, event.ViaGateway) {
		// Several share a TCP connection, and so its ports.
		client = netip.AddrPortFrom(client.Addr(), uint16(gatewayPort+e.Connection%(1<<16-gatewayPort)))
	}
	f := &flow{addr: [2]netip.AddrPort{client, c.Server}, next: [2]uint32{isn, isn}, closed: c.Closed, how: c.How, left: c.Events}
	t := e.Time
	if c.Opened > 0 && c.Opened < t {
		t = c.Opened
	}
	x.segment(f, decode.C2S, t, flagSYN, nil)
	f.next[decode.C2S]++
	x.segment(f, decode.S2C, t, flagSYN|flagACK, nil)
	f.next[decode.S2C]++
	x.segment(f, decode.C2S, t, flagACK, nil)
	x.open[e.Connection] = f
	x.due(e.Connection, f)
	if len(x.open) > x.limit {
		x.firstClose = 0
	}
	return f
}

func (x *writer) data(f *flow, e *event.Event) {
	if !x.secrets {
		e = e.Masked(nil)
	}
	raw := e.Raw
	var comments []string
	for _, d := range e.Edits() {
		d.Offset += f.sent[e.Dir]
		c := event.Comment{Edit: &d}
		comments = append(comments, c.String())
	}
	comments = append(comments, marked(e)...)
	for len(raw) > 0 {
		n := min(len(raw), maxSegment)
		x.segment(f, e.Dir, e.Time, flagPSH|flagACK, raw[:n], comments...)
		f.next[e.Dir] += uint32(n)
		f.sent[e.Dir] += int64(n)
		raw, comments = raw[n:], nil
	}
}

// marked is the comment of what a user has added to an event. It does not begin
// like one of the proxy's.
func marked(e *event.Event) []string {
	if e.Mark == (event.Mark{}) {
		return nil
	}
	return []string{"user: " + e.Mark.String()}
}

// missing writes headers of packets without their bytes. Of a large gap only the
// end is shown like that; before it the sequence numbers jump.
func (x *writer) missing(f *flow, e *event.Event) {
	if e.Missing <= 0 {
		return
	}
	f.sent[e.Dir] += e.Missing
	n := min(e.Missing, maxMissing)
	f.next[e.Dir] += uint32(e.Missing - n)
	for n > 0 {
		size := min(n, maxSegment)
		packet := x.serialize(f, e.Dir, flagPSH|flagACK, make([]byte, size))
		x.buf = pcapfile.AppendCut(x.buf, e.Time, packet[:len(packet)-int(size)], len(packet))
		f.next[e.Dir] += uint32(size)
		n -= size
	}
}

// due puts down when the end of a connection is to be written. What waited for
// missing packets, and what the end of the capture cut, is told after later
// events of other connections: begun once more, its connection would have the
// same sequence numbers, and readers would take its bytes for a repetition.
func (x *writer) due(id int64, f *flow) {
	at := f.closed
	switch {
	case f.closed == 0:
		return
	case f.left <= 0:
	case f.how == "FIN" || f.how == "RST":
		at += maxLate
	default: // nothing is written at its end
		return
	}
	heap.Push(&x.closings, closing{at, id})
	x.firstClose = min(x.firstClose, at)
}

// close writes the ends of the connections that are due before t; if too many are
// open, those of all that ended before t.
func (x *writer) close(t int64) {
	var ended []int64
	if len(x.open) > x.limit {
		x.closings = x.closings[:0]
		for id, f := range x.open {
			if f.closed != 0 && f.closed < t {
				ended = append(ended, id)
			} else {
				x.due(id, f)
			}
		}
	}
	for len(x.closings) > 0 && x.closings[0].at < t {
		id := heap.Pop(&x.closings).(closing).connection
		if x.open[id] != nil {
			ended = append(ended, id)
		}
	}
	x.firstClose = math.MaxInt64
	if len(x.closings) > 0 {
		x.firstClose = x.closings[0].at
	}
	slices.Sort(ended)
	for _, id := range slices.Compact(ended) { // one may have been due twice
		f := x.open[id]
		delete(x.open, id)
		switch f.how {
		case "FIN":
			x.segment(f, decode.C2S, f.closed, flagFIN|flagACK, nil)
			f.next[decode.C2S]++
			x.segment(f, decode.S2C, f.closed, flagFIN|flagACK, nil)
		case "RST":
			x.segment(f, decode.C2S, f.closed, flagRST|flagACK, nil)
		}
	}
	if x.limit > 0 {
		x.limit = max(maxOpen, 2*len(x.open))
	}
}

func (x *writer) segment(f *flow, dir decode.Direction, t int64, flags byte, payload []byte, comments ...string) {
	x.buf = pcapfile.AppendPacket(x.buf, t, x.serialize(f, dir, flags, payload), nil, comments...)
}

// serialize returns an IP packet. It is valid until the next call.
func (x *writer) serialize(f *flow, dir decode.Direction, flags byte, payload []byte) []byte {
	from, to := f.addr[dir], f.addr[dir.Opposite()]
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(from.Port()), DstPort: layers.TCPPort(to.Port()),
		Seq: f.next[dir], Window: 65535,
		FIN: flags&flagFIN != 0, SYN: flags&flagSYN != 0, RST: flags&flagRST != 0,
		PSH: flags&flagPSH != 0, ACK: flags&flagACK != 0,
	}
	if tcp.ACK {
		tcp.Ack = f.next[dir.Opposite()]
	}
	src, dst := from.Addr().Unmap().AsSlice(), to.Addr().Unmap().AsSlice()
	var ip gopacket.SerializableLayer
	if len(src) == 4 {
		h := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, Flags: layers.IPv4DontFragment, SrcIP: src, DstIP: dst}
		_ = tcp.SetNetworkLayerForChecksum(h)
		ip = h
	} else {
		h := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: src, DstIP: dst}
		_ = tcp.SetNetworkLayerForChecksum(h)
		ip = h
	}
	// The layers above are complete and the payload is short: this cannot fail.
	_ = gopacket.SerializeLayers(x.packet, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		ip, tcp, gopacket.Payload(payload))
	return x.packet.Bytes()
}

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)
