// This file tests when memory is given back.

package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var work, rests atomic.Int64
		done := make(chan struct{})
		go func() {
			whenIdle(ctx, work.Load, func() { rests.Add(1) })
			close(done)
		}()
		want := int64(0)
		check := func(when string) {
			t.Helper()
			if synctest.Wait(); rests.Load() != want {
				t.Errorf("%s: %d rests, want %d", when, rests.Load(), want)
			}
		}
		time.Sleep(time.Hour)
		check("nothing has been done")
		for range 100 {
			work.Add(1)
			time.Sleep(time.Second)
		}
		check("at work")
		time.Sleep(idleAfter + idleAfter/idleTicks)
		want++
		check("after work")
		time.Sleep(idleAfter)
		want++
		check("twice as long after")
		time.Sleep(time.Hour)
		want += 7 // 40, 80, 160, 320, 640, 1280, 2560 s
		check("an hour after")
		time.Sleep(24 * time.Hour)
		check("long after")
		work.Add(1)
		time.Sleep(idleAfter + 2*idleAfter/idleTicks)
		want++
		check("after more work")
		cancel()
		<-done
	})
}
