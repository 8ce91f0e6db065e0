// This file measures the index.

package index

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"msnscope/captures/event"
)

func BenchmarkInsert(b *testing.B) {
	x := open(b, filepath.Join(b.TempDir(), "index.sqlite"), Options{})
	all := made(1, 100_000)
	c := x.Create(1, "a", false)
	w := writer(b, x, c)
	n, size := int64(0), 0
	for b.Loop() {
		e := &all[n%int64(len(all))]
		n++
		size += len(e.Raw)
		e.ID = event.EventsPerCapture + n
		w.Event(e)
	}
	if err := x.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	s, _ := os.Stat(x.path)
	b.ReportMetric(float64(s.Size())/float64(n), "stored-B/event")
	b.ReportMetric(float64(size)/float64(n), "raw-B/event")
}

func filled(b *testing.B, n int64) *Index {
	x := open(b, filepath.Join(b.TempDir(), "index.sqlite"), Options{})
	all := made(1, 100_000)
	w := writer(b, x, x.Create(1, "a", false))
	fill(w, all[:1000])
	for i := int64(1000); i < n; i++ {
		e := &all[i%int64(len(all))]
		e.ID = event.EventsPerCapture + i + 1
		w.Event(e)
	}
	w.Finish(1, 1)
	if err := x.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	return x
}

func BenchmarkScan(b *testing.B) {
	const n = 1_000_000
	x := filled(b, n)
	c := x.Captures()[0]
	for _, depth := range []Depth{Kinds, Columns, Whole} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			s := &Scan{Depth: depth}
			for b.Loop() {
				for i := int64(1); i <= n; {
					r, _ := c.Find(i)
					if _, err := c.Read(&r, s); err != nil {
						b.Fatal(err)
					}
					i = r.End()
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	const n = 10_000_000
	x := filled(b, n)
	path := x.path
	x.Close()
	for b.Loop() {
		x, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if c := x.Captures()[0].Status().Events; c != n {
			b.Fatal(c)
		}
		x.Close()
	}
}
