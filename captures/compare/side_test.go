// This file gives tests sides: logs as people write them down, followed as any
// capture.

package compare_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"msnscope/captures/compare"
	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/index"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/textlog"
)

// kept is what a capture says.
type kept struct {
	events []event.Event
	conns  map[int64]event.Connection
}

func (k *kept) Event(e *event.Event) {
	c := *e
	c.Raw, c.Delivered = bytes.Clone(e.Raw), bytes.Clone(e.Delivered)
	k.events = append(k.events, c)
}

func (k *kept) Connection(c *event.Connection) { k.conns[c.ID] = *c }

func (k *kept) Session(*event.Session) {}

func (k *kept) Ignored(*event.Connection, string) {}

// side is what events and connections make, as a store would tell it.
func (k *kept) side() compare.Side {
	return compare.Side{
		Walk: func(f func(*event.Event) error) error {
			for i := range k.events {
				e := k.events[i]
				e.Session = k.conns[e.Connection].Session
				if err := f(&e); err != nil {
					return err
				}
			}
			return nil
		},
		Event: func(id int64) (*event.Event, error) {
			i, ok := slices.BinarySearchFunc(k.events, id, func(e event.Event, id int64) int { return cmp.Compare(e.ID, id) })
			if !ok {
				return nil, index.ErrNotFound
			}
			return &k.events[i], nil
		},
		Connection: func(id int64) *event.Connection {
			if c, ok := k.conns[id]; ok {
				return &c
			}
			return nil
		},
	}
}

// follows reads a log.
func follows(t testing.TB, log string) *kept {
	t.Helper()
	var capture bytes.Buffer
	if err := textlog.Convert(strings.NewReader(log), &capture); err != nil {
		t.Fatal(err)
	}
	reader, err := pcapfile.NewReader(&capture)
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{conns: map[int64]event.Connection{}}
	f := follow.New(0, k)
	var p pcapfile.Packet
	for reader.Next(&p) == nil {
		f.Packet(&p)
	}
	f.Finish(streams.EndCapture)
	return k
}

// compared compares two logs and tells the rows that are not the same.
func compared(t testing.TB, a, b string, o compare.Options) (*compare.Result, []string) {
	t.Helper()
	if o.Facets == 0 {
		o.Facets = compare.Default
	}
	r, err := compare.Compare(context.Background(), follows(t, a).side(), follows(t, b).side(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r, told(t, r)
}

// told writes the rows that differ, a line each.
func told(t testing.TB, r *compare.Result) []string {
	t.Helper()
	var lines []string
	for i := range r.Rows {
		if r.Rows[i].Kind == compare.Same {
			continue
		}
		d, err := r.Difference(i)
		if err != nil {
			t.Fatal(err)
		}
		e := d.A
		if e == nil {
			e = d.B
		}
		p := r.Pairs[d.Pair]
		line := fmt.Sprintf("%s %s %s %s", d.Kind, p.Role(), e.Dir, e.Cmd())
		for _, f := range d.Fields {
			switch f.State {
			case compare.FieldChanged:
				line += fmt.Sprintf(" %s:%q|%q", f.Name, f.A, f.B)
			case compare.FieldOnlyA:
				line += fmt.Sprintf(" %s:%q|", f.Name, f.A)
			case compare.FieldOnlyB:
				line += fmt.Sprintf(" %s:|%q", f.Name, f.B)
			case compare.FieldSame:
				if (d.A == nil || d.B == nil) && f.Name != "command" {
					line += " " + f.A + f.B
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}
