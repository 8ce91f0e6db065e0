// This file is the page's side of a websocket, for tests.

package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// message is any frame of the server.
type message struct {
	Op, Code, Msg, Suggest, Boot, Text, Level, App, Version, Store string
	View, Epoch, Seq, From, Total, All, Errs, Rate, At, End        int64
	Index                                                          *int64
	Scan                                                           *float64
	Live, Newest, Signed                                           int64
	Full, ReadOnly                                                 bool
	IDs, Gone                                                      []int64
	Rows                                                           [][]any
	List                                                           []json.RawMessage
	Items                                                          []completion
	Event                                                          json.RawMessage
	Proxy                                                          *ProxyStatus
	Hold                                                           json.RawMessage
}

// client is a page's side of a websocket.
type client struct {
	t testing.TB
	c *websocket.Conn
}

// serve starts a server for the test.
func serve(t testing.TB, s *Server) string {
	t.Helper()
	s.Token = testToken
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		srv.Close()
		s.pages.Wait()
	})
	return srv.Listener.Addr().String()
}

// dial opens a page that has said hello.
func dial(t testing.TB, addr string) *client {
	t.Helper()
	c := dialSilent(t, addr)
	c.send(`{"op":"hello","v":1,"app":"","boot":""}`)
	return c
}

func dialSilent(t testing.TB, addr string) *client {
	t.Helper()
	h := http.Header{"Authorization": {"Bearer " + testToken}}
	c, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/api/ws", h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(patience))
	return &client{t, c}
}

func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if err := c.c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

// next returns the next frame.
func (c *client) next() message {
	c.t.Helper()
	_, p, err := c.c.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(p, &m); err != nil {
		c.t.Fatalf("%v: %s", err, p)
	}
	return m
}

// until skips frames until ok says yes.
func (c *client) until(ok func(message) bool) message {
	c.t.Helper()
	for {
		if m := c.next(); ok(m) {
			return m
		}
	}
}

func (c *client) untilTotal(view, epoch, total int64) message {
	c.t.Helper()
	return c.until(func(m message) bool {
		return m.Op == "stat" && m.View == view && m.Epoch == epoch && m.Total == total && m.Scan == nil
	})
}

// closed returns the code with which the server closed the page.
func (c *client) closed() int {
	for {
		_, _, err := c.c.ReadMessage()
		var e *websocket.CloseError
		if errors.As(err, &e) {
			return e.Code
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
}
