// Package follow turns a capture into events, connections and sessions: it
// puts captures/streams and decode in a row. Live captures, imports and
// recoveries all take this way.
//
//	f := follow.New(0, sink)
//	for reader.Next(&packet) == nil {
//		f.Packet(&packet)
//	}
//	f.Finish(streams.EndCapture)
//
// The same packets give the same events with the same ids, whatever was done
// in between: nothing here looks at a clock.
//
// An event is told as soon as it is known. So what was captured last comes
// last, with two exceptions: bytes behind a gap come when the missing ones are
// given up, and the first bytes of a connection come when it is clear what it
// speaks.
package follow
