// This file runs add-ons beside a relay: the two of the repository, and
// others that are slow, talk nonsense or die.

package script

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"msnscope/proxy"
)

// addonEnv makes the test binary be an add-on.
const addonEnv = "MSNSCOPE_TEST_ADDON"

func TestMain(m *testing.M) {
	if what := os.Getenv(addonEnv); what != "" {
		addon(what)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// addon is one of several bad and good add-ons.
func addon(what string) {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, maxLine)
	hello := map[string]any{"op": "hello", "filter": "cmd:(PNG, CHG)"}
	switch what {
	case "never hello":
		io.Copy(io.Discard, os.Stdin)
		return
	case "no json":
		fmt.Println("hello?")
		return
	case "wrong filter":
		hello["filter"] = "comand:PNG"
	case "early filter":
		hello["filter"] = "cmd:PNG is:marked"
	case "watch":
		hello["watch"] = true
	}
	say := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var m struct {
			Op    string
			ID    int64
			Event struct {
				Cmd    string
				Client string
			}
		}
		if err := json.Unmarshal(in.Bytes(), &m); err != nil {
			panic(err)
		}
		if m.Op == "hello" {
			say.Encode(hello)
			continue
		}
		switch what {
		case "pass":
			say.Encode(map[string]any{"id": m.ID, "do": "pass"})
		case "note":
			say.Encode(map[string]any{"id": m.ID, "note": "from " + m.Event.Client})
		case "drop":
			say.Encode(map[string]any{"id": m.ID, "do": "drop"})
		case "replace":
			say.Encode(map[string]any{"id": m.ID, "do": "replace", "text": "CHG 9 AWY", "before": []string{"PNG"}})
		case "too long":
			say.Encode(map[string]any{"id": m.ID, "do": "drop", "before": []string{"PNG"}, "after": []string{strings.Repeat("x", proxy.MaxInject)}})
		case "nonsense":
			say.Encode(map[string]any{"id": m.ID, "do": "explode"})
			say.Encode(map[string]any{"id": m.ID + 1000, "do": "pass"})
		case "die":
			fmt.Fprint(os.Stderr, "Traceback:\nValueError: no\n\n")
			os.Exit(3)
		case "slow", "watch": // says nothing
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// relay runs a proxy with an add-on in front of a server that echoes lines, and
// returns a client of it.
func relay(t *testing.T, s *Script) net.Conn {
	t.Helper()
	up, err := net.Listen("tcp", "127.0.0.2:0")
	must(t, err)
	go func() {
		for {
			conn, err := up.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(conn, conn)
				conn.Close()
			}()
		}
	}()
	p := &proxy.Proxy{Upstream: up.Addr().String(), Listen: []string{"127.0.0.1:0"}, Drain: -1, Deciders: []proxy.Decider{s}}
	must(t, p.Bind())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- p.Serve(ctx) }()
	go func() { done <- s.Run(ctx) }()
	conn, err := net.Dial("tcp", p.Addr().String())
	must(t, err)
	must(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	t.Cleanup(func() {
		conn.Close()
		cancel()
		must(t, <-done)
		must(t, <-done)
		up.Close()
	})
	return conn
}

// bad returns an add-on that the test binary plays.
func bad(what string, budget time.Duration) *Script {
	return &Script{Command: []string{"env", addonEnv + "=" + what, os.Args[0]}, Budget: budget, Version: "test"}
}

// running waits until an add-on has said hello.
func running(t *testing.T, s *Script) {
	t.Helper()
	until(t, s, "has not said hello", func(st Status) bool { return st.Running })
}

func until(t *testing.T, s *Script, what string, ok func(Status) bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !ok(s.Status()) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: %+v", what, s.Status())
		}
	}
}

// exchange sends lines and returns those that come back until "END".
func exchange(t *testing.T, conn net.Conn, lines ...string) string {
	t.Helper()
	_, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\nEND\r\n")
	must(t, err)
	var got []string
	in := bufio.NewScanner(conn)
	for in.Scan() {
		text, end := strings.CutSuffix(in.Text(), "END") // a payload has no line end of its own
		if text != "" {
			got = append(got, text)
		}
		if end {
			break
		}
	}
	must(t, in.Err())
	return strings.Join(got, ", ")
}

