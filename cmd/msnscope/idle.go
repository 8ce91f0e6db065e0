// This file gives memory back to the system once the proxy has nothing to do:
// what a rush has taken would else stay taken for as long as all is quiet.

package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	idleAfter = 10 * time.Second
	idleTicks = 5 // looks within that
)

// whenIdle calls rest, and has the collector give back what is free then, each
// time that work has not gone on for a while after it had; and again after twice
// as long, and so on up to an hour: some things are only given up when they are
// minutes old, such as cookies.
func whenIdle(ctx context.Context, work func() int64, rest func()) {
	tick := time.NewTicker(idleAfter / idleTicks)
	defer tick.Stop()
	const most = int(time.Hour / (idleAfter / idleTicks))
	last, quiet, next := work(), 0, most+1
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := work(); now != last {
			last, quiet, next = now, 0, idleTicks
			continue
		}
		if quiet++; quiet == next && next <= most {
			next *= 2
			rest()
			runtime.GC() // what pools keep is free only the second time
			debug.FreeOSMemory()
		}
	}
}
