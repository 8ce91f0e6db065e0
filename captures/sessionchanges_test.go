// This file tests that whoever takes the changes of sessions misses none.

package captures

import (
	"context"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/marks"
	"msnscope/decode"
)

// mirror is what somebody knows who looks at changed sessions only.
type mirror struct {
	s        *Store
	changes  *SessionChanges
	sessions map[int64]event.Session
	conns    map[int64][]event.Connection
	told     int // sessions that were said to have changed
}

func (m *mirror) look() {
	ids, all := m.changes.Take()
	if all {
		m.sessions, m.conns = map[int64]event.Session{}, map[int64][]event.Connection{}
		for _, v := range m.s.Sessions() {
			ids = append(ids, v.ID)
		}
	}
	m.told += len(ids)
	for _, id := range ids {
		if v, ok := m.s.Session(id); ok {
			m.sessions[id], m.conns[id] = v, m.s.Connections(id)
		}
	}
}

func (m *mirror) same(t *testing.T, what string) {
	t.Helper()
	caughtUp(t, m.s)
	want, conns := map[int64]event.Session{}, map[int64][]event.Connection{}
	for _, v := range m.s.Sessions() {
		want[v.ID], conns[v.ID] = v, m.s.Connections(v.ID)
	}
	m.look()
	equal(t, what, want, m.sessions)
	equal(t, what+": connections", conns, m.conns)
}

func TestSessionChanges(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	m := &mirror{s: s, changes: s.SessionChanges()}
	m.same(t, "nothing")
	f := recordInto(t, s)
	a, b := newTalk(t, f, 1001), newTalk(t, f, 1002)
	m.same(t, "two sign in")
	a.ping()
	m.same(t, "one says something")
	before := m.told
	m.same(t, "nothing new")
	if m.told != before {
		t.Errorf("%d sessions have changed, but nothing happened", m.told-before)
	}
	b.conn.CloseWrite(decode.C2S)
	b.conn.CloseWrite(decode.S2C)
	m.same(t, "one leaves")
	name := "the bad one"
	before = m.told
	if _, err := s.LabelSession(1, marks.SessionChange{Name: &name}); err != nil {
		t.Fatal(err)
	}
	m.same(t, "one gets a name")
	if m.told != before+1 {
		t.Errorf("%d sessions have changed, one got a name", m.told-before)
	}
	r, err := s.Import(context.Background(), "testdata/goserver-netmsmgr.pcap", nil)
	if err != nil {
		t.Fatal(err)
	}
	m.same(t, "an import")
	if _, err := s.Delete(r.Capture, "by a test"); err != nil {
		t.Fatal(err)
	}
	m.same(t, "a capture is gone")
}

// What another process writes is told too.
func TestSessionChangesOfAnotherProcess(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	reader := openStore(t, s.dir, Options{})
	m := &mirror{s: reader, changes: reader.SessionChanges()}
	changed := reader.Changed()
	f := recordInto(t, s)
	newTalk(t, f, 1001).ping()
	for m.look(); len(m.sessions) != 1 || m.sessions[1].Account == ""; m.look() {
		<-changed
		changed = reader.Changed()
	}
}

// Who does not take them is told that any may have changed, and costs nothing.
func TestSessionChangesNotTaken(t *testing.T) {
	var w changing
	c := &SessionChanges{}
	w.all = append(w.all, c)
	for id := int64(1); id <= maxChanged; id++ {
		w.add(id)
		w.add(id)
	}
	if ids, all := c.Take(); len(ids) != maxChanged || all || ids[0] != 1 {
		t.Errorf("%d, all %v", len(ids), all)
	}
	for id := int64(1); id <= maxChanged+1; id++ {
		w.add(id)
	}
	if c.ids != nil {
		t.Errorf("%d are kept", len(c.ids))
	}
	if ids, all := c.Take(); len(ids) != 0 || !all {
		t.Errorf("%d, all %v", len(ids), all)
	}
	w.add(7)
	if ids, all := c.Take(); len(ids) != 1 || all {
		t.Errorf("afterwards: %v, all %v", ids, all)
	}
}
