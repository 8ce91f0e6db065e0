// This file brings twenty scripted clients in by every way, over a network of
// three machines with real redirection by the kernel: complete sign-ins, chats
// and sign-outs, compared byte for byte at both ends.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	// setting is what they say to the proxy of their connection settings.
	setting msnptest.Setting
	// users are asked for a password.
	users bool
	// gateway is the address of the HTTP gateway as clients know it, and
	// httpProxy of the HTTP proxy in their settings.
	gateway, httpProxy string
	// balanced: a balancer in front names the clients.
	balanced bool
	// outer: servers are reached through another proxy, at their site.
	outer bool
	// untouched: redirects reach the clients as they were sent.
	untouched bool
	// seen are the addresses from which servers see the clients.
	seen []string
	// told is the client's address in the capture; "" the one it has.
	told string
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

const (
	socksAt   = routerIP + ":1080"
	gatewayAt = routerIP + ":8080"
	balanced  = "10.9.8.7" // the client's address behind the balancer
)

var (
	gatewayIP   = serverIPs[0] // the HTTP gateway is at the servers' site
	byRouter    = []string{routerServerIP}
	byRouter6   = []string{routerServerIP6}
	socksFlags  = []string{"--socks", socksAt, "--allow-target", "10.77.2.0/24", "--allow-client", "10.77.1.0/24"}
	socksFlags6 = []string{"--socks", "[" + routerIP6 + "]:1080", "--allow-target", "fd77:2::/64", "--allow-client", "fd77:1::/64"}
)

var ways = []*way{
	{name: "reverse", flags: []string{"--upstream", serverIPs[0], "--listen", "0.0.0.0:1863"}, address: routerIP + ":1863", seen: byRouter},
	{name: "reverse, IPv6", ip6: true, flags: []string{"--upstream", serverIPs6[0], "--listen", "[::]:1863"}, address: "[" + routerIP6 + "]:1863", seen: byRouter6},
	{name: "behind a balancer", flags: []string{"--upstream", serverIPs[0], "--listen", "0.0.0.0:1863", "--proxy-protocol", "10.77.1.0/24"},
		address: routerIP + ":1863", balanced: true, seen: byRouter, told: balanced},
	{name: "through an outer proxy", flags: []string{"--upstream", serverIPs[0], "--listen", "0.0.0.0:1863", "--outer", "socks5://me:hush@" + gatewayIP},
		address: routerIP + ":1863", outer: true, seen: serverIPs},
	{name: "route", flags: []string{"--route", routerIP + ":1999=" + serverIPs[0]}, address: routerIP + ":1999", seen: byRouter},
	{name: "REDIRECT", flags: []string{"--transparent", "0.0.0.0:2863"}, rules: redirectRules, untouched: true, seen: byRouter},
	{name: "REDIRECT, IPv6", ip6: true, flags: []string{"--transparent", "[::]:2863"}, rules: redirectRules, untouched: true, seen: byRouter6},
	{name: "TPROXY", flags: []string{"--tproxy", "0.0.0.0:2863"}, rules: tproxyRules, untouched: true, seen: []string{clientIP},
		commands: []string{"ip rule add fwmark 1 lookup 100", "ip route add local default dev lo table 100"}},
	{name: "TPROXY, IPv6", ip6: true, flags: []string{"--tproxy", "[::]:2863"}, rules: tproxyRules, untouched: true, seen: []string{clientIP6},
		commands: []string{"ip -6 rule add fwmark 1 lookup 100", "ip -6 route add local default dev lo table 100"}},
	{name: "SOCKS4", flags: socksFlags, setting: msnptest.SOCKS4, untouched: true, seen: byRouter},
	{name: "SOCKS4a", flags: socksFlags, setting: msnptest.SOCKS4a, untouched: true, seen: byRouter},
	{name: "SOCKS5", flags: socksFlags, setting: msnptest.SOCKS5, untouched: true, seen: byRouter},
	{name: "SOCKS5, IPv6", ip6: true, flags: socksFlags6, setting: msnptest.SOCKS5, untouched: true, seen: byRouter6},
	{name: "SOCKS5 with password", flags: socksFlags, users: true, setting: msnptest.SOCKS5As("me", "hush"), untouched: true, seen: byRouter},
	{name: "HTTP CONNECT", flags: socksFlags, setting: msnptest.CONNECT, untouched: true, seen: byRouter},
	{name: "HTTP CONNECT with password", flags: socksFlags, users: true, setting: msnptest.CONNECTAs("me", "hush"), untouched: true, seen: byRouter},
	{name: "HTTP gateway", flags: []string{"--gateway", gatewayAt + "=" + gatewayIP}, gateway: gatewayAt, untouched: true, seen: serverIPs},
	{name: "HTTP gateway by setting", flags: socksFlags, gateway: gatewayIP + ":80", httpProxy: socksAt, untouched: true, seen: serverIPs},
}

func TestWaysIn(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) { testWays(t, w) })
	}
	// And all at once, but those that exclude each other.
	t.Run("together", func(t *testing.T) {
		var all []*way
		for _, w := range ways {
			switch w.name {
			case "route", "REDIRECT", "SOCKS4", "SOCKS4a", "SOCKS5", "HTTP CONNECT", "HTTP gateway", "HTTP gateway by setting":
				all = append(all, w)
			}
		}
		testWays(t, all...)
	})
}

