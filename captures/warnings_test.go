// This file tests that warnings and missing answers are stored as they were
// told, and that views learn of answers.

package captures

import (
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
	"msnscope/decode/conform"
)

func TestWarningsAndAnswersAreStored(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	k := newSource(t, s, 1, true, 1)
	c := event.Connection{ID: 1_000_001, MSNP: true}
	k.w.Connection(&c)
	put := func(dir decode.Direction, raw string, unanswered bool, answers int64, w ...conform.Note) {
		k.n++
		k.at += 1e6
		k.w.Event(&event.Event{ID: k.c.ID(k.n), Connection: c.ID, Time: k.at, Dir: dir, TrID: -1, Raw: []byte(raw + "\r\n"),
			Line: len(raw), Body: len(raw) + 2, Unanswered: unanswered, Answers: answers, Warnings: w})
	}
	count := func(s *Store, q string) (n int64) {
		t.Helper()
		query, err := filter.Parse(q)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Walk(t.Context(), Scope{}, query, func(*event.Event) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	query, err := filter.Parse("is:unanswered")
	if err != nil {
		t.Fatal(err)
	}
	v := s.View(Scope{}, query)
	put(decode.C2S, "CHG 1 NLN", true, 0)
	for range 1000 { // blocks are full and stored before the answer comes
		put(decode.S2C, "QNG", false, 0)
	}
	put(decode.C2S, "CHG 2 AWY", true, 0)
	put(decode.S2C, "XYZ", false, 0, conform.Note{Code: "command-unknown", Severity: conform.Warning, Event: k.c.ID(k.n + 1), Text: "XYZ is no command"},
		conform.Note{Code: "unanswered", Severity: conform.Info, Event: k.c.ID(1), Text: "CHG 1"})
	if err := s.index().Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := v.Advance(t.Context(), 0); got.Total != 2 {
		t.Errorf("%d unanswered", got.Total)
	}
	put(decode.S2C, "CHG 1 NLN", false, k.c.ID(1))
	if got := v.Advance(t.Context(), 0); got.Total != 1 || got.Moved == 0 {
		t.Errorf("%+v after an answer", got)
	}
	want := map[string]int64{"is:unanswered": 1, "-is:unanswered": 1003, "is:warning": 1, "rule:command-unknown": 1, "rule:un*": 1, "rule:line-end-lf": 0}
	for q, n := range want {
		if got := count(s, q); got != n {
			t.Errorf("%s: %d events", q, got)
		}
	}
	if err := s.index().Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err := s.index().Event(k.c.ID(k.n - 1))
	if err != nil || len(e.Warnings) != 2 || e.Warnings[0].Text != "XYZ is no command" || e.Warnings[1].Event != k.c.ID(1) {
		t.Errorf("%+v, %v", e, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
