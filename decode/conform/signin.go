// This file says how far a sign-in has come and, if it goes no further, why.

package conform

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"msnscope/decode"
)

// Step is a step of a sign-in that was taken.
type Step struct {
	Name    string           `json:"name"`    // in words
	Command string           `json:"command"` // by which it was taken: "VER", "USR", an error code
	Dir     decode.Direction `json:"dir"`     // 0 of the client, 1 of the server
	Event   int64            `json:"event"`
	Time    int64            `json:"time"` // Unix ns
}

// The names of steps on which programs rely.
const (
	StepSignedIn = "signed in"
	StepVisible  = "status in force"
)

// SignIn is the progress of a sign-in on one connection.
type SignIn struct {
	Steps []Step `json:"steps"`
	// Done: the user is signed in, has the lists and a status; or was sent to
	// another server; or, on a switchboard, is in the chat.
	Done bool `json:"done"`
	// Stuck says why it goes no further, "" if it does or is done.
	Stuck string `json:"stuck,omitempty"`
	// At is the event that Stuck is about first, 0 for none.
	At int64 `json:"at,omitempty"`
	// Refused: the server said no, to VER, INF or the password, or to all protocol versions.
	Refused bool `json:"refused,omitempty"`
	// Unsure: the capture begins in the middle of the connection or has gaps, so
	// that nothing is said about what was not seen.
	Unsure bool `json:"unsure,omitempty"`
}

// slow is how long an answer takes before a sign-in counts as stuck.
const slow = int64(10 * time.Second)

// SignIn returns how far the sign-in has come at a time, that of the newest
// packet of the capture or the present one.
func (c *Checker) SignIn(now int64) SignIn {
	if c.chat.login.set() {
		return c.chatSignIn(now)
	}
	s := &c.state
	in := SignIn{Refused: s.refused.set() && !s.signedIn.set() || s.refusedVersion, Unsure: !c.sure()}
	var unanswered mark
	if s.challengeLate && s.unproven() && !s.challengeFailed.set() {
		unanswered = s.challenge
	}
	agreed := "protocol version agreed"
	if s.refusedVersion {
		agreed = "no protocol version accepted"
	}
	for _, step := range []struct {
		m       mark
		name    string
		command string
		dir     decode.Direction
	}{
		{s.ver, "protocol versions offered", "VER", decode.C2S},
		{s.verOK, agreed, "VER", decode.S2C},
		{s.inf, "ways of signing in asked for", "INF", decode.C2S},
		{s.infOK, "ways of signing in told", "INF", decode.S2C},
		{s.user, "account named", "USR", decode.C2S},
		{s.asked, "password asked for", "USR", decode.S2C},
		{s.proof, "password proved", "USR", decode.C2S},
		{s.refused, "refused: " + s.refusal, code(s.refusal), decode.S2C},
		{s.signedIn, StepSignedIn, "USR", decode.S2C},
		{s.referred, "sent to " + s.referredTo, "XFR", decode.S2C},
		{s.syn, "lists asked for", "SYN", decode.C2S},
		{s.synRefused.mark, "lists refused: " + s.synRefused.words, code(s.synRefused.words), decode.S2C},
		{s.synOK, "lists begun", "SYN", decode.S2C},
		{s.lists, "lists complete", "LST", decode.S2C},
		{s.chg, "status asked for", "CHG", decode.C2S},
		{s.chgRefused.mark, "status refused: " + s.chgRefused.words, code(s.chgRefused.words), decode.S2C},
		{s.visible, StepVisible, "CHG", decode.S2C},
		{unanswered, "challenge not answered", "CHL", decode.S2C},
		{s.challengeFailed, "challenge failed", "540", decode.S2C},
	} {
		if step.m.set() {
			in.Steps = append(in.Steps, Step{step.name, step.command, step.dir, step.m.event, step.m.time})
		}
	}
	in.Done = s.referred.set() && s.loop == 0 ||
		s.signedIn.set() && s.visible.set() && (s.lists.set() || !s.syn.set()) && !s.unproven()
	if !in.Done && c.sure() {
		in.Stuck, in.At = c.stuck(now)
	}
	return in
}

// unproven reports whether the connection ended because the client did not prove
// what program it is. One on which more was said after that went on without.
func (s *state) unproven() bool {
	if s.challengeFailed.set() {
		return true
	}
	return s.challengeLate && (s.thrown.set() && s.why == "" && !s.out.set() ||
		s.closed.time != 0 && s.last.time-s.challenge.time <= challengeTime)
}

// stuck says why a sign-in at an NS or DS goes no further, and how it ended; about
// is the event that says most about it.
func (c *Checker) stuck(now int64) (why string, about int64) {
	s := &c.state
	end, how := mark{}, ""
	switch {
	case s.thrown.set() && !s.out.set():
		end, how = s.thrown, "the server ended the connection"+because(s.why)
	case s.out.set():
		end, how = s.out, "the client left"
	}
	// late reports whether what should follow m was overdue when it ended.
	late := func(m mark) bool {
		switch {
		case !m.set():
			return false
		case end.set():
			return end.time-m.time > slow
		}
		return s.closed.time != 0 || now-m.time > slow
	}
	at := func(why string, m mark) string {
		if about == 0 {
			about = m.event
		}
		return fmt.Sprintf("%s (event %d)", why, m.event)
	}
	cause := c.cause(late, at)
	switch {
	case !end.set():
		return cause, about
	case cause == "":
		why = at(how, end)
		return why, about
	case s.refused.set() || s.refusedVersion: // that it ends then is no news
		return cause, about
	}
	return cause + "; then " + at(how, end), about
}

