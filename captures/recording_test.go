// This file tests the live capture: seen at once, and whole after a crash at any
// moment.

package captures

import (
	"context"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/record"
	"msnscope/decode"
)

type talk struct {
	t    testing.TB
	conn *record.Conn
	trid int
}

// recorder is what a talk is recorded into.
type recorder interface {
	Connect(client, server netip.AddrPort, notes ...event.Comment) *record.Conn
}

func newTalk(t testing.TB, f recorder, client uint16) *talk {
	k := &talk{t: t}
	k.conn = f.Connect(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), client), netip.MustParseAddrPort("127.0.0.1:1863"), event.Comment{Note: "opened", Text: "by a test"})
	k.say(decode.C2S, "VER 1 MSNP7 CVR0\r\n")
	k.say(decode.S2C, "VER 1 MSNP7\r\n")
	k.say(decode.C2S, "USR 3 MD5 I alice@hotmail.com\r\n")
	k.say(decode.S2C, "USR 3 OK alice@hotmail.com Alice\r\n")
	return k
}

func (k *talk) say(dir decode.Direction, text string) {
	k.t.Helper()
	if err := k.conn.Data(dir, []byte(text)); err != nil {
		k.t.Fatal(err)
	}
}

func (k *talk) ping() {
	k.trid++
	k.say(decode.C2S, fmt.Sprintf("CHG %d AWY\r\n", k.trid))
	k.say(decode.S2C, fmt.Sprintf("CHG %d AWY\r\n", k.trid))
	if k.trid%3 == 0 {
		k.say(decode.S2C, fmt.Sprintf("715 %d\r\n", k.trid))
	}
}

func recordInto(t testing.TB, s *Store) *Recording {
	t.Helper()
	f, err := s.Record()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLiveIsSeenAndKept(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	k := newTalk(t, f, 1044)
	caughtUp(t, s)
	n := len(contentOf(t, s).Events)
	if n < 5 { // a note and four commands
		t.Fatalf("%d events", n)
	}
	v := s.View(Scope{}, nil)
	if c := v.Advance(context.Background(), 0); c.Total != int64(n) {
		t.Fatalf("%+v", c)
	}
	changed := s.Changed()
	k.ping()
	<-changed
	caughtUp(t, s)
	if c := v.Advance(context.Background(), 0); c.Total != int64(n)+2 || c.Moved != 0 {
		t.Fatalf("%+v", c)
	}
	if c, ok := s.Connection(1); !ok || !c.Live || c.Account != "alice@hotmail.com" {
		t.Errorf("connection: %+v", c)
	}
	closeStore(t, s)

	// The next recording goes on in the same file; nothing is live before it.
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	before := contentOf(t, s)
	if c := before.Connections[0]; c.Live || c.Closed == 0 {
		t.Errorf("connection of a proxy that was stopped: %+v", c)
	}
	f = recordInto(t, s)
	newTalk(t, f, 1045)
	caughtUp(t, s)
	after := contentOf(t, s)
	equal(t, "the earlier events", before.Events, after.Events[:len(before.Events)])
	if len(s.Captures()) != 1 || len(after.Connections) != 2 || !after.Connections[1].Live || len(after.Sessions) != 2 {
		t.Errorf("captures %v, connections %+v", s.Captures(), after.Connections)
	}
	closeStore(t, s)
	if err := os.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	rebuilt := contentOf(t, s)
	equal(t, "rebuilt events", after.Events, rebuilt.Events[:len(after.Events)])
}

func copyStore(t testing.TB, dir string, cut int64) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if strings.HasSuffix(path, "-shm") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if cut >= 0 && strings.HasSuffix(path, liveName) {
			data = data[:min(cut, int64(len(data)))]
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestKilledAtAnyMoment(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	k := newTalk(t, f, 1044)
	var kills []string
	for i := range 120 {
		k.ping()
		if i%40 == 10 {
			k = newTalk(t, f, uint16(2000+i)) // the old one stays open
		}
		switch i % 20 {
		case 3: // the index is behind
			kills = append(kills, copyStore(t, s.dir, -1))
		case 7: // the index is current
			caughtUp(t, s)
			kills = append(kills, copyStore(t, s.dir, -1))
		case 9:
			if i > 100 { // a second and a third section
				continue
			}
			closeStore(t, s)
			s = openStore(t, s.dir, Options{})
			caughtUp(t, s)
			f = recordInto(t, s)
			k = newTalk(t, f, uint16(3000+i))
		}
	}
	closeStore(t, s)
	for i, dir := range kills {
		s := openStore(t, dir, Options{})
		caughtUp(t, s)
		after := contentOf(t, s)
		// It goes on after the crash like after any end.
		f := recordInto(t, s)
		newTalk(t, f, 4000).ping()
		caughtUp(t, s)
		further := contentOf(t, s)
		equal(t, fmt.Sprintf("kill %d: going on", i), after.Events, further.Events[:len(after.Events)])
		closeStore(t, s)
		s = openStore(t, dir, Options{})
		caughtUp(t, s)
		further = contentOf(t, s)
		closeStore(t, s)
		if err := index.Remove(filepath.Join(dir, "index.sqlite")); err != nil {
			t.Fatal(err)
		}
		s = openStore(t, dir, Options{})
		caughtUp(t, s)
		rebuilt := contentOf(t, s)
		equal(t, fmt.Sprintf("kill %d: rebuilt", i), further, rebuilt)
		closeStore(t, s)
	}
}

func TestTornCaptureIsContinued(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newTalk(t, recordInto(t, s), 1044)
	for range 5 {
		k.ping()
	}
	caughtUp(t, s)
	size, err := sizeOf(s.Captures()[0])
	if err != nil {
		t.Fatal(err)
	}
	for cut := size - 200; cut < size; cut += 13 {
		dir := copyStore(t, s.dir, cut)
		if err := index.Remove(filepath.Join(dir, "index.sqlite")); err != nil {
			t.Fatal(err)
		}
		o := openStore(t, dir, Options{})
		newTalk(t, recordInto(t, o), 1045)
		caughtUp(t, o)
		closeStore(t, o)
		o = openStore(t, dir, Options{})
		caughtUp(t, o)
		want := contentOf(t, o)
		if len(o.Captures()) != 1 || len(want.Connections) != 2 {
			t.Errorf("cut at %d: captures %v, %d connections", cut, o.Captures(), len(want.Connections))
		}
		closeStore(t, o)
		if err := index.Remove(filepath.Join(dir, "index.sqlite")); err != nil {
			t.Fatal(err)
		}
		o = openStore(t, dir, Options{})
		caughtUp(t, o)
		equal(t, fmt.Sprintf("cut at %d: rebuilt", cut), want, contentOf(t, o))
		closeStore(t, o)
	}
}

func TestCaptureLostItsEnd(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	k := newTalk(t, recordInto(t, s), 1044)
	for range 50 {
		k.ping()
	}
	caughtUp(t, s)
	size, err := sizeOf(s.Captures()[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := copyStore(t, s.dir, size/2)
	s = openStore(t, dir, Options{})
	newTalk(t, recordInto(t, s), 1045).ping()
	caughtUp(t, s)
	closeStore(t, s)
	s = openStore(t, dir, Options{})
	caughtUp(t, s)
	want := contentOf(t, s)
	closeStore(t, s)
	if err := index.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir, Options{})
	caughtUp(t, s)
	equal(t, "rebuilt", want, contentOf(t, s))
}
