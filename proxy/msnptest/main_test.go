// This file holds what the tests share: the check for leaked goroutines, a
// server with three users, and a raw connection for tests of exact lines.

package msnptest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	three = []string{"127.0.0.1:0"}
	users = []Account{
		{Handle: "ann@example.com", Password: "pa", Name: "Ann 100% é", Groups: []string{"Other Contacts", "Friends"},
			Phones: map[string]string{"PHH": "1 (222)"}, Contacts: []Contact{{Handle: "ben@example.com", Groups: []int{1}}}},
		{Handle: "ben@example.com", Password: "pb", Name: "Ben", Contacts: []Contact{{Handle: "ann@example.com"}}},
		{Handle: "cid@example.com", Password: "pc", Name: "Cid"},
	}
)

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	if cfg.NS == nil && cfg.All == "" {
		cfg.DS, cfg.NS, cfg.SB = three, three, three
	}
	if cfg.Accounts == nil {
		cfg.Accounts = users
	}
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range s.Complaints() {
			t.Error(c)
		}
		s.Close()
	})
	return s
}

// online returns a client that is signed in and visible.
func online(t *testing.T, s *Server, cfg ClientConfig) *Client {
	t.Helper()
	ctx := deadline(t)
	cfg.Handle += "@example.com"
	for _, a := range s.cfg.Accounts {
		if a.Handle == cfg.Handle && cfg.Password == "" {
			cfg.Password = a.Password
		}
	}
	c := NewClient(cfg)
	t.Cleanup(func() { c.Close() })
	if err := c.SignIn(ctx, s.DispatchAddr()); err != nil {
		t.Fatal(err)
	}
	if err := c.SetStatus(ctx, "NLN"); err != nil {
		t.Fatal(err)
	}
	return c
}

// raw is a connection on which tests say and expect exact lines.
type raw struct {
	t  *testing.T
	nc net.Conn
	r  *bufio.Reader
}

func connect(t *testing.T, addr string) *raw {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(20 * time.Second))
	return &raw{t, nc, bufio.NewReader(nc)}
}

// play goes through a script: "> x" is sent with CR LF, "< re" is what the
// next command must match as a whole, "<< n" skips n commands, "eof" is the
// end; $1 is the first of args. It returns what the groups of the last match hold.
func (c *raw) play(script string, args ...string) (groups []string) {
	c.t.Helper()
	for i, arg := range args {
		script = strings.ReplaceAll(script, fmt.Sprint("$", i+1), arg)
	}
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		line = strings.TrimLeft(line, "\t")
		if text, ok := strings.CutPrefix(line, "> "); ok {
			if _, err := fmt.Fprintf(c.nc, "%s\r\n", text); err != nil {
				c.t.Fatal(err)
			}
			continue
		}
		cmd, err := readCommand(c.r, serverPayloads)
		if line == "eof" {
			if err == nil {
				c.t.Fatalf("want the end, got %s", cmd)
			}
			continue
		}
		if err != nil {
			c.t.Fatalf("want %q: %v", line, err)
		}
		groups = regexp.MustCompile("^" + strings.TrimPrefix(line, "< ") + "$").FindStringSubmatch(cmd.String())
		if groups == nil {
			c.t.Fatalf("want %q, got %q", line, cmd)
		}
	}
	return groups
}

// signIn signs in on a raw connection to an NS.
func (c *raw) signIn(dialect, handle, password string) {
	c.t.Helper()
	g := c.play("> VER 1 "+dialect+"\n< VER 1 "+dialect+"\n> INF 2 \n< INF 2 MD5\n> USR 3 MD5 I $1\n< USR 3 MD5 S ([0-9.]+)", handle)
	flag := ""
	if dialectNumber(dialect) >= 6 {
		flag = " 1"
	}
	c.play("> USR 4 MD5 S $1\n< USR 4 OK $2 [^ ]+$3\n< MSG Hotmail Hotmail [0-9]+", md5Hex(g[1]+password), handle, flag)
}
