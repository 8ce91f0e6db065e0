// This file tests that clients stay with the proxy and arrive where they were
// sent, and that nothing but the addresses changes on the way.

package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// farm is a dispatch server and, on 127.0.0.2 and 127.0.0.3 each, a
// notification server and a switchboard with the same ports. They speak as
// much as it takes to be told apart.
type farm struct {
	ds, port string
	// cookie is what a client's n-th switchboard is asked for with.
	cookie func(server int, handle string, n int) string
}

func startFarm(t testing.TB) *farm {
	f := &farm{}
	var nsPort, sbPort string
	for i := range 2 {
		host := fmt.Sprintf("127.0.0.%d", 2+i)
		port := "0"
		if i > 0 {
			port = sbPort
		}
		sb := startServer(t, net.JoinHostPort(host, port), func(conn *net.TCPConn) {
			r := bufio.NewReader(conn)
			w := strings.Fields(line(t, r))
			if len(w) > 3 {
				send(t, conn, fmt.Sprintf("%s %s OK SB%d %s\r\n", w[0], w[1], i, w[3]))
			}
			line(t, r)
		})
		_, sbPort, _ = net.SplitHostPort(sb)
		if i > 0 {
			port = nsPort
		}
		ns := startServer(t, net.JoinHostPort(host, port), func(conn *net.TCPConn) {
			r := bufio.NewReader(conn)
			for n := 0; ; n++ {
				w := strings.Fields(line(t, r))
				switch {
				case len(w) == 5:
					send(t, conn, fmt.Sprintf("USR %s OK NS%d %s\r\n", w[1], i, w[4]))
				case len(w) == 4: // the test's own: XFR t SB handle
					send(t, conn, fmt.Sprintf("XFR %s SB %s CKI %s\r\n", w[1], sb, f.cookie(i, w[3], n)))
				default:
					return
				}
			}
		})
		_, nsPort, _ = net.SplitHostPort(ns)
	}
	f.port = nsPort
	f.ds = startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		for {
			w := strings.Fields(line(t, r))
			if len(w) != 5 {
				return
			}
			send(t, conn, fmt.Sprintf("XFR %s NS 127.0.0.%d:%s 0 %s\r\n", w[1], 2+len(w[4])%2, nsPort, conn.LocalAddr()))
		}
	})
	return f
}

