// This file tests how connections and sessions are kept: what has ended is not in
// memory, and is found again as it was.

package index

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// someConnection is a switchboard connection n of capture 3, as one of three in
// a chat.
func someConnection(n int64) *event.Connection {
	user := func(i int64) string { return fmt.Sprintf("user%d@example.com", i%2000) }
	return &event.Connection{
		ID: 3*event.ConnectionsPerCapture + n, Session: 3*event.ConnectionsPerCapture + 1 + n/3, Role: decode.RoleSB, Dialect: 7,
		Client: netip.AddrPortFrom(netip.MustParseAddr("10.0.0.9"), uint16(n)), Server: netip.MustParseAddrPort("[fe80::1%eth0]:1863"),
		Account: user(n), Chat: fmt.Sprint(11752000 + n/3), People: []string{user(n + 1), user(n + 2)}, How: "FIN", Via: "SOCKS5",
		Opened: 1e18 + n, Closed: 1e18 + 2*n, MSNP: true, Events: 42 + n, Bytes: [2]int64{n, 1 << 40},
		File: &event.Transfer{Name: "x"},
	}
}

func someSession(n int64) *event.Session {
	s := &event.Session{ID: 3*event.ConnectionsPerCapture + n, Account: fmt.Sprintf("user%d@example.com", n), Started: n, Ended: 2 * n}
	for k := int64(0); k < 3; k++ {
		if id := 3*(n-1) + k; id > 0 {
			s.Conns = append(s.Conns, 3*event.ConnectionsPerCapture+id)
		}
	}
	return s
}

// held returns how many connections and sessions of a capture are in memory
// because they are new, and how many runs were read back.
func held(c *Capture) (conns, sessions, recalled int) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, r := range c.conns.runs {
		if r != nil {
			conns += r.n
		}
	}
	for _, r := range c.sessions.runs {
		if r != nil {
			sessions += r.n
		}
	}
	c.x.cold.Lock()
	defer c.x.cold.Unlock()
	for _, n := range []int{len(c.x.conns.young), len(c.x.conns.old), len(c.x.sessions.young), len(c.x.sessions.old)} {
		recalled += n
	}
	return conns, sessions, recalled
}

func TestWhatHasEndedIsNotInMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	ro := open(t, path, Options{ReadOnly: true})
	c := x.Create(3, "a", false)
	w := writer(t, x, c)
	const many = 40 * runLength
	conns, sessions := map[int64]*event.Connection{}, map[int64]*event.Session{}
	tell := func(v *event.Connection) {
		mine := *v
		conns[v.ID] = &mine
		w.Connection(v)
	}
	for n := int64(1); n <= many; n += 2 { // some ids are of connections that are not stored
		v := someConnection(n)
		if n%1000 == 1 {
			v.Closed = 0
		}
		if s := someSession(1 + n/3); sessions[s.ID] == nil {
			sessions[s.ID] = s
			w.Session(s)
		}
		tell(v)
	}
	look := func(what string, x *Index) {
		t.Helper()
		c := x.Captures()[0]
		nc, ns := c.Parties()
		equal(t, what+": how many", [2]int{len(conns), len(sessions)}, [2]int{nc, ns})
		all := x.Connections(0)
		if len(all) != len(conns) || !slices.IsSortedFunc(all, func(a, b event.Connection) int { return int(a.ID - b.ID) }) {
			t.Fatalf("%s: %d connections of %d", what, len(all), len(conns))
		}
		for _, v := range all {
			if one, ok := x.Connection(v.ID); !ok || !reflect.DeepEqual(&one, conns[v.ID]) || !reflect.DeepEqual(&v, conns[v.ID]) {
				t.Fatalf("%s: connection %d is %+v, and among all %+v, want %+v", what, v.ID, one, v, conns[v.ID])
			}
		}
		for _, v := range x.Sessions() {
			if one, ok := x.Session(v.ID); !ok || !reflect.DeepEqual(&one, sessions[v.ID]) || !reflect.DeepEqual(&v, sessions[v.ID]) {
				t.Fatalf("%s: session %d is %+v, and among all %+v, want %+v", what, v.ID, one, v, sessions[v.ID])
			}
			ks, _, _ := c.Members(v.ID, -1)
			members := x.Connections(v.ID)
			if len(ks) != len(members) {
				t.Fatalf("%s: session %d has the members %v, and %d connections", what, v.ID, ks, len(members))
			}
		}
		for _, k := range []int64{-1, 0, 2, many + 1, 1 << 40} {
			if _, ok := x.Connection(c.partyBase() + k); ok {
				t.Errorf("%s: there is a connection %d", what, k)
			}
		}
	}
	look("before it is written", x)
	x.Sync(context.Background())
	nc, ns, _ := held(c)
	if nc > newlyEnded+many/1000+1 || ns > newlyEnded {
		t.Errorf("%d connections and %d sessions are in memory", nc, ns)
	}
	look("written", x)
	if _, err := ro.Poll(context.Background()); err != nil {
		t.Fatal(err)
	}
	look("read by another process", ro)

	// One that was long gone is told once more, and one that is open.
	for _, n := range []int64{7, 1001} {
		v := *conns[c.partyBase()+n]
		v.Closed, v.How, v.Events = 5, "RST", 5000
		tell(&v)
	}
	s := *sessions[c.partyBase()+1]
	s.Events = 77
	sessions[s.ID] = &s
	w.Session(&s)
	look("changed", x)
	x.Sync(context.Background())
	look("changed and written", x)
	if _, err := ro.Poll(context.Background()); err != nil {
		t.Fatal(err)
	}
	look("changed, read by another process", ro)

	x.Rest()
	nc, ns, recalled := held(c)
	if nc > many/1000+1 || ns > 0 || recalled > 0 {
		t.Errorf("%d connections, %d sessions and %d runs are in memory when there is nothing to do", nc, ns, recalled)
	}
	look("after a rest", x)
	if _, _, recalled = held(c); recalled > 2*recalledRuns {
		t.Errorf("%d runs are in memory", recalled)
	}
	x.Close()
	x = open(t, path, Options{})
	if nc, ns, _ := held(x.Captures()[0]); nc+ns > 0 {
		t.Errorf("%d connections and %d sessions are in memory when a store has been opened", nc, ns)
	}
	look("opened again", x)
}

