// This file is the life of a scripted client: signing in along every address
// it is given, what it remembers, and its end.

package msnptest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Client is a scripted client. Its methods may be called from any goroutine.
type Client struct {
	cfg    ClientConfig
	rec    *recorder
	shared *counter // OneCounter
	wg     sync.WaitGroup
	ctx    context.Context // ends with Close; for answering RNG
	cancel context.CancelFunc

	mu          sync.Mutex
	links       map[*link]struct{}
	ns          *link
	dialect     int
	redirects   []Redirect
	presence    map[string]string // handle in lower case -> status
	unsolicited []Command
	incoming    []*Chat
	news        chan struct{} // closed when anything here has changed
	err         error         // of a chat that could not be joined
	closed      bool
}

var errClosed = errors.New("the client is closed")

// NewClient returns a client that is not connected yet.
func NewClient(cfg ClientConfig) *Client {
	cfg.Timeout = cmp.Or(cfg.Timeout, requestTimeout)
	cfg.Format = cmp.Or(cfg.Format, defaultFormat)
	if cfg.Dialects == nil {
		cfg.Dialects = defaultDialects
	}
	c := &Client{cfg: cfg, links: map[*link]struct{}{}, presence: map[string]string{}, news: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	first, step := cfg.TrIDs.step()
	c.shared = &counter{next: first, step: step}
	if cfg.Record {
		c.rec = new(recorder)
	}
	return c
}

// Handle returns the account of the client.
func (c *Client) Handle() string { return c.cfg.Handle }

// Dialect returns n of the MSNPn that was agreed on.
func (c *Client) Dialect() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dialect
}

func (c *Client) counter() *counter {
	if c.cfg.TrIDs == OneCounter {
		return c.shared
	}
	first, step := c.cfg.TrIDs.step()
	return &counter{next: first, step: step}
}

// changed wakes whoever waits for something. c.mu is held.
func (c *Client) changed() {
	close(c.news)
	c.news = make(chan struct{})
}

// until waits until ok, which is called with c.mu held.
func (c *Client) until(ctx context.Context, what string, ok func() bool) error {
	for {
		c.mu.Lock()
		is, news, closed := ok(), c.news, c.closed
		c.mu.Unlock()
		if is {
			return nil
		}
		if closed {
			return errClosed
		}
		select {
		case <-news:
		case <-ctx.Done():
			return fmt.Errorf("%s waits for %s: %w", c.cfg.Handle, what, ctx.Err())
		}
	}
}

// SignIn signs in at a dispatch or notification server and wherever that one
// refers the client to.
func (c *Client) SignIn(ctx context.Context, address string) error {
	role := "DS"
	for range maxRedirects {
		l, err := c.dial(ctx, role, address, c.onNS)
		if err != nil {
			return err
		}
		next, err := c.signInAt(ctx, l)
		if err != nil {
			l.nc.Close()
			<-l.done
			return fmt.Errorf("%s at %s: %w", c.cfg.Handle, address, err)
		}
		if next == "" {
			return nil
		}
		l.nc.CloseWrite() // as clients do once they know where to go
		l.nc.Close()
		<-l.done
		role, address = "NS", next
	}
	return fmt.Errorf("%s was sent on more than %d times", c.cfg.Handle, maxRedirects)
}

