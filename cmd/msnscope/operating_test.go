// This file runs the program as a service: sockets of systemd that stay open
// over a restart, the word that it is ready, and what monitoring is told.

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

// fetch gets a page of the monitoring address.
func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// sample finds the value of a metric.
func sample(t *testing.T, text, name string) float64 {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no metric %s in\n%s", name, text)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{Accounts: crowdAccounts(), DS: loopback(1, 2), NS: loopback(1, 2), SB: loopback(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	proxy := startProxy(t, server.DispatchAddr(), filepath.Join(t.TempDir(), "store"), "--metrics", "127.0.0.1:0")
	base := strings.TrimSuffix(proxy.metrics, "/metrics")
	if code, body := fetch(t, base+"/readyz"); code != http.StatusOK || body != "ready\n" {
		t.Errorf("/readyz: %d %s", code, body)
	}
	clients := make([]*msnptest.Client, 3)
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: user(i), Password: "secret"})
		defer clients[i].Close()
		if err := signIn(ctx, clients[i], proxy.address); err != nil {
			t.Fatal(err)
		}
	}
	_, text := fetch(t, proxy.metrics)
	if n := sample(t, text, "msnscope_connections_open"); n < 3 {
		t.Errorf("%v connections are open, want 3 and those that are about to end", n)
	}
	if err := chatOfThree(ctx, clients, 0, chatRounds); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		if err := c.SignOut(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	// The index comes behind.
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if _, text = fetch(t, proxy.metrics); sample(t, text, "msnscope_index_behind_bytes") == 0 && strings.Contains(text, "msnscope_answer_seconds_count") {
			break
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the index stays behind")
		}
	}
	for name, least := range map[string]float64{
		`msnscope_connections_total`:               9,
		`msnscope_bytes_total{dir="c2s"}`:          10_000,
		`msnscope_commands_total{dir="c2s"}`:       100,
		`msnscope_commands_total{dir="s2c"}`:       100,
		`msnscope_redirects_rewritten_total`:       6,
		`msnscope_answer_seconds_count{role="NS"}`: 9,
		`msnscope_listeners`:                       2,
		`go_goroutines`:                            5,
		`process_open_fds`:                         5,
		`msnscope_connections_refused_total`:       0,
		`msnscope_capture_lost_bytes_total`:        0,
		`msnscope_capture_failing`:                 0,
		`msnscope_pages_open`:                      0,
	} {
		if v := sample(t, text, name); v < least || least == 0 && v != 0 {
			t.Errorf("%s is %v, want %v or more", name, v, least)
		}
	}
	proxy.stop(t)
}

func TestLogFormat(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store")
	startProxy(t, "127.0.0.9:1", store).stop(t)
	if err := os.WriteFile(filepath.Join(store, "index.sqlite"), []byte("no index"), 0o600); err != nil {
		t.Fatal(err)
	}
	proxy := startProxy(t, "127.0.0.9:1", store, "--log-format", "json")
	conn, err := net.Dial("tcp", proxy.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "VER 1 MSNP7 CVR0\r\n")
	io.Copy(io.Discard, conn)
	proxy.stop(t)
	// The store's words have the same form as the proxy's.
	var said []string
	for line := range strings.Lines(proxy.stderr.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || m["level"] != "WARN" {
			t.Errorf("the log says %q (%v)", line, err)
		}
		said = append(said, fmt.Sprint(m["msg"], " ", m["upstream"]))
	}
	if want := "[The index is rebuilt from the captures <nil> cannot reach the server 127.0.0.9:1]"; fmt.Sprint(said) != want {
		t.Errorf("the log says %s, want %s", said, want)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	var pages []string
	for range 2 {
		p := startProxy(t, "127.0.0.9:1", filepath.Join(dir, "store"), "--token-file", file)
		_, token, _ := strings.Cut(p.page, "?token=")
		pages = append(pages, token)
		p.stop(t)
	}
	if pages[0] != pages[1] || len(pages[0]) < 16 {
		t.Errorf("the tokens are %q", pages)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	os.WriteFile(file, []byte("short"), 0o600)
	if out, err := program("web", "--store", dir, "--token-file", file).CombinedOutput(); err == nil || !strings.Contains(string(out), "16 characters") {
		t.Errorf("%s", out)
	}
}

// activated starts msnscope with sockets that are open already, as systemd does.
func activated(t *testing.T, notify string, sockets map[string]*net.TCPListener, args ...string) *running {
	t.Helper()
	cmd := program(args...)
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh to set LISTEN_PID with")
	}
	cmd.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, cmd.Path}, args...)
	cmd.Path = sh
	var names []string
	for name, l := range sockets {
		file, err := l.File()
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, file)
		names = append(names, name)
	}
	cmd.Env = append(cmd.Env, "LISTEN_FDS="+strconv.Itoa(len(names)), "LISTEN_FDNAMES="+strings.Join(names, ":"), "NOTIFY_SOCKET="+notify)
	return start(t, cmd)
}

