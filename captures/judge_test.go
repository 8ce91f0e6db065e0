// This file tests what is told from the kinds of events.

package captures

import (
	"context"
	"testing"
)

// A block that was looked at while it grew has the events it had then, also when
// what its events are has become known meanwhile.
func TestKindsOfABlockThatHasGrown(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newSource(t, s, 1, true, 1)
	for range 300 {
		k.event()
	}
	q := query(t, "-cmd:PNG")
	early := newScanner(s.marks, Scope{}, q)
	early.in(k.c)
	r, ok, err := early.next(1, early.may, false)
	if !ok || err != nil || r.End() != 301 {
		t.Fatalf("%+v, %v", r.End(), err)
	}
	for range 900 {
		k.event()
	}
	if err := s.index().Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	check(t, s, s.View(Scope{}, q), Scope{}, q) // it is known now
	last := int64(0)
	known, err := early.byKind(&r, 1, func(n int64, _ bool) { last = n })
	if err != nil || !known || last < 290 || last > 300 {
		t.Errorf("known %t, the last selected is %d: %v", known, last, err)
	}
}
