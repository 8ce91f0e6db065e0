// This file tests the websocket with real clients.

package web

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"msnscope/decode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHello(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	c := dial(t, serve(t, &Server{Store: store, Dir: "/captures", ReadOnly: true, Version: "1.2"}))
	m := c.next()
	if m.Op != "hello" || m.Boot == "" || m.Version != "1.2" || m.Store != "/captures" || !m.ReadOnly || m.Proxy != nil {
		t.Errorf("hello %+v", m)
	}
	m = c.until(func(m message) bool { return m.Op == "sessions" })
	if m.Total != 1 || m.Live != 1 || m.Newest != 1 || m.Signed != 1 {
		t.Errorf("sessions %+v", m)
	}
}

// A page lists sessions and looks at single ones, and is told when they change.
func TestSessionsOfAPage(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"list","epoch":3,"order":"surprise","from":0,"n":10}`)
	if m := c.until(func(m message) bool { return m.Op == "err" }); m.Code != "bad_request" {
		t.Errorf("%+v", m)
	}
	c.send(`{"op":"list","epoch":4,"order":"-events","from":0,"n":10}`)
	m := c.until(func(m message) bool { return m.Op == "list" })
	if m.Epoch != 4 || m.Total != 1 || !slices.Equal(m.IDs, []int64{1}) || len(m.List) != 1 || strings.Contains(string(m.List[0]), `"role"`) {
		t.Errorf("list %+v", m)
	}
	c.send(`{"op":"watch","ids":[1,77]}`)
	m = c.until(func(m message) bool { return m.Op == "watched" })
	if !slices.Equal(m.Gone, []int64{77}) || len(m.List) != 1 || !strings.Contains(string(m.List[0]), `"role":"NS"`) {
		t.Errorf("watched %+v", m)
	}
	tr.say(decode.C2S, "PNG")
	c.until(func(m message) bool {
		return m.Op == "list" && m.IDs == nil && len(m.List) == 1 && strings.Contains(string(m.List[0]), `"events":9`)
	})
	c.until(func(m message) bool {
		return m.Op == "watched" && len(m.List) == 1 && strings.Contains(string(m.List[0]), `"events":9`)
	})
	c.send(`{"op":"watch","ids":[]}`)
	c.send(`{"op":"list","epoch":5,"n":0}`)
	c.send(`{"op":"event","seq":1,"id":1}`) // when this is answered the page is told no more
	c.until(func(m message) bool { return m.Op == "res" })
	tr.say(decode.C2S, "PNG")
	c.until(func(m message) bool {
		if m.Op == "list" || m.Op == "watched" {
			t.Errorf("told though nothing is wanted: %+v", m)
		}
		return m.Op == "sessions"
	})
}

func TestWrongGreetings(t *testing.T) {
	store, _ := newStore(t)
	addr := serve(t, &Server{Store: store})
	for _, g := range []struct {
		frame string
		code  int
	}{
		{`{"op":"sub","view":1,"epoch":1,"scope":"all"}`, websocket.ClosePolicyViolation},
		{`{"op":"hello","v":2}`, websocket.CloseProtocolError},
		{`nonsense`, websocket.ClosePolicyViolation},
	} {
		c := dialSilent(t, addr)
		c.send("%s", g.frame)
		if code := c.closed(); code != g.code {
			t.Errorf("%s: closed with %d, want %d", g.frame, code, g.code)
		}
	}
	c := dial(t, addr)
	if err := c.c.WriteMessage(websocket.TextMessage, make([]byte, maxFrame+1)); err != nil {
		t.Fatal(err)
	}
	if code := c.closed(); code != websocket.CloseMessageTooBig {
		t.Errorf("a huge frame: closed with %d", code)
	}
}

func TestTooManyPages(t *testing.T) {
	store, _ := newStore(t)
	s := &Server{Store: store}
	s.open.Store(maxPages)
	c := dialSilent(t, serve(t, s))
	if code := c.closed(); code != websocket.CloseTryAgainLater {
		t.Errorf("closed with %d", code)
	}
}

// Counts are exact and only grow, whatever pictures are left out, and the last
// rows ride along.
func TestCountsWhileEventsArrive(t *testing.T) {
	store, tr := newStore(t)
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	c.send(`{"op":"tail","view":1,"n":5}`)
	const n = 3000
	done := make(chan struct{})
	began := time.Now()
	go func() {
		defer close(done)
		for range n / 10 {
			tr.send(decode.C2S, pings(10)...)
		}
	}()
	last, stats := int64(0), 0
	m := c.until(func(m message) bool {
		if m.Op != "stat" {
			return false
		}
		stats++
		if m.Total < last || m.All < m.Total || m.Total > n {
			t.Fatalf("counts go from %d to %+v", last, m)
		}
		last = m.Total
		if int64(len(m.Rows)) != min(m.Total, 5) || m.From != m.Total-int64(len(m.Rows)) {
			if m.Total > 0 { // the first stat may be older than the tail
				t.Fatalf("%d rows from %d of %d", len(m.Rows), m.From, m.Total)
			}
		}
		return m.Total == n
	})
	<-done
	// The first, the answer to the tail and the end of the scan wait for nothing.
	if most := 3 + int(time.Since(began)/defaultTiming.stat); stats > most {
		t.Errorf("%d stats, want %d at most", stats, most)
	}
	for i := 1; i < len(m.Rows); i++ {
		if m.Rows[i][0].(float64) <= m.Rows[i-1][0].(float64) {
			t.Errorf("ids out of order: %v", m.Rows)
		}
	}
	if m.Rows[0][6] != "PNG" || m.Rows[0][4] != 0.0 {
		t.Errorf("row %v", m.Rows[0])
	}
}

func TestEpochs(t *testing.T) {
	store, tr := newStore(t)
	tr.say(decode.C2S, "PNG", "OUT", "PNG")
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:OUT"}`)
	c.send(`{"op":"sub","view":1,"epoch":2,"scope":"all","q":"cmd:PNG"}`)
	c.send(`{"op":"win","view":1,"epoch":1,"seq":1,"from":0,"n":10}`) // of the past
	c.send(`{"op":"find","view":1,"epoch":1,"seq":2,"what":"event","from":1}`)
	c.send(`{"op":"win","view":1,"epoch":2,"seq":3,"from":0,"n":10}`)
	m := c.until(func(m message) bool {
		if m.Seq == 1 || m.Seq == 2 {
			t.Fatalf("an answer of an older epoch: %+v", m)
		}
		return m.Op == "rows"
	})
	if m.Seq != 3 || m.Epoch != 2 || m.Total != 2 || len(m.Rows) != 2 {
		t.Errorf("rows %+v", m)
	}
	// A filter with a mistake is told, and the view stays what it was.
	c.send(`{"op":"sub","view":1,"epoch":3,"scope":"all","q":"comand:PNG"}`)
	m = c.until(func(m message) bool { return m.Op == "err" })
	if m.Code != "bad_filter" || m.View != 1 || m.Epoch != 3 || m.End != 6 || m.Suggest != "cmd" {
		t.Errorf("err %+v", m)
	}
	tr.say(decode.C2S, "PNG")
	c.untilTotal(1, 2, 3)
	c.send(`{"op":"unsub","view":1}`)
	c.send(`{"op":"win","view":1,"epoch":2,"seq":4,"from":0,"n":10}`)
	m = c.until(func(m message) bool { return m.Op == "err" || m.Op == "rows" })
	if m.Op != "err" || m.Seq != 4 || m.Code != "no_view" {
		t.Errorf("after unsub: %+v", m)
	}
}

