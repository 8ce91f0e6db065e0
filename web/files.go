// This file lists and gives out the files that connections carried.

package web

import (
	"mime"
	"net/http"
	"strconv"

	"msnscope/captures/event"
)

// serveFiles answers with the files of a session, or of all.
func (s *Server) serveFiles(w http.ResponseWriter, r *http.Request) {
	session, err := number(r, "session", 0)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.hasSession(w, session) {
		return
	}
	b := append([]byte(nil), `{"files":[`...)
	for i, c := range s.Store.Transfers(session) {
		if i > 0 {
			b = append(b, ',')
		}
		b = event.AppendTransfer(b, &c)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(b, "]}\n"...))
}

// serveFile sends the file that a connection carried, for saving: under a name
// that is safe, and never to be shown or run by a browser.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("connection"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "a connection's id is a number")
		return
	}
	c, ok := s.Store.Connection(id)
	if !ok || c.File == nil || !c.File.Here() {
		fail(w, http.StatusNotFound, "connection "+itoa(id)+" carries no file of which anything is here")
		return
	}
	h := w.Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": c.File.FileName()}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	if c.File.State == "complete" {
		h.Set("Content-Length", itoa(c.File.Received))
		h.Set("ETag", `"`+c.File.SHA256+`"`)
	}
	out := newBody(w, "application/octet-stream")
	defer out.end()
	if r.Method == http.MethodHead {
		return
	}
	if _, err := s.Store.WriteFile(r.Context(), id, out); err != nil {
		s.abort(r, err)
	}
}
