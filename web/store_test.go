// This file gives tests a store and a connection whose traffic they make up.

package web

import (
	"net/netip"
	"strings"
	"sync"
	"testing"

	"msnscope/captures"
	"msnscope/captures/record"
	"msnscope/decode"
)

// traffic is one connection of a store that is being recorded.
type traffic struct {
	t     testing.TB
	store *captures.Store
	file  *captures.Recording
	begin sync.Once
	conn  *record.Conn
}

func newStore(t testing.TB) (*captures.Store, *traffic) {
	t.Helper()
	store, err := captures.Open(t.TempDir(), captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	file, err := store.Record()
	if err != nil {
		t.Fatal(err)
	}
	return store, &traffic{t: t, store: store, file: file}
}

// send records lines and waits for nothing. The first are those by which the
// connection is recognised.
func (tr *traffic) send(dir decode.Direction, lines ...string) {
	tr.begin.Do(func() {
		tr.conn = tr.file.Connect(netip.MustParseAddrPort("10.0.0.9:1044"), netip.MustParseAddrPort("64.4.13.58:1863"))
		tr.conn.Data(decode.C2S, []byte("VER 1 MSNP7 CVR0\r\n"))
		tr.conn.Data(decode.S2C, []byte("VER 1 MSNP7\r\n"))
	})
	if err := tr.conn.Data(dir, []byte(strings.Join(lines, "\r\n")+"\r\n")); err != nil {
		tr.t.Error(err)
	}
}

// say records lines and waits until the store has understood them.
func (tr *traffic) say(dir decode.Direction, lines ...string) {
	tr.t.Helper()
	tr.send(dir, lines...)
	if err := tr.store.CaughtUp(tr.t.Context()); err != nil {
		tr.t.Error(err)
	}
}

// signIn has alice sign in.
func (tr *traffic) signIn() {
	tr.t.Helper()
	tr.send(decode.C2S, "INF 2")
	tr.send(decode.S2C, "INF 2 MD5")
	tr.send(decode.C2S, "USR 3 MD5 I alice@example.com")
	tr.send(decode.S2C, "USR 3 MD5 S 1013928519.693957190")
	tr.send(decode.C2S, "USR 4 MD5 S 0f9d00aa0f9d00aa0f9d00aa0f9d00aa")
	tr.say(decode.S2C, "USR 4 OK alice@example.com Alice")
}

// pings is n keep-alives.
func pings(n int) []string { return strings.Split(strings.Repeat("PNG|", n-1)+"PNG", "|") }
