// This file tests what is told of imports: how far they are, what they found,
// and that nothing is left of one that is cancelled.

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"msnscope/captures"
	"msnscope/decode"
)

type importList struct{ List []jobJSON }

func listImports(t *testing.T, url string) []jobJSON {
	t.Helper()
	var l importList
	resp, b := ask(t, "GET", url+"/api/imports", nil)
	if err := json.Unmarshal(b, &l); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	return l.List
}

// sendWhole sends a file and returns the id of the upload.
func sendWhole(t *testing.T, url, name string, file []byte) string {
	t.Helper()
	a := askUpload(t, "POST", url+"/api/uploads", strings.NewReader(fmt.Sprintf(`{"name":%q,"size":%d}`, name, len(file))))
	if b := askUpload(t, "PUT", url+"/api/uploads/"+a.ID+"?offset=0", bytes.NewReader(file)); b.Offset != int64(len(file)) {
		t.Fatalf("%+v", b)
	}
	return a.ID
}

func TestImportsAreToldOf(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store})
	if l := listImports(t, url); len(l) != 0 {
		t.Errorf("%+v", l)
	}
	file := exportedCapture(t)
	id := sendWhole(t, url, "alice.pcapng", file)
	if a := askUpload(t, "POST", url+"/api/uploads/"+id+"/import", nil); a.Status != 200 {
		t.Fatalf("%+v", a)
	}
	bad := sendWhole(t, url, "holiday.jpg", []byte("no capture at all"))
	if a := askUpload(t, "POST", url+"/api/uploads/"+bad+"/import", nil); a.Status != 422 {
		t.Fatalf("%+v", a)
	}
	l := listImports(t, url)
	if len(l) != 2 || l[0].ID != id || l[0].State != importDone || l[0].Events == 0 || l[0].Bytes != l[0].Size ||
		l[1].State != importFailed || l[1].Name != "holiday.jpg" || l[1].Error == "" || strings.Contains(l[1].Error, "/") {
		t.Errorf("%+v", l)
	}
	var report struct {
		Capture, Events int64
		Connections     []struct{ Session int64 }
	}
	resp, b := ask(t, "GET", url+"/api/imports/"+id, nil)
	if err := json.Unmarshal(b, &report); err != nil || resp.StatusCode != 200 || report.Events == 0 || len(report.Connections) != 1 {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	if resp, _ := ask(t, "GET", url+"/api/imports/"+bad, nil); resp.StatusCode != 404 {
		t.Errorf("a report of a failure: %d", resp.StatusCode)
	}
	for _, want := range []int{204, 404} {
		if resp, _ := ask(t, "DELETE", url+"/api/imports/"+bad, nil); resp.StatusCode != want {
			t.Errorf("forget: %d, want %d", resp.StatusCode, want)
		}
	}
	for range maxImports + 3 {
		ask(t, "POST", url+"/api/import?name=again", bytes.NewReader(file))
	}
	if l := listImports(t, url); len(l) != maxImports {
		t.Errorf("%d imports are remembered", len(l))
	}
}

// manyChats is a capture that takes a while to import.
func manyChats(t *testing.T) []byte {
	store, tr := newStore(t)
	tr.signIn()
	for range 20 {
		tr.send(decode.C2S, pings(2000)...)
	}
	tr.say(decode.C2S, "PNG")
	_, b := ask(t, "GET", "http://"+serve(t, &Server{Store: store})+"/api/export?fmt=pcapng", nil)
	return b
}

func TestImportCancelledLeavesNothing(t *testing.T) {
	file := manyChats(t)
	for _, way := range []string{"/api/imports/", "/api/uploads/"} {
		store, err := captures.Open(t.TempDir(), captures.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		url := "http://" + serve(t, &Server{Store: store})
		running := sendWhole(t, url, "large.pcapng", file)
		waiting := sendWhole(t, url, "second.pcapng", file[:len(file)/2])
		var wg sync.WaitGroup
		status := make([]int, 2)
		begin := func(i int, id string) {
			wg.Go(func() { status[i] = askUpload(t, "POST", url+"/api/uploads/"+id+"/import", nil).Status })
		}
		begin(0, running)
		for l := listImports(t, url); len(l) == 0 || l[0].State != importRunning; l = listImports(t, url) {
			if len(l) > 0 && l[0].State == importDone {
				t.Fatal("the import was too quick for this test")
			}
		}
		begin(1, waiting)
		for len(listImports(t, url)) < 2 {
		}
		for _, id := range []string{waiting, running} {
			if resp, b := ask(t, "DELETE", url+way+id, nil); resp.StatusCode != 204 {
				t.Errorf("cancel: %d %s", resp.StatusCode, b)
			}
		}
		// Nothing is left as soon as that is answered.
		if n := len(store.Sessions()) + len(store.Connections(0)) + len(store.Captures()); n != 0 {
			t.Errorf("%d left over", n)
		}
		uploadLeft(t, store)
		if left, _ := os.ReadDir(filepath.Join(filepath.Dir(store.UploadDir()), "captures")); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
		wg.Wait()
		if status[0] != 409 || status[1] != 409 {
			t.Errorf("answered with %v", status)
		}
		for _, j := range listImports(t, url) {
			if j.State != importCancelled {
				t.Errorf("%+v", j)
			}
		}
		again := sendWhole(t, url, "large.pcapng", file)
		if a := askUpload(t, "POST", url+"/api/uploads/"+again+"/import", nil); a.Status != 200 || a.Already || a.Events < 40_000 {
			t.Errorf("import after all: %+v", a)
		}
	}
}