func TestLatestWindowWins(t *testing.T) {
	store, tr := newStore(t)
	tr.say(decode.C2S, pings(1000)...)
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	c.untilTotal(1, 1, 1000) // before, a window would say how far the scan has come
	const last = 500
	for seq := 1; seq <= last; seq++ {
		c.send(`{"op":"win","view":1,"epoch":1,"seq":%d,"from":%d,"n":512}`, seq, seq)
	}
	before, answers := int64(0), 0
	c.until(func(m message) bool {
		if m.Op != "rows" {
			return false
		}
		answers++
		if m.Seq <= before || m.From != m.Seq || m.Total != 1000 || len(m.Rows) != int(min(512, 1000-m.From)) {
			t.Fatalf("after %d: seq %d, from %d, total %d, %d rows", before, m.Seq, m.From, m.Total, len(m.Rows))
		}
		before = m.Seq
		return m.Seq == last
	})
	if answers == last {
		t.Log("every window was answered: nothing was left out this time")
	}
}

func TestTwoPages(t *testing.T) {
	store, tr := newStore(t)
	tr.say(decode.C2S, "PNG", "OUT")
	s := &Server{Store: store}
	addr := serve(t, s)
	a, b := dial(t, addr), dial(t, addr)
	a.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	b.send(`{"op":"sub","view":1,"epoch":9,"scope":"all","q":"cmd:OUT"}`)
	a.untilTotal(1, 1, 1)
	b.untilTotal(1, 9, 1)
	tr.say(decode.C2S, "PNG", "PNG")
	a.untilTotal(1, 1, 3)
	a.c.Close()
	tr.say(decode.C2S, "OUT")
	b.untilTotal(1, 9, 2)
}

