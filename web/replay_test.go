// This file plays a recorded sign-in again over the API, against practice
// servers and for a practice client.

package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"msnscope/captures"
	"msnscope/captures/record"
	"msnscope/proxy"
	"msnscope/proxy/msnptest"
	"msnscope/proxy/replay"
)

// practicePlayer plays as the program does.
type practicePlayer struct{}

func (practicePlayer) Play(ctx context.Context, r Replay, path string, told ReplayWatch) (ReplayReport, error) {
	rec := replay.NewRecording()
	if err := r.Events(rec.Add); err != nil {
		return ReplayReport{}, err
	}
	file, err := record.Open(path)
	if err != nil {
		return ReplayReport{}, err
	}
	watch := func(p replay.Passed) {
		told.Passed(ReplayPassed{Event: p.Event, Role: p.Role.String(), Dir: p.Dir.String(), Then: p.Then, Now: p.Now, Why: p.Why})
	}
	var report *replay.Report
	if r.To != "" {
		report, err = replay.Client{To: r.To, Passwords: r.Passwords, Wait: r.Wait, Speed: r.Speed, Recorder: file, Progress: told.Step, Watch: watch}.Play(ctx, rec)
	} else {
		l, lerr := net.Listen("tcp", r.Listen)
		if lerr != nil {
			return ReplayReport{}, errors.Join(lerr, file.Close())
		}
		told.Listening(l.Addr().String())
		report, err = replay.Server{Recorder: file, Progress: told.Step, Watch: watch}.Serve(ctx, l, rec)
	}
	if ctx.Err() != nil {
		err = nil
	}
	out := ReplayReport{}
	if report != nil {
		out = ReplayReport{Connections: report.Connections, Said: report.Said, Heard: report.Heard, Missed: report.Missed, Extra: report.Extra}
		for _, m := range report.Mishaps {
			out.Mishaps = append(out.Mishaps, ReplayMishap{m.Event, m.Text})
		}
	}
	return out, errors.Join(err, file.Close())
}

const replayAlice = "alice@example.com"

