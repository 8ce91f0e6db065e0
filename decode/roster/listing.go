// This file keeps the lists and groups: who is on them, and when a listing has
// told all of one, so that whoever it did not name is known not to be on it.

package roster

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// listing is a list being told line by line.
type listing struct {
	trid         int64
	index, total int
	whole        bool // every line from the first on has come
	seen         map[int32]bool
	ids          map[string]bool // of groups
}

func (l *listing) begin() {
	*l = listing{whole: true, seen: map[int32]bool{}, ids: map[string]bool{}}
}

// line takes note of the line index of total and reports whether the listing is
// now at its end with no line missing.
func (l *listing) line(trid int64, index, total int) (end bool) {
	switch {
	case index == 1 || index == 0 && total == 0:
		l.begin()
	case trid != l.trid || index != l.index+1 || total != l.total:
		l.whole = false
	}
	l.trid, l.index, l.total = trid, index, total
	return l.whole && index == total
}

// listed reads a LST line, that of MSNP2-7 or of MSNP8-9:
//
//	LST t list L index total [handle name [groups]]
//	LST handle name lists [groups]
func (t *Timeline) listed(c *command) {
	switch c.Spec.Variant {
	case "":
		t.version(c)
		t.listedOne(c)
	case "msnp8-syn":
		t.listedAll(c)
	}
}

func (t *Timeline) listedOne(c *command) {
	r := &t.reading
	l, ok := c.list()
	index, ok1 := c.number("index")
	total, ok2 := c.number("total")
	if !ok || !ok1 || !ok2 {
		return
	}
	// A list known whole stays so while it is told again.
	if t.head.Lists[l].Value != Complete {
		t.set(c, ListState, l.String(), Partial)
	}
	end := r.lists[l].line(c.TrID, index, total)
	if slot, ok := t.contact(c); ok {
		r.last, r.hasLast = slot, true
		if r.lists[l].whole {
			r.lists[l].seen[slot] = true
		}
		t.on(c, slot, l)
		t.named(c, slot, l == FL)
		if groups, ok := c.value("groups"); ok && l == FL {
			t.inExactly(c, slot, groups)
		}
	}
	if end {
		t.whole(c, l)
		if l == RL && c.TrID == r.syn && t.head.Sync.Value == SyncRunning {
			t.set(c, SyncState, "", SyncComplete)
		}
	}
}

// listBits are the lists in the order of their bits in MSNP8 and later.
var listBits = [nLists]List{FL, AL, BL, RL, PL}

func (t *Timeline) listedAll(c *command) {
	r := &t.reading
	slot, ok1 := t.contact(c)
	bits, ok2 := c.number("lists")
	if ok1 && ok2 {
		r.last, r.hasLast = slot, true
		t.named(c, slot, true)
		for i, l := range listBits {
			if bits&(1<<i) != 0 {
				t.on(c, slot, l)
				if r.lists[l].whole {
					r.lists[l].seen[slot] = true
				}
			} else {
				t.off(c, slot, l)
			}
		}
		if groups, ok := c.value("groups"); ok && bits&1 != 0 {
			t.inExactly(c, slot, groups)
		}
	}
	if r.users > 0 {
		r.users--
		t.counted(c)
	}
}

// counted looks whether all lines that an MSNP8 SYN has promised have come.
func (t *Timeline) counted(c *command) {
	r := &t.reading
	if t.head.Sync.Value != SyncRunning {
		return
	}
	if r.groups == 0 && t.head.GroupList.Value != Complete {
		t.wholeGroups(c)
	}
	if r.users == 0 && r.groups == 0 {
		for l := range r.lists {
			if r.lists[l].whole {
				t.whole(c, List(l))
			}
		}
		t.set(c, SyncState, "", SyncComplete)
	}
}

// whole ends a listing: those on the list that it did not name are not on it.
func (t *Timeline) whole(c *command, l List) {
	r := &t.reading
	for _, slot := range slices.Sorted(maps.Keys(r.on[l])) {
		if !r.lists[l].seen[slot] {
			t.off(c, slot, l)
		}
	}
	r.lists[l] = listing{}
	t.set(c, ListState, l.String(), Complete)
}

