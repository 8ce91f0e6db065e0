// This file reads the commands of a notification server connection and turns
// them into changes. The order and shape of the roster's commands are those of
// the msnp-wiki (SYN, LST, ADD ...) and of captures.

package roster

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"msnscope/decode"
)

// reading is what has to be remembered from one command to the next.
type reading struct {
	asked   string // version in the client's SYN
	syn     int64  // TrID of the SYN being answered; -1 for none
	users   int    // MSNP8: LST and LSG lines still to come; -1 if not told
	groups  int
	last    int32 // slot of the LST line before, for BPR without an account
	hasLast bool
	present map[int32]bool // whose status was told since signing in

	lists     [nLists]listing
	groupList listing
	on        [nLists]map[int32]bool    // who is on each list
	in        map[string]map[int32]bool // who is in each group
	keys      map[string]string         // see intern
}

// command is the command being read.
type command struct {
	*decode.Annotation
	event, time int64
}

// value returns a parameter as a person reads it.
func (c *command) value(name string) (string, bool) {
	for i := range c.Params {
		if c.Params[i].Name == name {
			return c.Params[i].Value, true
		}
	}
	return "", false
}

func (c *command) number(name string) (int, bool) {
	v, ok := c.value(name)
	n, err := strconv.Atoi(v)
	return n, ok && err == nil
}

// set puts a fact of the user.
func (t *Timeline) set(c *command, what What, key, to string) {
	t.put(entry{event: c.event, time: c.time, what: what, key: key, to: to})
}

// setOf puts a fact of a contact.
func (t *Timeline) setOf(c *command, slot int32, what What, key, to string) {
	t.put(entry{event: c.event, time: c.time, slot: slot, what: what, key: key, to: to})
}

// Feed takes the next command. Events count up and are greater than 0; time is
// Unix ns. a is what decode.Annotate says of the command; nothing of it is kept.
// Commands that say nothing about the roster cost next to nothing.
func (t *Timeline) Feed(event, time int64, dir decode.Direction, a *decode.Annotation) {
	t.quiet.command(event, time, dir, a.Name)
	if a.Spec == nil {
		return
	}
	c := &command{a, event, time}
	if dir == decode.C2S {
		if a.Name == "SYN" {
			t.reading.asked, _ = c.value("listVersion")
			t.reading.asked = strings.Clone(t.reading.asked)
			t.set(c, SyncState, "", SyncAsked)
		}
		return
	}
	switch a.Name {
	case "USR":
		if a.Spec.Variant == "ok" {
			t.signedIn(c)
		}
	case "SYN":
		t.synchronise(c)
	case "GTC":
		t.setting(c, OwnPrompt)
	case "BLP":
		t.setting(c, OwnPrivacy)
	case "PRP":
		t.ownProperty(c)
	case "BPR":
		t.contactProperty(c)
	case "LST":
		t.listed(c)
	case "LSG":
		t.groupListed(c)
	case "ADD":
		t.added(c)
	case "REM":
		t.removed(c)
	case "REA":
		t.renamed(c)
	case "ADG", "REG":
		t.version(c)
		if id, ok := c.value("groupId"); ok {
			name, _ := c.value("name")
			t.group(c, id, name)
		}
	case "RMG":
		t.version(c)
		id, _ := c.value("groupId")
		t.groupRemoved(c, id)
	case "CHG":
		if s, ok := c.value("status"); ok {
			t.set(c, OwnStatus, "", s)
		}
	case "ILN", "NLN", "FLN":
		t.presence(c)
	case "OUT":
		t.set(c, OwnStatus, "", "FLN")
	}
}

// signedIn begins with nobody's status known: a client that was sent to another
// server, or lost its connection, is told all of them anew, and of those who have
// left meanwhile nothing.
func (t *Timeline) signedIn(c *command) {
	for _, slot := range slices.Sorted(maps.Keys(t.reading.present)) {
		t.setOf(c, slot, ContactStatus, "", "")
	}
	clear(t.reading.present)
	if t.head.Status.Known() {
		t.set(c, OwnStatus, "", "FLN")
	}
	if v, ok := c.value("email"); ok {
		t.set(c, OwnAccount, "", v)
	}
	if v, ok := c.value("nick"); ok {
		t.set(c, OwnName, "", v)
	}
}

func (t *Timeline) version(c *command) {
	if v, ok := c.value("listVersion"); ok {
		t.set(c, ListVersion, "", v)
	}
}

// synchronise reads the server's SYN. Some publications print it twice, which
// does no harm.
func (t *Timeline) synchronise(c *command) {
	r := &t.reading
	t.version(c)
	v, _ := c.value("listVersion")
	r.syn, r.users, r.groups = c.TrID, -1, -1
	// MSNP8-9: SYN t L users groups. The words are taken by their number, as
	// MSNP10 has another one before these two.
	if n := len(c.Params); n == 3 || n == 4 {
		users, err1 := strconv.Atoi(c.Params[n-2].Value)
		groups, err2 := strconv.Atoi(c.Params[n-1].Value)
		if err1 == nil && err2 == nil {
			r.users, r.groups = users, groups
		}
	}
	if v != "" && v == r.asked && v != "0" {
		if t.listsKnown() { // by another SYN of the session
			t.set(c, SyncState, "", SyncComplete)
		} else {
			t.set(c, SyncState, "", SyncUnchanged)
		}
		return
	}
	t.set(c, SyncState, "", SyncRunning)
	if r.users >= 0 {
		for l := range r.lists {
			r.lists[l].begin()
		}
		r.groupList.begin()
		t.counted(c)
	}
}

