// This file tests how a mistake in a filter is shown.

package main

import "testing"

func TestFilterMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"cmd:MSG comand:x":   "filter: no field \"comand\", did you mean \"cmd\"?\n  cmd:MSG comand:x\n          ^^^^^^",
		"cmd:MSG and":        "filter: something to search for is missing\n  cmd:MSG and\n             ^",
		"\"é\" hex:éé":       "filter: 'é' is no hex digit\n  \"é\" hex:éé\n          ^^",
		"\tcmd:MSG\ncomand:x": "filter: no field \"comand\", did you mean \"cmd\"?\n  ⇥cmd:MSG⏎comand:x\n           ^^^^^^",
	} {
		if _, err := parseFilter(text); err == nil || err.Error() != want {
			t.Errorf("%q:\n%v\nwant\n%s", text, err, want)
		}
	}
}
