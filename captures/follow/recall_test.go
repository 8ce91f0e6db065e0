// This file tests, for everything that networks and capturing machines do to
// packets, that each command whose bytes are in the capture comes out, once, in
// order, and nothing else.

package follow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sort"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

// mangling is a way to treat a capture.
type mangling struct {
	name string
	streamstest.Mangle
	streamstest.Framing
	mss, size int
	v6        bool
	wrap      bool
	noSYN     bool
	noACK     bool
	end       streamstest.End
	noise     bool
}

// manglings are the rows of the table. Without a link type it is Ethernet.
var manglings = []mangling{
	{name: "clean"},
	{name: "reordered", Mangle: streamstest.Mangle{Reorder: 20}},
	{name: "duplicated", Mangle: streamstest.Mangle{Duplicate: 0.5}},
	{name: "retransmitted", Mangle: streamstest.Mangle{Retransmit: 0.5, KeepAlive: 0.2}},
	{name: "retransmitted with other contents", Mangle: streamstest.Mangle{Forge: 0.5, Reorder: 5}},
	{name: "2 % lost", Mangle: streamstest.Mangle{Lose: 0.02}},
	{name: "20 % lost", Mangle: streamstest.Mangle{Lose: 0.2}},
	{name: "fragments, IPv4", Framing: streamstest.Framing{Fragment: 104}},
	{name: "fragments, IPv6, last first", Framing: streamstest.Framing{Fragment: 104, Backwards: true}, v6: true},
	{name: "segments of 1 byte", mss: 1, size: 1000},
	{name: "segments of 1 byte, reordered", mss: 1, size: 1000, Mangle: streamstest.Mangle{Reorder: 30, Duplicate: 0.1}},
	{name: "segments of 7 bytes, 5 % lost", mss: 7, size: 1500, Mangle: streamstest.Mangle{Lose: 0.05}},
	{name: "segments of 100 bytes, 10 % lost", mss: 100, Mangle: streamstest.Mangle{Lose: 0.1, Reorder: 5}},
	{name: "begins in mid-stream", noSYN: true, Mangle: streamstest.Mangle{Skip: 9}},
	{name: "begins in a command", noSYN: true, mss: 50, Mangle: streamstest.Mangle{Skip: 31}},
	{name: "no acknowledgements", noACK: true, Mangle: streamstest.Mangle{Reorder: 10}},
	{name: "VLAN", Framing: streamstest.Framing{Tags: []uint16{0x8100}}},
	{name: "QinQ, padded", Framing: streamstest.Framing{Tags: []uint16{0x88a8, 0x8100}, Pad: 64}},
	{name: "IPv6", v6: true},
	{name: "PPPoE", Framing: streamstest.Framing{PPPoE: true}},
	{name: "GRE in VXLAN", Framing: streamstest.Framing{Tunnels: []streamstest.Tunnel{streamstest.VXLAN, streamstest.GREBridged}}},
	{name: "ERSPAN, everything twice", Framing: streamstest.Framing{Tunnels: []streamstest.Tunnel{streamstest.ERSPAN2}}, Mangle: streamstest.Mangle{Duplicate: 1}},
	{name: "ends with RST", end: streamstest.EndRST, Mangle: streamstest.Mangle{Reorder: 10}},
	{name: "never ends", end: streamstest.EndOpen},
	{name: "sequence numbers wrap", wrap: true, Mangle: streamstest.Mangle{Reorder: 10, Retransmit: 0.2}},
	{name: "noise", noise: true},
	{name: "snapped to 128 bytes", Framing: streamstest.Framing{Snap: 128}},
	{name: "snapped to headers", Framing: streamstest.Framing{Snap: 54}},
	{name: "times up and down", Mangle: streamstest.Mangle{Reorder: 10, Shuffle: true}},
	{name: "all at once", v6: true, wrap: true, noise: true, Framing: streamstest.Framing{Fragment: 504, Tags: []uint16{0x8100}},
		Mangle: streamstest.Mangle{Reorder: 20, Duplicate: 0.1, Retransmit: 0.1, KeepAlive: 0.1, Lose: 0.05}},
}

// recall is what became of the commands.
type recall struct {
	packets, sent, captured, found, wrong, gaps int
	missed                                      []string
}

func TestRecall(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "%-34s %9s %9s %9s %9s %6s %6s %8s\n", "", "packets", "sent", "captured", "found", "false", "gaps", "recall")
	for _, m := range manglings {
		var sum recall
		for seed := range uint64(6) {
			r := m.run(t, seed)
			if len(r.missed) > 0 {
				t.Errorf("%s, seed %d: %s", m.name, seed, strings.Join(r.missed[:min(3, len(r.missed))], "; "))
			}
			sum.packets += r.packets
			sum.sent += r.sent
			sum.captured += r.captured
			sum.found += r.found
			sum.wrong += r.wrong
			sum.gaps += r.gaps
		}
		percent := 100.0
		if sum.captured > 0 {
			percent = 100 * float64(sum.found) / float64(sum.captured)
		} else if m.Snap != 54 {
			t.Errorf("%s: no command is in the capture", m.name)
		}
		fmt.Fprintf(&table, "%-34s %9d %9d %9d %9d %6d %6d %7.2f%%\n", m.name, sum.packets, sum.sent, sum.captured, sum.found, sum.wrong, sum.gaps, percent)
	}
	t.Log("\n" + table.String())
}

