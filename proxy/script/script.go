// This file holds an add-on: what it is asked, and the supervision of its
// process.

package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"msnscope/proxy"
)

const (
	// DefaultBudget is how long a command waits for an add-on's answer.
	DefaultBudget = 100 * time.Millisecond
	// MaxBudget is the longest: a client gives up a sign-in after some 20 s.
	MaxBudget = 10 * time.Second

	helloTime = 10 * time.Second // for an add-on's hello: interpreters start slowly
	firstWait = 500 * time.Millisecond
	longWait  = 30 * time.Second // the most between two starts
	soundTime = time.Minute      // one that has run so long is started again at once
	endTime   = 2 * time.Second  // for an add-on to end when its stdin does

	// tooLate is how many answers may be late one after the other before the
	// add-on is left alone for restTime.
	tooLate  = 10
	restTime = 5 * time.Second

	// maxQueue bounds the commands that wait to be told. An add-on that does
	// not read misses those on top.
	maxQueue = 1024
	// maxLine bounds an add-on's answer: a command of the longest payload, in
	// base64.
	maxLine = 8 << 20
)

// Script is an add-on. It is a proxy.Decider. Set the fields before Run.
type Script struct {
	Command []string // program and arguments
	Dir     string   // to run it in, "" the present one
	Budget  time.Duration
	Version string
	Log     *slog.Logger // told what goes wrong, and what it says on stderr; nil: nobody is

	now atomic.Pointer[run] // nil while no process has said hello

	asked, answered, late, dropped, starts atomic.Int64
}

// Name is what events and logs call it.
func (s *Script) Name() string {
	if len(s.Command) == 0 {
		return ""
	}
	last := s.Command[0]
	for _, arg := range s.Command[1:] {
		if arg != "" && arg[0] != '-' { // an interpreter's script
			last = arg
			break
		}
	}
	return filepath.Base(last)
}

// Status is how an add-on fares.
type Status struct {
	Name     string `json:"name"`
	Running  bool   `json:"running"`
	Filter   string `json:"filter"`
	Watch    bool   `json:"watch"`
	Starts   int64  `json:"starts"`
	Asked    int64  `json:"asked"`    // commands it was told of
	Answered int64  `json:"answered"` // in time
	Late     int64  `json:"late"`     // or not at all
	Dropped  int64  `json:"dropped"`  // not told, as it did not read
}

// Status returns the present state.
func (s *Script) Status() Status {
	st := Status{
		Name: s.Name(), Starts: s.starts.Load(), Asked: s.asked.Load(), Answered: s.answered.Load(), Late: s.late.Load(), Dropped: s.dropped.Load(),
	}
	if r := s.now.Load(); r != nil {
		st.Running, st.Filter, st.Watch = true, r.filter.String(), r.watch
	}
	return st
}

// Run keeps the add-on running until ctx is done.
func (s *Script) Run(ctx context.Context) error {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	if s.Budget <= 0 {
		s.Budget = DefaultBudget
	}
	s.Budget = min(s.Budget, MaxBudget)
	log := s.Log.With("script", s.Name())
	wait := firstWait
	for {
		begun := time.Now()
		s.starts.Add(1)
		err := s.once(ctx, log)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(begun) > soundTime {
			wait = firstWait
		}
		log.Warn("the add-on has ended; it is started again", "error", err, "in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
		wait = min(2*wait, longWait)
	}
}

// once runs the process to its end.
func (s *Script) once(ctx context.Context, log *slog.Logger) error {
	if len(s.Command) == 0 {
		return errors.New("no command")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	cmd.Dir, cmd.WaitDelay = s.Dir, endTime
	said := &logWriter{log: log}
	cmd.Stderr = said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Cancel = stdin.Close // its stdin ends, then it is killed after WaitDelay
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := &run{script: s, log: log, lines: make(chan []byte, maxQueue), pending: map[int64]*proxy.Held{}}
	var all sync.WaitGroup
	all.Go(func() {
		if err := r.tell(ctx, stdin); err != nil {
			cancel(fmt.Errorf("it takes no more: %w", err))
		}
	})
	hello := time.AfterFunc(helloTime, func() { cancel(fmt.Errorf("it has not said hello within %s", helloTime)) })
	err = r.listen(stdout, func() {
		hello.Stop()
		s.now.Store(r)
	})
	hello.Stop()
	s.now.CompareAndSwap(r, nil)
	cancel(err)
	all.Wait()
	r.letGo()
	ended := cmd.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, io.EOF) {
		ended = cause
	} else if ended == nil {
		ended = errors.New("it ended by itself")
	}
	if last := said.end(); last != "" { // an interpreter's error, as a rule
		ended = fmt.Errorf("%w; it said last: %s", ended, last)
	}
	return ended
}

// Idle is part of proxy.Decider.
func (s *Script) Idle() bool { return s.now.Load() == nil }

// Decide is part of proxy.Decider.
func (s *Script) Decide(c *proxy.Command) (proxy.Verdict, bool) {
	r := s.now.Load()
	if r == nil || !r.filter.Match(c.Event) {
		return proxy.Verdict{}, false
	}
	if r.watch {
		s.asked.Add(1)
		r.put(r.line(0, c))
		return proxy.Verdict{}, false
	}
	if r.resting() {
		return proxy.Verdict{}, false
	}
	line := r.line(0, c) // its bytes are valid now only
	return proxy.Verdict{
		By: s.by(), Hold: true, Wait: s.Budget,
		Ask: func(h *proxy.Held) {
			s.asked.Add(1)
			r.ask(h, line)
		},
	}, true
}

func (s *Script) by() string { return fmt.Sprintf("script %q", s.Name()) }

// logWriter logs what an add-on says on stderr, line by line.
type logWriter struct {
	log  *slog.Logger
	part []byte
	last string // line that was not empty
}

// maxSaid bounds a line of stderr.
const maxSaid = 4 << 10

func (w *logWriter) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != '\n' {
			if len(w.part) < maxSaid {
				w.part = append(w.part, c)
			}
			continue
		}
		w.line()
	}
	return len(p), nil
}

func (w *logWriter) line() {
	text := string(w.part)
	w.part = w.part[:0]
	w.log.Info("the add-on says", "text", text)
	if strings.TrimSpace(text) != "" {
		w.last = text
	}
}

// end logs a line that has no end, and returns the last one.
func (w *logWriter) end() string {
	if len(w.part) > 0 {
		w.line()
	}
	return w.last
}
