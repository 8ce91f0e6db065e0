// This file holds events back until their session is known, without changing
// their order: a line of JSON names its session, but a connection says only
// with its third command whose it is.

package main

import (
	"net/netip"
	"slices"

	"msnscope/captures/event"
	"msnscope/decode"
)

const (
	// An event waits for its session until this many others, or bytes, have come
	// behind it; then it goes out without.
	maxPending      = 4096
	maxPendingBytes = 16 << 20

	// batchEvents and batchBytes bound the events that go on together: enough
	// to make little of the way from one goroutine to the next.
	batchEvents = 512
	batchBytes  = 128 << 10
)

// batch is a run of events. Their bytes are its own.
type batch struct {
	events []event.Event
	conns  []*party // of the events
	places []event.Place
	bytes  []byte
	known  int // so many events at the front know their session
	lines  []byte
	done   chan struct{} // yields when lines are written
}

// party is what a line says of a connection.
type party struct {
	client, server netip.AddrPort
	via            string
	session        int64
	since          int64 // id of the newest event when it became known
	gateway        bool  // TCP connections to an HTTP gateway are of no session

	place event.Place // nil: to be written
	of    whose       // that it says
}

// whose is what makes events of a connection have another Place.
type whose struct {
	session int64
	role    decode.Role
}

// placeOf returns the Place of an event.
func (p *party) placeOf(e *event.Event) event.Place {
	if of := (whose{e.Session, e.Role}); p.place == nil || p.of != of {
		p.of = of
		p.place = event.PlaceOf(e, &event.Connection{Client: p.client, Server: p.server, Via: p.via})
	}
	return p.place
}

// decided reports whether it is known of which session the connection is.
func (p *party) decided() bool { return p.session != 0 || p.gateway }

// eventQueue is the sink that brings events into batches.
type eventQueue struct {
	put     func(*batch)
	room    func() *batch
	parties map[int64]*party
	newest  int64 // id of the newest event
	waiting []*batch
	filling *batch // nil when there is nothing in it
	events  int    // that wait
	bytes   int
}

// newEventQueue returns a queue that hands its batches to put; room returns an
// empty one.
func newEventQueue(put func(*batch), room func() *batch) *eventQueue {
	return &eventQueue{put: put, room: room, parties: map[int64]*party{}}
}

// Connection is part of follow.Sink.
func (q *eventQueue) Connection(c *event.Connection) {
	p := q.parties[c.ID]
	if p == nil {
		p = &party{}
		q.parties[c.ID] = p
	}
	if p.client != c.Client || p.server != c.Server || p.via != c.Via {
		p.client, p.server, p.via, p.place = c.Client, c.Server, c.Via, nil
	}
	if gateway := c.Role == decode.RoleGW; p.session != c.Session || p.gateway != gateway {
		p.gateway = gateway
		p.session, p.since = c.Session, q.newest
		q.advance()
	}
	if c.Closed != 0 {
		delete(q.parties, c.ID)
	}
}

// Event is part of follow.Sink.
func (q *eventQueue) Event(e *event.Event) {
	b := q.filling
	if b == nil {
		b = q.room()
		q.filling = b
	}
	keep := *e
	keep.Raw, keep.Delivered = b.keep(e.Raw), b.keep(e.Delivered)
	keep.Warnings = slices.Clone(e.Warnings)
	b.events = append(b.events, keep)
	q.newest = e.ID
	b.conns = append(b.conns, q.parties[e.Connection])
	q.events++
	q.bytes += len(e.Raw) + len(e.Delivered)
	if len(b.events) >= batchEvents || len(b.bytes) >= batchBytes {
		q.flush()
	}
}

// keep copies p into the batch. What was copied before stays where it is.
func (b *batch) keep(p []byte) []byte {
	if p == nil {
		return nil
	}
	start := len(b.bytes)
	b.bytes = append(b.bytes, p...)
	return b.bytes[start:len(b.bytes):len(b.bytes)]
}

// Session is part of follow.Sink.
func (q *eventQueue) Session(*event.Session) {}

// Ignored is part of follow.Sink.
func (q *eventQueue) Ignored(*event.Connection, string) {}

// flush lets the events go whose session is known.
func (q *eventQueue) flush() {
	if q.filling != nil {
		q.waiting = append(q.waiting, q.filling)
		q.filling = nil
		q.advance()
	}
}

// advance lets go the batches that no longer wait, or must not.
func (q *eventQueue) advance() {
	n := 0
	for _, b := range q.waiting {
		for b.known < len(b.events) && b.conns[b.known].decided() {
			b.known++
		}
		if b.known < len(b.events) && q.events-len(b.events) < maxPending && q.bytes <= maxPendingBytes {
			break
		}
		q.release(b)
		n++
	}
	q.waiting = q.waiting[:copy(q.waiting, q.waiting[n:])]
}

// release lets a batch go with the sessions known by now. One that became known
// too late for an event does not count: whether it still makes it would depend
// on how events came into batches.
func (q *eventQueue) release(b *batch) {
	for i := range b.events {
		e := &b.events[i]
		p := b.conns[i]
		if p.since-e.ID <= maxPending {
			e.Session = p.session
		}
		b.places = append(b.places, p.placeOf(e))
		q.bytes -= len(e.Raw) + len(e.Delivered)
	}
	q.events -= len(b.events)
	q.put(b)
}

// end lets everything go.
func (q *eventQueue) end() {
	q.flush()
	for _, b := range q.waiting {
		q.release(b)
	}
	q.waiting = nil
}
