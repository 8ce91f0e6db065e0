// This file tests the API for scripts.

package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"msnscope/captures"
)

// ask sends a request that shows the token.
func ask(t testing.TB, method, url string, body io.Reader) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return resp, b
}

func TestAPI(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	url := "http://" + serve(t, &Server{Store: store})

	resp, b := ask(t, "GET", url+"/api/sessions", nil)
	var sessions struct {
		Rev  int64
		List []struct {
			ID          int64
			Connections []struct{ ID int64 }
		}
	}
	if err := json.Unmarshal(b, &sessions); err != nil || len(sessions.List) != 1 || len(sessions.List[0].Connections) != 1 {
		t.Fatalf("sessions %d %s: %v", resp.StatusCode, b, err)
	}

	type ev struct {
		ID  int64
		Cmd string
		Raw []byte
	}
	var events struct {
		Total, All, Errs, From int64
		Events                 []ev
	}
	_, b = ask(t, "GET", url+"/api/events?q=cmd:USR+dir:c2s+trid:4&n=1000", nil)
	if err := json.Unmarshal(b, &events); err != nil || events.Total != 1 || len(events.Events) != 1 || events.Events[0].Cmd != "USR" {
		t.Fatalf("events %s: %v", b, err)
	}
	if got, want := string(events.Events[0].Raw), "USR 4 MD5 S ********************************\r\n"; got != want {
		t.Errorf("masked: %q", got)
	}
	usr := itoa(events.Events[0].ID)
	if _, b = ask(t, "GET", url+"/api/events?q=cmd:USR&secrets=1", nil); !bytes.Contains(b, []byte("0f9d00aa")) {
		t.Errorf("secrets asked for: %s", b)
	}
	if _, b = ask(t, "GET", url+"/api/events?q=cmd:INF&from=7", nil); !bytes.Contains(b, []byte(`"from":2,"events":[]`)) {
		t.Errorf("beyond the end: %s", b)
	}

	if resp, b = ask(t, "GET", url+"/api/event/"+usr, nil); resp.StatusCode != 200 || !bytes.Contains(b, []byte(`"title":"`)) || bytes.Contains(b, []byte("0f9d00aa")) {
		t.Errorf("event: %d %s", resp.StatusCode, b)
	}

	var request struct{ Partner int64 }
	var answer ev
	json.Unmarshal(b, &request)
	_, b = ask(t, "GET", url+"/api/event/"+itoa(request.Partner), nil)
	if err := json.Unmarshal(b, &answer); err != nil || string(answer.Raw) != "USR 4 OK alice@example.com Alice\r\n" {
		t.Errorf("the answer of event %s: %s", usr, b)
	}

	resp, b = ask(t, "GET", url+"/api/export?fmt=jsonl&scope=all", nil)
	lines := 0
	for sc := bufio.NewScanner(bytes.NewReader(b)); sc.Scan(); lines++ {
		if !json.Valid(sc.Bytes()) {
			t.Errorf("no JSON: %s", sc.Text())
		}
	}
	if lines < 4 || bytes.Contains(b, []byte("0f9d00aa")) || !strings.Contains(resp.Header.Get("Content-Disposition"), `"msnscope.jsonl"`) {
		t.Errorf("export of %d lines, %v: %s", lines, resp.Header, b)
	}
	for _, f := range captures.ExportFormats() {
		resp, b = ask(t, "GET", url+"/api/export?pseudonymise=1&fmt="+f.Name, nil)
		if resp.StatusCode != 200 || len(b) == 0 && f.Name != "chat" || bytes.Contains(b, []byte("alice")) || resp.Header.Get("Content-Type") != f.MediaType {
			t.Errorf("%s: %d %.200q", f.Name, resp.StatusCode, b)
		}
	}
	resp, b = ask(t, "GET", url+"/api/export?fmt=pcapng&scope=all", nil)
	if resp.StatusCode != 200 || !bytes.HasPrefix(b, []byte("\x0a\x0d\x0d\x0a")) || bytes.Contains(b, []byte("0f9d00aa")) || !bytes.Contains(b, []byte("USR 4 MD5 S ****")) {
		t.Errorf("pcapng: %d %q", resp.StatusCode, b)
	}

	for path, status := range map[string]int{
		"/api/events?q=comand:X":          400,
		"/api/events?scope=s/x":           400,
		"/api/events?n=-1":                400,
		"/api/event/x":                    400,
		"/api/event/999999999":            404,
		"/api/export":                     400,
		"/api/export?fmt=doc":             400,
		"/api/export?fmt=jsonl&q=comand:": 400,
		"/api/nothing":                    404,
	} {
		resp, b := ask(t, "GET", url+path, nil)
		var e struct{ Error string }
		if err := json.Unmarshal(b, &e); err != nil || e.Error == "" || resp.StatusCode != status {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
	if resp, _ := ask(t, "POST", url+"/api/sessions", nil); resp.StatusCode != 404 && resp.StatusCode != 405 {
		t.Errorf("POST of what is only read: %d", resp.StatusCode)
	}
	if resp, _ := ask(t, "DELETE", url+"/", nil); resp.StatusCode != 405 {
		t.Errorf("DELETE of the page: %d", resp.StatusCode)
	}
	if resp, b := ask(t, "GET", url+"/healthz", nil); resp.StatusCode != 200 || string(b) != "ok\n" {
		t.Errorf("health: %d %s", resp.StatusCode, b)
	}
}

func TestImport(t *testing.T) {
	store, _ := newStore(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	url := "http://" + serve(t, &Server{Store: store})

	file := exportedCapture(t)
	resp, b := ask(t, "POST", url+"/api/import?name=../../home%2Falice.pcapng", bytes.NewReader(file))
	var report struct {
		Capture, Events int64
		Already         bool
		Connections     []struct{ ID int64 }
		Ignored         []struct{ Why string }
		Problems        []string
	}
	if err := json.Unmarshal(b, &report); err != nil || resp.StatusCode != 200 || report.Events == 0 || report.Capture == 0 ||
		report.Connections == nil || report.Ignored == nil || report.Problems == nil {
		t.Errorf("report %d %s: %v", resp.StatusCode, b, err)
	}
	resp, b = ask(t, "POST", url+"/api/import?name=x.pcap", strings.NewReader("bad"))
	if resp.StatusCode != 422 || !bytes.Contains(b, []byte(`{"error":`)) || bytes.Contains(b, []byte(temp)) {
		t.Errorf("no capture: %d %s", resp.StatusCode, b)
	}
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}

	url = "http://" + serve(t, &Server{Store: store, ReadOnly: true})
	if resp, _ := ask(t, "POST", url+"/api/import", bytes.NewReader(file)); resp.StatusCode != 409 {
		t.Errorf("import into a store that is only read: %d", resp.StatusCode)
	}
}

// exportedCapture is a small capture file.
func exportedCapture(t testing.TB) []byte {
	store, tr := newStore(t)
	tr.signIn()
	_, b := ask(t, "GET", "http://"+serve(t, &Server{Store: store})+"/api/export?fmt=pcapng", nil)
	return b
}

func TestImportName(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "capture",
		"a.pcap.gz":              "a.pcap.gz",
		`C:\caps\a b.pcapng`:     "a b.pcapng",
		"../../etc/passwd":       "passwd",
		"...":                    "capture",
		".hidden":                "hidden",
		"dumpä\x00\n.log":        "dump___.log",
		strings.Repeat("x", 300): strings.Repeat("x", maxImportName),
	} {
		if got := importName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestExportName(t *testing.T) {
	for want, scope := range map[string]captures.Scope{
		"msnscope":               {},
		"msnscope-session-12":    {Session: 12},
		"msnscope-connection-31": {Connection: 31},
	} {
		if got := exportName(scope); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
