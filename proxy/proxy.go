// This file holds the Proxy: its configuration, its life from Bind to the end
// of Serve, and its status.

package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/record"
)

// Defaults of the configuration.
const (
	DefaultListen = "127.0.0.1:1863"
	DefaultHold   = 200 * time.Millisecond
	DefaultDrain  = 5 * time.Second
)

// Recorder records connections. *record.File is one.
type Recorder interface {
	Connect(client, server netip.AddrPort, notes ...event.Comment) *record.Conn
}

// Proxy is a proxy in front of MSNP servers. Set its fields before Bind or Serve
// and do not change them afterwards.
type Proxy struct {
	// Upstream is the server of clients that were not sent anywhere else:
	// HOST or HOST:PORT, without a port 1863.
	Upstream string
	// Listen are the addresses to accept clients on; none: DefaultListen.
	Listen []string
	// Routes are further listeners with servers of their own.
	Routes []Route
	// Transparent and TProxy are addresses to which the kernel leads clients
	// that want to go elsewhere (Linux). With TProxy servers see the client's
	// own address.
	Transparent, TProxy []string
	// Socks are the addresses for clients that have the proxy in their
	// connection settings: SOCKS 4, 4a, 5, HTTP CONNECT and MSNP in HTTP.
	Socks []string
	// SocksUsers are passwords by name, in lower case; none: nobody is asked for one.
	SocksUsers map[string]string
	// Gateways are listeners in front of an HTTP gateway.
	Gateways []Route
	// AllowClients are the networks that clients may come from; none: any.
	AllowClients []string
	// AllowTargets are servers that a client may ask for: see mayReach.
	AllowTargets []string
	// Limits bound what clients may take.
	Limits Limits
	// BehindProxy are the networks of balancers that say who the client is, with
	// a header of the PROXY protocol on every connection.
	BehindProxy []string
	// Outer is a SOCKS5 proxy to reach servers through:
	// socks5://[USER:PASSWORD@]HOST[:PORT].
	Outer string
	// Advertise is the host that redirects name, for clients that reach the
	// proxy by another address than it has itself. Empty: the local address
	// of each client's own connection.
	Advertise string
	// Hold is how long an unfinished command waits for its end before it goes
	// on as it is. 0: DefaultHold; negative: not at all.
	Hold time.Duration
	// Drain is how long connections may go on after Serve was told to end.
	// 0: DefaultDrain; negative: not at all.
	Drain time.Duration
	// OneCommandPerWrite forwards commands that came together in a write of
	// their own each, for peers that take one read for one command.
	OneCommandPerWrite bool
	// FileTransfers has file transfers come through the proxy too: the addresses
	// in the invitations' ACCEPT are replaced. Else payloads are never touched.
	// It wants a Hold, as clients send the head and the body of a message apart.
	FileTransfers bool
	// Promises is a file (and one beside it) in which it is kept where redirects
	// lead, so that clients that follow them later arrive although the proxy was
	// started again; "": that is forgotten.
	Promises string
	// Recorder records what passes; nil: nothing is recorded.
	Recorder Recorder
	// ListenFunc listens on an address of the configuration; nil: net.Listen.
	ListenFunc func(addr string) (net.Listener, error)
	// Dial connects to a server, given as IP:port; nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Refuse are addresses never to connect to, such as the web page's. An
	// unspecified address stands for every address of this machine.
	Refuse []netip.AddrPort
	// Deciders say what happens to each whole command, the first who wants
	// something to: hold, change, drop it and so on. Commands of more than 64
	// KiB stream through undecided.
	Deciders []Decider
	// Log is told what happens; nil: nobody is.
	Log *slog.Logger

	bind                 sync.Once
	bindErr              error
	advertise            netip.Addr // zero if not set
	allowed              []allowed
	allowClients, behind []netip.Prefix
	outer                *outer // nil: none
	named                named
	gateways             gateways
	// transferLife is the constant, but for tests.
	transferLife time.Duration
	cookies      cookies
	journal      *journal // nil without Promises
	desk         desk
	own          sync.WaitGroup // all goroutines

	mu        sync.Mutex
	main      []*listener
	announced map[announcement]*listener
	transfers map[netip.AddrPort]*transfer // by the address that was announced
	conns     map[*conn]struct{}
	stopping  bool               // no new listeners and connections
	perClient map[netip.Addr]int // of conns
	// thisSecond counts the connections that came in the second that began at second.
	second     time.Time
	thisSecond map[netip.Addr]int

	total, refused atomic.Int64
	bytes          [2]atomic.Int64
	commands       [2]atomic.Int64
	rewritten      atomic.Int64
}

// Bind opens the listeners, so that mistakes in the addresses show before
// Serve and Addr can be asked. Serve does it if it was not done.
func (p *Proxy) Bind() error {
	p.bind.Do(func() { p.bindErr = p.open() })
	return p.bindErr
}

