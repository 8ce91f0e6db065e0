// This file tests the chats' part of the API.

package web

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"

	"msnscope/decode"
)

func TestChats(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	sb := tr.file.Connect(netip.MustParseAddrPort("10.0.0.9:1050"), netip.MustParseAddrPort("64.4.13.58:1863"))
	for _, x := range []struct {
		dir  decode.Direction
		text string
	}{
		{decode.C2S, "USR 1 alice@example.com 17.4\r\n"},
		{decode.S2C, "USR 1 OK alice@example.com Alice\r\n"},
		{decode.C2S, "CAL 2 bob@example.com\r\n"},
		{decode.S2C, "CAL 2 RINGING 17\r\nJOI bob@example.com Bob\r\n"},
		{decode.S2C, "MSG bob@example.com Bob 45\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhi"},
		{decode.S2C, "MSG bob@example.com Bob 77\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@example.com        \r\n\r\n\r\n"},
	} {
		if err := sb.Data(x.dir, []byte(x.text)); err != nil {
			t.Fatal(err)
		}
	}
	tr.say(decode.C2S, "PNG")
	url := "http://" + serve(t, &Server{Store: store})
	session := store.Sessions()[0].ID
	get := func(path string, into any) {
		t.Helper()
		resp, b := ask(t, "GET", url+path, nil)
		if err := json.Unmarshal(b, into); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b, err)
		}
	}
	type head struct {
		ID       int64
		Chat     string
		People   []struct{ Handle, Name string }
		Messages int
		Lines    int
		Live     bool
		Typing   []struct{ Who string }
	}
	var list struct {
		Chats []head
		At    int64
	}
	get(fmt.Sprintf("/api/chats?session=%d", session), &list)
	if len(list.Chats) != 1 || list.Chats[0].Chat != "17" || len(list.Chats[0].People) != 2 || list.Chats[0].Messages != 1 ||
		!list.Chats[0].Live || len(list.Chats[0].Typing) != 1 || list.At != 0 {
		t.Fatalf("%+v", list)
	}
	id := list.Chats[0].ID
	var chat struct {
		head
		From, Index int
		Present     []string
		Rows        []struct {
			I                     int
			Kind, Who, Text, Whom string
			Event                 int64
		}
	}
	get(fmt.Sprintf("/api/chats/%d", id), &chat)
	if chat.Lines != 4 || len(chat.Rows) != 4 || chat.Rows[3].Text != "hi" || chat.Rows[1].Whom != "bob@example.com" || len(chat.Present) != 0 {
		t.Fatalf("%+v", chat)
	}
	said := chat.Rows[3].Event
	get(fmt.Sprintf("/api/chats/%d?from=3&n=9", id), &chat)
	if chat.From != 3 || len(chat.Rows) != 1 || len(chat.Present) != 2 {
		t.Errorf("%+v", chat)
	}
	get(fmt.Sprintf("/api/chats/%d?at=%d&n=2", id, said), &chat)
	if chat.Index != 3 || chat.From != 2 || len(chat.Rows) != 2 {
		t.Errorf("%+v", chat)
	}
	get(fmt.Sprintf("/api/chats?session=%d&at=%d", session, said), &list)
	if list.At != id {
		t.Errorf("event %d is of chat %d", said, list.At)
	}
	var found struct {
		Index int
		Event int64
	}
	get(fmt.Sprintf("/api/chats/%d/find?text=HI", id), &found)
	if found.Index != 3 || found.Event != said {
		t.Errorf("%+v", found)
	}
	get(fmt.Sprintf("/api/chats/%d/find?text=ho&from=3&back=1", id), &found)
	if found.Index != -1 {
		t.Errorf("%+v", found)
	}
	for path, status := range map[string]int{
		"/api/chats": 400, "/api/chats?session=99": 404, "/api/chats?session=x": 400, "/api/chats/99": 404, "/api/chats/x": 400,
		fmt.Sprintf("/api/chats/%d?n=x", id): 400, fmt.Sprintf("/api/chats/%d/find", id): 400, "/api/chats/99/find?text=x": 404,
	} {
		if resp, _ := ask(t, "GET", url+path, nil); resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
