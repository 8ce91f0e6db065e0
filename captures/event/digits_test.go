// This file tests the digits of numbers against those of strconv.

package event

import (
	"math"
	"strconv"
	"testing"
)

func TestAppendIntIsStrconv(t *testing.T) {
	check := func(n int64) {
		if got, want := string(appendInt([]byte("x"), n)), "x"+strconv.FormatInt(n, 10); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for n := range int64(20_000) {
		check(n)
	}
	for n := int64(1); n > 0; n *= 10 {
		for _, d := range []int64{-1, 0, 1, 7} {
			check(n + d)
			check(-n - d)
		}
	}
	for shift := range 63 {
		check(1<<shift - 1)
		check(1 << shift)
	}
	check(math.MaxInt64)
	check(math.MinInt64)
}
