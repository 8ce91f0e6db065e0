// This file holds what is added up over a view of a page: timeline, numbers,
// hits by session. Like the tail it is a standing wish, told anew as it grows.

package web

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/tally"
)

const (
	maxCells        = 1000 // of a timeline told to a page: more than it has pixels for
	maxGroups       = 100  // sessions with hits told at a time
	maxCommandsTold = 200
	maxAccountsTold = 50

	timelineStep = 300 * time.Millisecond // least time between two tellings
	numbersStep  = time.Second            // of more than the timeline

	// sumRest is how many slices pass between two in which something is added up
	// for a page that follows what comes: over millions of events that takes many
	// seconds, in which the browser wants to paint.
	sumRest = 2
)

// aggKinds are the words for what can be added up.
var aggKinds = map[string]captures.Wanted{
	"timeline": captures.WantTimeline, "numbers": captures.WantNumbers, "hits": captures.WantHits,
}

func (o *op) readAgg() error {
	for _, k := range o.Kinds {
		w, ok := aggKinds[k]
		if !ok {
			return &opError{Code: "bad_request", Msg: "agg knows " + strings.Join(slices.Sorted(maps.Keys(aggKinds)), ", ")}
		}
		o.wanted |= w
	}
	o.N = min(max(o.N, 1), maxCells)
	o.Groups = min(max(o.Groups, 1), maxGroups)
	return nil
}

// sum is what is added up over a view. It belongs to the worker.
type sum struct {
	ask    *op
	agg    *captures.Aggregate
	share  float64
	behind bool
	rest   time.Time                 // until when it is not gone on with
	rows   map[int64]json.RawMessage // of hits told last

	said struct {
		ask   *op
		share float64
		rev   int64
		at    time.Time
	}
}

// wantSum brings the sum in line with what the page wants.
func (v *view) wantSum(o *op) {
	switch {
	case o == nil || o.wanted == 0:
		v.sum = nil
	case v.sum == nil || v.sum.ask.wanted != o.wanted:
		v.sum = &sum{ask: o, agg: v.rows.NewAggregate(o.wanted), behind: true}
	default:
		v.sum.ask = o
	}
}

// advance adds up for budget at most.
func (s *sum) advance(ctx context.Context, budget time.Duration) {
	s.share = s.agg.Advance(ctx, budget)
	s.behind = s.share < 1
}

// due reports whether there is something to add up now.
func (s *sum) due() bool { return s.behind && !time.Now().Before(s.rest) }

// reportSum tells the sum if there is something new and enough time has passed
// since it was told last, and returns when to call again, zero if nothing is due.
func (v *view) reportSum(w *worker) time.Time {
	s := v.sum
	if s == nil || !v.looked || s.behind && s.share == 1 {
		return time.Time{} // nothing to tell, or more in a moment
	}
	rev := s.agg.Revision()
	if s.said.ask == s.ask && s.said.rev == rev && s.said.share == s.share {
		return time.Time{}
	}
	step := numbersStep
	if s.ask.wanted == captures.WantTimeline || s.share < 1 || s.said.share < 1 {
		step = timelineStep // a scan shows that it goes on
	}
	now := time.Now()
	if due := s.said.at.Add(step); s.said.ask == s.ask && now.Before(due) {
		return due
	}
	b := append(make([]byte, 0, 64<<10), `{"op":"agg"`...)
	b = appendField(b, "view", int64(v.id))
	b = appendField(b, "epoch", v.epoch)
	b = s.append(b, w.server.Store)
	w.out.agg(v.id, append(b, '}'))
	s.said.ask, s.said.rev, s.said.share, s.said.at = s.ask, rev, s.share, time.Now()
	return time.Time{}
}

// append appends the fields of the sum.
func (s *sum) append(b []byte, store *captures.Store) []byte {
	if s.share < 1 {
		b = append(b, `,"scan":`...)
		b = strconv.AppendFloat(b, s.share, 'f', 4, 64)
	}
	if s.ask.wanted&captures.WantTimeline != 0 {
		b = appendTimeline(b, s.agg, s.ask.N)
	}
	if s.ask.wanted&captures.WantNumbers != 0 {
		b = appendNumbers(b, s.agg)
	}
	if s.ask.wanted&captures.WantHits != 0 {
		b = s.appendHits(b, store)
	}
	return b
}

