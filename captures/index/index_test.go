// This file tests the index: what is written is read, whatever happens between.

package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"msnscope/captures/event"
	"msnscope/decode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// made returns n events of capture, made by chance but always the same: all
// kinds, all fields, on ten connections.
func made(capture, n int) []event.Event {
	r := rand.New(rand.NewPCG(uint64(capture), 7))
	lines := []string{
		"MSG %d N 133\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=; CO=0; CS=0; PF=22\r\n\r\nhello there, number %d",
		"NLN AWY bob%d@hotmail.com Bob%%20%d\r\n", "PNG\r\n", "QNG\r\n", "911 %d\r\n", "CHG %d AWY\r\n", "ACK %d\r\n", "XFR %d SB 64.4.13.58:1863 CKI 1%d.2\r\n",
	}
	all := make([]event.Event, n)
	at := int64(1_005_000_000_000_000_000)
	for i := range all {
		e := &all[i]
		at += r.Int64N(3_000_000) - 1000
		*e = event.Event{
			ID: int64(capture)*event.EventsPerCapture + int64(i) + 1, Time: at, N: -1, TrID: -1, Quiet: []int64{-1, 0, 1, 999, 1000, 1_000_000, 123_456_789_012}[i%7],
			Connection: int64(capture)*event.ConnectionsPerCapture + 1 + r.Int64N(10),
			Dir:        decode.Direction(r.IntN(2)), Role: decode.Role(r.IntN(6)), Dialect: decode.Dialect(r.IntN(3) * 7),
			Account: []string{"", "alice@hotmail.com", "bob@hotmail.com"}[r.IntN(3)],
		}
		switch k := r.IntN(40); k {
		case 0:
			e.Kind, e.Note, e.Text = event.Note, "closed", "the server closed"
		case 1:
			e.Kind, e.Missing = event.Gap, r.Int64N(5000)-1
		case 2:
			e.Kind, e.Raw, e.Text, e.Partial = event.Raw, []byte("\x00\xff garbage"), "no command", r.IntN(2) == 0
		default:
			text := lines[r.IntN(len(lines))]
			e.N, e.TrID = int64(i/10), r.Int64N(4_000_000_000)
			e.Raw = fmt.Appendf(nil, text, e.TrID%1000, i)
			if len(e.Raw) == 0 {
				break
			}
			e.Line = len(e.Raw) - 2
			e.Body = len(e.Raw)
			if text[0] == 'M' {
				e.Line, e.Body = 9, 11
			}
			switch r.IntN(20) {
			case 0:
				e.Delivered = []byte("XFR 9 SB 127.0.0.1:1863 CKI 1.2\r\n")
			case 1:
				e.Delivered = []byte{}
			case 2:
				if i > 0 {
					e.Answers, e.Latency = e.ID-1-r.Int64N(int64(min(i, 50))), r.Int64N(1e9)
				}
			}
		}
	}
	return all
}

// fill writes events as a follower would, with their connections and sessions.
func fill(w *Writer, all []event.Event) {
	for i := range all {
		e := &all[i]
		conn := event.Connection{ID: e.Connection, Role: decode.RoleNS, Client: netip.MustParseAddrPort("10.0.0.9:1044"),
			Server: netip.MustParseAddrPort("[2001:db8::1]:1863"), Account: e.Account, Opened: 5, Events: int64(i), MSNP: true, Bytes: [2]int64{1, int64(i)}}
		conn.Session = e.Connection%2 + 1 + e.ID/event.EventsPerCapture*event.ConnectionsPerCapture
		w.Connection(&conn)
		w.Event(e)
		if i%100 == 99 {
			w.Session(&event.Session{ID: conn.Session, Name: "Bob", Events: int64(i), Conns: []int64{conn.ID, conn.ID + 1}, From: conn.Client.Addr(), Server: conn.Server})
		}
	}
}