// cause says what a sign-in at an NS or DS waits for.
func (c *Checker) cause(late func(mark) bool, at func(string, mark) string) string {
	s := &c.state
	switch {
	case s.refusedVersion:
		return at("the server accepts none of the protocol versions that the client offers", s.verOK)
	case s.refused.set() && !s.signedIn.set():
		return at("the server refused the sign-in: error "+s.refusal, s.refused)
	case s.loop > 0:
		return at("the client is sent from server to server, "+strconv.Itoa(s.loop)+" times now, and none signs it in", s.referred)
	case s.challengeLate && s.unproven():
		return at("the client did not answer the challenge CHL in time", s.challenge)
	case s.challengeFailed.set():
		return at("the client failed the server's challenge: error 540", s.challengeFailed)
	case !s.signedIn.set():
		return c.stuckBefore(late, at)
	case s.synRefused.set():
		return at("the server refused SYN: error "+s.synRefused.words, s.synRefused.mark)
	case late(s.syn) && !s.synOK.set():
		return at("the server did not answer SYN", s.syn)
	case late(s.told) && s.synOK.set() && !s.lists.set():
		return at("the server did not send the lists to their end; this is the last line", s.told)
	case s.chgRefused.set() && !s.visible.set():
		return at("the server refused the status: error "+s.chgRefused.words, s.chgRefused.mark)
	case late(s.chg) && !s.visible.set():
		return at("the server did not confirm the status", s.chg)
	case s.challengeLate:
		return at("the client did not answer the challenge CHL in time", s.challenge)
	case late(s.signedIn) && !s.syn.set() && !s.chg.set():
		return at("the client asked neither for its lists nor for a status after it had signed in", s.signedIn)
	case late(s.last) && !s.chg.set():
		return at("the client did not ask for a status, so nobody sees it", s.last)
	}
	return ""
}

// stuckBefore says why a client is not signed in.
func (c *Checker) stuckBefore(late func(mark) bool, at func(string, mark) string) string {
	s := &c.state
	switch {
	case !s.first.set() && s.closed.time != 0:
		return "the client said nothing"
	case late(s.ver) && !s.verOK.set():
		return at("the server did not answer VER", s.ver)
	case late(s.proof):
		return at("the server said neither yes nor no to the password", s.proof)
	case late(s.asked):
		return at("the client did not answer the server's question for the password", s.asked)
	case late(s.user):
		return at("the server did not answer USR", s.user)
	case late(s.inf) && !s.infOK.set():
		return at("the server did not answer INF", s.inf)
	case late(s.infOK):
		return at("the client did not go on after INF", s.infOK)
	case late(s.verOK):
		if s.offersCVR && !s.namesCVR {
			return at("the client did not go on after VER; the answer does not name CVR0, for which some clients wait", s.verOK)
		}
		return at("the client did not go on after VER", s.verOK)
	}
	return ""
}

// because explains the reason of an OUT.
func because(why string) string {
	for _, s := range decode.LookUp("OUT", decode.S2C) {
		for _, p := range s.Params {
			for _, v := range p.Values {
				if v.Word == why {
					return ": " + v.Meaning
				}
			}
		}
	}
	return ""
}

// chatSignIn is SignIn for a switchboard.
func (c *Checker) chatSignIn(now int64) SignIn {
	ch := &c.chat
	in := SignIn{Done: ch.joined.set(), Refused: ch.refused.set() && !ch.joined.set(), Unsure: !c.sure()}
	add := func(name, command string, dir decode.Direction, m mark) {
		if m.set() {
			in.Steps = append(in.Steps, Step{name, command, dir, m.event, m.time})
		}
	}
	add("ticket shown", ch.word, decode.C2S, ch.login)
	add("let in", ch.word, decode.S2C, ch.joined)
	add("somebody called", "CAL", decode.C2S, ch.called)
	add("ringing", "CAL", decode.S2C, ch.rung)
	switch {
	case in.Done || !c.sure():
	case ch.refused.set():
		in.At = ch.refused.event
		in.Stuck = fmt.Sprintf("the switchboard refused the ticket: error %s (event %d)", ch.refusal, ch.refused.event)
	case c.state.closed.time != 0 || now-ch.login.time > slow:
		in.At = ch.login.event
		in.Stuck = fmt.Sprintf("the switchboard did not answer %s (event %d)", ch.word, ch.login.event)
	}
	return in
}

// code returns the error code with which the words of a refusal begin.
func code(refusal string) string {
	word, _, _ := strings.Cut(refusal, ",")
	return word
}