func TestSystemd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := msnptest.Start(msnptest.Config{Accounts: crowdAccounts(), All: "127.0.0.2:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	sockets := map[string]*net.TCPListener{}
	for _, name := range []string{"msnp", "page"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		sockets[name] = l.(*net.TCPListener)
	}
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	hear := func(want string) {
		t.Helper()
		told.SetReadDeadline(time.Now().Add(20 * time.Second))
		b := make([]byte, 100)
		if n, err := told.Read(b); err != nil || string(b[:n]) != want {
			t.Fatalf("systemd is told %q (%v), want %q", b[:n], err, want)
		}
	}
	args := []string{"proxy", "--upstream", server.DispatchAddr(), "--listen", "systemd:msnp", "--web", "systemd:page", "--store", filepath.Join(dir, "store")}
	address := sockets["msnp"].Addr().String()
	for range 2 {
		// A client that comes while nobody is there waits.
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "VER 1 MSNP7 CVR0\r\n")
		p := activated(t, told.LocalAddr().String(), sockets, args...)
		hear("READY=1")
		if p.address != address {
			t.Errorf("it listens on %s, want %s", p.address, address)
		}
		if line, err := bufio.NewReader(conn).ReadString('\n'); line != "VER 1 MSNP7 CVR0\r\n" && line != "VER 1 MSNP7\r\n" {
			t.Errorf("the client that waited is told %q (%v)", line, err)
		}
		conn.Close()
		p.stop(t)
		hear("STOPPING=1")
	}
	sessions := output(t, "export", "--store", filepath.Join(dir, "store"), "--format", "jsonl")
	if n := strings.Count(string(sessions), `"cmd":"VER"`); n != 4 {
		t.Errorf("the capture has %d VER of both runs, want 4", n)
	}
}

func TestSystemdMistakes(t *testing.T) {
	for _, test := range []struct{ env, want string }{
		{"", "systemd has handed over no sockets"},
		{fmt.Sprintf("LISTEN_PID=%d", os.Getpid()), "systemd has handed over no sockets"},
	} {
		cmd := program("proxy", "--upstream", "127.0.0.9", "--listen", "systemd:msnp", "--web", "127.0.0.1:0", "--store", t.TempDir())
		cmd.Env = append(cmd.Env, test.env)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), test.want) {
			t.Errorf("%s: %s", test.env, out)
		}
	}
}

// Only sockets of TCP can be taken over: the others have no port to tell.
func TestSystemdSocketIsTCP(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.UnixListener).File()
	if err != nil {
		t.Skip(err) // not on this system, which has no systemd either
	}
	a := activation{named: map[string][]*os.File{"page": {file}}}
	a.once.Do(func() {}) // they are taken already
	if got, err := a.listen("systemd:page"); err == nil || !strings.Contains(err.Error(), "no TCP socket") {
		t.Errorf("%v, %v", got, err)
	}
}
