// This file kills the program in the middle of heavy traffic, again and again:
// every byte that either end received must be in the store afterwards.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

const kills = 20

func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills and restarts the program 20 times; left out by -short")
	}
	t.Parallel()
	store := filepath.Join(t.TempDir(), "store")
	rnd := rand.New(rand.NewPCG(1, 1))
	var received []end
	for n := range kills {
		received = append(received, killOnce(t, store, n, time.Duration(50+rnd.IntN(400))*time.Millisecond)...)
	}
	streams := storedStreams(t, store)
	bytesChecked := 0
	for _, e := range received {
		bytesChecked += len(e.bytes)
		if !holds(streams[e.dir], e.bytes) {
			t.Errorf("%s received %d bytes that are not in the store: %.60q ...", e.who, len(e.bytes), e.bytes)
		}
	}
	files, err := filepath.Glob(filepath.Join(store, "captures", "*"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d ends, %d bytes received, all stored in %d captures", kills, len(received), bytesChecked, len(files))
	if bytesChecked < kills*1000 {
		t.Error("that was no heavy traffic")
	}
}

// end is what one end of a connection had received when the proxy was killed.
type end struct {
	who   string
	dir   string
	bytes []byte
}

// killOnce starts the proxy, lets six users chat as fast as they can, and
// kills it after a while.
func killOnce(t *testing.T, store string, n int, after time.Duration) []end {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{
		Accounts: crowdAccounts(), Record: true, Seed: uint64(n),
		DS: []string{"127.0.0.2:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.2:0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var more []string
	if n%2 == 1 { // files are begun while connections are open
		more = []string{"--rotate-size", "16k"}
	}
	proxy := startProxy(t, server.DispatchAddr(), store, more...)
	const users = 6
	chatting := make(chan error, users/3)
	clients := make([]*msnptest.Client, users)
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: user(i), Password: "secret", Record: true})
		defer clients[i].Close()
		if err := signIn(ctx, clients[i], proxy.address); err != nil {
			t.Fatal(err)
		}
	}
	for room := range users / 3 {
		go func() {
			for {
				if err := chatOfThree(ctx, clients[room*3:room*3+3], room, chatRounds); err != nil {
					chatting <- err // the proxy is gone
					return
				}
			}
		}()
	}
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case err := <-chatting:
		t.Fatal("before the kill: ", err)
	case <-timer.C:
	}
	proxy.kill()
	cancel()
	for range users / 3 {
		<-chatting
	}
	var ends []end
	for _, c := range clients {
		c.Close()
		for _, l := range c.Log() {
			ends = append(ends, end{fmt.Sprintf("kill %d: %s on %s", n, c.Handle(), l.Role), "s2c", l.Received})
		}
	}
	server.Close()
	for _, l := range server.Log() {
		ends = append(ends, end{fmt.Sprintf("kill %d: the server's %s for %s", n, l.Role, l.Account), "c2s", l.Received})
	}
	return ends
}

// storedStreams returns the delivered bytes of all connections of a store, by
// direction.
func storedStreams(t *testing.T, store string) map[string][][]byte {
	t.Helper()
	type key struct {
		conn int64
		dir  string
	}
	all := map[key][]byte{}
	lines := json.NewDecoder(bytes.NewReader(output(t, "export", "--store", store, "--format", "jsonl", "--secrets")))
	for lines.More() {
		var e struct {
			Connection     int64
			Dir            string
			Raw, Delivered []byte
		}
		if err := lines.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if e.Delivered != nil {
			e.Raw = e.Delivered
		}
		k := key{e.Connection, e.Dir}
		all[k] = append(all[k], e.Raw...)
	}
	streams := map[string][][]byte{}
	for k, b := range all {
		streams[k.dir] = append(streams[k.dir], b)
	}
	return streams
}

// holds reports whether one of the streams begins with p.
func holds(streams [][]byte, p []byte) bool {
	for _, s := range streams {
		if bytes.HasPrefix(s, p) {
			return true
		}
	}
	return len(p) == 0
}
