// This file tests views and walks against the plainest way to find the same.

package captures

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
	"msnscope/decode"
)

// source fills captures of a store's index with events made by chance.

// selected is what a view has to select, found in the plainest way.

func selected(t testing.TB, s *Store, scope Scope, q *filter.Query) (ids []int64, errorsAt []int64, all int64) {
	t.Helper()
	for _, c := range s.index().Captures() {
		chats := chatsOf(c)
		for n := int64(1); n <= c.Status().Events; n++ {
			e, err := s.Event(c.ID(n))
			if err != nil {
				t.Fatal(err)
			}
			if scope.Session != 0 && e.Session != scope.Session || scope.Connection != 0 && e.Connection != scope.Connection {
				continue
			}
			all++
			e.Chat = chats[e.Connection%event.ConnectionsPerCapture]
			if q.Match(e) {
				if cmd := e.Cmd(); cmd != "" && cmd[0] == '9' && e.Dir == decode.S2C {
					errorsAt = append(errorsAt, int64(len(ids)))
				}
				ids = append(ids, e.ID)
			}
		}
	}
	return ids, errorsAt, all
}

// chatsOf puts the connections of a capture together, again and again from the
// start.
func chatsOf(c *index.Capture) map[int64]*event.Chat {
	byConn, byKey := map[int64]*event.Chat{}, map[string]*event.Chat{}
	for _, v := range c.Connections() {
		if v.Role != decode.RoleSB {
			continue
		}
		key := strings.ToLower(v.Chat)
		chat := byKey[key]
		if chat == nil || key == "" {
			chat = &event.Chat{ID: v.ID, Key: v.Chat}
			byKey[key] = chat
		}
		if v.Account != "" {
			chat.People = append(chat.People, v.Account)
		}
		chat.People = append(chat.People, v.People...)
		byConn[v.ID%event.ConnectionsPerCapture] = chat
	}
	return byConn
}

