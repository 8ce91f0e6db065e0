// This file answers where two sessions or connections differ, page by page.

package web

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"msnscope/captures"
	"msnscope/captures/compare"
	"msnscope/captures/filter"
)

const (
	maxCompared    = 200_000 // events of a side
	maxComparisons = 2       // kept for the next rows; one has some ten megabytes at most
	maxRowsAtOnce  = 256
	maxRowBytes    = 4 << 20 // of the values in one answer, roughly
	contextRows    = 3       // shown around each difference with only=1
	defaultSlack   = 100     // ms
)

// comparison is a comparison that was asked for.
type comparison struct {
	of     string // what was asked for
	rev    int64
	at     [2]int64 // how many events the sides had then
	result *compare.Result
	near   []int32 // the rows shown with only=1
}

// comparisons are those that are kept, the latest in front.
type comparisons struct {
	once sync.Once
	turn chan struct{} // one is worked out at a time
	mu   sync.Mutex
	list []*comparison
	rev  int64
}

// asked is a request for a comparison.
type asked struct {
	scopes [2]captures.Scope
	of     [2]*filter.Query // of each side: q and its own
	o      compare.Options
	only   bool
	rev    int64
}

// key names what is compared and how.
func (a *asked) key() string {
	return fmt.Sprintf("%v %v %v %q", a.scopes, a.o, a.o.Slack, a.of)
}

// bothFilters selects what two filters select; together they may be too long.
func bothFilters(a, b *filter.Query) (*filter.Query, error) {
	switch {
	case a.String() == "":
		return b, nil
	case b.String() == "":
		return a, nil
	}
	return filter.Parse("(" + a.String() + ") (" + b.String() + ")")
}

// askedFor reads a request, and answers itself if it is wrong.
func (s *Server) askedFor(w http.ResponseWriter, r *http.Request) (*asked, bool) {
	_, q, ok := s.selection(w, r)
	if !ok {
		return nil, false
	}
	query := r.URL.Query()
	a := &asked{only: query.Get("only") == "1"}
	a.o = compare.Options{Facets: compare.Default, Loose: query.Get("align") == "cmd", Max: maxCompared}
	with, err := compare.ParseFacets(query.Get("with"))
	without, err2 := compare.ParseFacets(query.Get("without"))
	a.o.Facets = (a.o.Facets | with) &^ without
	slack, err3 := number(r, "slack", defaultSlack)
	a.o.Slack = time.Duration(min(slack, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	var err4 error
	a.rev, err4 = number(r, "rev", 0)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return nil, false
	}
	for i, name := range [...]string{"a", "b"} {
		scope, err := parseScope(query.Get(name))
		if err != nil || scope == (captures.Scope{}) {
			fail(w, http.StatusBadRequest, name+` is "s/SESSION" or "c/CONNECTION"`)
			return nil, false
		}
		if _, err := s.eventsIn(scope); err != nil {
			fail(w, http.StatusNotFound, err.Error())
			return nil, false
		}
		a.scopes[i] = scope
		own, err := filter.Parse(query.Get("q" + name))
		if err == nil {
			a.of[i], err = bothFilters(own, q)
		}
		if err != nil {
			failFilter(w, err)
			return nil, false
		}
	}
	return a, true
}

// eventsIn is how many events a session or a connection has.
func (s *Server) eventsIn(scope captures.Scope) (int64, error) {
	if scope.Session != 0 {
		if session, ok := s.Store.Session(scope.Session); ok {
			return session.Events, nil
		}
		return 0, errors.New("there is no session " + itoa(scope.Session))
	}
	if c, ok := s.Store.Connection(scope.Connection); ok {
		return c.Events, nil
	}
	return 0, errors.New("there is no connection " + itoa(scope.Connection))
}

// compared returns a comparison: the one with the rev that was asked for, or
// one of the sides as they are now.
func (s *Server) compared(ctx context.Context, a *asked) (*comparison, error) {
	cs := &s.comparisons
	cs.once.Do(func() { cs.turn = make(chan struct{}, 1) })
	key, now := a.key(), s.sizes(a)
	if c := cs.find(key, a.rev, now); c != nil {
		return c, nil
	}
	select {
	case cs.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-cs.turn }()
	now = s.sizes(a)
	if c := cs.find(key, a.rev, now); c != nil {
		return c, nil // somebody else was quicker
	}
	var sides [2]compare.Side
	for i, scope := range a.scopes {
		sides[i] = s.Store.Side(ctx, scope, a.of[i])
	}
	result, err := compare.Compare(ctx, sides[0], sides[1], a.o)
	if err != nil {
		return nil, err
	}
	c := &comparison{of: key, at: now, result: result, near: result.Near(contextRows)}
	cs.keep(c)
	return c, nil
}

// sizes is how many events the sides have now.
func (s *Server) sizes(a *asked) (n [2]int64) {
	for i, scope := range a.scopes {
		n[i], _ = s.eventsIn(scope)
	}
	return n
}

func (cs *comparisons) find(key string, rev int64, at [2]int64) *comparison {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	i := slices.IndexFunc(cs.list, func(c *comparison) bool { return c.of == key && (c.rev == rev || c.at == at) })
	if i < 0 {
		return nil
	}
	c := cs.list[i]
	cs.list = slices.Insert(slices.Delete(cs.list, i, i+1), 0, c)
	return c
}

func (cs *comparisons) keep(c *comparison) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.rev++
	c.rev = cs.rev
	cs.list = slices.DeleteFunc(cs.list, func(old *comparison) bool { return old.of == c.of })
	cs.list = slices.Insert(cs.list, 0, c)
	cs.list = cs.list[:min(len(cs.list), maxComparisons)]
}

// serveCompare answers with rows of a comparison; with find=, where the next
// difference is.
func (s *Server) serveCompare(w http.ResponseWriter, r *http.Request) {
	a, ok := s.askedFor(w, r)
	if !ok {
		return
	}
	from, err := number(r, "from", 0)
	n, err2 := number(r, "n", 100)
	limit, err3 := number(r, "max", 300)
	at, err4 := number(r, "at", 0)
	if err = errors.Join(err, err2, err3, err4); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	out := newBody(w, "application/json")
	defer out.end()
	c, err := s.compared(r.Context(), a)
	if err != nil {
		fail(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	shown := comparedRows{comparison: c, all: !a.only, secrets: secrets(r)}
	if find := r.URL.Query().Get("find"); find != "" {
		out.send([]byte(`{"index":` + itoa(shown.find(find, at)) + "}\n"))
		return
	}
	shown.limit = int(min(max(limit, 16), maxRaw))
	n = min(n, maxRowsAtOnce, max(1, maxRowBytes/int64(shown.limit)))
	stale := s.sizes(a) != c.at
	b, err := shown.json(from, n, stale)
	if err != nil {
		fail(w, http.StatusGone, "the events are no longer there: "+err.Error())
		return
	}
	out.send(b)
}
