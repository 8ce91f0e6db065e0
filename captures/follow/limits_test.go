// This file tests that memory is bounded, whatever is captured, and that what
// is given up for that is seen.

package follow

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
	"msnscope/decode/costtest"
)

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// tally is a sink that counts.
type tally struct {
	commands, raw, gaps int
	bytes, missing      int64
	why                 map[string]int
}

func (c *tally) Event(e *event.Event) {
	c.bytes += int64(len(e.Raw))
	switch e.Kind {
	case event.Command:
		c.commands++
	case event.Raw:
		c.raw++
		if c.why == nil {
			c.why = map[string]int{}
		}
		c.why[e.Text]++
	case event.Gap:
		c.gaps++
		c.missing += e.Missing
	}
}
func (c *tally) Connection(*event.Connection)      {}
func (c *tally) Session(*event.Session)            {}
func (c *tally) Ignored(*event.Connection, string) {}

// endless is a pcap file with one stream of so many bytes, made as it is read:
// chat messages, and every 64 KiB one packet that was not captured.
type endless struct {
	left   int64 // bytes of the stream
	seq    uint32
	number int
	buf    []byte
}

const holeEvery = 64 << 10

func (e *endless) Read(p []byte) (int, error) {
	if len(e.buf) == 0 {
		if e.left <= 0 {
			return 0, io.EOF
		}
		e.fill()
	}
	n := copy(p, e.buf)
	e.buf = e.buf[n:]
	return n, nil
}

var endlessBody = []byte(fmt.Sprintf("%-1380s", "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nand so on "))

func (e *endless) fill() {
	c := streamstest.Segment{Src: client, Dst: server, Flags: streamstest.ACK, Seq: e.seq}
	first := e.number == 0
	if first {
		c.Flags, c.Seq = streamstest.SYN, e.seq-1
	} else {
		c.Data = append(fmt.Appendf(nil, "MSG %d N %d\r\n", e.number, len(endlessBody)), endlessBody...)
	}
	e.number++
	c.Time = 1e18 + int64(e.number)*1e5
	e.seq += uint32(len(c.Data))
	e.left -= int64(len(c.Data))
	if e.number%(holeEvery/1400) == 0 {
		e.fill()
		return
	}
	b := streamstest.File{}.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets([]streamstest.Segment{c}))
	if !first {
		b = b[24:]
	}
	e.buf = b
}

// followEndless follows a stream of n bytes and returns the most heap in use.
func followEndless(t testing.TB, n int64) (c tally, most int) {
	in, err := pcapfile.NewReader(&endless{left: n, seq: 1 << 31})
	if err != nil {
		t.Fatal(err)
	}
	f := New(0, &c)
	var p pcapfile.Packet
	for i := 0; ; i++ {
		if err := in.Next(&p); err != nil {
			break
		}
		f.Packet(&p)
		if i%20_000 == 0 {
			most = max(most, heap())
		}
	}
	f.Finish(streams.EndCapture)
	return c, most
}

// TestLongStream: a stream costs the same memory however long it is, and what is
// missing of it is told.
func TestLongStream(t *testing.T) {
	before := heap()
	const n = 128 << 20
	c, most := followEndless(t, n)
	if grown := most - before; grown > 16<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	if c.bytes+c.missing < n || c.gaps < n/holeEvery || c.raw != 0 || c.commands+c.gaps < n/1400 {
		t.Errorf("%+v", c)
	}
}

// BenchmarkStream4GB follows a stream of 4 GB, around which sequence numbers
// wrap.
func BenchmarkStream4GB(b *testing.B) {
	before := heap()
	for b.Loop() {
		c, most := followEndless(b, 4<<30)
		if c.bytes+c.missing < 4<<30 || c.raw != 0 {
			b.Fatalf("%+v", c)
		}
		b.ReportMetric(float64(most-before)/(1<<20), "heap-MB")
	}
	b.SetBytes(4 << 30)
}

// TestUnfinishedCommands: many connections that begin long commands, and do not
// end them.
func TestUnfinishedCommands(t *testing.T) {
	const conns, piece = 200, 1 << 20
	before := heap()
	var c tally
	f := New(0, &c)
	var seq [conns]uint32
	send := func(i int, flags uint8, data []byte) {
		s := streamstest.Segment{
			Src: netip.AddrPortFrom(client.Addr(), uint16(2000+i)), Dst: server, Flags: flags, Seq: seq[i], Data: data, Time: 1e18,
		}
		seq[i] += uint32(len(data))
		if flags&streamstest.SYN != 0 {
			seq[i]++
		}
		for _, p := range (streamstest.Framing{Link: pcapfile.LinkRaw}).Packets([]streamstest.Segment{s}) {
			f.Packet(&p)
		}
	}
	chunk := make([]byte, 32<<10)
	for i := range conns {
		send(i, streamstest.SYN, nil)
		send(i, streamstest.ACK, []byte("ANS 1 a@b.c 17.4 9\r\n"))
		send(i, streamstest.ACK, fmt.Appendf(nil, "MSG 2 N %d\r\n", piece+1))
		for range piece / len(chunk) {
			send(i, streamstest.ACK, chunk)
			if f.holders.waiting > maxWaiting {
				t.Fatalf("%d bytes wait", f.holders.waiting)
			}
		}
	}
	if grown := heap() - before; grown > 2*maxWaiting {
		t.Errorf("%d MB are kept", grown>>20)
	}
	given := c.why[decode.WhyHeld]
	if given < conns-2*maxWaiting/piece || given >= conns {
		t.Errorf("%d commands were given up", given)
	}
	// Where they end, commands are found again.
	c.commands = 0
	for i := range conns {
		send(i, streamstest.ACK, []byte("xOUT\r\n"))
	}
	f.Finish(streams.EndCapture)
	if want := conns + conns - given; c.commands != want {
		t.Errorf("%d commands, want %d", c.commands, want)
	}
	if f.holders.waiting != 0 || f.holders.first != nil {
		t.Error("something is left")
	}
}