// signIn goes the way of a client through dispatch, notification server and
// two switchboards, and checks at each that it is the right one.
func signIn(t testing.TB, addr, handle string) {
	server := len(handle) % 2
	ds := dial(t, addr)
	defer ds.Close()
	send(t, ds, "USR 1 MD5 I "+handle+"\r\n")
	w := strings.Fields(line(t, bufio.NewReader(ds)))
	if len(w) != 6 || w[5] != addr {
		t.Errorf("dispatch: %q", w)
		return
	}
	ns := dial(t, w[3])
	defer ns.Close()
	r := bufio.NewReader(ns)
	send(t, ns, "USR 2 MD5 I "+handle+"\r\n")
	if got, want := line(t, r), fmt.Sprintf("USR 2 OK NS%d %s", server, handle); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for range 2 {
		send(t, ns, "XFR 3 SB "+handle+"\r\n")
		w = strings.Fields(line(t, r))
		if len(w) != 6 || !strings.HasPrefix(w[3], "127.0.0.1:") {
			t.Errorf("notification server: %q", w)
			return
		}
		sb := dial(t, w[3])
		send(t, sb, "USR 4 "+handle+" "+w[5]+"\r\n")
		if got, want := line(t, bufio.NewReader(sb)), fmt.Sprintf("USR 4 OK SB%d %s", server, w[5]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		sb.Close()
	}
}

// TestManyClientsBehindOneAddress signs in many clients at the same moment,
// half of them on each of two servers.
func TestManyClientsBehindOneAddress(t *testing.T) {
	for name, cookie := range map[string]func(int, string, int) string{
		"different cookies": func(server int, handle string, n int) string { return fmt.Sprintf("%d.%s.%d", server, handle, n) },
		"equal cookies":     func(_ int, _ string, n int) string { return fmt.Sprint(n) },
	} {
		t.Run(name, func(t *testing.T) {
			f := startFarm(t)
			f.cookie = cookie
			p := serve(t, &Proxy{Upstream: f.ds})
			var all sync.WaitGroup
			for i := range 40 {
				all.Go(func() { signIn(t, p.Addr().String(), strings.Repeat("x", i+1)) })
			}
			all.Wait()
			s := p.Status()
			want := 2 // the notification servers
			if name == "equal cookies" {
				want = 3 // and the switchboard that came second
				if n := len(s.Announced); n == 4 {
					want = 4 // each came second once, for different cookies
				}
			}
			if len(s.Announced) != want {
				t.Errorf("announced %v", s.Announced)
			}
			if a := s.Announced[0]; name == "different cookies" && !strings.HasSuffix(a.Target, ":"+f.port) {
				t.Errorf("announced %v", a)
			}
		})
	}
}

// TestPortOfItsOwn prefers the port number that the server has itself.
func TestPortOfItsOwn(t *testing.T) {
	p := serve(t, &Proxy{Upstream: "192.0.2.1"})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	free := l.Addr().(*net.TCPAddr).AddrPort().Port()
	l.Close()
	for range 2 {
		port, err := p.announce(t.Context(), p.main[0], target{"192.0.2.7", free})
		if err != nil || port != free {
			t.Errorf("port %d, %v; want %d", port, err, free)
		}
	}
	main := p.main[0].addr.Port()
	port, err := p.announce(t.Context(), p.main[0], target{"192.0.2.7", main})
	if err != nil || port <= main && main < 65535-portsTried {
		t.Errorf("port %d, %v; main port %d", port, err, main)
	}
	for i := range maxAnnounced + 10 {
		if _, err := p.announce(t.Context(), p.main[0], target{fmt.Sprintf("h%d.example", i), free}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(p.Status().Announced); n != maxAnnounced {
		t.Errorf("%d listeners", n)
	}
}

// TestIPv6 announces what the client can reach: its own kind of address.
func TestIPv6(t *testing.T) {
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		for line(t, r) != "" {
			send(t, conn, "XFR 1 SB sb.example.org CKI 1.2\r\n")
		}
	})
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	l.Close()
	p := serve(t, &Proxy{Upstream: up, Listen: []string{"[::1]:0", "[::]:0"}})
	for i, addr := range []string{"[::1]", "127.0.0.1", "127.0.0.9"} {
		port := p.main[min(i, 1)].addr.Port()
		c := dial(t, fmt.Sprintf("%s:%d", addr, port))
		send(t, c, "VER 1 MSNP7\r\n")
		if got, want := line(t, bufio.NewReader(c)), fmt.Sprintf("XFR 1 SB %s:%d CKI 1.2", addr, port); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestWhatIsRewritten shows the words that change and those that do not.
func TestWhatIsRewritten(t *testing.T) {
	const up = "192.0.2.1:1863"
	for _, test := range []struct{ in, out string }{
		{"XFR 1 SB 192.0.2.9:1864 CKI 1.2", "XFR 1 SB MAIN CKI 1.2"},
		{"XFR 1 SB 192.0.2.9 CKI 1.3 U messenger.msn.com 1", "XFR 1 SB MAIN CKI 1.3 U messenger.msn.com 1"},
		{"RNG 0 sb.example.org:80  CKI 1.4 a@b 192.0.2.9:1863", "RNG 0 MAIN  CKI 1.4 a@b 192.0.2.9:1863"},
		{"XFR 1 NS " + up, "XFR 1 NS MAIN"},
		{"XFR 1 NS " + up + " 0", "XFR 1 NS MAIN 0"},
		{"XFR 1 NS " + up + " 0 192.0.2.7:1863", "XFR 1 NS MAIN 0 MAIN"},
		{"XFR 1 NS " + up + " U D", "XFR 1 NS MAIN U D"},
		{"XFR 0 NS 0", "XFR 0 NS 0"},
		{"XFR 1", "XFR 1"},
		{"RNG", "RNG"},
		{"NLN AWY a@b XFR%201%20SB%20192.0.2.9", "NLN AWY a@b XFR%201%20SB%20192.0.2.9"},
		{"MSG a@b XFR 40\r\nXFR 1 SB 192.0.2.9:1864 CKI 1.2\r\nRNG 1 ", "MSG a@b XFR 40\r\nXFR 1 SB 192.0.2.9:1864 CKI 1.2\r\nRNG 1 "},
	} {
		throughPipes(t, &Proxy{}, ver, func(c *piped) {
			in := test.in + "\r\n"
			want := strings.ReplaceAll(test.out, "MAIN", c.conn.mainAddr().String()) + "\r\n"
			c.fromServer(in)
			time.Sleep(time.Second)
			if got := strings.Join(c.toClient.take(), ""); got != want {
				t.Errorf("%q became %q, want %q", in, got, want)
			}
			c.fromClient(in) // in the other direction nothing ever changes
			time.Sleep(time.Second)
			if got := strings.Join(c.toServer.take(), ""); got != ver+in {
				t.Errorf("%q became %q", in, got)
			}
		})
	}
}

// TestEditOfCutRedirect has a redirect come in two pieces, the beginning of
// the next command behind it: the capture still says what was sent.
func TestEditOfCutRedirect(t *testing.T) {
	file, path := recorder(t)
	next := make(chan bool)
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		line(t, bufio.NewReader(conn))
		send(t, conn, "QNG\r\nXFR 1 SB 192.0")
		<-next
		send(t, conn, ".2.9:1864 CKI 1.2\r\nNLN AWY somebody@example.com")
		<-next
	})
	p := serve(t, &Proxy{Upstream: up, Recorder: file})
	c := dial(t, p.Addr().String())
	r := bufio.NewReader(c)
	send(t, c, "VER 1 MSNP7\r\n")
	line(t, r) // the first piece has arrived
	next <- true
	line(t, r)
	next <- true
	if s := comments(t, path); !strings.Contains(s, `sent "192.0.2.9:1864", delivered "`+p.Addr().String()) {
		t.Error(s)
	}
}

// TestAdvertise names another host in redirects, if the client's kind of
// address allows.
func TestAdvertise(t *testing.T) {
	for advertise, want := range map[string]string{"203.0.113.5": "203.0.113.5", "2001:db8::5": "10.0.0.1"} {
		throughPipes(t, &Proxy{Advertise: advertise}, ver, func(c *piped) {
			if got := c.conn.mainAddr().Addr().String(); got != want {
				t.Errorf("%s: announced %s", advertise, got)
			}
		})
	}
}

// TestRandomStreams sends random commands and noise both ways, cut and glued
// at random, with pauses longer than the hold, and compares every byte.
func TestRandomStreams(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		p := &Proxy{OneCommandPerWrite: seed%3 == 0}
		throughPipes(t, p, ver, func(c *piped) {
			main := c.conn.mainAddr().String()
			var in, out strings.Builder
			for range 200 {
				i, o := randomCommand(r, seed%4 == 0, main)
				in.WriteString(i)
				out.WriteString(o)
			}
			pause := func() {
				if r.IntN(20) == 0 {
					time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
				}
			}
			chop(r, in.String(), func(s string) { c.fromServer(s); pause() })
			chop(r, in.String(), func(s string) { c.fromClient(s); pause() })
			time.Sleep(time.Second)
			if got := strings.Join(c.toClient.take(), ""); got != out.String() {
				t.Errorf("seed %d: client got %s", seed, difference(got, out.String()))
			}
			if got := strings.Join(c.toServer.take(), ""); got != ver+in.String() {
				t.Errorf("seed %d: server got %s", seed, difference(got, ver+in.String()))
			}
		})
	}
}

