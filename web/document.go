// This file serves the document of the API, and holds requests to it: the query
// of a request has the parameters that the document names, with such values.

package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"msnscope/docs"
)

// parameter is what the document says of a parameter of a query.
type parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Ref      string `json:"$ref"`
	Required bool   `json:"required"`
	Schema   struct {
		Type    string   `json:"type"`
		Enum    []string `json:"enum"`
		Minimum *int64   `json:"minimum"`
	} `json:"schema"`
}

// parameters are those of each route, by its pattern.
var parameters = sync.OnceValue(func() map[string][]parameter {
	var d struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Parameters map[string]parameter }
	}
	if err := json.Unmarshal(docs.OpenAPI, &d); err != nil {
		panic("docs/openapi.json: " + err.Error()) // a test reads it
	}
	known := map[string][]parameter{}
	for path, operations := range d.Paths {
		for method, raw := range operations {
			var o struct{ Parameters []parameter }
			if json.Unmarshal(raw, &o) != nil {
				continue // the path's own parameters
			}
			list := []parameter{}
			for _, p := range o.Parameters {
				if p.Ref != "" {
					p = d.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
				}
				if p.In == "query" {
					list = append(list, p)
				}
			}
			known[strings.ToUpper(method)+" "+path] = list
		}
	}
	return known
})

// checked has handler answer only requests with the parameters that it knows: a
// misspelt name would otherwise go by unseen, and the answer be another one.
func checked(pattern string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		known, ok := parameters()[pattern]
		if text := wrongParameter(r, known); ok && text != "" {
			fail(w, http.StatusBadRequest, text)
			return
		}
		handler(w, r)
	}
}

// wrongParameter says what is wrong with the query of a request, "" if nothing is.
func wrongParameter(r *http.Request, known []parameter) string {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "the address cannot be read: " + err.Error()
	}
	for name, values := range query {
		i := slices.IndexFunc(known, func(p parameter) bool { return p.Name == name })
		if i < 0 {
			return "there is no parameter " + printable(name) + " here" + knownNames(known)
		}
		if len(values) > 1 {
			return name + " is there " + strconv.Itoa(len(values)) + " times"
		}
		if text := known[i].wrong(values[0]); text != "" {
			return text
		}
	}
	for _, p := range known {
		if p.Required && query.Get(p.Name) == "" {
			return p.Name + " is missing"
		}
	}
	return ""
}

func knownNames(known []parameter) string {
	if len(known) == 0 {
		return ", there are none"
	}
	names := make([]string, len(known))
	for i, p := range known {
		names[i] = p.Name
	}
	return "; there are " + strings.Join(names, ", ")
}

// wrong says what is wrong with a value. An empty one stands for none.
func (p *parameter) wrong(value string) string {
	switch {
	case value == "":
	case p.Schema.Type == "integer":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || p.Schema.Minimum != nil && n < *p.Schema.Minimum {
			return p.Name + " is no number: " + printable(value)
		}
	case len(p.Schema.Enum) > 0 && !slices.Contains(p.Schema.Enum, value):
		return p.Name + ` is "` + strings.Join(p.Schema.Enum, `" or "`) + `", not ` + printable(value)
	}
	return ""
}

func (s *Server) serveOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(docs.OpenAPI)
}

// serveEventSchema serves what the document refers to.
func (s *Server) serveEventSchema(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/schema+json")
	w.Write(docs.EventSchema)
}
