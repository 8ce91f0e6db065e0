// This file does to commands of one direction what was decided about them, in
// their order and before anything behind them goes on.

package proxy

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// work is what a pump has to do beside forwarding. It exists only while there
// is something.
type work struct {
	steps []step
	ends  []int64 // of the whole commands from the first step on
}

// step is what happens to one command.
type step struct {
	start, end int64 // of the command in the stream as its origin sends it
	v          Verdict
	at         time.Time // when the command was whole
	due        time.Time // when to look again, zero: when somebody decides
	held       *Held     // nil when it is not held, or no more
	notes      []event.Comment
	begun      bool
	out        [][]byte // what is still to be written, piece by piece
	pause      time.Duration
}

// decide asks what happens to a whole command. Of one of which a part has been
// forwarded, nothing can.
func (d *pump) decide(fr *decode.Frame) {
	c := d.conn
	if fr.Offset < d.sent {
		if c.proxy.decides() {
			d.comments = append(d.comments, event.Comment{Note: "bypassed",
				Text: fmt.Sprintf("%.3s of %d bytes passed undecided: a part of it had gone on before it was whole", fr.Raw, len(fr.Raw))})
		}
		return
	}
	if c.swallows(d.dir, fr) {
		d.plan(fr, nil, Verdict{By: "the proxy", Why: "swallowed, as it answers an injected request,", Replace: true})
		return
	}
	if !c.proxy.decides() {
		return
	}
	e := c.eventOf(d.dir, fr)
	cmd := Command{Event: &e, Client: c.remote, Server: c.addr}
	for _, by := range c.proxy.Deciders {
		if by.Idle() {
			continue
		}
		if v, ok := by.Decide(&cmd); ok && v.changes() {
			d.plan(fr, &cmd, v)
			return
		}
	}
}

// decides reports whether anybody wants to be asked.
func (p *Proxy) decides() bool {
	for _, by := range p.Deciders {
		if !by.Idle() {
			return true
		}
	}
	return false
}

// plan adds what was decided about a command to what there is to do.
func (d *pump) plan(fr *decode.Frame, cmd *Command, v Verdict) {
	s := step{start: fr.Offset, end: fr.Offset + int64(len(fr.Raw)), v: v, at: time.Now()}
	switch {
	case v.Hold:
		s.held = d.conn.proxy.desk.hold(d.conn, cmd, &v)
		if s.held == nil {
			s.v = Verdict{By: v.By, Why: "not held, as too many commands are,"}
			break
		}
		if v.Ask == nil {
			if !d.blocked() { // what came before it stands before it
				d.record(s.start)
			}
			_ = d.conn.rec.Note(d.dir, s.held.note())
		} else {
			v.Ask(s.held)
		}
	case v.Wait > 0:
		s.due = s.at.Add(v.Wait)
	}
	if d.work == nil {
		d.work = new(work)
	}
	d.work.steps = append(d.work.steps, s)
}

// perform does what can be done now, and forwards what need not wait. It
// reports false when the pump must end.
func (d *pump) perform() bool {
	w := d.work
	for len(w.steps) > 0 {
		s := &w.steps[0]
		if s.start > d.sent {
			d.record(s.start)
			if !d.forward(s.start) {
				return false
			}
		}
		if !s.begun && !d.injectAll() {
			return false
		}
		done, ok := d.act(s)
		if !ok {
			return false
		}
		if !done {
			if s.held != nil {
				s.held.waits(w.behind(s.end))
			}
			if !s.due.IsZero() {
				d.arm(s.due)
			}
			return true
		}
		w.steps = slices.Delete(w.steps, 0, 1)
	}
	w.ends = w.ends[:0]
	if !d.injectAll() {
		return false
	}
	d.record(d.received)
	if !d.forward(d.until()) || !d.injectAll() {
		return false
	}
	if !d.conn.hasInbox(d.dir) {
		d.work = nil
	}
	return true
}

// behind counts the whole commands behind a position.
func (w *work) behind(end int64) int {
	n := 0
	for _, e := range w.ends {
		if e > end {
			n++
		}
	}
	return n
}

// next returns the end of the command behind a position, -1 if it is not here.
func (w *work) next(end int64) int64 {
	for _, e := range w.ends {
		if e > end {
			return e
		}
	}
	return -1
}

// act does what is to be done with the command at the front; done is false
// when it must wait for s.due, or for somebody.
func (d *pump) act(s *step) (done, ok bool) {
	now := time.Now()
	if s.held != nil && !d.release(s, now) {
		return false, true
	}
	if !s.begun {
		if s.v.Together != Apart && d.hurry == "" {
			if limit := s.at.Add(s.v.Wait + togetherWait); d.work.next(s.end) < 0 && now.Before(limit) {
				s.due = limit
				return false, true
			}
			s.due = s.at.Add(s.v.Wait)
		}
		if d.hurry == "" && now.Before(s.due) {
			return false, true
		}
		s.begun, s.due = true, time.Time{}
		if !d.begin(s) {
			return false, false
		}
	}
	for len(s.out) > 0 {
		if d.hurry == "" && now.Before(s.due) {
			return false, true
		}
		if !d.put(s.out[0]) {
			return false, false
		}
		s.out = s.out[1:]
		s.due = now.Add(s.pause)
	}
	if len(s.v.After) > 0 && !d.sendOwn(s.v.After, s.v.By, s.v.Own) {
		return false, false
	}
	if len(s.v.Back) > 0 {
		back := s.v.Back
		if s.v.Own && d.dir == decode.S2C {
			back, _ = d.conn.ownTrIDs(back) // as in sendOwn
		}
		_ = d.conn.inject(d.dir.Opposite(), back, s.v.By) // that direction may have ended
	}
	d.pass(s.end)
	return true, true
}

