// This file measures the alignment of sides of 100,000 events, the worst
// first: nothing is the same, nothing tells one event from another.

package compare

import (
	"context"
	"math/rand/v2"
	"testing"
)

func BenchmarkAlign(b *testing.B) {
	const n = 100_000
	rnd := rand.New(rand.NewPCG(5, 6))
	unlike, others := make([]int, n), make([]int, n)
	for i := range unlike {
		unlike[i], others[i] = rnd.IntN(1<<40), rnd.IntN(1<<40)
	}
	for _, c := range []struct {
		name string
		a, b []int
	}{
		{"nothing-same", unlike, others},
		{"a-few-changed", unlike, changed(unlike, rnd, 50)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ia, la := made(c.a, 1)
				ib, lb := made(c.b, 1)
				al := &aligner{ctx: context.Background(), a: ia, b: ib}
				if err := al.align(la, lb, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
