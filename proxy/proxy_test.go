// This file tests a whole proxy over TCP: ends of connections, refusals,
// stopping, and that what was forwarded had been recorded before.

package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"msnscope/captures/pcapfile"
	"msnscope/captures/record"
)

// comments returns the comments of the packets in a capture, and what else
// a test wants to know: the flags of the TCP header before each.
func comments(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	must(t, err)
	var all strings.Builder
	var p pcapfile.Packet
	for {
		if err := r.Next(&p); err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			return all.String()
		}
		tcp := p.Data[20:]
		if p.Data[0]>>4 == 6 {
			tcp = p.Data[40:]
		}
		flags := ""
		for i, name := range []string{"FIN ", "SYN ", "RST "} {
			if tcp[13]&(1<<i) != 0 {
				flags += name
			}
		}
		for _, c := range p.Comments {
			fmt.Fprintln(&all, flags+strings.TrimPrefix(c, "msnscope: "))
		}
	}
}

func recorder(t testing.TB) (f *record.File, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.pcapng")
	f, err := record.Open(path)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f, path
}

// TestRecordedBeforeForwarded looks into the capture at the moment at which
// bytes arrive.
func TestRecordedBeforeForwarded(t *testing.T) {
	file, path := recorder(t)
	check := func(s string) {
		b, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(b, []byte(s)) {
			t.Errorf("%q is not in the capture: %v", s, err)
		}
	}
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		for n := 0; ; n++ {
			s := line(t, r)
			if s == "" {
				return
			}
			check(s)
			send(t, conn, fmt.Sprintf("QNG %d\r\n", n))
		}
	})
	p := serve(t, &Proxy{Upstream: up, Recorder: file})
	c := dial(t, p.Addr().String())
	r := bufio.NewReader(c)
	for n := range 100 {
		send(t, c, fmt.Sprintf("PNG %d\r\n", n))
		check(line(t, r))
	}
}

// TestHalfClose has one side end its stream and then still receive all that
// the other one has to say.
func TestHalfClose(t *testing.T) {
	big := make([]byte, 3<<20)
	arrived := make(chan struct{})
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		if line(t, r) == "server first" {
			conn.CloseWrite()
			all, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(all, big) {
				t.Errorf("server got %d bytes, %v", len(all), err)
			}
			close(arrived)
			return
		}
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("server: %v", err)
		}
		conn.Write(big)
	})
	file, path := recorder(t)
	p := serve(t, &Proxy{Upstream: up, Recorder: file})

	c := dial(t, p.Addr().String())
	send(t, c, "client first\n")
	c.CloseWrite()
	if all, err := io.ReadAll(c); err != nil || !bytes.Equal(all, big) {
		t.Errorf("client got %d bytes, %v", len(all), err)
	}
	c = dial(t, p.Addr().String())
	send(t, c, "server first\n")
	if b, err := io.ReadAll(c); err != nil || len(b) > 0 {
		t.Errorf("client got %q, %v", b, err)
	}
	c.Write(big)
	c.CloseWrite()
	<-arrived
	waitClosed(t, p)
	got := comments(t, path)
	for _, want := range []string{"FIN closed: by the client after ", "FIN closed: by the server after "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// waitClosed waits until p has no connection.
func waitClosed(t *testing.T, p *Proxy) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); p.Status().Connections > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("connections stay open")
		}
	}
}

// TestReset passes a RST on in either direction.
func TestReset(t *testing.T) {
	ended := make(chan error, 1)
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		if line(t, r) == "reset me" {
			conn.SetLinger(0)
			return
		}
		send(t, conn, "go on\n")
		_, err := r.ReadByte()
		ended <- err
	})
	file, path := recorder(t)
	p := serve(t, &Proxy{Upstream: up, Recorder: file})
	c := dial(t, p.Addr().String())
	send(t, c, "reset me\n")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("client: %v", err)
	}
	c = dial(t, p.Addr().String())
	send(t, c, "reset you\n")
	line(t, bufio.NewReader(c))
	c.SetLinger(0)
	c.Close()
	if err := <-ended; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("server: %v", err)
	}
	waitClosed(t, p)
	got := comments(t, path)
	for _, want := range []string{"RST closed: by the client (reset) after ", "RST closed: by the server (reset) after "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestServerGone has the client still talk when the server has closed: a
// direct connection would be reset, and only after the last words arrived.
func TestServerGone(t *testing.T) {
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		line(t, bufio.NewReader(conn))
		send(t, conn, "OUT OTH\r\n")
	})
	p := serve(t, &Proxy{Upstream: up})
	c := dial(t, p.Addr().String())
	send(t, c, "VER 1 MSNP7\r\n")
	if all, err := io.ReadAll(c); err != nil || string(all) != "OUT OTH\r\n" {
		t.Errorf("client got %q, %v", all, err)
	}
	for { // until the reset has come around
		if _, err := io.WriteString(c, "PNG\r\n"); err != nil {
			break
		}
	}
	waitClosed(t, p)
}

