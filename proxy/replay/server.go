// This file plays the servers' part for a client.

package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"

	"msnscope/decode"
)

// Server plays the part of all servers of a session, on one address: the
// addresses in redirects are replaced by its own. It does not check what a
// client proves.
type Server struct {
	Recorder Recorder // records what passes; nil: nothing does
	// Progress is told when a command was answered; nil: nobody is. It may be
	// called from several goroutines at a time.
	Progress func(answered, of int)
	// Watch is told what passes, likewise.
	Watch func(Passed)
}

// stage is one run.
type stage struct {
	*Server
	rec *Recording
	all sync.WaitGroup

	mu     sync.Mutex
	report *Report
	taken  map[*part]bool
	open   int
	done   chan struct{} // closed when every part was played to its end
	asks   int           // commands of the client there are
	asked  int           // and those that came
}

// Serve plays for whoever connects to l, until every recorded connection was
// played or ctx is done.
func (s Server) Serve(ctx context.Context, l net.Listener, rec *Recording) (*Report, error) {
	if err := rec.check(); err != nil {
		return nil, err
	}
	st := &stage{Server: &s, rec: rec, report: &Report{}, taken: make(map[*part]bool), done: make(chan struct{})}
	for i := range rec.steps {
		if rec.steps[i].dir == decode.C2S && rec.steps[i].line > 0 {
			st.asks++
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	st.all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				failed <- err
				return
			}
			st.all.Go(func() { st.play(ctx, conn) })
		}
	})
	var err error
	select {
	case <-st.done:
	case <-ctx.Done():
	case err = <-failed:
		failed <- err
	}
	cancel()
	l.Close()
	st.all.Wait()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	st.report.Missed = st.asks - st.report.Heard
	return st.report, err
}

// play plays one connection.
func (st *stage) play(ctx context.Context, conn net.Conn) {
	l := newLink(conn, connect(st.Recorder, conn.RemoteAddr(), conn.LocalAddr()), decode.C2S)
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer func() { l.close(ctx, endWait); st.left() }()
	st.mu.Lock()
	st.open++
	st.report.Connections++
	st.mu.Unlock()
	var s *scene
	for h := range l.in {
		if s == nil {
			if s = st.sceneFor(&h, l); s == nil {
				now := told(h.raw, h.line, decode.Context{Dir: decode.C2S})
				st.note(Passed{Now: now, Why: "a client begins with " + now + ", and no such connection was recorded" + st.already(&h)})
				return
			}
		}
		if err := s.answer(&h); err != nil {
			st.note(Passed{Role: s.role, Why: fmt.Sprintf("could not be answered: %v", err)})
			return
		}
		if s.over() {
			return
		}
	}
}

// left ends the run when the last connection was played.
func (st *stage) left() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.open--
	for _, p := range st.rec.parts {
		if !st.taken[p] {
			return
		}
	}
	if st.open == 0 {
		select {
		case <-st.done:
		default:
			close(st.done)
		}
	}
}

// note notes what did not go as it was recorded, and tells it.
func (st *stage) note(p Passed) {
	st.mu.Lock()
	st.report.mishap(p.Event, "%s", p.Why)
	st.mu.Unlock()
	st.tell(p)
}

func (st *stage) tell(p Passed) {
	if st.Watch != nil {
		st.Watch(p)
	}
}

// scene is a recorded connection, played on a live one.
type scene struct {
	stage *stage
	link  *link
	role  decode.Role
	here  string // the address that redirects name
	steps []step // of the connection
	used  []bool // commands of the client that came
	trids map[int64][]byte
	asked map[int64]int   // the client's step with a transaction id
	early map[int64][]int // answers of the servers whose request is still to come
	rest  int
}

// sceneFor finds the recorded connection that a client's first command begins:
// by its cookie, else the next that has none.
func (st *stage) sceneFor(h *heard, l *link) *scene {
	cookie := string(cookieIn(h.words()))
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, p := range st.rec.parts {
		if st.taken[p] || p.cookie != cookie {
			continue
		}
		st.taken[p] = true
		s := &scene{stage: st, link: l, role: p.role, here: l.conn.LocalAddr().String(), trids: make(map[int64][]byte), asked: make(map[int64]int), early: make(map[int64][]int)}
		for _, i := range p.steps {
			s.steps = append(s.steps, st.rec.steps[i])
			if c := &st.rec.steps[i]; c.dir == decode.C2S && c.line > 0 {
				s.rest++
				if c.trid >= 0 {
					s.asked[c.trid] = len(s.steps) - 1
				}
			}
		}
		s.used = make([]bool, len(s.steps))
		return s
	}
	return nil
}

