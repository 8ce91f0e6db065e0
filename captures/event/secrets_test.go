// This file checks with the real command table that secrets stay hidden.

package event_test

import (
	"encoding/json"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/decode"
)

func TestExamplesHideTheirSecrets(t *testing.T) {
	hidden := 0
	for _, spec := range decode.Specs() {
		if spec.Example == "" {
			continue
		}
		e := &event.Event{
			Dir: spec.Dir, Dialect: max(spec.Since, 2), TrID: -1,
			Raw: []byte(spec.Example + "\r\n"), Line: len(spec.Example), Body: len(spec.Example) + 2,
		}
		if len(spec.Roles) > 0 {
			e.Role = spec.Roles[0]
		}
		a := e.Annotate()
		var secrets []string
		for _, p := range a.Params {
			if p.Secret && len(p.Raw) > 3 {
				secrets = append(secrets, p.Raw, p.Value)
			}
		}
		hidden += len(secrets)
		for _, detail := range []bool{false, true} {
			line := event.AppendJSON(nil, e, &a, nil, event.JSONOptions{Detail: detail})
			var o struct {
				Raw  []byte
				Size int
			}
			if err := json.Unmarshal(line, &o); err != nil || len(o.Raw) != len(e.Raw) {
				t.Fatalf("%s: %v: %s", spec.Example, err, line)
			}
			for _, s := range secrets {
				// "note_on" and "title" are the table's words, not the peer's.
				if strings.Contains(string(o.Raw), s) || strings.Contains(string(line), `"`+s+`"`) || strings.Contains(a.Summary, s) {
					t.Errorf("%s: %q shows: %s", spec.Example, s, line)
				}
			}
		}

		// Cut by the end of a stream, it is a piece of raw bytes and hides them too.
		for cut := 4; cut < len(spec.Example); cut++ {
			piece := &event.Event{
				Kind: event.Raw, Partial: true, Dir: e.Dir, Role: e.Role, Dialect: e.Dialect,
				Text: decode.WhyCutByEnd, Raw: e.Raw[:cut],
			}
			if m := piece.Masked(nil); len(m.Raw) != cut {
				t.Errorf("%q: masked as %q", e.Raw[:cut], m.Raw)
			}
		}
		for _, s := range secrets {
			piece := &event.Event{
				Kind: event.Raw, Partial: true, Dir: e.Dir, Role: e.Role, Dialect: e.Dialect,
				Text: decode.WhyCutByEnd, Raw: []byte(spec.Example),
			}
			if m := piece.Masked(nil); strings.Contains(string(m.Raw), s) {
				t.Errorf("cut %s: %q shows: %q", spec.Example, s, m.Raw)
			}
		}
	}
	if hidden == 0 {
		t.Error("no example has a secret")
	}
}
