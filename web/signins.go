// This file answers how far sign-ins have come, and what people offered each
// other.

package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"msnscope/captures"
	"msnscope/captures/index"
)

// serveSignIns answers with how far the sign-ins of session= have come, and why
// they go no further.
func (s *Server) serveSignIns(w http.ResponseWriter, r *http.Request) {
	session, err := number(r, "session", 0)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	list, err := s.Store.SignIns(r.Context(), session)
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(w, http.StatusNotFound, "there is no session "+itoa(session))
	case err != nil:
		fail(w, http.StatusInternalServerError, err.Error())
	default:
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"list": list})
	}
}

// serveInvitations answers with the invitations of session=, of all without it.
func (s *Server) serveInvitations(w http.ResponseWriter, r *http.Request) {
	session, err := number(r, "session", 0)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	if !s.hasSession(w, session) {
		return
	}
	list, more, err := s.Store.Invitations(r.Context(), captures.Scope{Session: session})
	if err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"list": list, "more": more})
}
