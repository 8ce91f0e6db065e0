// This file compares the proxy with the least that a relay can do, and the
// least that one can which keeps the bytes, in the same run.

//go:build unix

package proxy

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"msnscope/captures/record"
)

// BenchmarkRelay measures echoes of a chat message of 230 bytes through a
// relay, two crossings each:
//
//	one     one connection, one message in flight: what a crossing adds to the latency
//	flood   16 connections, one message in flight on each
//	piped   8 connections, 32 messages in flight on each, written at once
//
// Relays: bare copies, tee also writes every chunk with its time and length to
// a file in one write(2) each before it forwards, msnscope records.
// cpu-µs/op is the whole process, client and server included.
func BenchmarkRelay(b *testing.B) {
	for _, load := range []struct {
		name         string
		conns, depth int
	}{{"one", 1, 1}, {"flood", 16, 1}, {"piped", 8, 32}} {
		for _, relay := range []struct {
			name  string
			start func(b *testing.B, up string) string
		}{{"bare", startBare}, {"tee", startTee}, {"msnscope", startProxy}, {"msnscope-unrecorded", startUnrecorded}} {
			b.Run(load.name+"/"+relay.name, func(b *testing.B) {
				up := startServer(b, "127.0.0.1:0", func(conn *net.TCPConn) {
					buf := make([]byte, 64<<10)
					for {
						n, err := conn.Read(buf)
						if err != nil {
							return
						}
						if _, err := conn.Write(buf[:n]); err != nil {
							return
						}
					}
				})
				benchmarkEchoes(b, relay.start(b, up), load.conns, load.depth)
			})
		}
	}
}

func benchmarkEchoes(b *testing.B, addr string, conns, depth int) {
	text := strings.Repeat("x", 200)
	message := fmt.Sprintf("MSG 123456789 U %d\r\n%s", len(text), text)
	batch := strings.Repeat(message, depth)
	all := make([]net.Conn, conns)
	for i := range all {
		conn, err := net.Dial("tcp", addr)
		must(b, err)
		defer conn.Close()
		all[i] = conn
		echo(b, conn, batch)
	}
	b.ResetTimer()
	before := cpu()
	var wg sync.WaitGroup
	rounds := max(b.N/conns/depth, 1)
	for _, conn := range all {
		wg.Go(func() {
			for range rounds {
				echo(b, conn, batch)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64((cpu()-before).Nanoseconds())/1000/float64(rounds*conns*depth), "cpu-µs/op")
}

func echo(b *testing.B, conn net.Conn, s string) {
	if _, err := io.WriteString(conn, s); err != nil {
		b.Error(err)
	}
	buf := make([]byte, len(s))
	if _, err := io.ReadFull(conn, buf); err != nil {
		b.Error(err)
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// startRelay relays with forward called for each direction.
func startRelay(b *testing.B, up string, forward func(dst io.Writer, src io.Reader)) string {
	return startServer(b, "127.0.0.1:0", func(client *net.TCPConn) {
		server, err := net.Dial("tcp", up)
		if err != nil {
			b.Error(err)
			return
		}
		var back sync.WaitGroup
		back.Go(func() {
			forward(client, server)
			client.Close()
		})
		forward(server, client)
		server.Close()
		back.Wait()
	})
}

func startBare(b *testing.B, up string) string {
	return startRelay(b, up, func(dst io.Writer, src io.Reader) {
		buf := make([]byte, 32<<10)
		io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, buf)
	})
}

func startTee(b *testing.B, up string) string {
	file, err := os.Create(filepath.Join(b.TempDir(), "tee"))
	must(b, err)
	b.Cleanup(func() { file.Close() })
	var mu sync.Mutex
	return startRelay(b, up, func(dst io.Writer, src io.Reader) {
		const head = 16
		buf := make([]byte, head+32<<10)
		for {
			n, err := src.Read(buf[head:])
			if n > 0 {
				mu.Lock()
				binary.LittleEndian.PutUint64(buf, uint64(time.Now().UnixNano()))
				binary.LittleEndian.PutUint64(buf[8:], uint64(n))
				file.Write(buf[:head+n])
				mu.Unlock()
				if _, err := dst.Write(buf[head : head+n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
}

func startProxy(b *testing.B, up string) string {
	file, err := record.Open(filepath.Join(b.TempDir(), "a.pcapng"))
	must(b, err)
	b.Cleanup(func() { file.Close() })
	return serve(b, &Proxy{Upstream: up, Recorder: file}).Addr().String()
}

func startUnrecorded(b *testing.B, up string) string {
	return serve(b, &Proxy{Upstream: up}).Addr().String()
}

// BenchmarkIdle measures the memory of connections that have said something
// and are silent now: heap and stacks of the whole process, client and server
// included, for each.
func BenchmarkIdle(b *testing.B) {
	for _, relay := range []struct {
		name  string
		start func(b *testing.B, up string) string
	}{{"direct", func(_ *testing.B, up string) string { return up }}, {"bare", startBare}, {"msnscope", startProxy}} {
		b.Run(relay.name, func(b *testing.B) {
			up := startServer(b, "127.0.0.1:0", func(conn *net.TCPConn) {
				buf := make([]byte, 100)
				for {
					n, err := conn.Read(buf)
					if err != nil {
						return
					}
					conn.Write(buf[:n])
				}
			})
			addr := relay.start(b, up)
			const conns = 1000
			for b.Loop() {
				before := inUse()
				var all [conns]net.Conn
				for i := range all {
					var err error
					all[i], err = net.Dial("tcp", addr)
					must(b, err)
					echo(b, all[i], "PNG\r\n")
				}
				b.ReportMetric((inUse()-before)/conns, "B/conn")
				for _, conn := range all {
					conn.Close()
				}
			}
		})
	}
}

func inUse() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}
