// This file tests what the filter box offers.

package web

import "testing"

func TestComplete(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	s := &Server{Store: store}
	for _, c := range []struct {
		field, prefix, first string
		counted              bool
	}{
		{"", "cm", "cmd", false},
		{"acc", "AL", "alice@example.com", true},
		{"from", "", "alice@example.com", true},
		{"conn", "", "NS", true},
		{"role", "n", "NS", true},
		{"cmd", "us", "USR", true},
		{"dir", "s", "s2c", true},
		{"kind", "", "command", true},
		{"sess", "", "1", true},
		{"is", "unan", "unanswered", false},
	} {
		got := s.complete(c.field, c.prefix, 3)
		if len(got) == 0 || got[0].Text != c.first || (got[0].Count > 0) != c.counted || len(got) > 3 {
			t.Errorf("%s:%s: %+v", c.field, c.prefix, got)
		}
	}
	for _, c := range [][2]string{{"acc", "zz"}, {"nothing", ""}, {"id", "1"}} {
		if got := s.complete(c[0], c[1], 3); got == nil || len(got) != 0 {
			t.Errorf("%s:%s: %+v", c[0], c[1], got)
		}
	}
}
