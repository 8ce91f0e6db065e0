// This file streams exports.

package web

import (
	"net/http"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/export"
)

// exportChunk is the number of bytes gathered before they are sent.
const exportChunk = 32 << 10

func (s *Server) serveExport(w http.ResponseWriter, r *http.Request) {
	format := r.URL.Query().Get("fmt")
	kind := map[string]string{"jsonl": "application/x-ndjson", "pcapng": "application/octet-stream"}[format]
	if kind == "" {
		fail(w, http.StatusBadRequest, "fmt is jsonl or pcapng")
		return
	}
	scope, q, ok := selection(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+exportName(scope)+"."+format+`"`)
	out := newBody(w, kind)
	defer out.end()
	if r.Method == http.MethodHead {
		return
	}
	walk := func(f func(*event.Event) error) error { return s.Store.Walk(r.Context(), scope, q, f) }
	conns := connections{store: s.Store}
	var err error
	if format == "pcapng" {
		err = export.Pcapng(out, walk, conns.get, export.Options{Secrets: secrets(r)})
	} else {
		err = s.exportLines(out, walk, conns.get, event.JSONOptions{Secrets: secrets(r)})
	}
	if err != nil {
		s.abort(r, err)
	}
}

func (s *Server) exportLines(out *body, walk func(func(*event.Event) error) error,
	conn func(int64) *event.Connection, o event.JSONOptions,
) error {
	b := make([]byte, 0, 2*exportChunk)
	err := walk(func(e *event.Event) error {
		b = append(event.AppendJSON(b, e, nil, conn(e.Connection), o), '\n')
		if len(b) < exportChunk {
			return nil
		}
		err := out.send(b)
		b = b[:0]
		return err
	})
	if err == nil {
		err = out.send(b)
	}
	return err
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
