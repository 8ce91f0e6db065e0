// This file tests that captures go and come: rotation while connections are
// open, limits, and deletion with everything that belongs to a capture.

package captures

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
	"msnscope/captures/record"
	"msnscope/decode"
)

// talkFrom is newTalk of another client.
func talkFrom(t testing.TB, f recorder, client string) *talk {
	k := &talk{t: t}
	k.conn = f.Connect(netip.MustParseAddrPort(client), netip.MustParseAddrPort("127.0.0.1:1863"))
	k.say(decode.C2S, "VER 1 MSNP7 CVR0\r\n")
	k.say(decode.S2C, "VER 1 MSNP7\r\n")
	return k
}

// TestRotationKeepsConversationsWhole: nothing is missing, no session is torn,
// and a rebuilt index says the same.
func TestRotationKeepsConversationsWhole(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{Keep: Keep{RotateSize: 8 << 10}})
	r := recordInto(t, s)
	reached, told := Reached{}, map[int64]bool{}
	follow := func() {
		t.Helper()
		caughtUp(t, s)
		err := s.WalkNew(context.Background(), Scope{}, nil, reached, func(e *event.Event) error {
			if told[e.ID] {
				t.Errorf("event %d is told twice", e.ID)
			}
			told[e.ID] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	alice := talkFrom(t, r, "127.0.0.9:1044")
	pings := 1
	for r.open[len(r.open)-1].Size() < 8<<10 {
		alice.ping()
		pings++
	}
	bob := talkFrom(t, r, "127.0.0.10:1044")  // in the next file
	board := talkFrom(t, r, "127.0.0.9:1045") // alice's stay together
	follow()
	if len(r.open) != 2 || len(s.Captures()) != 2 {
		t.Fatalf("%d open files, captures %v", len(r.open), s.Captures())
	}
	for range 5 {
		alice.ping()
		bob.ping()
		board.ping()
		follow()
	}
	killed := copyStore(t, s.dir, -1) // as kill -9 leaves it
	if n := len(s.Connections(0)); n != 3 {
		t.Fatalf("%d connections", n)
	}
	for _, c := range s.Connections(0) {
		want := int64(0)
		if c.Client.Addr() == netip.MustParseAddr("127.0.0.10") {
			want = 1
		}
		if c.ID/event.ConnectionsPerCapture != want {
			t.Errorf("connection %d of %s is in the wrong file", c.ID, c.Client)
		}
	}
	r.look()
	if len(r.open) != 2 {
		t.Fatal("a file was closed while connections are open in it")
	}
	for _, k := range []*talk{alice, board} {
		k.conn.CloseWrite(decode.C2S)
		k.conn.CloseWrite(decode.S2C)
	}
	r.look()
	follow()
	if len(r.open) != 1 {
		t.Fatal("a file with no open connection was not closed")
	}
	for _, c := range s.index().Captures() {
		if done := c.State().Finished; done != (c.Number() == 0) {
			t.Errorf("capture %d finished: %v", c.Number(), done)
		}
	}
	bob.ping()
	follow()
	want := contentOf(t, s)
	if len(told) != len(want.Events) {
		t.Errorf("%d events told of %d", len(told), len(want.Events))
	}
	closeStore(t, s)
	if err := index.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	o := openStore(t, s.dir, Options{})
	caughtUp(t, o)
	equal(t, "rebuilt events", want.Events, contentOf(t, o).Events[:len(want.Events)])
	closeStore(t, o)

	// After kill -9 with two open files.
	o = openStore(t, killed, Options{})
	caughtUp(t, o)
	first := contentOf(t, o)
	if n := int64(0); len(first.Connections) != 3 {
		t.Errorf("%d connections after the kill", n)
	}
	talkFrom(t, recordInto(t, o), "127.0.0.11:1044").ping()
	caughtUp(t, o)
	again := contentOf(t, o)
	closeStore(t, o)
	if err := index.Remove(filepath.Join(killed, "index.sqlite")); err != nil {
		t.Fatal(err)
	}
	o = openStore(t, killed, Options{})
	caughtUp(t, o)
	equal(t, "rebuilt events after the kill", again.Events, contentOf(t, o).Events[:len(again.Events)])
}

// TestOldFileTakesNoClientForEver: one address behind which everybody sits must
// not keep a file growing.
func TestOldFileTakesNoClientForEver(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{Keep: Keep{RotateSize: 4 << 10}})
	r := recordInto(t, s)
	k := talkFrom(t, r, "127.0.0.9:1044")
	for port := uint16(2000); len(r.open) == 1; port++ {
		if port > 3000 {
			t.Fatal("no new file was begun")
		}
		k.ping()
		talkFrom(t, r, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), port).String())
	}
	if size := r.open[0].Size(); size < 8<<10 || size > 10<<10 {
		t.Errorf("the old file has %d bytes", size)
	}
}

