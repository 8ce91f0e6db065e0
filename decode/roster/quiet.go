// This file finds the times at which a connection was silent though the client
// should have shown that it lives, and keep-alives that got no answer.

package roster

import (
	"time"

	"msnscope/decode"
)

const (
	// QuietAfter is the silence worth telling. Official clients send PNG about
	// once a minute when nothing else is said; MSNP9 servers ask for one after 50
	// seconds at the most.
	QuietAfter = 2 * time.Minute
	// maxQuiet is how many silences are kept, the newest.
	maxQuiet = 1 << 10
	// answerTime is how long a connection goes on behind a PNG that counts as not
	// answered when it ends.
	answerTime = 10 * time.Second
)

// Silence is a stretch of time in which a connection said nothing, or waited
// for the answer to a PNG in vain.
type Silence struct {
	From       int64 `json:"from"` // the last event before it; the PNG if it was not answered
	To         int64 `json:"to"`   // the first event after it; 0: the connection ended
	Start      int64 `json:"start"`
	End        int64 `json:"end"` // Unix ns
	Unanswered bool  `json:"unanswered"`
}

// quiet follows the keep-alives.
type quiet struct {
	event, time int64 // of the command before; event 0 for none
	png, pngAt  int64 // the PNG not yet answered; 0 for none
	closed      int64 // when the last connection ended; 0 while it is open
	found       []Silence
}

func (q *quiet) command(event, at int64, dir decode.Direction, name string) {
	if q.event != 0 && at-q.time > int64(QuietAfter) {
		q.add(Silence{From: q.event, To: event, Start: q.time, End: at})
	}
	switch {
	case name == "PNG" && dir == decode.C2S:
		if q.png != 0 {
			q.add(Silence{From: q.png, To: event, Start: q.pngAt, End: at, Unanswered: true})
		}
		q.png, q.pngAt = event, at
	case dir == decode.S2C: // any sign of life will do
		q.png = 0
	}
	q.event, q.time = event, at
}

func (q *quiet) add(s Silence) {
	if len(q.found) == maxQuiet {
		q.found = append(q.found[:0], q.found[1:]...)
	}
	q.found = append(q.found, s)
}

// Close tells when the session's last connection ended, in Unix ns; 0 while one is
// open.
func (t *Timeline) Close(at int64) { t.quiet.closed = at }

// Silences returns the silences longer than QuietAfter and the PNG without an
// answer before the next one or before the end, in order.
func (t *Timeline) Silences() []Silence {
	q := &t.quiet
	all := append([]Silence(nil), q.found...)
	if q.event == 0 || q.closed == 0 {
		return all
	}
	if q.png != 0 && q.closed-q.pngAt > int64(answerTime) {
		all = append(all, Silence{From: q.png, Start: q.pngAt, End: q.closed, Unanswered: true})
	}
	if q.closed-q.time > int64(QuietAfter) {
		all = append(all, Silence{From: q.event, Start: q.time, End: q.closed})
	}
	return all
}
