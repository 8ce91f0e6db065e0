// This file reads docs/openapi.json for tests: its operations, the schemas of
// their answers, and the examples.

package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"msnscope/captures/event"
	"msnscope/docs"
)

var update = flag.Bool("update", false, "write the answers that are examples into docs/openapi.json")

// example is an example of an answer. If its summary is a request, it is the
// answer to that.
type example struct {
	Summary string
	Value   json.RawMessage
}

// documented is the document.
type documented struct {
	Paths      map[string]map[string]*operation
	Components struct{ Parameters map[string]parameter }

	compiler *jsonschema.Compiler
}

type operation struct {
	OperationID string
	Summary     string
	Parameters  []parameter
	Responses   map[string]struct {
		Ref     string `json:"$ref"`
		Content map[string]struct {
			Schema   json.RawMessage
			Examples map[string]example
		}
	}
	RequestBody *struct {
		Content map[string]struct{ Schema, Example json.RawMessage }
	}

	path, method string
}

func (o *operation) pattern() string { return strings.ToUpper(o.method) + " " + o.path }

func readDocument(t testing.TB) *documented {
	t.Helper()
	d := &documented{compiler: jsonschema.NewCompiler()}
	if err := json.Unmarshal(docs.OpenAPI, d); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"http://docs/openapi.json": docs.OpenAPI, "http://docs/event.schema.json": docs.EventSchema} {
		if err := d.compiler.AddResource(name, parse(t, file)); err != nil {
			t.Fatal(err)
		}
	}
	for path, operations := range d.Paths {
		for method, o := range operations {
			o.path, o.method = path, method
			for i, p := range o.Parameters {
				if p.Ref != "" {
					o.Parameters[i] = d.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
				}
			}
		}
	}
	return d
}

// operations are all of them, in order.
func (d *documented) operations() (list []*operation) {
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			list = append(list, d.Paths[path][method])
		}
	}
	return list
}

// parse reads JSON in which no object has a field twice.
func parse(t testing.TB, b []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err == nil {
		err = fieldsOnce(json.NewDecoder(bytes.NewReader(b)))
	}
	if err != nil {
		t.Fatalf("%v: %.300s", err, b)
	}
	return v
}

