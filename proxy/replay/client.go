// This file plays the client's part against a server.

package replay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"msnscope/decode"
)

// Defaults of a Client.
const (
	DefaultWait = 5 * time.Second
	endWait     = time.Second // for a server to end its side
	dialTimeout = 15 * time.Second
)

// Client plays the client's part of a session.
type Client struct {
	// To is the server that the first connection goes to, HOST:PORT; the others
	// go where it sends them.
	To string
	// Passwords by handle, in lower case, for the answers to challenges.
	Passwords map[string]string
	// Wait is how long what a server said then is waited for. 0: DefaultWait.
	Wait time.Duration
	// Speed: 1 keeps the pauses of the recording, 10 makes them a tenth;
	// 0: no pauses.
	Speed    float64
	Recorder Recorder // records what passes; nil: nothing does
	// Progress is told after each step; nil: nobody is.
	Progress func(step, of int)
	// Watch is told what passes; nil: nobody is.
	Watch func(Passed)
	// Allow is asked before a connection is opened; nil: every one is.
	Allow func(netip.AddrPort) error
}

// play is one run.
type play struct {
	*Client
	ctx    context.Context
	rec    *Recording
	report *Report
	values values
	live   map[*part]*talk
}

// talk is a part on its live connection.
type talk struct {
	link    *link // nil: it could not be opened
	stop    func() bool
	waiting []heard
	ended   bool
	misses  int // one after the other
	left    int // steps to come
	role    decode.Role
	handle  string
	md5     string // challenges as the live server gave them
	chl     string
}

// maxMisses is how many commands are waited for in vain, one after the other,
// before those that follow on a connection are not waited for any more.
const maxMisses = 3

// Play says what the client has said, and hears what the servers say.
func (c Client) Play(ctx context.Context, rec *Recording) (*Report, error) {
	if err := rec.check(); err != nil {
		return nil, err
	}
	if c.Wait == 0 {
		c.Wait = DefaultWait
	}
	p := &play{Client: &c, ctx: ctx, rec: rec, report: &Report{}, live: make(map[*part]*talk)}
	defer func() {
		for _, t := range p.live {
			p.hangUp(t)
		}
	}()
	for i := range rec.steps {
		if err := ctx.Err(); err != nil {
			return p.report, err
		}
		s := &rec.steps[i]
		p.pause(i)
		t, err := p.talk(s)
		if err != nil {
			return p.report, err
		}
		if t.left--; t.link != nil {
			if s.dir == decode.C2S {
				p.say(t, s)
			} else {
				p.hear(t, s)
			}
			if t.left == 0 {
				p.hangUp(t)
			}
		} else if s.dir == decode.S2C {
			p.report.Missed++
		}
		if c.Progress != nil {
			c.Progress(i+1, len(rec.steps))
		}
	}
	return p.report, nil
}

// pause waits as long as the client did.
func (p *play) pause(i int) {
	if p.Speed <= 0 || i == 0 || p.rec.steps[i].dir != decode.C2S {
		return
	}
	gap := time.Duration(float64(p.rec.steps[i].at-p.rec.steps[i-1].at) / p.Speed)
	if gap <= 0 {
		return
	}
	timer := time.NewTimer(gap)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ctx.Done():
	}
}

// talk returns the live connection of a step's part, which it opens. Only the
// very first must succeed.
func (p *play) talk(s *step) (*talk, error) {
	if t := p.live[s.part]; t != nil {
		return t, nil
	}
	t := &talk{left: len(s.part.steps), role: s.part.role}
	p.live[s.part] = t
	to, err := p.address(s.part)
	if err == nil {
		ctx, cancel := context.WithTimeout(p.ctx, dialTimeout)
		defer cancel()
		var conn net.Conn
		if conn, err = p.dialer().DialContext(ctx, "tcp", to); err == nil {
			t.link = newLink(conn, connect(p.Recorder, conn.LocalAddr(), conn.RemoteAddr()), decode.S2C)
			// A server that takes nothing more holds nobody who wants to end.
			t.stop = context.AfterFunc(p.ctx, func() { conn.SetWriteDeadline(time.Unix(1, 0)) })
			p.report.Connections++
			return t, nil
		}
	}
	if len(p.live) == 1 {
		return nil, err
	}
	p.mishap(s, "", fmt.Sprintf("this connection was not played: %v", err))
	return t, nil
}

