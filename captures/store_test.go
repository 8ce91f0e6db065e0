// This file tests the store as a whole: openers, damage, what is stored.

package captures

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openStore(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func caughtUp(t testing.TB, s *Store) {
	t.Helper()
	if err := s.CaughtUp(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// content is all that a store says.

type content struct {
	Events      []event.Event
	Connections []event.Connection
	Sessions    []event.Session
}

func contentOf(t testing.TB, s *Store) content {
	t.Helper()
	c := content{Connections: s.Connections(0), Sessions: s.Sessions()}
	err := s.Walk(context.Background(), Scope{}, nil, func(e *event.Event) error {
		mine := *e
		mine.Raw, mine.Delivered = append([]byte(nil), e.Raw...), append([]byte(nil), e.Delivered...)
		c.Events = append(c.Events, mine)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func equal(t testing.TB, what string, want, got any) {
	t.Helper()
	d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{}), cmpopts.EquateEmpty())
	if d != "" {
		t.Fatalf("%s (-want +got):\n%.3000s", what, d)
	}
}

// talk records a conversation of one client with a notification server.

// ping is a request, its answer and an error.

// copyStore copies a store that is being written to, as kill -9 leaves it. cut

// is how much of the live capture is kept, -1 all of it.

// TestCaptureLostItsEnd: after a power cut the index may know more than the

// capture, whose last bytes never reached the disk.

func TestTwoOpeners(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if s.ReadOnly() {
		t.Fatal("the first opener only reads")
	}
	o := openStore(t, s.dir, Options{})
	if !o.ReadOnly() {
		t.Fatal("the second opener writes")
	}
	if _, err := o.Record(); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	if _, err := o.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
	changed := o.Changed()
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	<-changed // by its polling
	caughtUp(t, o)
	equal(t, "the reader's content", contentOf(t, s), contentOf(t, o))
	newTalk(t, recordInto(t, s), 1044)
	caughtUp(t, s)
	caughtUp(t, o)
	equal(t, "the reader's content", contentOf(t, s), contentOf(t, o))
	closeStore(t, s)
	s = openStore(t, s.dir, Options{})
	if s.ReadOnly() {
		t.Error("the lock was not released")
	}
}

func TestDamagedIndexIsRebuiltWhileOpen(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	f := recordInto(t, s)
	k := newTalk(t, f, 1044)
	caughtUp(t, s)
	want := contentOf(t, s)
	v := s.View(Scope{}, nil)
	v.Advance(context.Background(), 0)
	s.damaged(errors.New("a test says so"))
	s.rebuilt.Wait()
	k.ping()
	caughtUp(t, s)
	got := contentOf(t, s)
	equal(t, "rebuilt", want.Events, got.Events[:len(want.Events)])
	if c := v.Advance(context.Background(), 0); c.Total != int64(len(want.Events))+2 || c.Moved == 0 {
		t.Errorf("%+v", c)
	}
}

func TestCaptureTakenAway(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	for _, name := range []string{"escargot-amsn080-twisted-gtmess.pcap", "goserver-netmsmgr.pcap"} {
		if _, err := s.Import(context.Background(), filepath.Join("testdata", name), nil); err != nil {
			t.Fatal(err)
		}
	}
	paths := s.Captures()
	closeStore(t, s)
	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	for _, e := range contentOf(t, s).Events {
		if e.ID/event.EventsPerCapture != 1 {
			t.Fatalf("event %d of a capture that is gone", e.ID)
		}
	}
	if r, err := s.Import(context.Background(), "testdata/escargot-amsn080-twisted-gtmess.pcap", nil); err != nil || r.Capture != 2 {
		t.Errorf("%+v %v", r, err)
	}
}

func TestEventAndFilter(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"cmd:MSG", "dir:s2c", "is:error", "cmd:(VER, USR) dir:c2s", "", "alice"} {
		q, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var want []event.Event
		for _, e := range contentOf(t, s).Events {
			if q.Match(&e) {
				want = append(want, e)
			}
		}
		v := s.View(Scope{}, q)
		c := v.Advance(context.Background(), 0)
		if c.Total != int64(len(want)) || c.Scanned != 1 {
			t.Fatalf("%q: %+v, want %d", text, c, len(want))
		}
		rows, err := v.Rows(0, len(want)+10)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range rows {
			equal(t, text, &want[i], e)
			if one, err := s.Event(e.ID); err != nil {
				t.Fatal(err)
			} else {
				equal(t, text, one, e)
			}
		}
	}
	if _, err := s.Event(99_000_000_099); !errors.Is(err, index.ErrNotFound) {
		t.Error(err)
	}
}
