// This file has every connection checked against the rules of the protocol, and
// puts the notes on events.

package follow

import (
	"net/netip"

	"msnscope/captures/event"
	"msnscope/captures/streams"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// newChecker returns the checker of a connection that speaks MSNP, nil if none
// is wanted. A capture that begins in the middle of it does not know what was
// said before.
func (f *Follower) newChecker(server netip.Addr, midStream bool) *conform.Checker {
	if f.unchecked {
		return nil
	}
	k := conform.NewChecker(f.known)
	k.Server, k.MidStream = server, midStream
	return k
}

// check puts on f.ev, the event of a frame, what breaks a rule there. A note
// may be about an event before it: one that was not answered in time is noted
// when the time is over, as events do not change once told.
func (f *Follower) check(c *conn, dir decode.Direction, fr *decode.Frame) {
	if c.checker == nil {
		return
	}
	e := &f.ev
	if dir == decode.S2C && e.Delivered != nil && len(e.Delivered) == 0 && e.Answers == 0 && e.TrID > 0 {
		return // it answers a request of the proxy's own
	}
	e.Warnings = c.checker.Frame(f.event+1, c.now, dir, fr, decode.Context{
		Dir: dir, Role: e.Role, Dialect: e.Dialect, Account: e.Account,
	})
	e.Unanswered = dir == decode.C2S && decode.Awaits(fr)
}

// checkEnd tells, in an event of its own, what a connection leaves unfinished
// that its ends have closed. Of one that the end of the capture or of the proxy
// cut off nobody knows how it went on.
func (f *Follower) checkEnd(c *conn, t int64, how string) {
	if c.checker == nil || how != streams.EndFIN && how != streams.EndRST {
		return
	}
	notes := c.checker.Close(t)
	if len(notes) == 0 {
		return
	}
	c.now = max(c.now, t)
	f.begin(c, event.Note, decode.C2S)
	f.ev.Note, f.ev.Text = event.NoteUnfinished, notes[0].Text
	f.ev.Warnings = notes
	f.emit(c)
}
