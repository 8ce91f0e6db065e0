// This file is how a pump waits for what somebody decides, and is woken.

package proxy

import (
	"slices"
	"time"

	"msnscope/decode"
)

// wake has the pump of dir look at what was decided or is to be injected.
func (c *conn) wake(dir decode.Direction) {
	d := &c.pumps[dir]
	d.woken.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server == nil || c.aborted {
		return
	}
	c.peer(dir).SetReadDeadline(time.Unix(1, 0))
	d.ring()
}

// ring wakes a pump that does not read. conn.mu is held.
func (d *pump) ring() {
	if d.bell == nil {
		return
	}
	select {
	case d.bell <- struct{}{}:
	default:
	}
}

// setReadDeadline sets the deadline of what the pump reads, but not so that it
// undoes wake.
func (d *pump) setReadDeadline(t time.Time) {
	d.conn.setReadDeadline(d.in.conn, t)
	if d.woken.Load() {
		d.in.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// arm has the pump look again at t, or sooner.
func (d *pump) arm(t time.Time) {
	if d.armed && !t.Before(d.armedTill) {
		return
	}
	d.armed, d.armedTill = true, t
	d.setReadDeadline(t)
}

// blocked reports whether a command waits at the front.
func (d *pump) blocked() bool { return d.work != nil && len(d.work.steps) > 0 }

// await waits, without reading, until the command at the front may go on or
// somebody has decided something.
func (d *pump) await() {
	c := d.conn
	c.mu.Lock()
	if d.bell == nil {
		d.bell = make(chan struct{}, 1)
	}
	gone := c.aborted || c.broken[d.dir]
	c.mu.Unlock()
	switch {
	case c.stopping.Load():
		d.hurry = "the proxy, which was stopped,"
	case gone:
		d.hurry = "the end of the connection"
	}
	if d.hurry != "" || d.woken.Swap(false) {
		return
	}
	var late <-chan time.Time
	if due := d.work.steps[0].due; !due.IsZero() {
		timer := time.NewTimer(time.Until(due))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-d.bell:
	case <-late:
	}
}

// finish does what is left to do when nothing more comes.
func (d *pump) finish() bool {
	for d.work != nil {
		if !d.perform() {
			return false
		}
		if !d.blocked() {
			break
		}
		d.await()
	}
	return d.forward(d.received)
}

// pass steps over what was received up to the position to, after it was
// forwarded.
func (d *pump) pass(to int64) {
	d.in.drop(int(to - d.sent))
	d.sent = to
	n := 0
	for n < len(d.edits) && d.edits[n].Offset < to {
		n++
	}
	d.edits = slices.Delete(d.edits, 0, n)
	d.told = max(d.told-n, 0)
	d.ends = slices.DeleteFunc(d.ends, func(end int64) bool { return end <= to })
}

// abandon gives up what is held when the pump ends.
func (d *pump) abandon() {
	if d.work == nil {
		return
	}
	for i := range d.work.steps {
		if h := d.work.steps[i].held; h != nil {
			h.decide(Verdict{By: "the end of the connection", Why: "given up"})
		}
	}
	d.work = nil
}

// closeEarly ends the direction towards its receiver and forgets what the
// sender still sends.
func (d *pump) closeEarly(by string) {
	d.conn.end(d.dir, by)
	d.in.drop(d.in.n)
	for {
		_, err := d.in.more()
		d.in.drop(d.in.n)
		switch {
		case err == nil:
		case isTimeout(err) && !d.conn.stopping.Load():
			d.woken.Store(false)
			d.setReadDeadline(time.Time{})
		case isTimeout(err) || isEnd(err):
			return
		default:
			d.conn.reset(d.dir, err)
			return
		}
	}
}

// hasInbox reports whether something waits to be injected.
func (c *conn) hasInbox(dir decode.Direction) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.inbox[dir]) > 0
}
