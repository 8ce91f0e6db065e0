// This file tests that memory is bounded, whatever the packets are.

package streams

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/decode/costtest"
)

// nothing is a Sink that counts.
type nothing struct{ open, ended, idle, data, gaps int }

func (s *nothing) Open(*Conn, int64)                      { s.open++ }
func (s *nothing) Data(_ *Conn, _ int, _ int64, p []byte) { s.data += len(p) }
func (s *nothing) Gap(_ *Conn, _ int, _ int64, n int64)   { s.gaps += int(n) }
func (s *nothing) Comment(*Conn, int, int64, string)      {}
func (s *nothing) Close(*Conn, int, int64)                {}
func (s *nothing) End(_ *Conn, _ int64, how string) {
	s.ended++
	if how == EndIdle {
		s.idle++
	}
}

// raw returns a packet of LINKTYPE_RAW. It is used again by the next call.
func raw(buf []byte, src, dst netip.AddrPort, flags uint8, seq, ack uint32, data []byte) []byte {
	b := append(buf[:0], 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(40+len(data)))
	b = append(b, 0, 0, 0, 0, 64, 6, 0, 0)
	b = append(b, src.Addr().AsSlice()...)
	b = append(b, dst.Addr().AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 0x50, flags, 0, 0, 0, 0, 0, 0)
	return append(b, data...)
}

func peer(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1024)
}

var server = netip.MustParseAddrPort("64.4.13.58:1863")

// feed hands packets to an Assembler, a microsecond apart.
type feed struct {
	*Assembler
	p   pcapfile.Packet
	buf []byte
}

func (f *feed) send(src, dst netip.AddrPort, flags uint8, seq, ack uint32, data []byte) {
	f.buf = raw(f.buf, src, dst, flags, seq, ack, data)
	f.p = pcapfile.Packet{Number: f.p.Number + 1, Time: f.p.Time + 1000, Link: pcapfile.LinkRaw, Data: f.buf, Length: len(f.buf)}
	f.Packet(&f.p)
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A long capture costs no more than a short one: what is known of connections
// that have ended is forgotten with time, but for the last few.
func TestEndedConnectionsAreForgotten(t *testing.T) {
	f := &feed{Assembler: NewAssembler(&nothing{})}
	most := 0
	for i := range 60_000 { // one a second, so that some hours pass
		f.p.Time += 1e9
		f.send(peer(i), server, flagSYN, 1, 0, nil)
		f.send(server, peer(i), flagSYN|flagACK, 1, 2, nil)
		f.send(peer(i), server, flagACK|flagRST, 2, 2, []byte("OUT\r\n"))
		most = max(most, len(f.stubs.young)+len(f.stubs.old))
	}
	if most > 3*fewStubs {
		t.Errorf("%d connections are remembered", most)
	}
}

func TestSYNFlood(t *testing.T) {
	sink := &nothing{}
	f := &feed{Assembler: NewAssembler(sink)}
	before := heap()
	const n = 4 * maxStubs
	for i := range n {
		f.send(peer(i), server, flagSYN, uint32(i), 0, nil)
		f.send(server, peer(i), flagSYN|flagACK, uint32(i), uint32(i+1), nil)
	}
	if n := len(f.stubs.young) + len(f.stubs.old); n > 2*maxStubs {
		t.Errorf("%d stubs", n)
	}
	if grown := heap() - before; grown > 64<<20 {
		t.Errorf("a SYN flood takes %d MB", grown>>20)
	}
	if sink.open != 0 {
		t.Errorf("%d connections opened", sink.open)
	}
	// The youngest are still known.
	f.send(peer(n-1), server, flagACK, n, n, []byte("hi"))
	f.Flush(EndCapture)
	if sink.open != 1 || sink.data != 2 {
		t.Errorf("%+v", *sink)
	}
}

func TestManyConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("300,000 connections")
	}
	sink := &nothing{}
	f := &feed{Assembler: NewAssembler(sink)}
	const n = maxConns + 50_000
	for i := range n {
		f.send(peer(i), server, flagSYN, 99, 0, nil)
		f.send(peer(i), server, flagACK, 100, 1, []byte("hi"))
		f.send(peer(0), server, flagACK, 100+uint32(2+i), 1, []byte("!")) // stays awake
	}
	if len(f.conns) != maxConns || len(f.byKey) != maxConns {
		t.Errorf("%d and %d connections are followed, want %d", len(f.conns), len(f.byKey), maxConns)
	}
	f.Flush(EndCapture)
	if sink.open != n || sink.ended != n || sink.idle != n-maxConns {
		t.Errorf("%d opened, %d ended, %d of them idle", sink.open, sink.ended, sink.idle)
	}
	if len(f.conns) != 0 || len(f.byKey) != 0 || f.buffered != 0 || f.holes.first != nil || f.starts.first != nil {
		t.Error("something is left after Flush")
	}
}

