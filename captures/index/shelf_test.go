// This file tests the directory of blocks: it does not grow with a capture, and
// what is read back is what it was.

package index

import (
	"context"
	"path/filepath"
	"testing"

	"msnscope/captures/event"
)

// inMemory returns how many shelves of a capture are in memory.
func inMemory(c *Capture) (n int) {
	c.x.mu.RLock()
	defer c.x.mu.RUnlock()
	for _, s := range c.shelves.list {
		if s != nil {
			n++
		}
	}
	return n
}

func TestBlocksThatAreNotNewAreReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	c := x.Create(1, "a", false)
	w := writer(t, x, c)
	const many = (newShelves + 8) * shelfEvents
	for i := range int64(many) {
		e := event.Event{ID: c.ID(i + 1), Connection: c.partyBase() + 1 + i/1000, Time: i, N: -1, TrID: -1, Raw: []byte("PNG\r\n"), Line: 3, Body: 5, Kind: event.Command}
		e.Unanswered = i == 3 || i == 4 || i == many-2
		w.Event(&e)
	}
	x.Sync(context.Background())
	if n := inMemory(c); n > newShelves {
		t.Errorf("%d shelves are in memory", n)
	}
	// An answer comes when the request is long gone.
	late := event.Event{ID: c.ID(many + 1), Connection: 1, Kind: event.Command, Raw: []byte("QNG\r\n"), Line: 3, Body: 5, Answers: c.ID(4)}
	w.Event(&late)
	look := func(x *Index, c *Capture) {
		t.Helper()
		equal(t, "how many there are of each", map[What]int64{{Command: [3]byte{'P', 'N', 'G'}}: many, {Command: [3]byte{'Q', 'N', 'G'}}: 1}, x.Tally())
		blocks, open := int64(0), []int64{}
		for n := int64(1); n <= c.Status().Events; {
			r, ok, err := c.Next(n, func(*Facts) bool { return true })
			if err != nil || !ok || r.First != n || r.End() > n+BlockEvents {
				t.Fatalf("behind event %d: %v, %v, events %d to %d", n, ok, err, r.First, r.End())
			}
			back, ok, err := c.Previous(r.End()-1, func(*Facts) bool { return true })
			if err != nil || !ok || back.First != n {
				t.Fatalf("before event %d: %v, %v, event %d", r.End(), ok, err, back.First)
			}
			for i := r.First; i < r.End(); i++ {
				if r.Unanswered(i) {
					open = append(open, i)
				}
			}
			n = r.End()
			blocks++
		}
		equal(t, "requests without an answer", []int64{5, many - 1}, open)
		if first, ok, err := c.Next(1, (*Facts).HasUnanswered); err != nil || !ok || first.First != 1 {
			t.Errorf("the first with an unanswered request begins at %d: %v, %v", first.First, ok, err)
		}
		if last, ok, err := c.Previous(many, (*Facts).HasUnanswered); err != nil || !ok || last.End() < many {
			t.Errorf("the last with an unanswered request ends at %d: %v, %v", last.End(), ok, err)
		}
		if _, ok, err := c.Next(1, func(f *Facts) bool { return f.HasCommand("XFR") }); err != nil || ok {
			t.Errorf("there is a block with an XFR: %v", err)
		}
	}
	look(x, c)
	if n := inMemory(c); n <= newShelves {
		t.Errorf("%d shelves are in memory, though somebody has looked at all", n)
	}
	x.Sync(context.Background())
	x.Rest()
	if n := inMemory(c); n > newShelves {
		t.Errorf("%d shelves are in memory when there is nothing to do", n)
	}
	look(x, c)
	w.Finish(1, 1)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, path, Options{})
	c = x.Captures()[0]
	if n := inMemory(c); n > 0 {
		t.Errorf("%d shelves are in memory when a store has been opened", n)
	}
	look(x, c)
	if x.factsKept == 0 {
		t.Error("what is kept is not counted")
	}
	if x.Rest(); x.factsKept != 0 || inMemory(c) != 0 {
		t.Errorf("%d bytes are counted and %d shelves in memory when nothing is kept", x.factsKept, inMemory(c))
	}
}

// A request is answered while its block is on its way into SQLite.
func TestAnswersDuringACommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	c := x.Create(1, "a", false)
	w := writer(t, x, c)
	all := make([]event.Event, BlockEvents+1)
	for i := range all {
		all[i] = event.Event{ID: c.ID(int64(i) + 1), Connection: c.partyBase() + 1, Unanswered: i < BlockEvents}
	}
	for i := range BlockEvents {
		w.Event(&all[i])
	}
	err := x.do(context.Background(), func() error {
		m := x.moment()
		all[BlockEvents].Answers = c.ID(7)
		w.Event(&all[BlockEvents])
		return x.finish(m, x.write(m))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Finish(1, 1)
	x.Close()
	x = open(t, path, Options{})
	r, err := x.Captures()[0].Find(7)
	if err != nil || r.Unanswered(7) || !r.Unanswered(8) {
		t.Errorf("%v: the answered request is unanswered: %v, the other one: %v", err, r.Unanswered(7), r.Unanswered(8))
	}
}
