// This file is the client's side of an HTTP gateway: a connection that is
// carried in requests, each to where the answer before has sent it, and in
// polls while there is nothing to say.

package msnptest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// Polls come the sooner, the less time has passed since something was said.
	firstPoll, lastPoll = 2 * time.Millisecond, 16 * time.Millisecond
	// requestsEach is how many requests share a TCP connection. The next come on
	// another: to a gateway it is all one.
	requestsEach = 5
)

// InHTTP makes connections inside HTTP.
type InHTTP struct {
	Gateway *Gateway // is told when a client has gone
	Address string   // of the gateway, as clients know it
	Proxy   string   // of the clients' HTTP proxy, "" none
	Direct  Dial     // reaches either

	wg    sync.WaitGroup
	mu    sync.Mutex
	named []string // gateways that answers have named
}

// Named returns the gateways to which answers have sent the clients.
func (h *InHTTP) Named() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.named)
}

// Wait waits until all connections have ended.
func (h *InHTTP) Wait() { h.wg.Wait() }

// Dial opens a connection to an MSNP server. HTTP has no word for closing one
// direction, so that does nothing.
func (h *InHTTP) Dial(_ context.Context, target string) (net.Conn, error) {
	near, far := net.Pipe()
	c := &carried{InHTTP: h, far: far, target: target, to: h.Address}
	h.wg.Go(c.run)
	return near, nil
}

// carried is one connection in HTTP.
type carried struct {
	*InHTTP
	far     net.Conn // what the client says and hears
	target  string   // the MSNP server
	to      string   // the gateway of the next request
	session string   // "" before it has been opened

	conn   net.Conn // for requests to at, nil none
	at     string
	left   int // requests that it may still carry
	answer *bufio.Reader
}

// run carries the pipe until either end closes.
func (c *carried) run() {
	said := make(chan []byte)
	go c.listen(said)
	defer func() {
		c.far.Close()
		for range said { // until listen has ended
		}
		if c.conn != nil {
			c.conn.Close()
		}
		c.Gateway.timeOut(c.session)
	}()
	pause := firstPoll
	for {
		var body []byte
		var open bool
		select {
		case body, open = <-said:
			if !open {
				return
			}
		case <-time.After(pause):
			if c.session == "" {
				continue
			}
		}
		answer, end, err := c.request(body)
		if err != nil {
			return
		}
		pause = min(2*pause, lastPoll)
		if len(body)+len(answer) > 0 {
			pause = firstPoll
		}
		if len(answer) > 0 { // even an empty write waits for the reader
			_, err = c.far.Write(answer)
		}
		if err != nil || end {
			return
		}
	}
}

// listen hands on what the client says.
func (c *carried) listen(said chan<- []byte) {
	defer close(said)
	buf := make([]byte, 4096)
	for {
		n, err := c.far.Read(buf)
		if err != nil {
			return
		}
		said <- bytes.Clone(buf[:n])
	}
}

// request says body to the gateway and returns what has come from the server;
// end when that is all.
func (c *carried) request(body []byte) (answer []byte, end bool, err error) {
	uri := gatewayPath + "?SessionID=" + c.session
	switch {
	case c.session == "":
		uri = gatewayPath + "?Action=open&Server=NS&IP=" + c.target
	case len(body) == 0:
		uri = gatewayPath + "?Action=poll&SessionID=" + c.session
	}
	res, answer, err := c.post(uri, body)
	if err != nil {
		return nil, false, err
	}
	head := res.Header.Get("X-MSN-Messenger")
	session, rest, ok := strings.Cut(strings.TrimPrefix(head, "SessionID="), "; GW-IP=")
	if !ok {
		return nil, false, fmt.Errorf("answered %s with %q", res.Status, head)
	}
	c.session = session
	c.to, _, end = strings.Cut(rest, "; Session=close")
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.named, c.to) {
		c.named = append(c.named, c.to)
	}
	return answer, end, nil
}

// post makes a request.
func (c *carried) post(uri string, body []byte) (*http.Response, []byte, error) {
	at := c.to
	if c.Proxy != "" {
		at, uri = c.Proxy, "http://"+c.to+uri
	}
	if c.conn != nil && (c.left == 0 || c.at != at) {
		c.conn.Close()
		c.conn = nil
	}
	if c.conn == nil {
		conn, err := c.Direct.dial(context.Background(), at)
		if err != nil {
			return nil, nil, err
		}
		c.conn, c.at, c.left, c.answer = conn, at, requestsEach, bufio.NewReader(conn)
	}
	c.left--
	c.conn.SetDeadline(time.Now().Add(requestTimeout))
	_, err := fmt.Fprintf(c.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: MSMSGS\r\nContent-Length: %d\r\n\r\n%s", uri, c.to, len(body), body)
	if err != nil {
		return nil, nil, err
	}
	res, err := http.ReadResponse(c.answer, nil)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res, answer, err
}
