// This file has a great many clients come and go through one proxy, from one
// address, to many servers: nobody arrives at a wrong one, no byte is lost or
// altered, and in the end the proxy holds no more than it did at the start.

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

var (
	churnFor   = flag.Duration("churn", 5*time.Second, "how long TestChurn lets clients come and go")
	churnUsers = flag.Int("churn-users", 120, "how many clients it has at a time")
)

const (
	churnNS = 8
	churnSB = 32
)

// loopback returns n addresses of this machine, all with a free port.
func loopback(n, from int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("127.0.0.%d:0", from+i))
	}
	return all
}

func TestChurn(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), *churnFor+5*time.Minute)
	defer cancel()
	accounts := make([]msnptest.Account, *churnUsers)
	for i := range accounts {
		accounts[i] = msnptest.Account{Handle: user(i), Password: "secret", Name: fmt.Sprintf("User %d", i), Groups: []string{"Other Contacts"}}
	}
	server, err := msnptest.Start(msnptest.Config{
		Accounts: accounts, DS: loopback(1, 2), NS: loopback(churnNS, 10), SB: loopback(churnSB, 30),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	proxy := startProxy(t, server.DispatchAddr(), filepath.Join(t.TempDir(), "store"), "--metrics", "127.0.0.1:0")
	// The start is when everybody has been there once: the program is in memory,
	// and a port is announced for each notification server.
	cold := holding(t, proxy)
	warm(t, ctx, proxy.address)
	atStart := settled(t, proxy, time.Minute, func(h held) bool {
		return h.files <= cold.files+2*churnNS && h.goroutines <= cold.goroutines+2*churnNS
	})

	// Trios, since a chat wants people who are there.
	end := time.Now().Add(*churnFor)
	var rounds, connections atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, *churnUsers)
	for trio := range *churnUsers / 3 {
		all.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				c, err := churnRound(ctx, proxy.address, trio, n)
				if err != nil {
					failed <- fmt.Errorf("trio %d, round %d: %w", trio, n, err)
					cancel()
					return
				}
				rounds.Add(1)
				connections.Add(int64(c))
			}
		})
	}
	over := make(chan struct{})
	go func() { all.Wait(); close(over) }()
	atPeak := most(t, proxy, over)
	close(failed)
	for err := range failed {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	if t.Failed() {
		t.Fatalf("the proxy says: %.2000s", proxy.stderr.String())
	}
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	// Whoever came to a wrong switchboard or notification server was not
	// known there, and would be complained of.
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %.10q", c)
	}
	t.Logf("%d clients, %s: %d rounds, %d connections", *churnUsers, *churnFor, rounds.Load(), connections.Load())
	// Memory is given back when nothing has happened for a while, what cookies
	// take when those have expired.
	idle := time.Now().Add(idleAfter + 2*idleAfter/idleTicks)
	atEnd := settled(t, proxy, max(time.Minute, min(*churnFor, 8*time.Minute)), func(h held) bool {
		return time.Now().After(idle) && h.isBackAt(atStart)
	})
	t.Logf("the proxy held %s before anybody came, %s at the start, %s at most, and %s in the end", cold, atStart, atPeak, atEnd)
	if !atEnd.isBackAt(atStart) {
		t.Error("that is not back at the start")
	}
	proxy.stop(t)
}

// warm has as many users as CI has come and go once.
func warm(t *testing.T, ctx context.Context, address string) {
	var all sync.WaitGroup
	for trio := range min(*churnUsers, 120) / 3 {
		all.Go(func() {
			if _, err := churnRound(ctx, address, trio, -1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// churnRound signs three users in, has them chat, and signs them out; all that
// they said is compared at the ends. It returns how many connections that took.
func churnRound(ctx context.Context, address string, trio, n int) (int, error) {
	rnd := rand.New(rand.NewPCG(uint64(trio), uint64(n)))
	clients := make([]*msnptest.Client, 3)
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{
			Handle: user(trio*3 + i), Password: "secret", Record: true,
			Seed: rnd.Uint64(), TrIDs: msnptest.TrIDs(rnd.IntN(4)), Writing: msnptest.Writing(rnd.IntN(2)),
		})
		defer clients[i].Close()
		if err := signIn(ctx, clients[i], address); err != nil {
			return 0, err
		}
	}
	if err := chatOfThree(ctx, clients, trio, chatRounds); err != nil {
		return 0, err
	}
	connections := 0
	for _, c := range clients {
		if err := c.SignOut(ctx); err != nil {
			return 0, fmt.Errorf("%s signs out: %w", c.Handle(), err)
		}
		for _, r := range c.Redirects() {
			if !strings.HasPrefix(r.Address, "127.0.0.1:") {
				return 0, fmt.Errorf("%s was sent to %s by %s", c.Handle(), r.Address, r.Command)
			}
		}
		connections += len(c.Log())
	}
	return connections, nil
}

// held is what a proxy holds. Each notification server has a listener and its
// goroutine.
type held struct {
	files, goroutines int
	memory            int64 // bytes, resident
	live              int64 // bytes, in use when the collector looked last
}

func (h held) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines and %d MB (%d MB in use)", h.files, h.goroutines, h.memory>>20, h.live>>20)
}

func holding(t *testing.T, proxy *running) held {
	t.Helper()
	_, text := fetch(t, proxy.metrics)
	return held{
		files:      int(sample(t, text, "process_open_fds")),
		goroutines: int(sample(t, text, "go_goroutines")),
		memory:     int64(sample(t, text, "process_resident_memory_bytes")),
		live:       int64(sample(t, text, "go_memstats_next_gc_bytes")) / 2,
	}
}

// most watches a proxy until something is over, and returns the most of each
// that it held.
func most(t *testing.T, proxy *running, over <-chan struct{}) (m held) {
	t.Helper()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		h := holding(t, proxy)
		m = held{max(m.files, h.files), max(m.goroutines, h.goroutines), max(m.memory, h.memory), max(m.live, h.live)}
		select {
		case <-tick.C:
		case <-over:
			return m
		}
	}
}

// isBackAt reports whether no more is held than at the start, but for some MB:
// what may be joined to sessions that have ended is remembered up to limits.
func (h held) isBackAt(start held) bool {
	return h.files <= start.files && h.goroutines <= start.goroutines && h.live <= start.live+16<<20 &&
		(raceEnabled || h.memory <= start.memory+32<<20)
}

// settled waits until a proxy holds little enough, or has had the time for it,
// and returns what it holds then.
func settled(t *testing.T, proxy *running, most time.Duration, enough func(held) bool) held {
	t.Helper()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(most)
	for {
		h := holding(t, proxy)
		if enough(h) {
			return h
		}
		select {
		case <-tick.C:
		case <-deadline:
			return h
		}
	}
}
