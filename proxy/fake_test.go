// This file holds what the tests stand a Proxy between: pipes whose every
// write can be seen, and scripted servers on loopback addresses.

package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// piped is a connection through a proxy made of pipes, in a synctest bubble.
type piped struct {
	t              *testing.T
	client, server net.Conn // the far ends
	toClient       *reads
	toServer       *reads
	dialled        atomic.Bool
	conn           *conn
}

// reads collects what arrives at the far end of a pipe, each write apart.
type reads struct {
	mu  sync.Mutex
	got []string
	end bool
}

func (r *reads) collect(conn net.Conn) {
	buf := make([]byte, 1<<20)
	for {
		n, err := conn.Read(buf)
		r.mu.Lock()
		if n > 0 {
			r.got = append(r.got, string(buf[:n]))
		}
		r.end = err != nil
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take waits until all is quiet and returns what arrived since the last call.
func (r *reads) take() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// ended waits until all is quiet and reports whether the stream has ended.
func (r *reads) ended() bool {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.end
}

// throughPipes runs f in a bubble with a connection that has been opened by
// first, the client's first write. first has arrived at the server.
func throughPipes(t *testing.T, p *Proxy, first string, f func(c *piped)) {
	synctest.Test(t, func(t *testing.T) {
		c := &piped{t: t, toClient: new(reads), toServer: new(reads)}
		client, near := net.Pipe()
		c.client = client
		p.Upstream, p.Listen = "192.0.2.1:1863", []string{"127.0.0.1:0"}
		p.Dial = func(context.Context, string, string) (net.Conn, error) {
			far, server := net.Pipe()
			c.server = server
			c.dialled.Store(true)
			go c.toServer.collect(server)
			return far, nil
		}
		must(t, p.Bind())
		must(t, p.main[0].Close())
		c.conn = newConn(t.Context(), p, p.main[0], near)
		c.conn.local = netip.MustParseAddrPort("10.0.0.1:1863")
		done := make(chan struct{})
		go func() {
			c.conn.run()
			close(done)
		}()
		go c.toClient.collect(client)
		c.fromClient(first)
		f(c)
		c.client.Close()
		if c.dialled.Load() {
			c.server.Close()
		}
		<-done
		synctest.Wait()
	})
}

func (c *piped) fromClient(s string) { c.write(c.client, s) }
func (c *piped) fromServer(s string) { c.write(c.server, s) }

func (c *piped) write(to net.Conn, s string) {
	c.t.Helper()
	if _, err := io.WriteString(to, s); err != nil {
		c.t.Fatal(err)
	}
	synctest.Wait()
}

func (c *piped) want(r *reads, want ...string) {
	c.t.Helper()
	got := r.take()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		c.t.Errorf("got %q, want %q", got, want)
	}
}

// serve runs p until the test ends.
func serve(t testing.TB, p *Proxy) *Proxy {
	t.Helper()
	if len(p.Listen) == 0 {
		p.Listen = []string{"127.0.0.1:0"}
	}
	if p.Drain == 0 {
		p.Drain = -1
	}
	must(t, p.Bind())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- p.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return p
}

// startServer accepts on addr until the test ends and runs f for each connection,
// which it closes afterwards.
func startServer(t testing.TB, addr string, f func(conn *net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	must(t, err)
	var all sync.WaitGroup
	var mu sync.Mutex
	open := make(map[net.Conn]bool)
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			all.Go(func() {
				f(conn.(*net.TCPConn))
				conn.Close()
				mu.Lock()
				delete(open, conn)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return l.Addr().String()
}

// dial connects a client, for at most ten seconds in all.
func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	must(t, err)
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func send(t testing.TB, conn net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(conn, s); err != nil {
		t.Error(err)
	}
}

// line reads a line without its end, "" at the end of the stream.
func line(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	return strings.TrimRight(s, "\r\n")
}
