// This file gives a running proxy rules, by file, signal and API, and decides
// over the API about what is held; a connection goes on through all of it.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// api asks a running proxy over HTTP.
type api struct {
	*testing.T
	base, token string
}

func apiOf(t *testing.T, r *running) *api {
	u, err := url.Parse(r.page)
	if err != nil {
		t.Fatal(err)
	}
	return &api{t, "http://" + u.Host, u.Query().Get("token")}
}

// ask returns the answer as JSON, of which the status must be the one wanted.
func (a *api) ask(method, path, kind, body string, status int) map[string]any {
	a.Helper()
	req, err := http.NewRequest(method, a.base+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		a.Fatalf("%s %s: %v, %s: %s", method, path, err, res.Status, b)
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		a.Fatalf("%s %s: %v: %s", method, path, err, b)
	}
	return m
}

func (a *api) post(path, body string, status int) map[string]any {
	a.Helper()
	return a.ask("POST", path, "application/json", body, status)
}

// until asks again until ok.
func (a *api) until(path string, ok func(map[string]any) bool) map[string]any {
	a.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		m := a.ask("GET", path, "", "", http.StatusOK)
		if ok(m) {
			return m
		}
		if time.Now().After(end) {
			a.Fatalf("%s: %v", path, m)
		}
	}
}

// held waits for a held command and returns its id.
func (a *api) held() int {
	a.Helper()
	m := a.until("/api/hold", func(m map[string]any) bool { return len(m["held"].([]any)) > 0 })
	return int(m["held"].([]any)[0].(map[string]any)["id"].(float64))
}

func TestRules(t *testing.T) {
	t.Parallel()
	server, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		if c, err := server.Accept(); err == nil {
			accepted <- c
		}
	}()
	path := filepath.Join(t.TempDir(), "rules")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("[hold]\nfilter = cmd:CHG\ndo = hold 1m\n")
	r := startProxy(t, server.Addr().String(), filepath.Join(t.TempDir(), "store"), "--rules", path)
	a := apiOf(t, r)
	client, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	client.SetDeadline(time.Now().Add(30 * time.Second))
	say := func(s string) {
		t.Helper()
		if _, err := io.WriteString(client, s); err != nil {
			t.Fatal(err)
		}
	}
	say("VER 1 MSNP7 CVR0\r\n")
	up := <-accepted
	defer up.Close()
	up.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewReader(up)
	wants := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(in, got); err != nil || string(got) != want {
			t.Fatalf("the server got %q, %v, want %q", got, err, want)
		}
	}
	wants("VER 1 MSNP7 CVR0\r\n")

	say("CHG 2 AWY\r\n")
	id := a.held()
	if e := a.ask("GET", fmt.Sprint("/api/hold/", id), "", "", 200); e["cmd"] != "CHG" || e["summary"] == "" {
		t.Errorf("%v", e)
	}
	a.post(fmt.Sprint("/api/hold/", id), `{"act":"edit","text":"CHG 2 BSY","by":"one"}`, 200)
	wants("CHG 2 BSY\r\n")
	if m := a.post(fmt.Sprint("/api/hold/", id), `{"act":"forward","by":"two"}`, 409); m["error"] != "already decided: edited by one" {
		t.Errorf("%v", m)
	}
	conn := a.ask("GET", "/api/hold", "", "", 200)["conns"].([]any)[0].(map[string]any)["id"]
	a.post("/api/inject", fmt.Sprintf(`{"conn":%v,"dir":"c2s","text":"SYN 1 0","fresh":true,"by":"one"}`, conn), 200)
	wants("SYN 4000000000 0\r\n")
	a.post("/api/inject", `{"conn":99,"dir":"c2s","text":"SYN 1 0"}`, 400)
	a.post("/api/hold", `{"act":"next","filter":"comand:PNG"}`, 400)
	a.post("/api/hold", `{"act":"next","filter":"cmd:PNG"}`, 200)
	say("PNG\r\nPNG\r\n")
	a.held()
	if m := a.post("/api/hold", `{"act":"drop"}`, 200); m["n"] != 1.0 {
		t.Errorf("%v", m)
	}
	wants("PNG\r\n")

	// The file changes: its rules are in force, and nothing was cut.
	write("[drop]\nfilter = cmd:CHG\ndo = drop\n[log]\nfilter =\ndo = log\n")
	a.until("/api/rules", func(m map[string]any) bool { return len(m["rules"].([]any)) == 2 })
	say("CHG 3 AWY\r\nOUT 4\r\n")
	wants("OUT 4\r\n")
	// A mistake: what was goes on, and it is said.
	write("[drop]\nfilter = cmd:CHG\ndo = dorp\n")
	r.cmd.Process.Signal(syscall.SIGHUP)
	m := a.until("/api/rules", func(m map[string]any) bool { return m["problem"] != "" })
	if want := "the rules stay what they were, because of " + path + ":3:6: there is no action"; !strings.HasPrefix(m["problem"].(string), want) || len(m["rules"].([]any)) != 2 {
		t.Errorf("%v", m)
	}
	// The API, in both forms.
	if m := a.ask("PUT", "/api/rules", "text/plain", "[a]\nfilter = comand:CHG\ndo = drop\n", 400); m["line"] != 2.0 || m["column"] != 10.0 || m["suggest"] != "cmd" {
		t.Errorf("%v", m)
	}
	if m := a.ask("PUT", "/api/rules", "application/json", `{"rules":[{"name":"a","filter":"cmd:CHG","do":"error 9"}]}`, 400); m["field"] != "do" || m["index"] != 0.0 || m["at"] != 6.0 {
		t.Errorf("%v", m)
	}
	a.ask("PUT", "/api/rules?check=1", "text/plain", "", 200)
	// A word that is none would leave a rule without its filter, for every command.
	if m := a.ask("PUT", "/api/rules", "application/json", `{"rules":[{"name":"a","when":"cmd:CHG","do":"hold"}]}`, 400); !strings.Contains(m["error"].(string), `unknown field "when"`) {
		t.Errorf("%v", m)
	}
	asIs, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	a.ask("PUT", "/api/rules?check=1", "application/json", string(asIs), 200)
	m = a.ask("PUT", "/api/rules", "application/json", `{"rules":[{"name":"a","filter":"cmd:CHG","do":"replace \"AWY\" \"BSY\""}]}`, 200)
	if m["problem"] != "" || m["text"] != "[a]\nfilter = cmd:CHG\ndo     = replace \"AWY\" \"BSY\"\n" {
		t.Errorf("%v", m)
	}
	say("CHG 5 AWY\r\n")
	wants("CHG 5 BSY\r\n")
	a.until("/api/events?q=is:edited", func(m map[string]any) bool { return m["total"] == 2.0 })
	client.Close()
	up.Close()
	r.stop(t)
}
