// This file is the notification server's command table and the commands that
// concern the user alone: status, services, keep-alive.

package msnptest

import (
	"fmt"
	"strings"
)

// nsCommand is a command of a signed-in client.
type nsCommand struct {
	words int // least number of words after the name; fewer are a syntax error
	do    func(c *conn, cmd Command)
}

var nsCommands map[string]*nsCommand

func init() { // breaks the cycle between the table and the sign-in that asks it
	nsCommands = map[string]*nsCommand{
		"VER": {0, func(c *conn, cmd Command) { c.fail(715, cmd.word(1)) }},
		"INF": {0, func(c *conn, cmd Command) { c.send("715 %s", cmd.word(1)) }},
		"USR": {1, func(c *conn, cmd Command) { c.send("207 %s", cmd.word(1)) }},
		"OUT": {0, (*conn).signOut},
		"PNG": {0, func(c *conn, cmd Command) { c.send("QNG") }},
		"CVR": {2, func(c *conn, cmd Command) { c.send("CVR %s %s", cmd.word(1), versionAnswer) }},
		"CHG": {2, (*conn).changeStatus},
		"XFR": {2, (*conn).openSwitchboard},
		"QRY": {3, (*conn).checkChallenge},
		"CHL": {1, func(c *conn, cmd Command) { c.challengeClient() }},
		"URL": {2, (*conn).tellURL},
		"SND": {2, (*conn).inviteByMail},
		"SDC": {2, (*conn).inviteByMail},
		"FND": {2, (*conn).findPeople},
		"IMS": {2, func(c *conn, cmd Command) { c.send("IMS %s 0 %s", cmd.word(1), cmd.word(2)) }},
		"PAG": {3, (*conn).page},

		"SYN": {2, (*conn).synchronise},
		"LST": {2, (*conn).listOne},
		"LSG": {1, func(c *conn, cmd Command) { c.sendGroups(cmd.word(1)) }},
		"ADD": {4, (*conn).addToList},
		"REM": {3, (*conn).removeFromList},
		"ADG": {2, (*conn).addGroup},
		"RMG": {2, (*conn).removeGroup},
		"REG": {3, (*conn).renameGroup},
		"REA": {3, (*conn).rename},
		"GTC": {2, (*conn).setAsk},
		"BLP": {2, (*conn).setPrivacy},
		"PRP": {2, (*conn).setPhone},
	}
}

const versionAnswer = "4.6.0073 4.6.0073 1.0.0863 http://download.microsoft.com/msnmessenger/mmssetup.exe http://messenger.msn.com"

func (c *conn) signOut(Command) {
	if c.s.cfg.EchoOUT {
		c.send("OUT")
	}
	c.finish()
}

var statuses = map[string]bool{"NLN": true, "BSY": true, "IDL": true, "BRB": true, "AWY": true, "PHN": true, "LUN": true, "HDN": true}

func (c *conn) changeStatus(cmd Command) {
	t, status := cmd.word(1), cmd.word(2)
	if !statuses[status] {
		c.send("201 %s", t)
		return
	}
	a := c.account
	first := a.status == ""
	a.status = status
	c.send("CHG %s %s", t, status)
	if first {
		for _, e := range a.lists[listForward] {
			if other := c.s.accounts[strings.ToLower(e.handle)]; other != nil {
				a.watchFirst(other, t)
			}
		}
	}
	c.s.showPresence(a)
	if first {
		c.sendMailbox()
		c.challengeClient()
	}
}

// openSwitchboard answers XFR SB with a switchboard and a cookie for it.
func (c *conn) openSwitchboard(cmd Command) {
	t, a, s := cmd.word(1), c.account, c.s
	switch {
	case cmd.word(2) != "SB":
		c.send("715 %s", t)
	case a.status == "" || a.status == "HDN":
		c.send("913 %s", t)
	default:
		s.session++
		chat := &chatSession{id: fmt.Sprint(s.session), at: pick(s.sb, a.handle, s.cfg.PickSB, &s.nextSB)}
		cookie := s.issue(&ticket{session: chat, handle: a.handle}, 3)
		c.send("XFR %s SB %s CKI %s", t, chat.at.announced, cookie)
	}
}

var urls = map[string]string{
	"PASSWORD": "/cgi-bin/Accounts", "INBOX": "/cgi-bin/HoTMaiL", "COMPOSE": "/cgi-bin/compose", "MESSAGE": "/cgi-bin/getmsg",
	"FOLDERS": "/cgi-bin/folders", "PERSON": "/cgi-bin/Accounts", "MOBILE": "/mobile", "CHGMOB": "/mobile/edit",
	"PROFILE": "/profile", "CHAT": "/chat",
}

func (c *conn) tellURL(cmd Command) {
	t := cmd.word(1)
	page := urls[cmd.word(2)]
	switch {
	case page == "":
		c.finish()
	case c.dialect < 3:
		c.send("URL %s %s https://www.hotmail.com/cgi-bin/dologin", t, page)
	default:
		c.send("URL %s %s https://loginnet.passport.com/ppsecure/md5auth.srf?lc=1033 2", t, page)
	}
}

func (c *conn) inviteByMail(cmd Command) {
	if cmd.Name() == "SND" && !strings.Contains(cmd.word(2), "@") {
		c.fail(503, cmd.word(1))
		return
	}
	c.send("%s %s OK", cmd.Name(), cmd.word(1))
}

// findPeople searches the directory, which has first names only.
func (c *conn) findPeople(cmd Command) {
	t, fname := cmd.word(1), ""
	for _, word := range cmd.Words[2:] {
		if v, ok := strings.CutPrefix(word, "fname="); ok && v != "*" {
			fname = Unescape(v)
		}
	}
	if fname == "" {
		c.send("201 %s", t)
		return
	}
	var hits []*account
	for _, handle := range sortedKeys(c.s.accounts) {
		a := c.s.accounts[handle]
		if strings.HasPrefix(strings.ToLower(Unescape(a.name)), strings.ToLower(fname)) {
			hits = append(hits, a)
		}
	}
	if len(hits) == 0 {
		c.send("FND %s 0 0", t)
	}
	for i, a := range hits {
		c.send("FND %s %d %d fname=%s lname=* city=Seattle state=WA country=US", t, i+1, len(hits), a.name)
	}
}

// page sends text to a mobile: as an IPG to the user's client here.
func (c *conn) page(cmd Command) {
	to := c.s.accounts[strings.ToLower(cmd.word(2))]
	switch {
	case c.dialect < 5:
		c.send("715 %s", cmd.word(1))
	case to == nil || to.phones["MOB"] != "Y":
		c.send("220 %s", cmd.word(1))
	case to.ns != nil && to.ns.dialect >= 6:
		doc := fmt.Sprintf("<NOTIFICATION id=\"0\" siteid=\"111100400\" siteurl=\"http://mobile.msn.com/\">\r\n"+
			"  <TO name=\"%s\"><VIA agent=\"mobile\"/></TO>\r\n  <FROM name=\"%s\"/>\r\n"+
			"  <MSG pri=\"1\" id=\"1\"><ACTION url=\"2wayIM.asp\"/><SUBSCR url=\"2wayIM.asp\"/><BODY>%s</BODY></MSG>\r\n</NOTIFICATION>\r\n",
			to.handle, c.account.handle, cmd.Payload)
		to.ns.sendPayload("IPG", []byte(doc))
	}
}
