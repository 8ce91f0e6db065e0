// This file tests the log: what it keeps, across crashes and hostile lines.

package marks

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
)

const friday = "000001-friday.pcap"

func open(t testing.TB, path string) *Log {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func put(t testing.TB, l *Log, id int64, word, note string) {
	t.Helper()
	if _, err := l.PutEvent(friday, id, EventChange{Word: &word, Note: &note}); err != nil {
		t.Fatal(err)
	}
}

func pointer[T any](v T) *T { return &v }

func TestWhatIsAddedStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	l := open(t, path)
	put(t, l, 17, "star", "")
	put(t, l, 12, "", "a\nnote <b>")
	put(t, l, 30, "red", "gone soon")
	put(t, l, 30, "", "")
	if _, err := l.PutSession(friday, 4, SessionChange{Name: pointer("bad sign-in"), Pinned: pointer(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.PutSession(friday, 4, SessionChange{Note: pointer("why?")}); err != nil {
		t.Fatal(err)
	}
	look := func(l *Log) {
		t.Helper()
		want := []Marked{{12, event.Mark{Note: "a\nnote <b>"}}, {17, event.Mark{Word: "star"}}}
		if d := cmp.Diff(want, l.Between(friday, 1, 100, nil)); d != "" {
			t.Error(d)
		}
		if s := l.Session(friday, 4); s != (event.Label{Name: "bad sign-in", Note: "why?", Pinned: true}) {
			t.Errorf("%+v", s)
		}
		if l.Next(friday, 13) != 17 || l.Next(friday, 18) != 0 || l.Next("other", 1) != 0 {
			t.Error("next")
		}
		if e, s, pinned := l.Counts(friday); e != 2 || s != 1 || !pinned || l.count != 3 {
			t.Error(e, s, pinned, l.count)
		}
	}
	look(l)
	l.Close()
	look(open(t, path))
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func TestTornLineIsWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	l := open(t, path)
	put(t, l, 1, "star", "")
	put(t, l, 2, "star", "a rather long note")
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := bytes.IndexByte(whole, '\n') + 1; cut < len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path)
		put(t, l, 3, "red", "")
		l.Close()
		l = open(t, path)
		if got := l.Between(friday, 0, 10, nil); len(got) != 2 || got[1].ID != 3 {
			t.Fatalf("cut at %d: %v", cut, got)
		}
		l.Close()
	}
}

func TestConflictsAndLimits(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "marks.jsonl"))
	put(t, l, 1, "star", "mine")
	var c *Conflict
	if _, err := l.PutEvent(friday, 1, EventChange{Note: pointer("yours"), Was: pointer("")}); !errors.As(err, &c) || c.Now != "mine" {
		t.Error(err)
	}
	if m, err := l.PutEvent(friday, 1, EventChange{Note: pointer("yours"), Was: pointer("mine")}); err != nil || m != (event.Mark{Word: "star", Note: "yours"}) {
		t.Error(m, err)
	}
	for _, bad := range []EventChange{
		{Word: pointer("two words")}, {Word: pointer(strings.Repeat("a", 33))}, {Word: pointer("\xff")}, {Word: pointer("a:b")},
		{Note: pointer(strings.Repeat("a", maxNote+1))}, {Note: pointer("\x00")}, {Note: pointer("\xff")},
	} {
		var wrong *Invalid
		if _, err := l.PutEvent(friday, 2, bad); !errors.As(err, &wrong) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	l.bytes = maxBytes - 3
	if _, err := l.PutEvent(friday, 5, EventChange{Word: pointer("star")}); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
	l.bytes = 10
	l.Close()
	if _, err := l.PutEvent(friday, 1, EventChange{Word: pointer("")}); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
}

func TestRemovedCaptureTakesItsMarksAlong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	l := open(t, path)
	put(t, l, 1, "star", "")
	known := l.Now()
	if err := l.Remove(Removed{Capture: friday, Why: "deleted", Events: 9}); err != nil {
		t.Fatal(err)
	}
	if changes, _, all := l.Since(known); all || len(changes) != 1 || changes[0].Event != 1 {
		t.Error(changes, all)
	}
	l.Close()
	l = open(t, path)
	if r, _ := l.RemovedSince(0); len(r) != 1 || r[0].Capture != friday || r[0].Events != 9 || r[0].At.IsZero() || l.Event(friday, 1) != (event.Mark{}) {
		t.Errorf("%+v", r)
	}
	if names := l.Captures(); len(names) != 1 {
		t.Error(names)
	}
}

func TestCompactsAndCatchesUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	l := open(t, path)
	for i := range 1200 {
		put(t, l, int64(1+i%3), []string{"red", "green"}[i/3%2], "note")
	}
	reader, err := OpenReading(path)
	if err != nil || len(reader.Between(friday, 0, 9, nil)) != 3 {
		t.Fatal(err)
	}
	known := reader.Now()
	if changed, err := reader.Reload(); changed || err != nil {
		t.Error(changed, err)
	}
	want := l.Between(friday, 0, 9, nil)
	l.Close()
	before, _ := os.Stat(path)
	l = open(t, path)
	if now, _ := os.Stat(path); now.Size() > before.Size()/100 || now.Mode().Perm() != 0o600 {
		t.Errorf("%d bytes of %d, %v", now.Size(), before.Size(), now.Mode())
	}
	if d := cmp.Diff(want, l.Between(friday, 0, 9, nil)); d != "" {
		t.Error(d)
	}
	put(t, l, 7, "blue", "")
	if changed, err := reader.Reload(); !changed || err != nil {
		t.Error(changed, err)
	}
	if _, _, all := reader.Since(known); !all || reader.Event(friday, 7).Word != "blue" {
		t.Error("the reader has missed a change")
	}
	for range maxChanges {
		l.changed(Change{})
	}
	if c, now, all := l.Since(1); !all || c != nil || now != l.Now() {
		t.Error("changes that are forgotten were not told of")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"capture":"000001-a","event":5,"mark":"red","note":"x"}` + "\n" + `{"removed":"000001-a"}` + "\n{"))
	f.Add([]byte(`{"capture":"000001-a","session":5,"name":"x","pinned":true}` + "\n{\"capture\":\"000001-a\",\"session\":5}\n"))
	f.Add(append(bytes.Repeat([]byte("x"), maxLine+5), "\n\n{}\n"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "marks.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path)
		put(t, l, 77, "star", "")
		count, size := l.count, l.bytes
		l.Close()
		l = open(t, path)
		if l.count != count || l.bytes != size || l.Event(friday, 77).Word != "star" {
			t.Errorf("%d marks of %d bytes, were %d of %d", l.count, l.bytes, count, size)
		}
		l.Close()
	})
}

// A torn end that is longer than any line, as a crash of the machine may leave
// it, is written over too.
func TestLongTornLineIsWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks.jsonl")
	l := open(t, path)
	put(t, l, 1, "star", "")
	l.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, torn := range []int{maxLine - 1, maxLine, maxLine + 1, 3*maxLine + 7} {
		if err := os.WriteFile(path, append(bytes.Clone(whole), make([]byte, torn)...), 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, path)
		put(t, l, 3, "red", "")
		l.Close()
		l = open(t, path)
		if got := l.Between(friday, 0, 10, nil); len(got) != 2 || got[1].ID != 3 {
			t.Errorf("%d bytes: %v", torn, got)
		}
		l.Close()
	}
}
