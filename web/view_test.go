// This file tests the rate of events that a view tells.

package web

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	var r rate
	now := time.Unix(1e9, 0)
	for i, step := range []struct{ all, want int64 }{
		{1000, 0}, {1000, 0}, {1010, 20}, {1020, 27},
		{220, 20}, // a capture of 800 events was deleted
		{230, 30}, {230, 20}, {230, 10}, {230, 10}, {230, 0},
		{0, 0}, {0, 0},
	} {
		if r.add(now, step.all); r.value != step.want {
			t.Errorf("step %d: %d events/s, want %d", i, r.value, step.want)
		}
		now = now.Add(rateStep)
	}
}
