// This file changes lists and groups: ADD, REM, REA, ADG, RMG and REG with
// their errors, and what the other side is told.

package msnptest

import (
	"slices"
	"strconv"
	"strings"
)

// group reads an optional group id; ok is false if there is no such group.
func (a *account) group(word string) (id int, ok bool) {
	if word == "" {
		return 0, true
	}
	id, err := strconv.Atoi(word)
	_, exists := a.groups[id]
	return id, err == nil && exists
}

// addToList handles ADD t list handle name [group].
func (c *conn) addToList(cmd Command) {
	t, list, handle, name := cmd.word(1), cmd.word(2), cmd.word(3), cmd.word(4)
	a := c.account
	other := c.s.accounts[strings.ToLower(handle)]
	group, groupOK := 0, true
	if c.dialect >= 7 && list == listForward {
		group, groupOK = a.group(cmd.word(5))
	}
	old := a.find(list, handle)
	switch {
	case list != listForward && list != listAllow && list != listBlock: // RL too
		c.finish()
	case !strings.Contains(handle, "@"):
		c.send("206 %s", t)
	case strings.HasPrefix(handle, "@") || strings.HasSuffix(handle, "@"):
		c.send("201 %s", t)
	case other == nil:
		c.send("205 %s", t)
	case len(name) > maxFriendlyName:
		c.finish()
	case !groupOK:
		c.send("224 %s", t)
	case old != nil && (list != listForward || slices.Contains(old.groups, group)):
		c.send("215 %s", t)
	case list == listAllow && a.find(listBlock, handle) != nil, list == listBlock && a.find(listAllow, handle) != nil:
		c.send("219 %s", t)
	case old == nil && list == listForward && len(a.lists[list]) >= maxForwardList:
		c.send("210 %s", t)
	default:
		a.version++
		tail := ""
		if list == listForward && c.dialect >= 7 {
			tail = " " + strconv.Itoa(group)
		}
		c.send("ADD %s %s %d %s %s%s", t, list, a.version, other.handle, name, tail)
		if old != nil {
			old.groups = append(old.groups, group)
			return
		}
		e := &entry{handle: other.handle, name: name}
		if list == listForward {
			e.groups = []int{group}
		}
		a.put(list, e)
		if list != listForward {
			other.watch(a)
			return
		}
		c.sendProperties(other.handle)
		if a.status != "" {
			a.watchFirst(other, t)
		}
		other.put(listReverse, &entry{handle: a.handle, name: a.name})
		other.version++
		if other.ns != nil {
			other.ns.send("ADD 0 RL %d %s %s", other.version, a.handle, a.name)
		}
	}
}

// removeFromList handles REM t list handle [group].
func (c *conn) removeFromList(cmd Command) {
	t, list, handle := cmd.word(1), cmd.word(2), cmd.word(3)
	a := c.account
	old := a.find(list, handle)
	withGroup := c.dialect >= 7 && list == listForward && cmd.word(4) != ""
	group, groupOK := a.group(cmd.word(4))
	switch {
	case list != listForward && list != listAllow && list != listBlock:
		c.finish()
	case old == nil:
		c.send("216 %s", t)
	case withGroup && !groupOK:
		c.send("224 %s", t)
	case withGroup && !slices.Contains(old.groups, group):
		c.send("225 %s", t)
	case withGroup && len(old.groups) > 1:
		a.version++
		old.groups = slices.DeleteFunc(old.groups, func(id int) bool { return id == group })
		c.send("REM %s %s %d %s %d", t, list, a.version, old.handle, group)
	default:
		a.version++
		tail := ""
		if withGroup {
			tail = " " + strconv.Itoa(group)
		}
		c.send("REM %s %s %d %s%s", t, list, a.version, old.handle, tail)
		a.drop(list, handle)
		if list == listForward {
			c.s.forget(a, old.handle)
		} else if other := c.s.accounts[strings.ToLower(handle)]; other != nil {
			other.watch(a)
		}
	}
}

// forget does what follows when handle has gone from a's forward list.
func (s *Server) forget(a *account, handle string) {
	delete(a.seen, strings.ToLower(handle))
	other := s.accounts[strings.ToLower(handle)]
	if other == nil {
		return
	}
	other.drop(listReverse, a.handle)
	other.version++
	if other.ns != nil {
		other.ns.send("REM 0 RL %d %s", other.version, a.handle)
	}
}

// rename handles REA t handle name.
func (c *conn) rename(cmd Command) {
	t, handle, name := cmd.word(1), cmd.word(2), cmd.word(3)
	a := c.account
	e := a.find(listForward, handle)
	switch {
	case len(name) > maxFriendlyName:
		c.finish()
	case strings.Contains(strings.ToLower(Unescape(name)), "microsoft"): // a word the service kept for itself
		c.send("209 %s", t)
	case same(handle, a.handle):
		a.name = name
		a.version++
		c.send("REA %s %d %s %s", t, a.version, a.handle, name)
		c.s.showPresence(a)
	case e == nil:
		c.send("216 %s", t)
	default:
		e.name = name
		a.version++
		c.send("REA %s %d %s %s", t, a.version, e.handle, name)
	}
}

// addGroup handles ADG t name 0.
func (c *conn) addGroup(cmd Command) {
	t, name, a := cmd.word(1), cmd.word(2), c.account
	id := 0
	for ; a.groups[id] != ""; id++ {
	}
	switch {
	case c.dialect < 7:
		c.finish()
	case len(name) > maxGroupName:
		c.send("229 %s", t)
	case a.hasGroup(name):
		c.send("228 %s", t)
	case id >= maxGroups:
		c.send("223 %s", t)
	default:
		a.groups[id] = name
		a.version++
		c.send("ADG %s %d %s %d 0", t, a.version, name, id)
	}
}

func (a *account) hasGroup(name string) bool {
	for _, other := range a.groups {
		if other == name {
			return true
		}
	}
	return false
}

// renameGroup handles REG t id name 0.
func (c *conn) renameGroup(cmd Command) {
	t, name, a := cmd.word(1), cmd.word(3), c.account
	id, ok := a.group(cmd.word(2))
	switch {
	case c.dialect < 7:
		c.finish()
	case !ok:
		c.send("224 %s", t)
	case len(name) > maxGroupName:
		c.send("229 %s", t)
	case a.hasGroup(name):
		c.send("228 %s", t)
	default:
		a.groups[id] = name
		a.version++
		c.send("REG %s %d %d %s 0", t, a.version, id, name)
	}
}

// removeGroup handles RMG t id. Contacts that were only in it leave the
// forward list.
func (c *conn) removeGroup(cmd Command) {
	t, a := cmd.word(1), c.account
	id, ok := a.group(cmd.word(2))
	switch {
	case c.dialect < 7:
		c.finish()
	case !ok:
		c.send("224 %s", t)
	case id == 0:
		c.send("230 %s", t)
	default:
		delete(a.groups, id)
		a.version++
		c.send("RMG %s %d %d", t, a.version, id)
		for _, e := range slices.Clone(a.lists[listForward]) {
			e.groups = slices.DeleteFunc(e.groups, func(g int) bool { return g == id })
			if len(e.groups) == 0 {
				a.drop(listForward, e.handle)
				a.version++
				c.send("REM 0 FL %d %s", a.version, e.handle)
				c.s.forget(a, e.handle)
			}
		}
	}
}
