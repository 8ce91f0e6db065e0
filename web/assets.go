// This file serves the built page: a handful of files, in memory, compressed
// once at the start.

package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// contentTypes are the kinds of files a page is made of. They are written
// here because those of the mime package change with the machine.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

type asset struct {
	kind    string // content type
	sum     string // sha256 of plain, hexadecimal
	plain   []byte
	gzipped []byte // nil where it would be no shorter
}

// assets are the page's files by path without the leading slash.
type assets struct{ files map[string]*asset }

func loadAssets() *assets {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return newAssets(sub)
}

func newAssets(dir fs.FS) *assets {
	a := &assets{files: map[string]*asset{}}
	fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		kind := contentTypes[path.Ext(name)]
		if err != nil || d.IsDir() || kind == "" {
			return err
		}
		p, err := fs.ReadFile(dir, name)
		if err == nil {
			a.files[name] = newAsset(kind, p)
		}
		return err
	})
	return a
}

func newAsset(kind string, p []byte) *asset {
	sum := sha256.Sum256(p)
	f := &asset{kind: kind, sum: hex.EncodeToString(sum[:]), plain: p}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	z.Write(p)
	z.Close()
	if b.Len() < len(p) {
		f.gzipped = b.Bytes()
	}
	return f
}

// sum returns a sha256 over all files: a page that has loaded a part of it
// must learn of any other part that has changed.
func (a *assets) sum() string {
	all := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		io.WriteString(all, name+" "+a.files[name].sum+"\n")
	}
	return hex.EncodeToString(all.Sum(nil))
}

// ServeHTTP serves the files; every other address is one of the page's own
// and gets index.html.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	f := a.files[name]
	if f == nil {
		if contentTypes[path.Ext(name)] != "" { // a missing script is no page
			http.NotFound(w, r)
			return
		}
		if f = a.files["index.html"]; f == nil {
			http.Error(w, "this msnscope was built without its page: run `make web` and build again", http.StatusNotFound)
			return
		}
	}
	f.serve(w, r)
}

func (f *asset) serve(w http.ResponseWriter, r *http.Request) {
	body, tag := f.plain, `"`+f.sum+`"`
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	if f.gzipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, tag = f.gzipped, `"`+f.sum+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	for _, t := range strings.Split(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// acceptsGzip reads an Accept-Encoding header.
func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		coding, param, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(param), "q=")
		v, err := strconv.ParseFloat(q, 64)
		return !found || err == nil && v > 0
	}
	return false
}
