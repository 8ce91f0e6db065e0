// This file asks the API anything: each operation with any numbers, parameters
// and bodies. What is answered stands in docs/openapi.json.

package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"msnscope/captures"
)

func FuzzAPI(f *testing.F) {
	d := readDocument(f)
	var operations []*operation
	for _, o := range d.operations() {
		switch o.pattern() {
		case "GET /api/ws", "DELETE /api/captures/{number}": // is no answer; nothing would be left to ask
			continue
		}
		operations = append(operations, o)
	}
	store, err := captures.Open(f.TempDir(), captures.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { store.Close() })
	server := &Server{Store: store, Token: testToken}
	h := server.Handler()
	file := exportedCapture(f)
	ask := func(method, address, kind, body string) (*http.Request, *http.Response) {
		r := httptest.NewRequest(method, "http://127.0.0.1/", strings.NewReader(body))
		r.RequestURI = address
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(address, "?")
		r.Header.Set("Authorization", "Bearer "+testToken)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return r, w.Result()
	}
	if _, a := ask("POST", "/api/import?name=a.pcapng", "application/octet-stream", string(file)); a.StatusCode != http.StatusOK {
		f.Fatal(a.Status)
	}
	for i, o := range operations {
		var q []string
		for _, p := range o.Parameters {
			if p.In == "query" {
				q = append(q, p.Name+"=1")
				f.Add(uint8(i), "1", p.Name+"="+url.QueryEscape("s/1"), `{"mark":"red","note":"x","label":"y","name":"z","size":3}`)
				f.Add(uint8(i), "3", p.Name+"=9223372036854775807", `{"Size":9223372036854775807,"name":null}`)
				f.Add(uint8(i), "3", p.Name+"=cmd:MSG&scope=c/1&a=s/1&b=c/2&session=1", `[]`)
			}
		}
		f.Add(uint8(i), "1", strings.Join(q, "&"), `{}`)
		f.Add(uint8(i), "9223372036854775807", "", `{"mark":1}`)
	}
	c := &caller{d: d, asked: map[string]bool{}, real: map[string][]byte{}}
	f.Fuzz(func(t *testing.T, which uint8, id, query, body string) {
		o := operations[int(which)%len(operations)]
		if id == "" || id == "." || id == ".." || strings.ContainsAny(id, "/{}%?#") || strings.Contains(query, "#") {
			return // another address
		}
		path := o.path
		if before, after, ok := strings.Cut(path, "{"); ok {
			_, after, _ = strings.Cut(after, "}")
			path = before + id + after
		}
		if known := d.find(strings.ToUpper(o.method), path); known != o {
			return
		}
		c.t = t
		r, a := ask(strings.ToUpper(o.method), path+"?"+query, "application/json", body)
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode >= 500 && a.StatusCode != http.StatusInsufficientStorage {
			t.Errorf("%s %s?%s: %d %s", o.method, path, query, a.StatusCode, b)
		}
		c.check("of the fuzzer: "+path+"?"+query, r, a, b)
	})
}