// aged makes a capture look as if last written to long ago.
func aged(t testing.TB, s *Store, number int, age time.Duration) {
	t.Helper()
	at := time.Now().Add(-age)
	if err := os.Chtimes(s.file(number).path, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestLimits(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	for _, name := range []string{"escargot-amsn080-twisted-gtmess.pcap", "goserver-netmsmgr.pcap"} {
		if _, err := s.Import(context.Background(), filepath.Join("testdata", name), nil); err != nil {
			t.Fatal(err)
		}
	}
	r := recordInto(t, s)
	newTalk(t, r, 1044).ping()
	caughtUp(t, s)
	star, yes, no := "star", true, false
	if _, err := s.MarkEvent(1, marks.EventChange{Word: &star}); err != nil {
		t.Fatal(err)
	}
	v := s.View(Scope{}, nil)
	before := v.Advance(context.Background(), 0)
	aged(t, s, 0, time.Hour)
	aged(t, s, 1, 2*time.Hour)
	aged(t, s, 2, 3*time.Hour)

	s.keep.Age = 4 * time.Hour
	s.Retain()
	s.keep.Age = 30 * time.Minute
	if _, err := s.LabelSession(1, marks.SessionChange{Pinned: &yes}); err != nil {
		t.Fatal(err)
	}
	known := s.MarkChanges()
	s.Retain() // 1 goes; 0 is pinned, 2 is being recorded
	left := map[int]bool{}
	for _, i := range s.CaptureList() {
		left[i.Number] = true
	}
	if len(left) != 2 || !left[0] || !left[2] {
		t.Fatalf("left: %v", left)
	}
	after := v.Advance(context.Background(), 0)
	if after.Moved == before.Moved || after.Total >= before.Total {
		t.Errorf("%+v, was %+v", after, before)
	}
	if _, err := s.Event(1_000_000_001); !errors.Is(err, index.ErrNotFound) {
		t.Error(err)
	}
	gone, n := s.Removals(0)
	if n != 1 || gone[0].Events == 0 || gone[0].Capture != "000001-goserver-netmsmgr.pcap" {
		t.Errorf("%+v", gone)
	}
	if _, err := os.Stat(filepath.Join(s.captureDir(), gone[0].Capture)); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}

	s.keep = Keep{Size: 1}
	s.Retain()
	if !s.BeyondLimit() {
		t.Error("nothing says that the limit cannot be kept")
	}
	if _, err := s.LabelSession(1, marks.SessionChange{Pinned: &no}); err != nil {
		t.Fatal(err)
	}
	s.Retain()
	if list := s.CaptureList(); len(list) != 1 || list[0].Number != 2 {
		t.Errorf("%+v", list)
	}
	if list, _, all := s.MarksSince(known); all || len(list) != 1 || list[0].ID != 1 || list[0].Mark != (event.Mark{}) {
		t.Errorf("the marks of a capture that went: %v %v", list, all)
	}
	if _, err := s.Delete(2, "a test"); !errors.Is(err, ErrInUse) {
		t.Error(err)
	}
	if _, err := s.Delete(0, "a test"); !errors.Is(err, index.ErrNotFound) {
		t.Error(err)
	}
	closeStore(t, s)
	// The next store numbers on, and knows what went.
	o := openStore(t, s.dir, Options{})
	caughtUp(t, o)
	if _, n := o.Removals(0); n != 2 {
		t.Errorf("%d removals are remembered", n)
	}
	if rep, err := o.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil || rep.Capture != 3 {
		t.Error(rep.Capture, err)
	}
}

func TestDeletedWhileItIsIndexed(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if err := index.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, s.dir, Options{})
	if _, err := s.Delete(0, "a test"); err != nil {
		t.Fatal(err)
	}
	caughtUp(t, s)
	if c := contentOf(t, s); len(c.Events)+len(c.Connections)+len(c.Sessions) != 0 {
		t.Errorf("%+v", c)
	}
}

var _ recorder = (*record.File)(nil)
