// This file holds the Timeline: the changes of a roster in order, with the
// whole roster at regular places among them.

package roster

import (
	"slices"
	"sort"
	"strings"
)

// Limits of what one connection can make a Timeline hold. A change costs some 200
// bytes together with its share of the rosters kept, so that a full Timeline has
// about 14 MiB, and five times that if every value is as long as it may be.
const (
	// MaxChanges is how many changes are kept. The SYN of 600 contacts with phone
	// numbers makes 5,000; after that a day has some thousands.
	MaxChanges = 1 << 16
	// MaxContacts is how many people are followed. The service allowed 600.
	MaxContacts = 1 << 13
	// MaxGroups is how many groups are followed. The service allowed 30.
	MaxGroups = 1 << 8
	// maxValue is the longest text kept, in bytes. Names end at 387 as written.
	maxValue = 512
	// maxHandle is the longest handle followed. Handles end at 129.
	maxHandle = 256
	// maxProperties is how many different properties a person can have. There are
	// eight.
	maxProperties = 16
	// maxContactGroups is how many groups a contact can be in.
	maxContactGroups = 64
	// maxKey is the longest group id, in bytes: a GUID has 36.
	maxKey = 64
	// minStep is the number of changes from one roster kept to the next; with
	// more than 4*minStep contacts it is a quarter of their number, so that the
	// rosters kept do not cost more than the changes.
	minStep = 64
)

// Timeline is the roster of one sign-in over time. The zero value is empty and
// ready. It is not safe for use by several goroutines, but the States it
// returns are.
type Timeline struct {
	head    State // now; its Contacts are its own
	log     []entry
	first   int // number of log[0], counted from the beginning
	points  []point
	handles []string         // by slot
	slots   map[string]int32 // by handle in lower case
	full    bool

	reading reading
	quiet   quiet
}

// point is the roster before the change number n. Its Contacts are its own.
type point struct {
	n     int
	state State
}

// Truncated reports whether the roster has more people, groups or properties
// than a Timeline follows.
func (t *Timeline) Truncated() bool { return t.full }

// Now returns the roster after the event fed last.
func (t *Timeline) Now() *State {
	s := t.head
	s.Contacts = slices.Clone(s.Contacts)
	return &s
}

// Since returns the first event that can be asked for; 0 means any. Of a very
// long history the beginning is given up: see MaxChanges.
func (t *Timeline) Since() int64 {
	if t.first == 0 {
		return 0
	}
	return t.points[0].state.Event
}

// At returns the roster after the event, which need not be one that changed
// anything. It is nil if the event is older than Since.
func (t *Timeline) At(event int64) *State {
	if event < t.Since() {
		return nil
	}
	return t.before(t.after(event))
}

// before returns the roster before the change number n.
func (t *Timeline) before(n int) *State {
	if n == t.first+len(t.log) {
		return t.Now()
	}
	i := sort.Search(len(t.points), func(i int) bool { return t.points[i].n > n }) - 1
	p := &t.points[i]
	s := p.state
	s.Contacts = slices.Clone(s.Contacts)
	for j := p.n; j < n; j++ {
		s.apply(&t.log[j-t.first], t.handles)
	}
	return &s
}

// after returns the number of the first change behind event.
func (t *Timeline) after(event int64) int {
	return t.first + sort.Search(len(t.log), func(i int) bool { return t.log[i].event > event })
}

// Changes returns how the roster after the event to differs from that after the
// event from: each fact once, in the order of its first change, with the last
// event that changed it. Facts that came back to their old value are left out.
func (t *Timeline) Changes(from, to int64) []Change {
	from = max(from, t.Since())
	before, after := t.At(from), t.At(to)
	if before == nil || after == nil {
		return nil
	}
	type about struct {
		what What
		slot int32
		key  string
	}
	var out []Change
	at := map[about]int{}
	for n := t.after(from); n < t.after(to); n++ {
		e := &t.log[n-t.first]
		k := about{e.what, e.slot, e.key}
		i, again := at[k]
		if !again {
			i = len(out)
			at[k] = i
			out = append(out, Change{What: e.what, Key: e.key, From: before.fact(e).Value, To: after.fact(e).Value})
			if e.what >= ContactName {
				out[i].Handle = t.handles[e.slot]
			}
		}
		out[i].Event, out[i].Time = e.event, e.time
	}
	return slices.DeleteFunc(out, func(c Change) bool { return c.From == c.To })
}

// put makes a change unless it is none.
func (t *Timeline) put(e entry) {
	if len(e.to) > maxValue {
		e.to = strings.ToValidUTF8(e.to[:maxValue-len("…")], "") + "…"
	}
	if f := t.head.fact(&e); f.Value == e.to && (f.Known() || e.gone) {
		return
	}
	if t.points == nil {
		t.points = append(t.points, point{})
	}
	if now := t.first + len(t.log); now-t.points[len(t.points)-1].n >= max(minStep, len(t.head.Contacts)/4) {
		t.points = append(t.points, point{now, *t.Now()})
	}
	e.to, e.key = strings.Clone(e.to), t.intern(e.key)
	t.log = append(t.log, e)
	t.head.apply(&t.log[len(t.log)-1], t.handles)
	if len(t.log) >= MaxChanges {
		t.forget()
	}
}

// forget gives up the first quarter of the changes.
func (t *Timeline) forget() {
	n := t.first + len(t.log)/4
	i := sort.Search(len(t.points), func(i int) bool { return t.points[i].n > n }) - 1
	if i <= 0 {
		i = min(1, len(t.points)-1)
	}
	cut := t.points[i].n - t.first
	t.log = slices.Clone(t.log[cut:])
	t.first += cut
	t.points = slices.Clone(t.points[i:])
}

// intern returns key as a string that does not hold on to a command's text.
func (t *Timeline) intern(key string) string {
	if key == "" {
		return ""
	}
	if t.reading.keys == nil {
		t.reading.keys = map[string]string{}
	}
	k, ok := t.reading.keys[key]
	if !ok {
		k = strings.Clone(key)
		if len(t.reading.keys) < 2*MaxGroups {
			t.reading.keys[k] = k
		}
	}
	return k
}

// slot returns the place of a handle, giving it one if there is room.
func (t *Timeline) slot(handle string) (int32, bool) {
	handle, _, _ = strings.Cut(handle, ";") // MSNP16 endpoint
	if handle == "" || len(handle) > maxHandle {
		return 0, false
	}
	folded := strings.ToLower(handle)
	if s, ok := t.slots[folded]; ok {
		return s, true
	}
	if len(t.handles) == MaxContacts {
		t.full = true
		return 0, false
	}
	if t.slots == nil {
		t.slots = map[string]int32{}
	}
	s := int32(len(t.handles))
	t.slots[strings.Clone(folded)] = s
	t.handles = append(t.handles, strings.Clone(handle))
	return s, true
}
