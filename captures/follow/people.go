// This file notes who is in a chat, as its connections tell.

package follow

import (
	"slices"

	"msnscope/decode"
)

// maxPeople bounds the handles kept of a connection. A switchboard session of
// the time had twenty people at most.
const (
	maxPeople = 64
	maxHandle = 256 // bytes; there is no longer one
)

// meet takes over who a command of a switchboard says is there: IRO for those
// who were, JOI for those who come; MSG has its sender where the capture began
// later.
func (f *Follower) meet(c *conn, dir decode.Direction, fr *decode.Frame) {
	if dir != decode.S2C || c.info.Role != decode.RoleSB || fr.Line < 3 || len(c.info.People) >= maxPeople {
		return
	}
	line := fr.Raw[:fr.Line]
	at := 3
	switch string(line[:3]) {
	case "JOI", "MSG":
	case "IRO": // IRO trid number of handle name
		for range 3 {
			at = decode.NextWord(line, at).End
		}
	default:
		return
	}
	w := decode.NextWord(line, at)
	handle := w.Of(line)
	if !slices.Contains(handle, '@') || w.Len() > maxHandle ||
		slices.ContainsFunc(c.info.People, func(p string) bool { return p == string(handle) }) {
		return
	}
	// The sink has seen the list as it was: it is not written over.
	c.info.People = append(slices.Clip(c.info.People), string(handle))
	f.sink.Connection(&c.info)
}
