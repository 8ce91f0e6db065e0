// This file tests what is said of packets that are part of no stream.

package streams_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

func TestProblems(t *testing.T) {
	convs := streamstest.Random(rand.New(rand.NewPCG(1, 2)), 1, 100)
	segments := streamstest.Merge(convs)
	good := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(segments)
	var packets []pcapfile.Packet
	add := func(p pcapfile.Packet, times int) {
		for range times {
			p.Number = int64(len(packets) + 1)
			packets = append(packets, p)
		}
	}
	for _, p := range good {
		add(p, 1)
	}
	first := len(packets) + 1
	noise := streamstest.Noise(good[0].Time)
	add(noise[0], 9)
	add(noise[1], 8)
	add(noise[2], 7)
	add(noise[3], 6)
	p := good[3]
	p.Link = 147
	add(p, 12)
	p = good[3]
	p.Data = p.Data[:40]
	add(p, 5)
	p = good[3]
	p.Data, p.Length = p.Data[:40], 40 // not cut off: it was no more
	add(p, 4)
	_, a := assemble(t, packets)
	var got strings.Builder
	for _, p := range a.Problems() {
		fmt.Fprintf(&got, "%d %s from +%d %v\n", p.Packets, p.Text, p.First-int64(first), p.Foreign)
	}
	want := `12 link type USER0 is not known from +30 false
9 UDP from +0 true
9 cut off (snap length) before the end of the TCP header from +42 false
8 ICMP from +9 true
7 ARP from +17 true
6 neither IPv4 nor IPv6 from +24 true
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// TestTunnelsAreBounded: packets in packets in packets cost little, and what is
// too deep is said.
func TestTunnelsAreBounded(t *testing.T) {
	convs := streamstest.Random(rand.New(rand.NewPCG(1, 2)), 1, 100)
	segments := streamstest.Merge(convs)
	for depth, want := range map[int]string{8: "[]", 9: fmt.Sprintf("%d tunnels too deep in one another", len(segments))} {
		f := streamstest.Framing{Link: pcapfile.LinkRaw, Tunnels: make([]streamstest.Tunnel, depth)} // IP in IP
		rec, a := assemble(t, f.Packets(segments))
		got := "[]"
		for _, p := range a.Problems() {
			got = fmt.Sprintf("%d %s", p.Packets, p.Text)
		}
		if got != want || (len(rec.Conns) == 1) != (depth == 8) {
			t.Errorf("%d deep: %s, %d connections", depth, got, len(rec.Conns))
		}
	}
}

// TestTunnelInFragments: it is the outer packets that are fragmented where a
// tunnel makes them too long.
func TestTunnelInFragments(t *testing.T) {
	convs := streamstest.Random(rand.New(rand.NewPCG(1, 2)), 2, 5000)
	segments := streamstest.Merge(convs)
	f := streamstest.Framing{Link: pcapfile.LinkRaw, Tunnels: []streamstest.Tunnel{streamstest.GREBridged}}
	var packets []pcapfile.Packet
	for i, p := range f.Packets(segments) {
		const header, piece = 20, 400
		for at := header; at < len(p.Data); at += piece {
			end := min(at+piece, len(p.Data))
			b := append(append([]byte(nil), p.Data[:header]...), p.Data[at:end]...)
			binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
			binary.BigEndian.PutUint16(b[4:], uint16(i))
			binary.BigEndian.PutUint16(b[6:], uint16((at-header)/8))
			if end < len(p.Data) {
				b[6] |= 0x20
			}
			packets = append(packets, pcapfile.Packet{Number: int64(len(packets) + 1), Time: p.Time, Link: p.Link, Data: b, Length: len(b)})
		}
	}
	rec, a := assemble(t, packets)
	check(t, rec, convs, segments)
	if p := a.Problems(); len(p) > 0 {
		t.Errorf("problems: %v", p)
	}
}