// groupListed reads a LSG line:
//
//	LSG t L index total id name 0
//	LSG id name 0
func (t *Timeline) groupListed(c *command) {
	r := &t.reading
	id, ok := c.value("groupId")
	name, _ := c.value("name")
	if !ok {
		return
	}
	if c.Spec.Variant == "" {
		t.version(c)
		index, _ := c.number("index")
		total, _ := c.number("total")
		end := r.groupList.line(c.TrID, index, total)
		t.groupSeen(c, id, name)
		if end {
			t.wholeGroups(c)
		}
		return
	}
	if _, err := strconv.Atoi(id); err != nil {
		return // MSNP10: name and GUID
	}
	t.groupSeen(c, id, name)
	if r.groups > 0 {
		r.groups--
		t.counted(c)
	}
}

func (t *Timeline) groupSeen(c *command, id, name string) {
	if t.head.GroupList.Value != Complete {
		t.set(c, GroupListState, "", Partial)
	}
	if t.group(c, id, name) && t.reading.groupList.whole {
		t.reading.groupList.ids[strings.Clone(id)] = true
	}
}

// wholeGroups ends a listing of groups.
func (t *Timeline) wholeGroups(c *command) {
	for _, g := range t.head.Groups {
		if !t.reading.groupList.ids[g.ID] {
			t.groupRemoved(c, g.ID)
		}
	}
	t.reading.groupList = listing{}
	t.set(c, GroupListState, "", Complete)
}

// group makes or renames a group.
func (t *Timeline) group(c *command, id, name string) bool {
	if id == "" || len(id) > maxKey || len(t.head.Groups) >= MaxGroups && !t.head.Group(id).Known() {
		t.full = true
		return false
	}
	t.set(c, GroupName, id, name)
	return true
}

// groupRemoved removes a group. Contacts that are in no other leave the forward
// list with it.
func (t *Timeline) groupRemoved(c *command, id string) {
	r := &t.reading
	for _, slot := range slices.Sorted(maps.Keys(r.in[id])) {
		t.outOf(c, slot, id)
		if len(t.head.Contacts[slot].Groups) == 0 {
			t.off(c, slot, FL)
		}
	}
	if t.head.Group(id).Known() {
		t.put(entry{event: c.event, time: c.time, what: GroupName, key: id, gone: true})
	}
}

func (t *Timeline) on(c *command, slot int32, l List) {
	r := &t.reading
	if r.on[l] == nil {
		r.on[l] = map[int32]bool{}
	}
	r.on[l][slot] = true
	t.setOf(c, slot, ContactOn, l.String(), IsOn)
}

// off takes a contact off a list. One who leaves the forward list leaves all
// groups, and the presence is no longer told.
func (t *Timeline) off(c *command, slot int32, l List) {
	delete(t.reading.on[l], slot)
	t.setOf(c, slot, ContactOn, l.String(), IsOff)
	if l != FL {
		return
	}
	t.inExactly(c, slot, "")
	if t.head.Contacts[slot].Status.Value != "" {
		t.setOf(c, slot, ContactStatus, "", "")
	}
}

// inExactly puts a contact into these groups, ids separated by commas, and out
// of all others.
func (t *Timeline) inExactly(c *command, slot int32, groups string) {
	ids := strings.SplitN(groups, ",", maxContactGroups+1)
	if len(ids) > maxContactGroups {
		ids, t.full = ids[:maxContactGroups], true
	}
	if int(slot) < len(t.head.Contacts) {
		for _, g := range t.head.Contacts[slot].Groups {
			if !slices.Contains(ids, g.Value) {
				t.outOf(c, slot, g.Value)
			}
		}
	}
	for _, id := range ids {
		t.into(c, slot, id)
	}
}

func (t *Timeline) into(c *command, slot int32, id string) {
	r := &t.reading
	if id == "" {
		return
	}
	if len(id) > maxKey || r.in[id] == nil && len(r.in) >= MaxGroups ||
		int(slot) < len(t.head.Contacts) && len(t.head.Contacts[slot].Groups) >= maxContactGroups {
		t.full = true
		return
	}
	if r.in == nil {
		r.in = map[string]map[int32]bool{}
	}
	id = t.intern(id)
	if r.in[id] == nil {
		r.in[id] = map[int32]bool{}
	}
	r.in[id][slot] = true
	t.setOf(c, slot, ContactIn, id, IsOn)
}

func (t *Timeline) outOf(c *command, slot int32, id string) {
	if in := t.reading.in[id]; in != nil {
		if delete(in, slot); len(in) == 0 {
			delete(t.reading.in, id)
		}
	}
	t.put(entry{event: c.event, time: c.time, slot: slot, what: ContactIn, key: id, gone: true})
}
