// This file tests that a request whose body never comes keeps nothing.

package web

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Whoever announces a body and does not send it gets its answer and is let go,
// with a token or without.
func TestBodyThatNeverComes(t *testing.T) {
	store, _ := newStore(t)
	s := &Server{Store: store, timing: defaultTiming}
	s.timing.body = 50 * time.Millisecond
	addr := serve(t, s)
	up := askUpload(t, "POST", "http://"+addr+"/api/uploads", strings.NewReader(`{"name":"a.pcap","size":1000}`))
	in := "Authorization: Bearer " + testToken + "\r\n"
	for name, c := range map[string]struct{ line, head, body, want string }{
		"no token":        {"POST /api/replay", "Content-Length: 100\r\n", "", " 401 "},
		"in chunks":       {"POST /api/import", "Transfer-Encoding: chunked\r\n", "", " 401 "},
		"another name":    {"POST /api/replay", "Host: elsewhere\r\nContent-Length: 100\r\n", "", " 403 "},
		"another origin":  {"POST /api/replay", in + "Origin: http://elsewhere\r\nContent-Length: 100\r\n", "", " 403 "},
		"no such address": {"POST /api/nothing", in + "Content-Length: 100\r\n", "", " 404 "},
		"health":          {"GET /healthz", "Content-Length: 100\r\n", "", " 200 "},
		"small body":      {"PUT /api/event/1/mark", in + "Content-Length: 100\r\n", `{"mark"`, " 400 "},
		"import":          {"POST /api/import?name=a", in + "Content-Length: 100\r\n", "half", " 400 "},
		"piece":           {"PUT /api/uploads/" + up.ID + "?offset=0", in + "Content-Length: 100\r\n", "half", " 400 "},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if !strings.Contains(c.head, "Host:") {
				c.head += "Host: " + addr + "\r\n"
			}
			fmt.Fprintf(conn, "%s HTTP/1.1\r\n%s\r\n%s", c.line, c.head, c.body)
			conn.SetReadDeadline(time.Now().Add(patience))
			b, err := io.ReadAll(conn)
			if err != nil {
				t.Fatalf("it is kept: %v, after %q", err, b)
			}
			if status, _, _ := strings.Cut(string(b), "\r\n"); !strings.Contains(status, c.want) {
				t.Errorf("answered %q, want%s", status, c.want)
			}
		})
	}
	if a := askUpload(t, "GET", "http://"+addr+"/api/uploads", nil); len(a.List) != 1 || a.List[0].Offset != 4 {
		t.Errorf("what had come of the piece: %+v", a)
	}
}
