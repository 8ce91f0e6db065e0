// This file gives tests a real proxy with rules, whose hands the API is.

package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/proxy"
	"msnscope/proxy/rules"
)

// realHands are a proxy and its rules, as cmd/msnscope puts them together.
type realHands struct {
	proxy *proxy.Proxy
	rules rules.Rules
}

func (h *realHands) Intercepted() any { return h.proxy.Intercepted() }

func (h *realHands) InterceptChanged() <-chan struct{} {
	_, changed := h.proxy.InterceptChanged()
	return changed
}

func (h *realHands) HeldEvent(id int64) (*event.Event, *event.Connection) {
	return h.proxy.HeldEvent(id)
}

func (h *realHands) Resolve(id int64, hand Hand) error {
	err := h.proxy.Resolve(id, proxy.Hand(hand))
	if errors.Is(err, proxy.ErrDecided) {
		return fmt.Errorf("%w: %w", ErrDecided, err)
	}
	return err
}

func (h *realHands) ResolveAll(hand Hand) int { return h.proxy.ResolveAll(proxy.Hand(hand)) }

func (h *realHands) Inject(conn int64, dir decode.Direction, hand Hand) ([]byte, error) {
	return h.proxy.Inject(conn, dir, proxy.Hand(hand))
}

func (h *realHands) HoldNext(filter string) error { return h.rules.HoldNext(filter) }

func (h *realHands) Rules() any {
	list, from, rev := h.rules.Status()
	return map[string]any{"rev": rev, "from": from, "problem": "", "rules": list, "text": rules.Format(h.rules.List()), "actions": rules.Actions()}
}

func (h *realHands) parse(body []byte, text bool) ([]rules.Rule, error) {
	if text {
		return rules.Parse(string(body))
	}
	var o struct{ Rules []rules.Rule }
	err := json.Unmarshal(body, &o)
	return o.Rules, err
}

func (h *realHands) CheckRules(body []byte, text bool) error {
	list, err := h.parse(body, text)
	if err == nil {
		err = rules.Check(list)
	}
	return err
}

func (h *realHands) SetRules(body []byte, text bool) error {
	list, err := h.parse(body, text)
	if err == nil {
		err = h.rules.Set(list, "the page")
	}
	return err
}

// startProxy starts a proxy in front of a server that only listens, and a client
// on it.
func startProxy(t *testing.T) (h *realHands, client net.Conn) {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h = &realHands{}
	h.proxy = &proxy.Proxy{Upstream: server.Addr().String(), Listen: []string{"127.0.0.1:0"}, Drain: -1, Deciders: []proxy.Decider{&h.rules}}
	if err := h.proxy.Bind(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- h.proxy.Serve(ctx) }()
	go func() {
		c, err := server.Accept()
		if err == nil {
			io.Copy(io.Discard, c)
			c.Close()
		}
		ended <- err
	}()
	if client, err = net.Dial("tcp", h.proxy.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		server.Close()
	})
	return h, client
}

// held waits until n commands are held.
func (h *realHands) held(t *testing.T, n int) []proxy.HeldCommand {
	t.Helper()
	late := time.After(patience)
	for {
		changed := h.InterceptChanged()
		if list := h.proxy.Intercepted().Held; len(list) == n {
			return list
		}
		select {
		case <-changed:
		case <-late:
			t.Fatal("the command is not held")
		}
	}
}