func query(t testing.TB, text string) *filter.Query {
	t.Helper()
	if text == "" {
		return nil
	}
	q, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// check compares a view with what it has to be.

func check(t testing.TB, s *Store, v *View, scope Scope, q *filter.Query) {
	t.Helper()
	c := v.Advance(context.Background(), 0)
	ids, errs, all := selected(t, s, scope, q)
	if c.Total != int64(len(ids)) || c.All != all || c.Errors != int64(len(errs)) || c.Scanned != 1 {
		t.Fatalf("scope %v filter %q: %+v, want %d of %d with %d errors", scope, q, c, len(ids), all, len(errs))
	}
	rows, err := v.Rows(0, len(ids)+1)
	if err != nil || len(rows) != len(ids) {
		t.Fatal(len(rows), err)
	}
	for i, e := range rows {
		if e.ID != ids[i] {
			t.Fatalf("row %d is %d, not %d", i, e.ID, ids[i])
		}
		if at := v.Index(e.ID); at != int64(i) {
			t.Fatalf("event %d is at %d, not %d", e.ID, at, i)
		}
	}
	for _, i := range []int64{-1, 0, 1, int64(len(ids)) / 2, int64(len(ids)) - 1, int64(len(ids))} {
		next, prev := int64(-1), int64(-1)
		for _, at := range errs {
			if at > i && next < 0 {
				next = at
			}
			if at < i {
				prev = at
			}
		}
		if got := v.NextError(i, 1); got != next {
			t.Fatalf("scope %v filter %q: error after %d of %d: %d, want %d", scope, q, i, len(ids), got, next)
		}
		if got := v.NextError(i, -1); got != prev {
			t.Fatalf("scope %v filter %q: error before %d of %d: %d, want %d", scope, q, i, len(ids), got, prev)
		}
		if i >= 0 && i < int64(len(ids)) {
			want := int64(slices.IndexFunc(rows, func(e *event.Event) bool { return e.Time >= rows[i].Time }))
			if got := v.IndexTime(rows[i].Time); got != want {
				t.Fatalf("time of %d is at %d, not %d", i, got, want)
			}
		}
	}
	if got := v.IndexTime(1 << 62); got != c.Total {
		t.Fatalf("the end of time is at %d of %d", got, c.Total)
	}
	n := 0
	err = s.Walk(context.Background(), scope, q, func(e *event.Event) error {
		if e.ID != ids[n] {
			return fmt.Errorf("the walk has %d in place of %d", e.ID, ids[n])
		}
		n++
		return nil
	})
	if err != nil || n != len(ids) {
		t.Fatal(n, err)
	}
}

var queries = []string{"", "cmd:MSG", "-cmd:(PNG, QNG)", "is:error", "hello", "cmd:XFR dir:s2c or is:note", "sess:1000002", "cmd:OUT", "conn:1000003 cmd:PNG",
	"from:carol", "acc:dave", "acc:(erin, frank@hotmail.com)", "-acc:alice acc:*@passport.com", "text:hello", `text:"see you"`, `text:caf\u00e9`, "text:zebra", `text~/\d{3}-\d{4}\b/`,
	`text~/(?i)zeb(ra|u)|<text>/`, "text:(zebra, unheard)", "text:unheard", "chat:1692", "chat:erin@hotmail.com or chat:1693 cmd:PNG", "chat:*", "gap>2s", "gap:..500ms cmd:MSG", "conn:(1000002, 1000005)",
	"lat>200ms", "-lat>200ms dir:s2c", "size:20..100", "is:unanswered", "-is:warning", "from:alice", "-to:bob", "is:typing", "dir:c2s -text:hello", "status>=200 or trid:3",
	"is:dropped or cmd:opened", "raw:zebra", "-has:note -has:payload", "time:..2001-09-09T01:47:10Z", "role:sb -sess:1000002"}

// TestExtendedViewIsFreshView: however a view came to be, it selects what a

// new one selects.

func TestExtendedViewIsFreshView(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	scopes := []Scope{{}, {Session: 1_000_002}, {Connection: 1_000_003}, {Session: 2_000_001}}
	type viewed struct {
		v     *View
		scope Scope
		q     *filter.Query
	}
	var views []viewed
	for _, scope := range scopes {
		for _, text := range queries {
			q := query(t, text)
			v := s.View(scope, q)
			v.workers(scope, q, 1+len(views)%3)
			views = append(views, viewed{v, scope, q})
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	sources := []*source{newSource(t, s, 1, true, 5)}
	for step := range 25 {
		if step == 10 {
			sources = append(sources, newSource(t, s, 2, false, 6)) // an import comes before
		}
		for range r.IntN(200) {
			sources[r.IntN(len(sources))].event()
		}
		if step%7 == 6 {
			if err := s.index().Sync(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range views {
			if (i+step)%3 == 0 {
				v.v.Advance(context.Background(), time.Nanosecond)
			}
			if (i+step)%9 == 0 {
				check(t, s, v.v, v.scope, v.q)
			}
		}
	}
	for _, v := range views {
		check(t, s, v.v, v.scope, v.q)
		check(t, s, s.View(v.scope, v.q), v.scope, v.q)
	}
}

func TestMovedTellsOfOtherPositions(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	live := newSource(t, s, 1, true, 1)
	q := query(t, "cmd:PNG")
	v := s.View(Scope{}, q)
	for range 1000 {
		live.event()
		if c := v.Advance(context.Background(), 0); c.Moved != 0 {
			t.Fatalf("a recording alone moves events: %+v", c)
		}
	}
	imported := newSource(t, s, 2, false, 1)
	for range 100 {
		imported.event()
	}
	if c := v.Advance(context.Background(), 0); c.Moved == 0 {
		t.Error("an import before the recording moves nothing")
	}
	moved := v.Advance(context.Background(), 0).Moved
	if err := s.index().Drop(imported.c); err != nil {
		t.Fatal(err)
	}
	if c := v.Advance(context.Background(), 0); c.Moved == moved {
		t.Error("a capture was taken away and nothing moved")
	}
	check(t, s, v, Scope{}, q)
}

func TestAdvanceKeepsToItsBudget(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, false, 1)
	for range 10_000 {
		k.event()
	}
	v := s.View(Scope{}, query(t, "hello"))
	v.workers(Scope{}, query(t, "hello"), 1)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if c := v.Advance(done, 0); c.Scanned != 0 {
		t.Errorf("scanned %v when cancelled", c.Scanned)
	}
	steps := 0
	for last := 0.0; last < 1; steps++ {
		c := v.Advance(context.Background(), 1)
		if c.Scanned <= last {
			t.Fatalf("no progress at %v", last)
		}
		last = c.Scanned
	}
	if steps < 10 {
		t.Errorf("only %d steps", steps)
	}
	check(t, s, v, Scope{}, query(t, "hello"))
}

func TestManyViewsWhileRecording(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, true, 1)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			v := s.View(Scope{Session: int64(i%2) * 1_000_002}, query(t, queries[i]))
			total := int64(0)
			for ctx.Err() == nil {
				changed := s.Changed()
				c := v.Advance(ctx, time.Millisecond)
				if i%2 == 0 && c.Total < total {
					t.Errorf("%d events after %d", c.Total, total)
				}
				total = c.Total
				if _, err := v.Rows(max(0, c.Total-30), 30); err != nil {
					t.Error(err)
				}
				v.NextError(0, 1)
				v.IndexTime(1e18 + 2e12)
				s.Sessions()
				s.Connections(0)
				select {
				case <-changed:
				case <-ctx.Done():
				}
			}
		})
	}
	for i := range 5000 {
		k.event()
		if i%500 == 0 {
			s.index().Sync(ctx)
		}
	}
	cancel()
	wg.Wait()
}

