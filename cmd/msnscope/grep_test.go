// This file tests how mistakes in filters are shown, and that failures are told once.

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilterMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"cmd:MSG comand:x":    "filter: no field \"comand\", did you mean \"cmd\"?\n  cmd:MSG comand:x\n          ^^^^^^",
		"cmd:MSG and":         "filter: something to search for is missing\n  cmd:MSG and\n             ^",
		"\"é\" hex:éé":        "filter: 'é' is no hex digit\n  \"é\" hex:éé\n          ^^",
		"\tcmd:MSG\ncomand:x": "filter: no field \"comand\", did you mean \"cmd\"?\n  ⇥cmd:MSG⏎comand:x\n           ^^^^^^",
	} {
		if _, err := parseFilter(text); err == nil || err.Error() != want {
			t.Errorf("%q:\n%v\nwant\n%s", text, err, want)
		}
	}
}

// What goes wrong with writing is told once.
func TestGrepTellsOnce(t *testing.T) {
	dir := t.TempDir()
	log, store := filepath.Join(dir, "log.txt"), filepath.Join(dir, "store")
	if err := os.WriteFile(log, []byte(strings.Repeat("C: MSG 1 N 5\nhello\nS: ACK 1\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, "import", "--store", store, log)
	var errs strings.Builder
	e := &env{ctx: t.Context(), stdout: &failing{0, errors.New("no space left")}, stderr: &errs, getenv: func(string) string { return "" }}
	if status := run(e, []string{"grep", "--store", store, ""}); status != exitFailed || errs.String() != "msnscope grep: no space left\n" {
		t.Errorf("%d: %q", status, errs.String())
	}
}