// signInAt returns the address to go to next, "" when signed in.
func (c *Client) signInAt(ctx context.Context, l *link) (next string, err error) {
	ver := ask{line: "VER " + strings.Join(c.cfg.Dialects, " ")}
	usr := ask{line: "USR MD5 I " + c.cfg.Handle}
	steps := []ask{ver, {line: "INF"}, usr}
	if c.cfg.SkipINF {
		steps = []ask{ver, usr}
	}
	replies, err := l.inTurn(ctx, steps, func(reply Command) error {
		if reply.Name() != "VER" {
			return nil
		}
		dialect := 0
		for _, word := range reply.Words[2:] {
			dialect = max(dialect, dialectNumber(word))
		}
		if dialect == 0 {
			return fmt.Errorf("no dialect in common: %s", reply)
		}
		c.mu.Lock()
		c.dialect = dialect
		c.mu.Unlock()
		return nil
	})
	if err != nil {
		return "", err
	}
	reply := replies[len(replies)-1]
	switch {
	case reply.Name() == "XFR" && reply.word(2) == "NS" && len(reply.Words) >= 4:
		c.redirected(Redirect{Command: "XFR NS", Address: reply.word(3), Current: reply.word(5)})
		l.nc.update(func(log *ConnLog) { log.Role, log.Key = "DS", c.cfg.Handle })
		return reply.word(3), nil
	case reply.Name() == "USR" && reply.word(3) == "S" && len(reply.Words) == 5:
	default:
		return "", fmt.Errorf("unexpected answer to USR: %s", reply)
	}
	l.nc.update(func(log *ConnLog) { log.Role, log.Key = "NS", reply.word(4) })
	c.mu.Lock()
	c.ns = l // what follows USR OK in the same segment finds it
	c.mu.Unlock()
	answers, err := l.request(ctx, ask{line: "USR MD5 S " + md5Hex(reply.word(4)+c.cfg.Password)})
	if err == nil && answers[0].word(2) != "OK" {
		err = fmt.Errorf("unexpected answer to USR: %s", answers[0])
	}
	return "", err
}

// inTurn makes requests one after the other, or at once when the client is
// one that does not wait; check sees each reply.
func (l *link) inTurn(ctx context.Context, asks []ask, check func(Command) error) (replies []Command, err error) {
	var calls []*call
	for i, a := range asks {
		switch {
		case !l.c.cfg.Pipeline:
			calls, err = l.start(a)
		case i == 0:
			calls, err = l.start(asks...)
		default:
			calls = calls[1:]
		}
		if err != nil {
			return nil, err
		}
		reply, err := l.wait(ctx, calls[0])
		if err != nil {
			return nil, err
		}
		replies = append(replies, reply[len(reply)-1])
		if err := check(replies[i]); err != nil {
			return nil, err
		}
	}
	return replies, nil
}

func (c *Client) redirected(r Redirect) {
	if c.cfg.Record {
		c.mu.Lock()
		c.redirects = append(c.redirects, r)
		c.mu.Unlock()
	}
}

// Redirects returns the addresses that servers have given to this client;
// nothing without ClientConfig.Record.
func (c *Client) Redirects() []Redirect {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.redirects)
}

// Log returns what every connection so far sent and received; nothing without
// ClientConfig.Record.
func (c *Client) Log() []ConnLog { return c.rec.snapshot() }

// onNS handles what the notification server sends unasked.
func (c *Client) onNS(cmd Command) {
	rings := cmd.Name() == "RNG" && len(cmd.Words) >= 6
	if rings { // before WaitFor finds it
		c.redirected(Redirect{Command: "RNG", Address: cmd.Words[2], Cookie: cmd.Words[4], Session: cmd.Words[1]})
	}
	c.mu.Lock()
	switch cmd.Name() {
	case "NLN":
		c.presence[strings.ToLower(cmd.word(2))] = cmd.word(1)
	case "ILN":
		c.presence[strings.ToLower(cmd.word(3))] = cmd.word(2)
	case "FLN":
		c.presence[strings.ToLower(cmd.word(1))] = "FLN"
	}
	c.unsolicited = append(c.unsolicited, cmd)
	if len(c.unsolicited) > maxUnsolicited {
		c.unsolicited = c.unsolicited[maxUnsolicited/2:]
	}
	ns := c.ns
	c.changed()
	c.mu.Unlock()
	switch {
	case cmd.Name() == "CHL" && ns != nil:
		key := challengeKey
		if c.cfg.WrongQRY {
			key = "wrong"
		}
		ns.start(ask{line: "QRY " + challengeProduct, payload: []byte(md5Hex(cmd.word(2) + key)), noReply: true})
	case rings && !c.cfg.IgnoreRings:
		c.wg.Go(func() { c.answerRing(cmd) })
	}
}

// Close ends all connections at once and waits for the client's goroutines.
func (c *Client) Close() error {
	c.cancel()
	c.mu.Lock()
	c.closed = true
	for l := range c.links {
		l.nc.Close()
	}
	c.changed()
	c.mu.Unlock()
	c.wg.Wait()
	return nil
}