// randomCommand returns what a server says and what its client hears.
func randomCommand(r *rand.Rand, noise bool, main string) (in, out string) {
	n := r.IntN(1000)
	switch r.IntN(8) {
	case 0:
		s := "XFR %d SB %s CKI %[1]d.x\r\n"
		return fmt.Sprintf(s, n, "192.0.2.9:1863"), fmt.Sprintf(s, n, main)
	case 1:
		s := "RNG %d %s CKI %[1]d.y a@b RNG\n"
		return fmt.Sprintf(s, n, "sb.example.org"), fmt.Sprintf(s, n, main)
	case 2:
		s := "XFR %d NS %s 0 %[2]s\r\n"
		return fmt.Sprintf(s, n, "192.0.2.1:1863"), fmt.Sprintf(s, n, main)
	case 3:
		body := "XFR 1 SB 192.0.2.9:1863 CKI 1\r\n" + strings.Repeat("x", n)
		in = fmt.Sprintf("MSG a@b A %d\r\n%s", len(body), body)
	case 4:
		in = "\r\n"
	case 5:
		if noise { // loses the framing, which NLN finds again
			in = "no command at all \x00\xff\n"
		}
		in += "NLN AWY a@b RNG\r\n"
	default:
		in = fmt.Sprintf("ILN %d AWY a@b A\n", n)
	}
	return in, in
}

