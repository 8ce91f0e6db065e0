// This file checks transaction ids: whether requests have them, whether they
// are answered, and whether answers have been asked for.

package conform

import (
	"time"

	"msnscope/decode"
)

const (
	// maxPending is how many unanswered requests are followed.
	maxPending = 256
	// maxRuns is how many runs of ids are known, those begun last.
	maxRuns = 256
	// patience is how long an answer may take.
	patience = int64(60 * time.Second)
)

// request is a request that waits for an answer.
type request struct {
	trid        int64
	event, time int64
	name        string
}

// answers follows the requests of a connection.
type answers struct {
	pending []request // oldest first
	asked   []run     // the ids used, the run used last at the end
}

// run is the ids from first to last. Clients count their ids up, so that mostly
// one run has them all.
type run struct{ first, last int64 }

func (a *answers) ask(id int64) {
	if n := len(a.asked); n > 0 && a.asked[n-1].last == id-1 {
		a.asked[n-1].last = id
		return
	}
	if a.wasAsked(id) {
		return
	}
	if len(a.asked) == maxRuns {
		a.asked = append(a.asked[:0], a.asked[1:]...)
	}
	a.asked = append(a.asked, run{id, id})
}

// wasAsked reports whether a request had the id.
func (a *answers) wasAsked(id int64) bool {
	for i := len(a.asked) - 1; i >= 0; i-- {
		if r := a.asked[i]; r.first <= id && id <= r.last {
			return true
		}
	}
	return false
}

// find returns the newest pending request with the id, -1 if none.
func (a *answers) find(id int64) int {
	for i := len(a.pending) - 1; i >= 0; i-- {
		if a.pending[i].trid == id {
			return i
		}
	}
	return -1
}

func (a *answers) drop(i int) { a.pending = append(a.pending[:i], a.pending[i+1:]...) }

// transaction checks the transaction id of the command.
func (c *Checker) transaction() {
	n := &c.now
	if n.trid >= 1<<32 {
		c.note("trid-range", "transaction id %s", shown(n.words[1].Of(n.line)))
	}
	if n.trid < 0 {
		switch {
		case n.form.bare || !n.form.known:
		case n.ctx.Dir == decode.C2S:
			c.note("trid-missing", "%s without a transaction id", n.name)
		default:
			c.note("answer-without-trid", "%s without a transaction id", n.name)
		}
		return
	}
	if n.ctx.Dir == decode.C2S {
		c.request()
		return
	}
	a := &c.answers
	if i := a.find(n.trid); i >= 0 && (n.trid != 0 || answersTo(n.name, a.pending[i].name)) {
		n.asked = a.pending[i].name
		a.drop(i)
		return
	}
	if n.trid != 0 && c.sure() && !a.wasAsked(n.trid) {
		c.note("answer-unasked", "%s answers request %d, which was not made", n.name, n.trid)
	}
}

// answersTo reports whether a command with id 0 can be the answer to a request
// with that id, which some clients begin with.
func answersTo(answer, asked string) bool {
	if answer == asked || answer[0] <= '9' {
		return true
	}
	for _, s := range decode.LookUp(asked, decode.C2S) {
		for _, r := range s.Replies {
			if r == answer {
				return true
			}
		}
	}
	return false
}

func (c *Checker) request() {
	n := &c.now
	a := &c.answers
	if i := a.find(n.trid); i >= 0 {
		c.note("trid-reused", "%s has transaction id %d, with which %s (event %d) still waits for an answer", n.name, n.trid, a.pending[i].name, a.pending[i].event)
		a.drop(i)
	}
	a.ask(n.trid)
	if !awaits(n) {
		return
	}
	if len(a.pending) == maxPending {
		a.drop(0)
	}
	a.pending = append(a.pending, request{n.trid, n.event, n.time, n.name})
}

// awaits reports whether the command has an answer that must come.
func awaits(n *command) bool {
	if n.name == "MSG" { // N is answered only when it fails
		return string(n.word(0)) == "A"
	}
	return n.form.awaits
}

// overdue notes what should have happened by now.
func (c *Checker) overdue(now int64) {
	a := &c.answers
	for len(a.pending) > 0 && now-a.pending[0].time > patience {
		c.unanswered(a.pending[0])
		a.drop(0)
	}
	c.challengeOverdue(now)
	c.syncOverdue(now)
}

func (c *Checker) unanswered(r request) {
	if r.name == "VER" {
		c.noteAt(r.event, "version-unanswered", "the server did not answer VER")
		return
	}
	c.noteAt(r.event, "unanswered", "%s %d was not answered", r.name, r.trid)
}

// leftOver notes what the end of the connection leaves open. Requests sent with
// or after OUT need no answer, nor do those that the end of a capture cut off
// from it.
func (c *Checker) leftOver() {
	for _, r := range c.answers.pending {
		if r.name == "VER" && c.sure() {
			c.unanswered(r)
		}
	}
	c.answers.pending = nil
}
