// This file tests for many captures, and for whatever bytes the fuzzer finds,
// that nothing of a stream is lost or said twice.

package follow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

// TestEventsAreTheStream mangles captures and compares the events of each
// direction with its stream as the assembler delivers it.
func TestEventsAreTheStream(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 0))
		convs := chatter(rng, 1+rng.IntN(12), 2000)
		file := streamstest.File{NG: rng.IntN(2) == 0}
		if file.NG && rng.IntN(2) == 0 {
			file = live
		}
		if seed%2 == 0 {
			tr := streamstest.NewTransfer(rng.IntN(9000))
			tr.SenderConnects, tr.NoEnd = rng.IntN(2) == 0, rng.IntN(2) == 0
			convs = append(convs, tr.Invitation(), tr.Connection())
		}
		for i := range convs {
			convs[i].NoSYN = file.Application == "" && rng.IntN(4) == 0
			convs[i].MSS = []int{1460, 100, 7, 1}[rng.IntN(4)]
			convs[i].End = streamstest.End(rng.IntN(3))
			if rng.IntN(4) == 0 { // bytes that are no command
				turn := &convs[i].Turns[rng.IntN(len(convs[i].Turns))]
				turn.Data = append(turn.Data, "what?\nMSG 1 2 3 99999999\r\n\x00\xff"...)
			}
		}
		mangle := streamstest.Mangle{Reorder: rng.IntN(20), Duplicate: 0.05, Retransmit: 0.05, Lose: []float64{0, 0.02}[rng.IntN(2)]}
		packed := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(mangle.Apply(rng, streamstest.Merge(convs)))
		checkStreams(t, fmt.Sprint("seed ", seed), packed)
	}
}

// checkStreams follows packets, and compares.
func checkStreams(t *testing.T, name string, packed []pcapfile.Packet) {
	t.Helper()
	var rec streamstest.Recorder
	a := streams.NewAssembler(&rec)
	r := newTold(t)
	f := New(0, r)
	for i := range packed {
		a.Packet(&packed[i])
		f.Packet(&packed[i])
	}
	a.Flush(streams.EndCapture)
	f.Finish(streams.EndCapture)
	r.recount()
	byAddr := map[string][]*streamstest.Recorded{} // in order, as ids are
	for _, c := range rec.Conns {
		byAddr[key(c.Addr[0], c.Addr[1])] = append(byAddr[key(c.Addr[0], c.Addr[1])], c)
	}
	for id, c := range r.conns {
		list := byAddr[key(c.Client, c.Server)]
		if len(list) != 1 || strings.HasPrefix(c.Via, event.ViaGateway) {
			continue // one of them may have been ignored: which one is which?
		}
		for dir := range decode.Direction(2) {
			side := int(dir)
			if list[0].Addr[0] != c.Client {
				side = 1 - side
			}
			if want := withGaps(list[0], side); !bytes.Equal(r.stream(id, dir), want) {
				t.Errorf("%s: connection %d %v: events hold\n%q\nof the stream\n%q", name, id, dir, r.stream(id, dir), want)
			}
		}
		var n [2]int64
		for i := range r.events {
			if e := &r.events[i]; e.Connection == id && e.Kind == event.Command {
				if e.N != n[e.Dir] {
					t.Errorf("%s: connection %d %v: command %d is number %d", name, id, e.Dir, n[e.Dir], e.N)
				}
				n[e.Dir]++
			}
		}
	}
}

func key(a, b fmt.Stringer) string {
	if x, y := a.String(), b.String(); x > y {
		return y + x
	}
	return a.String() + b.String()
}

// withGaps is a stream with "?" for missing bytes.
func withGaps(c *streamstest.Recorded, side int) []byte {
	var b []byte
	data := c.Stream[side].Bytes()
	for _, g := range c.Gaps[side] {
		n := int(g.At) - len(b)
		b = append(b, data[:n]...)
		data = data[n:]
		b = append(b, bytes.Repeat([]byte("?"), int(g.N))...)
	}
	return append(b, data...)
}

// FuzzFollow takes any file. If it is no capture its bytes become the bytes of
// packets of one.
func FuzzFollow(f *testing.F) {
	f.Add(capture(streamstest.File{}, talk(0, `
		C: VER 1 MSNP7\r\n
		S: VER 1 MSNP7\r\n`)))
	f.Add(capture(live, talk(0, `
		+ opened: to it
		C: ANS 1 a@b.c 17.4 9\r\n
		+ rewrote s2c bytes from 4: sent "1", delivered "22"
		S: ANS 1 OK\r\n`)))
	f.Add(capture(streamstest.File{}, gatewayChat()...))
	f.Add(capture(live, gatewayChat()[0], binary(socks5+signIn)))
	f.Add([]byte("\x80POST /gateway.dll?Action=open HTTP/1.1\r\n\r\n"))
	f.Add([]byte("MSG 1 N 5\r\nhelloOUT\r\n"))
	tr := streamstest.NewTransfer(100)
	f.Add(capture(streamstest.File{}, tr.Invitation(), tr.Connection()))
	f.Add([]byte("\x07VER MSNFTP\r\nFIL 3\r\n\x00\x03\x00abc\x01\x00\x00"))
	f.Add([]byte("NLN NLN a@b.c A\r\nFLN a@b.c\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if in, err := pcapfile.NewReader(bytes.NewReader(b)); err == nil {
			r := newTold(t)
			follower := New(0, r)
			var p pcapfile.Packet
			for in.Next(&p) == nil { // up to the first damage
				follower.Packet(&p)
			}
			follower.Finish(streams.EndCapture)
			r.recount()
			return
		}
		// The first byte says how the others are cut up.
		c := talk(0, "")
		if len(b) > 0 {
			n := 1 + int(b[0])
			for i := 1; i < len(b); i += n {
				c.Turns = append(c.Turns, streamstest.Turn{Side: int(b[i]) & 1, Data: b[i:min(i+n, len(b))]})
			}
			c.NoSYN = b[0]&1 == 0
		}
		checkStreams(t, "fuzz", streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(c.Segments(0)))
	})
}
