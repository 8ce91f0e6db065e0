// This file tests what pages are told of sessions with many connections.

package web

import (
	"encoding/json"
	"slices"
	"testing"

	"msnscope/captures/event"
)

// crowded is a store of one session with many connections.
type crowded struct {
	somewhere
	conns []event.Connection
}

func (c *crowded) Connections(int64) []event.Connection { return slices.Clone(c.conns) }

func TestManyConnections(t *testing.T) {
	from := &crowded{somewhere: somewhere{1: {ID: 1}}}
	for id := int64(1); id <= 1000; id++ {
		from.conns = append(from.conns, event.Connection{ID: id, Session: 1})
	}
	told := sessionsTold{watch: op{IDs: []int64{1}}}
	var f sessionFeed
	f.take(from, nil, true)
	// next has the session change, and returns the connections that the page is told of.
	next := func() (ids []int64, kept bool) {
		t.Helper()
		s := from.somewhere[1]
		s.Events++
		from.somewhere[1] = s
		f.take(from, []int64{1}, false)
		_, _, watched := f.pick(from, &told)
		frame, _ := told.tellWatched(from, watched)
		var m struct {
			List []struct {
				Events      int64
				Kept        bool
				Connections []struct{ ID int64 }
			}
		}
		if err := json.Unmarshal(frame, &m); err != nil || len(m.List) != 1 || m.List[0].Events != s.Events {
			t.Fatalf("%v: %.300s", err, frame)
		}
		for _, c := range m.List[0].Connections {
			ids = append(ids, c.ID)
		}
		return ids, m.List[0].Kept
	}
	whole := func(what string) {
		t.Helper()
		if ids, kept := next(); len(ids) != len(from.conns) || kept {
			t.Errorf("%s: %d of %d connections, kept: %v", what, len(ids), len(from.conns), kept)
		}
	}
	only := func(what string, want ...int64) {
		t.Helper()
		if ids, kept := next(); !slices.Equal(ids, want) || !kept {
			t.Errorf("%s: %d, want %d; kept: %v", what, ids, want, kept)
		}
	}
	whole("the first time")
	only("only the session changes")
	from.conns[6].Events++
	from.conns = append(from.conns, event.Connection{ID: 2000, Session: 1})
	only("one more, and one says something", 7, 2000)
	from.conns[999].Closed = 5000
	only("one ends", 1000)
	from.conns = slices.Delete(from.conns, 3, 4)
	whole("one turns out to be of another session")
	only("after that")
	look := func() {
		_, _, watched := f.pick(from, &told)
		told.tellWatched(from, watched)
	}
	s := from.somewhere[1]
	delete(from.somewhere, 1)
	f.take(from, nil, true)
	look()
	from.somewhere[1] = s
	f.take(from, nil, true)
	whole("there again after it was gone")
	told.watch.IDs = nil
	look()
	if len(told.conns) > 0 {
		t.Error("what is no longer watched is remembered")
	}
	told.watch.IDs = []int64{1}
	whole("watched again")
	from.conns = from.conns[:fewConns]
	whole("few")
	whole("few again")
	if len(told.conns) > 0 {
		t.Error("the connections of a session with few are remembered")
	}
}