// testWays has clients come in by some ways, in turn, and chat with each other.
func testWays(t *testing.T, ways ...*way) {
	t.Parallel()
	n := newNetwork(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ips := serverIPs
	if ways[0].ip6 {
		ips = serverIPs6
	}
	var server *msnptest.Server
	var gateway *msnptest.Gateway
	err := within(n.server, func() (err error) {
		at := func(i int) []string { return []string{net.JoinHostPort(ips[i], "1863")} }
		server, err = msnptest.Start(msnptest.Config{Accounts: crowdAccounts(), Record: true, DS: at(0), NS: at(1), SB: at(2)})
		if err == nil {
			gateway, err = msnptest.StartGateway(gatewayIP+":80", dialFrom(n.server))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	defer gateway.Close()
	dir := t.TempDir()
	store, users := filepath.Join(dir, "store"), filepath.Join(dir, "users")
	if err := os.WriteFile(users, []byte("me hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"proxy", "--web", "127.0.0.1:0", "--store", store}
	for _, w := range ways {
		args = append(args, w.flags...)
		if w.users {
			args = append(args, "--socks-users", users)
		}
		if w.rules != "" {
			n.nft(t, w.rules)
		}
		n.sh(t, n.router, w.commands...)
		if w.outer {
			startIn(t, n.server, "proxy", "--web", "127.0.0.1:0", "--store", filepath.Join(dir, "outer"), "--socks", gatewayIP+":1080", "--socks-users", users, "--allow-target", "*")
		}
	}
	proxy := startIn(t, n.router, withoutRepeats(args)...)

	var inHTTP []*msnptest.InHTTP
	clients := crowdOf(t, 20, func(i int, cfg *msnptest.ClientConfig) {
		w := ways[i%len(ways)]
		cfg.Dial = w.dial(n)
		if w.gateway != "" {
			h := &msnptest.InHTTP{Gateway: gateway, Address: w.gateway, Proxy: w.httpProxy, Direct: dialFrom(n.client)}
			cfg.Dial, inHTTP = h.Dial, append(inHTTP, h)
		}
	})
	comeAndGo(t, ctx, server, clients, 4, func(i int) string {
		if w := ways[i%len(ways)]; w.address != "" {
			return w.address
		}
		return server.DispatchAddr()
	})
	for _, h := range inHTTP {
		h.Wait()
		if got := h.Named(); len(got) != 1 || got[0] != h.Address {
			t.Errorf("clients are sent to the gateways %q, want %s", got, h.Address)
		}
	}
	if c := gateway.Complaints(); len(c) > 0 {
		t.Errorf("the gateway complains: %q", c)
	}
	proxy.stop(t)
	checkEnds(t, server, clients)
	for i, c := range clients {
		w := ways[i%len(ways)]
		if w.untouched {
			checkRedirects(t, c, ips...)
		} else {
			checkRedirects(t, c, routerIP, routerIP6)
		}
		checkSeen(t, server, c.Handle(), w.seen)
	}
	checkParties(t, checkCapture(t, store), ways[0].client(), ips)
}

// withoutRepeats leaves out flags that were given before.
func withoutRepeats(args []string) []string {
	kept := args[:1:1]
	given := map[string]bool{}
	for pair := range slices.Chunk(args[1:], 2) {
		if words := strings.Join(pair, " "); !given[words] {
			given[words] = true
			kept = append(kept, pair...)
		}
	}
	return kept
}

// client is the address of the clients in the capture.
func (w *way) client() string {
	switch {
	case w.told != "":
		return w.told
	case w.ip6:
		return clientIP6
	}
	return clientIP
}

// dial connects a client the way its settings say.
func (w *way) dial(n *network) msnptest.Dial {
	direct := msnptest.Dial(dialFrom(n.client))
	switch {
	case w.setting != nil:
		return w.setting.Through(w.flags[1], direct)
	case w.balanced:
		return func(ctx context.Context, address string) (net.Conn, error) {
			conn, err := direct(ctx, address)
			if err != nil {
				return nil, err
			}
			to := netip.MustParseAddrPort(address)
			from := netip.MustParseAddrPort(conn.LocalAddr().String()).Port()
			_, err = fmt.Fprintf(conn, "PROXY TCP4 %s %s %d %d\r\n", balanced, to.Addr(), from, to.Port())
			return conn, err
		}
	}
	return direct
}

// checkSeen looks at the addresses from which servers saw a client.
func checkSeen(t *testing.T, server *msnptest.Server, handle string, want []string) {
	t.Helper()
	for _, l := range server.Log() {
		if ip := netip.MustParseAddrPort(l.Remote).Addr().String(); l.Account == handle && !slices.Contains(want, ip) {
			t.Errorf("the server sees %s at %s, want %s", handle, ip, want)
		}
	}
}

// checkParties looks whether all that was captured was said between a client
// and servers, whatever stood between them.
func checkParties(t *testing.T, captured []byte, client string, servers []string) {
	t.Helper()
	from := json.NewDecoder(bytes.NewReader(captured))
	for {
		var e struct{ Client, Server, Kind string }
		if err := from.Decode(&e); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		c, s := netip.MustParseAddrPort(e.Client).Addr().String(), netip.MustParseAddrPort(e.Server).Addr().String()
		if c != client || !slices.Contains(servers, s) {
			t.Fatalf("captured: a conversation between %s and %s, want %s and one of %s", e.Client, e.Server, client, servers)
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
