// This file tests a store that cannot be written, as on a disc.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("to mount a folder for reading only needs root")
	}
	needsTool(t, "unshare", "util-linux")
	dir := t.TempDir()
	output(t, "import", "--store", dir, "../../captures/testdata/goserver-netmsmgr.pcap")
	// run runs the program where dir is mounted for reading only.
	run := func(args ...string) (out string, ok bool) {
		t.Helper()
		mount := []string{"-m", "sh", "-c", `mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@"`, "sh", dir}
		us := program(args...)
		cmd := exec.Command("unshare", append(append(mount, us.Path), us.Args[1:]...)...)
		cmd.Env = us.Env
		all, err := cmd.CombinedOutput()
		if cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == 99 || err != nil && strings.HasPrefix(string(all), "unshare:") {
			t.Skipf("the kernel refuses to mount: %s", all)
		}
		return string(all), err == nil
	}

	before := string(output(t, "grep", "--store", dir, "cmd:MSG"))
	if got, ok := run("grep", "--store", dir, "cmd:MSG"); !ok || got != before || got == "" {
		t.Errorf("grep: %s", got)
	}
	if got, ok := run("grep", "--store", dir+"/nothing", "cmd:MSG"); ok || !strings.Contains(got, "no store at") {
		t.Errorf("grep in no store: %s", got)
	}
	if got, ok := run("import", "--store", dir, "../../captures/testdata/http-gateway.pcap"); ok || !strings.Contains(got, dir+" cannot be written (--store names another one)") {
		t.Errorf("import: %s", got)
	}
	// What cannot be brought up to date there is not taken for all there is.
	if err := os.Remove(filepath.Join(dir, "index.sqlite")); err != nil {
		t.Fatal(err)
	}
	if got, ok := run("sessions", "--store", dir); ok || !strings.Contains(got, "cannot be written, and the index cannot be read: ") || !strings.Contains(got, "copy it to where it can be written") {
		t.Errorf("sessions without an index: %s", got)
	}
}