// run makes a capture, follows it, and compares.
func (m mangling) run(t *testing.T, seed uint64) recall {
	rng := rand.New(rand.NewPCG(seed, 99))
	size := m.size
	if size == 0 {
		size = 5000
	}
	convs := chatter(rng, 6, size)
	for i := range convs {
		c := &convs[i]
		c.MSS, c.NoSYN, c.NoACK, c.End = m.mss, m.noSYN, m.noACK, m.end
		if m.wrap {
			c.ISN = [2]uint32{-uint32(rng.IntN(size)), -uint32(rng.IntN(size))}
		}
	}
	if m.v6 {
		streamstest.IPv6(convs)
	}
	segments := m.Apply(rng, streamstest.Merge(convs))
	f := m.Framing
	f.Link = pcapfile.LinkEthernet
	packets := f.Packets(segments)
	if m.noise {
		packets = withNoise(rng, packets)
	}
	told := newTold(t)
	follower := New(0, told)
	for i := range packets {
		follower.Packet(&packets[i])
	}
	follower.Finish(streams.EndCapture)
	told.recount()

	r := recall{packets: len(packets)}
	for i := range convs {
		for side := range 2 {
			r.compare(told, &convs[i], segments, i, side)
		}
	}
	for i := range told.events {
		if told.events[i].Kind == event.Gap {
			r.gaps++
		}
	}
	return r
}

// withNoise puts other protocols between packets: UDP, ICMP, ARP, and TCP that
// is no MSNP.
func withNoise(rng *rand.Rand, packets []pcapfile.Packet) []pcapfile.Packet {
	web := talk(packets[0].Time, `
		C: GET /OUT HTTP/1.1\r\nHost: a\r\n\r\n
		S: HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nMSG 1 N 0\r\n
		C: \x16\x03\x01\x00\x05hello
		S: 220 mail.example.com ESMTP\r\n`)
	other := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(web.Segments(0))
	var list []pcapfile.Packet
	for _, p := range packets {
		for _, n := range streamstest.Noise(p.Time) {
			if rng.IntN(4) == 0 {
				list = append(list, n)
			}
		}
		if len(other) > 0 && rng.IntN(3) == 0 {
			other[0].Time = p.Time
			list, other = append(list, other[0]), other[1:]
		}
		list = append(list, p)
	}
	for i := range list {
		list[i].Number = int64(i + 1)
	}
	return list
}

// compare holds the command events of a side against what it sent. Of bytes
// that were captured with several contents the first counts.
func (r *recall) compare(told *told, c *streamstest.Conversation, segments []streamstest.Segment, conv, side int) {
	sent := c.Stream(side)
	have := streamstest.Captured(segments, conv, side, len(sent))
	conn := told.find(c.Addr)
	var got [][]byte
	if conn != nil {
		dir := decode.Direction(0)
		if conn.Client != c.Addr[side] {
			dir = 1
		}
		for i := range told.events {
			if e := &told.events[i]; e.Connection == conn.ID && e.Dir == dir && e.Kind == event.Command {
				got = append(got, e.Raw)
			}
		}
	}
	at, next := 0, 0
	for _, turn := range c.Turns { // each is one command
		if turn.Side != side {
			continue
		}
		r.sent++
		whole := !bytes.Contains(boolBytes(have[at:at+len(turn.Data)]), []byte{0})
		at += len(turn.Data)
		if !whole {
			continue
		}
		r.captured++
		found := next
		for found < len(got) && !bytes.Equal(got[found], turn.Data) {
			found++
		}
		if found == len(got) {
			r.missed = append(r.missed, fmt.Sprintf("conversation %d side %d: %.40q is missing", conv, side, turn.Data))
			continue
		}
		for _, raw := range got[next:found] {
			r.wrong++
			r.missed = append(r.missed, fmt.Sprintf("conversation %d side %d: %.40q is wrong", conv, side, raw))
		}
		r.found++
		next = found + 1
	}
	for _, raw := range got[next:] {
		r.wrong++
		r.missed = append(r.missed, fmt.Sprintf("conversation %d side %d: %.40q is wrong", conv, side, raw))
	}
}

func boolBytes(b []bool) []byte {
	list := make([]byte, len(b))
	for i, v := range b {
		if v {
			list[i] = 1
		}
	}
	return list
}

// find returns the connection between two endpoints, nil if there is none.
func (r *told) find(addr [2]netip.AddrPort) *event.Connection {
	var ids []int64
	for id, c := range r.conns {
		if key(c.Client, c.Server) == key(addr[0], addr[1]) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	c := r.conns[ids[0]]
	return &c
}
