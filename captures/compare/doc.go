// Package compare says where two exchanges differ: two sessions, two
// connections, two whole captures.
//
//	result, err := compare.Compare(ctx, a, b, compare.Options{Facets: compare.Default})
//	for i := range result.Rows {
//		if result.Rows[i].Kind != compare.Same {
//			d, err := result.Difference(i)
//			...
//		}
//	}
//
// It compares what is said, not bytes. A facet is something that differs
// between any two exchanges without meaning anything: transaction ids, cookies,
// times. Facets that are not asked for are taken as equal.
//
// Connections are paired first: by role, by who is in the chat, by order. Then
// each direction of two paired connections is aligned by itself, as the
// directions of a connection may interleave in any way: a weighted longest
// common subsequence over what commands are (name, kind of parameters, person)
// and what they say. Directions too long for that are split at commands that
// each side has once, and where there are none aligned in windows that slide
// along; Result.Coarse tells how many rows that was.
//
// A Result keeps some numbers for each event and reads the events themselves
// again when a row is asked for.
package compare