func open(t testing.TB, path string, o Options) *Index {
	t.Helper()
	x, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func writer(t testing.TB, x *Index, c *Capture) *Writer {
	t.Helper()
	w, err := x.Writer(c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// everything reads all events of all captures.
func everything(t testing.TB, x *Index) []event.Event {
	t.Helper()
	var all []event.Event
	for _, c := range x.Captures() {
		for n := int64(1); n <= c.Status().Events; {
			r, err := c.Find(n)
			if err != nil {
				t.Fatalf("event %d of capture %d: %v", n, c.Number(), err)
			}
			b, err := c.Read(&r, nil)
			if err != nil {
				t.Fatal(err)
			}
			for i := range b.Len() {
				var e event.Event
				b.Event(i, &e)
				all = append(all, e)
			}
			n = r.End()
		}
	}
	return all
}

func equal(t testing.TB, what string, want, got any) {
	t.Helper()
	if reflect.DeepEqual(want, got) { // what is different is told by cmp, which takes its time
		return
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{}, netip.AddrPort{})); d != "" {
		t.Fatalf("%s differ (-want +got):\n%.2000s", what, d)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	want := made(3, 2000)
	x := open(t, path, Options{})
	fill(writer(t, x, x.Create(3, "000003-a.pcap", false)), want)
	equal(t, "events in memory", want, everything(t, x))
	if err := x.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	equal(t, "events after a commit", want, everything(t, x))
	conns, sessions := x.Connections(0), x.Sessions()
	if len(conns) != 10 || len(sessions) != 2 {
		t.Fatalf("%d connections, %d sessions", len(conns), len(sessions))
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, path, Options{})
	equal(t, "events after reopening", want, everything(t, x))
	equal(t, "connections", conns, x.Connections(0))
	equal(t, "sessions", sessions, x.Sessions())
	e, err := x.Event(want[777].ID)
	if err != nil || e.Session == 0 {
		t.Fatalf("event: %v %v", e, err)
	}
	e.Session = 0
	equal(t, "one event", &want[777], e)
	for _, f := range files(path)[:1] {
		if s, err := os.Stat(f); err != nil || s.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, s.Mode(), err)
		}
	}
}

func TestReplayAddsOnlyWhatIsNew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	all := made(1, 1500)
	for _, cut := range []int{0, 1, 511, 512, 513, 1024, 1499} {
		Remove(path)
		x := open(t, path, Options{})
		fill(writer(t, x, x.Create(1, "a", true)), all[:cut])
		before := x.Connections(0)
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		x = open(t, path, Options{})
		w := writer(t, x, x.Captures()[0])
		fill(w, all[:cut/2])
		equal(t, "connections during the replay", before, x.Connections(0))
		fill(w, all[cut/2:])
		w.Finish(1, 1)
		equal(t, "events", all, everything(t, x))
		whole := x.Connections(0)
		x.Close()
		x = open(t, path, Options{})
		equal(t, "events stored", all, everything(t, x))
		equal(t, "connections stored", whole, x.Connections(0))
		x.Close()
	}
}

func TestReadOnlyFollowsTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	ro := open(t, path, Options{ReadOnly: true})
	poll := func(want bool) {
		t.Helper()
		if got, err := ro.Poll(context.Background()); err != nil || got != want {
			t.Fatalf("poll: %v %v", got, err)
		}
	}
	poll(false)
	x := open(t, path, Options{})
	all := made(1, 3000)
	c := x.Create(1, "a", true)
	w := writer(t, x, c)
	for i := 0; i < len(all); i += 300 {
		fill(w, all[i:i+300])
		if err := x.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		poll(true)
		poll(false)
		equal(t, "events", all[:i+300], everything(t, ro))
		equal(t, "connections", x.Connections(0), ro.Connections(0))
	}
	if err := x.Drop(c); err != nil {
		t.Fatal(err)
	}
	poll(true)
	if len(ro.Captures()) != 0 || len(ro.Connections(0)) != 0 {
		t.Error("a dropped capture is still there")
	}
	x.Close()
	Remove(path)
	x = open(t, path, Options{})
	fill(writer(t, x, x.Create(1, "b", false)), all[:10])
	x.Sync(context.Background())
	poll(true)
	equal(t, "events of the new index", all[:10], everything(t, ro))
}
