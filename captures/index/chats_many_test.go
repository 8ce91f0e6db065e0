// This file tests that looking at chats costs what chats there are.

package index

import (
	"fmt"
	"path/filepath"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/decode/costtest"
)

func TestManyChatsOfASession(t *testing.T) {
	costtest.Proportionate(t, 1<<17, func(n int) func() {
		x := open(t, filepath.Join(t.TempDir(), "index.sqlite"), Options{})
		c := x.Create(1, "a", false)
		w := writer(t, x, c)
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = event.ConnectionsPerCapture + int64(i) + 1
			w.Connection(&event.Connection{ID: ids[i], Role: decode.RoleSB, Chat: fmt.Sprint(i), Session: event.ConnectionsPerCapture + 1, MSNP: true})
		}
		if _, err := c.ChatsOf(nil); err != nil { // puts them together
			t.Fatal(err)
		}
		return func() {
			chats, err := c.ChatsOf(ids)
			if err != nil || len(chats) != n || chats[n-1].Connections[0] != ids[n-1] {
				t.Fatalf("%d chats, %v", len(chats), err)
			}
		}
	})
}
