// This file tests in which order events go on, and with which session.

package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"msnscope/captures/event"
)

// queueStage tells a queue events and connections, and notes what goes on.
type queueStage struct {
	*eventQueue
	out  strings.Builder
	next int64
}

func newQueueStage() *queueStage {
	s := &queueStage{}
	s.eventQueue = newEventQueue(func(b *batch) {
		for i := range b.events {
			e := &b.events[i]
			fmt.Fprintf(&s.out, "%d:%d/%d ", e.ID, e.Connection, e.Session)
		}
	}, func() *batch { return &batch{} })
	return s
}

func (s *queueStage) says(conn int64, size int) {
	s.next++
	s.Event(&event.Event{ID: s.next, Connection: conn, Raw: make([]byte, size)})
}

func (s *queueStage) is(conn, session int64) {
	s.Connection(&event.Connection{ID: conn, Session: session})
}

func TestEventsWaitForTheirSession(t *testing.T) {
	s := newQueueStage()
	s.is(1, 0)
	s.is(2, 7)
	s.says(2, 1)
	s.flush()
	if got, want := s.out.String(), "1:2/7 "; got != want {
		t.Errorf("at first %q, want %q", got, want)
	}
	s.says(1, 1)
	s.says(2, 1) // comes after one that waits
	s.flush()
	s.says(1, 1)
	s.flush()
	if got, want := s.out.String(), "1:2/7 "; got != want {
		t.Errorf("%q goes on, want %q", got, want)
	}
	s.is(1, 8)
	if got, want := s.out.String(), "1:2/7 2:1/8 3:2/7 4:1/8 "; got != want {
		t.Errorf("then %q, want %q", got, want)
	}
	s.says(1, 1)
	s.Connection(&event.Connection{ID: 1, Session: 8, Closed: 5})
	s.end()
	if got, want := s.out.String(), "1:2/7 2:1/8 3:2/7 4:1/8 5:1/8 "; got != want {
		t.Errorf("in the end %q, want %q", got, want)
	}
	if len(s.parties) != 1 {
		t.Errorf("%d connections are remembered", len(s.parties))
	}
}

// A connection that never says whose it is does not hold up the others for
// ever.
func TestWaitingIsBounded(t *testing.T) {
	for _, size := range []int{1, 100_000} {
		s := newQueueStage()
		s.is(1, 0)
		s.is(2, 7)
		for range 3 * maxPending {
			s.says(1, 0)
			s.says(2, size)
			if s.events > maxPending+2*batchEvents || s.bytes > maxPendingBytes+batchBytes+size {
				t.Fatalf("%d events of %d bytes wait", s.events, s.bytes)
			}
			if size > 1 && s.next > 1000 {
				break
			}
		}
		s.end()
		var want strings.Builder
		for id := int64(1); id <= s.next; id++ {
			fmt.Fprintf(&want, "%d:%d/%d ", id, 2-id%2, (1-id%2)*7)
		}
		if s.out.String() != want.String() {
			t.Error("not all events in their order")
		}
	}
}

// Which events still get a session that becomes known late does not depend on
// how they came into batches.
func TestSessionThatIsKnownLate(t *testing.T) {
	for _, every := range []int{1, 100, 1 << 20} {
		s := newQueueStage()
		s.is(1, 0)
		s.is(2, 7)
		s.says(1, 1) // event 1
		s.says(1, 1)
		for i := range maxPending - 1 {
			s.says(2, 1)
			if i%every == 0 {
				s.flush()
			}
		}
		s.is(1, 8)
		s.end()
		out := s.out.String()
		if want := "1:1/8 2:1/8 "; !strings.HasPrefix(out, want) {
			t.Errorf("flushed every %d events: %q ..., want %q", every, out[:40], want)
		}
		s = newQueueStage()
		s.is(1, 0)
		s.is(2, 7)
		s.says(1, 1)
		s.says(1, 1)
		for i := range maxPending {
			s.says(2, 1)
			if i%every == 0 {
				s.flush()
			}
		}
		s.is(1, 8)
		s.end()
		out = s.out.String()
		if want := "1:1/0 2:1/8 "; !strings.HasPrefix(out, want) {
			t.Errorf("flushed every %d events: %q ..., want %q", every, out[:40], want)
		}
	}
}

func TestBatchesKeepBytes(t *testing.T) {
	var got []event.Event
	q := newEventQueue(func(b *batch) { got = append(got, b.events...) }, func() *batch { return &batch{} })
	addr := netip.MustParseAddrPort("10.0.0.1:1863")
	q.Connection(&event.Connection{ID: 1, Session: 1, Client: addr, Server: addr})
	raw := make([]byte, 100)
	for i := range 2000 {
		for k := range raw {
			raw[k] = byte(i)
		}
		q.Event(&event.Event{Connection: 1, Raw: raw, Delivered: raw[:i%3]})
	}
	q.end()
	for i := range got {
		if want := bytes.Repeat([]byte{byte(i)}, 100); !bytes.Equal(got[i].Raw, want) || !bytes.Equal(got[i].Delivered, want[:i%3]) {
			t.Fatalf("event %d holds %q, %q", i, got[i].Raw, got[i].Delivered)
		}
		if got[i].Delivered == nil {
			t.Fatal("nothing delivered has become the same delivered")
		}
	}
}
