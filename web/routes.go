// This file knows which routes there are and with what parameters, as
// docs/openapi.json describes them.

package web

import (
	"net/http"
	"slices"
	"strings"
)

// routes is a mux that remembers its patterns, so that the document of the API
// can be held against them.
type routes struct {
	*http.ServeMux
	patterns []string
}

// HandleFunc adds a route; with a method, its query is checked first.
func (m *routes) HandleFunc(pattern string, handler http.HandlerFunc) {
	if _, _, ok := strings.Cut(pattern, " "); ok {
		m.patterns = append(m.patterns, pattern)
		handler = checked(pattern, handler)
	}
	m.ServeMux.HandleFunc(pattern, handler)
}

// serveNothing answers what leads to no route: 405 if it is only the method.
func (m *routes) serveNothing(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := m.Handler(other); slices.Contains(m.patterns, pattern) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		fail(w, http.StatusNotFound, "there is nothing at this address; GET /api/openapi.json tells what there is")
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	fail(w, http.StatusMethodNotAllowed, "this address takes "+strings.Join(allowed, ", ")+", not "+printable(r.Method))
}
