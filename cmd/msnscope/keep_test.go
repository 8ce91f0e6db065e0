// This file tests what users add and what a store keeps from the command line:
// names, marks, limits.

package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"msnscope/captures"
	"msnscope/captures/marks"
)

func TestMarksOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "store")
	output(t, "import", "--store", dir, "../../captures/testdata/goserver-netmsmgr.pcap")
	store, err := captures.Open(dir, captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	red, note, name := "red", "why twice?", "the bad one"
	if _, err := store.MarkEvent(2, marks.EventChange{Word: &red, Note: &note}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.LabelSession(1, marks.SessionChange{Name: &name}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"is:marked", "mark:red", "note:twice"} {
		if got := string(output(t, "grep", "--store", dir, f)); strings.Count(got, "★ marked red: why twice?") != 1 {
			t.Errorf("grep %s: %s", f, got)
		}
	}
	if got := string(output(t, "grep", "--store", dir, "--json", "is:marked")); !strings.Contains(got, `"mark":"red","user_note":"why twice?"`) {
		t.Error(got)
	}
	if got := string(output(t, "sessions", "--store", dir)); !strings.Contains(got, `"the bad one"`) {
		t.Error(got)
	}
	if got := string(output(t, "sessions", "--store", dir, "--json")); !strings.Contains(got, `"label":"the bad one"`) {
		t.Error(got)
	}
	// All are younger than a week; the first one is too much beside the second.
	output(t, "import", "--store", dir, "--keep-age", "1w", "../../captures/testdata/escargot-amsn080-twisted-gtmess.pcap")
	output(t, "import", "--store", dir, "--keep-size", "60k", "../../captures/testdata/escargot-amsn080-twisted-gtmess.pcap")
	if got := string(output(t, "grep", "--store", dir, "is:marked")); got != "" {
		t.Error("the marks of a capture that went: ", got)
	}
	if store, err = captures.Open(dir, captures.Options{}); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.CaughtUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	if list := store.CaptureList(); len(list) != 1 || list[0].Number != 1 {
		t.Errorf("%+v", list)
	}
}

func TestLimitFlags(t *testing.T) {
	read := func(args ...string) (*captures.Keep, error) {
		fs := pflag.NewFlagSet("", pflag.ContinueOnError)
		k := limitFlags(fs, true)
		return k, fs.Parse(args)
	}
	k, err := read("--keep-age", "30d", "--keep-size", "20G", "--rotate-size=64MiB", "--rotate-age", "36h")
	if err != nil || *k != (captures.Keep{Age: 720 * time.Hour, Size: 20 << 30, RotateSize: 64 << 20, RotateAge: 36 * time.Hour}) {
		t.Error(k, err)
	}
	for _, wrong := range []string{"--keep-age=30", "--keep-age=-1d", "--keep-age=0s", "--keep-age=99999999999w", "--keep-size=", "--keep-size=12Q", "--keep-size=-1", "--keep-size=99999999T", "--keep-size=1.5G"} {
		if k, err := read(wrong); err == nil {
			t.Error(wrong, *k)
		}
	}
}
