// Package conform says where a connection breaks the rules of the protocol, and
// where a sign-in got stuck and why.
//
// A Checker takes the frames of one connection in order and returns notes, each
// with a stable code of the Catalogue:
//
//	known := conform.NewKnown() // one for all connections of a capture
//	c := conform.NewChecker(known)
//	conn.Feed(dir, bytes, func(dir decode.Direction, f *decode.Frame) {
//		event++
//		notes := c.Frame(event, time, dir, f, conn.Context(dir))
//		...
//	})
//	notes := c.Close(time)
//	c.SignIn(time).Stuck // "the server did not answer VER (event 1)"
//
// What real servers and clients are known to do differently without harm is a
// note of severity Info. A clean session has none above that.
package conform
