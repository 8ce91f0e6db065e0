// This file tests that members of the index which are written together keep one another.

package index

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// TestNeighboursKeepEachOther writes members commit by commit, and reads them as
// the last commit left each.
func TestNeighboursKeepEachOther(t *testing.T) {
	x, err := Open(filepath.Join(t.TempDir(), "index.sqlite"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	r := rand.New(rand.NewPCG(1, 2))
	want := map[int64]string{}
	for rev := range int64(30) {
		now := map[int64]string{}
		for range 1 + r.IntN(40) {
			id := 1_000_000 + r.Int64N(300)
			now[id] = fmt.Sprintf("%d of commit %d%*d", id, rev, r.IntN(30), 0)
		}
		var changed []member
		for id, text := range now {
			changed = append(changed, member{id: id, blob: []byte(text)})
			want[id] = fmt.Sprintf("%d: %s", rev, text)
		}
		tx, err := x.w.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if err := writeMembers(tx, "sessions", rev, changed); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		got, last := map[int64]string{}, int64(0)
		lo, hi := 1_000_000+r.Int64N(100), 1_000_200+r.Int64N(101)
		err = eachMember(x.rd.sess, lo, hi, func(m member) error {
			if m.id <= last {
				t.Errorf("%d comes after %d", m.id, last)
			}
			last = m.id
			got[m.id] = fmt.Sprintf("%d: %s", m.rev, m.blob)
			return nil
		})
		within := maps.Clone(want)
		maps.DeleteFunc(within, func(id int64, _ string) bool { return id < lo || id >= hi })
		if err != nil || !maps.Equal(got, within) {
			t.Fatalf("commit %d, from %d to %d: %v, want %v (%v)", rev, lo, hi, got, within, err)
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add(appendMember(appendMember(nil, member{id: 1, rev: 2, blob: []byte("a")}), member{id: 63, rev: 300, blob: nil}))
	f.Add([]byte{1, 0x80})
	f.Add([]byte{7, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := members(nil, 64, data)
		var again []byte
		for _, m := range all {
			if m.id < 64 || m.id >= 128 {
				t.Errorf("member %d", m.id)
			}
			again = appendMember(again, m)
		}
		if err == nil && len(again) > len(data) {
			t.Errorf("%x became %x", data, again)
		}
	})
}