func practiceServer(t *testing.T) *msnptest.Server {
	t.Helper()
	s, err := msnptest.Start(msnptest.Config{
		Accounts: []msnptest.Account{{Handle: replayAlice, Password: "s3cret", Name: "Alice", Groups: []string{"Friends"}}},
		DS:       []string{"127.0.0.2:0"}, NS: []string{"127.0.0.3:0"}, SB: []string{"127.0.0.4:0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func signInAndOut(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	alice := msnptest.NewClient(msnptest.ClientConfig{Handle: replayAlice, Password: "s3cret"})
	defer alice.Close()
	err := alice.SignIn(ctx, address)
	if err == nil {
		_, err = alice.Sync(ctx, 0)
	}
	if err == nil {
		err = alice.SetStatus(ctx, "NLN")
	}
	if err == nil {
		err = alice.SignOut(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// recordedSignIn is a store with a sign-in through a proxy as session 1.
func recordedSignIn(t *testing.T) *captures.Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	store, tr := newStore(t)
	server := practiceServer(t)
	p := &proxy.Proxy{Upstream: server.DispatchAddr(), Listen: []string{"127.0.0.1:0"}, Recorder: tr.file}
	if err := p.Bind(); err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- p.Serve(serving) }()
	signInAndOut(t, ctx, p.Addr().String())
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := store.CaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	return store
}

// replayLab is a server with a recorded sign-in.
type replayLab struct {
	t   *testing.T
	s   *Server
	url string
}

func newReplayLab(t *testing.T) *replayLab {
	s := &Server{Store: recordedSignIn(t), Player: practicePlayer{}}
	l := &replayLab{t, s, "http://" + serve(t, s) + "/api/"}
	t.Cleanup(func() {
		if run := s.replays.last(); run != nil {
			run.cancel()
		}
		s.replays.all.Wait()
	})
	return l
}

func (l *replayLab) start(body string, args ...any) {
	l.t.Helper()
	if status, got := httpAsk(l.t, "POST", l.url+"replay", "", fmt.Sprintf(body, args...)); status != http.StatusAccepted || strings.Contains(got, "s3cret") {
		l.t.Fatal(status, got)
	}
}

// ended waits for the end of the replay.
func (l *replayLab) ended() replayJSON {
	l.t.Helper()
	select {
	case <-l.s.replays.last().ended:
	case <-time.After(patience):
		l.t.Fatal("the replay does not end")
	}
	return l.state("")
}

func (l *replayLab) state(query string) (state replayJSON) {
	l.t.Helper()
	status, got := httpAsk(l.t, "GET", l.url+"replay"+query, "", "")
	if err := json.Unmarshal([]byte(got), &state); err != nil || status != http.StatusOK || strings.Contains(got, "s3cret") {
		l.t.Fatal(status, got, err)
	}
	return state
}

func TestReplayAgainstServer(t *testing.T) {
	l := newReplayLab(t)
	if status, got := httpAsk(t, "GET", l.url+"replay", "", ""); status != 200 || got != `{"state":"none"}` {
		t.Error(status, got)
	}
	l.start(`{"session":1,"to":%q,"password":"s3cret","wait_ms":2000}`, practiceServer(t).DispatchAddr())
	state := l.ended()
	if state.State != replayDone || state.Error != "" || state.Step != state.Of || state.Of < 20 || len(state.Rows) < 20 {
		t.Fatalf("%+v", state)
	}
	if r := state.Report; r.Missed != 0 || r.Extra != 0 || len(r.Mishaps) != 0 || r.Connections != 2 {
		t.Errorf("%+v", r)
	}
	result := state.Result
	if result.Differences != 0 || result.Same < 20 || result.More != 0 || result.QA != "" {
		t.Errorf("%+v", result)
	}
	if rest := l.state(fmt.Sprint("?from=", len(state.Rows)-2)); len(rest.Rows) != 2 || rest.From != int64(len(state.Rows)-2) || rest.Rows[1] != state.Rows[len(state.Rows)-1] {
		t.Errorf("%+v", rest)
	}
	// The result is a session like any other.
	session, ok := l.s.Store.Session(result.Session)
	if !ok || session.Account != replayAlice || session.Label.Name != "replay of 1" {
		t.Errorf("%+v", session)
	}
	if _, got := httpAsk(t, "GET", l.url+"captures", "", ""); !strings.Contains(got, "replay-of-1.pcapng") {
		t.Error(got)
	}
	if _, got := httpAsk(t, "GET", l.url+fmt.Sprintf("compare?a=s/1&b=s/%d", result.Session), "", ""); !strings.Contains(got, `"differences":0`) {
		t.Error(got)
	}
	// It is forgotten when asked for.
	if status, got := httpAsk(t, "DELETE", l.url+"replay", "", ""); status != http.StatusNoContent {
		t.Error(status, got)
	}
	if status, _ := httpAsk(t, "DELETE", l.url+"replay", "", ""); status != http.StatusNotFound {
		t.Error(status)
	}

	// With a filter, only what was played is compared; a wrong password is a difference.
	l.start(`{"session":1,"to":%q,"passwords":{"ALICE@example.com":"s3cret?"},"wait_ms":300,"filter":"-cmd:SYN or cmd:VER"}`, practiceServer(t).DispatchAddr())
	state = l.ended()
	if r := state.Result; state.State != replayDone || r == nil || r.Differences == 0 || r.QA == "" {
		t.Fatalf("%+v", state)
	}
	refused := false
	for _, row := range state.Rows {
		refused = refused || strings.HasPrefix(row.Now, "911 ") && row.Event != 0 && row.Why != ""
	}
	if !refused {
		t.Errorf("%+v", state.Rows)
	}
}

func TestReplayAsServer(t *testing.T) {
	l := newReplayLab(t)
	l.start(`{"session":1,"listen":"127.0.0.1:0"}`)
	var address string
	for address == "" { // the listener is opened by the replay
		if a := l.state("").Addresses; len(a) > 0 {
			address = a[0]
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	signInAndOut(t, ctx, address)
	httpAsk(t, "DELETE", l.url+"replay?keep=1", "", "") // it may have ended by itself
	state := l.ended()
	if state.State != replayDone || state.Result == nil || state.Result.Same < 15 || state.Report.Connections != 2 {
		t.Fatalf("%+v %+v", state, state.Result)
	}

	// Nobody comes.
	l.start(`{"session":1,"listen":"127.0.0.1:0"}`)
	if status, _ := httpAsk(t, "DELETE", l.url+"replay?keep=1", "", ""); status != http.StatusNoContent {
		t.Error(status)
	}
	if state := l.ended(); state.State != replayFailed || !strings.Contains(state.Error, "nobody has come") {
		t.Errorf("%+v", state)
	}
}

func TestReplayIsCancelled(t *testing.T) {
	l := newReplayLab(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	before := len(l.s.Store.Captures())
	l.start(`{"session":1,"to":%q,"wait_ms":60000}`, silent.Addr())
	status, got := httpAsk(t, "POST", l.url+"replay", "", `{"session":1,"to":"127.0.0.1:1863"}`)
	if status != http.StatusConflict || !strings.Contains(got, `"session":1`) {
		t.Error(status, got)
	}
	if status, got := httpAsk(t, "DELETE", l.url+"replay", "", ""); status != http.StatusNoContent {
		t.Error(status, got)
	}
	if state := l.ended(); state.State != replayCancelled || state.Result != nil {
		t.Errorf("%+v", state)
	}
	if n := len(l.s.Store.Captures()); n != before {
		t.Errorf("%d captures, there were %d", n, before)
	}
}

func TestReplayEndsWithServer(t *testing.T) {
	s := &Server{Store: recordedSignIn(t), Player: practicePlayer{}, Token: testToken}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	if status, got := httpAsk(t, "POST", "http://"+l.Addr().String()+"/api/replay", "", `{"session":1,"listen":"127.0.0.1:0"}`); status != http.StatusAccepted {
		t.Error(status, got)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !s.replays.last().over() {
		t.Error("the replay goes on")
	}
}

func TestReplayRefused(t *testing.T) {
	l := newReplayLab(t)
	for _, c := range []struct {
		body   string
		status int
		want   string
	}{
		{`{"session":1,"password":s3cret}`, 400, "no JSON"},
		{`{"session":77,"to":"127.0.0.1"}`, 404, "no session 77"},
		{`{"session":1}`, 400, "to"},
		{`{"session":1,"to":"127.0.0.1","listen":"127.0.0.1:0"}`, 400, "to"},
		{`{"session":1,"to":"127.0.0.1:x"}`, 400, "no address"},
		{`{"session":1,"to":":1863"}`, 400, "no address"},
		{`{"session":1,"listen":"1863"}`, 400, "no address"},
		{`{"session":1,"to":"127.0.0.1","speed":-1}`, 400, "speed"},
		{`{"session":1,"to":"127.0.0.1","wait_ms":999999999}`, 400, "wait_ms"},
		{`{"session":1,"to":"127.0.0.1","filter":"comand:USR"}`, 400, `"suggest":"cmd"`},
		{`{"session":1,"passwords":{"a":"` + strings.Repeat("x", maxReplayBody) + `"}}`, 413, "more than"},
	} {
		status, got := httpAsk(t, "POST", l.url+"replay", "", c.body)
		if status != c.status || !strings.Contains(got, c.want) || strings.Contains(got, "s3cret") {
			t.Errorf("%.80s: %d %s", c.body, status, got)
		}
	}
	l.start(`{"session":1,"to":"127.0.0.9:1"}`)
	if state := l.ended(); state.State != replayFailed || !strings.Contains(state.Error, "refused") {
		t.Errorf("%+v", state)
	}
	l.start(`{"session":1,"to":"127.0.0.9:1","filter":"cmd:MSG"}`)
	if state := l.ended(); state.State != replayFailed || !strings.Contains(state.Error, "nothing to play") {
		t.Errorf("%+v", state)
	}
	for want, s := range map[string]*Server{
		"only read":             {Store: l.s.Store, Player: practicePlayer{}, ReadOnly: true},
		"nothing can be played": {Store: l.s.Store},
	} {
		if status, got := httpAsk(t, "POST", "http://"+serve(t, s)+"/api/replay", "", `{"session":1,"to":"127.0.0.1"}`); status < 400 || !strings.Contains(got, want) {
			t.Errorf("%d %s", status, got)
		}
	}
	req, _ := http.NewRequest("POST", l.url+"replay", strings.NewReader(`{"session":1,"to":"127.0.0.1"}`))
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Origin", "http://evil.example")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Error(res.Status)
	}
}
