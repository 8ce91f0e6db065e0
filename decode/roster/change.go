// This file defines the single change: one fact of a roster getting another
// value. A roster at any moment is the changes before it, applied in order.

package roster

import "slices"

// What says which fact a Change is about.
type What uint8

// The facts. Those from ContactName on belong to a contact.
const (
	OwnAccount  What = iota
	OwnName          // friendly name
	OwnStatus        // presence
	OwnPrompt        // GTC
	OwnPrivacy       // BLP
	OwnProperty      // Key: its type
	ListVersion
	SyncState
	ListState      // Key: the list
	GroupListState // whether all groups are known
	GroupName      // Key: the group's id; To is empty when it is removed
	ContactName
	ContactStatus
	ContactOn    // Key: the list; IsOn, IsOff
	ContactIn    // Key: the group's id; IsOn, or empty when the contact leaves it
	ContactPhone // Key: its type
)

var whatNames = [...]string{
	"own account", "own name", "own status", "prompting", "privacy", "own property", "list version", "synchronisation", "list known",
	"groups known", "group", "name", "status", "list", "in group", "phone",
}

// String returns the fact's name in words.
func (w What) String() string { return whatNames[w] }

// MarshalText writes the name in JSON.
func (w What) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// Change is a fact that got another value.
type Change struct {
	What   What   `json:"what"`
	Handle string `json:"handle,omitempty"` // of the contact
	Key    string `json:"key,omitempty"`
	From   string `json:"from"`
	To     string `json:"to"`
	Event  int64  `json:"event"`
	Time   int64  `json:"time"` // Unix ns
}

// entry is a change as it is kept. The contact is named by its place in
// State.Contacts.
type entry struct {
	event, time int64
	key, to     string
	slot        int32
	what        What
	gone        bool // GroupName, ContactIn: there is no such thing any more
}

// own returns the fact of the user that e is about, nil if it is one of several.
func (s *State) own(w What) *Fact {
	switch w {
	case OwnAccount:
		return &s.Account
	case OwnName:
		return &s.Name
	case OwnStatus:
		return &s.Status
	case OwnPrompt:
		return &s.Prompt
	case OwnPrivacy:
		return &s.Privacy
	case ListVersion:
		return &s.Version
	case SyncState:
		return &s.Sync
	case GroupListState:
		return &s.GroupList
	}
	return nil
}

// fact returns the fact that e is about as it is now.
func (s *State) fact(e *entry) Fact {
	if f := s.own(e.what); f != nil {
		return *f
	}
	switch e.what {
	case OwnProperty:
		return propertyOf(s.Properties, e.key)
	case ListState:
		l, _ := parseList(e.key)
		return s.Lists[l]
	case GroupName:
		return s.Group(e.key)
	}
	if int(e.slot) >= len(s.Contacts) {
		return Fact{}
	}
	c := s.Contacts[e.slot]
	switch e.what {
	case ContactName:
		return c.Name
	case ContactStatus:
		return c.Status
	case ContactOn:
		l, _ := parseList(e.key)
		return c.On[l]
	case ContactIn:
		for _, g := range c.Groups {
			if g.Value == e.key {
				return Fact{IsOn, g.Event}
			}
		}
	case ContactPhone:
		return propertyOf(c.Phones, e.key)
	}
	return Fact{}
}

// apply makes the change. Contacts, groups and properties may be shared with
// other states: they are copied before they are changed. s.Contacts itself must
// be s's own.
func (s *State) apply(e *entry, handles []string) {
	s.Event = e.event
	to := Fact{e.to, e.event}
	if f := s.own(e.what); f != nil {
		*f = to
		return
	}
	switch e.what {
	case OwnProperty:
		s.Properties = withProperty(s.Properties, e.key, to)
		return
	case ListState:
		l, _ := parseList(e.key)
		s.Lists[l] = to
		return
	case GroupName:
		s.Groups = withGroup(s.Groups, e, to)
		return
	}
	for n := len(s.Contacts); n <= int(e.slot); n++ {
		s.Contacts = append(s.Contacts, &Contact{Handle: handles[n]})
	}
	c := *s.Contacts[e.slot]
	switch e.what {
	case ContactName:
		c.Name = to
	case ContactStatus:
		c.Status = to
	case ContactOn:
		l, _ := parseList(e.key)
		c.On[l] = to
	case ContactIn:
		i := slices.IndexFunc(c.Groups, func(g Fact) bool { return g.Value == e.key })
		c.Groups = slices.Clone(c.Groups)
		switch {
		case e.gone && i >= 0:
			c.Groups = slices.Delete(c.Groups, i, i+1)
		case !e.gone && i < 0:
			c.Groups = append(c.Groups, Fact{e.key, e.event})
		}
	case ContactPhone:
		c.Phones = withProperty(c.Phones, e.key, to)
	}
	s.Contacts[e.slot] = &c
}

func propertyOf(ps []Property, kind string) Fact {
	for i := range ps {
		if ps[i].Type == kind {
			return ps[i].Fact
		}
	}
	return Fact{}
}

func withProperty(ps []Property, kind string, to Fact) []Property {
	ps = slices.Clone(ps)
	for i := range ps {
		if ps[i].Type == kind {
			ps[i].Fact = to
			return ps
		}
	}
	return append(ps, Property{kind, to})
}

func withGroup(gs []Group, e *entry, to Fact) []Group {
	i := slices.IndexFunc(gs, func(g Group) bool { return g.ID == e.key })
	gs = slices.Clone(gs)
	switch {
	case e.gone && i >= 0:
		return slices.Delete(gs, i, i+1)
	case e.gone:
		return gs
	case i >= 0:
		gs[i].Name = to
		return gs
	}
	return append(gs, Group{e.key, to})
}
