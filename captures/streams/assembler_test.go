// This file tests that every byte of a capture comes out, whatever happened to
// the packets.

package streams_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// assemble runs packets through an Assembler.
func assemble(t *testing.T, packets []pcapfile.Packet) (*streamstest.Recorder, *streams.Assembler) {
	t.Helper()
	rec := &streamstest.Recorder{}
	a := streams.NewAssembler(rec)
	for i := range packets {
		a.Packet(&packets[i])
	}
	a.Flush(streams.EndCapture)
	if rec.Fault != nil {
		t.Error(rec.Fault)
	}
	for _, c := range rec.Conns {
		if c.End == "" {
			t.Errorf("connection %d: no End", c.Number)
		}
	}
	return rec, a
}

// check compares what came out with what was sent. Without the handshake, the
// stream begins with the first byte captured.
func check(t *testing.T, rec *streamstest.Recorder, convs []streamstest.Conversation, segments []streamstest.Segment) {
	t.Helper()
	if len(rec.Conns) != len(convs) {
		t.Errorf("%d connections, want %d", len(rec.Conns), len(convs))
	}
	type pair [2]netip.AddrPort
	found := map[pair][]*streamstest.Recorded{}
	for _, r := range rec.Conns {
		found[r.Addr] = append(found[r.Addr], r)
	}
	for i := range convs {
		c := &convs[i]
		sides := [2]int{0, 1}
		list := found[c.Addr]
		key := pair(c.Addr)
		if len(list) == 0 {
			key = pair{c.Addr[1], c.Addr[0]}
			list = found[key]
			sides = [2]int{1, 0}
		}
		if len(list) == 0 {
			t.Errorf("conversation %d is missing", i)
			continue
		}
		r := list[0]
		found[key] = list[1:]
		for side := range 2 {
			sent := c.Stream(side)
			have := streamstest.Captured(segments, i, side, len(sent))
			first := 0
			for c.NoSYN && first < len(have) && !have[first] {
				first++
			}
			if diff := r.Compare(sides[side], sent, have, first); diff != "" {
				t.Errorf("conversation %d: %s", i, diff)
			}
		}
	}
}

