// This file tests what is said of packets that are part of no stream.

package streams_test

import (
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