func TestWalkStops(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, false, 1)
	for range 1000 {
		k.event()
	}
	stop := errors.New("enough")
	n := 0
	err := s.Walk(context.Background(), Scope{}, nil, func(*event.Event) error {
		if n++; n == 600 {
			return stop
		}
		return nil
	})
	if err != stop || n != 600 {
		t.Error(n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Walk(ctx, Scope{}, nil, func(*event.Event) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWalkInConstantMemory(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, false, 1)
	for range 40_000 {
		k.event()
	}
	k.w.Finish(0, 0)
	if err := s.index().Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	walk := func(scope Scope) float64 {
		return testing.AllocsPerRun(1, func() {
			if err := s.Walk(context.Background(), scope, nil, func(*event.Event) error { return nil }); err != nil {
				t.Fatal(err)
			}
		})
	}
	// A block costs a few small allocations, its events none of their own but
	// the words of notes.
	if n := walk(Scope{}); n > 40_000/5 {
		t.Errorf("%v allocations for 40,000 events", n)
	}
}

func FuzzSelection(f *testing.F) {
	f.Add([]byte{1, 2, 3, 200, 255, 255, 255, 255, 1}, uint16(300))
	f.Fuzz(func(t *testing.T, steps []byte, cut uint16) {
		var s selection
		var all []int64
		n := int64(0)
		for _, d := range steps {
			n += int64(d) + 1
			s.add(n)
			all = append(all, n)
		}
		same := func() {
			t.Helper()
			if s.total != int64(len(all)) {
				t.Fatalf("total %d of %d", s.total, len(all))
			}
			for i, n := range all {
				if s.at(int64(i)) != n || s.rank(n) != int64(i) || s.rank(n+1) != int64(i)+1 {
					t.Fatalf("position %d: %d at %d, want %d", i, s.at(int64(i)), s.rank(n), n)
				}
			}
		}
		same()
		from := int64(cut) + 1
		s.cut(from)
		all = slices.DeleteFunc(all, func(n int64) bool { return n >= from })
		same()
		for n := from; n < from+70; n += 3 {
			s.add(n)
			all = append(all, n)
		}
		same()
	})
}

// million fills a store with events for the benchmarks.

// BenchmarkImport imports a large capture: packets to rows in SQLite.