func TestQuestions(t *testing.T) {
	store, tr := newStore(t)
	tr.say(decode.C2S, "PNG", "PNG")
	tr.say(decode.S2C, "911 5")
	tr.say(decode.C2S, "PNG")
	tr.say(decode.S2C, "911 6")
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":""}`)
	c.send(`{"op":"win","view":1,"epoch":1,"seq":1,"from":0,"n":100}`)
	rows := c.until(func(m message) bool { return m.Op == "rows" }).Rows
	var errs []int64 // positions of the error replies
	for i, r := range rows {
		if int(r[11].(float64))&flagError != 0 {
			errs = append(errs, int64(i))
		}
	}
	if len(errs) != 2 {
		t.Fatalf("error replies at %v of %v", errs, rows)
	}
	last := int64(len(rows) - 1)
	seq := int64(1)
	find := func(what string, from any) int64 {
		t.Helper()
		seq++
		c.send(`{"op":"find","view":1,"epoch":1,"seq":%d,"what":%q,"from":%v}`, seq, what, from)
		m := c.until(func(m message) bool { return m.Seq == seq })
		if m.Op != "res" || m.Index == nil {
			t.Fatalf("find %s: %+v", what, m)
		}
		return *m.Index
	}
	number := func(v any) int64 { return int64(v.(float64)) }
	for _, c := range []struct {
		what string
		from int64
		want int64
	}{
		{"event", number(rows[1][0]), 1},
		{"event", number(rows[last][0]) + 1, -1},
		{"time", 0, 0},
		{"time", number(rows[last][1]) + 1, -1},
		{"time", 1 << 60, -1},
		{"next_error", 0, errs[0]},
		{"next_error", errs[0], errs[1]},
		{"next_error", errs[1], -1},
		{"prev_error", errs[1], errs[0]},
		{"prev_error", errs[0], -1},
	} {
		if got := find(c.what, c.from); got != c.want {
			t.Errorf("find %s from %d: %d, want %d", c.what, c.from, got, c.want)
		}
	}

	c.send(`{"op":"event","seq":100,"id":%d}`, number(rows[errs[0]][0]))
	m := c.until(func(m message) bool { return m.Seq == 100 })
	var e struct {
		ID       int64
		Cmd, Dir string
		Category string
		Raw      []byte
	}
	if err := json.Unmarshal(m.Event, &e); err != nil || e.Cmd != "911" || e.Dir != "s2c" || e.Category != "error" || string(e.Raw) != "911 5\r\n" {
		t.Errorf("event %s: %v", m.Event, err)
	}
	c.send(`{"op":"event","seq":101,"id":123456789}`)
	if m := c.until(func(m message) bool { return m.Seq == 101 }); m.Op != "err" || m.Code != "not_found" {
		t.Errorf("an event that is not there: %+v", m)
	}
	c.send(`{"op":"complete","seq":102,"field":"cmd","prefix":"pn","n":5}`)
	if m := c.until(func(m message) bool { return m.Seq == 102 }); len(m.Items) != 1 || m.Items[0].Text != "PNG" {
		t.Errorf("completions %+v", m.Items)
	}
	c.send(`{"op":"complete","seq":103,"field":"nothing","prefix":"","n":5}`)
	if m := c.until(func(m message) bool { return m.Seq == 103 }); m.Items == nil || len(m.Items) != 0 {
		t.Errorf("completions of no field %+v", m.Items)
	}
	c.send(`{"op":"juggle","seq":104}`)
	if m := c.until(func(m message) bool { return m.Seq == 104 }); m.Code != "bad_request" {
		t.Errorf("an unknown request: %+v", m)
	}
}

