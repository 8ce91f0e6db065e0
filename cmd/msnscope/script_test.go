// This file runs the program with an add-on of the repository, on a real chat.

package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

func TestScriptFlag(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{Accounts: crowdAccounts(), All: "127.0.0.2:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	store := filepath.Join(t.TempDir(), "store")
	proxy := startProxy(t, server.DispatchAddr(), store, "--script", "python3 ../../docs/scripts/shout.py", "--script-budget", "5s", "--metrics", "127.0.0.1:0")
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		if _, text := fetch(t, proxy.metrics); sample(t, text, `msnscope_script_running{script="1 shout.py"}`) == 1 {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the add-on does not run")
		}
	}
	clients := make([]*msnptest.Client, 2)
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: user(i), Password: "secret"})
		defer clients[i].Close()
		if err := signIn(ctx, clients[i], proxy.address); err != nil {
			t.Fatal(err)
		}
	}
	chat, err := clients[0].OpenChat(ctx, clients[1].Handle())
	if err != nil {
		t.Fatal(err)
	}
	other, err := clients[1].NextChat(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"quiet words", "a secret", "loud!"} {
		if err := chat.Send(ctx, text, 'N'); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"QUIET WORDS", "loud!"} {
		if m, err := other.ReceiveText(ctx); err != nil || m.Text != want {
			t.Errorf("received %q (%v), want %q", m.Text, err, want)
		}
	}
	proxy.stop(t)
	for filter, want := range map[string]string{"is:edited cmd:MSG": "quiet words", "is:dropped": "a secret"} {
		if out := string(output(t, "grep", "--store", store, filter)); !strings.Contains(out, want) {
			t.Errorf("grep %s finds %q, want %q", filter, out, want)
		}
	}
}
