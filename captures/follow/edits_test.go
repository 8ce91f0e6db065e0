// This file tests how edits are applied to the events they fall into.

package follow

import (
	"fmt"
	"strings"
	"testing"

	"msnscope/captures/event"
)

func TestEdits(t *testing.T) {
	type e struct {
		at       int64
		old, new string
	}
	for _, c := range []struct {
		name   string
		edits  []e
		pieces []string // the stream; a piece "?n" is n missing bytes
		want   string   // what was delivered, "=" for a piece that was left alone
	}{
		{"none", nil, []string{"abc"}, "="},
		{"a word", []e{{1, "b", "XX"}}, []string{"abc"}, "aXXc"},
		{"all of it", []e{{0, "abc", "x"}}, []string{"abc", "d"}, "x|="},
		{"dropped", []e{{0, "abc", ""}}, []string{"abc", "d"}, "|="},
		{"the second", []e{{4, "e", "E"}}, []string{"abc", "def"}, "=|dEf"},
		{"one each", []e{{0, "a", "A"}, {3, "d", "D"}}, []string{"abc", "def"}, "Abc|Def"},
		{"two in one", []e{{0, "a", ""}, {2, "c", "CC"}}, []string{"abc"}, "bCC"},
		{"side by side", []e{{0, "a", "A"}, {1, "b", "B"}}, []string{"abc"}, "ABc"},
		{"told in the wrong order", []e{{2, "c", "C"}, {0, "a", "A"}}, []string{"abc"}, "AbC"},
		{"across two pieces", []e{{2, "cd", "X"}}, []string{"abc", "def", "g"}, "abX|ef|="},
		{"across three", []e{{2, "cdefg", "X"}}, []string{"abc", "def", "gh"}, "abX||h"},
		{"inserted", []e{{3, "", "X"}}, []string{"abc", "def"}, "abcX|="},
		{"inserted at the start", []e{{0, "", "X"}}, []string{"abc"}, "Xabc"},
		{"overlapping", []e{{0, "ab", "X"}, {1, "bc", "Y"}}, []string{"abc"}, "Xc"},
		{"in the past", []e{{-1, "ab", "X"}}, []string{"abc"}, "="},
		{"in a gap", []e{{4, "x", "X"}, {6, "g", "G"}}, []string{"abc", "?3", "gh"}, "=|?|Gh"},
		{"into a gap", []e{{2, "cxx", "X"}}, []string{"abc", "?3", "gh"}, "abX|?|="},
		{"out of a gap", []e{{4, "xxg", "X"}}, []string{"abc", "?3", "gh"}, "=|?|h"},
	} {
		var s edits
		for _, x := range c.edits {
			s.add(event.Edit{Offset: x.at, Old: []byte(x.old), New: []byte(x.new)}, 0)
		}
		var got []string
		at := int64(0)
		for _, p := range c.pieces {
			var n int64
			if _, err := fmt.Sscanf(p, "?%d", &n); err == nil {
				at += n
				got = append(got, "?")
				continue
			}
			switch d := s.take(at, []byte(p)); {
			case d == nil:
				got = append(got, "=")
			default:
				got = append(got, string(d))
			}
			at += int64(len(p))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %s, want %s", c.name, strings.Join(got, "|"), c.want)
		}
	}
}

func TestEditsAreBounded(t *testing.T) {
	var s edits
	for i := range int64(3 * maxEdits) {
		s.add(event.Edit{Offset: 1000 + 2*i, Old: []byte("x")}, 0)
	}
	if len(s) != maxEdits {
		t.Errorf("%d edits wait", len(s))
	}
}

// What is delivered in place of a command must fit into the index.
func TestEditBytesAreBounded(t *testing.T) {
	var s edits
	command, put := make([]byte, maxEdits), make([]byte, 60_000)
	for i := range command {
		s.add(event.Edit{Offset: int64(i), Old: command[i : i+1], New: put}, 0)
	}
	if n := len(s.take(0, command)); n < maxEditBytes/2 || n > maxEditBytes+len(command) {
		t.Errorf("%d bytes were delivered for %d", n, len(command))
	}
}
