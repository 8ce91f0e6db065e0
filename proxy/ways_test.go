// This file brings practice clients in by every way that needs no kernel:
// routes, SOCKS 4, 4a, 5, HTTP CONNECT, an outer proxy, a balancer; and tests
// who is let in, and where to.

package proxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

// practice starts a practice server with DS, NS and SB at different addresses.
func practice(t *testing.T) *msnptest.Server {
	t.Helper()
	server, err := msnptest.Start(msnptest.Config{
		DS: []string{"127.0.0.2:0"}, NS: []string{"127.0.0.2:0", "127.0.0.3:0"}, SB: []string{"127.0.0.3:0"},
		Accounts: msnptest.StoryAccounts(), Record: true,
	})
	must(t, err)
	t.Cleanup(func() { server.Close() })
	return server
}

// story plays the practice clients' story from address, each connection made
// by dial if that is not nil.
func story(t *testing.T, server *msnptest.Server, address string, dial msnptest.Dial) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := &msnptest.Story{Address: address, Server: server, Pace: time.Microsecond, Scenes: 8, Dial: dial}
	must(t, s.Run(ctx))
	must(t, server.Drained(ctx))
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %q", c)
	}
}

// throughProxy checks that each connection of the server went through the proxy.
func throughProxy(t *testing.T, p *Proxy, server *msnptest.Server) {
	t.Helper()
	waitClosed(t, p)
	if got, all := p.Status().Total, len(server.Log()); int(got) != all || all < 10 {
		t.Errorf("%d connections went through the proxy, the server had %d", got, all)
	}
	if n := p.Status().Refused; n > 0 {
		t.Errorf("%d connections were refused", n)
	}
}

func socks5Ask(target string) string {
	a := netip.MustParseAddrPort(target)
	ask := append([]byte{5, 1, 0, 1}, a.Addr().AsSlice()...)
	return string(binary.BigEndian.AppendUint16(ask, a.Port()))
}

func TestSettings(t *testing.T) {
	for _, test := range []struct {
		name    string
		setting msnptest.Setting
		users   map[string]string
	}{
		{"SOCKS4", msnptest.SOCKS4, nil},
		{"SOCKS4a", msnptest.SOCKS4a, nil},
		{"SOCKS5", msnptest.SOCKS5, nil},
		{"SOCKS5 at once", msnptest.SOCKS5AtOnce, nil},
		{"SOCKS5 with password", msnptest.SOCKS5As("user", "secret"), map[string]string{"user": "secret"}},
		{"CONNECT", msnptest.CONNECT, nil},
		{"CONNECT with password", msnptest.CONNECTAs("user", "secret"), map[string]string{"user": "secret"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := practice(t)
			file, _ := recorder(t)
			p := serve(t, &Proxy{Socks: []string{"127.0.0.1:0"}, SocksUsers: test.users, Recorder: file})
			story(t, server, server.DispatchAddr(), test.setting.Through(p.Addr().String(), nil))
			throughProxy(t, p, server)
			for _, conn := range server.Log() {
				if bytes.Contains(conn.Received, []byte("CONNECT")) || bytes.HasPrefix(conn.Received, []byte{5}) {
					t.Errorf("the server has received the handshake: %.40q", conn.Received)
				}
			}
		})
	}
}

