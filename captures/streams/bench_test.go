// This file measures reading and assembling a generated capture.

package streams_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// chat is a capture of some 100 MB: 4,000 connections, about 100 at a time, of
// packets of 150 bytes on average.
func chat(mangle streamstest.Mangle) []byte {
	rng := rand.New(rand.NewPCG(5, 6))
	convs := streamstest.Random(rng, 4000, 0)
	for i := range convs {
		c := &convs[i]
		c.Start = 1_000_000_000e9 + int64(i)*10e6
		c.Step = 6e6
		c.Turns = nil
		for range 82 {
			c.Turns = append(c.Turns, streamstest.Turn{Side: rng.IntN(2), Data: streamstest.Text(rng, 30+rng.IntN(260))})
		}
	}
	segments := mangle.Apply(rng, streamstest.Merge(convs))
	return streamstest.File{}.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(segments))
}

var clean = sync.OnceValue(func() []byte { return chat(streamstest.Mangle{}) })

// counter is a Sink that only counts.
type counter struct{ conns, bytes, gaps int64 }

func (s *counter) Open(*streams.Conn, int64)                         { s.conns++ }
func (s *counter) Data(_ *streams.Conn, _ int, _ int64, p []byte)    { s.bytes += int64(len(p)) }
func (s *counter) Gap(_ *streams.Conn, _ int, _ int64, n int64)      { s.gaps += n }
func (s *counter) Comment(_ *streams.Conn, _ int, _ int64, _ string) {}
func (s *counter) Close(_ *streams.Conn, _ int, _ int64)             {}
func (s *counter) End(_ *streams.Conn, _ int64, _ string)            {}

func run(b *testing.B, file []byte) (packets int64, sink counter) {
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	a := streams.NewAssembler(&sink)
	var p pcapfile.Packet
	for {
		if err := r.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		a.Packet(&p)
		packets++
	}
	a.Flush(streams.EndCapture)
	return packets, sink
}

func BenchmarkAssemble(b *testing.B) {
	measure := func(b *testing.B, file []byte) {
		b.SetBytes(int64(len(file)))
		b.ReportAllocs()
		var packets int64
		for b.Loop() {
			n, sink := run(b, file)
			if sink.conns != 4000 {
				b.Fatalf("%+v", sink)
			}
			packets += n
		}
		b.ReportMetric(float64(packets)/b.Elapsed().Seconds(), "packets/s")
		b.ReportMetric(float64(len(file))*float64(b.N)/float64(packets), "B/packet")
	}
	b.Run("clean", func(b *testing.B) { measure(b, clean()) })
	b.Run("reordered", func(b *testing.B) {
		measure(b, chat(streamstest.Mangle{Reorder: 500, Duplicate: 0.05, Retransmit: 0.05}))
	})
	b.Run("lossy", func(b *testing.B) { measure(b, chat(streamstest.Mangle{Lose: 0.05})) })
}

// BenchmarkRead is the part of BenchmarkAssemble that reads.
func BenchmarkRead(b *testing.B) {
	for _, v := range []struct {
		name string
		file []byte
	}{{"pcap", clean()}, {"pcapng", reformat(b, clean())}} {
		b.Run(v.name, func(b *testing.B) {
			b.SetBytes(int64(len(v.file)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := pcapfile.NewReader(bytes.NewReader(v.file))
				if err != nil {
					b.Fatal(err)
				}
				var p pcapfile.Packet
				for err = r.Next(&p); err == nil; err = r.Next(&p) {
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}

// reformat makes a pcapng file of a pcap file.
func reformat(b *testing.B, file []byte) []byte {
	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	var packets []pcapfile.Packet
	var p pcapfile.Packet
	for r.Next(&p) == nil {
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
	return streamstest.File{NG: true, Nano: true}.Bytes(packets)
}
