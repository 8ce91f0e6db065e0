// This file answers what a session's contact list was at any moment.

package web

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"

	"msnscope/captures/index"
	"msnscope/decode/roster"
)

// maxChanges is how many changes one answer of /api/contacts/changes holds, the
// last ones before the event asked for.
const maxChanges = 5000

// contacts is the answer of /api/contacts.
type contacts struct {
	*roster.State
	Since     int64 `json:"since"`     // the first event that can be asked for, 0: any
	Truncated bool  `json:"truncated"` // there are more people or groups than are followed
	// Before and After are the nearest events at which something changed, 0 if
	// there is none.
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// serveContacts answers with the roster as it was after an event.
func (s *Server) serveContacts(w http.ResponseWriter, r *http.Request) {
	at, err := number(r, "at", math.MaxInt64)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	s.withRoster(w, r, func(t *roster.Timeline) any {
		state := t.At(at)
		if state == nil {
			return nil
		}
		before, after := t.Neighbours(at)
		return contacts{withLists(state), t.Since(), t.Truncated(), before, after}
	})
}

// withLists returns a state whose lists are [] in JSON where there is nothing,
// and never null.
func withLists(s *roster.State) *roster.State {
	c := *s
	c.Properties, c.Groups = some(c.Properties), some(c.Groups)
	c.Contacts = make([]*roster.Contact, len(s.Contacts))
	for i, of := range s.Contacts {
		one := *of
		one.Groups, one.Phones = some(one.Groups), some(one.Phones)
		c.Contacts[i] = &one
	}
	return &c
}

// some is list, or an empty one in place of nil.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// history is the answer of /api/contacts/changes.
type history struct {
	Changes  []roster.Change   `json:"changes"`
	More     bool              `json:"more"` // there are earlier ones
	Presence []roster.Presence `json:"presence"`
	Silences []roster.Silence  `json:"silences"`
}

// serveChanges answers with how the roster changed, one row for each change:
// all of a session, or of one contact with handle=, whose statuses over time
// it tells too (the user's own without handle=).
func (s *Server) serveChanges(w http.ResponseWriter, r *http.Request) {
	from, err := number(r, "from", 0)
	to, err2 := number(r, "to", math.MaxInt64)
	if err = errors.Join(err, err2); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	handle := r.URL.Query().Get("handle")
	s.withRoster(w, r, func(t *roster.Timeline) any {
		list, more := t.History(from, to, handle, maxChanges)
		return history{some(list), more, some(t.Presence(handle)), some(t.Silences())}
	})
}

// maxStretches is how many statuses of one person an answer of
// /api/contacts/presence holds, the last ones.
const maxStretches = 200

// servePresence answers with the statuses of everybody over time.
func (s *Server) servePresence(w http.ResponseWriter, r *http.Request) {
	s.withRoster(w, r, func(t *roster.Timeline) any {
		people := t.Presences(maxStretches)
		if people == nil {
			people = []roster.Person{}
		}
		return map[string]any{"people": people, "silences": some(t.Silences())}
	})
}

// serveDifference answers with how the roster after one event differs from that
// after another: each fact once.
func (s *Server) serveDifference(w http.ResponseWriter, r *http.Request) {
	from, err := number(r, "from", 0)
	to, err2 := number(r, "to", math.MaxInt64)
	if err = errors.Join(err, err2); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	s.withRoster(w, r, func(t *roster.Timeline) any {
		list := t.Changes(from, to)
		return history{some(list[:min(len(list), maxChanges)]), len(list) > maxChanges, []roster.Presence{}, []roster.Silence{}}
	})
}

// withRoster answers with what answer makes of the roster of session=; 404 if
// that is nil.
func (s *Server) withRoster(w http.ResponseWriter, r *http.Request, answer func(*roster.Timeline) any) {
	session, err := number(r, "session", 0)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var body any
	err = s.Store.Roster(r.Context(), session, func(t *roster.Timeline) { body = answer(t) })
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(w, http.StatusNotFound, "there is no session "+itoa(session))
		return
	case err != nil:
		fail(w, http.StatusInternalServerError, err.Error())
		return
	case body == nil:
		fail(w, http.StatusNotFound, "the contact list at that event is no longer kept")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(body)
}
