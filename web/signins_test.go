// This file tests what the API says of sign-ins and invitations.

package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"msnscope/captures"
	"msnscope/decode"
)

func TestSignIns(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	url := "http://" + serve(t, &Server{Store: store})
	resp, b := ask(t, "GET", url+fmt.Sprintf("/api/signins?session=%d", store.Sessions()[0].ID), nil)
	var got struct{ List []captures.SignIn }
	if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %s %v", resp.StatusCode, b, err)
	}
	if len(got.List) != 1 || got.List[0].Role != "NS" || len(got.List[0].Steps) < 4 || got.List[0].Account == "" {
		t.Errorf("%s", b)
	}
	for path, status := range map[string]int{"/api/signins": 400, "/api/signins?session=99": 404, "/api/signins?session=x": 400, "/api/invitations?session=x": 400} {
		if resp, _ := ask(t, "GET", url+path, nil); resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

func TestSignInOutcomes(t *testing.T) {
	store, tr := newStore(t)
	tr.send(decode.C2S, "INF 2")
	tr.send(decode.S2C, "INF 2 MD5")
	tr.send(decode.C2S, "USR 3 MD5 I alice@example.com")
	tr.send(decode.S2C, "USR 3 MD5 S 1013928519.693957190")
	tr.send(decode.C2S, "USR 4 MD5 S 0f9d00aa0f9d00aa0f9d00aa0f9d00aa")
	tr.say(decode.S2C, "911 4")
	url := "http://" + serve(t, &Server{Store: store})
	get := func(query string) []captures.SignInOutcome {
		t.Helper()
		resp, b := ask(t, "GET", url+"/api/signins/outcome?session="+query, nil)
		var got struct{ List []captures.SignInOutcome }
		if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%d %s %v", resp.StatusCode, b, err)
		}
		return got.List
	}
	id := store.Sessions()[0].ID
	list := get(fmt.Sprintf("%d,99", id))
	if len(list) != 1 || list[0].State != captures.SignInRefused || !strings.Contains(list[0].Words, "error 911") || list[0].Event == 0 {
		t.Fatalf("%+v", list)
	}
	steps := list[0].Connections[0].Steps
	if last := steps[len(steps)-1]; last.Command != "911" || last.Dir != decode.S2C || last.Event != list[0].Event {
		t.Errorf("%+v", last)
	}
	if list := get(fmt.Sprintf("%d&brief=1", id)); len(list[0].Connections) != 0 {
		t.Errorf("%+v", list)
	}
	for path, status := range map[string]int{"x": 400, "": 400, strings.Repeat("1,", 100) + "1": 400, "99": 200} {
		if resp, _ := ask(t, "GET", url+"/api/signins/outcome?session="+path, nil); resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

func TestInvitations(t *testing.T) {
	store, tr := newStore(t)
	body := "Content-Type: text/x-msmsgsinvite\r\n\r\nInvitation-Command: INVITE\r\nInvitation-Cookie: 7\r\nApplication-File: <b>.jpg\r\nApplication-FileSize: 9\r\n\r\n"
	tr.say(decode.C2S, "USR 1 alice@example.com 17.4")
	tr.say(decode.S2C, "USR 1 OK alice@example.com Alice", "JOI bob@example.com Bob")
	tr.say(decode.C2S, fmt.Sprintf("MSG 2 N %d\r\n%s", len(body), body[:len(body)-2]))
	resp, b := ask(t, "GET", "http://"+serve(t, &Server{Store: store})+"/api/invitations", nil)
	var got struct {
		List []captures.Invitation
		More bool
	}
	if err := json.Unmarshal(b, &got); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %s %v", resp.StatusCode, b, err)
	}
	if len(got.List) != 1 || got.More || got.List[0].Invitee != "bob@example.com" || got.List[0].File != "<b>.jpg" || *got.List[0].Size != 9 || got.List[0].State != "offered" {
		t.Errorf("%s", b)
	}
}