// listsKnown reports whether all lists that every dialect has were told whole.
func (t *Timeline) listsKnown() bool {
	for l := FL; l <= RL; l++ {
		if t.head.Lists[l].Value != Complete {
			return false
		}
	}
	return true
}

func (t *Timeline) setting(c *command, what What) {
	t.version(c)
	if v, ok := c.value("mode"); ok {
		t.set(c, what, "", v)
	}
}

func (t *Timeline) ownProperty(c *command) {
	t.version(c)
	kind, ok := c.value("type")
	value, _ := c.value("value")
	switch {
	case !ok:
	case kind == "MFN":
		t.set(c, OwnName, "", value)
	case t.room(t.head.Properties, kind):
		t.set(c, OwnProperty, kind, value)
	}
}

// contactProperty reads BPR. Without an account, in answer to SYN, it is about
// the person of the LST line before.
func (t *Timeline) contactProperty(c *command) {
	t.version(c)
	slot, ok := t.reading.last, t.reading.hasLast
	if h, has := c.value("email"); has {
		slot, ok = t.slot(h)
	}
	kind, hasKind := c.value("type")
	if !ok || !hasKind {
		return
	}
	value, _ := c.value("value")
	var phones []Property
	if int(slot) < len(t.head.Contacts) {
		phones = t.head.Contacts[slot].Phones
	}
	if t.room(phones, kind) {
		t.setOf(c, slot, ContactPhone, kind, value)
	}
}

// room reports whether a property of that kind can be kept beside the others.
func (t *Timeline) room(ps []Property, kind string) bool {
	if len(kind) <= maxKey && (len(ps) < maxProperties || propertyOf(ps, kind).Known()) {
		return true
	}
	t.full = true
	return false
}

// added reads ADD t list L handle name [group].
func (t *Timeline) added(c *command) {
	t.version(c)
	l, ok1 := c.list()
	slot, ok2 := t.contact(c)
	if !ok1 || !ok2 {
		return
	}
	t.on(c, slot, l)
	t.named(c, slot, l == FL)
	if l == FL {
		group, ok := c.value("groupId")
		if !ok && len(t.head.Groups) > 0 { // there are none before MSNP7
			group = "0"
		}
		t.into(c, slot, group)
	}
}

// removed reads REM t list L handle [group].
func (t *Timeline) removed(c *command) {
	t.version(c)
	l, ok1 := c.list()
	slot, ok2 := t.contact(c)
	if !ok1 || !ok2 {
		return
	}
	if group, ok := c.value("groupId"); ok && l == FL {
		t.outOf(c, slot, group)
		return
	}
	t.off(c, slot, l)
}

// renamed reads REA t L handle name: the user's own name, or that of a contact.
func (t *Timeline) renamed(c *command) {
	t.version(c)
	h, ok1 := c.value("email")
	name, ok2 := c.value("nick")
	switch {
	case !ok1 || !ok2:
	case strings.EqualFold(h, t.head.Account.Value):
		t.set(c, OwnName, "", name)
	default:
		if slot, ok := t.slot(h); ok {
			t.setOf(c, slot, ContactName, "", name)
		}
	}
}

// presence reads ILN, NLN and FLN.
func (t *Timeline) presence(c *command) {
	slot, ok := t.contact(c)
	if !ok {
		return
	}
	status, ok := c.value("status")
	if c.Name == "FLN" {
		status, ok = "FLN", true
	}
	if ok {
		if t.reading.present == nil {
			t.reading.present = map[int32]bool{}
		}
		t.reading.present[slot] = true
		t.setOf(c, slot, ContactStatus, "", status)
	}
	if c.Name != "FLN" {
		t.named(c, slot, true)
	}
}

// contact returns the slot of the command's account.
func (t *Timeline) contact(c *command) (int32, bool) {
	h, ok := c.value("email")
	if !ok {
		return 0, false
	}
	return t.slot(h)
}

func (c *command) list() (List, bool) {
	v, _ := c.value("list")
	return parseList(v)
}

// named takes the name over that a command gives a contact. Only the forward
// list and presence know the name that the person uses now; elsewhere it is that
// of the day on which the person came on the list.
func (t *Timeline) named(c *command, slot int32, now bool) {
	name, ok := c.value("nick")
	if !ok || !now && int(slot) < len(t.head.Contacts) && t.head.Contacts[slot].Name.Known() {
		return
	}
	t.setOf(c, slot, ContactName, "", name)
}
