// This file holds a replay that goes on: it is played, its capture imported, and
// the result compared with the recording.

package web

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"msnscope/captures"
	"msnscope/captures/compare"
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/marks"
	"msnscope/decode"
)

// States of a replay.
const (
	replayPlaying   = "playing"
	replayKeeping   = "keeping" // is imported and compared
	replayDone      = "done"
	replayFailed    = "failed"
	replayCancelled = "cancelled"
)

// maxPassed is how many of the last commands are there to be told.
const maxPassed = 500

// replays is the replay that goes on, or the last that has ended.
type replays struct {
	mu  sync.Mutex
	run *replayRun
	all sync.WaitGroup
}

// replayRun is one replay. What is below mu is guarded by it.
type replayRun struct {
	session int64
	play    Replay // without passwords when it is told
	filter  *filter.Query
	ctx     context.Context
	cancel  context.CancelFunc
	playing context.Context // ends before ctx if what was played is to be kept
	endPlay context.CancelFunc
	ended   chan struct{}
	began   time.Time

	mu        sync.Mutex
	state     string
	addresses []string
	step, of  int
	passed    []ReplayPassed // the last of them
	rows      int64          // all of them
	report    *ReplayReport
	result    *replayResult
	problem   string
	took      time.Duration
}

// replayResult is where the result is, and how it compares.
type replayResult struct {
	Session     int64  `json:"session"`
	More        int    `json:"more_sessions"` // that the replay has, too
	Capture     int    `json:"capture"`
	QA          string `json:"qa"` // the filter of what was played of the recorded session
	Same        int    `json:"same"`
	Changed     int    `json:"changed"`
	OnlyA       int    `json:"only_a"`
	OnlyB       int    `json:"only_b"`
	Differences int    `json:"differences"`
}

type replayJSON struct {
	State     string         `json:"state"`
	Session   int64          `json:"session"`
	To        string         `json:"to"`
	Listen    string         `json:"listen"`
	Addresses []string       `json:"addresses"`
	Filter    string         `json:"filter"`
	WaitMS    int64          `json:"wait_ms"`
	Speed     float64        `json:"speed"`
	Began     int64          `json:"began"`
	TookMS    int64          `json:"took_ms"`
	Step      int            `json:"step"`
	Of        int            `json:"of"`
	From      int64          `json:"from"`
	Rows      []ReplayPassed `json:"rows"`
	Report    *ReplayReport  `json:"report"`
	Result    *replayResult  `json:"result"`
	Error     string         `json:"error,omitempty"`
}

// begin makes a run unless another goes on, which it returns.
func (l *replays) begin(ctx context.Context, session int64, p Replay, q *filter.Query) (run, other *replayRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run != nil && !l.run.over() {
		return nil, l.run
	}
	run = &replayRun{session: session, play: p, filter: q, ended: make(chan struct{}), state: replayPlaying, began: time.Now()}
	run.ctx, run.cancel = context.WithCancel(ctx)
	run.playing, run.endPlay = context.WithCancel(run.ctx)
	l.run = run
	return run, nil
}

func (l *replays) last() *replayRun {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.run
}

func (l *replays) forget(run *replayRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run == run {
		l.run = nil
	}
}

func (run *replayRun) over() bool {
	select {
	case <-run.ended:
		return true
	default:
		return false
	}
}

// watch notes what is told.
func (run *replayRun) watch() ReplayWatch {
	return ReplayWatch{
		Listening: func(addr string) {
			run.mu.Lock()
			defer run.mu.Unlock()
			run.addresses = clientAddresses([]string{addr})
		},
		Step: func(step, of int) {
			run.mu.Lock()
			defer run.mu.Unlock()
			run.step, run.of = max(run.step, step), of
		},
		Passed: func(p ReplayPassed) {
			run.mu.Lock()
			defer run.mu.Unlock()
			if len(run.passed) == 2*maxPassed {
				run.passed = append(run.passed[:0], run.passed[maxPassed:]...)
			}
			run.passed = append(run.passed, p)
			run.rows++
		},
	}
}

// json is the state, with the rows from a number on, as far as they are there.
func (run *replayRun) json(from int64) replayJSON {
	run.mu.Lock()
	defer run.mu.Unlock()
	kept := run.passed[max(0, len(run.passed)-maxPassed):]
	first := run.rows - int64(len(kept))
	from = min(max(from, first), run.rows)
	took := run.took
	if took == 0 {
		took = time.Since(run.began)
	}
	return replayJSON{
		State: run.state, Session: run.session, To: run.play.To, Listen: run.play.Listen, Addresses: run.addresses,
		Filter: run.filter.String(), WaitMS: run.play.Wait.Milliseconds(), Speed: run.play.Speed,
		Began: run.began.UnixMicro(), TookMS: took.Milliseconds(), Step: run.step, Of: run.of,
		From: from, Rows: append([]ReplayPassed{}, kept[from-first:]...),
		Report: run.report, Result: run.result, Error: run.problem,
	}
}

