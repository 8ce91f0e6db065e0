// This file tests clients that come to a listener for led ones by themselves.

package proxy

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

// A redirect to a switchboard of another port names the listener itself: who
// has its cookie arrives there, though there is no upstream. Nobody else does.
func TestLedListenerItself(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer server.Close()
	p := &Proxy{Transparent: []string{"127.0.0.1:0"}}
	serve(t, p)
	to, _ := parseTarget([]byte(server.Addr().String()))
	p.ticket("1.2", route{target: to, source: "an XFR SB"})

	const first = "USR 1 a@b 1.2\r\n"
	c := dial(t, p.Addr().String())
	send(t, c, first)
	conn, err := server.Accept()
	must(t, err)
	defer conn.Close()
	got := make([]byte, len(first))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != first {
		t.Errorf("the switchboard gets %q, %v", got, err)
	}

	for _, first := range []string{"VER 1 MSNP7\r\n", "USR 1 a@b 1.3\r\n"} {
		c := dial(t, p.Addr().String())
		send(t, c, first)
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%q: %v", first, err)
		}
	}
}
