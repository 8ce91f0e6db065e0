// This file tests sending captures piece by piece.

package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"msnscope/captures"
)

type uploadAnswer struct {
	Status       int
	ID, Error    string
	Offset, Size int64
	Events       int64
	Already      bool
	List         []uploadJSON
}

func askUpload(t *testing.T, method, url string, body io.Reader) (a uploadAnswer) {
	t.Helper()
	resp, b := ask(t, method, url, body)
	if len(b) > 0 {
		if err := json.Unmarshal(b, &a); err != nil {
			t.Fatalf("%s %s: %d %s", method, url, resp.StatusCode, b)
		}
	}
	a.Status = resp.StatusCode
	return a
}

// uploadLeft fails if something of an upload is in the store's directory.
func uploadLeft(t *testing.T, store *captures.Store) {
	t.Helper()
	if left, err := os.ReadDir(store.UploadDir()); err == nil && len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUpload(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store}) + "/api/uploads"
	file := exportedCapture(t)
	n := int64(len(file))

	a := askUpload(t, "POST", url, strings.NewReader(fmt.Sprintf(`{"name":"../alice.pcapng","size":%d}`, n)))
	if a.Status != 201 || a.ID == "" || a.Offset != 0 || a.Size != n {
		t.Fatalf("created: %+v", a)
	}
	one := url + "/" + a.ID
	put := func(offset int64, body io.Reader) uploadAnswer {
		t.Helper()
		return askUpload(t, "PUT", fmt.Sprintf("%s?offset=%d", one, offset), body)
	}
	if a = put(0, bytes.NewReader(file[:10])); a.Status != 200 || a.Offset != 10 {
		t.Errorf("first piece: %+v", a)
	}
	// The page does not know whether that arrived: it sends it again, and is told.
	if a = put(0, bytes.NewReader(file[:10])); a.Status != 409 || a.Offset != 10 {
		t.Errorf("the first piece again: %+v", a)
	}
	if a = put(20, bytes.NewReader(file[20:])); a.Status != 409 || a.Offset != 10 {
		t.Errorf("a piece too far: %+v", a)
	}
	if a = askUpload(t, "POST", one+"/import", nil); a.Status != 409 || a.Offset != 10 {
		t.Errorf("import of a part: %+v", a)
	}
	if a = askUpload(t, "GET", url, nil); len(a.List) != 1 || a.List[0] != (uploadJSON{strings.TrimPrefix(one, url+"/"), "alice.pcapng", n, 10}) {
		t.Errorf("list: %+v", a)
	}
	if a = put(10, bytes.NewReader(append(bytes.Clone(file[10:]), "more"...))); a.Status != 413 || a.Offset != n {
		t.Errorf("more than there is: %+v", a)
	}
	if a = put(n, strings.NewReader("")); a.Status != 200 || a.Offset != n {
		t.Errorf("nothing more: %+v", a)
	}
	if a = askUpload(t, "POST", one+"/import", nil); a.Status != 200 || a.Events == 0 || a.Already {
		t.Errorf("import: %+v", a)
	}
	if a = askUpload(t, "POST", one+"/import", nil); a.Status != 404 {
		t.Errorf("import once more: %+v", a)
	}
	uploadLeft(t, store)
	if names := fmt.Sprint(store.Captures()); !strings.Contains(names, "000001-alice.pcapng") {
		t.Errorf("captures %s", names)
	}
}

// A piece that breaks off counts as far as it came.
func TestUploadBreaksOff(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store}) + "/api/uploads"
	a := askUpload(t, "POST", url, strings.NewReader(`{"name":"a","size":100000}`))
	one := url + "/" + a.ID
	broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 70_000)), iotest.ErrReader(errors.New("unplugged")))
	req, err := http.NewRequest("PUT", one+"?offset=0", broken)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Fatal("the piece did not break off")
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C { // until the server has noticed
		a = askUpload(t, "PUT", one+"?offset=99999999", nil)
		if a.Status != 409 {
			t.Fatalf("%+v", a)
		}
		if a.Offset > 0 {
			break
		}
		if time.Since(began) > patience {
			t.Fatal("nothing has arrived")
		}
	}
	if a = askUpload(t, "PUT", fmt.Sprintf("%s?offset=%d", one, a.Offset), strings.NewReader(strings.Repeat("x", int(100_000-a.Offset)))); a.Status != 200 || a.Offset != 100_000 {
		t.Errorf("the rest: %+v", a)
	}
	// No capture: refused, and gone.
	if a = askUpload(t, "POST", one+"/import", nil); a.Status != 422 || strings.Contains(a.Error, store.UploadDir()) {
		t.Errorf("import: %+v", a)
	}
	uploadLeft(t, store)
}

