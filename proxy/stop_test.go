// This file tests how a proxy ends: what goes on is let go on for a while, and
// then ended in order.

package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestStop ends connections that do not end by themselves: both sides see FIN,
// not RST, though the client is sending all the time.
func TestStop(t *testing.T) {
	serverEnd := make(chan error, 1)
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		_, err := io.Copy(io.Discard, conn)
		serverEnd <- err
	})
	file, path := recorder(t)
	p := &Proxy{Upstream: up, Listen: []string{"127.0.0.1:0"}, Drain: 20 * time.Millisecond, Recorder: file}
	must(t, p.Bind())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Serve(ctx) }()
	c := dial(t, p.Addr().String())
	silent := dial(t, p.Addr().String())
	var sending sync.WaitGroup
	stop := make(chan struct{})
	sending.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := io.WriteString(c, "PNG\r\n"); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	for p.Status().Bytes[0] == 0 || p.Status().Connections < 2 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("client: %v", err)
	}
	close(stop)
	sending.Wait()
	c.Close()
	if err := <-serverEnd; err != nil {
		t.Errorf("server: %v", err)
	}
	if _, err := silent.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("silent client: %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", p.Addr().String()); err == nil {
		t.Error("still accepting")
	}
	if got := comments(t, path); !strings.Contains(got, "FIN closed: by the proxy, which was stopped, after") {
		t.Errorf("notes\n%s", got)
	}
}

// TestDrain lets a connection finish after the stop.
func TestDrain(t *testing.T) {
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) { io.Copy(conn, conn) })
	p := &Proxy{Upstream: up, Listen: []string{"127.0.0.1:0"}, Drain: time.Minute}
	must(t, p.Bind())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Serve(ctx) }()
	c := dial(t, p.Addr().String())
	r := bufio.NewReader(c)
	send(t, c, "one\n")
	line(t, r)
	cancel()
	for !p.Status().Stopping {
		time.Sleep(time.Millisecond)
	}
	send(t, c, "two\n")
	if s := line(t, r); s != "two" {
		t.Errorf("%q", s)
	}
	c.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestRedirectsWhileDraining sends clients where the next run takes them up: to
// the port that was announced, not past the proxy.
func TestRedirectsWhileDraining(t *testing.T) {
	const xfr = "XFR 1 NS 192.0.2.7:1863 0\r\n"
	up := startServer(t, "127.0.0.1:0", func(conn *net.TCPConn) {
		for r := bufio.NewReader(conn); line(t, r) != ""; {
			send(t, conn, xfr)
		}
	})
	p := &Proxy{Upstream: up, Listen: []string{"127.0.0.1:0"}, Drain: time.Minute}
	must(t, p.Bind())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- p.Serve(ctx) }()
	c := dial(t, p.Addr().String())
	r := bufio.NewReader(c)
	send(t, c, "INF 1\r\n")
	before := line(t, r)
	cancel()
	for !p.Status().Stopping {
		time.Sleep(time.Millisecond)
	}
	send(t, c, "INF 1\r\n")
	if after := line(t, r); after != before || after+"\r\n" == xfr {
		t.Errorf("%q before, %q while draining", before, after)
	}
	c.Close()
	must(t, <-done)
}
