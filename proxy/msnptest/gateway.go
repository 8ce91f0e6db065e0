// This file is an HTTP gateway: it connects where a client's request says, and
// answers the client's polls with what has come from there.

package msnptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
)

// gatewayPath is the one resource of a gateway.
const gatewayPath = "/gateway/gateway.dll"

// Gateway is an HTTP gateway in front of any MSNP server. Each answer gives the
// session another id, and names the address at which the gateway was reached.
type Gateway struct {
	dial Dial
	addr string
	http http.Server
	wg   sync.WaitGroup

	mu         sync.Mutex
	sessions   map[string]*gatewaySession // by the id that the last answer gave
	opened     []string
	complaints []string
	n          int
}

type gatewaySession struct {
	conn net.Conn
	mu   sync.Mutex
	came bytes.Buffer
	end  bool
}

// StartGateway listens and serves until Close; dial reaches the servers, nil:
// as anybody does.
func StartGateway(addr string, dial Dial) (*Gateway, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	g := &Gateway{dial: dial, addr: l.Addr().String(), sessions: map[string]*gatewaySession{}}
	g.http.Handler = http.HandlerFunc(g.serve)
	g.wg.Go(func() { g.http.Serve(l) })
	return g, nil
}

// Addr returns where the gateway listens.
func (g *Gateway) Addr() string { return g.addr }

// Opened returns the servers that clients have asked for.
func (g *Gateway) Opened() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.opened)
}

// Complaints returns what clients, or somebody between them and the gateway,
// did wrong.
func (g *Gateway) Complaints() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.complaints)
}

// Close ends all sessions and waits for the gateway's goroutines.
func (g *Gateway) Close() error {
	err := g.http.Close()
	g.mu.Lock()
	for _, s := range g.sessions {
		s.conn.Close()
	}
	g.mu.Unlock()
	g.wg.Wait()
	return err
}

// serve answers a request of a client.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	body, err := io.ReadAll(r.Body)
	var s *gatewaySession
	switch {
	case err == nil && (r.URL.Path != gatewayPath || r.URL.Host != ""):
		err = fmt.Errorf("a gateway has no %s", r.RequestURI)
	case err == nil && q.Get("Action") == "open":
		s, err = g.open(r.Context(), q.Get("IP"))
	case err == nil:
		s, err = g.take(q.Get("SessionID"))
	}
	if err != nil {
		g.mu.Lock()
		g.complaints = append(g.complaints, err.Error())
		g.mu.Unlock()
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.conn.Write(body) // a server that has gone is told of with Session=close
	session := "SessionID=" + g.put(s) + "; GW-IP=" + r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end {
		session += "; Session=close"
	}
	w.Header().Set("X-MSN-Messenger", session)
	w.Header().Set("Content-Type", "application/x-msn-messenger")
	w.Header().Set("Content-Length", fmt.Sprint(s.came.Len()))
	s.came.WriteTo(w)
}

// open connects to a server.
func (g *Gateway) open(ctx context.Context, target string) (*gatewaySession, error) {
	conn, err := g.dial.dial(ctx, target)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.opened = append(g.opened, target)
	g.mu.Unlock()
	s := &gatewaySession{conn: conn}
	g.wg.Go(s.read)
	return s, nil
}

// take finds a session, whose id is then used up.
func (g *Gateway) take(id string) (*gatewaySession, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.sessions[id]
	if s == nil {
		return nil, fmt.Errorf("a gateway knows no session %q", id)
	}
	delete(g.sessions, id)
	return s, nil
}

// put keeps a session under a new id.
func (g *Gateway) put(s *gatewaySession) (id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n++
	id = fmt.Sprintf("%d.%d", 1000+g.n, g.n)
	g.sessions[id] = s
	return id
}

// timeOut ends a session that no requests come for any more, as a gateway does
// after a while.
func (g *Gateway) timeOut(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.sessions[id]; s != nil {
		delete(g.sessions, id)
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
