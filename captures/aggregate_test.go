// This file tests aggregates against sums made in the plainest way.

package captures

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/tally"
	"msnscope/decode"
)

// checkSums compares an aggregate with what the view's rows add up to.
func checkSums(t *testing.T, v *View, a *Aggregate) {
	t.Helper()
	total := v.Advance(context.Background(), 0).Total
	if share := a.Advance(context.Background(), 0); share != 1 {
		t.Fatalf("share %v", share)
	}
	rows, err := v.Rows(0, int(total))
	if err != nil {
		t.Fatal(err)
	}
	want := Totals{Events: total}
	commands := map[string]CommandSum{}
	accounts, answers := map[string]int64{}, int64(0)
	sessions := map[int64]int64{}
	for _, e := range rows {
		if want.First == 0 || e.Time < want.First {
			want.First = e.Time
		}
		want.Last = max(want.Last, e.Time)
		sessions[e.Session]++
		if e.Kind == event.Note {
			want.Notes++
			continue
		}
		if e.Account != "" {
			accounts[e.Account]++
		}
		want.Directions[e.Dir].Events++
		want.Directions[e.Dir].Bytes += int64(len(e.Raw))
		k := commands[e.Cmd()]
		k.Name = e.Cmd()
		k.Count++
		k.Bytes += int64(len(e.Raw))
		commands[k.Name] = k
		isError := e.Cmd() == "911" && e.Dir == decode.S2C
		if isError {
			want.Errors++
		}
		if e.Answers != 0 && !isError {
			answers++
		}
	}
	if got := a.Totals(); got != want {
		t.Errorf("totals\n%+v, want\n%+v", got, want)
	}
	list := a.Commands()
	if len(list) != len(commands) {
		t.Errorf("%d commands, want %d", len(list), len(commands))
	}
	for i, k := range list {
		w := commands[k.Name]
		w.Errors = k.Errors // tested below
		if k != w || i > 0 && k.Count > list[i-1].Count {
			t.Errorf("command %d is %+v, want %+v", i, k, w)
		}
	}
	_, cells := a.Timeline(50)
	sum := tally.Cell{}
	for _, c := range cells {
		sum.Events[0] += c.Events[0]
		sum.Events[1] += c.Events[1]
		sum.Errors += c.Errors
		sum.Estimate += c.Estimate
	}
	if len(cells) > 50 || sum.Events[0] != want.Directions[0].Events || sum.Events[1] != want.Directions[1].Events || sum.Errors != want.Errors || sum.Estimate != 0 {
		t.Errorf("timeline of %d cells: %+v, want %+v", len(cells), sum, want)
	}
	people, _, _ := a.Accounts(5)
	got := map[string]int64{}
	for _, c := range people {
		got[c.Key] = c.Count
	}
	if !maps.Equal(got, accounts) {
		t.Errorf("accounts %v, want %v", got, accounts)
	}
	if _, of := a.Points(); of != answers {
		t.Errorf("%d answers, want %d", of, answers)
	}
	hits, of := a.Hits(100)
	if of != len(sessions) {
		t.Errorf("hits in %d sessions, want %d", of, len(sessions))
	}
	for _, h := range hits {
		if h.Count != sessions[h.Session] || len(h.First) == 0 {
			t.Errorf("%+v, want %d", h, sessions[h.Session])
		}
		i := slices.IndexFunc(rows, func(e *event.Event) bool { return e.Session == h.Session })
		if h.Session != 0 && h.First[0] != rows[i].ID { // what is of no session is of several captures
			t.Errorf("the first in session %d is %d, want %d", h.Session, h.First[0], rows[i].ID)
		}
	}
}

