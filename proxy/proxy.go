// This file holds the Proxy: its configuration, its life from Bind to the end
// of Serve, and its status.

package proxy

import (
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

// Proxy is a reverse proxy in front of MSNP servers. Set its fields before Bind
// or Serve and do not change them afterwards.
type Proxy struct {
	// Upstream is the server of clients that were not sent anywhere else:
	// HOST or HOST:PORT, without a port 1863.
	Upstream string
	// Listen are the addresses to accept clients on; none: DefaultListen.
	Listen []string
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
	// Recorder records what passes; nil: nothing is recorded.
	Recorder Recorder
	// Dial connects to a server, given as IP:port; nil: a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Refuse are addresses never to connect to, such as the web page's. An
	// unspecified address stands for every address of this machine.
	Refuse []netip.AddrPort
	// Log is told what happens; nil: nobody is.
	Log *slog.Logger

	bind      sync.Once
	bindErr   error
	upstream  target
	advertise netip.Addr // zero if not set
	// transferLife is the constant, but for tests.
	transferLife time.Duration
	cookies      cookies
	own          sync.WaitGroup // all goroutines

	mu        sync.Mutex
	main      []*listener
	announced map[announcement]*listener
	transfers map[netip.AddrPort]*transfer // by the address that was announced
	conns     map[*conn]struct{}
	stopping  bool // no new listeners and connections

	total, refused atomic.Int64
	bytes          [2]atomic.Int64
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
	var ok bool
	if p.upstream, ok = parseTarget([]byte(p.Upstream)); !ok {
		return fmt.Errorf("upstream %q: want HOST or HOST:PORT", p.Upstream)
	}
	if p.Advertise != "" {
		var err error
		if p.advertise, err = literal(p.Advertise); err != nil {
			return fmt.Errorf("advertise %q: %w", p.Advertise, err)
		}
	}
	addrs := p.Listen
	if len(addrs) == 0 {
		addrs = []string{DefaultListen}
	}
	for _, addr := range addrs {
		l, err := p.listen(addr)
		if err != nil {
			for _, l := range p.main {
				l.Close()
			}
			return fmt.Errorf("cannot listen on %s: %w", addr, err)
		}
		l.main = l
		p.main = append(p.main, l)
	}
	return nil
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
	p.mu.Unlock()
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
	Listening   []netip.AddrPort // the main listeners
	Upstream    string           // HOST:PORT
	Announced   []Announced      // listeners opened for servers that clients were sent to
	Connections int              // open now
	Total       int64            // accepted so far
	Refused     int64            // of these, not connected to a server
	Bytes       [2]int64         // received so far, by direction: c2s, s2c
	Stopping    bool             // Serve is draining
}

// Announced is a port that stands for one server.
type Announced struct {
	Addr   netip.AddrPort
	Target string // HOST:PORT
}

// Status returns the proxy's present state.
func (p *Proxy) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Status{
		Upstream:    p.upstream.String(),
		Connections: len(p.conns),
		Total:       p.total.Load(),
		Refused:     p.refused.Load(),
		Bytes:       [2]int64{p.bytes[0].Load(), p.bytes[1].Load()},
		Stopping:    p.stopping,
	}
	for _, l := range p.main {
		s.Listening = append(s.Listening, l.addr)
	}
	for _, l := range p.announced {
		s.Announced = append(s.Announced, Announced{l.addr, l.target.String()})
	}
	slices.SortFunc(s.Announced, func(a, b Announced) int { return a.Addr.Compare(b.Addr) })
	return s
}

// errStopping is why nothing new is begun any more.
var errStopping = errors.New("the proxy is stopping")
