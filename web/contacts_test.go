// This file tests the contact list's part of the API.

package web

import (
	"encoding/json"
	"fmt"
	"testing"

	"msnscope/decode"
)

func TestContacts(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	tr.say(decode.S2C, "ILN 5 AWY bob@example.com Bob", "NLN BSY bob@example.com Bob", "FLN bob@example.com")
	url := "http://" + serve(t, &Server{Store: store})
	session := store.Sessions()[0].ID
	type contact struct {
		Handle string
		Status struct {
			Value string
			Event int64
		}
	}
	get := func(path string, into any) {
		t.Helper()
		resp, b := ask(t, "GET", url+fmt.Sprintf(path, session), nil)
		if err := json.Unmarshal(b, into); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b, err)
		}
	}
	var now struct {
		Contacts      []contact
		Before, After int64
	}
	get("/api/contacts?session=%d", &now)
	if len(now.Contacts) != 1 || now.Contacts[0].Status.Value != "FLN" || now.After != 0 {
		t.Fatalf("%+v", now)
	}
	last := now.Contacts[0].Status.Event
	get(fmt.Sprintf("/api/contacts?session=%%d&at=%d", last-1), &now)
	if now.Contacts[0].Status.Value != "BSY" || now.Before != last-2 || now.After != last {
		t.Errorf("%+v", now)
	}
	var changes struct {
		Changes  []struct{ What, From, To string }
		Presence []struct{ Status string }
		More     bool
	}
	get("/api/contacts/changes?session=%d&handle=bob@example.com", &changes)
	if len(changes.Presence) != 3 || len(changes.Changes) != 4 || changes.More {
		t.Errorf("%+v", changes)
	}
	get(fmt.Sprintf("/api/contacts/difference?session=%%d&from=%d&to=%d", last-2, last), &changes)
	if len(changes.Changes) != 1 || changes.Changes[0].From != "AWY" || changes.Changes[0].To != "FLN" {
		t.Errorf("%+v", changes)
	}
	var all struct {
		People []struct {
			Handle   string
			Presence []struct{ Status string }
		}
	}
	get("/api/contacts/presence?session=%d", &all)
	if len(all.People) != 1 || all.People[0].Handle != "bob@example.com" || len(all.People[0].Presence) != 3 {
		t.Errorf("%+v", all)
	}
	for path, status := range map[string]int{"/api/contacts": 400, "/api/contacts?session=99": 404, "/api/contacts?session=x": 400, "/api/contacts/changes?session=1&from=x": 400} {
		if resp, _ := ask(t, "GET", url+path, nil); resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
