// This file measures asking for a roster and feeding one.

package roster

import (
	"testing"

	"msnscope/decode"
)

func benchmarkAt(b *testing.B, people int) {
	s := newSession(1, people).run(10000)
	var tl Timeline
	play(b, &tl, s.lines)
	n := int64(0)
	for b.Loop() {
		n = (n + 7919) % int64(len(s.lines))
		tl.At(n)
	}
	b.ReportMetric(float64(len(tl.log)), "changes")
}

func BenchmarkAt150(b *testing.B) { benchmarkAt(b, 150) }
func BenchmarkAt600(b *testing.B) { benchmarkAt(b, 600) }

// BenchmarkFeed feeds a SYN of 600 contacts and 10,000 changes.
func BenchmarkFeed(b *testing.B) {
	s := newSession(1, 600).run(10000)
	type step struct {
		dir decode.Direction
		a   decode.Annotation
	}
	var steps []step
	c := decode.NewConn()
	for _, line := range s.lines {
		dir := decode.C2S
		if line[0] == 'S' {
			dir = decode.S2C
		}
		c.Feed(dir, []byte(line[2:]), func(dir decode.Direction, f *decode.Frame) {
			steps = append(steps, step{dir, decode.Annotate(f.Raw, f.Line, f.Body, c.Context(dir))})
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		var tl Timeline
		for i := range steps {
			tl.Feed(int64(i+1), 0, steps[i].dir, &steps[i].a)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(steps)), "ns/command")
}
