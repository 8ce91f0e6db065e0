// This file plays the demo's sign-in again with the program: against a fresh
// practice server, and as a server for a practice client.

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
	"msnscope/proxy/msnptest"
)

// demoRecording lets the demo's first friend sign in through the program, and
// returns the store and the filter that selects her sign-in.
func demoRecording(t *testing.T) (store, filter string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := demoServer(t)
	store = filepath.Join(t.TempDir(), "store")
	proxy := startProxy(t, server.DispatchAddr(), store)
	story := &msnptest.Story{Address: proxy.address, Server: server, Pace: time.Microsecond, Scenes: 3, Seed: 7}
	if err := story.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	proxy.stop(t)
	// Alice is the first to sign in; that is over when her client has proved what
	// it is and been told of newer versions, which it asks for at the same time.
	last := int64(0)
	for _, cmd := range []string{"QRY", "CVR"} {
		line, _, _ := strings.Cut(string(output(t, "grep", "--store", store, "--json", "sess:1 role:NS dir:s2c cmd:"+cmd)), "\n")
		var e struct{ ID int64 }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("alice is not answered %s: %v", cmd, err)
		}
		last = max(last, e.ID)
	}
	return store, fmt.Sprintf("id<=%d", last)
}

func demoServer(t *testing.T) *msnptest.Server {
	t.Helper()
	server, err := msnptest.Start(msnptest.Config{
		Accounts: msnptest.StoryAccounts(), DS: []string{"127.0.0.2:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.2:0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

func passwordFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReplayAgainstServer(t *testing.T) {
	t.Parallel()
	store, filter := demoRecording(t)
	server := demoServer(t)
	passwords := passwordFile(t, "alice@hotmail.com practice\n")
	kept := filepath.Join(t.TempDir(), "again.pcapng")
	out := output(t, "replay", "--store", store, "1", "--to", server.DispatchAddr(), "--password-file", passwords, "--filter", filter, "-o", kept)
	if len(out) > 0 {
		t.Errorf("the replay of the sign-in differs:\n%s", out)
	}
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %q", c)
	}
	if n := strings.Count(string(output(t, "decode", kept)), `"kind":"command"`); n < 20 {
		t.Errorf("the capture of the replay has %d commands", n)
	}

	// Another password is a difference, and said.
	cmd := program("replay", "--store", store, "1", "--to", demoServer(t).DispatchAddr(), "--wait", "300ms", "--filter", filter,
		"--password-file", passwordFile(t, "alice@hotmail.com wrong\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	wrong, err := cmd.Output()
	if err == nil || cmd.ProcessState.ExitCode() != exitDifferent || !strings.Contains(string(wrong), "911") || !strings.Contains(stderr.String(), "911") {
		t.Errorf("a wrong password: %v\n%s%s", err, wrong, stderr.String())
	}
}

// What is said of the recording is said by replay, not by diff.
func TestReplayOfADamagedFile(t *testing.T) {
	t.Parallel()
	tr := streamstest.NewTransfer(10)
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(streamstest.Merge([]streamstest.Conversation{tr.Invitation()}))
	whole := streamstest.File{}.Bytes(packets)
	path := filepath.Join(t.TempDir(), "cut.pcap")
	if err := os.WriteFile(path, whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	e := &env{ctx: t.Context(), stdout: io.Discard, stderr: &stderr, getenv: func(string) string { return "" }}
	status := run(e, []string{"replay", "--to", "127.0.0.1:1", path})
	if first, _, _ := strings.Cut(stderr.String(), "\n"); status != exitTrouble || !strings.HasPrefix(first, "msnscope replay: "+path+": ") {
		t.Errorf("%d: %s", status, stderr.String())
	}
}

func TestReplayAsServer(t *testing.T) {
	t.Parallel()
	store, filter := demoRecording(t)
	cmd := program("replay", "--store", store, "1", "--listen", "127.0.0.1:0", "--filter", filter+" or cmd:OUT")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	cmd.Stdout = &stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stderr)
	if !lines.Scan() {
		t.Fatal("it says nothing")
	}
	_, address, ok := strings.Cut(lines.Text(), "may come to ")
	if !ok {
		t.Fatal(lines.Text())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	alice := msnptest.NewClient(msnptest.ClientConfig{Handle: "alice@hotmail.com", Password: "whatever", TrIDs: msnptest.Huge})
	defer alice.Close()
	if err := alice.SignIn(ctx, address); err != nil {
		t.Fatal(err)
	}
	roster, err := alice.Sync(ctx, 0)
	if err != nil || len(roster.Groups) == 0 {
		t.Fatal(roster, err)
	}
	alice.Close()
	cmd.Process.Signal(os.Interrupt)
	for lines.Scan() {
		t.Log(lines.Text())
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitDifferent || !strings.Contains(stdout.String(), "only in") && stdout.Len() == 0 {
		t.Errorf("exit status %d, want %d, as the client has said less:\n%s", code, exitDifferent, stdout.String())
	}
}
