// This file walks along a Timeline: what changed, one after the other.

package roster

import "strings"

// History returns the changes behind the event from, up to the event to, one
// for each that was told, in order; if there are more than max, the last ones.
// With a handle only those of that contact. More reports whether there are
// earlier ones.
func (t *Timeline) History(from, to int64, handle string, max int) (list []Change, more bool) {
	slot := int32(-1)
	if handle != "" {
		var ok bool
		if slot, ok = t.slots[strings.ToLower(handle)]; !ok {
			return nil, false
		}
	}
	first, end := t.after(from)-t.first, t.after(to)-t.first
	n := 0
	begin := end
	for begin > first {
		if e := &t.log[begin-1]; slot < 0 || e.what >= ContactName && e.slot == slot {
			if n == max {
				more = true
				break
			}
			n++
		}
		begin--
	}
	state := t.before(t.first + begin)
	list = make([]Change, 0, n)
	for i := begin; i < end; i++ {
		e := &t.log[i]
		was := state.fact(e).Value
		state.apply(e, t.handles)
		if slot >= 0 && (e.what < ContactName || e.slot != slot) {
			continue
		}
		c := Change{What: e.what, Key: e.key, From: was, To: e.to, Event: e.event, Time: e.time}
		if e.what >= ContactName {
			c.Handle = t.handles[e.slot]
		}
		list = append(list, c)
	}
	return list, more
}

// Neighbours returns the last event before the given one and the first behind it
// that changed something, 0 where there is none.
func (t *Timeline) Neighbours(event int64) (before, after int64) {
	if n := t.after(event-1) - t.first; n > 0 {
		before = t.log[n-1].event
	}
	if n := t.after(event) - t.first; n < len(t.log) {
		after = t.log[n].event
	}
	return before, after
}
