// This file tells the statuses of people over time.

package roster

import "strings"

// Presence is a stretch of time in which somebody had a status.
type Presence struct {
	Event  int64  `json:"event"`
	Time   int64  `json:"time"` // Unix ns when it began
	Status string `json:"status"`
}

// Presence returns the statuses of a contact, or of the user if handle is empty,
// in order and as far back as Since, each with the event that told it.
func (t *Timeline) Presence(handle string) []Presence {
	what, slot := OwnStatus, int32(0)
	if handle != "" {
		var ok bool
		if slot, ok = t.slots[strings.ToLower(handle)]; !ok {
			return nil
		}
		what = ContactStatus
	}
	var out []Presence
	for i := range t.log {
		if e := &t.log[i]; e.what == what && e.slot == slot {
			out = append(out, Presence{e.event, e.time, e.to})
		}
	}
	return out
}

// Person is somebody's statuses over time.
type Person struct {
	Handle   string     `json:"handle"` // "" for the user
	Presence []Presence `json:"presence"`
}

// Presences returns Presence of the user and of each contact that had one, in the
// order in which they came; of each the last most stretches.
func (t *Timeline) Presences(most int) []Person {
	var out []Person
	place := map[int32]int{}
	for i := range t.log {
		e := &t.log[i]
		slot := int32(-1)
		switch e.what {
		case OwnStatus:
		case ContactStatus:
			slot = e.slot
		default:
			continue
		}
		n, ok := place[slot]
		if !ok {
			n = len(out)
			place[slot] = n
			out = append(out, Person{})
			if slot >= 0 {
				out[n].Handle = t.handles[slot]
			}
		}
		p := &out[n].Presence
		*p = append(*p, Presence{e.event, e.time, e.to})
		if len(*p) >= 2*most {
			*p = append((*p)[:0], (*p)[len(*p)-most:]...)
		}
	}
	for i := range out {
		if p := out[i].Presence; len(p) > most {
			out[i].Presence = p[len(p)-most:]
		}
	}
	return out
}