// already tells of a client that comes again where it was before.
func (st *stage) already(h *heard) string {
	cookie := string(cookieIn(h.words()))
	if slices.ContainsFunc(st.rec.parts, func(p *part) bool { return p.cookie == cookie }) {
		return " that has not been played already"
	}
	return ""
}

func (s *scene) over() bool { return s.rest == 0 }

// answer says what the server said after the command that h is.
func (s *scene) answer(h *heard) error {
	i := s.find(h)
	if i < 0 {
		now := told(h.raw, h.line, decode.Context{Role: s.role, Dir: decode.C2S})
		s.stage.note(Passed{Role: s.role, Now: now, Why: "a client says " + now + ", which was not recorded here"})
		s.stage.mu.Lock()
		s.stage.report.Extra++
		s.stage.mu.Unlock()
		if string(h.raw[:3]) == "PNG" { // a client that hears nothing goes
			return s.link.say([]byte("QNG\r\n"))
		}
		return nil
	}
	s.used[i] = true
	s.rest--
	if then := s.steps[i].trid; then >= 0 && h.trid >= 0 {
		s.trids[then] = strconv.AppendInt(nil, h.trid, 10)
	}
	s.stage.tell(s.steps[i].passed(told(h.raw, h.line, s.steps[i].context()), ""))
	said := 0
	due := s.early[s.steps[i].trid]
	delete(s.early, s.steps[i].trid)
	for j := i + 1; j < len(s.steps); j++ {
		c := &s.steps[j]
		if c.dir == decode.C2S {
			if c.line > 0 {
				break
			}
			continue
		}
		// The client may say two things the other way round this time.
		if k, ok := s.asked[c.trid]; ok && c.trid >= 0 && k < j && !s.used[k] {
			s.early[c.trid] = append(s.early[c.trid], j)
			continue
		}
		due = append(due, j)
	}
	for _, j := range due {
		c := &s.steps[j]
		raw := s.now(c)
		if err := s.link.say(raw); err != nil {
			return err
		}
		s.stage.tell(c.passed(told(raw, c.line+len(raw)-len(c.raw), c.context()), ""))
		said++
	}
	st := s.stage
	st.mu.Lock()
	st.report.Heard++
	st.report.Said += said
	st.asked++
	asked := st.asked
	st.mu.Unlock()
	if st.Progress != nil {
		st.Progress(asked, st.asks)
	}
	return nil
}

// find returns the step of the client that h is: the first of its kind that has
// not come.
func (s *scene) find(h *heard) int {
	words := h.words()
	for i := range s.steps {
		c := &s.steps[i]
		if s.used[i] || c.dir != decode.C2S || c.line == 0 {
			continue
		}
		w := c.words()
		if !bytes.Equal(w[0], words[0]) {
			continue
		}
		switch string(w[0]) {
		case "USR", "XFR", "ADD", "REM", "LST", "CAL": // what they are about
			n := 2
			if string(w[0]) == "USR" && len(w) == 5 {
				n = 3 // I, then S
			}
			if len(w) > n && (len(words) <= n || !bytes.EqualFold(w[n], words[n])) {
				continue
			}
		}
		return i
	}
	return -1
}

// now returns a command of the server as it has to be this time: with the
// transaction id of the client, and the address of this server.
func (s *scene) now(c *step) []byte {
	raw := c.raw
	if r, ok := decode.ParseRedirect(c.text()); ok {
		// From behind, so that places stay what they are.
		if r.Current.Len() > 0 {
			raw = splice(raw, r.Current, s.here)
		}
		if r.Address.Len() > 0 {
			raw = splice(raw, r.Address, s.here)
		}
	}
	if id, ok := s.trids[c.trid]; ok && c.trid >= 0 {
		raw = replaceWord(raw, raw[:len(raw)-(len(c.raw)-c.line)], 1, string(id))
	}
	return raw
}

func splice(raw []byte, s decode.Span, now string) []byte {
	out := append(make([]byte, 0, len(raw)+len(now)), raw[:s.Start]...)
	return append(append(out, now...), raw[s.End:]...)
}