func TestSettingsRefused(t *testing.T) {
	silent := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) { io.Copy(io.Discard, conn) })
	gone := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) {})
	closed := freePort(t)
	users := map[string]string{"user": "secret"}
	for _, test := range []struct {
		name, ask, want string
		p               *Proxy
	}{
		{"SOCKS5, wrong password", "\x05\x01\x02\x01\x04user\x05wrong", "\x05\x02\x01\x01", &Proxy{SocksUsers: users}},
		{"SOCKS5, longest name", "\x05\x01\x02\x01\xff" + strings.Repeat("u", 255) + "\x05wrong", "\x05\x02\x01\x01", &Proxy{SocksUsers: users}},
		{"SOCKS5, no password offered", "\x05\x01\x00", "\x05\xff", &Proxy{SocksUsers: users}},
		{"SOCKS4 where a password is needed", "\x04\x01\x07\x47\x7f\x00\x00\x02user\x00", "\x00\x5b\x00\x00\x00\x00\x00\x00", &Proxy{SocksUsers: users}},
		{"CONNECT, no password", "CONNECT " + silent + " HTTP/1.0\r\n\r\n", "HTTP/1.0 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"msnscope\"\r\nContent-Length: 0\r\n\r\n", &Proxy{SocksUsers: users}},
		{"SOCKS5, not allowed", "\x05\x01\x00" + socks5Ask(silent), "\x05\x00\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", &Proxy{AllowTargets: []string{"127.0.0.9"}}},
		{"SOCKS5, BIND", "\x05\x01\x00\x05\x02" + socks5Ask(silent)[2:], "\x05\x00\x05\x07\x00\x01\x00\x00\x00\x00\x00\x00", &Proxy{}},
		{"SOCKS5, nobody there", "\x05\x01\x00" + socks5Ask(closed), "\x05\x00\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", &Proxy{}},
		{"SOCKS5, an outer proxy that is none", "\x05\x01\x00" + socks5Ask(silent), "\x05\x00\x05\x01\x00\x01\x00\x00\x00\x00\x00\x00", &Proxy{Outer: "socks5://" + gone}},
		{"CONNECT, refused port", "CONNECT " + silent + " HTTP/1.0\r\n\r\n", "HTTP/1.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n", &Proxy{Refuse: []netip.AddrPort{netip.MustParseAddrPort(silent)}}},
		{"neither", "VER 1 MSNP7 CVR0\r\n", "", &Proxy{}},
		{"too long", "CONNECT " + strings.Repeat("x", 20000), "", &Proxy{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := test.p
			p.Socks = []string{"127.0.0.1:0"}
			file, path := recorder(t)
			p.Recorder = file
			serve(t, p)
			conn := dial(t, p.Addr().String())
			send(t, conn, test.ask)
			if test.name == "CONNECT, refused port" || test.want != "" {
				conn.CloseWrite()
			}
			got, err := io.ReadAll(conn)
			if string(got) != test.want {
				t.Errorf("answered %q (%v), want %q", got, err, test.want)
			}
			waitClosed(t, p)
			if p.Status().Refused != 1 {
				t.Errorf("%d refused, want 1", p.Status().Refused)
			}
			if notes := comments(t, path); !strings.Contains(notes, "refused: ") || strings.Contains(notes, " :0") {
				t.Errorf("the capture says %q", notes)
			}
		})
	}
}

// freePort returns an address on which nobody listens.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.2:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func TestOwnAddressesAreRefused(t *testing.T) {
	p := &Proxy{Socks: []string{"127.0.0.1:0"}}
	serve(t, p)
	conn := dial(t, p.Addr().String())
	if err := msnptest.SOCKS5(conn, p.Addr().String()); err == nil || !strings.Contains(err.Error(), `"\x05\x02`) {
		t.Errorf("the proxy connects to itself: %v", err)
	}
}

func TestRoutes(t *testing.T) {
	a, b := practice(t), practice(t)
	p := serve(t, &Proxy{Routes: []Route{{"127.0.0.1:0", a.DispatchAddr()}, {"127.0.0.1:0", b.DispatchAddr()}}})
	for i, server := range []*msnptest.Server{a, b} {
		story(t, server, p.Status().Ways[i].Addr.String(), nil)
	}
	waitClosed(t, p)
	if got, all := p.Status().Total, len(a.Log())+len(b.Log()); int(got) != all || all < 20 {
		t.Errorf("%d connections went through the proxy, the servers had %d", got, all)
	}
}

func TestOuterProxy(t *testing.T) {
	server := practice(t)
	outer := serve(t, &Proxy{Socks: []string{"127.0.0.4:0"}, SocksUsers: map[string]string{"me": "hush"}})
	p := serve(t, &Proxy{Upstream: server.DispatchAddr(), Outer: "socks5://me:hush@" + outer.Addr().String()})
	story(t, server, p.Addr().String(), nil)
	throughProxy(t, p, server)
	throughProxy(t, outer, server)
}

func TestBalancer(t *testing.T) {
	server := practice(t)
	p := serve(t, &Proxy{Upstream: server.DispatchAddr(), BehindProxy: []string{"127.0.0.1/32"}})
	n := 0
	dial := func(ctx context.Context, target string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.Replace(target, "127.0.0.99", "127.0.0.1", 1))
		if err != nil {
			return nil, err
		}
		to := netip.MustParseAddrPort(target)
		head := fmt.Sprintf("PROXY TCP4 10.9.8.7 127.0.0.99 %d %d\r\n", 2000+n, to.Port())
		if n++; n%2 == 0 {
			b := append(bytes.Clone(proxySignature), 0x21, 0x11, 0, 15, 10, 9, 8, 7, 127, 0, 0, 99)
			b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, uint16(2000+n)), to.Port())
			head = string(append(b, 4, 0, 0)) // an extension that says nothing
		}
		_, err = io.WriteString(conn, head)
		return conn, err
	}
	story(t, server, p.Addr().String(), dial)
	throughProxy(t, p, server)
}

