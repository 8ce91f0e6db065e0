// This file is the life of a practice server: its listeners, what all its
// connections share, and its end.

package msnptest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is a practice MSNP server: any number of dispatch, notification and
// switchboard servers over one set of accounts.
type Server struct {
	cfg Config
	rec *recorder
	all []*listener
	ds  []*listener
	ns  []*listener
	sb  []*listener
	wg  sync.WaitGroup

	mu         sync.Mutex // over everything below and the state of all connections
	rnd        *rand.Rand
	accounts   map[string]*account
	conns      map[*conn]struct{}
	promised   map[string]*listener // handle -> the NS a dispatch server sent it to
	tickets    map[string]*ticket   // cookie -> what it opens
	session    int64                // id of the last switchboard session
	nextNS     int
	nextSB     int
	complaints []string
	changed    chan struct{} // closed when a connection has ended
	closed     bool
}

// listener is one address of the server.
type listener struct {
	net.Listener
	announced  string
	ds, ns, sb bool
}

// Start listens and serves until Close.
func Start(cfg Config) (*Server, error) {
	if cfg.All != "" {
		cfg.NS, cfg.SB = []string{cfg.All}, []string{cfg.All}
	}
	if len(cfg.NS) == 0 || len(cfg.SB) == 0 {
		return nil, errors.New("msnptest: at least one NS and one SB address is needed")
	}
	cfg.MaxDialect = cmp.Or(cfg.MaxDialect, 7)
	cfg.ChallengeTimeout = cmp.Or(cfg.ChallengeTimeout, defaultChallengeTimeout)
	s := &Server{
		cfg:      cfg,
		rnd:      rand.New(rand.NewPCG(cfg.Seed, 1)),
		conns:    map[*conn]struct{}{},
		promised: map[string]*listener{},
		tickets:  map[string]*ticket{},
		session:  11752098,
		changed:  make(chan struct{}),
	}
	if cfg.Record {
		s.rec = new(recorder)
	}
	s.accounts = newAccounts(cfg.Accounts, cfg.RawUTF8)
	shared := map[string]*listener{}
	listen := func(addrs []string, list *[]*listener, role func(*listener)) error {
		for _, addr := range addrs {
			l := shared[addr]
			if l == nil {
				nl, err := net.Listen("tcp", addr)
				if err != nil {
					return err
				}
				l = &listener{Listener: nl, announced: nl.Addr().String()}
				if cfg.Announce != nil {
					l.announced = cfg.Announce(l.announced)
				}
				s.all = append(s.all, l)
				if cfg.All != "" || !strings.HasSuffix(addr, ":0") {
					shared[addr] = l
				}
			}
			role(l)
			*list = append(*list, l)
		}
		return nil
	}
	err := errors.Join(
		listen(cfg.DS, &s.ds, func(l *listener) { l.ds = true }),
		listen(cfg.NS, &s.ns, func(l *listener) { l.ns = true }),
		listen(cfg.SB, &s.sb, func(l *listener) { l.sb = true }))
	if err != nil {
		s.Close()
		return nil, err
	}
	for _, l := range s.all {
		s.wg.Go(func() { s.accept(l) })
	}
	return s, nil
}

func (s *Server) accept(l *listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return // closed
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			nc.Close()
			return
		}
		c := newConn(s, l, nc)
		s.conns[c] = struct{}{}
		s.mu.Unlock()
		s.wg.Go(c.read)
		s.wg.Go(c.write)
	}
}

// DispatchAddr returns the address at which clients begin: the first
// dispatch server, or the first notification server when there is none.
func (s *Server) DispatchAddr() string {
	if len(s.ds) > 0 {
		return s.ds[0].Addr().String()
	}
	return s.ns[0].Addr().String()
}

// Addrs returns the addresses listened on, in the order of the Config.
func (s *Server) Addrs() (ds, ns, sb []string) {
	addrs := func(ls []*listener) (a []string) {
		for _, l := range ls {
			a = append(a, l.Addr().String())
		}
		return a
	}
	return addrs(s.ds), addrs(s.ns), addrs(s.sb)
}

// Log returns what every connection so far sent and received; nothing without
// Config.Record.
func (s *Server) Log() []ConnLog { return s.rec.snapshot() }

// Complaints returns what clients, or somebody between them and the server,
// did wrong: arrived where they were not sent, showed a cookie at another
// switchboard than it was made for.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// Drained waits until no connection is open.
func (s *Server) Drained(ctx context.Context) error {
	for {
		s.mu.Lock()
		n, changed := len(s.conns), s.changed
		s.mu.Unlock()
		if n == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d connections still open: %w", n, ctx.Err())
		}
	}
}

// Mail tells a user who is signed in that a mail has come; it reports whether
// the user was there.
func (s *Server) Mail(handle, from, fromAddr, subject string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[strings.ToLower(handle)]
	if a == nil || a.ns == nil {
		return false
	}
	a.ns.sendMail(from, fromAddr, subject)
	return true
}

// ShutDown tells everybody that the server goes down (OUT SSD) and ends their
// connections once they have read it.
func (s *Server) ShutDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.role == "NS" {
			c.send("OUT SSD")
		}
		c.finish()
	}
}

// Close stops the server and ends all its connections and goroutines.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		c.nc.SetLinger(0) // nobody is to wait for a server that is gone
		c.kill()
	}
	s.mu.Unlock()
	for _, l := range s.all {
		l.Close()
	}
	s.wg.Wait()
	return nil
}

// number returns a random decimal number of n digits that begins with none zero.
func (s *Server) number(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(s.rnd.IntN(10))
	}
	b[0] = '1' + byte(s.rnd.IntN(9))
	return string(b)
}

// pick returns one of the listeners: by choose, or each in turn.
func pick(ls []*listener, handle string, choose func(string, int) int, next *int) *listener {
	i := *next
	*next = (i + 1) % len(ls)
	if choose != nil {
		i = choose(handle, len(ls))
	}
	return ls[i]
}

// ticket is what a cookie opens: a switchboard session, once.
type ticket struct {
	session *chatSession
	handle  string // who may use it
	ring    bool   // from RNG (ANS), not from XFR (USR)
	expires time.Time
}

// issue makes a cookie in the style of 2002: session id, time and random
// number joined by dots.
func (s *Server) issue(t *ticket, parts int) string {
	now := time.Now()
	for cookie, old := range s.tickets {
		if now.After(old.expires) {
			delete(s.tickets, cookie)
		}
	}
	t.expires = now.Add(cookieLifetime)
	cookie := fmt.Sprintf("%d.%d", now.Unix(), s.rnd.IntN(1e9))
	if parts == 3 {
		cookie = fmt.Sprintf("%s.%d.%d", t.session.id, now.Unix(), s.rnd.IntN(1e5))
	}
	for s.tickets[cookie] != nil {
		cookie = fmt.Sprintf("%d.%d", now.Unix(), s.rnd.IntN(1e9))
	}
	s.tickets[cookie] = t
	return cookie
}
