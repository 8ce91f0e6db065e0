// This file lets go of the beginning of a command that waits for its end.

package decode

// GiveUp emits what a direction holds of a command that is not whole, as raw
// bytes, so that nothing of it is kept. The framing goes on behind the command
// if its length is known.
func (c *Conn) GiveUp(dir Direction, emit func(dir Direction, f *Frame)) {
	f := &c.frames[dir]
	if c.framers[dir].giveUp(f) {
		emit(dir, f)
	}
	f.Raw = nil
}

// giveUp is called when Next has returned false.
func (f *Framer) giveUp(fr *Frame) bool {
	have, state := f.Pending(), f.state
	if !f.rest(fr, WhyHeld) {
		return false
	}
	switch state {
	case inPayload, inRest:
		f.state = inRest
		f.need -= have
	case atLine:
		f.lose(WhyLost)
		f.lost.midLine = true
	case isLost:
		f.lost.midLine = true
		f.lost.lineAt = 0
	}
	return true
}