func TestProxyHeaderMistakes(t *testing.T) {
	for _, head := range []string{
		"VER 1 MSNP7 CVR0\r\n", "PROXY TCP4 10.0.0.1 10.0.0.2 1\r\n", "PROXY TCP4 a b 1 2\r\n", "PROXY " + strings.Repeat("x", 120),
		string(proxySignature) + "\x31\x11\x00\x00", string(proxySignature) + "\x21\x11\x00\x04abcd", "PROXY TCP4 10.0.0.1",
	} {
		p := serve(t, &Proxy{Upstream: "127.0.0.9:1", BehindProxy: []string{"127.0.0.1"}})
		conn := dial(t, p.Addr().String())
		send(t, conn, head)
		conn.CloseWrite()
		if got, _ := io.ReadAll(conn); len(got) > 0 {
			t.Errorf("%q is answered %q", head, got)
		}
		waitClosed(t, p)
		if p.Status().Refused != 1 {
			t.Errorf("%q: %d refused, want 1", head, p.Status().Refused)
		}
	}
}

// A client with an HTTP proxy in its settings may send its first word in two
// packets.
func TestRequestInPieces(t *testing.T) {
	for _, request := range []string{"POST /gateway/gateway.dll?Action=open HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "CONNECT a.b:1863 HTTP/1.1\r\n\r\n"} {
		for piece := range len(request) {
			from := &script{in: []byte(request), piece: 1 + piece}
			c := &conn{proxy: &Proxy{}, client: from}
			if err := c.handshake(newInput(from)); err != nil {
				t.Errorf("%q in pieces of %d: %v", request, 1+piece, err)
			}
		}
	}
}

func FuzzProxyHeader(f *testing.F) {
	for _, s := range []string{
		"PROXY TCP4 10.0.0.9 64.4.13.58 1044 1863\r\nVER 1", "PROXY TCP6 ::1 ::2 1 2\r\n", "PROXY UNKNOWN\r\n",
		string(proxySignature) + "\x20\x00\x00\x00", string(proxySignature) + "\x21\x11\x00\x0c\x0a\x00\x00\x01\x0a\x00\x00\x02\x00\x01\x00\x02",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, whole, err := parseProxyHeader(b)
		if whole < 0 || whole > len(b) {
			t.Fatalf("a header of %d bytes in %d", whole, len(b))
		}
		if err != nil || whole == 0 {
			return
		}
		for n := range whole { // it is not seen before it is whole, and is no mistake until then
			if _, _, got, err := parseProxyHeader(b[:n]); n > 0 && (got != 0 || err != nil) {
				t.Fatalf("%q: %d, %v", b[:n], got, err)
			}
		}
	})
}

func TestMayReach(t *testing.T) {
	here, away := netip.MustParseAddrPort("127.0.0.1:9"), netip.MustParseAddrPort("10.0.0.9:9")
	for _, test := range []struct {
		allow  string
		target string
		client netip.AddrPort
		way    Way
		want   bool
	}{
		{"", "messenger.hotmail.com:1863", here, Socks, true},
		{"", "10.0.0.1:22", away, Socks, false},
		{"", "10.0.0.1:22", away, Transparent, true},
		{"", "up.example.org:1863", away, Socks, true},
		{"", "64.4.13.58:1863", away, Socks, true}, // a redirect has named it
		{"*", "10.0.0.1:22", away, Socks, true},
		{"*:1863", "10.0.0.1:1863", away, Socks, true},
		{"*:1863", "10.0.0.1:22", away, Socks, false},
		{"*:1863", "a.example.org:22", away, Transparent, false},
		{"10.0.0.0/8:1863", "10.1.2.3:1863", away, Socks, true},
		{"10.0.0.0/8:1863", "10.1.2.3:22", away, Socks, false},
		{"10.0.0.0/8:1863", "10.1.2.3:22", here, Socks, false},
		{"10.0.0.0/8", "ten.example.org:22", away, Socks, false},
		{"*.example.org", "a.example.org:22", away, Socks, true},
		{"*.example.org", "example.org.evil:22", away, Socks, false},
		{"Messenger.Hotmail.com:1863", "messenger.hotmail.com:1863", away, Socks, true},
		{"messenger.hotmail.com", "messenger.hotmail.com:80", away, Socks, true},
		{"[2001:db8::1]:1863", "[2001:db8::1]:1863", away, Socks, true},
		{"2001:db8::1", "[2001:db8::1]:1863", away, Socks, true},
		{"[2001:db8::1]", "[2001:db8::1]:1863", away, Socks, true},
		{"[2001:db8::/32]:1863", "[2001:db8::1]:1863", away, Socks, true},
		{"10.0.0.0/8", "10.1.2.3:22", away, Transparent, true},
		{"10.0.0.0/8", "11.1.2.3:22", away, Transparent, false},
	} {
		p := &Proxy{main: []*listener{{upstream: target{"up.example.org", 1863}}}}
		if test.allow != "" {
			p.AllowTargets = []string{test.allow}
		}
		must(t, p.parseRules())
		p.named.add(time.Now(), target{"64.4.13.58", 1863})
		to, _ := parseTarget([]byte(test.target))
		if got := p.mayReach(test.client, to, test.way) == nil; got != test.want {
			t.Errorf("allowed %q: %s for %s by %s: %t, want %t", test.allow, test.target, test.client, test.way, got, test.want)
		}
	}
	for _, wrong := range []string{"", "a b", "10.0.0.0/40", "host:port", "host:99999", "a:b:c", "*.", "a*", "[a", "[::1"} {
		if _, err := parseAllowed(wrong); err == nil {
			t.Errorf("%q is taken for a target", wrong)
		}
	}
}

