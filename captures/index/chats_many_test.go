// This file tests that looking at chats costs what chats there are.

package index

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

func TestManyChatsOfASession(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "index.sqlite"), Options{})
	c := x.Create(1, "a", false)
	w := writer(t, x, c)
	const n = 1 << 17
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = event.ConnectionsPerCapture + int64(i) + 1
		w.Connection(&event.Connection{ID: ids[i], Role: decode.RoleSB, Chat: fmt.Sprint(i), Session: event.ConnectionsPerCapture + 1, MSNP: true})
	}
	if _, err := c.ChatsOf(nil); err != nil { // puts them together
		t.Fatal(err)
	}
	start := time.Now()
	chats, err := c.ChatsOf(ids)
	if err != nil || len(chats) != n || chats[n-1].Connections[0] != ids[n-1] {
		t.Fatalf("%d chats, %v", len(chats), err)
	}
	if took := time.Since(start); took > 3*time.Second { // it takes 50 ms
		t.Errorf("%d chats took %v", n, took)
	}
}
