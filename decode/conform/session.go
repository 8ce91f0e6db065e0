// This file follows what is said between a client and a dispatch or
// notification server, and checks whether each command comes at its time.

package conform

import (
	"strconv"
	"time"

	"msnscope/decode"
)

// mark is an event remembered; event 0 means that it has not happened.
type mark struct{ event, time int64 }

func (m mark) set() bool { return m.event != 0 }

// state is what has been said on the connection.
type state struct {
	last                mark // the newest command
	first               mark
	ver, verOK          mark
	offered             uint64 // bit n for MSNPn
	offersCVR, namesCVR bool   // CVR0 in VER and in its answer
	refusedVersion      bool

	inf, infOK  mark
	user, asked mark // USR I and the server's challenge
	proof       mark // USR S
	signedIn    mark
	refused     mark // an error in answer to USR, or to VER or INF before it
	refusal     string
	referred    mark
	referredTo  string
	loop        int // referrals one after the other, when too many

	syn, synOK, lists mark
	synVersion        string
	synUsers          int  // MSNP8: LST lines still to come; -1 if not told
	told              mark // newest line of the answer to SYN
	synRefused        denial
	chgRefused        denial
	brokenOff         bool // noted that it broke off
	groupsFromOne     bool
	chg, visible      mark
	hidden            bool
	challenge         mark // the CHL that was not answered in time
	challengeLate     bool
	challengeFailed   mark // error 540
	out, thrown       mark // OUT of the client, of the server
	why               string
	closed            mark
}

// denial is an error in answer to a request.
type denial struct {
	mark
	words string // code and meaning
}

// listPause is how long the answer to SYN may pause before it counts as broken
// off.
const listPause = int64(30 * time.Second)

// conversation checks the command against what was said before.
func (c *Checker) conversation() {
	n := &c.now
	s := &c.state
	if !s.first.set() {
		s.first = mark{n.event, n.time}
	}
	switch {
	case n.ctx.Role == decode.RoleSB && n.ctx.Dir == decode.C2S:
		c.chatClient()
	case n.ctx.Role == decode.RoleSB:
		c.chatServer()
	case n.ctx.Dir == decode.C2S:
		c.client()
	default:
		c.server()
	}
	s.last = mark{n.event, n.time}
}

// client looks at what a client says to a dispatch or notification server.
func (c *Checker) client() {
	n := &c.now
	s := &c.state
	now := mark{n.event, n.time}
	switch {
	case n.name == "OUT" || n.name == "PNG":
	case s.out.set():
		c.note("after-out", "%s after OUT", n.name)
	case s.referred.set():
		c.note("after-referral", "%s after the client was sent to %s", n.name, s.referredTo)
	}
	switch n.name {
	case "VER":
		c.offer(now)
	case "INF":
		s.inf, s.refused = now, mark{}
	case "USR":
		c.login(now)
	case "CVR", "CVQ", "PNG":
	case "OUT":
		s.out = now
	default:
		if !s.signedIn.set() && c.sure() && n.form.known {
			c.note("before-sign-in", "%s before USR OK", n.name)
		}
	}
	switch n.name {
	case "SYN":
		s.syn, s.synOK, s.lists, s.synRefused = now, mark{}, mark{}, denial{}
		s.synVersion = string(n.word(0)[:min(len(n.word(0)), 32)])
	case "CHG":
		if s.chg, s.chgRefused = now, (denial{}); string(n.word(0)) == "FLN" {
			c.note("status-offline", "CHG FLN")
		}
		c.statusWord(n.word(0))
	case "XFR":
		if string(n.word(0)) == "SB" && c.sure() && (s.hidden || !s.visible.set() && !s.chg.set()) {
			c.note("chat-while-hidden", "XFR SB while the user is not visible")
		}
	case "QRY":
		c.challenge()
	default:
		c.changeOfList()
	}
}

// offer looks at the client's VER.
func (c *Checker) offer(now mark) {
	n := &c.now
	s := &c.state
	if s.ver.set() && c.sure() {
		c.note("version-repeated", "a second VER, the first is event %d", s.ver.event)
	}
	s.ver, s.verOK, s.offered, s.offersCVR, s.refused = now, mark{}, 0, false, mark{}
	for i := 0; n.word(i) != nil; i++ {
		if d, ok := decode.ParseDialect(string(n.word(i))); ok && d < 64 {
			s.offered |= 1 << d
		}
		s.offersCVR = s.offersCVR || isCVR(n.word(i))
	}
}

// isCVR knows the misspelling of some clients too.
func isCVR(word []byte) bool { return string(word) == "CVR0" || string(word) == "CVRO" }

// login looks at the client's USR.
func (c *Checker) login(now mark) {
	n := &c.now
	s := &c.state
	switch string(n.word(1)) {
	case "I":
		if !s.ver.set() && c.sure() {
			c.note("version-missing", "USR before VER")
		}
		s.user, s.asked, s.proof, s.refused = now, mark{}, mark{}, mark{}
		c.tooLong("handle", n.word(2), maxHandle)
	case "S":
		s.proof = now
	}
}

