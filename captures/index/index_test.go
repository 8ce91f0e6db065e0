// This file tests the index: what is written is read, whatever happens between.

package index

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

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

func TestDamageAndOtherVersionsBeginAnew(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"garbage": func(t *testing.T, path string) {
			os.WriteFile(path, []byte("this is no database, but it is long enough to be looked at as one"), 0o600)
		},
		"other version": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE meta SET value = 99 WHERE key = 'version'")
			db.Close()
		},
		"bad sums": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE captures SET sums = x'00'")
			db.Close()
		},
		"sums of more events than there can be": func(t *testing.T, path string) {
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			db.Exec("UPDATE captures SET sums = ?", appendInts(nil, 1<<50, 0, 10, 10, 2, 2))
			db.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.sqlite")
			x := open(t, path, Options{})
			fill(writer(t, x, x.Create(1, "a", false)), made(1, 10))
			x.Close()
			harm(t, path)
			x = open(t, path, Options{})
			if n := len(x.Captures()); n != 0 {
				t.Errorf("%d captures", n)
			}
		})
	}
}

// Who waits because nothing can be written can be called away, and what it takes
// then is not in the index.
func TestAbandoned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	c := x.Create(1, "a", false)
	if err := x.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.Begin()
	if err == nil {
		_, err = tx.Exec("UPDATE meta SET value = value") // until it ends nobody else writes
	}
	if err != nil {
		t.Fatal(err)
	}
	w := writer(t, x, c)
	all := made(1, (maxSealed+10)*BlockEvents)
	done := make(chan struct{})
	go func() {
		fill(w, all)
		w.Finish(1, 1)
		close(done)
	}()
	for c.Status().Events < maxSealed*BlockEvents {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-done:
		t.Fatal("it did not have to wait")
	case <-time.After(20 * time.Millisecond):
	}
	w.Abandon()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("it waits on")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	<-done
	if s := c.State(); s.Finished || c.Status().Events >= int64(len(all)) {
		t.Errorf("%d events of %d, %+v", c.Status().Events, len(all), s)
	}
}

func TestDamagedBlockIsReported(t *testing.T) {
	for _, harm := range []string{"UPDATE blocks SET body = x'0102'", "UPDATE facts SET facts = x'00'", "DELETE FROM facts", "DELETE FROM blocks"} {
		t.Run(harm, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.sqlite")
			x := open(t, path, Options{})
			fill(writer(t, x, x.Create(1, "a", false)), made(1, 600))
			x.Close()
			db, err := openWriter(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(harm); err != nil {
				t.Fatal(err)
			}
			db.Close()
			told := make(chan error, 1)
			x = open(t, path, Options{Damaged: func(err error) { told <- err }})
			if _, err := x.Event(x.Captures()[0].ID(1)); err == nil {
				t.Error("no error")
			}
			<-told
		})
	}
}

func FuzzBlock(f *testing.F) {
	b := &Block{First: event.EventsPerCapture + 1}
	all := made(1, 100)
	for i := range all {
		b.add(&all[i])
	}
	head, body := b.encode(new(scratch))
	f.Add(head, body)
	f.Add([]byte{}, []byte{})
	f.Add([]byte{5, 16, 1, 1, 0, 0, 0}, []byte{0})
	f.Fuzz(func(t *testing.T, head, body []byte) {
		b, err := decodeHead(event.EventsPerCapture+1, head, nil, allColumns, new(scratch))
		if err != nil {
			return
		}
		var buf []byte
		if b.decodeBody(body, b.size(), &buf) != nil {
			return
		}
		var e event.Event
		for i := range b.Len() {
			b.Event(i, &e)
			_ = e.Cmd()
		}
		// What could be read is written as it was.
		again, err := decodeHead(b.First, append([]byte(nil), first(b.encode(new(scratch)))...), nil, allColumns, new(scratch))
		if err != nil || again.Len() != b.Len() {
			t.Fatalf("read back: %v", err)
		}
	})
}

func first(a, _ []byte) []byte { return a }

func FuzzParties(f *testing.F) {
	f.Add(encodeConnection(nil, &kept{Connection: event.Connection{ID: 1, Account: "a"}}))
	f.Add(encodeSession(nil, &event.Session{ID: 1, Conns: []int64{2, 5}}))
	f.Fuzz(func(t *testing.T, p []byte) {
		decodeConnection(1, p)
		decodeSession(1, p)
		decodeFacts(p)
	})
}

func BenchmarkInsert(b *testing.B) {
	x := open(b, filepath.Join(b.TempDir(), "index.sqlite"), Options{})
	all := made(1, 100_000)
	c := x.Create(1, "a", false)
	w := writer(b, x, c)
	n, size := int64(0), 0
	for b.Loop() {
		e := &all[n%int64(len(all))]
		n++
		size += len(e.Raw)
		e.ID = event.EventsPerCapture + n
		w.Event(e)
	}
	if err := x.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	s, _ := os.Stat(x.path)
	b.ReportMetric(float64(s.Size())/float64(n), "stored-B/event")
	b.ReportMetric(float64(size)/float64(n), "raw-B/event")
}

