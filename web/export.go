// This file streams exports.

package web

import (
	"bufio"
	"net/http"
	"strings"

	"msnscope/captures"
	"msnscope/decode"
)

// exportChunk is the number of bytes gathered before they are sent.
const exportChunk = 32 << 10

func (s *Server) serveExport(w http.ResponseWriter, r *http.Request) {
	format, ok := captures.ExportFormat(r.URL.Query().Get("fmt"))
	if !ok {
		var names []string
		for _, f := range captures.ExportFormats() {
			names = append(names, f.Name)
		}
		fail(w, http.StatusBadRequest, "fmt is one of "+strings.Join(names, ", "))
		return
	}
	scope, q, ok := s.selection(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+exportName(scope)+"."+format.Extension+`"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	out := newBody(w, format.MediaType)
	defer out.end()
	if r.Method == http.MethodHead {
		return
	}
	x := captures.Export{
		Format: format.Name, Scope: scope, Filter: q, Secrets: secrets(r), Pseudonymise: r.URL.Query().Get("pseudonymise") == "1",
	}
	if r.URL.Query().Get("side") == "server" {
		x.Side = decode.S2C
	}
	buffered := bufio.NewWriterSize(out, exportChunk)
	err := s.Store.Export(r.Context(), buffered, x)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		s.abort(r, err)
	}
}

// exportName names an export after its scope: "msnscope-session-12".
func exportName(scope captures.Scope) string {
	name := "msnscope"
	switch {
	case scope.Session != 0:
		name += "-session-" + itoa(scope.Session)
	case scope.Connection != 0:
		name += "-connection-" + itoa(scope.Connection)
	}
	return name
}