// server looks at what a dispatch or notification server says.
func (c *Checker) server() {
	n := &c.now
	s := &c.state
	now := mark{n.event, n.time}
	if n.name[0] <= '9' {
		c.refusedBy(now)
		return
	}
	switch n.name {
	case "VER":
		c.pick(now)
	case "INF":
		s.infOK = now
	case "USR":
		switch {
		case string(n.word(0)) == "OK":
			s.signedIn, s.loop, s.refused = now, 0, mark{}
			a := c.known.account(n.ctx.Account)
			a.referred, a.refused = nil, nil
		case string(n.word(1)) == "S":
			s.asked = now
		}
	case "XFR", "RNG":
		c.redirect()
	case "SYN":
		c.synchronised(now)
	case "LST", "LSG", "PRP", "BPR", "GTC", "BLP":
		if s.synOK.set() && !s.lists.set() {
			s.told = now
		}
		c.listLine()
		if n.name == "LST" && n.trid < 0 && s.synUsers > 0 {
			if s.synUsers--; s.synUsers == 0 {
				s.lists = now
			}
		}
	case "ADG", "RMG":
		c.groupsChanged()
	case "ADD", "REM":
		c.listName(n.word(0))
	case "CHG":
		s.visible, s.hidden = now, string(n.word(0)) == "HDN"
		if string(n.word(0)) == "FLN" {
			s.visible, s.chg = mark{}, mark{}
		}
		c.statusWord(n.word(0))
	case "ILN", "NLN":
		if w := n.word(0); len(w) == 3 {
			c.statusWord(w)
		}
	case "CHL":
		c.challenge()
	case "OUT":
		s.thrown, s.why = now, string(n.word(0)[:min(len(n.word(0)), 8)])
	}
}

// pick looks at the server's VER.
func (c *Checker) pick(now mark) {
	n := &c.now
	s := &c.state
	s.verOK = now
	named, common := uint64(0), false
	for i := 0; n.word(i) != nil; i++ {
		w := n.word(i)
		if string(w) == "0" {
			s.refusedVersion = true
			c.note("version-refused", "the server accepts none of the client's dialects")
			return
		}
		if d, ok := decode.ParseDialect(string(w)); ok && d < 64 {
			named |= 1 << d
		}
		s.namesCVR = s.namesCVR || isCVR(w)
	}
	common = named&s.offered != 0
	if named != 0 && !common && s.ver.set() && c.sure() {
		c.note("version-not-offered", "the server picked %s", shown(n.word(0)))
	}
}

// refusedBy looks at an error reply.
func (c *Checker) refusedBy(now mark) {
	n := &c.now
	s := &c.state
	if n.name == "540" {
		s.challengeFailed = now
	}
	code, _ := strconv.Atoi(n.name)
	words := n.name
	if e, ok := decode.ErrorCodeOf(code); ok {
		words += ", " + e.Meaning
	}
	switch n.asked {
	case "SYN":
		s.synRefused = denial{now, words}
	case "CHG":
		s.chgRefused = denial{now, words}
	}
	if s.signedIn.set() || !s.user.set() && n.asked != "VER" && n.asked != "INF" {
		return
	}
	s.refused, s.refusal = now, words
	if code == 911 {
		a := c.known.account(n.ctx.Account)
		if times := happened(&a.refused, n.time); times >= tries {
			c.note("refused-again", "the sign-in of %s was refused %d times in two minutes", shown([]byte(n.ctx.Account)), times)
		}
	}
}

// synchronised looks at the server's SYN.
func (c *Checker) synchronised(now mark) {
	n := &c.now
	s := &c.state
	s.synOK, s.told, s.lists, s.synUsers, s.brokenOff = now, now, mark{}, -1, false
	if v := string(n.word(0)); v == s.synVersion && v != "0" {
		s.lists = now // the client has them
		return
	}
	if n.ctx.Dialect < 10 {
		a := c.known.account(n.ctx.Account)
		a.groups, a.whole = nil, false
		s.groupsFromOne = false
	}
	// MSNP8: SYN t L users groups; MSNP10 has a word more in front of these.
	if k := len(n.words); n.ctx.Dialect >= 8 && k >= 5 {
		if users, err := strconv.Atoi(string(n.words[k-2].Of(n.line))); err == nil {
			s.synUsers = users
			if users == 0 {
				s.lists = now
			}
		}
	}
}

// listsTold takes note that the reverse list, the last one, is at its end.
func (s *state) listsTold(n *command) {
	if s.synOK.set() && !s.lists.set() {
		s.lists = mark{n.event, n.time}
	}
}

// syncOverdue notes that the answer to SYN broke off.
func (c *Checker) syncOverdue(now int64) {
	s := &c.state
	if s.synOK.set() && !s.lists.set() && !s.brokenOff && c.sure() && now-s.told.time > listPause {
		s.brokenOff = true
		c.noteAt(s.synOK.event, "sync-unfinished", "the lists that SYN announces did not come to their end, the last line is event %d", s.told.event)
	}
}