func TestAnswers(t *testing.T) {
	for what, want := range map[string]string{
		"pass":     "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"note":     "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"drop":     "VER 1 MSNP7, QRY",
		"nonsense": "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"too long": "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"watch":    "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"die":      "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
		"slow":     "VER 1 MSNP7, CHG 2 NLN, QRY, CHG 3 BSY",
	} {
		t.Run(what, func(t *testing.T) {
			s := bad(what, 5*time.Second)
			if what == "slow" {
				s.Budget = 20 * time.Millisecond
			}
			conn := relay(t, s)
			running(t, s)
			if got := exchange(t, conn, "VER 1 MSNP7", "CHG 2 NLN", "QRY", "CHG 3 BSY"); got != want {
				t.Errorf("came back: %s\nwant:      %s", got, want)
			}
			if st := s.Status(); st.Asked == 0 || what != "slow" && st.Late > 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestReplaceWithMore(t *testing.T) {
	s := bad("replace", 5*time.Second)
	conn := relay(t, s)
	running(t, s)
	// The echo goes through the add-on again.
	got := exchange(t, conn, "CHG 2 NLN")
	if got != "PNG, CHG 9 AWY, PNG, CHG 9 AWY, PNG, CHG 9 AWY" && !strings.HasPrefix(got, "PNG, ") {
		t.Errorf("came back: %s", got)
	}
}

func TestNeverHello(t *testing.T) {
	for what, want := range map[string]string{"no json": "no JSON", "wrong filter": `no field \"comand\"`, "early filter": "marked: cannot be asked", "no such program": "no such file"} {
		t.Run(what, func(t *testing.T) {
			said := new(safeLog)
			s := bad(what, time.Second)
			s.Log = said.logger()
			if what == "no such program" {
				s.Command = []string{"/nowhere/addon"}
			}
			conn := relay(t, s)
			if got := exchange(t, conn, "CHG 1 NLN"); got != "CHG 1 NLN" {
				t.Errorf("came back: %s", got)
			}
			until(t, s, "was not started again", func(st Status) bool { return st.Starts > 1 })
			if !strings.Contains(said.String(), want) {
				t.Errorf("the log says %s, want %s", said, want)
			}
		})
	}
}

func TestSlowIsLeftAlone(t *testing.T) {
	s := bad("slow", 10*time.Millisecond)
	conn := relay(t, s)
	running(t, s)
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("CHG %d NLN", i))
	}
	if got := exchange(t, conn, lines...); got != strings.Join(lines, ", ") {
		t.Errorf("came back: %.200s", got)
	}
	if st := s.Status(); st.Late < tooLate || st.Asked >= 2*200 { // in both directions
		t.Errorf("%+v", st)
	}
}

func TestStartedAgain(t *testing.T) {
	said := new(safeLog)
	s := bad("die", time.Second)
	s.Log = slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelWarn})) // as the program has it
	conn := relay(t, s)
	running(t, s)
	exchange(t, conn, "CHG 1 NLN")
	until(t, s, "was not started again", func(st Status) bool { return st.Starts > 1 && st.Running })
	if !strings.Contains(said.String(), "exit status 3; it said last: ValueError: no") {
		t.Errorf("the log says %s", said)
	}
}

// TestExamples runs the add-ons of the repository.
func TestExamples(t *testing.T) {
	t.Run("shout.py", func(t *testing.T) {
		python, err := exec.LookPath("python3")
		if err != nil {
			t.Skip("python3 is not installed")
		}
		s := &Script{Command: []string{python, "../../docs/scripts/shout.py"}, Budget: 5 * time.Second}
		conn := relay(t, s)
		running(t, s)
		msg := func(text string) string {
			body := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n" + text
			return fmt.Sprintf("MSG 1 N %d\r\n%s", len(body), body)
		}
		io.WriteString(conn, "VER 1 MSNP7\r\n"+msg("hello")+msg("hi!")+msg("a secret"))
		if got, want := exchange(t, conn, "OUT"), "VER 1 MSNP7, "+strings.ReplaceAll(strings.ReplaceAll(msg("HELLO")+msg("hi!"), "\r\n\r\n", ", "), "\r\n", ", ")+"OUT"; got != want {
			t.Errorf("came back: %s\nwant:      %s", got, want)
		}
	})
	t.Run("greeter", func(t *testing.T) {
		greeter := filepath.Join(t.TempDir(), "greeter")
		if out, err := exec.Command("go", "build", "-o", greeter, "../../docs/scripts/greeter").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		s := &Script{Command: []string{greeter}, Budget: 5 * time.Second}
		conn := relay(t, s)
		running(t, s)
		if got := exchange(t, conn, "JOI bob@hotmail.com Bob"); !strings.HasPrefix(got, "JOI bob@hotmail.com Bob, MSG msnscope@localhost msnscope 86, ") || !strings.Contains(got, "Welcome, bob@hotmail.com") {
			t.Errorf("came back: %s", got)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"op":"hello","filter":"cmd:MSG"}` + "\n" + `{"id":1,"do":"replace","text":"CHG 1 NLN","before":["PNG",{"data":"UE5H"}]}`,
		`{"op":"hello"}` + "\n" + `{"id":1,"do":"drop"}`, "{}", `{"op":"hello","filter":"("}`, "\n\n", `{"op":"hello"}` + "\n" + `{"id":"x"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, out string) {
		s := &Script{Command: []string{"x"}}
		r := &run{script: s, log: new(safeLog).logger(), lines: make(chan []byte, 1), pending: map[int64]*proxy.Held{}}
		if err := r.listen(strings.NewReader(out), func() {}); err == nil {
			t.Error("an end without a reason")
		}
	})
}
