// This file synchronises lists: SYN, LST, LSG and the properties that go with
// them, in the shape of each dialect.

package msnptest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// synchronise answers SYN: nothing but the version when the client's copy is
// current, else everything, each line with SYN's TrID and the version.
func (c *conn) synchronise(cmd Command) {
	t, a := cmd.word(1), c.account
	a.synced = true
	c.send("SYN %s %d", t, a.version)
	if cmd.word(2) == strconv.Itoa(a.version) {
		return
	}
	c.send("GTC %s %d %s", t, a.version, a.ask)
	c.send("BLP %s %d %s", t, a.version, a.privacy)
	if c.dialect >= 5 {
		for _, typ := range phoneTypes {
			c.send("PRP %s %d %s", t, a.version, withValue(typ, a.phones[typ]))
		}
	}
	if c.dialect >= 7 {
		c.sendGroups(t)
	}
	for _, list := range listOrder {
		c.sendList(t, list, true)
	}
}

// withValue joins a property and its value; an unset one is left out.
func withValue(typ, value string) string {
	return strings.TrimSuffix(typ+" "+value, " ")
}

func (c *conn) sendGroups(t string) {
	a := c.account
	ids := a.groupIDs()
	for i, id := range ids {
		c.send("LSG %s %d %d %d %d %s 0", t, a.version, i+1, len(ids), id, a.groups[id])
	}
}

// sendList sends one list, with the contacts' properties if sync is set.
func (c *conn) sendList(t, list string, sync bool) {
	a := c.account
	entries := a.lists[list]
	if len(entries) == 0 {
		c.send("LST %s %s %d 0 0", t, list, a.version)
	}
	for i, e := range entries {
		line := ""
		if list == listForward && c.dialect >= 7 {
			line = " " + joinIDs(e.groups)
		}
		c.send("LST %s %s %d %d %d %s %s%s", t, list, a.version, i+1, len(entries), e.handle, e.name, line)
		if list == listForward && sync {
			c.sendProperties(e.handle)
		}
	}
}

// sendProperties sends what a contact has set.
func (c *conn) sendProperties(handle string) {
	if c.dialect < 5 || !c.account.synced {
		return
	}
	other := c.s.accounts[strings.ToLower(handle)]
	for _, typ := range phoneTypes[:4] {
		value := ""
		if other != nil {
			value = other.phones[typ]
		} else if typ == "MOB" {
			value = "N"
		}
		c.send("BPR %d %s %s", c.account.version, handle, withValue(typ, value))
	}
}

func joinIDs(ids []int) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.Itoa(id)
	}
	return cmp.Or(strings.Join(words, ","), "0")
}

func (c *conn) listOne(cmd Command) {
	if !slices.Contains(listOrder, cmd.word(2)) {
		c.send("201 %s", cmd.word(1))
		return
	}
	c.sendList(cmd.word(1), cmd.word(2), false)
}

func (c *conn) setAsk(cmd Command) {
	t, v, a := cmd.word(1), cmd.word(2), c.account
	switch {
	case v != "A" && v != "N":
		c.finish()
	case v == a.ask:
		c.send("218 %s", t)
	default:
		a.ask = v
		a.version++
		c.send("GTC %s %d %s", t, a.version, v)
	}
}

func (c *conn) setPrivacy(cmd Command) {
	t, v, a := cmd.word(1), cmd.word(2), c.account
	switch {
	case v != listAllow && v != listBlock:
		c.finish()
	case v == a.privacy:
		c.send("218 %s", t)
	default:
		a.privacy = v
		a.version++
		c.send("BLP %s %d %s", t, a.version, v)
		c.s.showPresence(a)
	}
}

func (c *conn) setPhone(cmd Command) {
	t, typ, value, a := cmd.word(1), cmd.word(2), cmd.word(3), c.account
	if i := slices.Index(phoneTypes, typ); i < 0 || typ == "MBE" || c.dialect < 5 {
		c.send("715 %s", t)
		return
	}
	a.phones[typ] = value
	a.version++
	c.send("PRP %s %d %s", t, a.version, withValue(typ, value))
	for _, e := range a.lists[listReverse] {
		b := c.s.accounts[strings.ToLower(e.handle)]
		if b != nil && b.ns != nil && b.synced && b.ns.dialect >= 5 {
			b.version++
			b.ns.send("BPR %d %s %s", b.version, a.handle, withValue(typ, value))
		}
	}
}
