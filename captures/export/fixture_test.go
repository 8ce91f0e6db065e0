// This file runs the programs that play an exchange again, against each other's
// other side and against one that answers something else.

package export_test

import (
	"bufio"
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/export"
	"msnscope/decode"
)

// exchange has a payload and bytes that need escapes in either language.
func exchange() export.Source {
	return chat(
		">VER 1 MSNP7",
		"<VER 1 MSNP7",
		">MSG 2 A\n"+hello+"\"quoted\" \\ \x00\xff Grüße",
		"<ACK 2",
		"<MSG bob@hotmail.com Bob\n"+hello+"hi",
		">OUT",
	)
}

// built returns commands that play the side, one a language there is.
func built(t *testing.T, side decode.Direction) map[string]func(address string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	made := func(name, format string) string {
		var b bytes.Buffer
		if err := export.Write(&b, format, exchange(), export.Options{Side: side}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	made("main.go", "go")
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module fixture\n\ngo 1.21\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"vet", "."}, {"build", "-o", "player", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	programs := map[string]func(string) *exec.Cmd{
		"go": func(address string) *exec.Cmd { return exec.Command(filepath.Join(dir, "player"), address) },
	}
	if python, err := exec.LookPath("python3"); err == nil {
		path := made("play.py", "python")
		programs["python"] = func(address string) *exec.Cmd { return exec.Command(python, path, address) }
	} else {
		t.Log("python3 is not here: only the Go program is run")
	}
	return programs
}

func TestScriptsPlayBothSides(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	clients, servers := built(t, decode.C2S), built(t, decode.S2C)
	for serverName, server := range servers {
		for clientName, client := range clients {
			t.Run(clientName+" to "+serverName, func(t *testing.T) {
				s := server("127.0.0.1:0")
				out, err := s.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				var problem bytes.Buffer
				s.Stderr = &problem
				if err := s.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(out)
				lines.Scan()
				address := strings.TrimPrefix(lines.Text(), "listening on ")
				said, err := client(address).CombinedOutput()
				if err != nil || !strings.Contains(string(said), "ok: 6 commands") {
					t.Errorf("client: %v\n%s", err, said)
				}
				for lines.Scan() {
					if strings.HasPrefix(lines.Text(), "step") {
						t.Error("server: ", lines.Text())
					}
				}
				if err := s.Wait(); err != nil {
					t.Errorf("server: %v\n%s", err, problem.String())
				}
			})
		}
	}
}

// A server that answers another command makes the script fail and say where; one
// that only uses other words does not.
func TestScriptsCompare(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	for name, client := range built(t, decode.C2S) {
		for _, c := range []struct{ answer, want string }{
			{"911 1\r\n", "step 1: "},
			{"VER 1 MSNP6\r\n", "now "},
		} {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				in := bufio.NewReader(conn)
				in.ReadString('\n')
				conn.Write([]byte(c.answer))
				in.ReadString('\n')
			}()
			said, err := client(l.Addr().String()).CombinedOutput()
			l.Close()
			<-done
			if err == nil || !strings.Contains(string(said), c.want) {
				t.Errorf("%s, %q: %v\n%s", name, c.answer, err, said)
			}
		}
	}
}
