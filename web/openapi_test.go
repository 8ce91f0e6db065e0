// This file holds docs/openapi.json against the server: the routes, the answers
// of a store of real captures, and what is said to wrong requests.

package web

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"msnscope/captures"
)

// unreached are documented answers that the test below does not bring about.
var unreached = map[string]string{
	"GET /api/ws 101":                    "the tests of the page do",
	"GET /api/compare 410":               "a capture has to go between two lines of the handler",
	"POST /api/import 413":               "it takes 8 GiB",
	"PUT /api/event/{id}/mark 507":       "it takes 100,000 marks",
	"PUT /api/session/{id}/label 507":    "likewise",
	"DELETE /api/event/{id}/mark 409":    "the same as for PUT",
	"DELETE /api/session/{id}/label 409": "the same as for PUT",
}

func TestOpenAPIIsOpenAPI(t *testing.T) {
	d := readDocument(t)
	b, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.compiler.AddResource("http://docs/openapi-3.1", parse(t, b)); err != nil {
		t.Fatal(err)
	}
	s, err := d.compiler.Compile("http://docs/openapi-3.1")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(parse(t, file)); err != nil {
		t.Errorf("%#v", err)
	}
	names := map[string]bool{}
	for _, o := range d.operations() {
		if names[o.OperationID] || o.OperationID == "" || o.Summary == "" {
			t.Errorf("%s: operationId %q, summary %q", o.pattern(), o.OperationID, o.Summary)
		}
		names[o.OperationID] = true
		for _, p := range o.Parameters {
			if in := strings.Contains(o.path, "{"+p.Name+"}"); in != (p.In == "path") {
				t.Errorf("%s: parameter %s is in %s", o.pattern(), p.Name, p.In)
			}
		}
		// All schemas compile, all examples follow theirs.
		for status, r := range o.Responses {
			for kind, c := range r.Content {
				if c.Schema == nil {
					continue
				}
				s := d.schema(t, "paths", o.path, o.method, "responses", status, "content", kind, "schema")
				for name, e := range c.Examples {
					if err := s.Validate(parse(t, e.Value)); err != nil {
						t.Errorf("%s: example %s: %v", o.pattern(), name, err)
					}
				}
			}
		}
		if o.RequestBody == nil {
			continue
		}
		for kind, c := range o.RequestBody.Content {
			if c.Example == nil {
				continue
			}
			if err := d.schema(t, "paths", o.path, o.method, "requestBody", "content", kind, "schema").Validate(parse(t, c.Example)); err != nil {
				t.Errorf("%s: example of the body: %v", o.pattern(), err)
			}
		}
	}
}

func TestOpenAPIHasEveryRoute(t *testing.T) {
	var documented []string
	for _, o := range readDocument(t).operations() {
		documented = append(documented, o.pattern())
	}
	s := &Server{Token: testToken}
	s.init()
	served := s.routes().patterns
	for _, p := range served {
		if !slices.Contains(documented, p) {
			t.Errorf("%s is served and not in docs/openapi.json", p)
		}
	}
	for _, p := range documented {
		if !slices.Contains(served, p) {
			t.Errorf("%s is in docs/openapi.json and not served", p)
		}
	}
}

func TestOpenAPIHoldsForTheHandlers(t *testing.T) {
	d := readDocument(t)
	c := &caller{t: t, d: d, asked: map[string]bool{}, real: map[string][]byte{}}
	store, err := captures.Open(t.TempDir(), captures.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	h, client := startProxy(t)
	c.base = "http://" + serve(t, &Server{Store: store, Hands: h, Player: practicePlayer{}})

	c.captures()
	c.reading()
	c.marking()
	c.intercepting(h, client)
	c.replaying()
	c.call("DELETE /api/captures/99", "", 404)
	c.wrong("DELETE /api/captures/0")
	c.call("DELETE /api/captures/0", "", 200)
	c.call("GET /api/contacts?session=1", "", 404)
	c.refused(store)

	for _, o := range d.operations() {
		for status := range o.Responses {
			key := o.pattern() + " " + status
			if _, known := unreached[key]; status != "default" && c.asked[key] == known {
				t.Errorf("%s: answered %v, in the list of those not reached %v", key, c.asked[key], known)
			}
		}
		for _, p := range o.Parameters {
			if p.In == "query" && !c.asked[o.pattern()+" "+p.Name] {
				t.Errorf("%s: %s= was never there", o.pattern(), p.Name)
			}
		}
		for _, r := range o.Responses {
			for _, content := range r.Content {
				for _, e := range content.Examples {
					if method, _, _ := strings.Cut(e.Summary, " "); method == strings.ToUpper(o.method) && c.real[e.Summary] == nil {
						t.Errorf("%s: is an example and was never asked", e.Summary)
					}
				}
			}
		}
	}
	if *update {
		replaceExamples(t, c.real)
	}
}

// What no operation answers is answered the same way everywhere.
func TestOpenAPIDefault(t *testing.T) {
	store, _ := newStore(t)
	base := "http://" + serve(t, &Server{Store: store})
	s := readDocument(t).schema(t, "components", "schemas", "Error")
	for _, x := range []struct {
		method, path string
		header       map[string]string
		status       int
	}{
		{"GET", "/api/sessions", map[string]string{"Authorization": ""}, 401},
		{"GET", "/api/sessions", map[string]string{"Host": "evil.example"}, 403},
		{"POST", "/api/import", map[string]string{"Origin": "http://evil.example"}, 403},
		{"GET", "/api/nothing", nil, 404},
		{"GET", "/api/uploads/x", nil, 405},
		{"PATCH", "/api/sessions", nil, 405},
		{"DELETE", "/api/ws", nil, 405},
	} {
		r, err := http.NewRequestWithContext(t.Context(), x.method, base+x.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+testToken)
		for name, value := range x.header {
			r.Header.Set(name, value)
		}
		r.Host = x.header["Host"]
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err := s.Validate(parse(t, b)); err != nil || resp.StatusCode != x.status || (x.status == 405) != (resp.Header.Get("Allow") != "") {
			t.Errorf("%s %s: %d %s %v: %v", x.method, x.path, resp.StatusCode, b, resp.Header, err)
		}
	}
}

// The addresses in docs/api.md lead somewhere.
func TestAPIExamplesExist(t *testing.T) {
	text, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	d := readDocument(t)
	found := regexp.MustCompile(`\$url(/api/[^\s"|]*)`).FindAllSubmatch(text, -1)
	if len(found) < 15 {
		t.Errorf("%d addresses", len(found))
	}
	for _, m := range found {
		u, err := url.Parse(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		var known []parameter
		there := false
		for _, method := range []string{"GET", "POST", "PUT"} {
			if o := d.find(method, u.Path); o != nil {
				known, there = append(known, o.Parameters...), true
			}
		}
		if !there {
			t.Errorf("%s: there is no such path", m[1])
		}
		for name := range u.Query() {
			if !slices.ContainsFunc(known, func(p parameter) bool { return p.Name == name && p.In == "query" }) {
				t.Errorf("%s: there is no parameter %s", m[1], name)
			}
		}
	}
}
