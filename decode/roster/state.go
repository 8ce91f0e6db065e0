// This file defines what a roster is at one moment.

package roster

import (
	"encoding/json"
	"strings"
)

// Fact is something that was said, and the event that said it. The event is the
// one that made it so: saying it again changes nothing.
type Fact struct {
	Value string `json:"value"`
	Event int64  `json:"event"` // 0: not said yet
}

// Known reports whether it has been said.
func (f Fact) Known() bool { return f.Event != 0 }

// List is one of the lists of contacts.
type List uint8

// The lists.
const (
	FL     List = iota // forward: the user's contacts
	AL                 // allow
	BL                 // block
	RL                 // reverse: who has the user as a contact
	PL                 // pending, MSNP10 and later
	nLists = iota
)

var listNames = [nLists]string{"FL", "AL", "BL", "RL", "PL"}

// String returns the list's name on the wire: "FL".
func (l List) String() string { return listNames[l] }

// parseList is the inverse of String.
func parseList(name string) (List, bool) {
	for l, n := range listNames {
		if n == name {
			return List(l), true
		}
	}
	return 0, false
}

// The values of Contact.On.
const (
	IsOn  = "on"
	IsOff = "off"
)

// The values of State.Lists and State.GroupList. Before, nothing is known.
const (
	Partial  = "partial"  // some of it was told
	Complete = "complete" // all of it was told
)

// The values of State.Sync.
const (
	SyncAsked     = "asked"     // the client has sent SYN
	SyncRunning   = "running"   // the server has begun to send the lists
	SyncComplete  = "complete"  // the server has sent them all
	SyncUnchanged = "unchanged" // the client has them already: they are in no capture of this session
)

// ByList is a fact for each list.
type ByList [nLists]Fact

// MarshalJSON writes {"FL":{...}} with the lists of which something was said.
func (b ByList) MarshalJSON() ([]byte, error) {
	m := make(map[string]Fact, nLists)
	for l, f := range b {
		if f.Known() {
			m[listNames[l]] = f
		}
	}
	return json.Marshal(m)
}

// Property is a phone number or another property of a person: PHH home, PHW
// work, PHM mobile phone, MOB pages allowed, MBE mobile device set up. An empty
// value means that it is not set.
type Property struct {
	Type string `json:"type"`
	Fact
}

// Group is a group of contacts.
type Group struct {
	ID   string `json:"id"`
	Name Fact   `json:"name"`
}

// Contact is a person on a list, or one whose presence was told.
type Contact struct {
	Handle string `json:"handle"` // as first written
	Name   Fact   `json:"name"`
	// Status is the presence told last: NLN, AWY ... FLN. The empty value means
	// that it is no longer told.
	Status Fact       `json:"status"`
	On     ByList     `json:"on"`     // IsOn or IsOff
	Groups []Fact     `json:"groups"` // ids of the groups that the contact is in
	Phones []Property `json:"phones"`
}

// IsOn reports whether the contact is known to be on the list.
func (c *Contact) IsOn(l List) bool { return c.On[l].Value == IsOn }

// State is a roster at one moment. It is shared and must not be changed; it may
// be read by several goroutines.
type State struct {
	Event      int64      `json:"event"` // the last one that changed anything
	Account    Fact       `json:"account"`
	Name       Fact       `json:"name"`
	Status     Fact       `json:"status"`     // own presence as the server confirmed it
	Prompt     Fact       `json:"prompt"`     // GTC: A or N
	Privacy    Fact       `json:"privacy"`    // BLP: AL or BL
	Version    Fact       `json:"version"`    // of the lists
	Properties []Property `json:"properties"` // own phone numbers ...
	Sync       Fact       `json:"sync"`
	Lists      ByList     `json:"lists"` // Partial or Complete
	GroupList  Fact       `json:"groupList"`
	Groups     []Group    `json:"groups"`   // in the order in which they were told
	Contacts   []*Contact `json:"contacts"` // likewise; with those who are on no list any more
}

// Contact returns the contact of that handle, in any case of letters, nil if
// there is none.
func (s *State) Contact(handle string) *Contact {
	for _, c := range s.Contacts {
		if strings.EqualFold(c.Handle, handle) {
			return c
		}
	}
	return nil
}

// Group returns the name of a group; not known if there is no such group.
func (s *State) Group(id string) Fact {
	for i := range s.Groups {
		if s.Groups[i].ID == id {
			return s.Groups[i].Name
		}
	}
	return Fact{}
}

// Presence returns what the user's client shows for a contact. After the user's
// first CHG the server names the contacts who are online and says nothing of
// the others: they are offline without having been told so (told is false).
func (s *State) Presence(c *Contact) (status string, told bool) {
	switch {
	case c.Status.Value != "":
		return c.Status.Value, true
	case c.IsOn(FL) && s.Status.Known() && s.Status.Value != "FLN":
		return "FLN", false
	}
	return "", false
}
