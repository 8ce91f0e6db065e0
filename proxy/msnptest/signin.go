// This file signs a user in: VER, INF and USR on dispatch and notification
// servers, and the messages the service sends unasked once that is done.

package msnptest

import (
	"crypto/md5"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// handleSignIn handles commands before USR OK.
func (c *conn) handleSignIn(cmd Command) {
	t := cmd.word(1)
	switch name := cmd.Name(); {
	case name == "OUT":
		c.finish()
	case name == "VER" && len(cmd.Words) > 2:
		c.negotiate(t, cmd.Words[2:])
	case c.dialect == 0 && !c.cvr0:
		c.finish() // anything before VER
	case name == "CVQ" && c.cvr0:
		c.send("CVQ %s %s", t, versionAnswer)
		c.finish()
	case c.cvr0:
		c.finish()
	case name == "INF":
		c.send("INF %s MD5", t)
	case name == "USR" && len(cmd.Words) == 5 && cmd.Words[2] == "MD5" && cmd.Words[3] == "I":
		c.signInAs(t, cmd.Words[4])
	case name == "USR" && len(cmd.Words) == 5 && cmd.Words[2] == "MD5" && cmd.Words[3] == "S" && c.challenge != "":
		c.checkResponse(t, cmd.Words[4])
	case name == "USR":
		c.fail(911, t)
	case nsCommands[name] != nil:
		c.send("302 %s", t) // not logged in
	default:
		c.finish()
	}
}

// negotiate answers VER like the servers of 2002: with the dialects both know.
func (c *conn) negotiate(t string, offered []string) {
	if c.dialect != 0 {
		c.fail(715, t)
		return
	}
	var common []string
	for _, d := range offered {
		if n := dialectNumber(d); n >= 2 && n <= c.s.cfg.MaxDialect {
			common = append(common, d)
			c.dialect = max(c.dialect, n)
		} else if d == "CVR0" {
			common = append(common, d)
		}
	}
	switch {
	case c.dialect != 0 && c.s.cfg.OneDialect:
		c.send("VER %s MSNP%d", t, c.dialect)
	case c.dialect != 0:
		c.send("VER %s %s", t, strings.Join(common, " "))
	case len(common) > 0:
		c.cvr0 = true
		c.send("VER %s CVR0", t)
	default:
		c.send("VER %s 0", t)
		c.finish()
	}
}

// dialectNumber returns n of "MSNPn", 0 for anything else.
func dialectNumber(word string) int {
	digits, ok := strings.CutPrefix(word, "MSNP")
	if n, err := strconv.Atoi(digits); ok && err == nil {
		return n
	}
	return 0
}

func (c *conn) signInAs(t, handle string) {
	s := c.s
	a := s.accounts[strings.ToLower(handle)]
	key := strings.ToLower(handle)
	if c.role == "DS" {
		c.identify("DS", handle, handle)
		ns := pick(s.ns, handle, s.cfg.PickNS, &s.nextNS)
		s.promised[key] = ns
		c.sendOn(t, ns)
		return
	}
	if ns := s.promised[key]; ns != nil && ns != c.l {
		s.complain("%s was sent to the NS at %s and came to the one at %s", handle, ns.Addr(), c.l.Addr())
		c.sendOn(t, ns)
		return
	}
	c.challenge = fmt.Sprintf("%d.%s", time.Now().Unix(), s.number(9))
	c.signingIn = a // nil: no such account, found wrong when the answer comes
	c.identify("NS", handle, c.challenge)
	c.send("USR %s MD5 S %s", t, c.challenge)
}

// sendOn refers the client to another notification server.
func (c *conn) sendOn(t string, ns *listener) {
	addr, current := ns.announced, c.l.announced
	switch custom := c.s.cfg.XFRNS; {
	case custom != nil:
		c.send("%s", custom(c.dialect, t, addr, current))
	case c.dialect >= 7:
		c.send("XFR %s NS %s 0 %s", t, addr, current)
	case c.dialect >= 3:
		c.send("XFR %s NS %s 0", t, addr)
	default:
		c.send("XFR %s NS %s", t, addr)
	}
}

func (c *conn) checkResponse(t, response string) {
	a := c.signingIn
	if a == nil || md5Hex(c.challenge+a.password) != response {
		c.fail(911, t)
		return
	}
	if old := a.ns; old != nil {
		old.send("OUT OTH")
		old.finish()
		a.status = ""
		c.s.showPresence(a)
	}
	delete(c.s.promised, strings.ToLower(a.handle))
	a.ns, a.status, a.synced, a.seen = c, "", false, map[string]string{}
	c.account = a
	if c.dialect >= 6 {
		c.send("USR %s OK %s %s 1", t, a.handle, a.name)
	} else {
		c.send("USR %s OK %s %s", t, a.handle, a.name)
	}
	c.sendProfile()
}

// md5Hex is the answer to both challenges of MSNP2-7: the MD5 of challenge and
// secret, in lower-case hex.
func md5Hex(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }

// sendMessage sends a message of the service itself.
func (c *conn) sendMessage(contentType string, lines ...string) {
	lines = slices.Concat([]string{"MIME-Version: 1.0", "Content-Type: " + contentType}, lines)
	c.sendPayload("MSG Hotmail Hotmail", []byte(strings.Join(lines, "\r\n")+"\r\n"))
}

func (c *conn) sendProfile() {
	login := fmt.Sprintf("LoginTime: %d", time.Now().Unix())
	if c.dialect < 3 {
		c.sendMessage("text/x-msmsgsprofile; charset=UTF-8", login, "")
		return
	}
	c.sendMessage("text/x-msmsgsprofile; charset=UTF-8",
		login, "EmailEnabled: 1", "MemberIdHigh: 84736", "MemberIdLow: -"+c.s.number(9),
		"lang_preference: 1033", "preferredEmail: "+c.account.handle, "country: US", "PostalCode: ", "Gender: ",
		"Kid: 0", "Age: ", "BDayPre: 0", "Birthday: 0", "Wallet: 0", "Flags: 1027", "sid: 507", "kv: 1",
		"MSPAuth: 2AAAAAAAA"+c.s.number(40)+"$$", "")
}

// sendMailbox tells once how full the mailbox is.
func (c *conn) sendMailbox() {
	if c.mailSaid {
		return
	}
	c.mailSaid = true
	typ := "text/x-msmsgsinitialemailnotification; charset=UTF-8"
	if c.dialect < 3 {
		typ = "application/x-msmsgsemailnotification; charset=UTF-8"
	}
	c.sendMessage(typ, "", "Inbox-Unread: 3", "Folders-Unread: 0", "Inbox-URL: /cgi-bin/HoTMaiL",
		"Folders-URL: /cgi-bin/folders", "Post-URL: http://www.hotmail.com", "")
}

func (c *conn) sendMail(from, fromAddr, subject string) {
	typ := "text/x-msmsgsemailnotification; charset=UTF-8"
	if c.dialect < 3 {
		typ = "application/x-msmsgsemailnotification; charset=UTF-8"
	}
	id := c.s.number(6)
	c.sendMessage(typ, "", "From: "+from, "Message-URL: /cgi-bin/getmsg?msg=MSG"+id, "Post-URL: https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033",
		"Subject: "+subject, "Dest-Folder: ACTIVE", "From-Addr: "+fromAddr, "id: 2", "")
}

const challengeKey = "Q1P7W2E4J9R8U3S5" // of challengeProduct

const challengeProduct = "msmsgs@msnmsgr.com"

// challengeClient sends CHL and ends the connection if QRY does not come.
func (c *conn) challengeClient() {
	if c.dialect < 6 || c.s.cfg.NoChallenge || c.chl != "" {
		return
	}
	c.chl = c.s.number(20)
	c.send("CHL 0 %s", c.chl)
	c.chlTimer = time.AfterFunc(c.s.cfg.ChallengeTimeout, func() {
		c.s.mu.Lock()
		defer c.s.mu.Unlock()
		if c.chl != "" && !c.done {
			c.fail(540, "0")
		}
	})
}

func (c *conn) checkChallenge(cmd Command) {
	t := cmd.word(1)
	if c.dialect < 6 || c.chl == "" || cmd.word(2) != challengeProduct || string(cmd.Payload) != md5Hex(c.chl+challengeKey) {
		c.fail(540, t)
		return
	}
	c.chl = ""
	c.chlTimer.Stop()
	c.send("QRY %s", t)
}
