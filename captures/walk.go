// This file walks over all selected events, for exports and for grep.

package captures

import (
	"context"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/captures/index"
)

// Walk calls f for every selected event that there is at the time of the call,
// in the order of a View, in constant memory: an event and its bytes are valid
// during the call of f only. q may be nil.
func (s *Store) Walk(ctx context.Context, scope Scope, q *filter.Query, f func(*event.Event) error) error {
	return s.WalkNew(ctx, scope, q, Reached{}, f)
}

// Reached is how far the captures have been walked, by their numbers.
type Reached map[int]int64

// WalkNew is Walk for the events behind those reached, which it moves on. So one
// who asks again and again is told of every event once, whatever order captures
// grow in.
func (s *Store) WalkNew(ctx context.Context, scope Scope, q *filter.Query, reached Reached, f func(*event.Event) error) error {
	scan := newScanner(s.marks, scope, q)
	scan.whole, scan.words = true, false
	for _, c := range s.index().Captures() {
		if !scan.covers(c) {
			continue
		}
		scan.in(c)
		end := c.Status().Events
		for n := reached[c.Number()] + 1; n <= end; {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, ok, err := scan.next(n, scan.may, false)
			if err != nil {
				return err
			}
			if !ok || r.First > end {
				break
			}
			err = scan.block(&r, n, func(m int64, b *index.Block, i int, selected bool) error {
				if !selected || m > end {
					return nil
				}
				return f(&scan.ev)
			})
			if err != nil {
				return err
			}
			n = r.End()
		}
		reached[c.Number()] = max(reached[c.Number()], end)
	}
	return nil
}
