// This file runs the program the way its users do: testdata/script holds one
// script for each thing they want. Other tests run it as a child process.

package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// childEnv makes the test binary be msnscope.
const childEnv = "MSNSCOPE_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(realMain())
	}
	testscript.Main(m, map[string]func(){
		"msnscope": func() { os.Exit(realMain()) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			dir, err := os.Getwd()
			e.Setenv("CAPTURES", dir+"/../../captures/testdata")
			e.Setenv("XDG_DATA_HOME", e.WorkDir+"/data")
			return err
		},
	})
}

// program returns the command that runs msnscope with args.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	return cmd
}

// output runs msnscope to its end and returns what it printed.
func output(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := program(args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("msnscope %s: %v\n%s%.2000s", strings.Join(args, " "), err, stderr.String(), out)
	}
	return out
}

// running is a msnscope that serves.
type running struct {
	cmd     *exec.Cmd
	address string // of the proxy
	page    string
	metrics string
	stderr  strings.Builder
}

// startProxy starts `msnscope proxy` and waits until it says where it listens.
func startProxy(t *testing.T, upstream, store string, more ...string) *running {
	t.Helper()
	return start(t, program(append([]string{"proxy", "--upstream", upstream, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--store", store}, more...)...))
}

// start starts a msnscope that serves, and waits until it does.
func start(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	r := &running{cmd: cmd}
	r.cmd.Stderr = &r.stderr
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "page":
			r.page = words[1]
		case "proxy":
			r.address = words[1]
		case "metrics":
			r.metrics = words[1]
		case "store":
			go io.Copy(io.Discard, out)
			return r
		}
	}
	r.cmd.Wait()
	t.Fatalf("msnscope proxy ended: %s", r.stderr.String())
	return nil
}

// stop ends the proxy as a service manager does, and expects exit status 0.
func (r *running) stop(t *testing.T) {
	t.Helper()
	r.cmd.Process.Signal(syscall.SIGTERM)
	if err := r.cmd.Wait(); err != nil {
		t.Fatalf("msnscope proxy: %v\n%s", err, r.stderr.String())
	}
}

// kill ends the proxy as a crash does.
func (r *running) kill() {
	r.cmd.Process.Kill()
	var exit *exec.ExitError
	if err := r.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return // it has ended before
	}
}
