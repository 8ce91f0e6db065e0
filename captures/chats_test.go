// This file tests that a store's chats are carried on as they go on, from both
// sides, and never differ from those put together at once.

package captures

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/index"
	"msnscope/decode"
)

// chatsText is everything that the store says of a session's chats.
func chatsText(t *testing.T, s *Store, session int64) string {
	t.Helper()
	var text []byte
	err := s.Chats(t.Context(), session, 0, func(list []Chat) {
		for i := range list {
			c := &list[i]
			rows, err := s.ChatRows(c, 0, c.Total())
			if err != nil {
				t.Error(err)
			}
			b, _ := json.MarshalIndent(map[string]any{
				"id": c.ID, "key": c.Key, "people": c.People, "rows": rows, "typing": c.Typing(), "messages": c.Messages,
			}, "", " ")
			text = append(append(text, b...), '\n')
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func switchboard(t *testing.T, f *Recording, port uint16) *talk {
	return &talk{t: t, conn: f.Connect(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), port), netip.MustParseAddrPort("127.0.0.1:1864"))}
}

func TestChatsGoOn(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	ns := newTalk(t, f, 1044)
	caughtUp(t, s)
	session := s.Sessions()[0].ID
	if got := chatsText(t, s, session); got != "" {
		t.Errorf("chats before any: %s", got)
	}
	same := func() {
		t.Helper()
		caughtUp(t, s)
		carried := chatsText(t, s, session)
		s.chats.list = nil
		if d := cmp.Diff(chatsText(t, s, session), carried); d != "" {
			t.Fatalf("(-at once +carried on): %s", d)
		}
	}
	ns.say(decode.C2S, "XFR 4 SB\r\n")
	ns.say(decode.S2C, "XFR 4 SB 127.0.0.1:1864 CKI 17.4\r\n")
	a := switchboard(t, f, 1050)
	a.say(decode.C2S, "USR 1 alice@hotmail.com 17.4\r\n")
	a.say(decode.S2C, "USR 1 OK alice@hotmail.com Alice\r\n")
	a.say(decode.C2S, "CAL 2 bob@hotmail.com\r\n")
	same()
	a.say(decode.S2C, "CAL 2 RINGING 17\r\n")
	b := switchboard(t, f, 1051)
	b.say(decode.C2S, "ANS 1 bob@hotmail.com 9.9 17\r\n")
	b.say(decode.S2C, "IRO 1 1 1 alice@hotmail.com Alice\r\nANS 1 OK\r\n")
	a.say(decode.S2C, "JOI bob@hotmail.com Bob\r\n")
	same()
	const head = "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
	for i := range 40 {
		text := fmt.Sprintf("%slol %d", head, i%3)
		a.say(decode.C2S, fmt.Sprintf("MSG %d A %d\r\n%s", i+3, len(text), text))
		b.say(decode.S2C, fmt.Sprintf("MSG alice@hotmail.com Alice %d\r\n%s", len(text), text))
		if i%2 == 0 {
			a.say(decode.S2C, fmt.Sprintf("ACK %d\r\n", i+3))
		}
		if i%7 == 0 {
			same()
		}
	}
	b.say(decode.C2S, "OUT\r\n")
	a.say(decode.S2C, "BYE bob@hotmail.com\r\n")
	same()
	conns := s.Connections(session)
	if err := s.Chat(t.Context(), conns[0].ID, 0, func(*Chat) {}); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("a notification server has a chat: %v", err)
	}
	for _, c := range s.Connections(0) {
		if c.Role != decode.RoleSB {
			continue
		}
		err := s.Chat(t.Context(), c.ID, 0, func(ch *Chat) {
			if ch.Messages != 40 || ch.Total() != 44 || ch.Key != "17" || len(ch.Connections) != 2 || !ch.Live() {
				t.Errorf("%d messages, %d lines, chat %q, %d connections", ch.Messages, ch.Total(), ch.Key, len(ch.Connections))
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
	if err := s.Chats(t.Context(), 99, 0, func([]Chat) {}); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("no such session: %v", err)
	}
}

// A long chat can be looked at before all of it has been read: what is there
// then is its beginning, and looking on comes to the same end.
func TestChatsReadInPieces(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	f := recordInto(t, s)
	ns := newTalk(t, f, 1044)
	ns.say(decode.C2S, "XFR 4 SB\r\n")
	ns.say(decode.S2C, "XFR 4 SB 127.0.0.1:1864 CKI 17.4\r\n")
	a := switchboard(t, f, 1050)
	a.say(decode.C2S, "USR 1 alice@hotmail.com 17.4\r\n")
	const head = "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
	for i := range 3000 {
		text := fmt.Sprintf("%s%0200d", head, i)
		a.say(decode.C2S, fmt.Sprintf("MSG %d N %d\r\n%s", i+3, len(text), text))
	}
	caughtUp(t, s)
	session := s.Sessions()[0].ID
	whole := chatsText(t, s, session)
	s.chats.list = nil
	looks, lines, read := 0, 0, 0.0
	for read < 1 {
		looks++
		err := s.Chats(t.Context(), session, time.Nanosecond, func(list []Chat) {
			c := &list[0]
			if c.Total() < lines || c.Read <= read {
				t.Errorf("look %d: %d lines after %d, %v read after %v", looks, c.Total(), lines, c.Read, read)
			}
			lines, read = c.Total(), c.Read
			rows, err := s.ChatRows(c, 0, 3)
			if err != nil || len(rows) != 3 || rows[2].Text[197:] != "002" {
				t.Fatalf("look %d: %+v, %v", looks, rows, err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looks < 3 {
		t.Errorf("all was read in %d looks", looks)
	}
	if d := cmp.Diff(whole, chatsText(t, s, session)); d != "" {
		t.Errorf("(-at once +in pieces): %s", d)
	}
}

// A real server and real clients: three of them, whose connections the capture
// has all, have one chat.
func TestChatOfACapture(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	if _, err := s.Import(t.Context(), "testdata/goserver-netmsmgr.pcap", nil); err != nil {
		t.Fatal(err)
	}
	for _, x := range s.Sessions()[:3] {
		err := s.Chats(t.Context(), x.ID, 0, func(list []Chat) {
			if len(list) != 1 || list[0].ID != 7 || list[0].Messages != 3 || list[0].Total() != 11 || len(list[0].Connections) != 3 {
				t.Fatalf("session %d: %d chats", x.ID, len(list))
			}
			rows, err := s.ChatRows(&list[0], 1, 3)
			if err != nil || len(rows) != 3 {
				t.Fatal(rows, err)
			}
			if r := rows[0]; r.Kind != "invited" || r.Whom != "bob@example.com" || r.Seen == 0 || r.State != "ringing" {
				t.Errorf("%+v", r)
			}
			if r := rows[2]; r.Text != "hello over the Go server" || r.Who != "alice@example.com" || r.Seen == 0 || r.Typing == 0 {
				t.Errorf("%+v", r)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
