// This file brings twenty scripted clients in by every way, over a network of
// three machines with real redirection by the kernel: complete sign-ins, chats
// and sign-outs, compared byte for byte at both ends.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	socks "golang.org/x/net/proxy"

	"msnscope/proxy/msnptest"
)

// way is how the clients of a test come in.
type way struct {
	name  string
	flags []string
	rules string // of nftables on the router
	ip6   bool
	// commands on the router besides.
	commands []string
	// address is where clients sign in; "" the dispatch server itself.
	address string
	socks   string // address of the SOCKS5 proxy in the clients' settings
	connect string // of the HTTP proxy in the clients' settings
	// untouched: redirects reach the clients as they were sent.
	untouched bool
	// seen is the address from which servers see the clients.
	seen string
}

const tproxyRules = `
table inet msnscope {
	chain prerouting {
		type filter hook prerouting priority mangle; policy accept;
		meta l4proto tcp socket transparent 1 meta mark set 1 accept
		iifname "routerc" tcp dport 1863 meta nfproto ipv4 tproxy ip to :2863 meta mark set 1 accept
		iifname "routerc" tcp dport 1863 meta nfproto ipv6 tproxy ip6 to :2863 meta mark set 1 accept
	}
}`

const redirectRules = `
table inet msnscope {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "routerc" tcp dport 1863 redirect to :2863
	}
}`

var ways = []way{
	{name: "reverse", flags: []string{"--upstream", serverIPs[0], "--listen", "0.0.0.0:1863"}, address: routerIP + ":1863", seen: routerServerIP},
	{name: "route", flags: []string{"--route", routerIP + ":1999=" + serverIPs[0]}, address: routerIP + ":1999", seen: routerServerIP},
	{name: "reverse, IPv6", ip6: true, flags: []string{"--upstream", serverIPs6[0], "--listen", "[::]:1863"}, address: "[" + routerIP6 + "]:1863", seen: "fd77:2::1"},
	{name: "REDIRECT", flags: []string{"--transparent", "0.0.0.0:2863"}, rules: redirectRules, untouched: true, seen: routerServerIP},
	{name: "REDIRECT, IPv6", ip6: true, flags: []string{"--transparent", "[::]:2863"}, rules: redirectRules, untouched: true, seen: "fd77:2::1"},
	{name: "TPROXY", flags: []string{"--tproxy", "0.0.0.0:2863"}, rules: tproxyRules, untouched: true, seen: clientIP,
		commands: []string{"ip rule add fwmark 1 lookup 100", "ip route add local default dev lo table 100"}},
	{name: "TPROXY, IPv6", ip6: true, flags: []string{"--tproxy", "[::]:2863"}, rules: tproxyRules, untouched: true, seen: clientIP6,
		commands: []string{"ip -6 rule add fwmark 1 lookup 100", "ip -6 route add local default dev lo table 100"}},
	{name: "SOCKS5", flags: []string{"--socks", routerIP + ":1080", "--allow-target", "10.77.2.0/24:1863", "--allow-client", "10.77.1.0/24"}, socks: routerIP + ":1080", untouched: true, seen: routerServerIP},
	{name: "HTTP CONNECT", flags: []string{"--socks", routerIP + ":1080", "--allow-target", "*"}, connect: routerIP + ":1080", untouched: true, seen: routerServerIP},
	{name: "all at once", flags: []string{"--upstream", serverIPs[0], "--listen", routerIP + ":1863", "--socks", routerIP + ":1080", "--transparent", "0.0.0.0:2863",
		"--route", routerIP + ":1999=" + serverIPs[0], "--gateway", routerIP + ":8080=" + serverIPs[0]}, address: routerIP + ":1999", seen: routerServerIP},
}

func TestWaysIn(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) { testWay(t, &w) })
	}
}

