// This file tests how mistakes in filters are shown, and that failures are told once.

package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strconv"
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

// Who follows a store does not keep others from recording and importing.
func TestGrepFollowsWhatOthersImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := filepath.Join(dir, "store")
	importSaying := func(word string) {
		t.Helper()
		log := filepath.Join(dir, word+".txt")
		if err := os.WriteFile(log, []byte("C: MSG 1 N "+strconv.Itoa(len(word))+"\n"+word+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		output(t, "import", "--store", store, log)
	}
	importSaying("before")
	cmd := program("grep", "-f", "--store", store, "--json", "cmd:MSG")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("nothing of what was there")
	}
	importSaying("later")
	if !lines.Scan() || !strings.Contains(lines.Text(), `"connection":1000001,`) {
		t.Errorf("got %s", lines.Text())
	}
}
