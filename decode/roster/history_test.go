// This file tests the walk along a roster's changes.

package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHistory(t *testing.T) {
	tl := run(t, `
		C VER 1 MSNP7
		S USR 4 OK me@example.com Me 1
		S ILN 5 AWY a@example.com A
		S NLN BSY a@example.com A
		S NLN NLN b@example.com B
		S FLN a@example.com`)
	show := func(list []Change, more bool) string {
		var b strings.Builder
		for _, c := range list {
			fmt.Fprintf(&b, "@%d %s %s%s: %q to %q\n", c.Event, c.What, c.Handle, c.Key, c.From, c.To)
		}
		if more {
			b.WriteString("and earlier ones\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		from, to int64
		handle   string
		max      int
		want     string
	}{
		{0, 99, "A@example.com", 10, `@3 status a@example.com: "" to "AWY"
@3 name a@example.com: "" to "A"
@4 status a@example.com: "AWY" to "BSY"
@6 status a@example.com: "BSY" to "FLN"
`},
		{0, 99, "a@example.com", 1, "@6 status a@example.com: \"BSY\" to \"FLN\"\nand earlier ones\n"},
		{4, 5, "", 10, "@5 status b@example.com: \"\" to \"NLN\"\n@5 name b@example.com: \"\" to \"B\"\n"},
		{0, 99, "nobody@example.com", 10, ""},
	} {
		if d := cmp.Diff(c.want, show(tl.History(c.from, c.to, c.handle, c.max))); d != "" {
			t.Errorf("%+v (-want +got):\n%s", c, d)
		}
	}
	for event, want := range map[int64][2]int64{0: {0, 2}, 2: {0, 3}, 4: {3, 5}, 5: {4, 6}, 6: {5, 0}, 99: {6, 0}} {
		before, after := tl.Neighbours(event)
		if got := [2]int64{before, after}; got != want {
			t.Errorf("around event %d: %v, want %v", event, got, want)
		}
	}
}
