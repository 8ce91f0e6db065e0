// This file tests that what users add shows in views at once, and survives the
// index.

package captures

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
)

var markQueries = []string{"is:marked", "mark:red", "-is:marked", "has:note", "note:find", "note:held", "cmd:MSG mark!=red", "is:error or is:marked", "sess:1000002 is:marked", "PNG"}

// TestMarksInViews: a view that is there when events are marked selects what a
// new one selects, and what the filter says of each event.
func TestMarksInViews(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	sources := []*source{newSource(t, s, 1, true, 5), newSource(t, s, 2, false, 6)}
	for range 1200 {
		sources[0].event()
		sources[1].event()
	}
	type viewed struct {
		v     *View
		scope Scope
		text  string
	}
	var views []viewed
	for _, scope := range []Scope{{}, {Session: 1_000_002}, {Connection: 1_000_003}} {
		for _, text := range markQueries {
			views = append(views, viewed{s.View(scope, query(t, text)), scope, text})
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"", "star", "red"}
	notes := []string{"", "find me", "another"}
	for step := range 30 {
		for range 1 + r.IntN(20) {
			k := sources[r.IntN(2)]
			change := marks.EventChange{Word: &words[r.IntN(3)]}
			if r.IntN(2) == 0 {
				change.Note = &notes[r.IntN(3)]
			}
			if _, err := s.MarkEvent(k.c.ID(1+r.Int64N(k.n)), change); err != nil {
				t.Fatal(err)
			}
		}
		for range r.IntN(100) {
			sources[0].event()
		}
		for i, v := range views {
			if (i+step)%7 == 0 {
				check(t, s, v.v, v.scope, query(t, v.text))
			}
		}
	}
	for _, v := range views {
		check(t, s, v.v, v.scope, query(t, v.text))
		check(t, s, s.View(v.scope, query(t, v.text)), v.scope, query(t, v.text))
	}
	if _, err := s.MarkEvent(sources[0].c.ID(sources[0].n+1), marks.EventChange{}); !errors.Is(err, index.ErrNotFound) {
		t.Error(err)
	}
}

// TestRebuiltIndexGivesTheSameAnswers, marks and names included.
func TestRebuiltIndexGivesTheSameAnswers(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	for _, name := range []string{"escargot-amsn080-twisted-gtmess.pcap", "goserver-netmsmgr.pcap"} {
		if _, err := s.Import(context.Background(), "testdata/"+name, nil); err != nil {
			t.Fatal(err)
		}
	}
	k := newTalk(t, recordInto(t, s), 1044)
	for range 10 {
		k.ping()
	}
	caughtUp(t, s)
	red, note, name, pinned := "red", "a note", "a name", true
	marked := 0
	for i, e := range contentOf(t, s).Events {
		if i%7 == 0 {
			marked++
			if _, err := s.MarkEvent(e.ID, marks.EventChange{Word: &red, Note: &note}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, v := range s.Sessions() {
		if _, err := s.LabelSession(v.ID, marks.SessionChange{Name: &name, Note: &note, Pinned: &pinned}); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	type answers struct {
		All   content
		Found map[string][]event.Event
	}
	ask := func() answers {
		s := openStore(t, s.dir, Options{})
		defer closeStore(t, s)
		caughtUp(t, s)
		a := answers{contentOf(t, s), map[string][]event.Event{}}
		for _, text := range append([]string{"cmd:MSG", "is:error", "hello", "acc:alice*", "lat>1ms", "is:unanswered", "text:a", "is:warning"}, markQueries...) {
			v := s.View(Scope{}, query(t, text))
			rows, err := v.Rows(0, int(v.Advance(context.Background(), 0).Total))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range rows {
				a.Found[text] = append(a.Found[text], *e)
			}
		}
		return a
	}
	before := ask()
	if len(before.Found["is:marked"]) != marked || len(before.All.Sessions) < 3 || before.All.Sessions[0].Label.Name != name {
		t.Fatalf("%d marked, sessions %+v", len(before.Found["is:marked"]), before.All.Sessions)
	}
	if err := os.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	equal(t, "the answers of a rebuilt index", before, ask())
}

// TestMarksOfAnotherProcess are seen by one that only reads.
func TestMarksOfAnotherProcess(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	reader := openStore(t, s.dir, Options{})
	caughtUp(t, reader)
	v := reader.View(Scope{}, query(t, "is:marked"))
	if c := v.Advance(context.Background(), 0); c.Total != 0 {
		t.Fatal(c)
	}
	star := "star"
	if _, err := reader.MarkEvent(5, marks.EventChange{Word: &star}); !errors.Is(err, marks.ErrReadOnly) {
		t.Error(err)
	}
	changed := reader.Changed()
	if _, err := s.MarkEvent(5, marks.EventChange{Word: &star}); err != nil {
		t.Fatal(err)
	}
	for v.Advance(context.Background(), 0).Total != 1 {
		<-changed
		changed = reader.Changed()
	}
}

// TestMarksInExports: as fields, as packet comments that import as nothing, in
// the report as text; and not at all where people are invented.
func TestMarksInExports(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	before := contentOf(t, s)
	red, note := "red", "why <b>twice</b>?"
	if _, err := s.MarkEvent(2, marks.EventChange{Word: &red, Note: &note}); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"jsonl":  `"mark":"red","user_note":"why `,
		"pcapng": "user: marked red: why <b>twice</b>?",
		"html":   "marked red: why &lt;b&gt;twice&lt;/b&gt;?",
	} {
		for _, pseudonymise := range []bool{false, true} {
			var out bytes.Buffer
			if err := s.Export(context.Background(), &out, Export{Format: format, Pseudonymise: pseudonymise}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), want) == pseudonymise || pseudonymise && strings.Contains(out.String(), "twice") {
				t.Errorf("%s, pseudonymised: %v: the mark is there: %v", format, pseudonymise, !pseudonymise)
			}
			if format != "pcapng" || pseudonymise {
				continue
			}
			path := filepath.Join(t.TempDir(), "a.pcapng")
			if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			o := openStore(t, t.TempDir(), Options{})
			if _, err := o.Import(context.Background(), path, nil); err != nil {
				t.Fatal(err)
			}
			if n := len(contentOf(t, o).Events); n != len(before.Events) {
				t.Errorf("%d events come back of %d", n, len(before.Events))
			}
		}
	}
}
