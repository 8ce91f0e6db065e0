// This file answers how far sign-ins have come, and what people offered each
// other.

package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

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

// maxOutcomes is how many sessions one request may ask about.
const maxOutcomes = 100

// serveOutcomes answers with how the sign-ins of session=12,13 went; those that
// do not exist are left out. brief=1 leaves the steps out.
func (s *Server) serveOutcomes(w http.ResponseWriter, r *http.Request) {
	brief := r.URL.Query().Get("brief") == "1"
	ids := strings.Split(r.URL.Query().Get("session"), ",")
	if len(ids) > maxOutcomes {
		fail(w, http.StatusBadRequest, "at most "+itoa(maxOutcomes)+" sessions at once")
		return
	}
	list := []captures.SignInOutcome{}
	for _, id := range ids {
		session, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			fail(w, http.StatusBadRequest, "session is no number: "+printable(id))
			return
		}
		o, err := s.Store.SignInOutcome(r.Context(), session)
		if errors.Is(err, index.ErrNotFound) {
			continue
		}
		if err != nil {
			fail(w, http.StatusInternalServerError, err.Error())
			return
		}
		if brief {
			o.Connections = nil
		}
		list = append(list, o)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"list": list})
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