// TestManyUndecided: many connections of which nothing tells what they are.
func TestManyUndecided(t *testing.T) {
	var c tally
	f := New(0, &c)
	before := heap()
	const conns = 18_000
	for k := range 3 {
		for i := range conns {
			addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
			s := streamstest.Segment{
				Src: netip.AddrPortFrom(addr, 1044), Dst: server, Flags: streamstest.ACK,
				Seq: 100 + uint32(k*1000), Data: make([]byte, 1000), Time: 1e18 + int64(k)*1e9,
			}
			for j := range s.Data {
				s.Data[j] = "MSG 1 N 9\n"[0]
			}
			if k == 0 {
				s.Flags, s.Seq, s.Data = streamstest.SYN, 99+1000, nil
			}
			for _, p := range (streamstest.Framing{Link: pcapfile.LinkRaw}).Packets([]streamstest.Segment{s}) {
				f.Packet(&p)
			}
			if f.holders.waiting > maxWaiting {
				t.Fatalf("%d bytes wait", f.holders.waiting)
			}
		}
	}
	t.Logf("%d bytes wait; a connection takes %d bytes", f.holders.waiting, (heap()-before)/conns)
	f.Finish(streams.EndCapture)
	if f.holders.waiting != 0 || f.holders.first != nil {
		t.Error("something is left")
	}
}

// TestManyThatWait: many connections that begin something else than a command
// and do not end it.
func TestManyThatWait(t *testing.T) {
	long := func(s string, n int) []byte { return append([]byte(s), bytes.Repeat([]byte("y"), n)...) }
	for name, said := range map[string][]byte{
		"a CONNECT":    long("CONNECT a.b:1863 HTTP/1.0\r\nX: ", 8000),
		"a SOCKS":      append([]byte{5, 255}, bytes.Repeat([]byte{0}, 200)...),
		"a head":       long("POST /gateway/gateway.dll?Action=open&Server=NS&IP=a.b HTTP/1.1\r\nX: ", 16000),
		"a body":       long("POST /gateway/gateway.dll?Action=open&Server=NS&IP=a.b HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 60000),
		"a whole body": long("POST /gateway/gateway.dll?Action=open&Server=NS&IP=a.b HTTP/1.1\r\nContent-Length: 60000\r\n\r\n", 60000),
		"other bodies": long("POST /gateway/gateway.dll?Action=open&Server=NS&IP=a.b HTTP/1.1\r\nContent-Length: 0\r\n\r\n"+
			"POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n", 60000),
	} {
		t.Run(name, func(t *testing.T) {
			var c tally
			f := New(0, &c)
			before := heap()
			conns := min(3*maxWaiting/len(said), 60_000)
			for i := range conns {
				s := streamstest.Segment{
					Src: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1044), Dst: server,
					Flags: streamstest.SYN, Seq: 99, Time: 1e18,
				}
				for at := 0; at <= len(said); at += 30_000 {
					for _, p := range (streamstest.Framing{Link: pcapfile.LinkRaw}).Packets([]streamstest.Segment{s}) {
						f.Packet(&p)
					}
					s.Flags, s.Seq, s.Data = streamstest.ACK, 100+uint32(at), said[at:min(at+30_000, len(said))]
				}
				for _, p := range (streamstest.Framing{Link: pcapfile.LinkRaw}).Packets([]streamstest.Segment{s}) {
					f.Packet(&p)
				}
				if f.holders.waiting > maxWaiting {
					t.Fatalf("%d bytes wait", f.holders.waiting)
				}
			}
			if grown := heap() - before - 3000*conns; grown > 3*maxWaiting/2 {
				t.Errorf("%d MB are kept of %d", grown>>20, conns*len(said)>>20)
			}
			runtime.KeepAlive(f)
			f.Finish(streams.EndCapture)
			if f.holders.waiting != 0 || f.holders.first != nil {
				t.Errorf("%d bytes are left", f.holders.waiting)
			}
		})
	}
}

// The connections that end must not each cost what those that go on do.
func TestReportsAmongMany(t *testing.T) {
	costtest.Proportionate(t, 1<<15, func(n int) func() {
		f := New(1, &tally{})
		f.conns = make([]*conn, 0, n+1) // so that only few of them can be let go at a time
		for range n {
			f.report(new(conn))
		}
		return func() {
			for range n {
				f.report(&conn{ended: true})
			}
		}
	})
}
