// This file is the state of an account: its lists and groups, and who may see
// whom.

package msnptest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// The lists of an account.
const (
	listForward = "FL" // whom the user watches
	listAllow   = "AL" // who may see and call the user
	listBlock   = "BL" // who may not
	listReverse = "RL" // who has the user on their FL; kept by the server
)

var listOrder = []string{listForward, listAllow, listBlock, listReverse} // of SYN

var phoneTypes = []string{"PHH", "PHW", "PHM", "MOB", "MBE"} // of PRP; BPR has the first four

// account is a user as the server knows it. Names and values are kept as they
// travel, encoded.
type account struct {
	handle   string
	password string
	name     string
	groups   map[int]string
	phones   map[string]string
	lists    map[string][]*entry
	ask      string // GTC
	privacy  string // BLP
	version  int    // of the lists, raised by one for each change

	ns     *conn             // where the user is signed in, nil: nowhere
	status string            // "" before the first CHG
	synced bool              // SYN was sent: BPR may follow
	seen   map[string]string // handle -> what was last said of it: "NLN Name", "" offline
}

type entry struct {
	handle string
	name   string
	groups []int
}

func newAccounts(configs []Account, rawUTF8 bool) map[string]*account {
	accounts := map[string]*account{}
	for _, c := range configs {
		a := &account{
			handle: c.Handle, password: c.Password, name: escape(c.Name, rawUTF8),
			groups: map[int]string{0: "Other%20Contacts"}, phones: map[string]string{"MOB": "N"},
			lists: map[string][]*entry{}, ask: "A", privacy: cmp.Or(c.Privacy, listAllow), version: 1,
		}
		for id, name := range c.Groups {
			a.groups[id] = escape(name, rawUTF8)
		}
		for typ, value := range c.Phones {
			a.phones[typ] = escape(value, rawUTF8)
		}
		accounts[strings.ToLower(c.Handle)] = a
	}
	for _, c := range configs {
		a := accounts[strings.ToLower(c.Handle)]
		nameOf := func(handle, name string) string {
			if other := accounts[strings.ToLower(handle)]; name == "" && other != nil {
				return other.name
			}
			return cmp.Or(escape(name, rawUTF8), handle)
		}
		for _, f := range c.Contacts {
			groups := f.Groups
			if len(groups) == 0 {
				groups = []int{0}
			}
			name := nameOf(f.Handle, f.Name)
			a.put(listForward, &entry{f.Handle, name, slices.Clone(groups)})
			if !slices.ContainsFunc(c.Block, func(h string) bool { return same(h, f.Handle) }) {
				a.put(listAllow, &entry{handle: f.Handle, name: name})
			}
			if other := accounts[strings.ToLower(f.Handle)]; other != nil {
				other.put(listReverse, &entry{handle: a.handle, name: a.name})
			}
		}
		for _, h := range c.Allow {
			a.put(listAllow, &entry{handle: h, name: nameOf(h, "")})
		}
		for _, h := range c.Block {
			a.put(listBlock, &entry{handle: h, name: nameOf(h, "")})
		}
	}
	return accounts
}

func (a *account) find(list, handle string) *entry {
	for _, e := range a.lists[list] {
		if same(e.handle, handle) {
			return e
		}
	}
	return nil
}

func (a *account) put(list string, e *entry) {
	if a.find(list, e.handle) == nil {
		a.lists[list] = append(a.lists[list], e)
	}
}

func (a *account) drop(list, handle string) {
	a.lists[list] = slices.DeleteFunc(a.lists[list], func(e *entry) bool { return same(e.handle, handle) })
}

// groupIDs returns the ids of the groups in order.
func (a *account) groupIDs() []int { return slices.Sorted(maps.Keys(a.groups)) }

// admits reports whether other may see and call a.
func (a *account) admits(other *account) bool {
	switch {
	case a.find(listBlock, other.handle) != nil:
		return false
	case a.find(listAllow, other.handle) != nil:
		return true
	default:
		return a.privacy == listAllow
	}
}

// shownTo returns what other is told of a: "NLN Name", or "" for offline.
func (a *account) shownTo(other *account) string {
	if a.ns == nil || a.status == "" || a.status == "HDN" || !a.admits(other) {
		return ""
	}
	return a.status + " " + a.handle + " " + a.name
}

// showPresence tells everybody who watches a what has changed about it.
func (s *Server) showPresence(a *account) {
	for _, e := range a.lists[listReverse] {
		if b := s.accounts[strings.ToLower(e.handle)]; b != nil {
			b.watch(a)
		}
	}
}

// watch tells a what has changed about other since it was last told.
func (a *account) watch(other *account) {
	if a.ns == nil || a.status == "" || a.find(listForward, other.handle) == nil {
		return
	}
	key := strings.ToLower(other.handle)
	now := other.shownTo(a)
	switch {
	case now == a.seen[key]:
		return
	case now == "":
		a.ns.send("FLN %s", other.handle)
	default:
		a.ns.send("NLN %s", now)
	}
	a.seen[key] = now
}

// watchFirst tells a of other by ILN, in answer to the request trid.
func (a *account) watchFirst(other *account, trid string) {
	now := other.shownTo(a)
	if now != "" {
		a.ns.send("ILN %s %s", trid, now)
	}
	a.seen[strings.ToLower(other.handle)] = now
}
