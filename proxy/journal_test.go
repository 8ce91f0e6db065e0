// This file starts the proxy again between a redirect and the client that
// follows it.

package proxy

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// answering is a server that answers a line to the first one of each client.
func answering(t *testing.T, addr, answer string) string {
	return startServer(t, addr, func(conn *net.TCPConn) {
		r := bufio.NewReader(conn)
		if line(t, r) != "" {
			send(t, conn, answer+"\r\n")
		}
		line(t, r)
	})
}

func TestRestart(t *testing.T) {
	sb := answering(t, "127.0.0.4:0", "USR 1 OK a@example.org A")
	ns := answering(t, "127.0.0.3:0", "XFR 2 SB "+sb+" CKI 11.22.33")
	ds := answering(t, "127.0.0.2:0", "XFR 1 NS "+ns+" 0 127.0.0.2:1863")
	path := filepath.Join(t.TempDir(), "promises")
	// An address at which nothing else listens or connects: its ports stay free
	// between two runs.
	main := "127.0.0.77:0"
	run := func() (stop func()) {
		p := &Proxy{Upstream: ds, Listen: []string{main}, Promises: path, Drain: -1}
		must(t, p.Bind())
		main = p.Addr().String()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- p.Serve(ctx) }()
		return func() {
			cancel()
			must(t, <-done)
		}
	}
	ask := func(addr, says string) string {
		t.Helper()
		conn := dial(t, addr)
		defer conn.Close()
		send(t, conn, says+"\r\n")
		return line(t, bufio.NewReader(conn))
	}
	want := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("answered %q, want %q", got, want)
		}
	}
	stop := run()
	toNS := ask(main, "USR 1 MD5 I a@example.org")
	at := strings.Fields(toNS)[3]
	if at == ns || at == main {
		t.Fatalf("no port was announced: %s", toNS)
	}
	toSB := "XFR 2 SB " + main + " CKI 11.22.33"
	want(ask(at, "XFR 2 SB"), toSB)
	stop()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("{\"cookie\":\"torn")
	must(t, err)
	must(t, f.Close())

	for range 4 { // what was taken up is promised again
		stop = run()
		want(ask(main, "USR 1 a@example.org 11.22.33"), "USR 1 OK a@example.org A")
		want(ask(main, "USR 1 MD5 I a@example.org"), toNS)
		stop()
	}
	stop = run()
	want(ask(at, "XFR 2 SB"), toSB)
	stop()
}

// A session at a gateway goes on where the gateway said, also when the proxy was
// started again since.
func TestRestartWithinGatewaySession(t *testing.T) {
	gateway := func(addr, says string) string {
		return startServer(t, addr, func(conn *net.TCPConn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				send(t, conn, "HTTP/1.1 200 OK\r\nX-MSN-Messenger: "+says+"\r\nContent-Length: 0\r\n\r\n")
			}
		})
	}
	second := gateway("127.0.0.4:0", "SessionID=17.4; Session=second")
	first := gateway("127.0.0.3:0", "SessionID=17.4; GW-IP="+second)
	path := filepath.Join(t.TempDir(), "promises")
	main := "127.0.0.78:0" // as in TestRestart
	ask := func(query string) string {
		t.Helper()
		p := &Proxy{Gateways: []Route{{main, first}}, Promises: path, Drain: -1}
		must(t, p.Bind())
		main = p.Addr().String()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- p.Serve(ctx) }()
		conn := dial(t, main)
		send(t, conn, "POST /gateway/gateway.dll?"+query+" HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		must(t, err)
		must(t, conn.Close())
		cancel()
		must(t, <-done)
		return answer.Header.Get("X-MSN-Messenger")
	}
	if got, want := ask("Action=open&Server=NS&IP=x"), "SessionID=17.4; GW-IP="+main; got != want {
		t.Errorf("the client was told %q, want %q", got, want)
	}
	for range 3 { // what was taken up is promised again
		if got, want := ask("SessionID=17.4"), "SessionID=17.4; Session=second"; got != want {
			t.Errorf("the client was told %q, want %q", got, want)
		}
	}
	if got := ask("SessionID=18.4"); strings.Contains(got, "second") {
		t.Errorf("another session was told %q", got)
	}
}

func TestJournalTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "promises")
	failures := 0
	j := &journal{path: path, ports: map[announcement]promised{}, named: map[target]promised{}, fail: func(error) { failures++ }}
	defer j.close()
	now := time.Unix(1e9, 0)
	j.keep(now, promised{Main: netip.MustParseAddrPort("10.0.0.1:1863"), Port: 1864, Server: "64.4.13.58:1863", Until: now.Add(portLife)})
	for i := range 1000 {
		j.keep(now, promised{Server: "64.4.13.58:1863", Until: now.Add(namedLife)})
		j.keep(now, promised{Cookie: fmt.Sprint(i), Server: "64.4.13.59:1863", Until: now.Add(cookieLife)})
		now = now.Add(cookieLife / 100)
	}
	all, err := readPromises(path)
	must(t, err)
	cookies, ports, named := 0, 0, 0
	for _, p := range all {
		switch {
		case p.Cookie != "":
			cookies++
		case p.Port != 0:
			ports++
		default:
			named++
		}
	}
	if cookies < 100 || cookies > 200 || ports == 0 || ports > 2 || named == 0 || named > 4 {
		t.Errorf("%d cookies, %d ports, %d servers are written down", cookies, ports, named)
	}
	if newest := all[len(all)-1]; newest.Cookie != "999" {
		t.Errorf("the newest is %+v", newest)
	}
	must(t, os.RemoveAll(filepath.Dir(path)))
	for range 3 {
		now = now.Add(2 * cookieLife)
		j.keep(now, promised{Cookie: "x", Server: "64.4.13.59:1863", Until: now.Add(cookieLife)})
	}
	if failures != 1 {
		t.Errorf("%d failures are told, want 1", failures)
	}
}