func (p *Proxy) open() error {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Hold == 0 {
		p.Hold = DefaultHold
	}
	if p.Drain == 0 {
		p.Drain = DefaultDrain
	}
	if p.Dial == nil {
		p.Dial = new(net.Dialer).DialContext
	}
	p.announced = make(map[announcement]*listener)
	p.transfers = make(map[netip.AddrPort]*transfer)
	p.conns = make(map[*conn]struct{})
	if p.transferLife == 0 {
		p.transferLife = transferLife
	}
	if p.Advertise != "" {
		var err error
		if p.advertise, err = literal(p.Advertise); err == nil && p.advertise.IsUnspecified() {
			err = errors.New("no client can connect to that; name an address by which they reach this machine")
		}
		if err != nil {
			return fmt.Errorf("advertise %q: %w", p.Advertise, err)
		}
	}
	if err := p.parseRules(); err != nil {
		return err
	}
	if err := p.openWays(); err != nil {
		for _, l := range p.main {
			l.Close()
		}
		return err
	}
	p.recall()
	return nil
}

// parseRules reads who may come in and where to.
func (p *Proxy) parseRules() (err error) {
	p.perClient, p.thisSecond = make(map[netip.Addr]int), make(map[netip.Addr]int)
	if p.allowClients, err = parseClients("allowed client", p.AllowClients); err != nil {
		return err
	}
	if p.behind, err = parseClients("balancer", p.BehindProxy); err != nil {
		return err
	}
	p.allowed = nil // Check may have been here before
	for _, s := range p.AllowTargets {
		a, err := parseAllowed(s)
		if err != nil {
			return err
		}
		p.allowed = append(p.allowed, a)
	}
	if p.Outer != "" {
		p.outer, err = parseOuter(p.Outer)
	}
	return err
}

// literal returns host as an IP address, IPv4 if it is a name that has one.
func literal(host string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.Unmap(), nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(context.Background(), "ip", host)
	if err != nil {
		return netip.Addr{}, err
	}
	return ipv4First(ips)[0], nil
}

// Serve accepts and forwards until ctx is cancelled. It then stops accepting,
// lets connections go on for Drain, ends the rest and returns nil.
func (p *Proxy) Serve(ctx context.Context) error {
	if err := p.Bind(); err != nil {
		return err
	}
	dialing, stopDialing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDialing()
	p.mu.Lock()
	for _, l := range p.main {
		p.serve(dialing, l)
	}
	for _, l := range p.announced { // of an earlier run
		p.serve(dialing, l)
	}
	p.mu.Unlock()
	defer p.journal.close()
	<-ctx.Done()
	p.mu.Lock()
	p.stopping = true
	for _, l := range p.main {
		l.Close()
	}
	for _, l := range p.announced {
		l.Close()
	}
	for _, t := range p.transfers {
		t.close()
	}
	p.mu.Unlock()

	drained := make(chan struct{})
	go func() {
		p.own.Wait()
		close(drained)
	}()
	if p.Drain > 0 {
		timer := time.NewTimer(p.Drain)
		defer timer.Stop()
		select {
		case <-drained:
			return nil
		case <-timer.C:
		}
	}
	stopDialing()
	p.mu.Lock()
	for c := range p.conns {
		c.stop()
	}
	p.mu.Unlock()
	<-drained
	return nil
}

// Addr returns the first address listened on, nil before Bind.
func (p *Proxy) Addr() net.Addr {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.main) == 0 {
		return nil
	}
	return p.main[0].Addr()
}

// Status is what a Proxy is doing at a moment.
type Status struct {
	Listening   []netip.AddrPort // where clients are pointed at
	Upstream    string           // HOST:PORT of the first of these
	Ways        []Listening      // all main listeners
	Announced   []Announced      // listeners opened for servers that clients were sent to
	Connections int              // open now
	Total       int64            // accepted so far
	Refused     int64            // of these, not connected to a server
	Bytes       [2]int64         // received so far, by direction: c2s, s2c
	Commands    [2]int64         // whole ones, likewise
	Rewritten   int64            // addresses replaced so far
	Stopping    bool             // Serve is draining
}

// Listening is a main listener.
type Listening struct {
	Addr     netip.AddrPort
	Way      Way
	Upstream string // HOST:PORT, "" without one
}

// Announced is a port that stands for one server.
type Announced struct {
	Addr   netip.AddrPort
	Target string // HOST:PORT
}

// Status returns the proxy's present state.
func (p *Proxy) Status() Status {
	p.cookies.expire(time.Now())
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{
		Connections: len(p.conns),
		Total:       p.total.Load(),
		Refused:     p.refused.Load(),
		Bytes:       [2]int64{p.bytes[0].Load(), p.bytes[1].Load()},
		Commands:    [2]int64{p.commands[0].Load(), p.commands[1].Load()},
		Rewritten:   p.rewritten.Load(),
		Stopping:    p.stopping,
	}
	for _, l := range p.main {
		w := Listening{Addr: l.addr, Way: l.way}
		if l.upstream != (target{}) {
			w.Upstream = l.upstream.String()
		}
		s.Ways = append(s.Ways, w)
		if l.way == Reverse {
			s.Listening = append(s.Listening, l.addr)
			s.Upstream = cmp.Or(s.Upstream, w.Upstream)
		}
	}
	for _, l := range p.announced {
		s.Announced = append(s.Announced, Announced{l.addr, l.target.String()})
	}
	slices.SortFunc(s.Announced, func(a, b Announced) int { return a.Addr.Compare(b.Addr) })
	return s
}

// errStopping is why nothing new is begun any more.
var errStopping = errors.New("the proxy is stopping")