func testWay(t *testing.T, w *way) {
	n := newNetwork(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if w.rules != "" {
		n.nft(t, w.rules)
	}
	n.sh(t, n.router, w.commands...)
	ips := serverIPs
	if w.ip6 {
		ips = serverIPs6
	}
	var server *msnptest.Server
	err := within(n.server, func() (err error) {
		at := func(i int) []string { return []string{net.JoinHostPort(ips[i], "1863")} }
		server, err = msnptest.Start(msnptest.Config{Accounts: crowdAccounts(), Record: true, DS: at(0), NS: at(1), SB: at(2)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	store := filepath.Join(t.TempDir(), "store")
	proxy := startIn(t, n.router, append([]string{"proxy", "--web", "127.0.0.1:0", "--store", store}, w.flags...)...)

	address := w.address
	if address == "" {
		address = server.DispatchAddr()
	}
	clients := make([]*msnptest.Client, 20)
	errs := make(chan error, len(clients))
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{
			Handle: user(i), Password: "secret", Record: true, Seed: uint64(i), TrIDs: msnptest.TrIDs(i % 4), Dial: w.dial(n),
		})
		defer clients[i].Close()
		go func() { errs <- signIn(ctx, clients[i], address) }()
	}
	wait := func(n int) {
		t.Helper()
		for range n {
			if err := <-errs; err != nil {
				t.Fatalf("%v\n%s", err, proxy.stderr.String())
			}
		}
	}
	wait(len(clients))
	rooms := len(clients) / 3
	for room := range rooms {
		go func() { errs <- chatOfThree(ctx, clients[room*3:room*3+3], room) }()
	}
	wait(rooms)
	for _, c := range clients {
		if err := c.SignOut(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	proxy.stop(t)
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %q", c)
	}
	checkEnds(t, server, clients)
	checkAddresses(t, w, server, clients, ips)
	checkCapture(t, store)
}

// dial connects a client the way its settings say.
func (w *way) dial(n *network) msnptest.Dial {
	direct := dialFrom(n.client)
	switch {
	case w.socks != "":
		return func(ctx context.Context, address string) (net.Conn, error) {
			conn, err := direct(ctx, w.socks)
			if err != nil {
				return nil, err
			}
			d, err := socks.SOCKS5("tcp", w.socks, nil, nil)
			if err != nil {
				return nil, err
			}
			_, err = d.(interface {
				DialWithConn(context.Context, net.Conn, string, string) (net.Addr, error)
			}).DialWithConn(ctx, conn, "tcp", address)
			return conn, err
		}
	case w.connect != "":
		return func(ctx context.Context, address string) (net.Conn, error) {
			conn, err := direct(ctx, w.connect)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(conn, "CONNECT %s HTTP/1.0\r\n\r\n", address)
			want := "HTTP/1.0 200 Connection established\r\n\r\n"
			got := make([]byte, len(want))
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != want {
				return nil, errors.Join(err, fmt.Errorf("answered %q", got))
			}
			return conn, nil
		}
	}
	return direct
}

// checkAddresses looks at the redirects that clients were given, and at the
// addresses from which servers saw them.
func checkAddresses(t *testing.T, w *way, server *msnptest.Server, clients []*msnptest.Client, ips []string) {
	t.Helper()
	redirects := 0
	for _, c := range clients {
		for _, r := range c.Redirects() {
			for _, a := range []string{r.Address, r.Current} {
				if a == "" {
					continue
				}
				redirects++
				ip := netip.MustParseAddrPort(a).Addr().String()
				untouched := ip == ips[0] || ip == ips[1] || ip == ips[2]
				if untouched != w.untouched || !untouched && ip != routerIP && ip != routerIP6 {
					t.Errorf("%s sends to %s", r.Command, a)
				}
			}
		}
	}
	if redirects < 2*len(clients) {
		t.Errorf("only %d redirects", redirects)
	}
	for _, l := range server.Log() {
		if ip := netip.MustParseAddrPort(l.Remote).Addr().String(); ip != w.seen {
			t.Errorf("the server sees a client at %s, want %s", ip, w.seen)
			return
		}
	}
}

// startIn starts msnscope in a namespace and waits until it serves.
func startIn(t *testing.T, ns string, args ...string) *running {
	t.Helper()
	cmd := program(args...)
	ip, err := exec.LookPath("ip")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Args = append([]string{"ip", "netns", "exec", ns, cmd.Path}, args...)
	cmd.Path = ip
	return start(t, cmd)
}

func TestWaysRefuse(t *testing.T) {
	for _, args := range []string{
		"", "--route 127.0.0.1:1863", "--route x=y", "--gateway =y", "--socks 127.0.0.1:0 --allow-client x", "--socks 127.0.0.1:0 --allow-target a/b",
		"--socks 127.0.0.1:0 --outer http://x", "--socks nowhere", "--upstream h:port",
	} {
		cmd := program(append([]string{"proxy", "--web", "127.0.0.1:0", "--store", t.TempDir()}, strings.Fields(args)...)...)
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.HasPrefix(string(out), "msnscope proxy: ") {
			t.Errorf("proxy %s: %v\n%s", args, err, out)
		}
	}
}