// dialer asks for each address that a name stands for.
func (p *play) dialer() *net.Dialer {
	if p.Allow == nil {
		return new(net.Dialer)
	}
	return &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return p.Allow(a)
	}}
}

// mishap notes what did not go as it was recorded, and tells it.
func (p *play) mishap(s *step, now, why string) {
	p.report.mishap(s.id, "%s", why)
	p.tell(s.passed(now, why))
}

func (p *play) tell(passed Passed) {
	if p.Watch != nil {
		p.Watch(passed)
	}
}

// address returns where a connection goes this time.
func (p *play) address(part *part) (string, error) {
	if part.cookie != "" {
		if a := p.values.address[part.cookie]; a != "" {
			return a, nil
		}
		return "", errors.New("no server has given its cookie")
	}
	if p.values.next != "" {
		return p.values.next, nil
	}
	return p.To, nil
}

// say sends a command of the client as it has to be this time.
func (p *play) say(t *talk, s *step) {
	raw, err := p.values.ask(t, s, p.Passwords)
	line := s.line + len(raw) - len(s.raw) // payloads keep their length
	now := told(raw, line, s.context())
	if err := t.link.say(raw); err != nil {
		p.mishap(s, "", fmt.Sprintf("could not be said: %v", err))
		return
	}
	p.report.Said++
	if err != nil {
		p.mishap(s, now, err.Error())
	} else {
		p.tell(s.passed(now, ""))
	}
}

// hear waits for what the server said then.
func (p *play) hear(t *talk, s *step) {
	if s.line == 0 { // no command: nothing that could be waited for
		return
	}
	want := s.words()
	for i := range t.waiting {
		if h := &t.waiting[i]; h.trid == s.trid && kin(want, h.words()) || s.trid < 0 && kin(want, h.words()) {
			p.take(t, s, i)
			return
		}
	}
	timer := time.NewTimer(p.Wait)
	defer timer.Stop()
	for !t.ended && t.misses < maxMisses {
		select {
		case h, open := <-t.link.in:
			if t.ended = !open; t.ended {
				continue
			}
			t.waiting = append(t.waiting, h)
			last := len(t.waiting) - 1
			words := h.words()
			if kin(want, words) && (h.trid == s.trid || s.trid < 0) {
				p.take(t, s, last)
				return
			}
			if s.trid >= 0 && h.trid == s.trid && isNumber(words[0]) && !isNumber(want[0]) { // an error in its place
				p.values.learn(t, s, &h)
				t.waiting[last].told = true
				now := told(h.raw, h.line, s.context())
				p.miss(s, now, "the server answers "+now)
				return
			}
		case <-timer.C:
			t.misses++
			p.miss(s, "", fmt.Sprintf("has not come within %s", p.Wait))
			return
		case <-p.ctx.Done():
			return
		}
	}
	if t.ended {
		p.miss(s, "", "has not come: the server has closed the connection")
	} else {
		p.miss(s, "", "has not come")
	}
}

// take pairs a step with what was heard.
func (p *play) take(t *talk, s *step, i int) {
	h := t.waiting[i]
	t.waiting = append(t.waiting[:i], t.waiting[i+1:]...)
	t.misses = 0
	p.report.Heard++
	p.values.learn(t, s, &h)
	p.tell(s.passed(told(h.raw, h.line, s.context()), ""))
}

func (p *play) miss(s *step, now, why string) {
	p.report.Missed++
	p.report.mishap(s.id, "%s %s", s.told(), why)
	p.tell(s.passed(now, why))
}

// hangUp ends a connection.
func (p *play) hangUp(t *talk) {
	if t.link == nil {
		return
	}
	t.link.close(p.ctx, endWait)
	t.stop()
	p.report.Extra += len(t.waiting)
	for i := range t.waiting {
		h := &t.waiting[i]
		if h.told {
			continue
		}
		c := decode.Context{Role: t.role, Dir: decode.S2C}
		p.tell(Passed{Role: t.role, Dir: decode.S2C, Now: told(h.raw, h.line, c), Why: "was not recorded"})
	}
	t.link, t.waiting = nil, nil
}
