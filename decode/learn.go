// This file learns the facts of a connection from its commands: role, dialect,
// user, program, chat.

package decode

import (
	"bytes"
	"math/bits"
)

// maxFact is the longest word kept as a fact of a connection. Handles end at
// 129 bytes, encoded names at 387.
const maxFact = 1024

// Learn takes note of what f, a whole command of dir that was cut elsewhere,
// says about the connection: for an owner with framers of its own.
func (c *Conn) Learn(dir Direction, f *Frame) {
	if f.Kind == FrameCommand && f.Line >= 3 {
		c.learn(dir, f)
	}
}

// learn takes note of what the command f of dir says about the connection.
func (c *Conn) learn(dir Direction, f *Frame) {
	key := nameKey(f.Raw)
	switch {
	case dir == C2S:
		c.learnClient(key, f.Raw[:f.Line])
	case isDigit(f.Raw[0]):
	default:
		c.learnServer(key, f.Raw[:f.Line])
	}
}

func (c *Conn) learnClient(key uint32, line []byte) {
	switch key {
	case kMSG, kCAL:
		c.isRole(RoleSB)
		return
	case kPNG, kOUT, kINF:
		return
	case kSYN, kCHG, kADD, kADC, kREM, kREA, kLST, kLSG, kGTC, kBLP, kPRP, kADG, kREG, kRMG, kXFR, kQRY, kSDC, kPAG:
		c.isRole(RoleNS)
		return
	case kUUX, kGCF:
		c.isRole(RoleNS)
		c.show(11)
		return
	case kADL, kRML, kUUN:
		c.isRole(RoleNS)
		c.show(13)
		return
	case kFQY, kUUM:
		c.isRole(RoleNS)
		c.show(14)
		return
	case kVER, kUSR, kANS, kCVR, kCVQ:
	default:
		return
	}
	var w [maxWords]Span
	n := firstWords(&w, line)
	word := func(i int) []byte { return w[i].Of(line) }
	switch key {
	case kVER:
		c.offered = 0
		for i := 2; i < n; i++ {
			if d, ok := dialectWord(word(i)); ok && d < 64 {
				c.offered |= 1 << d
			}
		}
	case kUSR:
		if n < 4 {
			return
		}
		c.login, _ = number(word(1))
		switch {
		case n == 4 && !isLoginStep(word(3)):
			c.isSwitchboard(word(2), word(3))
		case n >= 5 && string(word(3)) == "I":
			setHandle(&c.Account, word(4))
		}
	case kANS:
		if n >= 4 {
			c.isSwitchboard(word(2), word(3))
		}
		if n >= 5 {
			setFact(&c.Chat, word(4))
		}
	case kCVR, kCVQ:
		if n >= 8 {
			setFact(&c.ClientVersion, line[w[6].Start:w[6].End], line[w[7].Start:w[7].End])
		}
		if n >= 10 && isHandle(word(n-1)) { // MSNP8 and later
			setHandle(&c.Account, word(n-1))
		}
	}
}

// isLoginStep reports whether word is the third parameter of a USR to an NS cut
// short: "USR 3 MD5 I".
func isLoginStep(word []byte) bool {
	return len(word) == 1 && (word[0] == 'I' || word[0] == 'S')
}

// isSwitchboard notes the first words of a client to a switchboard, which no
// other server is ever told.
func (c *Conn) isSwitchboard(handle, cookie []byte) {
	c.Role = RoleSB
	setHandle(&c.Account, handle)
	setFact(&c.Cookie, cookie)
}

