// This file lets the page and scripts play one side of a recorded session
// again: what is asked for, and what is told of it.

package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
)

// Player plays one side of a recorded session again.
type Player interface {
	// Play plays until all is said or ctx ends, which is no error, and leaves a
	// capture of what passed at path.
	Play(ctx context.Context, r Replay, path string, told ReplayWatch) (ReplayReport, error)
}

// Replay is what to play, and where.
type Replay struct {
	Events func(func(*event.Event) error) error // gives those to play, in order
	// To is the server, HOST:PORT, for the client's part; Listen is where a
	// client may come to, for the servers' part. One of them is "".
	To, Listen string
	Passwords  map[string]string // by handle in lower case; kept nowhere
	Wait       time.Duration     // for what the server said then; 0: as usual
	Speed      float64           // of the client's pauses, 0: none
}

// ReplayWatch is told how a replay goes, from any goroutine.
type ReplayWatch struct {
	Listening func(addr string)
	Step      func(step, of int)
	Passed    func(ReplayPassed)
}

// ReplayPassed is a command beside the recorded one, without secrets.
type ReplayPassed struct {
	Event int64  `json:"event"` // recorded, 0: none
	Role  string `json:"role"`
	Dir   string `json:"dir"`
	Then  string `json:"then"` // "" if it was not recorded
	Now   string `json:"now"`  // "" if it did not pass
	Why   string `json:"why,omitempty"`
}

// ReplayReport says how a replay went.
type ReplayReport struct {
	Connections int            `json:"connections"`
	Said        int            `json:"said"`
	Heard       int            `json:"heard"`
	Missed      int            `json:"missed"`
	Extra       int            `json:"extra"`
	Mishaps     []ReplayMishap `json:"mishaps"`
}

// ReplayMishap is something that did not go as it was recorded.
type ReplayMishap struct {
	Event int64  `json:"event"` // recorded, 0: none
	Text  string `json:"text"`
}

// Bounds of what is asked for.
const (
	maxReplayBody  = 1 << 20 // as a file of passwords
	maxReplayWait  = 5 * time.Minute
	maxReplaySpeed = 1000
)

// replayRequest is the body of a request to play.
type replayRequest struct {
	Session   int64             `json:"session"`
	To        string            `json:"to"`
	Listen    string            `json:"listen"`
	Password  string            `json:"password"`  // of the session's user
	Passwords map[string]string `json:"passwords"` // by handle
	WaitMS    int64             `json:"wait_ms"`
	Speed     float64           `json:"speed"`
	Filter    string            `json:"filter"`
}

// player answers itself if nothing can be played here.
func (s *Server) player(w http.ResponseWriter) bool {
	switch {
	case s.Player == nil:
		fail(w, http.StatusNotFound, "nothing can be played here")
	case s.ReadOnly:
		fail(w, http.StatusConflict, "this store is only read, and a replay is put into it: "+s.Store.WhyReadOnly())
	default:
		return true
	}
	return false
}

// startReplay begins a replay, and answers with its state.
func (s *Server) startReplay(w http.ResponseWriter, r *http.Request) {
	if !s.player(w) {
		return
	}
	var asked replayRequest
	if !readJSON(w, r, maxReplayBody, &asked) { // tells no value, which may be a password
		return
	}
	session, known := s.Store.Session(asked.Session)
	if !known {
		fail(w, http.StatusNotFound, "there is no session "+itoa(asked.Session))
		return
	}
	q, err := filter.Parse(asked.Filter)
	if err != nil {
		failFilter(w, err)
		return
	}
	play, err := asked.replay(&session)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx := context.WithoutCancel(r.Context()) // it goes on when the page is left
	if base, ok := r.Context().Value(baseKey{}).(context.Context); ok {
		ctx = base
	}
	run, other := s.replays.begin(ctx, session.ID, play, q)
	if other != nil {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		json.NewEncoder(w).Encode(map[string]any{
			"error": "session " + itoa(other.session) + " is being replayed, and that goes one at a time", "session": other.session,
		})
		return
	}
	s.replays.all.Go(func() { s.replay(run) })
	answer(w, http.StatusAccepted, run.json(0))
}

// replay checks what is asked for.
func (a *replayRequest) replay(session *event.Session) (Replay, error) {
	p := Replay{To: strings.TrimSpace(a.To), Listen: strings.TrimSpace(a.Listen), Speed: a.Speed, Passwords: map[string]string{}}
	switch wait := time.Duration(a.WaitMS) * time.Millisecond; {
	case (p.To == "") == (p.Listen == ""):
		return p, errors.New(`say "to" to play the client against a server, or "listen" to play the servers`)
	case a.WaitMS < 0 || a.WaitMS > maxReplayWait.Milliseconds():
		return p, errors.New("wait_ms is from 1 to " + itoa(maxReplayWait.Milliseconds()) + ", 0 for the usual")
	case !(a.Speed >= 0 && a.Speed <= maxReplaySpeed) || math.IsNaN(a.Speed):
		return p, errors.New("speed is from 0 (no pauses) to " + strconv.Itoa(maxReplaySpeed) + " (as recorded: 1)")
	default:
		p.Wait = wait
	}
	address := p.To + p.Listen
	if p.To != "" {
		if _, _, err := net.SplitHostPort(p.To); err != nil {
			p.To = net.JoinHostPort(strings.Trim(p.To, "[]"), "1863")
			address = p.To
		}
	}
	host, port, err := net.SplitHostPort(address)
	n, err2 := strconv.ParseUint(port, 10, 16)
	if err != nil || err2 != nil || p.To != "" && (host == "" || n == 0) || strings.ContainsAny(host, " /") {
		return p, errors.New(printable(address) + " is no address: want HOST:PORT")
	}
	for handle, password := range a.Passwords {
		p.Passwords[strings.ToLower(handle)] = password
	}
	if a.Password != "" {
		p.Passwords[strings.ToLower(session.Account)] = a.Password
	}
	return p, nil
}

// serveReplay answers with the state of the last replay, and what has passed
// behind row from=.
func (s *Server) serveReplay(w http.ResponseWriter, r *http.Request) {
	from, err := number(r, "from", 0)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	run := s.replays.last()
	if run == nil {
		answer(w, http.StatusOK, map[string]string{"state": "none"})
		return
	}
	answer(w, http.StatusOK, run.json(from))
}

// endReplay cancels the replay that is going on; with keep=1 what was played so
// far is kept and compared. One that has ended is forgotten.
func (s *Server) endReplay(w http.ResponseWriter, r *http.Request) {
	run := s.replays.last()
	switch {
	case run == nil:
		fail(w, http.StatusNotFound, "nothing is being replayed")
		return
	case r.URL.Query().Get("keep") == "1":
		run.endPlay()
	case run.over():
		s.replays.forget(run)
	default:
		run.cancel()
		select {
		case <-run.ended:
		case <-r.Context().Done():
			return // nobody waits for the answer
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// resultSession is the session that a capture shows, the longest if several.
func resultSession(store *captures.Store, capture int) (id int64, more int) {
	var most int64
	for _, s := range store.SessionsOf(capture) {
		more++
		if s.Events > most {
			id, most = s.ID, s.Events
		}
	}
	return id, more - 1
}
