// Package costtest finds work in tests whose cost grows faster than its input, on
// machines of any speed: the yardstick is the same work on an eighth of it.
//
//	costtest.Proportionate(t, 1<<15, func(n int) func() {
//		input := strings.Repeat("a&", n)
//		return func() { parse(input) }
//	})
package costtest

import (
	"testing"
	"time"
)

const (
	part  = 8           // how much smaller the yardstick is
	most  = 3 * part    // times its cost: 8 were proportionate, 64 are its square
	slack = time.Second // for what a busy machine does meanwhile
	tries = 3           // the best one counts
)

// Proportionate fails the test if the work that prepare returns for n costs more
// than three times as much as would be in proportion to that for an eighth of n.
// Only work that takes many seconds when it grows with the square is found.
func Proportionate(t testing.TB, n int, prepare func(n int) (work func())) {
	t.Helper()
	took := func(n int) time.Duration {
		work := prepare(n)
		start := time.Now()
		work()
		return time.Since(start)
	}
	little := max(took(n/part), took(n/part))
	for try := 1; ; try++ {
		all := took(n)
		if all <= most*little+slack {
			return
		}
		if try == tries {
			t.Errorf("%d took %v, an eighth of them %v", n, all, little)
			return
		}
	}
}