func TestLinkTypes(t *testing.T) {
	framings := map[string]streamstest.Framing{
		"Ethernet":           {Link: pcapfile.LinkEthernet},
		"Ethernet, padded":   {Link: pcapfile.LinkEthernet, Pad: 60},
		"Ethernet, options":  {Link: pcapfile.LinkEthernet, Options: true},
		"Ethernet, SNAP":     {Link: pcapfile.LinkEthernet, SNAP: true},
		"VLAN":               {Link: pcapfile.LinkEthernet, Tags: []uint16{0x8100}},
		"QinQ":               {Link: pcapfile.LinkEthernet, Tags: []uint16{0x88a8, 0x8100}, Pad: 64},
		"QinQ, old":          {Link: pcapfile.LinkEthernet, Tags: []uint16{0x9100, 0x8100}},
		"PPPoE":              {Link: pcapfile.LinkEthernet, PPPoE: true},
		"VLAN, PPPoE":        {Link: pcapfile.LinkEthernet, PPPoE: true, Tags: []uint16{0x8100}},
		"MPLS":               {Link: pcapfile.LinkEthernet, Labels: 3},
		"VLAN, MPLS":         {Link: pcapfile.LinkEthernet, Labels: 1, Tags: []uint16{0x8100}},
		"segmentation":       {Link: pcapfile.LinkEthernet, NoLength: true},
		"SLL":                {Link: pcapfile.LinkSLL},
		"SLL, VLAN":          {Link: pcapfile.LinkSLL, Tags: []uint16{0x8100}},
		"SLL2":               {Link: pcapfile.LinkSLL2},
		"NULL":               {Link: pcapfile.LinkNull},
		"NULL, big-endian":   {Link: pcapfile.LinkNull, BigFamily: true},
		"NULL, NetBSD":       {Link: pcapfile.LinkNull, Family6: 24},
		"NULL, FreeBSD":      {Link: pcapfile.LinkNull, Family6: 28},
		"LOOP":               {Link: pcapfile.LinkLoop},
		"RAW":                {Link: pcapfile.LinkRaw},
		"RAW (12)":           {Link: pcapfile.LinkRawBSD},
		"RAW (14)":           {Link: pcapfile.LinkRawOpen},
		"IPv4 or IPv6":       {Link: pcapfile.LinkIPv4},
		"PPP":                {Link: pcapfile.LinkPPP},
		"PPP, compressed":    {Link: pcapfile.LinkPPPHDLC},
		"PPP_ETHER":          {Link: pcapfile.LinkPPPoE},
		"SLIP":               {Link: pcapfile.LinkSLIP},
		"Wi-Fi":              {Link: pcapfile.LinkWiFi, Pad: 1},
		"radiotap":           {Link: pcapfile.LinkRadiotap},
		"fragments":          {Link: pcapfile.LinkEthernet, Fragment: 104},
		"fragments, options": {Link: pcapfile.LinkRaw, Fragment: 256, Options: true},
		"fragments backward": {Link: pcapfile.LinkEthernet, Fragment: 8, Backwards: true},
		"IP in IP":           {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.IPinIP}},
		"GRE":                {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.GRE}},
		"GRE, bridged":       {Link: pcapfile.LinkSLL2, Tunnels: []streamstest.Tunnel{streamstest.GREBridged}},
		"GRE, fragments":     {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.GRE}, Fragment: 104},
		"ERSPAN I":           {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.ERSPAN1}},
		"ERSPAN II":          {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.ERSPAN2}, Pad: 60},
		"ERSPAN III":         {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.ERSPAN3}, Tags: []uint16{0x8100}},
		"VXLAN":              {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.VXLAN}},
		"VXLAN, old port":    {Link: pcapfile.LinkRaw, Tunnels: []streamstest.Tunnel{streamstest.VXLANOld}},
		"PPTP":               {Link: pcapfile.LinkEthernet, Tunnels: []streamstest.Tunnel{streamstest.PPTP}},
		"ERSPAN of VXLAN of GRE of IP in IP": {Link: pcapfile.LinkEthernet,
			Tunnels: []streamstest.Tunnel{streamstest.ERSPAN2, streamstest.VXLAN, streamstest.GRE, streamstest.IPinIP}},
	}
	for name, f := range framings {
		for _, version := range []int{4, 6} {
			t.Run(fmt.Sprintf("%s/IPv%d", name, version), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				convs := streamstest.Random(rng, 5, 3000)
				if version == 6 {
					streamstest.IPv6(convs)
					if f.Link == pcapfile.LinkIPv4 {
						f.Link = pcapfile.LinkIPv6
					}
				}
				for i := range convs {
					convs[i].MSS = 700
				}
				segments := streamstest.Merge(convs)
				packets := f.Packets(segments)
				rec, a := assemble(t, packets)
				check(t, rec, convs, segments)
				if p := a.Problems(); len(p) > 0 {
					t.Errorf("problems: %v", p)
				}
				for _, c := range rec.Conns {
					if c.End != streams.EndFIN || !c.SYN || len(c.Gaps[0])+len(c.Gaps[1]) > 0 {
						t.Errorf("connection %d: end %q, syn %v, gaps %v", c.Number, c.End, c.SYN, c.Gaps)
					}
				}
			})
		}
	}
}

