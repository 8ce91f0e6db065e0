// This file is one connection of a scripted client: sending requests, and
// finding the one that an answer belongs to.

package msnptest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// link is one connection of a Client. Its reader goroutine ends when the
// connection does.
type link struct {
	c     *Client
	nc    *recordedConn
	on    func(Command) // commands that answer no request; called by the reader
	trids *counter
	done  chan struct{} // closed when the reader has ended

	wmu sync.Mutex // over writing
	rnd *rand.Rand

	mu    sync.Mutex
	calls map[string]*call
	err   error // why the connection has ended
}

// counter hands out transaction ids.
type counter struct {
	mu         sync.Mutex
	next, step uint64
}

func (t *counter) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.next
	t.next += t.step
	return strconv.FormatUint(id, 10)
}

// call is a request that waits for its answer.
type call struct {
	request string
	last    func(Command) bool // whether this reply is the last one
	replies []Command
	err     error
	done    chan struct{}
}

func (c *call) end(err error) {
	c.err = err
	close(c.done)
}

// dial connects to an address as a server gave it, and reads until the end.
func (c *Client) dial(ctx context.Context, role, address string, on func(Command)) (*link, error) {
	target := address
	if !strings.Contains(address, ":") {
		target += ":" + defaultPort
	}
	var d net.Dialer
	if c.cfg.LocalIP != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(c.cfg.LocalIP)}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	connect := c.cfg.Dial
	if connect == nil {
		connect = func(ctx context.Context, target string) (net.Conn, error) { return d.DialContext(ctx, "tcp", target) }
	}
	nc, err := connect(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("%s: %s at %s: %w", c.cfg.Handle, role, address, err)
	}
	l := &link{
		c: c, nc: c.rec.open(nc, address), on: on, trids: c.counter(), done: make(chan struct{}),
		rnd: newRand(c.cfg.Seed), calls: map[string]*call{},
	}
	l.nc.update(func(log *ConnLog) { log.Role, log.Account = role, c.cfg.Handle })
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		l.nc.Close()
		return nil, errClosed
	}
	c.links[l] = struct{}{}
	c.wg.Go(l.read)
	c.mu.Unlock()
	return l, nil
}

func (l *link) read() {
	r := bufio.NewReaderSize(l.nc, maxLine)
	var err error
	for {
		var cmd Command
		if cmd, err = readCommand(r, serverPayloads); err != nil {
			break
		}
		if !l.answer(cmd) {
			l.on(cmd)
		}
	}
	l.nc.Close()
	l.mu.Lock()
	l.err = fmt.Errorf("connection ended: %w", err)
	for _, waiting := range l.calls {
		waiting.end(l.err)
	}
	l.calls = nil
	l.mu.Unlock()
	l.c.mu.Lock()
	delete(l.c.links, l)
	l.c.changed()
	l.c.mu.Unlock()
	close(l.done)
}

// answer hands a command to the request it answers, if there is one.
func (l *link) answer(cmd Command) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := l.calls[cmd.word(1)]
	if waiting == nil || neverAnswers[cmd.Name()] {
		return false
	}
	code, err := strconv.Atoi(cmd.Name())
	isError := err == nil && len(cmd.Name()) == 3
	if !isError && !waiting.last(cmd) {
		waiting.replies = append(waiting.replies, cmd)
		return true
	}
	delete(l.calls, cmd.word(1))
	waiting.replies = append(waiting.replies, cmd)
	if isError {
		waiting.end(&ReplyError{code, waiting.request})
	} else {
		waiting.end(nil)
	}
	return true
}

// neverAnswers are commands of servers whose second word is no TrID; and ILN,
// which comes beside the answer.
var neverAnswers = map[string]bool{
	"BPR": true, "BYE": true, "FLN": true, "ILN": true, "IPG": true, "JOI": true, "MSG": true,
	"NLN": true, "NOT": true, "OUT": true, "QNG": true, "RNG": true, "CHL": true,
}

func first(Command) bool { return true }

// ask is one request: its line without TrID, its payload if it has one.
type ask struct {
	line    string
	payload []byte
	last    func(Command) bool // nil: the first reply
	noReply bool
}

// start sends requests, all before any answer is waited for.
func (l *link) start(asks ...ask) ([]*call, error) {
	var calls []*call
	var cmds [][]byte
	l.wmu.Lock()
	defer l.wmu.Unlock()
	for _, a := range asks {
		name, rest, _ := strings.Cut(a.line, " ")
		id := l.trids.take()
		line := strings.TrimSuffix(name+" "+id+" "+rest, " ")
		if a.payload != nil {
			line += " " + strconv.Itoa(len(a.payload))
		}
		waiting := &call{request: line, last: a.last, done: make(chan struct{})}
		if a.last == nil {
			waiting.last = first
		}
		calls = append(calls, waiting)
		cmds = append(cmds, append([]byte(line+"\r\n"), a.payload...))
		if a.noReply {
			continue
		}
		l.mu.Lock()
		err := l.err
		if err == nil {
			l.calls[id] = waiting
		}
		l.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
	return calls, l.writeLocked(cmds...)
}

// write sends commands that have no TrID.
func (l *link) write(cmds ...[]byte) error {
	l.wmu.Lock()
	defer l.wmu.Unlock()
	return l.writeLocked(cmds...)
}

func (l *link) writeLocked(cmds ...[]byte) error {
	l.nc.SetWriteDeadline(time.Now().Add(l.c.cfg.Timeout))
	if l.c.cfg.Writing == Glued {
		var all []byte
		for _, cmd := range cmds {
			all = append(all, cmd...)
		}
		cmds = [][]byte{all}
	}
	for _, cmd := range cmds {
		if err := writeCommand(l.nc, cmd, l.c.cfg.Writing, l.rnd); err != nil {
			return err
		}
	}
	return nil
}

// wait waits for a request's last reply.
func (l *link) wait(ctx context.Context, waiting *call) ([]Command, error) {
	ctx, cancel := context.WithTimeout(ctx, l.c.cfg.Timeout)
	defer cancel()
	select {
	case <-waiting.done:
		return waiting.replies, waiting.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%s waits for an answer to %q: %w", l.c.cfg.Handle, waiting.request, ctx.Err())
	}
}

// request sends one request and waits for its answer.
func (l *link) request(ctx context.Context, a ask) ([]Command, error) {
	calls, err := l.start(a)
	if err != nil {
		return nil, err
	}
	return l.wait(ctx, calls[0])
}

// leave says OUT, ends this side of the connection and waits for the other to
// do the same.
func (l *link) leave(ctx context.Context) error {
	err := l.write([]byte("OUT\r\n"))
	l.nc.CloseWrite()
	select {
	case <-l.done:
	case <-ctx.Done():
		l.nc.Close()
		<-l.done
		err = errors.Join(err, ctx.Err())
	}
	return err
}
