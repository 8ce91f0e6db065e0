// This file plays the practice clients' story through an HTTP gateway with the
// proxy in front of it: as the gateway itself, and as the clients' HTTP proxy.

package proxy

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"msnscope/decode"
)

// httpGateway is an HTTP gateway in front of any MSNP server: it connects where
// IP= says, and answers with what has come from there.
type httpGateway struct {
	t        *testing.T
	named    string // what GW-IP names, "" for the address it is reached at
	mu       sync.Mutex
	sessions map[string]*gatewaySession
	opened   []string // values of IP=
	n        int
}

type gatewaySession struct {
	conn net.Conn
	mu   sync.Mutex
	came bytes.Buffer
	end  bool
}

func startGateway(t *testing.T) (*httpGateway, string) {
	t.Helper()
	g := &httpGateway{t: t, sessions: map[string]*gatewaySession{}}
	l, err := net.Listen("tcp", "127.0.0.2:0")
	must(t, err)
	srv := &http.Server{Handler: g}
	var all sync.WaitGroup
	all.Go(func() { srv.Serve(l) })
	t.Cleanup(func() {
		srv.Close()
		all.Wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, s := range g.sessions {
			s.conn.Close()
		}
	})
	return g, l.Addr().String()
}

func (g *httpGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.URL.Path != "/gateway/gateway.dll" || r.URL.Host != "" {
		g.t.Errorf("a gateway was asked for %s: %v", r.RequestURI, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	q := r.URL.Query()
	g.mu.Lock()
	s := g.sessions[q.Get("SessionID")]
	if q.Get("Action") == "open" {
		g.opened = append(g.opened, q.Get("IP"))
		conn, err := net.Dial("tcp", q.Get("IP"))
		if err != nil {
			g.t.Errorf("open: %v", err)
			g.mu.Unlock()
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		s = &gatewaySession{conn: conn}
		go s.read()
	}
	delete(g.sessions, q.Get("SessionID"))
	g.n++
	id := fmt.Sprintf("%d.%d", 1000+g.n, g.n)
	if s != nil {
		g.sessions[id] = s
	}
	g.mu.Unlock()
	if s == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.conn.Write(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	closed := ""
	if s.end {
		closed = "; Session=close"
	}
	named := g.named
	if named == "" {
		named = r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
	}
	w.Header().Set("X-MSN-Messenger", "SessionID="+id+"; GW-IP="+named+closed)
	w.Header().Set("Content-Type", "application/x-msn-messenger")
	w.Header().Set("Content-Length", fmt.Sprint(s.came.Len()))
	s.came.WriteTo(w)
}

// timeOut ends a session that no requests come for any more, as a gateway does
// after a while.
func (g *httpGateway) timeOut(session string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.sessions[session]; s != nil {
		s.conn.Close()
	}
}

func (s *gatewaySession) read() {
	buf := make([]byte, 4096)
	for {
		n, err := s.conn.Read(buf)
		s.mu.Lock()
		s.came.Write(buf[:n])
		s.end = err != nil
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// httpConn is a client's connection in HTTP: requests one after the other, each
// to where the answer before has sent it, and polls while there is nothing to say.
type httpConn struct {
	net.Conn // a pipe's end, for the client
	far      net.Conn
	target   string // of the MSNP server
	address  string // of the gateway
	proxy    string // HTTP proxy, "" none
	hosts    *sync.Map
	gateway  *httpGateway
}

func (h *httpConn) CloseWrite() error { return h.far.SetReadDeadline(time.Now()) }

// run carries the pipe over HTTP until either end closes.
func (h *httpConn) run(ctx context.Context) {
	defer h.far.Close()
	said := make(chan []byte)
	go func() {
		defer close(said)
		buf := make([]byte, 4096)
		for {
			n, err := h.far.Read(buf)
			if err != nil {
				return
			}
			said <- bytes.Clone(buf[:n])
		}
	}()
	defer func() {
		for range said {
		}
	}()
	session, to := "", h.address
	defer func() { h.gateway.timeOut(session) }()
	var body []byte
	for ending := false; ; {
		body = nil
		select {
		case p, ok := <-said:
			if !ok && ending {
				return
			}
			body, ending = p, !ok // once more, for the goodbye
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return
		}
		if session == "" && body == nil {
			if ending {
				return
			}
			continue
		}
		uri := "/gateway/gateway.dll?SessionID=" + session
		switch {
		case session == "":
			uri = "/gateway/gateway.dll?Action=open&Server=NS&IP=" + h.target
		case len(body) == 0:
			uri = "/gateway/gateway.dll?Action=poll&SessionID=" + session
		}
		var err error
		var answer []byte
		var next string
		answer, session, next, err = h.post(to, uri, body)
		if err != nil {
			return
		}
		h.hosts.Store(next, true)
		to, _, _ = strings.Cut(next, ";")
		if _, err := h.far.Write(answer); err != nil {
			return
		}
		if strings.Contains(next, "close") {
			return
		}
	}
}

// post makes one request on a connection of its own.
func (h *httpConn) post(to, uri string, body []byte) (answer []byte, session, next string, err error) {
	dialled := to
	if h.proxy != "" {
		dialled, uri = h.proxy, "http://"+to+uri
	}
	conn, err := net.Dial("tcp", dialled)
	if err != nil {
		return nil, "", "", err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: MSMSGS\r\nContent-Length: %d\r\n\r\n%s", uri, to, len(body), body)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, "", "", err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	head := res.Header.Get("X-MSN-Messenger")
	session, rest, ok := strings.Cut(strings.TrimPrefix(head, "SessionID="), "; GW-IP=")
	if !ok && err == nil {
		err = fmt.Errorf("answered %s with %q", res.Status, head)
	}
	return answer, session, rest, err
}

func TestGateway(t *testing.T) {
	for _, test := range []struct {
		name    string
		setting bool // the clients have the proxy as their HTTP proxy
	}{{"as the gateway", false}, {"as HTTP proxy", true}} {
		t.Run(test.name, func(t *testing.T) {
			server := practice(t)
			g, gateway := startGateway(t)
			file, path := recorder(t)
			p := &Proxy{Gateways: []Route{{"127.0.0.1:0", gateway}}, Recorder: file}
			if test.setting {
				p = &Proxy{Socks: []string{"127.0.0.1:0"}, Recorder: file}
			}
			serve(t, p)
			var hosts sync.Map
			var links sync.WaitGroup
			defer links.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			dial := func(_ context.Context, target string) (net.Conn, error) {
				near, far := net.Pipe()
				h := &httpConn{Conn: near, far: far, target: target, address: p.Addr().String(), hosts: &hosts, gateway: g}
				if test.setting {
					h.address, h.proxy = gateway, p.Addr().String()
				}
				links.Go(func() { h.run(ctx) })
				return h, nil
			}
			story(t, server, server.DispatchAddr(), dial)
			waitClosed(t, p)
			hosts.Range(func(k, _ any) bool {
				want := p.Addr().String()
				if test.setting {
					want = gateway
				}
				if host, _, _ := strings.Cut(k.(string), ";"); host != want {
					t.Errorf("clients are sent to the gateway %s, want %s", host, want)
				}
				return true
			})
			if len(g.opened) != len(server.Log()) {
				t.Errorf("%d sessions were opened, the server had %d connections", len(g.opened), len(server.Log()))
			}
			must(t, file.Close())
			checkGatewayCapture(t, path, len(server.Log()))
		})
	}
}

func TestGatewayKnowsItsServer(t *testing.T) {
	got := make(chan string, 1)
	gateway := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			got <- r.RequestURI
		}
	})
	p := serve(t, &Proxy{Upstream: "messenger.example.org", Listen: []string{"127.0.0.1:0"}, Gateways: []Route{{"127.0.0.1:0", gateway}}})
	conn := dial(t, p.Status().Ways[1].Addr.String())
	send(t, conn, "POST /gateway/gateway.dll?Action=open&Server=NS&IP=127.0.0.1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
	if uri := <-got; uri != "/gateway/gateway.dll?Action=open&Server=NS&IP=messenger.example.org" {
		t.Errorf("the gateway was asked for %s", uri)
	}
}

func TestGatewayHeads(t *testing.T) {
	u, err := url.Parse("http://x/gateway.dll?Action=open&Server=SB&IP=10.0.0.1")
	must(t, err)
	if got, want := queryValue(u.String(), "ip"), u.Query().Get("IP"); got != want {
		t.Errorf("IP= is %q, want %q", got, want)
	}
	head := []byte("HTTP/1.1 200 OK\r\nX: y\r\nx-msn-messenger:  SessionID=1.2;GW-IP=64.4.12.132 ; Session=close\r\n\r\n")
	for part, want := range map[string]string{"SessionID": "1.2", "GW-IP": "64.4.12.132", "Session": "close", "Other": ""} {
		if got := string(partSpan(head, valueSpan(head, "X-MSN-Messenger"), part).Of(head)); got != want {
			t.Errorf("%s is %q, want %q", part, got, want)
		}
	}
}

// FuzzGatewayHeads feeds answers cut anywhere: what goes on is what came, but
// for the addresses.
func FuzzGatewayHeads(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=1.2; GW-IP=64.4.12.132\r\nContent-Length: 5\r\n\r\nOUT\r\nHTTP/1.1 200 OK\r\nX-MSN-Host: a.b\r\nX-MSN-Messenger: SessionID=1; GW-IP=x\r\nContent-Length: 0\r\n\r\n"), uint16(3))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest"), uint16(100))
	f.Add([]byte("no http\r\n\r\nGW-IP=1.2.3.4"), uint16(1))
	f.Fuzz(func(t *testing.T, stream []byte, piece uint16) {
		p := &Proxy{}
		l := &listener{way: Gateway, addr: netip.MustParseAddrPort("127.0.0.1:80")}
		l.main = l
		from, to := &script{in: stream, piece: 1 + int(piece)}, &script{}
		c := &conn{proxy: p, listener: l, client: to, server: from, local: l.addr}
		d := &pump{conn: c, dir: decode.S2C, in: newInput(from), dst: to, heads: new(heads)}
		d.run()
		got := to.out.Bytes()
		if !bytes.Contains(bytes.ToLower(stream), []byte("gw-ip=")) && !bytes.Contains(bytes.ToLower(stream), []byte("x-msn-host")) && !bytes.Equal(got, stream) {
			t.Fatalf("%q became %q", stream, got)
		}
		if bytes.Count(got, []byte("\n")) != bytes.Count(stream, []byte("\n")) {
			t.Fatalf("%q became %q", stream, got)
		}
	})
}

// checkGatewayCapture looks whether the capture tells all the connections that
// were inside the HTTP ones.
func checkGatewayCapture(t *testing.T, path string, want int) {
	t.Helper()
	inside := 0
	for _, c := range readCapture(t, path).conns {
		if strings.HasPrefix(c.Via, "HTTP gateway") {
			inside++
		}
	}
	if inside != want {
		t.Errorf("the capture has %d connections in HTTP, want %d", inside, want)
	}
}
