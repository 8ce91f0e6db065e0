// This file tests following files and folders, and stopping in the middle, with
// the program as its users run it.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"msnscope/captures"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

// followed is a msnscope whose lines are read as they come.
type followed struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr strings.Builder
	lines  chan string
}

func startFollowing(t *testing.T, args ...string) *followed {
	t.Helper()
	r := &followed{t: t, cmd: program(args...), lines: make(chan string, 1000)}
	r.cmd.Stderr = &r.stderr
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.cmd.Process.Kill()
		for range r.lines {
		}
	})
	go func() {
		defer close(r.lines)
		s := bufio.NewScanner(out)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			r.lines <- s.Text()
		}
	}()
	return r
}

// until reads lines until one holds text, and returns how many were read.
func (r *followed) until(text string) int {
	r.t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	for n := 1; ; n++ {
		select {
		case line, ok := <-r.lines:
			if !ok {
				r.cmd.Wait()
				r.t.Fatalf("it ended before %q: %s", text, r.stderr.String())
			}
			if strings.Contains(line, text) {
				return n
			}
		case <-deadline.C:
			r.t.Fatalf("no %q", text)
		}
	}
}

// interrupt presses Ctrl-C and returns what was still said.
func (r *followed) interrupt() (lines []string, err error) {
	r.t.Helper()
	r.cmd.Process.Signal(syscall.SIGINT)
	for line := range r.lines {
		lines = append(lines, line)
	}
	return lines, r.cmd.Wait()
}

func appendTo(t *testing.T, path string, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(b)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func sampleCapture(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../../captures/testdata/goserver-netmsmgr.pcap")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Ctrl-C is how following ends: it is no failure, and nothing read is lost.
func TestDecodeFollows(t *testing.T) {
	t.Parallel()
	whole := sampleCapture(t)
	path := filepath.Join(t.TempDir(), "a.pcap")
	appendTo(t, path, whole[:10]) // not even the file header
	r := startFollowing(t, "decode", "-f", path)
	appendTo(t, path, whole[10:15000])
	n := r.until(`"id":60`)
	appendTo(t, path, whole[15000:])
	n += r.until(`"id":136`)
	rest, err := r.interrupt()
	if err != nil || n+len(rest) != 136 || r.stderr.String() != "" {
		t.Errorf("%v, %d lines\n%s", err, n+len(rest), r.stderr.String())
	}
}

func TestImportFollows(t *testing.T) {
	t.Parallel()
	whole := sampleCapture(t)
	dir := t.TempDir()
	path, store := filepath.Join(dir, "a.pcap"), filepath.Join(dir, "store")
	appendTo(t, path, whole[:9000])
	r := startFollowing(t, "import", "-f", "--store", store, path)
	appendTo(t, path, whole[9000:])
	awaitFile(t, filepath.Join(store, "captures", "000000-a.pcap"), int64(len(whole)))
	lines, err := r.interrupt()
	if err != nil || len(lines) == 0 || !strings.Contains(lines[len(lines)-1], "9 connections, 136 events") {
		t.Fatalf("%v\n%s\n%s", err, strings.Join(lines, "\n"), r.stderr.String())
	}
	if n := bytes.Count(output(t, "grep", "--store", store, "--json", "cmd:*"), []byte("\n")); n != 136 {
		t.Errorf("%d events in the store", n)
	}
}

// awaitFile waits until a file has a size.
func awaitFile(t *testing.T, path string, size int64) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		if info, err := os.Stat(path); err == nil && info.Size() >= size {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%s does not come to %d bytes", path, size)
		}
	}
}

