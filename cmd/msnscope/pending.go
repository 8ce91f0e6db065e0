// This file holds events back until their session is known, without changing
// their order: a line of JSON names its session, but a connection says only
// with its third command whose it is.

package main

import (
	"bytes"

	"msnscope/captures/event"
)

// maxPending bounds the events held back; beyond it the oldest goes out with
// the session it has by then.
const maxPending = 4096

// pending is the queue of events that wait.
type pending struct {
	write func(*event.Event, *event.Connection)
	conns map[int64]*event.Connection
	queue []event.Event
}

func newPending(write func(*event.Event, *event.Connection)) pending {
	return pending{write: write, conns: map[int64]*event.Connection{}}
}

func (p *pending) connection(c *event.Connection) {
	known := p.conns[c.ID]
	if known == nil {
		known = new(event.Connection)
		p.conns[c.ID] = known
	}
	before := known.Session
	*known = *c
	if before == 0 && c.Session != 0 && len(p.queue) > 0 {
		p.drain(0)
	}
}

func (p *pending) event(e *event.Event) {
	c := p.conns[e.Connection]
	if len(p.queue) == 0 && c.Session != 0 {
		p.write(e, c)
		return
	}
	keep := *e
	keep.Raw, keep.Delivered = bytes.Clone(e.Raw), bytes.Clone(e.Delivered)
	p.queue = append(p.queue, keep)
	p.drain(maxPending)
}

// drain writes what no longer waits, and more until at most limit wait if
// limit is set.
func (p *pending) drain(limit int) {
	n := 0
	for n < len(p.queue) {
		e := &p.queue[n]
		c := p.conns[e.Connection]
		if c.Session == 0 && (limit == 0 || len(p.queue)-n <= limit) {
			break
		}
		p.write(e, c)
		n++
	}
	if n == 0 {
		return
	}
	rest := copy(p.queue, p.queue[n:])
	clear(p.queue[rest:])
	p.queue = p.queue[:rest]
}

func (p *pending) flush() {
	for i := range p.queue {
		p.write(&p.queue[i], p.conns[p.queue[i].Connection])
	}
	p.queue = nil
}
