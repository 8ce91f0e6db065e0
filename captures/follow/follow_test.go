// This file tests what a Follower makes of captures that somebody else made:
// what is left out, where the sides are, what is missing.

package follow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestIgnored(t *testing.T) {
	at := func(port uint16, script string) streamstest.Conversation {
		c := talk(0, script)
		c.Addr[0] = netip.AddrPortFrom(client.Addr(), port)
		return c
	}
	r := follow(t, capture(streamstest.File{},
		at(1, `C: GET / HTTP/1.1\r\n\r\n`),
		at(2, ``),
		at(3, `
			C: hello\r\n
			S: hello yourself\r\n`),
		at(4, `C: VER 1 MSNP7\r\n`),
		at(5, `S: SSH-2.0-OpenSSH_9\r\n`),
	))
	want := []string{
		"10.0.0.9:1 > 64.4.13.58:1863: HTTP",
		"10.0.0.9:5 > 64.4.13.58:1863: SSH",
		"10.0.0.9:2 > 64.4.13.58:1863: no data",
		"10.0.0.9:3 > 64.4.13.58:1863: no MSNP command",
	}
	if d := cmp.Diff(want, r.ignored); d != "" {
		t.Errorf("ignored (-want +got):\n%s", d)
	}
	if len(r.conns) != 1 || r.conns[1].Client.Port() != 4 || len(r.events) != 2 || r.events[1].Note != event.NoteUnfinished {
		t.Errorf("connections: %v", r.conns)
	}
}

// When a capture has as many connections as there are ids, others are told as left
// out, and those before go on.
func TestMoreConnectionsThanIDs(t *testing.T) {
	second := talk(1000, `
		C: PNG\r\n
		S: QNG\r\n`)
	second.Addr[0] = netip.AddrPortFrom(client.Addr(), 2)
	r := newTold(t)
	f := New(3, r)
	f.Resume(0, maxConnections-1, 0)
	packets(t, capture(streamstest.File{}, talk(0, `
		C: VER 1 MSNP7\r\n
		S: VER 1 MSNP7\r\n
		C: INF 2\r\n`), second), f.Packet)
	f.Finish(streams.EndCapture)
	if len(r.conns) != 1 || !r.conns[3*event.ConnectionsPerCapture+maxConnections].MSNP || len(r.events) != 3 {
		t.Errorf("connections %v, %d events", r.conns, len(r.events))
	}
	if d := cmp.Diff([]string{"10.0.0.9:2 > 64.4.13.58:1863: the capture has more than 990000 conversations: cut it into several"}, r.ignored); d != "" {
		t.Errorf("ignored (-want +got):\n%s", d)
	}
}

// A connection is given up as not MSNP after some bytes, or some packets.
func TestUndecidedIsBounded(t *testing.T) {
	for _, c := range []streamstest.Conversation{
		talk(0, "C: "+strings.Repeat("x", 3*decode.RecogniseLimit)),
		talk(0, strings.Repeat("C: x\nS: y\n", maxHeld)),
	} {
		r := newTold(t)
		f := New(0, r)
		var held int
		packets(t, capture(streamstest.File{}, c), func(p *pcapfile.Packet) {
			f.Packet(p)
			held++
			if len(r.ignored) == 0 && held > 3*maxHeld {
				t.Fatal("still undecided")
			}
		})
		if len(r.ignored) != 1 {
			t.Errorf("ignored: %q", r.ignored)
		}
	}
}

// In captures that begin in the middle of a connection the sides are told by
// what they say, or else by the port.
func TestSwappedSides(t *testing.T) {
	turns := `
		S: NLN NLN c@d.e C\r\n
		C: PNG\r\n
		S: QNG\r\n`
	for _, c := range []struct {
		name   string
		script string
		port   [2]uint16 // of the sender of the first packet, and the other
		swap   bool
	}{
		{"server first", turns, [2]uint16{1864, 1044}, true},
		{"server first, both on unknown ports", turns, [2]uint16{7000, 7001}, true},
		{"client first", "C: PNG\\r\\n\n" + turns, [2]uint16{1044, 1864}, false},
		{"the port tells", "C: OUT\\r\\n\nS: VER 3 MSNP7\\r\\n", [2]uint16{1863, 1044}, true},
		{"nothing tells", "C: OUT\\r\\n\nS: VER 3 MSNP7\\r\\n", [2]uint16{2000, 2001}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			conv := talk(0, c.script)
			conv.NoSYN, conv.NoACK, conv.End = true, true, streamstest.EndOpen
			first := conv.Turns[0].Side
			for side := range 2 {
				conv.Addr[side^first] = netip.AddrPortFrom(conv.Addr[side^first].Addr(), c.port[side])
			}
			r := follow(t, capture(streamstest.File{}, conv))
			if len(r.conns) != 1 {
				t.Fatalf("connections: %v, ignored: %q", r.conns, r.ignored)
			}
			got, side := r.conns[1], first
			if c.swap {
				side = 1 - first
			}
			if got.Client != conv.Addr[side] || got.Server != conv.Addr[1-side] {
				t.Errorf("client %v, server %v; conversation of %v", got.Client, got.Server, conv.Addr)
			}
			for dir := range decode.Direction(2) {
				if want := conv.Stream(side ^ int(dir)); !bytes.Equal(r.stream(1, dir), want) {
					t.Errorf("%v: %q, want %q", dir, r.stream(1, dir), want)
				}
			}
		})
	}
}