// A mistake in the server costs a page, not the program.
func TestPanicEndsThePageOnly(t *testing.T) {
	s := new(Server) // without a store
	c := dial(t, serve(t, s))
	if code := c.closed(); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
}

// changingProxy is a proxy whose status a test changes.
type changingProxy struct{ status atomic.Pointer[ProxyStatus] }

func (p *changingProxy) Status() ProxyStatus { return *p.status.Load() }

func TestProxyStatus(t *testing.T) {
	store, _ := newStore(t)
	p := new(changingProxy)
	p.status.Store(&ProxyStatus{Listen: []string{"127.0.0.1:1863"}, Upstream: "messenger.hotmail.com:1863", Live: 1})
	s := &Server{Store: store, Proxy: p, timing: defaultTiming}
	s.timing.proxy = 10 * time.Millisecond
	c := dial(t, serve(t, s))
	if m := c.next(); m.Proxy == nil || m.Proxy.Live != 1 || len(m.Proxy.Addresses) != 1 {
		t.Errorf("hello %+v", m)
	}
	p.status.Store(&ProxyStatus{Live: 2, Problem: "capture paused: disk full"})
	seen := map[string]bool{}
	for len(seen) < 2 {
		m := c.until(func(m message) bool { return m.Op == "proxy" || m.Op == "note" })
		if m.Op == "proxy" && m.Proxy.Live != 2 || m.Op == "note" && (m.Level != "error" || m.Text != "capture paused: disk full") {
			t.Errorf("%+v", m)
		}
		seen[m.Op] = true
	}
	p.status.Store(&ProxyStatus{Live: 2})
	if m := c.until(func(m message) bool { return m.Op == "note" }); m.Level != "info" {
		t.Errorf("after the trouble: %+v", m)
	}
}

func TestServeStops(t *testing.T) {
	store, _ := newStore(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Store: store, Token: testToken}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	c := dial(t, l.Addr().String())
	c.until(func(m message) bool { return m.Op == "hello" })
	cancel()
	if code := c.closed(); code != websocket.CloseGoingAway {
		t.Errorf("closed with %d", code)
	}
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Serve does not end")
	}
}

// BenchmarkWindow is a jump to a random place: request to answer over the
// websocket, 128 rows.
func BenchmarkWindow(b *testing.B) {
	store, tr := newStore(b)
	const n = 100_000
	for range n / 1000 {
		tr.send(decode.C2S, pings(1000)...)
	}
	tr.say(decode.C2S, "PNG")
	c := dial(b, serve(b, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	c.untilTotal(1, 1, n+1)
	c.c.SetReadDeadline(time.Time{})
	for b.Loop() {
		c.send(`{"op":"win","view":1,"epoch":1,"seq":1,"from":%d,"n":128}`, rand.IntN(n-128))
		if m := c.until(func(m message) bool { return m.Op == "rows" }); len(m.Rows) != 128 {
			b.Fatalf("%d rows", len(m.Rows))
		}
	}
}