func TestAggregateIsTheSumOfTheRows(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	live, imported := newSource(t, s, 1, true, 1), newSource(t, s, 2, false, 2)
	type summed struct {
		v *View
		a *Aggregate
	}
	var all []summed
	for _, scope := range []Scope{{}, {Session: 1_000_002}, {Connection: 1_000_003}} {
		for _, q := range []string{"", "cmd:(MSG, PNG)", "is:error", "hello", "sess:1000002", "cmd:OUT"} {
			v := s.View(scope, query(t, q))
			all = append(all, summed{v, v.NewAggregate(WantTimeline | WantNumbers | WantHits)})
		}
	}
	for step := range 12 {
		for range 400 {
			live.event()
			if step > 5 {
				imported.event()
			}
		}
		if step == 8 {
			if err := s.index().Sync(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for i, one := range all {
			switch (i + step) % 4 {
			case 0:
				one.v.Advance(context.Background(), time.Nanosecond)
				one.a.Advance(context.Background(), time.Nanosecond)
			case 1:
				checkSums(t, one.v, one.a)
			}
		}
	}
	for _, one := range all {
		checkSums(t, one.v, one.a)
	}
	if err := s.index().Drop(imported.c); err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		checkSums(t, one.v, one.a)
	}
}

// What is not read yet is estimated from what is known of the blocks, so that
// the first picture of a large store shows all of it.
func TestTimelineBeforeAnythingIsRead(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, false, 1)
	for range 20_000 {
		k.event()
	}
	v := s.View(Scope{}, nil)
	v.workers(Scope{}, nil, 1)
	a := v.NewAggregate(WantTimeline)
	v.Advance(context.Background(), 0)
	last := -1.0
	for steps := 0; ; steps++ {
		_, cells := a.Timeline(100)
		sum, notes := int64(0), int64(0)
		for _, c := range cells {
			sum += c.Events[0] + c.Events[1] + c.Estimate
		}
		notes = 20_000 - sum // the estimate counts them, the sum does not
		if notes < 0 || notes > 1500 || steps == 0 && notes != 0 {
			t.Fatalf("step %d: %d events in the timeline", steps, sum)
		}
		if last == 1 {
			break
		}
		share := a.Advance(context.Background(), time.Nanosecond)
		if share <= last {
			t.Fatalf("no progress at %v", share)
		}
		last = share
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if share := v.NewAggregate(WantTimeline).Advance(cancelled, 0); share != 0 {
		t.Errorf("%v added up when cancelled", share)
	}
}

// answering records requests with answers after a known time, and errors.
func TestLatenciesKeepAlivesAndFailures(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, false, 1)
	c := event.Connection{ID: 1_000_001, MSNP: true}
	k.w.Connection(&c)
	put := func(at int64, dir decode.Direction, raw string, answers, latency int64) int64 {
		k.n++
		e := event.Event{
			ID: k.c.ID(k.n), Connection: c.ID, Time: 1e18 + at*1e6, TrID: -1, Dir: dir, Role: decode.RoleNS,
			Raw: []byte(raw + "\r\n"), Line: len(raw), Body: len(raw) + 2, Answers: answers, Latency: latency * 1e6,
		}
		k.w.Event(&e)
		return e.ID
	}
	for i := range int64(1000) {
		ask := put(i*30_000, decode.C2S, "PNG", 0, 0)
		put(i*30_000+40, decode.S2C, "QNG 30", ask, 40)
		if i%10 == 0 {
			ask = put(i*30_000+50, decode.C2S, "ADD 9 FL a@b.c a", 0, 0)
			put(i*30_000+100+i, decode.S2C, "201 9", ask, 50+i)
		}
	}
	v := s.View(Scope{}, nil)
	a := v.NewAggregate(WantNumbers)
	v.Advance(context.Background(), 0)
	a.Advance(context.Background(), 0)
	list := a.Latencies()
	if len(list) != 2 || list[0].Command != "PNG" || list[0].Count != 1000 || list[1].Command != "" || list[1].Role != decode.RoleNS {
		t.Fatalf("%+v", list)
	}
	if p := list[0].P95; p < 39_000 || p > 41_000 {
		t.Errorf("p95 %d", p)
	}
	if pings := a.KeepAlives(); pings.Count() != 999 || pings.Quantile(0.5) < 29e6 || pings.Quantile(0.5) > 31e6 {
		t.Errorf("%d keep-alives, %d", pings.Count(), pings.Quantile(0.5))
	}
	for _, k := range a.Commands() {
		if k.Name == "ADD" && k.Errors != 100 || k.Name == "PNG" && k.Errors != 0 {
			t.Errorf("%+v", k)
		}
	}
	if points, of := a.Points(); of != 1000 || len(points) != 1000 || points[0].Value != 40_000 {
		t.Errorf("%d of %d points", len(points), of)
	}
}

func BenchmarkAggregate(b *testing.B) {
	const n = 1_000_000
	s := million(b, n)
	for _, w := range []struct {
		name string
		want Wanted
	}{{"timeline", WantTimeline}, {"numbers", WantNumbers}, {"hits", WantHits}} {
		b.Run(w.name, func(b *testing.B) {
			for b.Loop() {
				v := s.View(Scope{}, nil)
				a := v.NewAggregate(w.want)
				v.Advance(context.Background(), 0)
				a.Advance(context.Background(), 0)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// A timeline alone takes blocks of which all is in one cell without reading them:
// it comes to the same.
func TestTimelineFromFacts(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, true, 1)
	v := s.View(Scope{}, nil)
	alone, read := v.NewAggregate(WantTimeline), v.NewAggregate(WantTimeline|WantNumbers)
	for range 20_000 { // so that cells of a millisecond do not do
		k.event()
	}
	same := func(a *Aggregate) {
		t.Helper()
		read.Advance(context.Background(), 0)
		for _, n := range []int{30, 5000} {
			width, cells := a.Timeline(n)
			wantWidth, want := read.Timeline(n)
			if width != wantWidth || !slices.Equal(cells, want) {
				t.Fatalf("cells of %d ns: %v\nwant of %d: %v", width, cells, wantWidth, want)
			}
		}
	}
	for burst := range 12 {
		base := k.at + 1e12
		for range 1500 + 100*(burst%7) {
			k.event()
			k.at = base
		}
		if burst == 6 {
			if err := s.index().Sync(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		v.Advance(context.Background(), 0)
		if burst%3 == 0 {
			alone.Advance(context.Background(), time.Nanosecond)
			continue
		}
		alone.Advance(context.Background(), 0)
		same(alone)
	}
	anew, passed := v.NewAggregate(WantTimeline), int64(0)
	for p, more := v.parts[0], true; more; more, _ = anew.advance(p) {
		before := anew.parts[p.c]
		anew.pass(p)
		passed += anew.parts[p.c] - before
	}
	same(anew)
	if passed < 1000 {
		t.Errorf("only %d events were not read", passed)
	}
}
