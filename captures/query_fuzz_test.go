// This file has filters of all kinds select stored events by what the index knows
// of them, and compares with each event looked at by itself.

package captures

import (
	"context"
	"testing"

	"msnscope/captures/filter"
)

func FuzzQuery(f *testing.F) {
	for _, q := range append(queries, `cmd:(MSG, ACK) -(from:bob or text~/^h.*o$/i)`, `hex:"0d 0a" size:..40`, `header.content-type:"text/plain"`, `acc:*o*@* -acc:*@h*`, `lat:5ms..300ms or gap>=1s`,
		`cate:chat`, `note:*`, `raw:"MSG "`, `text:"" or -text:*`, `trid:(1..5, 9)`, `status:AWY`, `is:(error, note, gap)`, `"see you" -"later"`, `n<4 role:ns`) {
		f.Add(q)
	}
	s := openStore(f, f.TempDir(), Options{})
	live, imported := newSource(f, s, 1, true, 5), newSource(f, s, 2, false, 6)
	for range 300 {
		live.event()
		imported.event()
	}
	if err := s.index().Sync(context.Background()); err != nil {
		f.Fatal(err)
	}
	for range 100 { // not in blocks yet
		live.event()
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := filter.Parse(text)
		if err != nil || len(text) > 300 {
			return
		}
		for _, scope := range []Scope{{}, {Session: 1_000_002}, {Connection: 1_000_003}} {
			check(t, s, s.View(scope, q), scope, q)
		}
	})
}