func TestImportWatches(t *testing.T) {
	t.Parallel()
	whole := sampleCapture(t)
	dir := t.TempDir()
	in, store := filepath.Join(dir, "in"), filepath.Join(dir, "store")
	if err := os.MkdirAll(filepath.Join(in, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	appendTo(t, filepath.Join(in, "bad.pcap"), []byte("<html>no capture"))
	appendTo(t, filepath.Join(in, "empty.pcap"), nil)
	appendTo(t, filepath.Join(in, "first.pcap"), whole)
	r := startFollowing(t, "import", "--store", store, "--watch", in)
	r.until("first.pcap: ")
	appendTo(t, filepath.Join(in, "second.pcap"), whole)
	r.until("second.pcap: imported before, nothing added")
	appendTo(t, filepath.Join(in, "empty.pcap"), whole[:len(whole)-100])
	r.until("empty.pcap: ")
	rest, err := r.interrupt()
	if err != nil || len(rest) != 0 {
		t.Errorf("%v, %q", err, rest)
	}
	if s := r.stderr.String(); strings.Count(s, "\n") != 1 || !strings.Contains(s, "bad.pcap: ") || !strings.Contains(s, "an HTML page") {
		t.Errorf("stderr:\n%s", s)
	}
	names, err := os.ReadDir(filepath.Join(store, "captures"))
	if err != nil || len(names) != 2 {
		t.Errorf("%d captures, %v", len(names), err)
	}
}

// TestImportInterrupted: Ctrl-C in the middle of an import leaves a store in
// which nothing of it is, and into which the file can be imported afterwards.
func TestImportInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, store := filepath.Join(dir, "large.pcap"), filepath.Join(dir, "store")
	large := largeCapture(16 << 20)
	if err := os.WriteFile(path, large, 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, "import", "--store", store, "../../captures/testdata/goserver-netmsmgr.pcap")
	for range 3 {
		r := startFollowing(t, "import", "--store", store, path)
		awaitAny(t, filepath.Join(store, "captures"), "large.pcap")
		lines, err := r.interrupt()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitFailed || len(lines) != 0 || !strings.Contains(r.stderr.String(), "interrupted") {
			t.Fatalf("%v %q\n%s", err, lines, r.stderr.String())
		}
		names, err := os.ReadDir(filepath.Join(store, "captures"))
		if err != nil || len(names) != 1 {
			t.Fatalf("%d captures, %v", len(names), err)
		}
		if n := bytes.Count(output(t, "grep", "--store", store, "--json", "cmd:*"), []byte("\n")); n != 136 {
			t.Fatalf("%d events in the store", n)
		}
	}
	if out := output(t, "import", "--store", store, path); !bytes.Contains(out, []byte("0 connections skipped")) {
		t.Errorf("%s", out)
	}
	if out := output(t, "import", "--store", store, path); !bytes.Contains(out, []byte("imported before, nothing added")) {
		t.Errorf("%s", out)
	}
}

// awaitAny waits until a folder has a file whose name ends so.
func awaitAny(t *testing.T, dir, end string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		names, _ := os.ReadDir(dir)
		for _, n := range names {
			if strings.HasSuffix(n.Name(), end) {
				return
			}
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("no %s in %s", end, dir)
		}
	}
}

// largeCapture is a capture of one long chat.
func largeCapture(n int) []byte {
	c := streamstest.Conversation{Start: 1e18, Step: 1e5}
	c.Addr = streamstest.NewTransfer(0).Invitation().Addr
	c.Turns = []streamstest.Turn{{Data: []byte("ANS 1 a@b.c 17.4 9\r\n")}}
	body := strings.Repeat("and so on ", 20)
	for total := 0; total < n; total += 300 {
		c.Turns = append(c.Turns, streamstest.Turn{Data: []byte("MSG 2 N 200\r\n" + body)})
	}
	return streamstest.File{}.Bytes(streamstest.Framing{Link: pcapfile.LinkRaw}.Packets(c.Segments(0)))
}

func TestProgressLine(t *testing.T) {
	for _, tt := range []struct {
		at   captures.Progress
		took time.Duration
		want string
	}{
		{captures.Progress{Bytes: 100 << 20, Size: 400 << 20, Packets: 7, Events: 5}, 2 * time.Second, "a: 100 of 400 MB, 7 packets, 5 events, 52 MB/s, 6s left"},
		{captures.Progress{Bytes: 1 << 20, Packets: 7}, time.Second, "a: 1 MB, 7 packets, 0 events, 1 MB/s"}, // it grows
		{captures.Progress{Size: 1 << 20}, 0, "a: 0 of 1 MB, 0 packets, 0 events, 0 MB/s"},
	} {
		if got := progressLine("a", tt.at, tt.took); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