// release looks whether a held command need not wait any more.
func (d *pump) release(s *step, now time.Time) bool {
	h := s.held
	v, over := h.decided()
	if !over {
		switch {
		case d.hurry != "":
			v = Verdict{By: d.hurry}
		case !h.Deadline.IsZero() && !now.Before(h.Deadline):
			v = h.expired("nobody else")
		default:
			s.due = h.Deadline
			return false
		}
		if !h.decide(v) {
			v, _ = h.decided()
		}
	}
	s.held, s.v, s.due = nil, v, time.Time{}
	if h.Asked && !v.changes() && v.Why == "" && over { // it was asked, and has nothing against it
		return true
	}
	s.notes = append(s.notes, event.Comment{Note: "released",
		Text: fmt.Sprintf("after %v: %s by %s", now.Sub(h.At).Round(time.Millisecond), v.words(), v.By)})
	return true
}

// begin records a command along with what is done to it, and makes the pieces
// in which it is delivered.
func (d *pump) begin(s *step) bool {
	v := &s.v
	if len(v.Before) > 0 && !d.sendOwn(v.Before, v.By, v.Own) { // recorded before it, too
		return false
	}
	raw := d.in.held()[s.start-d.sent : s.end-d.sent]
	out := raw
	switch {
	case v.End != GoesOn:
		out = nil
		d.swapEdits(s, raw, nil)
	case v.Replace:
		out = d.rerouted(v.Data)
		d.swapEdits(s, raw, out)
	default:
		out = edited(raw, s.start, d.edits)
	}
	if v.Together != Apart && v.End == GoesOn {
		out = d.together(s, out)
	}
	d.comments = append(d.comments, s.said()...)
	d.record(s.end)
	switch v.End {
	case Reset:
		d.conn.cutOff(d.dir, v.By)
		return false
	case Closed:
		d.closeEarly(v.By)
		return false
	}
	s.out, s.pause = pieces(bytes.Clone(out), v), v.Pause
	if v.Rate > 0 {
		s.pause = ratePause(v.Rate)
	}
	return true
}

// said is what the log tells of a step, beside what was delivered.
func (s *step) said() []event.Comment {
	v := &s.v
	name := "fault"
	switch {
	case len(s.notes) > 0 && v.End == GoesOn: // "released" has said it
		return s.notes
	case v.Replace:
		name = "changed"
	case v.Wait > 0 && v.Rate == 0 && len(v.Cuts) == 0:
		name = "delayed"
	case v.Why == "" && v.End == GoesOn:
		return s.notes // what is injected says so itself
	}
	return append(s.notes, event.Comment{Note: name, Text: v.words() + " by " + v.By})
}

// together adds the next command to what is written, in the way that the
// verdict says, if nothing else is to be done with that one.
func (d *pump) together(s *step, out []byte) []byte {
	next := d.work.next(s.end)
	if next < 0 {
		s.v.Why = "not " + s.v.words() + ", as none came in time,"
		return out
	}
	if len(d.work.steps) > 1 && d.work.steps[1].start < next {
		if d.work.steps[1].v.Together != s.v.Together {
			s.v.Why = "not " + s.v.words() + ", with which something else is done,"
			return out
		}
		d.work.steps = slices.Delete(d.work.steps, 1, 2)
		// s points at the first step, which has stayed where it is
	}
	other := edited(d.in.held()[s.end-d.sent:next-d.sent], s.end, d.edits)
	first := len(out)
	s.end = next
	if s.v.Together == Swapped {
		s.v.Cuts = []int{len(other)}
		return slices.Concat(other, out)
	}
	s.v.Cuts = nil
	return slices.Concat(out[:first:first], other)
}

// rateStep is how often a command at a limited rate goes on.
const rateStep = 20 * time.Millisecond

func rateSize(rate int) int { return max(1, rate/int(time.Second/rateStep)) }

func ratePause(rate int) time.Duration {
	return time.Duration(rateSize(rate)) * time.Second / time.Duration(rate)
}

// pieces cuts what is delivered as the verdict says.
func pieces(out []byte, v *Verdict) (all [][]byte) {
	if len(out) == 0 {
		return nil
	}
	if v.Rate > 0 {
		for n := rateSize(v.Rate); len(out) > n; out = out[n:] {
			all = append(all, out[:n])
		}
		return append(all, out)
	}
	from := 0
	for _, at := range v.Cuts {
		if at > from && at < len(out) {
			all = append(all, out[from:at])
			from = at
		}
	}
	return append(all, out[from:])
}
