// This file tests the alignment by itself: against a table over all, with
// sides too long for one, and with nothing to hold on to.

package compare

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// made makes items of numbers: the same number is the same event, the same
// number modulo kinds the same kind.
func made(numbers []int, kinds int) ([]item, []int32) {
	items := make([]item, len(numbers))
	list := make([]int32, len(numbers))
	for i, n := range numbers {
		k := uint64(n % kinds)
		items[i] = item{exact: uint64(n) + 1<<32, who: k, shape: k, cmd: k, says: true}
		list[i] = int32(i)
	}
	return items, list
}

// aligned aligns two lists of numbers and checks that each is there once, in
// order, and nothing beside what must not be.
func aligned(t *testing.T, a, b []int, kinds int) (counts Counts, coarse int) {
	t.Helper()
	ia, la := made(a, kinds)
	ib, lb := made(b, kinds)
	al := &aligner{ctx: context.Background(), a: ia, b: ib}
	if err := al.align(la, lb, 0); err != nil {
		t.Fatal(err)
	}
	i, j := int32(0), int32(0)
	for _, p := range al.out {
		if p.a >= 0 {
			if p.a != i {
				t.Fatalf("%d of a where %d should be", p.a, i)
			}
			i++
		}
		if p.b >= 0 {
			if p.b != j {
				t.Fatalf("%d of b where %d should be", p.b, j)
			}
			j++
		}
		switch {
		case p.b < 0:
			counts[OnlyA]++
		case p.a < 0:
			counts[OnlyB]++
		case ia[p.a].exact == ib[p.b].exact:
			counts[Same]++
		case ia[p.a].shape != ib[p.b].shape:
			t.Fatalf("%d beside %d", p.a, p.b)
		default:
			counts[Changed]++
		}
	}
	if int(i) != len(a) || int(j) != len(b) {
		t.Fatalf("%d and %d of %d and %d", i, j, len(a), len(b))
	}
	return counts, al.coarse
}

func TestAlignGainsMost(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a, b := make([]int, rnd.IntN(10)), make([]int, rnd.IntN(10))
		for _, l := range [...][]int{a, b} {
			for i := range l {
				l[i] = rnd.IntN(9)
			}
		}
		got, _ := aligned(t, a, b, 3)
		if gain := got[Same]*gainSame + got[Changed]*gainWho; gain != most(a, b, 3) {
			t.Fatalf("%v and %v: %v gains %d of %d", a, b, got, gain, most(a, b, 3))
		}
	}
}

// most is the most that two lists gain, found the long way.
func most(a, b []int, kinds int) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	best := max(most(a[1:], b, kinds), most(a, b[1:], kinds))
	switch {
	case a[0] == b[0]:
		best = max(best, gainSame+most(a[1:], b[1:], kinds))
	case a[0]%kinds == b[0]%kinds:
		best = max(best, gainWho+most(a[1:], b[1:], kinds))
	}
	return best
}

// changed takes every nth event out, and puts another in.
func changed(list []int, rnd *rand.Rand, every int) []int {
	var out []int
	for _, n := range list {
		switch rnd.IntN(3 * every) {
		case 0:
		case 1:
			out = append(out, n, rnd.Int()>>8)
		case 2:
			out = append(out, n+1000*(1+rnd.IntN(1<<20)))
		default:
			out = append(out, n)
		}
	}
	return out
}

func TestAlignLong(t *testing.T) {
	const n = 20_000
	rnd := rand.New(rand.NewPCG(3, 4))
	numbers := func(most int) []int {
		list := make([]int, n)
		for i := range list {
			list[i] = rnd.IntN(most)
		}
		return list
	}
	unlike, few := numbers(1<<40), numbers(20)
	tests := []struct {
		name   string
		a, b   []int
		same   int // at least
		coarse bool
	}{
		{"what is there once holds it together", unlike, changed(unlike, rnd, 50), n * 97 / 100, false},
		{"nothing is there once", few, changed(few, rnd, 50), n * 95 / 100, true},
		{"nothing is the same", unlike, numbers(1 << 40), 0, true},
		{"one is empty", unlike, nil, 0, false},
		{"one is short", unlike, unlike[n/2 : n/2+10], 10, false},
		{"the other has a stretch more", few, append(append([]int{1}, few[:500]...), append(few[:n-1:n-1], 2)...), n * 9 / 10, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			began := time.Now()
			counts, coarse := aligned(t, test.a, test.b, 1000)
			t.Logf("%v same, changed, only a, only b; %d in windows; %v", counts, coarse, time.Since(began))
			if counts[Same] < test.same || (coarse > 0) != test.coarse {
				t.Errorf("at least %d should be the same", test.same)
			}
		})
	}
}

func TestAlignIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	items, list := made(make([]int, 10), 3)
	if err := (&aligner{ctx: ctx, a: items, b: items}).align(list, list, 0); err != context.Canceled {
		t.Error(err)
	}
}