func TestGaps(t *testing.T) {
	conv := talk(0, `
		C: ANS 1 a@b.c 17.4 9\r\n
		S: ANS 1 OK\r\n
		S: MSG c@d.e C 20\r\n12345
		S: 67890
		S: 1234567890
		S: BYE c@d.e\r\n
		C: MSG 2 N 3\r\nabc
		C: OU
		C: T\r\n`)
	segments := conv.Segments(0)
	segments = slices.DeleteFunc(segments, func(s streamstest.Segment) bool {
		return string(s.Data) == "67890" || string(s.Data) == "OU"
	})
	r := follow(t, streamstest.File{}.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(segments)))
	slices.SortStableFunc(r.events, func(a, b event.Event) int { return int(a.Dir) - int(b.Dir) })
	r.want(
		`c2s command "ANS 1 a@b.c 17.4 9\r\n"`,
		`c2s command "MSG 2 N 3\r\nabc"`,
		`c2s gap 2`,
		`c2s raw "T\r\n" `+decode.WhyAfterGap,
		`s2c command "ANS 1 OK\r\n"`,
		`s2c raw "MSG c@d.e C 20\r\n12345" `+decode.WhyCutByGap,
		`s2c gap 5`,
		`s2c raw "1234567890" `+decode.WhyAfterGap,
		`s2c command "BYE c@d.e\r\n"`,
	)
	if n := r.events[8].N; n != 1 {
		t.Errorf("BYE is command %d of its direction", n)
	}
}

// Reports in between change neither events nor what is told in the end.
func TestReport(t *testing.T) {
	file := capture(streamstest.File{}, chatter(newRand(), 20, 500)...)
	want := follow(t, file)
	got := newTold(t)
	f := New(0, got)
	packets(t, file, func(p *pcapfile.Packet) {
		f.Packet(p)
		f.Report()
		for _, c := range got.conns {
			if s, ok := got.sessions[c.Session]; ok && c.Live != s.Live {
				t.Fatalf("connection %d live: %v, session: %v", c.ID, c.Live, s.Live)
			}
		}
	})
	f.Finish(streams.EndCapture)
	got.recount()
	if want.listing() != got.listing() {
		t.Error("other events")
	}
	same := cmp.Options{cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}
	if d := cmp.Diff(want.conns, got.conns, same); d != "" {
		t.Errorf("connections (-at the end +in between):\n%s", d)
	}
	if d := cmp.Diff(want.sessions, got.sessions, same); d != "" {
		t.Errorf("sessions (-at the end +in between):\n%s", d)
	}
}

// What was said about sessions and connections that are over is not kept.
func TestMemoryIsThatOfWhatGoesOn(t *testing.T) {
	r := newTold(t)
	f := New(0, r)
	var p pcapfile.Packet
	for i := range 3 * minPrune {
		c := talk(int64(i)*1e9, fmt.Sprintf(`C: USR 1 user%d@b.c 17.4\r\n`, i))
		c.Addr[0] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1044)
		for _, p = range (streamstest.Framing{Link: pcapfile.LinkEthernet}).Packets(c.Segments(0)) {
			f.Packet(&p)
		}
		if len(f.sessions) > minPrune || len(f.conns) > 16 {
			t.Fatalf("after %d connections %d sessions and %d connections are kept", i, len(f.sessions), len(f.conns))
		}
	}
	f.Finish(streams.EndCapture)
	r.recount()
	if len(r.sessions) != 3*minPrune {
		t.Errorf("%d sessions", len(r.sessions))
	}
}