func TestUploadLimits(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store}) + "/api/uploads"
	create := func(body string) uploadAnswer { return askUpload(t, "POST", url, strings.NewReader(body)) }
	for body, want := range map[string]int{
		`{"name":"a","size":-1}`: 400, `what`: 400, `{"name":"a"}`: 400, `{"name":"` + strings.Repeat("x", 5000) + `"}`: 413,
		`{"name":"a","sise":7}`:                                   400,
		fmt.Sprintf(`{"name":"a","size":%d}`, int64(maxImport)+1): 413,
	} {
		if a := create(body); a.Status != want {
			t.Errorf("%.40s: %+v", body, a)
		}
	}
	large := fmt.Sprintf(`{"name":"a","size":%d}`, int64(maxImport))
	first := create(large)
	create(large)
	if a := create(`{"name":"a","size":1}`); a.Status != 429 {
		t.Errorf("too many bytes: %+v", a)
	}
	if a := askUpload(t, "DELETE", url+"/"+first.ID, nil); a.Status != 204 {
		t.Errorf("delete: %+v", a)
	}
	if a := askUpload(t, "DELETE", url+"/"+first.ID, nil); a.Status != 404 {
		t.Errorf("delete again: %+v", a)
	}
	for i := range maxUploads {
		if a := create(`{"name":"a","size":1}`); (a.Status == 201) != (i < maxUploads-1) {
			t.Errorf("upload %d: %+v", i, a)
		}
	}
	readOnly := "http://" + serve(t, &Server{Store: store, ReadOnly: true}) + "/api/uploads"
	if a := askUpload(t, "POST", readOnly, strings.NewReader(`{"name":"a","size":1}`)); a.Status != 409 {
		t.Errorf("read-only: %+v", a)
	}
	// What was left is gone when the store is opened again.
	store.Close()
	dir := strings.TrimSuffix(store.UploadDir(), "uploads")
	again, err := captures.Open(dir, captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	uploadLeft(t, again)
}

// A file that is sent in one piece leaves nothing behind either when the process
// ends meanwhile: the next start clears it.
func TestImportKilled(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store}) + "/api/import?name=a.pcap"
	body, sent := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), "POST", url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testToken)
	done := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	if _, err := sent.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C { // until the server has begun
		if on, err := filepath.Glob(filepath.Join(store.UploadDir(), "*", "a.pcap")); err != nil || len(on) > 0 {
			break
		}
		if time.Since(began) > patience {
			t.Fatal("nothing is where the next start clears it")
		}
	}
	store.Close()
	again, err := captures.Open(filepath.Dir(store.UploadDir()), captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	uploadLeft(t, again)
	sent.CloseWithError(errors.New("unplugged"))
	<-done
}

// One that nobody goes on with is given up, and the disk has its room again.
func TestUploadExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var l uploads
		files := func() string {
			synctest.Wait()
			names := []string{}
			left, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range left {
				names = append(names, f.Name())
			}
			return strings.Join(names, " ")
		}
		made := map[string]*upload{}
		for _, id := range []string{"busy", "forgotten", "given-up", "slow"} {
			u := &upload{id: id, path: filepath.Join(dir, id, "a"), busy: make(chan struct{}, 1), last: time.Now()}
			if err := os.Mkdir(filepath.Dir(u.path), 0o700); err != nil || !l.add(u) {
				t.Fatal(id, err)
			}
			l.expire(u)
			made[id] = u
		}
		made["busy"].take()
		l.remove(made["given-up"])
		time.Sleep(uploadIdle / 2)
		made["slow"].mu.Lock()
		made["slow"].last = time.Now() // a piece
		made["slow"].mu.Unlock()
		for _, step := range []struct {
			after time.Duration
			want  string
		}{
			{uploadIdle/2 - 1, "busy forgotten slow"},
			{1, "busy slow"},
			{uploadIdle / 2, "busy"},
			{3 * uploadIdle, "busy"},
		} {
			time.Sleep(step.after)
			if got := files(); got != step.want {
				t.Errorf("after %v more there are %q, want %q", step.after, got, step.want)
			}
		}
		<-made["busy"].busy
		time.Sleep(uploadIdle)
		if got := files(); got != "" {
			t.Errorf("at last there are %q", got)
		}
	})
}

// One that nobody goes on with makes room.
func TestUploadIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		var l uploads
		add := func(i int) bool {
			return l.add(&upload{id: fmt.Sprint(i), path: fmt.Sprintf("%s/%d/a", dir, i), busy: make(chan struct{}, 1), last: time.Now()})
		}
		for i := range maxUploads {
			if !add(i) {
				t.Fatal("no room for", i)
			}
			time.Sleep(time.Minute)
		}
		if add(100) {
			t.Error("room for one too many")
		}
		time.Sleep(uploadIdle - maxUploads*time.Minute)
		if !l.list[0].take() || add(100) {
			t.Error("one at work made room")
		}
		<-l.list[0].busy
		if !add(100) || l.list[0].id != "1" || add(101) {
			t.Error("the one idle for longest made no room")
		}
	})
}
