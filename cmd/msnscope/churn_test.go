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
	atStart := holding(t, proxy)

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
	all.Wait()
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
	t.Logf("the proxy held %s at the start", atStart)
	atEnd := settled(t, proxy, atStart)
	t.Logf("and %s in the end", atEnd)
	if atEnd.files > atStart.files+2*churnNS {
		t.Errorf("%d descriptors are open, %d were at the start", atEnd.files, atStart.files)
	}
	if atEnd.goroutines > atStart.goroutines+2*churnNS {
		t.Errorf("%d goroutines run, %d did at the start", atEnd.goroutines, atStart.goroutines)
	}
	// The index keeps what it knows of every connection and session, and the
	// newest events; the collector takes as much again while it is busy, and the
	// race detector several times that.
	if most := atStart.memory + 512<<20 + 2500*connections.Load(); atEnd.memory > most {
		t.Errorf("%d MB of memory, %d at the start; want %d at most", atEnd.memory>>20, atStart.memory>>20, most>>20)
	}
	proxy.stop(t)
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
	if err := chatOfThree(ctx, clients, trio); err != nil {
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
}

func (h held) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines and %d MB", h.files, h.goroutines, h.memory>>20)
}

func holding(t *testing.T, proxy *running) held {
	t.Helper()
	_, text := fetch(t, proxy.metrics)
	return held{
		files:      int(sample(t, text, "process_open_fds")),
		goroutines: int(sample(t, text, "go_goroutines")),
		memory:     int64(sample(t, text, "process_resident_memory_bytes")),
	}
}

// settled waits until a proxy holds hardly more than it did, or no longer gets
// rid of anything.
func settled(t *testing.T, proxy *running, before held) held {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		h := holding(t, proxy)
		if h.files <= before.files+2*churnNS && h.goroutines <= before.goroutines+2*churnNS {
			return h
		}
		select {
		case <-tick.C:
		case <-deadline:
			return h
		}
	}
}