// A section that ends nothing must not cost what all connections cost.
func TestManySections(t *testing.T) {
	costtest.Proportionate(t, 1<<15, func(n int) func() {
		f := &feed{Assembler: NewAssembler(&nothing{})}
		for i := range n {
			f.send(peer(i), server, flagACK, 100, 1, []byte("hi"))
		}
		return func() {
			for i := range n {
				f.Packet(&pcapfile.Packet{Number: int64(i), Section: i + 1, Link: pcapfile.LinkRaw, Data: []byte{0}, Length: 1})
			}
		}
	})
}

// TestHoles checks the limits of what waits for missing bytes, of a side and of
// all.
func TestHoles(t *testing.T) {
	data := make([]byte, 1400)
	t.Run("of a side", func(t *testing.T) {
		sink := &nothing{}
		f := &feed{Assembler: NewAssembler(sink)}
		f.send(peer(1), server, flagSYN, 99, 0, nil)
		for i := range 2000 {
			f.send(peer(1), server, flagACK, 200+uint32(i*len(data)), 1, data)
			if f.buffered > maxSideBytes+len(data)+waitingOverhead {
				t.Fatalf("%d bytes wait", f.buffered)
			}
		}
		if sink.gaps != 100 || sink.data != 2000*len(data) || f.buffered != 0 {
			t.Errorf("%+v, %d bytes wait", *sink, f.buffered)
		}
	})
	t.Run("small segments", func(t *testing.T) {
		sink := &nothing{}
		f := &feed{Assembler: NewAssembler(sink)}
		f.send(peer(1), server, flagSYN, 99, 0, nil)
		for i := range 5000 { // every other byte is missing
			f.send(peer(1), server, flagACK, 200+uint32(i*2), 1, data[:1])
			if n := len(f.conns[0].half[0].waiting) + len(f.conns[0].half[1].waiting); n > maxSideSegments {
				t.Fatalf("%d segments wait", n)
			}
		}
		f.Flush(EndCapture)
		if sink.data != 5000 || sink.gaps != 100+4999 {
			t.Errorf("%+v", *sink)
		}
	})
	t.Run("of all", func(t *testing.T) {
		sink := &nothing{}
		f := &feed{Assembler: NewAssembler(sink)}
		const conns, segments = 500, 200
		for i := range conns {
			f.send(peer(i), server, flagSYN, 99, 0, nil)
			f.send(peer(i), server, flagACK, 100, 1, nil)
		}
		for s := range segments {
			for i := range conns {
				f.send(peer(i), server, flagACK, 200+uint32(s*len(data)), 1, data)
				if f.buffered > maxWaitingBytes {
					t.Fatalf("%d bytes wait", f.buffered)
				}
			}
		}
		f.Flush(EndCapture)
		if sink.gaps != 100*conns || sink.data != conns*segments*len(data) {
			t.Errorf("%+v", *sink)
		}
	})
}

// TestFragmentLimits checks what is kept of fragments that never become whole.
func TestFragmentLimits(t *testing.T) {
	a := NewAssembler(&nothing{})
	rng := rand.New(rand.NewPCG(1, 1))
	p := pcapfile.Packet{Link: pcapfile.LinkRaw}
	for i := range 200_000 {
		b := raw(nil, peer(1), server, flagACK, 1, 1, make([]byte, 8*(1+rng.IntN(100))-4))
		binary.BigEndian.PutUint16(b[4:], uint16(rng.IntN(1<<16)))
		binary.BigEndian.PutUint16(b[6:], 0x2000|uint16(rng.IntN(1000)))
		p.Number, p.Time, p.Data, p.Length = int64(i), int64(i)*1e5, b, len(b)
		a.Packet(&p)
		f := &a.fragments
		if f.held > maxFragmentBytes+maxDatagram || len(f.order) > maxDatagrams+1 || len(f.waiting) > len(f.order) {
			t.Fatalf("%d bytes, %d datagrams, %d in order", f.held, len(f.waiting), len(f.order))
		}
	}
	a.Flush(EndCapture)
	if f := &a.fragments; f.held != 0 || len(f.waiting) != 0 {
		t.Errorf("after Flush: %d bytes, %d datagrams", f.held, len(f.waiting))
	}
	if got := fmt.Sprint(a.Problems()[0].Text); got != reasonText[lostFragment] {
		t.Errorf("problem %q", got)
	}
}
