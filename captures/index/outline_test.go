// This file tests what of an event is read without its bytes.

package index

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"msnscope/captures/event"
)

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
