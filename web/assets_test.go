// This file tests how the page's files are served.

package web

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAssets(t *testing.T) {
	script := "console.log('" + strings.Repeat("msn", 100) + "')"
	a := newAssets(fstest.MapFS{
		"index.html":   {Data: []byte("<!doctype html>page")},
		"app.js":       {Data: []byte(script)},
		"part/app.css": {Data: []byte("a{}")},
		".gitkeep":     {Data: []byte("x")},
	})
	get := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct{ path, kind, body string }{
		{"/", "text/html; charset=utf-8", "<!doctype html>page"},
		{"/s/12/e/50412", "text/html; charset=utf-8", "<!doctype html>page"},
		{"/../../etc/passwd", "text/html; charset=utf-8", "<!doctype html>page"},
		{"/.gitkeep", "text/html; charset=utf-8", "<!doctype html>page"},
		{"/app.js", "text/javascript; charset=utf-8", script},
		{"/part/app.css", "text/css; charset=utf-8", "a{}"},
	} {
		w := get(c.path)
		if w.Code != 200 || w.Header().Get("Content-Type") != c.kind || w.Body.String() != c.body {
			t.Errorf("%s: %d %q %q", c.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: cached", c.path)
		}
	}
	if w := get("/gone.js"); w.Code != 404 {
		t.Errorf("a missing script: %d", w.Code)
	}

	plain := get("/app.js")
	zipped := get("/app.js", "Accept-Encoding", "br, gzip;q=0.8")
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("not compressed: %v", zipped.Header())
	}
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(z); string(b) != script {
		t.Errorf("decompressed: %q", b)
	}
	if w := get("/app.js", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("compressed though refused")
	}
	tag, ztag := plain.Header().Get("ETag"), zipped.Header().Get("ETag")
	if tag == "" || tag == ztag || strings.HasPrefix(tag, "W/") {
		t.Errorf("tags %s %s", tag, ztag)
	}
	if w := get("/app.js", "If-None-Match", `"x", `+tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("with its tag: %d", w.Code)
	}
	if w := get("/app.js", "If-None-Match", ztag); w.Code != 200 {
		t.Errorf("with the tag of the other encoding: %d", w.Code)
	}
	other := newAssets(fstest.MapFS{"index.html": {Data: []byte("<p>")}, "Part.js": {Data: []byte("1")}})
	changed := newAssets(fstest.MapFS{"index.html": {Data: []byte("<p>")}, "Part.js": {Data: []byte("2")}})
	if a.sum() == "" || other.sum() == changed.sum() {
		t.Error("the sum does not tell of a part that has changed")
	}
	if w := func() *httptest.ResponseRecorder { a = newAssets(fstest.MapFS{}); return get("/") }(); w.Code != 404 || !strings.Contains(w.Body.String(), "make web") {
		t.Errorf("without a page: %d %s", w.Code, w.Body)
	}
}