func filled(b *testing.B, n int64) *Index {
	x := open(b, filepath.Join(b.TempDir(), "index.sqlite"), Options{})
	all := made(1, 100_000)
	w := writer(b, x, x.Create(1, "a", false))
	fill(w, all[:1000])
	for i := int64(1000); i < n; i++ {
		e := &all[i%int64(len(all))]
		e.ID = event.EventsPerCapture + i + 1
		w.Event(e)
	}
	w.Finish(1, 1)
	if err := x.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	return x
}

func BenchmarkScan(b *testing.B) {
	const n = 1_000_000
	x := filled(b, n)
	c := x.Captures()[0]
	for _, depth := range []Depth{Kinds, Columns, Whole} {
		b.Run(fmt.Sprintf("depth=%d", depth), func(b *testing.B) {
			s := &Scan{Depth: depth}
			for b.Loop() {
				for i := int64(1); i <= n; {
					r, _ := c.Find(i)
					if _, err := c.Read(&r, s); err != nil {
						b.Fatal(err)
					}
					i = r.End()
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	const n = 10_000_000
	x := filled(b, n)
	path := x.path
	x.Close()
	for b.Loop() {
		x, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if c := x.Captures()[0].Status().Events; c != n {
			b.Fatal(c)
		}
		x.Close()
	}
}

// TestOutlineIsTheEventWithoutItsBytes: what a block's columns say of an event
// is what is said when its bytes were read, too.
func TestOutlineIsTheEventWithoutItsBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.sqlite")
	x := open(t, path, Options{})
	fill(writer(t, x, x.Create(3, "000003-a.pcap", false)), made(3, 2000))
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, path, Options{})
	c := x.Captures()[0]
	var memory []byte
	for _, begin := range []Depth{Kinds, Parties, Columns, Whole} {
		s := &Scan{Depth: begin}
		for n := int64(1); n <= c.Status().Events; {
			r, _ := c.Find(n)
			b, err := c.Read(&r, s)
			if err != nil {
				t.Fatal(err)
			}
			var kinds []What
			for i := range b.Len() {
				kinds = append(kinds, b.Kind(i))
			}
			if err := c.Deepen(b, s, Columns); err != nil {
				t.Fatal(err)
			}
			outlines := make([]event.Event, b.Len())
			for i := range outlines {
				e := &outlines[i]
				if !b.Outline(i, e, &memory) {
					t.Fatalf("event %d has no outline", i)
				}
				e.Raw, e.Delivered = slices.Clone(e.Raw), slices.Clone(e.Delivered)
			}
			texts, err := c.Read(&r, &Scan{Depth: Texts})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Deepen(b, s, Whole); err != nil {
				t.Fatal(err)
			}
			for i := range outlines {
				var all, few event.Event
				b.Event(i, &all)
				texts.Event(i, &few)
				equal(t, "words of an event", event.Event{ID: all.ID, Kind: all.Kind, Dir: all.Dir, Role: all.Role, Dialect: all.Dialect, Account: all.Account,
					Raw: all.Raw, Line: all.Line, Body: all.Body, Text: all.Text, Note: all.Note, Delivered: all.Delivered, Partial: all.Partial, Quiet: few.Quiet}, few)
			}
			for i := range outlines {
				var e event.Event
				b.Event(i, &e)
				if k := kinds[i]; k.Kind != e.Kind || k.Dir != e.Dir || string(bytes.Trim(k.Command[:], "\x00")) != e.Cmd() {
					t.Fatalf("event %d is %+v, not %+v", i, k, e)
				}
				want := e
				want.Text, want.Note = "", ""
				want.Raw = append([]byte(e.Cmd()), make([]byte, max(0, len(e.Raw)-len(e.Cmd())))...)
				if e.Raw == nil {
					want.Raw = nil
				}
				got := outlines[i]
				if len(got.Delivered) != len(e.Delivered) || (got.Delivered == nil) != (e.Delivered == nil) {
					t.Fatalf("event %d: %d bytes delivered, not %d", i, len(got.Delivered), len(e.Delivered))
				}
				got.Delivered = want.Delivered
				equal(t, "an outline and its event", want, got)
			}
			n = r.End()
		}
	}
}

func FuzzColumn(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5, 0x81, 0x82, 0x03, 9, 9, 9, 9, 9, 9, 9, 9, 9}, uint16(12))
	f.Add(bytes.Repeat([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, 9), uint16(9))
	f.Fuzz(func(t *testing.T, column []byte, count uint16) {
		var s scratch
		s.size(int(count % 1000))
		s.stored[0] = append([]byte{}, column...)
		ok := s.read(0)
		p := column
		for i, got := range s.values {
			v, n := binary.Uvarint(p)
			if n <= 0 {
				if ok {
					t.Fatalf("value %d is cut, and was read", i)
				}
				return
			}
			if p = p[n:]; ok && v != got {
				t.Fatalf("value %d is %d, not %d", i, got, v)
			}
		}
		if !ok {
			t.Fatal("what can be read was not")
		}
	})
}