// replay plays what was asked for, and ends the run.
func (s *Server) replay(run *replayRun) {
	defer close(run.ended)
	defer run.cancel()
	err := s.replayAndKeep(run)
	run.mu.Lock()
	defer run.mu.Unlock()
	clear(run.play.Passwords)
	run.took = time.Since(run.began)
	switch {
	case err == nil:
		run.state = replayDone
	case run.ctx.Err() != nil:
		run.state = replayCancelled
	default:
		run.state, run.problem = replayFailed, err.Error()
	}
}

func (s *Server) replayAndKeep(run *replayRun) error {
	scope := captures.Scope{Session: run.session}
	session, ok := s.Store.Session(run.session)
	if !ok {
		return errors.New("the session was deleted")
	}
	q, err := s.played(run)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "msnscope-replay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "replay-of-"+itoa(run.session)+".pcapng")
	var last int64
	p := run.play
	p.Events = func(f func(*event.Event) error) error {
		return s.Store.Walk(run.playing, scope, q, func(e *event.Event) error {
			last = e.ID
			return f(e)
		})
	}
	report, err := s.Player.Play(run.playing, p, path, run.watch())
	if report.Mishaps == nil {
		report.Mishaps = []ReplayMishap{}
	}
	run.mu.Lock()
	run.report = &report
	run.mu.Unlock()
	if errors.Is(err, context.Canceled) {
		err = nil // to be kept, unless the run itself is cancelled
	}
	if err = errors.Join(err, run.ctx.Err()); err != nil {
		return err
	}
	if report.Connections == 0 {
		return errors.New("nothing was played: nobody has come")
	}
	run.mu.Lock()
	run.state = replayKeeping
	run.mu.Unlock()
	result, err := s.keepReplay(run, path)
	if err != nil {
		return said{err, "played, but the result could not be kept: " + strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")}
	}
	if session.Live { // what has come since was not played
		until, err := filter.Parse("id<=" + itoa(last))
		if err == nil {
			q, err = bothFilters(q, until)
		}
		if err != nil {
			return err
		}
	}
	result.QA = q.String()
	if err := s.compareReplay(run, q, result); err != nil {
		return err
	}
	run.mu.Lock()
	run.result = result
	run.mu.Unlock()
	return nil
}

// played is the filter of what is played of a session.
func (s *Server) played(run *replayRun) (*filter.Query, error) {
	other := func(c event.Connection) bool { return c.Role == decode.RoleFT || c.Role == decode.RoleGW }
	if slices.ContainsFunc(s.Store.Connections(run.session), other) {
		not, err := filter.Parse("-role:(FT, GW)")
		if err != nil {
			return nil, err
		}
		return bothFilters(not, run.filter)
	}
	return run.filter, nil
}

// keepReplay puts the capture into the store.
func (s *Server) keepReplay(run *replayRun, path string) (*replayResult, error) {
	ctx, cancel := context.WithCancel(run.ctx)
	defer cancel()
	j := s.imports.begin(NewToken()[:16], filepath.Base(path), cancel)
	report, err := s.importNow(ctx, j, path)
	j.settle(&report, err)
	close(j.ended)
	if err != nil {
		return nil, err
	}
	id, more := resultSession(s.Store, report.Capture)
	if id == 0 {
		return nil, errors.New("no MSNP was recognised in it")
	}
	name := "replay of " + itoa(run.session)
	if _, err := s.Store.LabelSession(id, marks.SessionChange{Name: &name}); err != nil {
		s.Log.Warn("a replay could not be named", "session", id, "error", err)
	}
	return &replayResult{Session: id, More: more, Capture: report.Capture}, nil
}

// compareReplay says where the result differs from the recording.
func (s *Server) compareReplay(run *replayRun, own *filter.Query, r *replayResult) error {
	c, err := s.compared(run.ctx, &asked{
		scopes: [2]captures.Scope{{Session: run.session}, {Session: r.Session}},
		of:     [2]*filter.Query{own, nil},
		o:      compare.Options{Facets: compare.Default, Max: maxCompared, Slack: defaultSlack * time.Millisecond},
	})
	if err != nil {
		return err
	}
	n := &c.result.Counts
	r.Same, r.Changed, r.OnlyA, r.OnlyB = n[compare.Same], n[compare.Changed], n[compare.OnlyA], n[compare.OnlyB]
	r.Differences = c.result.Differences()
	return nil
}