// fieldsOnce reads one value.
func fieldsOnce(d *json.Decoder) error {
	open, err := d.Token()
	if err != nil || open != json.Delim('{') && open != json.Delim('[') {
		return err
	}
	seen := map[json.Token]bool{}
	for d.More() {
		if open == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if seen[name] {
				return fmt.Errorf("%v is there twice", name)
			}
			seen[name] = true
		}
		if err := fieldsOnce(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// schema compiles what stands at a place of the document.
func (d *documented) schema(t *testing.T, place ...string) *jsonschema.Schema {
	t.Helper()
	for i, p := range place {
		place[i] = url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	s, err := d.compiler.Compile("http://docs/openapi.json#/" + strings.Join(place, "/"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// find returns the operation of a request, nil if it is not documented. A path
// without a placeholder is preferred.
func (d *documented) find(method, path string) (found *operation) {
	for pattern, operations := range d.Paths {
		o := operations[strings.ToLower(method)]
		if o == nil || !matches(pattern, path) {
			continue
		}
		if found == nil || strings.Count(pattern, "{") < strings.Count(found.path, "{") {
			found = o
		}
	}
	return found
}

func matches(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	return len(want) == len(have) && !slices.ContainsFunc(want, func(w string) bool {
		h := have[0]
		have = have[1:]
		return w != h && !strings.HasPrefix(w, "{")
	})
}

// caller asks a server and holds each answer against the document.
type caller struct {
	t     *testing.T
	d     *documented
	base  string
	asked map[string]bool // "GET /api/events 200", and its parameters: "GET /api/events n"
	real  map[string][]byte

	example string // what stands for the request in examples, if not itself
}

// call asks, "PUT /api/rules?check=1", and returns the answer.
func (c *caller) call(request string, body string, status int) []byte {
	return c.send(request, "application/json", strings.NewReader(body), status)
}

// body is call for a request with its body behind it, as in examples.
func (c *caller) body(request string) {
	c.t.Helper()
	c.example = request
	defer func() { c.example = "" }()
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	c.call(method+" "+path, body, http.StatusOK)
}

// status asks without looking at the answer.
func (c *caller) status(request string) int {
	method, address, _ := strings.Cut(request, " ")
	resp, _ := ask(c.t, method, c.base+address, nil)
	return resp.StatusCode
}

func (c *caller) send(request, kind string, body io.Reader, status int) []byte {
	c.t.Helper()
	method, address, _ := strings.Cut(request, " ")
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+address, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != status {
		c.t.Errorf("%s: %d, want %d: %.300s", request, resp.StatusCode, status, b)
		return b
	}
	c.check(request, r, resp, b)
	return b
}

func (c *caller) check(request string, r *http.Request, resp *http.Response, b []byte) {
	c.t.Helper()
	o := c.d.find(r.Method, r.URL.Path)
	if o == nil {
		c.t.Errorf("%s is not documented", request)
		return
	}
	status := strconv.Itoa(resp.StatusCode)
	answer, ok := o.Responses[status]
	if !ok {
		c.t.Errorf("%s answers %s, of which the document knows nothing: %.300s", request, status, b)
		return
	}
	c.asked[o.pattern()+" "+status] = true
	for name := range r.URL.Query() {
		c.asked[o.pattern()+" "+name] = true
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if len(answer.Content) == 0 {
		if len(b) > 0 {
			c.t.Errorf("%s: %s has a body: %.100q", request, status, b)
		}
		return
	}
	content, ok := answer.Content[kind]
	if err != nil || !ok {
		c.t.Errorf("%s: %s is %q: %v", request, status, resp.Header.Get("Content-Type"), err)
		return
	}
	if kind != "application/json" {
		return
	}
	v := parse(c.t, b)
	if err := c.d.schema(c.t, "paths", o.path, o.method, "responses", status, "content", kind, "schema").Validate(v); err != nil {
		c.t.Errorf("%s: %v\n%.2000s", request, err, b)
	}
	if c.example != "" {
		request = c.example
	}
	for _, e := range content.Examples {
		if e.Summary == request {
			c.real[request] = bytes.TrimSpace(b)
			if !*update && !reflect.DeepEqual(parse(c.t, e.Value), v) {
				c.t.Errorf("%s: the example of docs/openapi.json is another (run with -update if meant)\n got %s\nwant %s", request, b, e.Value)
			}
		}
	}
}

// wrong asks with each parameter wrong in each way.
func (c *caller) wrong(request string) {
	c.t.Helper()
	method, address, _ := strings.Cut(request, " ")
	u, err := url.Parse(address)
	if err != nil {
		c.t.Fatal(err)
	}
	o := c.d.find(method, u.Path)
	ask := func(name string, values ...string) {
		c.t.Helper()
		q := u.Query()
		q[name] = values
		if len(values) == 0 {
			q.Del(name)
		}
		c.call(method+" "+u.Path+"?"+q.Encode(), "{}", http.StatusBadRequest)
	}
	ask("surprise", "1")
	for _, p := range o.Parameters {
		switch {
		case p.In == "path" && p.Schema.Type == "integer":
			place := slices.Index(strings.Split(o.path, "/"), "{"+p.Name+"}")
			words := strings.Split(u.Path, "/")
			words[place] = "x"
			c.call(method+" "+strings.Join(words, "/")+"?"+u.RawQuery, "{}", http.StatusBadRequest)
			continue
		case p.In != "query":
			continue
		case p.Schema.Type == "integer":
			ask(p.Name, "x")
			ask(p.Name, "1.5")
			ask(p.Name, "99999999999999999999")
			if p.Schema.Minimum != nil {
				ask(p.Name, strconv.FormatInt(*p.Schema.Minimum-1, 10))
			}
		case len(p.Schema.Enum) > 0, p.Schema.Type == "array":
			ask(p.Name, "surprise")
		case p.Name == "scope" || p.Name == "a" || p.Name == "b":
			ask(p.Name, "s/x")
			ask(p.Name, "12")
		case p.Name == "q":
			ask(p.Name, "surprise:1")
		}
		ask(p.Name, "1", "1")
		if p.Required {
			ask(p.Name)
			ask(p.Name, "")
		}
	}
}

// replaceExamples writes the answers that are examples into the document.
func replaceExamples(t *testing.T, real map[string][]byte) {
	text := docs.OpenAPI
	for request, answer := range real {
		_, rest, ok := bytes.Cut(text, append(event.AppendJSONString([]byte(`"summary": `), request), ','))
		i := bytes.Index(rest, []byte(`"value": `)) + len(`"value": `)
		if !ok || i < len(`"value": `) {
			t.Fatalf("%s: where is this example?", request)
		}
		var old json.RawMessage
		if err := json.NewDecoder(bytes.NewReader(rest[i:])).Decode(&old); err != nil {
			t.Fatal(err)
		}
		head := text[:len(text)-len(rest)+i]
		text = slices.Concat(head, answer, rest[i+len(old):])
	}
	if err := os.WriteFile("../docs/openapi.json", text, 0o644); err != nil {
		t.Fatal(err)
	}
}
