// Package follow turns a capture into events, connections and sessions: it
// puts captures/streams and decode in a row. Live captures, imports and
// recoveries all take this way.
//
// The same packets give the same events with the same ids, whatever was done
// in between: nothing here looks at a clock.
package follow