func TestLimits(t *testing.T) {
	echo := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) { io.Copy(conn, conn) })
	for name, test := range map[string]struct {
		limits Limits
		allow  []string
		in     int
	}{
		"connections": {Limits{Connections: 3}, nil, 3},
		"per client":  {Limits{PerClient: 2}, nil, 2},
		"rate":        {Limits{Rate: 1000}, nil, 5},
		"no client":   {Limits{}, []string{"10.0.0.0/8"}, 0},
		"a client":    {Limits{}, []string{"10.0.0.0/8", "127.0.0.1"}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			p := serve(t, &Proxy{Upstream: echo, Limits: test.limits, AllowClients: test.allow})
			in := 0
			var open []net.Conn
			for range 5 {
				conn, err := net.Dial("tcp", p.Addr().String())
				if err != nil {
					continue // turned away already
				}
				defer conn.Close()
				must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
				conn.Write([]byte("PNG\r\n"))
				if s, _ := bufio.NewReader(conn).ReadString('\n'); s == "PNG\r\n" {
					in++
				}
				open = append(open, conn)
			}
			if in != test.in || p.Status().Refused != int64(5-in) {
				t.Errorf("%d of 5 were let in, %d refused; want %d", in, p.Status().Refused, test.in)
			}
			for _, conn := range open {
				conn.Close()
			}
			waitClosed(t, p)
			if len(p.perClient) != 0 {
				t.Errorf("clients that have gone are remembered: %v", p.perClient)
			}
		})
	}
}

// TestLimitsBehindBalancer counts the clients that a balancer names, not itself.
func TestLimitsBehindBalancer(t *testing.T) {
	echo := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) { io.Copy(conn, conn) })
	clients := []string{"10.0.0.9", "10.0.0.9", "10.0.0.9", "192.168.1.1", "10.0.0.8"}
	for name, test := range map[string]struct {
		limits Limits
		allow  []string
		in     string
	}{
		"connections": {Limits{Connections: 4}, nil, "[true true true true false]"},
		"per client":  {Limits{PerClient: 2}, nil, "[true true false true true]"},
		"allowed":     {Limits{}, []string{"10.0.0.0/8"}, "[true true true false true]"},
		"balancer":    {Limits{}, []string{"127.0.0.1"}, "[false false false false false]"},
	} {
		t.Run(name, func(t *testing.T) {
			p := serve(t, &Proxy{Upstream: echo, BehindProxy: []string{"127.0.0.1"}, Limits: test.limits, AllowClients: test.allow})
			var in []bool
			for _, client := range clients {
				conn, err := net.Dial("tcp", p.Addr().String())
				if err != nil {
					in = append(in, false) // turned away already
					continue
				}
				must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
				conn.Write([]byte("PROXY TCP4 " + client + " 10.1.1.1 1044 1863\r\nPNG\r\n"))
				s, _ := bufio.NewReader(conn).ReadString('\n')
				in = append(in, s == "PNG\r\n")
				defer conn.Close()
			}
			if fmt.Sprint(in) != test.in {
				t.Errorf("let in: %v, want %s", in, test.in)
			}
		})
	}
}

func TestRateStartsAnewEverySecond(t *testing.T) {
	p := &Proxy{Limits: Limits{Rate: 2}}
	must(t, p.parseRules())
	client, now := netip.MustParseAddr("10.0.0.9"), time.Unix(1000, 0)
	var got []bool
	for i := range 8 {
		got = append(got, p.admit(client, now.Add(time.Duration(i)*250*time.Millisecond)) == nil)
	}
	if want := "[true true false false true true false false]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
