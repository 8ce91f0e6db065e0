// This file is the API of what users add: marks and notes of events, names and
// notes of sessions, and how pages are told of them.

package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/marks"
)

const (
	maxChange   = 64 << 10 // bytes of a change as JSON
	maxTold     = 256      // changed marks told one by one; beyond it pages ask anew
	marksAtOnce = 32 << 10 // bytes gathered before they are sent
)

// change reads the body of a PUT; on a mistake it answers itself.
func change(w http.ResponseWriter, r *http.Request, into any) (id int64, ok bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "an id is a number")
		return 0, false
	}
	return id, readJSON(w, r, maxChange, into)
}

// refuseChange answers a change that was not made.
func refuseChange(w http.ResponseWriter, what string, err error) {
	var wrong *marks.Invalid
	var conflict *marks.Conflict
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(w, http.StatusNotFound, "there is no such "+what)
	case errors.As(err, &wrong):
		fail(w, http.StatusBadRequest, err.Error())
	case errors.As(err, &conflict):
		b, _ := json.Marshal(map[string]string{"error": err.Error(), "note": conflict.Now})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		w.Write(append(b, '\n'))
	case errors.Is(err, marks.ErrReadOnly):
		fail(w, http.StatusConflict, err.Error())
	case errors.Is(err, marks.ErrTooMany):
		fail(w, http.StatusInsufficientStorage, err.Error())
	default:
		fail(w, http.StatusInternalServerError, "it could not be saved: "+err.Error())
	}
}

func (s *Server) putMark(w http.ResponseWriter, r *http.Request) {
	var c struct {
		Mark *string `json:"mark"`
		Note *string `json:"note"`
		Was  *string `json:"was"`
	}
	if id, ok := change(w, r, &c); ok {
		s.mark(w, id, marks.EventChange{Word: c.Mark, Note: c.Note, Was: c.Was})
	}
}

func (s *Server) deleteMark(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "an id is a number")
		return
	}
	none := ""
	s.mark(w, id, marks.EventChange{Word: &none, Note: &none})
}

func (s *Server) mark(w http.ResponseWriter, id int64, c marks.EventChange) {
	m, err := s.Store.MarkEvent(id, c)
	if err != nil {
		refuseChange(w, "event", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(appendMarked(nil, marks.Marked{ID: id, Mark: m}), '\n'))
}

func (s *Server) putLabel(w http.ResponseWriter, r *http.Request) {
	var c struct {
		Label  *string `json:"label"`
		Note   *string `json:"note"`
		Pinned *bool   `json:"pinned"`
		Was    *string `json:"was"`
	}
	if id, ok := change(w, r, &c); ok {
		s.label(w, id, marks.SessionChange{Name: c.Label, Note: c.Note, Pinned: c.Pinned, Was: c.Was})
	}
}

func (s *Server) deleteLabel(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "an id is a number")
		return
	}
	none, no := "", false
	s.label(w, id, marks.SessionChange{Name: &none, Note: &none, Pinned: &no})
}

func (s *Server) label(w http.ResponseWriter, id int64, c marks.SessionChange) {
	l, err := s.Store.LabelSession(id, c)
	if err != nil {
		refuseChange(w, "session", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(appendLabelled(nil, id, l), '\n'))
}

func (s *Server) serveMarks(w http.ResponseWriter, r *http.Request) {
	out := newBody(w, "application/json")
	defer out.end()
	b := append([]byte(nil), `{"events":[`...)
	first := true
	next := func() {
		if !first {
			b = append(b, ',')
		}
		first = false
	}
	err := s.Store.Marks(func(m marks.Marked) error {
		next()
		if b = appendMarked(b, m); len(b) < marksAtOnce {
			return nil
		}
		err := out.send(b)
		b = b[:0]
		return err
	})
	if err != nil {
		return // whoever asked has gone
	}
	b, first = append(b, `],"sessions":[`...), true
	for _, v := range s.Store.Sessions() {
		if v.Label != (event.Label{}) {
			next()
			b = appendLabelled(b, v.ID, v.Label)
		}
	}
	out.send(append(b, "]}\n"...))
}

func appendMarked(b []byte, m marks.Marked) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, m.ID, 10)
	b = appendText(b, "mark", m.Mark.Word)
	return append(appendText(b, "note", m.Mark.Note), '}')
}

func appendLabelled(b []byte, id int64, l event.Label) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, id, 10)
	b = appendText(b, "label", l.Name)
	b = appendText(b, "note", l.Note)
	return append(appendFlag(b, "pinned", l.Pinned), '}')
}

// tellMarks sends the marks that have changed since the page was told last.
func (w *worker) tellMarks() {
	if !w.out.marksFree() {
		return // the writer wakes us when it has taken them
	}
	list, now, all := w.server.Store.MarksSince(w.marks)
	if now == w.marks {
		return
	}
	w.marks = now
	if all || len(list) > maxTold {
		w.out.setMarks([]byte(`{"op":"marks","full":true,"list":[]}`))
		return
	}
	if len(list) == 0 {
		return
	}
	b := append([]byte(nil), `{"op":"marks","full":false,"list":[`...)
	for i, m := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMarked(b, m)
	}
	w.out.setMarks(append(b, "]}"...))
}
