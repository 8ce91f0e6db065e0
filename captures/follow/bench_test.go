// This file measures following: the way from packets to events.

package follow

import (
	"bytes"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// counter counts what it is told.
type counter struct{ commands, sessions int }

func (c *counter) Event(e *event.Event) {
	if e.Kind == event.Command {
		c.commands++
	}
}

func (c *counter) Connection(*event.Connection)      {}
func (c *counter) Session(*event.Session)            { c.sessions++ }
func (c *counter) Ignored(*event.Connection, string) {}

// BenchmarkFollow follows 500 connections that go on at the same time.
func BenchmarkFollow(b *testing.B) {
	convs := chatter(newRand(), 500, 8000)
	file := capture(streamstest.File{}, convs...)
	var packets, commands int
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		in, err := pcapfile.NewReader(bytes.NewReader(file))
		if err != nil {
			b.Fatal(err)
		}
		var c counter
		f := New(0, &c)
		var p pcapfile.Packet
		packets = 0
		for in.Next(&p) == nil {
			f.Packet(&p)
			packets++
		}
		f.Finish(streams.EndCapture)
		commands = c.commands
	}
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(float64(packets)*perSecond, "packets/s")
	b.ReportMetric(float64(commands)*perSecond, "commands/s")
}
