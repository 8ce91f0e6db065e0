// This file tests that files can be listed and fetched, safely.

package web

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

func TestFiles(t *testing.T) {
	store, err := captures.Open(t.TempDir(), captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	tr := streamstest.NewTransfer(100_000)
	tr.Name = "../<img src=x onerror=alert(1)>\u202egpj.html"
	path := filepath.Join(t.TempDir(), "t.pcap")
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(
		streamstest.Merge([]streamstest.Conversation{tr.Invitation(), tr.Connection()}))
	if err := os.WriteFile(path, streamstest.File{}.Bytes(packets), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Import(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	url := "http://" + serve(t, &Server{Store: store})
	_, b := ask(t, "GET", url+"/api/files", nil)
	var list struct {
		Files []struct {
			Connection          int64
			File, State, SHA256 string
		}
	}
	if err := json.Unmarshal(b, &list); err != nil || len(list.Files) != 1 || list.Files[0].State != "complete" {
		t.Fatalf("%s: %v", b, err)
	}
	f := list.Files[0]
	if f.File != "_img src=x onerror=alert(1)_gpj.html" {
		t.Errorf("name %q", f.File)
	}
	resp, b := ask(t, "GET", url+"/api/files/"+itoa(f.Connection), nil)
	if resp.StatusCode != 200 || !bytes.Equal(b, tr.File) {
		t.Errorf("%d, %d bytes", resp.StatusCode, len(b))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
		"Content-Disposition": `attachment; filename="_img src=x onerror=alert(1)_gpj.html"`,
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") {
		t.Errorf("CSP %q", csp)
	}
	for path, status := range map[string]int{"/api/files/1": 404, "/api/files/x": 400, "/api/files?session=x": 400} {
		if resp, _ := ask(t, "GET", url+path, nil); resp.StatusCode != status {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
