// This file tests who may do what by hand over the API, and that pages are told.

package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

// fakeHands remembers what was asked of it.
type fakeHands struct {
	mu      sync.Mutex
	asked   []string
	held    []int
	changed chan struct{}
}

type badRule struct {
	Text string `json:"error"`
	Line int    `json:"line"`
}

func (badRule) Error() string { return "bad" }

func (f *fakeHands) did(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, fmt.Sprintf(format, args...))
}

func (f *fakeHands) Intercepted() any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]any{"held": f.held}
}

func (f *fakeHands) InterceptChanged() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fakeHands) hold(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, id)
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeHands) HeldEvent(id int64) (*event.Event, *event.Connection) {
	if id != 7 {
		return nil, nil
	}
	return &event.Event{Kind: event.Command, Raw: []byte("USR 4 a@b.c 17.2\r\n"), Line: 16, Body: 18, TrID: 4, Role: decode.RoleSB}, nil
}

func (f *fakeHands) Resolve(id int64, h Hand) error {
	if id != 7 {
		return fmt.Errorf("%w: forwarded by another", ErrDecided)
	}
	if h.Act == "bad" {
		return errors.New("no such act")
	}
	f.did("%d %s %q by %s mend %v", id, h.Act, h.Data, h.By, h.Mend)
	return nil
}

func (f *fakeHands) ResolveAll(h Hand) int        { f.did("all %s", h.Act); return 2 }
func (f *fakeHands) HoldNext(filter string) error { f.did("next %s", filter); return nil }
func (f *fakeHands) Rules() any                   { return map[string]any{"rules": []int{}} }
func (f *fakeHands) CheckRules(b []byte, text bool) error {
	return badRule{"wrong", 3}
}

func (f *fakeHands) SetRules(b []byte, text bool) error {
	f.did("rules %s %v", b, text)
	return nil
}

func (f *fakeHands) Inject(conn int64, dir decode.Direction, h Hand) ([]byte, error) {
	f.did("%s %d %q fresh %v", dir, conn, h.Data, h.Fresh)
	return h.Data, nil
}

func httpAsk(t *testing.T, method, url, kind, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(b))
}

func TestHands(t *testing.T) {
	store, _ := newStore(t)
	f := &fakeHands{changed: make(chan struct{})}
	url := serve(t, &Server{Store: store, Hands: f})
	for _, c := range []struct {
		method, path, kind, body string
		status                   int
		want                     string // is in the answer
	}{
		{"GET", "/api/hold", "", "", 200, `"held"`},
		{"GET", "/api/hold/7", "", "", 200, `"cmd":"USR"`},
		{"GET", "/api/hold/7", "", "", 200, `***`},
		{"GET", "/api/hold/7?secrets=1", "", "", 200, `17.2`},
		{"GET", "/api/hold/8", "", "", 404, "held no more"},
		{"POST", "/api/hold/7", "", `{"act":"edit","text":"CHG 1 AWY","by":"me","mend":true}`, 200, `"id":7`},
		{"POST", "/api/hold/8", "", `{"act":"forward"}`, 409, "already decided: forwarded by another"},
		{"POST", "/api/hold/7", "", `{"act":"bad"}`, 400, "no such act"},
		{"POST", "/api/hold/7", "", `{`, 400, "no JSON"},
		{"POST", "/api/hold/7", "", `{"data":"` + strings.Repeat("A", maxHandBody) + `"}`, 413, "more than"},
		{"POST", "/api/hold", "", `{"act":"drop"}`, 200, `"n":2`},
		{"POST", "/api/hold", "", `{"act":"next","filter":"cmd:MSG"}`, 200, "cmd:MSG"},
		{"POST", "/api/hold", "", `{"act":"edit"}`, 400, "act is"},
		{"POST", "/api/inject", "", `{"conn":3,"dir":"s2c","data":"T1VU","fresh":true}`, 200, `"sent":"T1VU"`},
		{"POST", "/api/inject", "", `{"conn":3,"dir":"up","data":"T1VU"}`, 400, "dir is"},
		{"GET", "/api/rules", "", "", 200, `"rules"`},
		{"PUT", "/api/rules", "text/plain; charset=utf-8", "[a]", 200, `"rules"`},
		{"PUT", "/api/rules?check=1", "text/plain", "[a]", 400, `{"error":"wrong","line":3}`},
		{"GET", "/api/commands", "", "", 200, `"name":"CHG"`},
	} {
		status, got := httpAsk(t, c.method, "http://"+url+c.path, c.kind, c.body)
		if status != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s %s %.60s: %d %.200s", c.method, c.path, c.body, status, got)
		}
	}
	want := []string{`7 edit "CHG 1 AWY" by me mend true`, "all drop", "next cmd:MSG", `s2c 3 "OUT" fresh true`, "rules [a] true"}
	if fmt.Sprint(f.asked) != fmt.Sprint(want) {
		t.Errorf("%q", f.asked)
	}
	// Another origin's page may not.
	req, _ := http.NewRequest("POST", "http://"+url+"/api/hold", strings.NewReader(`{"act":"drop"}`))
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
	// A page is told at once what is held, and again when that changes.
	page := dial(t, url)
	holds := func(m message) bool { return m.Op == "hold" }
	if m := page.until(holds); string(m.Hold) != `{"held":null}` {
		t.Errorf("%s", m.Hold)
	}
	f.hold(7)
	if m := page.until(holds); string(m.Hold) != `{"held":[7]}` {
		t.Errorf("%s", m.Hold)
	}
	none := serve(t, &Server{Store: store})
	for _, path := range []string{"/api/hold", "/api/hold/7", "/api/rules"} {
		if status, got := httpAsk(t, "GET", "http://"+none+path, "", ""); status != 404 || !strings.Contains(got, "no proxy here") {
			t.Errorf("%s: %d %s", path, status, got)
		}
	}
}
