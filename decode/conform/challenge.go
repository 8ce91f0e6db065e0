// This file checks the challenges of a server, CHL, and the client's answers to
// them, QRY.

package conform

import (
	"time"

	"msnscope/decode"
)

// challengeTime is how long a server waits for QRY.
const challengeTime = int64(50 * time.Second)

// proofs follows the challenges.
type proofs struct {
	watch   decode.ProofWatch
	waiting []mark // challenges not answered yet, oldest first
}

// maxWaiting is how many challenges are followed.
const maxWaiting = 8

// challenge looks at CHL and QRY.
func (c *Checker) challenge() {
	n := &c.now
	p := &c.proofs
	proven, ok := p.watch.Watch(n.ctx.Dir, n.frame, n.ctx.Dialect)
	switch {
	case n.name == "CHL" && n.ctx.Dir == decode.S2C:
		if len(p.waiting) == maxWaiting {
			p.waiting = append(p.waiting[:0], p.waiting[1:]...)
		}
		p.waiting = append(p.waiting, mark{n.event, n.time})
	case n.name == "QRY" && n.ctx.Dir == decode.C2S:
		if size := len(n.frame.Raw) - n.frame.Body; size != 32 {
			c.note("query-length", "the payload of QRY has %d bytes", size)
		}
		if len(p.waiting) == 0 {
			if c.sure() && !c.state.challengeLate {
				c.note("query-unasked", "there was no CHL before this QRY")
			}
			return
		}
		p.waiting = append(p.waiting[:0], p.waiting[1:]...)
		if ok && proven.Result == decode.ProofWrong {
			c.note("challenge-wrong", "the answer does not fit the key of %s", shown([]byte(proven.Who)))
		}
	}
}

func (c *Checker) challengeOverdue(now int64) {
	p := &c.proofs
	for len(p.waiting) > 0 && now-p.waiting[0].time > challengeTime {
		c.noteAt(p.waiting[0].event, "challenge-unanswered", "the client did not answer CHL within 50 seconds")
		c.state.challengeLate = true
		c.state.challenge = p.waiting[0]
		p.waiting = append(p.waiting[:0], p.waiting[1:]...)
	}
}