// TestSlowReader fills all buffers between a fast server and a client that
// does not read, and then finds all of it in order.
func TestSlowReader(t *testing.T) {
	const size = 32 << 20
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		line(t, bufio.NewReader(conn))
		src := rand.NewChaCha8([32]byte{1})
		io.CopyN(conn, src, size)
	})
	p := serve(t, &Proxy{Upstream: up})
	c := dial(t, p.Addr().String())
	send(t, c, "VER 1 MSNP7\r\n")
	// Nothing is read until the proxy has stopped receiving.
	for last := int64(-1); ; {
		n := p.Status().Bytes[1]
		if n > 0 && n == last {
			break
		}
		last = n
		time.Sleep(50 * time.Millisecond)
	}
	if n := p.Status().Bytes[1]; n >= size {
		t.Errorf("the proxy took all of the %d bytes", n)
	}
	want := rand.NewChaCha8([32]byte{1})
	buf, expect := make([]byte, 64<<10), make([]byte, 64<<10)
	total := 0
	for {
		n, err := c.Read(buf)
		want.Read(expect[:n])
		if !bytes.Equal(buf[:n], expect[:n]) {
			t.Fatalf("other bytes after %d", total)
		}
		total += n
		if err != nil {
			break
		}
	}
	if total != size {
		t.Errorf("%d bytes of %d", total, size)
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	free := l.Addr().String()
	l.Close()
	file, path := recorder(t)
	p := serve(t, &Proxy{Upstream: free, Recorder: file})
	c := dial(t, p.Addr().String())
	send(t, c, "VER 1 MSNP7\r\n")
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("client: %v", err)
	}
	waitClosed(t, p)
	got := comments(t, path)
	if !strings.Contains(got, "RST refused: cannot reach "+free) {
		t.Errorf("notes\n%s", got)
	}
	if s := p.Status(); s.Refused != 1 || s.Total != 1 {
		t.Errorf("%+v", s)
	}
}

// TestLoop never connects to itself: not to its own listeners, not by another
// of its addresses or names, and not to the page.
func TestLoop(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	page := netip.MustParseAddrPort("127.0.0.1:8863")
	for _, test := range []struct{ listen, upstream string }{
		{"127.0.0.1:" + port, "127.0.0.1:" + port},
		{"127.0.0.1:" + port, "localhost:" + port},
		{"127.0.0.1:" + port, "0.0.0.0:" + port},
		{"127.0.0.1:" + port, "[::ffff:127.0.0.1]:" + port},
		{"0.0.0.0:" + port, "127.0.0.77:" + port},
		{"127.0.0.1:" + port, "203.0.113.5:" + port}, // advertised
		{"127.0.0.1:" + port, page.String()},
	} {
		t.Run(test.upstream, func(t *testing.T) {
			serve(t, &Proxy{
				Upstream: test.upstream, Listen: []string{test.listen}, Refuse: []netip.AddrPort{page}, Advertise: "203.0.113.5",
				Dial: func(context.Context, string, string) (net.Conn, error) {
					t.Error("dialled")
					return nil, errLoop
				},
			})
			c := dial(t, "127.0.0.1:"+port)
			send(t, c, "VER 1 MSNP7\r\n")
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("client: %v", err)
			}
		})
	}
}

// The outer proxy, too, must be another one.
func TestLoopThroughOuter(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	own := l.Addr().String()
	l.Close()
	page := netip.MustParseAddrPort("127.0.0.1:8863")
	for _, outer := range []string{own, strings.Replace(own, "127.0.0.1", "localhost", 1), page.String()} {
		t.Run(outer, func(t *testing.T) {
			serve(t, &Proxy{
				Upstream: "203.0.113.5", Listen: []string{own}, Refuse: []netip.AddrPort{page}, Outer: "socks5://" + outer,
				Dial: func(context.Context, string, string) (net.Conn, error) {
					t.Error("dialled")
					return nil, errLoop
				},
			})
			c := dial(t, own)
			send(t, c, "VER 1 MSNP7\r\n")
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("client: %v", err)
			}
		})
	}
}

func TestOuterMistakes(t *testing.T) {
	long := strings.Repeat("a", 256)
	for _, s := range []string{
		"http://h", "socks5://", "socks5://:1080", "socks5://h:0", "socks5://h:99999", "socks5://h/path", "socks5://h?x=y", "socks5://h#f",
		"socks5://:hush@h", "socks5://" + long + ":hush@h", "socks5://me:" + long + "@h",
	} {
		if _, err := parseOuter(s); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%.40s: %v", s, err)
		}
	}
	for s, want := range map[string]string{
		"socks5://h": "h:1080", "socks5://me@h:9": "h:9", "socks5://me:hush@[::1]": "[::1]:1080", "socks5://[fe80::1%25eth0]:9/": "[fe80::1%eth0]:9",
	} {
		if o, err := parseOuter(s); err != nil || o.target.String() != want {
			t.Errorf("%s: %v, %v", s, o, err)
		}
	}
}

func TestWrongConfiguration(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // for one that is taken after all
	defer cancel()
	for _, p := range []*Proxy{
		{},
		{Upstream: "0"},
		{Upstream: "host:port"},
		{Upstream: "host", Listen: []string{"127.0.0.1:0", "127.0.0.1:99999"}},
		{Upstream: "host", Listen: []string{"127.0.0.1:0"}, Advertise: "no such host.invalid"},
		{Upstream: "host", Listen: []string{"127.0.0.1:0"}, Advertise: "0.0.0.0"},
		{Upstream: "host", Listen: []string{"127.0.0.1:0"}, Advertise: "[::]"},
	} {
		if err := p.Serve(ctx); err == nil {
			t.Errorf("upstream %q, advertise %q: no error", p.Upstream, p.Advertise)
		}
	}
}