func chop(r *rand.Rand, s string, write func(string)) {
	for len(s) > 0 {
		n := 1 + r.IntN(7)
		if r.IntN(4) == 0 {
			n = 1 + r.IntN(3000)
		}
		n = min(n, len(s))
		write(s[:n])
		s = s[n:]
	}
}

func difference(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	return fmt.Sprintf("%d bytes, want %d; at %d %q, want %q", len(got), len(want), i, got[i:min(i+60, len(got))], want[i:min(i+60, len(want))])
}

// TestGarbage sends bytes that are no MSNP at all, over TCP, both ways.
func TestGarbage(t *testing.T) {
	garbage := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{7}).Read(garbage)
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) { io.Copy(conn, conn); conn.CloseWrite() })
	p := serve(t, &Proxy{Upstream: up})
	c := dial(t, p.Addr().String())
	go func() {
		r := rand.New(rand.NewPCG(1, 2))
		chop(r, string(garbage), func(s string) { io.WriteString(c, s) })
		c.CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, garbage) {
		t.Errorf("%v, %s", err, difference(string(got), string(garbage)))
	}
}

// TestRedirectToNoAddress lets through what it cannot read, and says so.
func TestRedirectToNoAddress(t *testing.T) {
	for word, noted := range map[string]bool{"::1": true, "64.4.12.132:0": true, "2130706433:1863": true, "0": false} {
		t.Run(word, func(t *testing.T) {
			said := "XFR 5 SB " + word + " CKI 12.34\r\n"
			server := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) {
				line(t, bufio.NewReader(conn))
				send(t, conn, said)
			})
			file, path := recorder(t)
			p := serve(t, &Proxy{Upstream: server, Recorder: file})
			conn := dial(t, p.Addr().String())
			send(t, conn, "XFR 5 SB\r\n")
			got, err := io.ReadAll(conn)
			if err != nil || string(got) != said {
				t.Errorf("%q became %q, %v", said, got, err)
			}
			conn.Close()
			waitClosed(t, p)
			must(t, file.Close())
			if s := comments(t, path); strings.Contains(s, fmt.Sprintf("bypassed: the client is sent to %q itself: that is no HOST:PORT", word)) != noted {
				t.Errorf("%s", s)
			}
		})
	}
}