// A change of any field of a connection is one.
func TestSameConnection(t *testing.T) {
	one := someConnection(1)
	other := *one
	if !sameConnection(one, &other) {
		t.Error("a connection is not the same as itself")
	}
	v := reflect.ValueOf(&other).Elem()
	for i := range v.NumField() {
		other = *one
		switch f := v.Field(i); {
		case f.Kind() == reflect.Slice:
			other.People = append(slices.Clip(one.People), "one more")
		case f.Kind() == reflect.Bool:
			f.SetBool(!f.Bool())
		case f.CanInt():
			f.SetInt(f.Int() + 1)
		case f.CanUint():
			f.SetUint(f.Uint() + 1)
		default:
			f.SetZero()
		}
		if sameConnection(one, &other) {
			t.Errorf("another %s is no change", v.Type().Field(i).Name)
		}
	}
}

// An event on a connection that is long gone moves its end.
func TestEventsAfterTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	c := x.Create(3, "a", false)
	w := writer(t, x, c)
	say := func(n, k int64) {
		w.Event(&event.Event{ID: c.ID(n), Connection: c.partyBase() + k, Kind: event.Note})
	}
	w.Connection(someConnection(1))
	say(1, 1)
	say(2, 1)
	v := *someConnection(1)
	v.Events++
	w.Connection(&v)
	w.Finish(1, 1)
	x.Sync(context.Background())
	if nc, _, _ := held(c); nc != 0 {
		t.Fatalf("%d connections are in memory", nc)
	}
	say(3, 2)
	say(4, 1)
	equal(t, "where its events are", []Span{{1, 4}}, c.Spans([]int64{1}, nil))
	x.Close()
	x = open(t, path, Options{})
	equal(t, "where its events are", []Span{{1, 4}}, x.Captures()[0].Spans([]int64{1}, nil))
}

// Readers look at what is gone from memory while a writer goes on.
func TestReadingBackWhileWriting(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "index.sqlite"), Options{})
	c := x.Create(3, "a", true)
	w := writer(t, x, c)
	const many = 20 * runLength
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := int64(1); n <= many; n++ {
			v := someConnection(n)
			v.Closed = 0
			w.Connection(v)
			w.Event(&event.Event{ID: c.ID(n), Connection: v.ID, Kind: event.Note})
			w.Session(someSession(1 + n/3))
			v.Closed = 5
			w.Connection(v)
			if n%300 == 0 {
				x.Sync(context.Background())
				x.Rest()
			}
		}
	}()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		before := c.Status().Events
		all := x.Connections(0)
		if int64(len(all)) < before {
			t.Fatalf("%d connections after %d events", len(all), before)
		}
		for _, v := range all[max(0, len(all)-10):] {
			if _, ok := x.Connection(v.ID); !ok {
				t.Fatalf("connection %d is gone", v.ID)
			}
		}
		if n := len(x.Sessions()); int64(n) < before/3 {
			t.Fatalf("%d sessions after %d events", n, before)
		}
		select {
		case <-done:
			return
		default:
		}
	}
	t.Error("the writer did not come to its end")
}
