// This file checks the lines of lists, groups and participants, and the groups
// that commands name.

package conform

import (
	"bytes"
	"strconv"

	"msnscope/decode"
)

// listing is a list being told line by line.
type listing struct {
	trid         int64
	index, total int
}

// maxListings is how many lists are followed; there are six.
const maxListings = 16

// listed checks a line index of total of a list.
func (c *Checker) listed(list string, index, total []byte) (first, last bool) {
	n := &c.now
	i, err1 := strconv.Atoi(string(index))
	of, err2 := strconv.Atoi(string(total))
	if err1 != nil || err2 != nil {
		return false, false
	}
	before, known := c.lists[list]
	if len(c.lists) < maxListings || known {
		if c.lists == nil {
			c.lists = map[string]listing{}
		}
		c.lists[list] = listing{n.trid, i, of}
	}
	switch {
	case i == 0 && of == 0 && n.name == "LST":
		return true, true
	case i < 1 || i > of:
		c.note("list-index", "line %d of %d of the %s", i, of, list)
	case i == 1:
		if known && before.index < before.total {
			c.note("list-unfinished", "the %s begins anew, only %d of %d lines of it had come", list, before.index, before.total)
		}
	case !known:
		if c.sure() {
			c.note("list-index", "the %s begins with line %d of %d", list, i, of)
		}
	case n.trid != before.trid || i != before.index+1 || of != before.total:
		c.note("list-index", "line %d of %d of the %s follows line %d of %d", i, of, list, before.index, before.total)
	}
	return i == 1, i == of
}

// listNames are the lists in words.
var listNames = map[string]string{"FL": "list FL", "AL": "list AL", "BL": "list BL", "RL": "list RL", "PL": "list PL"}

// listLine looks at LST, LSG and IRO lines of a server.
func (c *Checker) listLine() {
	n := &c.now
	switch {
	case n.name == "IRO":
		c.listed("people in the chat", n.word(0), n.word(1))
	case n.name == "LST" && n.trid >= 0 && len(n.words) >= 6:
		if list := n.word(0); c.listName(list) {
			_, last := c.listed(listNames[string(list)], n.word(2), n.word(3))
			if last && string(list) == "RL" {
				c.state.listsTold(n)
			}
			if string(list) == "FL" && len(n.words) >= 9 && n.ctx.Dialect >= 7 {
				c.groupsNamed(n.word(6))
			}
		}
	case n.name == "LSG" && n.trid >= 0 && len(n.words) >= 7:
		first, last := c.listed("groups", n.word(1), n.word(2))
		a := c.known.account(n.ctx.Account)
		if first {
			a.groups, a.whole = nil, false
			c.state.groupsFromOne = true
		}
		a.add(n.word(3))
		if last && c.state.groupsFromOne && c.sure() {
			a.whole = true
			a.add([]byte("0"))
		}
	}
}

// listName checks the name of a list.
func (c *Checker) listName(list []byte) bool {
	switch string(list) {
	case "FL", "AL", "BL", "RL":
		return true
	case "PL":
		if d := c.now.ctx.Dialect; d == 0 || d >= 8 {
			return true
		}
	}
	c.note("list-unknown", "%q is no list", shown(list))
	return false
}

// groupsNamed checks ids of groups, separated by commas.
func (c *Checker) groupsNamed(ids []byte) {
	a := c.known.account(c.now.ctx.Account)
	if !a.whole || c.now.ctx.Dialect >= 10 {
		return
	}
	for _, id := range bytes.SplitN(ids, []byte(","), maxGroupIDs) {
		if len(id) > 0 && !a.groups[string(id)] {
			c.note("group-unknown", "there is no group %s", shown(id))
			return
		}
	}
}

// groupsChanged takes over the groups that the server has made or removed.
func (c *Checker) groupsChanged() {
	n := &c.now
	a := c.known.account(n.ctx.Account)
	switch n.name {
	case "ADG": // ADG t L name id 0, or id and name
		id := n.word(2)
		if !isNumber(id) || isNumber(n.word(1)) && len(n.words) <= 4 {
			id = n.word(1)
		}
		a.add(id)
	case "RMG":
		delete(a.groups, string(n.word(1)))
	}
}

func isNumber(w []byte) bool {
	for _, b := range w {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(w) > 0
}

// changeOfList checks what a client says about its lists and groups.
func (c *Checker) changeOfList() {
	n := &c.now
	switch n.name {
	case "ADD", "REM":
		if !c.listName(n.word(0)) {
			return
		}
		if string(n.word(0)) == "RL" {
			c.note("reverse-list-change", "%s of the list RL", n.name)
			return
		}
		c.tooLong("handle", n.word(1), maxHandle)
		group := n.word(2)
		if n.name == "ADD" {
			c.tooLong("name", n.word(2), maxName)
			group = n.word(3)
		}
		if string(n.word(0)) == "FL" && len(group) > 0 {
			c.groupsNamed(group)
		}
	case "LST":
		c.listName(n.word(0))
	case "RMG":
		c.groupsNamed(n.word(0))
	case "REG":
		c.groupsNamed(n.word(0))
		c.tooLong("group's name", n.word(1), maxGroupName)
	case "ADG":
		c.tooLong("group's name", n.word(0), maxGroupName)
	case "REA":
		c.tooLong("name", n.word(1), maxName)
	case "PRP":
		c.property()
	case "GTC":
		if v := string(n.word(0)); v != "A" && v != "N" {
			c.note("setting-value", "GTC %s", shown(n.word(0)))
		}
	case "BLP":
		if v := string(n.word(0)); v != "AL" && v != "BL" {
			c.note("setting-value", "BLP %s", shown(n.word(0)))
		}
	}
}

// The greatest lengths of values, in bytes as written.
const (
	maxHandle    = 129
	maxName      = 387
	maxGroupName = 61
	maxPhone     = 95
)

func (c *Checker) tooLong(what string, value []byte, most int) {
	if len(value) > most {
		c.note("value-too-long", "the %s has %d bytes, %d at most", what, len(value), most)
	}
}

func (c *Checker) property() {
	n := &c.now
	switch string(n.word(0)) {
	case "PHH", "PHW", "PHM", "MOB", "MBE":
		c.tooLong("phone number", n.word(1), maxPhone)
	default:
		if n.ctx.Dialect < 10 {
			c.note("property-unknown", "PRP of %q", shown(n.word(0)))
		}
	}
}

// statusWord checks a presence status.
func (c *Checker) statusWord(status []byte) {
	if len(status) > 0 && decode.StatusMeaning(string(status)) == "" {
		c.note("status-unknown", "%q is no status", shown(status))
	}
}