func appendTimeline(b []byte, a *captures.Aggregate, n int) []byte {
	width, cells := a.Timeline(n)
	b = append(b, `,"timeline":{"width":`...)
	b = strconv.AppendInt(b, width/1000, 10)
	b = append(b, `,"cells":[`...)
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, n := range []int64{c.Start / 1000, c.Events[0], c.Events[1], c.Errors, c.Bytes[0], c.Bytes[1], c.Estimate} {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, n, 10)
		}
		b = append(b, ']')
	}
	return append(b, `]}`...)
}

func appendNumbers(b []byte, a *captures.Aggregate) []byte {
	type latency struct {
		Role string `json:"role"`
		captures.LatencySum
	}
	latencies := []latency{}
	for _, l := range a.Latencies() {
		latencies = append(latencies, latency{l.Role.String(), l})
	}
	type account struct {
		Account string `json:"account"`
		captures.Flow
	}
	top, of, lost := a.Accounts(maxAccountsTold)
	accounts := make([]account, 0, len(top))
	for _, e := range top {
		accounts = append(accounts, account{e.Key, captures.Flow{Events: e.Count, Bytes: e.Bytes}})
	}
	points, answers := a.Points()
	totals := a.Totals()
	commands := a.Commands()
	m := map[string]any{
		"totals": totals, "first": totals.First / 1000, "last": totals.Last / 1000,
		"commands": commands[:min(len(commands), maxCommandsTold)], "commands_of": len(commands),
		"latencies": latencies, "answers": answers,
		"accounts": accounts, "accounts_of": of, "accounts_lost": lost,
		"keepalives": keepAlives(a.KeepAlives()),
	}
	j, err := json.Marshal(m)
	if err != nil {
		panic(err) // only plain values are put in
	}
	b = append(b, `,"numbers":`...)
	b = append(b, j[:len(j)-1]...)
	b = append(b, `,"points":[`...)
	for i, p := range points {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, n := range []int64{p.ID, p.Time / 1000, p.Value, int64(p.Kind)} {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, n, 10)
		}
		b = append(b, ']')
	}
	return append(b, `]}`...)
}

func keepAlives(s *tally.Spread) map[string]any {
	bars := [][3]int64{}
	for _, b := range s.Bars() {
		bars = append(bars, [3]int64{b.From, b.To, b.Count})
	}
	return map[string]any{
		"count": s.Count(), "p50": s.Quantile(0.5), "p95": s.Quantile(0.95), "p99": s.Quantile(0.99), "max": s.Max(), "bars": bars,
	}
}

func (s *sum) appendHits(b []byte, store *captures.Store) []byte {
	list, of := s.agg.Hits(s.ask.Groups)
	kept := map[int64]json.RawMessage{}
	b = append(b, `,"hits":{"of":`...)
	b = strconv.AppendInt(b, int64(of), 10)
	b = appendField(b, "uncounted", s.agg.Totals().Uncounted)
	b = append(b, `,"list":[`...)
	for i, h := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"session":`...)
		b = strconv.AppendInt(b, h.Session, 10)
		b = appendField(b, "count", h.Count)
		b = append(b, `,"rows":[`...)
		first := true
		for _, id := range h.First {
			row := s.rows[id]
			if row == nil {
				var e *event.Event
				var err error
				if e, err = store.Event(id); err != nil {
					continue // it went away
				}
				row = appendRow(nil, e)
			}
			kept[id] = row
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, row...)
		}
		b = append(b, `]}`...)
	}
	s.rows = kept
	return append(b, `]}`...)
}

// serveStats answers scripts with what is added up over a view.
func (s *Server) serveStats(w http.ResponseWriter, r *http.Request) {
	scope, q, ok := s.selection(w, r)
	if !ok {
		return
	}
	n, err := number(r, "n", 100)
	kinds := r.URL.Query().Get("kinds")
	if kinds == "" {
		kinds = "timeline,numbers"
	}
	o := &op{N: int(min(n, maxCells)), Groups: int(min(n, maxGroups)), Kinds: strings.Split(kinds, ",")}
	if err == nil {
		err = o.readAgg()
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	out := newBody(w, "application/json")
	defer out.end()
	v := s.Store.View(scope, q)
	t := &sum{ask: o, agg: v.NewAggregate(o.wanted)}
	var counts captures.Counts
	for counts.Scanned < 1 || t.share < 1 {
		if r.Context().Err() != nil {
			return // nobody waits for it
		}
		counts = v.Advance(r.Context(), time.Second)
		t.advance(r.Context(), time.Second)
	}
	b := append([]byte(nil), `{"total":`...)
	b = strconv.AppendInt(b, counts.Total, 10)
	b = appendField(b, "all", counts.All)
	b = appendField(b, "errs", counts.Errors)
	out.send(append(t.append(b, s.Store), "}\n"...))
}
