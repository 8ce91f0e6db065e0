// This file tests marks, names and deletion over the API, with pages open.

package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestMarksReachAllPages(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	addr := serve(t, &Server{Store: store})
	url := "http://" + addr
	c := dial(t, addr)
	c.send(`{"op":"sub","view":1,"epoch":5,"scope":"all","q":"is:marked"}`)
	c.untilTotal(1, 5, 0)
	put := func(path, body string, want int) string {
		t.Helper()
		resp, b := ask(t, "PUT", url+path, strings.NewReader(body))
		if resp.StatusCode != want {
			t.Errorf("PUT %s %s: %d %s", path, body, resp.StatusCode, b)
		}
		return strings.TrimSpace(string(b))
	}
	if got := put("/api/event/2/mark", `{"mark":"red","note":"<b>why?"}`, 200); got != `{"id":2,"mark":"red","note":"<b>why?"}` && !strings.Contains(got, `"mark":"red"`) {
		t.Error(got)
	}
	var marksFrame, stat message
	for marksFrame.Op == "" || stat.Op == "" {
		switch m := c.next(); {
		case m.Op == "marks":
			marksFrame = m
		case m.Op == "stat" && m.Total == 1:
			stat = m
		}
	}
	if len(marksFrame.List) != 1 || !strings.Contains(string(marksFrame.List[0]), `"id":2,"mark":"red"`) {
		t.Errorf("%s", marksFrame.List)
	}
	c.send(`{"op":"win","view":1,"epoch":5,"seq":1,"from":0,"n":10}`)
	rows := c.until(func(m message) bool { return m.Op == "rows" })
	if row := rows.Rows[0]; len(row) != 17 || row[15] != "red" || row[16] != "<b>why?" {
		t.Errorf("%v", row)
	}
	c.send(`{"op":"event","seq":2,"id":2}`)
	if m := c.until(func(m message) bool { return m.Op == "res" }); !strings.Contains(string(m.Event), `"mark":"red","user_note":"`) {
		t.Errorf("%s", m.Event)
	}

	put("/api/event/2/mark", `{"note":"mine","was":"not this"}`, http.StatusConflict)
	put("/api/event/2/mark", `{"note":"mine","was":"<b>why?"}`, 200)
	put("/api/event/2/mark", `{"mark":"two words"}`, http.StatusBadRequest)
	put("/api/event/2/mark", `{"colour":"red"}`, http.StatusBadRequest)
	put("/api/event/2/mark", `{} {}`, http.StatusBadRequest)
	put("/api/event/9999/mark", `{"mark":"red"}`, http.StatusNotFound)
	put("/api/event/x/mark", `{"mark":"red"}`, http.StatusBadRequest)
	put("/api/session/77/label", `{"label":"x"}`, http.StatusNotFound)
	put("/api/session/1/label", `{"label":"the bad one","pinned":true}`, 200)
	c.send(`{"op":"watch","ids":[1]}`)
	c.until(func(m message) bool {
		return m.Op == "watched" && len(m.List) == 1 && strings.Contains(string(m.List[0]), `"label":"the bad one","pinned":true`)
	})
	_, b := ask(t, "GET", url+"/api/marks", nil)
	var all struct {
		Events []struct {
			ID         int64
			Mark, Note string
		}
		Sessions []struct {
			ID     int64
			Label  string
			Pinned bool
		}
	}
	if err := json.Unmarshal(b, &all); err != nil || len(all.Events) != 1 || all.Events[0].Note != "mine" || len(all.Sessions) != 1 || !all.Sessions[0].Pinned {
		t.Errorf("%s %v", b, err)
	}
	if resp, _ := ask(t, "DELETE", url+"/api/event/2/mark", nil); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	if resp, _ := ask(t, "DELETE", url+"/api/session/1/label", nil); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	c.untilTotal(1, 5, 0)
	// Another site's page may not.
	r, _ := http.NewRequest("PUT", url+"/api/event/2/mark", strings.NewReader(`{"mark":"red"}`))
	r.Header.Set("Origin", "http://evil.example")
	r.Header.Set("Authorization", "Bearer "+testToken)
	if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != http.StatusForbidden {
		t.Error(resp, err)
	} else {
		resp.Body.Close()
	}
}

func TestCapturesAreListedAndDeleted(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	if _, err := store.Import(t.Context(), "../captures/testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	addr := serve(t, &Server{Store: store})
	url := "http://" + addr
	c := dial(t, addr)
	c.send(`{"op":"sub","view":1,"epoch":5,"scope":"all","q":""}`)
	before := c.until(func(m message) bool { return m.Op == "stat" && m.Total > 100 })
	_, b := ask(t, "GET", url+"/api/captures", nil)
	var list struct{ List []captureJSON }
	if err := json.Unmarshal(b, &list); err != nil || len(list.List) != 2 {
		t.Fatalf("%s %v", b, err)
	}
	if one, two := list.List[0], list.List[1]; one.InUse != "recording" || one.Sessions != 1 || two.InUse != "" || two.Size != 31137 || two.Events < 100 || two.Written == 0 {
		t.Errorf("%+v", list.List)
	}
	if resp, b := ask(t, "DELETE", url+"/api/captures/0", nil); resp.StatusCode != http.StatusConflict || !strings.Contains(string(b), "recording") {
		t.Errorf("%s %s", resp.Status, b)
	}
	if resp, b := ask(t, "DELETE", url+"/api/captures/1", nil); resp.StatusCode != 200 {
		t.Errorf("%s %s", resp.Status, b)
	}
	var note, sessions, stat message
	for note.Op == "" || sessions.Op == "" || stat.Op == "" {
		switch m := c.next(); {
		case m.Op == "note":
			note = m
		case m.Op == "sessions" && m.Total == 1:
			sessions = m
		case m.Op == "stat" && m.Total < before.Total:
			stat = m
		}
	}
	if !strings.Contains(note.Text, "000001-goserver-netmsmgr.pcap was removed, deleted by its user: 3 sessions, 136 events") {
		t.Error(note.Text)
	}
	if resp, _ := ask(t, "DELETE", url+"/api/captures/1", nil); resp.StatusCode != http.StatusNotFound {
		t.Error(resp.Status)
	}
}