// TestMangled mangles conversations in many ways, alone and together, and with
// many seeds: what was captured comes out whole, and what was not is a gap of
// the right size in the right place.
func TestMangled(t *testing.T) {
	type variety struct {
		streamstest.Mangle
		mss       int
		noSYN     bool
		noACK     bool
		fastOpen  bool
		wrap      bool
		end       streamstest.End
		snap      int
		size      int
		fragments int
	}
	M := func(m streamstest.Mangle) variety { return variety{Mangle: m} }
	varieties := map[string]variety{
		"clean":           M(streamstest.Mangle{}),
		"reorder 2":       M(streamstest.Mangle{Reorder: 2}),
		"reorder 40":      M(streamstest.Mangle{Reorder: 40}),
		"duplicate":       M(streamstest.Mangle{Duplicate: 1}),
		"retransmit":      M(streamstest.Mangle{Retransmit: 0.5}),
		"keep-alive":      M(streamstest.Mangle{KeepAlive: 0.5}),
		"lose 1%":         M(streamstest.Mangle{Lose: 0.01}),
		"lose 30%":        M(streamstest.Mangle{Lose: 0.3}),
		"lose all":        M(streamstest.Mangle{Lose: 1}),
		"everything":      M(streamstest.Mangle{Reorder: 30, Duplicate: 0.2, Retransmit: 0.2, KeepAlive: 0.1, Lose: 0.05}),
		"times shuffled":  M(streamstest.Mangle{Reorder: 20, Shuffle: true}),
		"single bytes":    {mss: 1, size: 500},
		"bytes, reorder":  {mss: 1, size: 500, Mangle: streamstest.Mangle{Reorder: 40, Duplicate: 0.1}},
		"wrap":            {wrap: true},
		"wrap, mangled":   {wrap: true, Mangle: streamstest.Mangle{Reorder: 20, Duplicate: 0.2, Retransmit: 0.3, Lose: 0.1}},
		"no SYN":          {noSYN: true},
		"no SYN, mangled": {noSYN: true, Mangle: streamstest.Mangle{Duplicate: 0.2, Retransmit: 0.2, Lose: 0.05}},
		"mid-stream":      {noSYN: true, Mangle: streamstest.Mangle{Skip: 5}},
		"no ACK":          {noACK: true, Mangle: streamstest.Mangle{Reorder: 20}},
		"no ACK, lossy":   {noACK: true, Mangle: streamstest.Mangle{Lose: 0.1}},
		"RST":             {end: streamstest.EndRST},
		"RST, mangled":    {end: streamstest.EndRST, Mangle: streamstest.Mangle{Reorder: 20, Lose: 0.1}},
		"open":            {end: streamstest.EndOpen},
		"fast open":       {fastOpen: true, Mangle: streamstest.Mangle{Duplicate: 0.3}},
		"snapped":         {snap: 400},
		"snapped, lossy":  {snap: 90, Mangle: streamstest.Mangle{Reorder: 10, Lose: 0.1, Duplicate: 0.2}},
		"headers only":    {snap: 54},
		"fragments":       {fragments: 400, Mangle: streamstest.Mangle{Reorder: 20, Duplicate: 0.2, Retransmit: 0.2}},
	}
	for name, v := range varieties {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(8) {
				rng := rand.New(rand.NewPCG(seed, 77))
				if v.size == 0 {
					v.size = 20_000
				}
				convs := streamstest.Random(rng, 4, v.size)
				for i := range convs {
					c := &convs[i]
					c.MSS, c.NoSYN, c.NoACK, c.FastOpen, c.End = v.mss, v.noSYN, v.noACK, v.fastOpen, v.end
					if v.fastOpen {
						c.Turns[0].Side = 0
					}
					if v.wrap {
						c.ISN = [2]uint32{-uint32(rng.IntN(v.size)), -uint32(rng.IntN(v.size))}
					}
				}
				segments := v.Apply(rng, streamstest.Merge(convs))
				f := streamstest.Framing{Link: pcapfile.LinkEthernet, Snap: v.snap, Pad: 60, Fragment: v.fragments}
				packets := f.Packets(segments)
				rec, _ := assemble(t, packets)
				check(t, rec, convs, segments)
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}