func (c *Conn) learnServer(key uint32, line []byte) {
	switch key {
	case kMSG:
		if c.Role == RoleUnknown {
			sender := NextWord(line, 3).Of(line)
			if string(sender) == "Hotmail" {
				c.Role = RoleNS
			} else if len(sender) > 0 {
				c.Role = RoleSB
			}
		}
		return
	case kACK, kNAK, kJOI, kBYE, kIRO, kANS:
		c.isRole(RoleSB)
		return
	case kSYN, kLST, kCHG, kILN, kGTC, kBLP, kPRP, kBPR, kLSG, kADG, kREG, kRMG, kADD, kADC, kREM, kRNG, kCHL, kNOT, kIPG:
		c.roster = true
		c.isRole(RoleNS)
		if key != kPRP {
			return
		}
	case kNLN, kFLN:
		c.isRole(RoleNS)
		return
	case kUBX, kGCF:
		c.isRole(RoleNS)
		c.show(11)
		return
	case kUBN, kADL, kRML:
		c.isRole(RoleNS)
		c.show(13)
		return
	case kUBM, kFQY:
		c.isRole(RoleNS)
		c.show(14)
		return
	case kNFY:
		c.isRole(RoleNS)
		c.show(18)
		return
	case kVER, kUSR, kXFR, kCAL, kREA:
	default:
		return
	}
	var w [maxWords]Span
	n := firstWords(&w, line)
	word := func(i int) []byte { return w[i].Of(line) }
	switch key {
	case kVER:
		c.learnDialect(line, &w, n)
	case kUSR:
		switch {
		case n >= 4 && string(word(2)) == "OK":
			c.signedIn(line, &w, n)
		case n >= 4 && string(word(3)) == "S":
			c.isRole(RoleNS)
		}
	case kXFR:
		c.referred(line)
	case kCAL:
		c.isRole(RoleSB)
		if n >= 4 && string(word(2)) == "RINGING" {
			setFact(&c.Chat, word(3))
		}
	case kREA: // REA t L handle name
		c.roster = true
		c.isRole(RoleNS)
		if n >= 5 && bytes.EqualFold(word(3), []byte(c.Account)) {
			setFact(&c.FriendlyName, word(4))
		}
	case kPRP: // MSNP10 and later: PRP [t] MFN name
		for i := 1; i+1 < n && i <= 3; i++ {
			if string(word(i)) == "MFN" {
				setFact(&c.FriendlyName, word(i+1))
				break
			}
		}
	}
}

// learnDialect reads the server's VER. Some answer with the one dialect that
// both will speak, some with all they know: it is the highest that both named,
// or the server's highest if the client's VER was not seen or names none of
// them. "VER t 0" (none) and "VER t CVR0" leave it unknown.
func (c *Conn) learnDialect(line []byte, w *[maxWords]Span, n int) {
	var named uint64
	for i := 2; i < n; i++ {
		if string(w[i].Of(line)) == "0" {
			return // "VER t 0 MSNP21 ...": none in common, these are what it knows
		}
		if d, ok := dialectWord(w[i].Of(line)); ok && d < 64 {
			named |= 1 << d
		}
	}
	if both := named & c.offered; both != 0 {
		named = both
	}
	if named != 0 {
		c.setDialect(Dialect(bits.Len64(named) - 1))
	}
}

// signedIn reads USR t OK handle name [verified]. On an NS and on a switchboard
// it is the same but for the last word, so a connection seen from its middle
// may stay of unknown role.
func (c *Conn) signedIn(line []byte, w *[maxWords]Span, n int) {
	word := func(i int) []byte { return w[i].Of(line) }
	if c.Role == RoleUnknown && (c.login >= 0 || c.Dialect != 0 || n >= 6) {
		c.Role = RoleNS
	}
	setHandle(&c.Account, word(3))
	// MSNP10 and later have no name in the answer of an NS.
	if n >= 5 && (c.Role == RoleSB || c.Dialect < 10) {
		setFact(&c.FriendlyName, word(4))
	}
}

// referred reads an XFR of the server. One that answers the client's USR makes
// it a dispatch server, even after USR OK: one small server signs the client in
// first. A server that has behaved as an NS stays one.
func (c *Conn) referred(line []byte) {
	r, ok := ParseRedirect(line)
	switch {
	case !ok:
	case r.Kind == RedirectSB:
		c.isRole(RoleNS)
	case r.Reset():
		c.isRole(RoleNS)
		c.offered, c.login, c.roster = 0, -1, false
	case c.Role == RoleSB || c.roster:
	case c.Role == RoleUnknown, r.TrID == c.login:
		c.Role = RoleDS
	}
}

// isRole sets the role unless it is known.
func (c *Conn) isRole(r Role) {
	if c.Role == RoleUnknown {
		c.Role = r
	}
}

// setFact sets *fact to words, joined by a blank, if they are different and not
// absurdly long.
func setFact(fact *string, words ...[]byte) {
	n := len(words) - 1
	for _, w := range words {
		n += len(w)
	}
	if n > maxFact {
		return
	}
	if len(words) == 1 {
		if *fact != string(words[0]) {
			*fact = string(words[0])
		}
		return
	}
	*fact = string(bytes.Join(words, []byte(" ")))
}

// setHandle is setFact for a handle, which MSNP16 and later may follow with the
// id of an endpoint: "al@example.com;{guid}".
func setHandle(fact *string, word []byte) {
	handle, _, _ := bytes.Cut(word, []byte(";"))
	setFact(fact, handle)
}

// dialectWord is ParseDialect without a string.
func dialectWord(word []byte) (Dialect, bool) {
	if len(word) < 5 || len(word) > 6 || string(word[:4]) != "MSNP" {
		return 0, false
	}
	n, ok := number(word[4:])
	return Dialect(n), ok && n > 0
}
