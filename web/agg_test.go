// This file tests what is added up over a view: for the page as it grows, and
// for scripts.

package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"msnscope/decode"
)

// told is what the server tells of a sum.
type told struct {
	Op          string
	View, Epoch int64
	Scan        *float64
	Timeline    *struct {
		Width int64
		Cells [][7]int64
	}
	Numbers *struct {
		Totals struct {
			Events, Errors int64
			Directions     [2]struct{ Events, Bytes int64 }
		}
		First, Last int64
		Commands    []struct {
			Name          string
			Count, Errors int64
		}
		Latencies []struct {
			Command, Role string
			Count, P50    int64
		}
		Points   [][4]int64
		Accounts []struct {
			Account string
			Events  int64
		}
		Keepalives struct{ Count int64 }
	}
	Hits *struct {
		Of   int
		List []struct {
			Session, Count int64
			Rows           [][]any
		}
	}
}

// sumUntil reads sums until ok says yes.
func (c *client) sumUntil(ok func(told) bool) told {
	c.t.Helper()
	for {
		_, p, err := c.c.ReadMessage()
		if err != nil {
			c.t.Fatal(err)
		}
		var m told
		if err := json.Unmarshal(p, &m); err == nil && m.Op == "agg" && ok(m) {
			return m
		}
	}
}

func TestSumsOfAView(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	c := dial(t, serve(t, &Server{Store: store}))
	c.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":""}`)
	c.send(`{"op":"agg","view":1,"kinds":["timeline","numbers","hits"],"n":100,"groups":10}`)
	m := c.sumUntil(func(m told) bool { return m.Scan == nil && m.Numbers.Totals.Events >= 8 })
	if m.View != 1 || m.Epoch != 1 || m.Timeline.Width < 1000 || len(m.Timeline.Cells) == 0 || len(m.Numbers.Accounts) != 1 ||
		m.Numbers.Accounts[0].Account != "alice@example.com" || m.Numbers.First == 0 {
		t.Errorf("%+v", m)
	}
	if len(m.Hits.List) != 1 || m.Hits.List[0].Session != 1 || len(m.Hits.List[0].Rows) != 3 {
		t.Errorf("hits %+v", m.Hits)
	}
	before := m.Numbers.Totals.Events

	// It grows with the store.
	tr.say(decode.C2S, "PNG")
	tr.say(decode.S2C, "QNG", "911 7")
	m = c.sumUntil(func(m told) bool { return m.Numbers.Totals.Events == before+3 })
	found := false
	for _, l := range m.Numbers.Latencies {
		found = found || l.Command == "PNG" && l.Role == "NS" && l.Count == 1
	}
	if !found || m.Numbers.Totals.Errors != 1 {
		t.Errorf("%+v", m.Numbers)
	}

	// It stays on when the filter changes, and ends when nothing is wanted.
	c.send(`{"op":"sub","view":1,"epoch":2,"scope":"all","q":"cmd:PNG"}`)
	m = c.sumUntil(func(m told) bool { return m.Epoch == 2 && m.Scan == nil })
	if m.Numbers.Totals.Events != 1 || m.Hits.List[0].Count != 1 {
		t.Errorf("%+v", m)
	}
	c.send(`{"op":"agg","view":1,"kinds":[]}`)
	c.send(`{"op":"sub","view":1,"epoch":3,"scope":"all","q":""}`)
	c.untilTotal(1, 3, before+3)
	tr.say(decode.C2S, "PNG")
	c.untilTotal(1, 3, before+4) // which fails on nothing else: an agg is not in its way
	c.send(`{"op":"agg","view":5,"kinds":["hits"]}`)
	if e := c.until(func(m message) bool { return m.Op == "err" }); e.Code != "no_view" {
		t.Errorf("%+v", e)
	}
}

func TestStatsForScripts(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	tr.say(decode.C2S, pings(20)...)
	addr := serve(t, &Server{Store: store})
	r, body := ask(t, "GET", "http://"+addr+"/api/stats?q=cmd:PNG&kinds=timeline,numbers,hits&n=5", nil)
	var m told
	if err := json.Unmarshal(body, &m); err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(err, string(body))
	}
	if m.Numbers.Totals.Events != 20 || m.Numbers.Commands[0].Name != "PNG" || m.Numbers.Keepalives.Count != 19 || m.Hits.List[0].Count != 20 {
		t.Errorf("%s", body)
	}
	for _, c := range []struct{ query, want string }{
		{"q=comand:PNG", "cmd"}, {"kinds=luck", "agg knows"}, {"n=x", "no number"}, {"scope=x", "a scope is"},
	} {
		if r, body := ask(t, "GET", "http://"+addr+"/api/stats?"+c.query, nil); r.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %d %s", c.query, r.StatusCode, body)
		}
	}
}
