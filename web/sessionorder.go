// This file puts sessions in order, and keeps them so while they change: a page
// that shows some of them asks for those at certain places.

package web

import (
	"cmp"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"msnscope/captures/event"
)

// sortKey is by what sessions are compared: a number, then a text.
type sortKey struct {
	number int64
	text   string
}

func (a *sortKey) compare(b *sortKey) int {
	if c := cmp.Compare(a.number, b.number); c != 0 {
		return c
	}
	return cmp.Compare(a.text, b.text)
}

func byNumber(n int64) sortKey   { return sortKey{number: n} }
func byText(text string) sortKey { return sortKey{text: strings.ToLower(text)} }

// byAddress is by number for IPv4, behind which the others come.
func byAddress(a netip.AddrPort) sortKey {
	switch ip := a.Addr().Unmap(); {
	case !a.IsValid():
		return sortKey{}
	case ip.Is4():
		b := ip.As4()
		return byNumber(int64(binary.BigEndian.Uint32(b[:]))<<16 | int64(a.Port()))
	}
	return sortKey{number: math.MaxInt64, text: a.String()}
}

// sessionColumns are by what sessions can be sorted. "" is how they matter: live
// ones, then the newest.
var sessionColumns = map[string]func(*event.Session) sortKey{
	"": func(s *event.Session) sortKey {
		if s.Live {
			return byNumber(0)
		}
		return byNumber(1)
	},
	"state":   func(s *event.Session) sortKey { return sortKey{text: standing(s)} },
	"id":      func(s *event.Session) sortKey { return byNumber(s.ID) },
	"account": func(s *event.Session) sortKey { return byText(s.Account) },
	"name":    func(s *event.Session) sortKey { return byText(s.Name) },
	"started": func(s *event.Session) sortKey { return byNumber(s.Started) },
	"duration": func(s *event.Session) sortKey {
		if s.Live {
			return byNumber(math.MaxInt64)
		}
		return byNumber(s.Ended - s.Started)
	},
	"client": func(s *event.Session) sortKey { return sortKey{text: s.Client} },
	"server": func(s *event.Session) sortKey { return byAddress(s.Server) },
	"events": func(s *event.Session) sortKey { return byNumber(s.Events) },
	"chats":  func(s *event.Session) sortKey { return byNumber(s.Chats) },
	"bytes":  func(s *event.Session) sortKey { return byNumber(s.Bytes) },
	"errors": func(s *event.Session) sortKey { return byNumber(s.Errors) },
	"notes": func(s *event.Session) sortKey {
		k := byText(cmp.Or(s.Label.Name, s.Label.Note))
		switch { // pinned ones first, those without a word last
		case s.Label.Pinned && k.text != "":
			k.number = 0
		case s.Label.Pinned:
			k.number = 1
		case k.text != "":
			k.number = 2
		default:
			k.number = 3
		}
		return k
	},
}

// standing is the word of the page for how a session stands (core/sessions.ts).
func standing(s *event.Session) string {
	switch {
	case s.Live:
		return "live"
	case s.Errors > 0 && s.Name == "": // an error, and nobody signed in
		return "failed"
	case s.Imported:
		return "imported"
	}
	return "closed"
}

// sessionOrder is the sessions of a feed in one order. Of those that are equal the
// newest comes first.
type sessionOrder struct {
	key    func(*event.Session) sortKey
	down   bool
	pages  int       // that show it
	keys   []sortKey // by slot
	sorted []int32   // slots
}

// knownOrder reports whether there is an order of that name: a column, "-column" for
// the other way.
func knownOrder(name string) bool {
	_, ok := sessionColumns[strings.TrimPrefix(name, "-")]
	return ok && name != "-"
}

func newSessionOrder(name string) *sessionOrder {
	column, down := strings.CutPrefix(name, "-")
	return &sessionOrder{key: sessionColumns[column], down: down}
}

// compare says which of two keys comes first, and if they are equal, which of two
// ids.
func (o *sessionOrder) compare(a, b *sortKey, idA, idB int64) int {
	c := a.compare(b)
	if o.down {
		c = -c
	}
	return cmp.Or(c, compareIDs(idB, idA))
}

func compareIDs(a, b int64) int { return cmp.Compare(a, b) }

// renew takes all sessions. list, in order of ids, may have others than slots: those
// are told as changes.
func (o *sessionOrder) renew(slots []fedSession, list []event.Session) {
	o.keys, o.sorted = make([]sortKey, len(slots)), make([]int32, len(slots))
	for slot := range slots {
		o.sorted[len(slots)-1-slot] = int32(slot) // the newest first, as most of them stay then
		i, ok := slices.BinarySearchFunc(list, slots[slot].id, func(s event.Session, id int64) int { return compareIDs(s.ID, id) })
		if ok {
			o.keys[slot] = o.key(&list[i])
		}
	}
	slices.SortFunc(o.sorted, o.bySlot(slots))
}

// bySlot compares sessions by their places in a feed.
func (o *sessionOrder) bySlot(slots []fedSession) func(a, b int32) int {
	return func(a, b int32) int {
		return o.compare(&o.keys[a], &o.keys[b], slots[a].id, slots[b].id)
	}
}

// change puts changed sessions where they belong now.
func (o *sessionOrder) change(slots []fedSession, changed []changedSession) {
	var moved []int32
	var keys []sortKey
	var from []int // their places so far
	for i := range changed {
		c := &changed[i]
		k := o.key(&c.session)
		if c.fresh {
			moved, keys = append(moved, c.slot), append(keys, k)
			continue
		}
		was := &o.keys[c.slot]
		if was.compare(&k) == 0 {
			continue
		}
		from = append(from, sort.Search(len(o.sorted), func(n int) bool {
			s := o.sorted[n]
			return o.compare(&o.keys[s], was, slots[s].id, slots[c.slot].id) >= 0
		}))
		moved, keys = append(moved, c.slot), append(keys, k)
	}
	if len(moved) == 0 {
		return
	}
	slices.Sort(from)
	for i, at := range from { // all behind it come nearer by one more
		end := len(o.sorted)
		if i+1 < len(from) {
			end = from[i+1]
		}
		copy(o.sorted[at-i:], o.sorted[at+1:end])
	}
	o.sorted = o.sorted[:len(o.sorted)-len(from)]
	for len(o.keys) < len(slots) {
		o.keys = append(o.keys, sortKey{})
	}
	for i, slot := range moved {
		o.keys[slot] = keys[i]
	}
	o.sorted = insert(o.sorted, moved, o.bySlot(slots))
}
