// This file makes what the store holds a side of a comparison.

package captures

import (
	"context"

	"msnscope/captures/compare"
	"msnscope/captures/event"
	"msnscope/captures/filter"
)

// Side is what the scope and the filter select, to be compared with another.
// q may be nil.
func (s *Store) Side(ctx context.Context, scope Scope, q *filter.Query) compare.Side {
	return compare.Side{
		Walk:  func(f func(*event.Event) error) error { return s.Walk(ctx, scope, q, f) },
		Event: s.Event,
		Connection: func(id int64) *event.Connection {
			if c, ok := s.Connection(id); ok {
				return &c
			}
			return nil
		},
	}
}
