// This file answers scripts over plain HTTP: the same data as the page's, as
// JSON.

package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
)

const (
	maxEvents  = 10_000           // events of one answer of /api/events; more is an export
	readAtOnce = 128              // events held in memory at a time
	sendWait   = 30 * time.Second // for the other end to take or give the next bytes of a body
)

// fail answers with an error as JSON.
func fail(w http.ResponseWriter, status int, text string) {
	b, _ := json.Marshal(map[string]string{"error": text})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

// hasSession answers 404 itself if there is no such session; 0 stands for all.
func (s *Server) hasSession(w http.ResponseWriter, session int64) bool {
	if _, err := s.eventsIn(captures.Scope{Session: session}); session != 0 && err != nil {
		fail(w, http.StatusNotFound, err.Error())
		return false
	}
	return true
}

// selection reads scope= and q=, and answers itself if they are wrong.
func (s *Server) selection(w http.ResponseWriter, r *http.Request) (captures.Scope, *filter.Query, bool) {
	scope, err := parseScope(r.URL.Query().Get("scope"))
	var q *filter.Query
	if err == nil {
		q, err = filter.Parse(r.URL.Query().Get("q"))
	}
	if err == nil && scope != (captures.Scope{}) {
		if _, none := s.eventsIn(scope); none != nil {
			fail(w, http.StatusNotFound, none.Error())
			return scope, nil, false
		}
	}
	if err == nil {
		return scope, q, true
	}
	failFilter(w, err)
	return scope, nil, false
}

// failFilter answers with a mistake in a filter, and where it is.
func failFilter(w http.ResponseWriter, err error) {
	m := map[string]any{"error": err.Error()}
	var f *filter.Error
	if errors.As(err, &f) {
		m["error"], m["at"], m["end"], m["suggest"] = f.Text, f.At, f.End, f.Suggest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(m)
}

// number reads a number of the query, otherwise if it is absent.
func number(r *http.Request, name string, otherwise int64) (int64, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New(name + " is no number: " + printable(v))
	}
	return n, nil
}

// secrets reports whether the request asks for secrets.
func secrets(r *http.Request) bool { return r.URL.Query().Get("secrets") == "1" }

func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	scope, q, ok := s.selection(w, r)
	if !ok {
		return
	}
	from, err := number(r, "from", 0)
	n, err2 := number(r, "n", 100)
	if err = errors.Join(err, err2); err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	out := newBody(w, "application/json")
	defer out.end()
	v := s.Store.View(scope, q)
	counts := captures.Counts{}
	for counts.Scanned < 1 {
		if err := r.Context().Err(); err != nil {
			fail(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		counts = v.Advance(r.Context(), time.Second)
	}
	from = min(from, counts.Total)
	n = min(n, maxEvents, counts.Total-from)

	b := append(make([]byte, 0, 64<<10), `{"total":`...)
	b = strconv.AppendInt(b, counts.Total, 10)
	b = appendField(b, "all", counts.All)
	b = appendField(b, "errs", counts.Errors)
	b = appendField(b, "from", from)
	b = append(b, `,"events":[`...)
	conns := connections{store: s.Store}
	for i := int64(0); i < n; i += readAtOnce {
		events, err := v.Rows(from+i, int(min(readAtOnce, n-i)))
		if err != nil {
			s.abort(r, err)
		}
		for j, e := range events {
			if i > 0 || j > 0 {
				b = append(b, ',')
			}
			b = event.AppendJSON(b, e, nil, conns.get(e.Connection), event.JSONOptions{Secrets: secrets(r)})
		}
		if out.send(b) != nil {
			return
		}
		b = b[:0]
	}
	out.send(append(b, "]}\n"...))
}

func (s *Server) serveEvent(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "an event's id is a number")
		return
	}
	limit, err := number(r, "max", maxRaw)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	b, err := s.eventJSON(r.Context(), id, int(min(limit, maxRaw)), secrets(r))
	if err != nil {
		fail(w, http.StatusNotFound, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(b, '\n'))
}

// eventJSON returns the detail form of an event.
func (s *Server) eventJSON(ctx context.Context, id int64, limit int, secrets bool) ([]byte, error) {
	e, err := s.Store.Event(id)
	if err != nil || e == nil {
		return nil, &opError{Code: "not_found", Msg: "there is no event " + itoa(id)}
	}
	o := event.JSONOptions{Secrets: secrets, Detail: true, Max: limit, Partner: e.Answers}
	var a *decode.Annotation
	if e.Kind == event.Command {
		made := e.Annotate()
		a = &made
		if o.Partner == 0 {
			o.Partner = s.answerOf(ctx, e)
		}
	}
	conns := connections{store: s.Store}
	return event.AppendJSON(nil, e, a, conns.get(e.Connection), o), nil
}

// answerWait is how long the detail of a request may look for its answer.
const answerWait = 20 * time.Millisecond

// answerOf returns the id of the first command that answers e, 0 if none is
// found soon.
func (s *Server) answerOf(ctx context.Context, e *event.Event) int64 {
	if e.TrID < 0 || e.Dir != decode.C2S {
		return 0
	}
	q, err := filter.Parse("dir:s2c trid=" + itoa(e.TrID))
	if err != nil {
		return 0
	}
	v := s.Store.View(captures.Scope{Connection: e.Connection}, q)
	v.Advance(ctx, answerWait)
	answers, err := v.Rows(v.Index(e.ID), 8)
	if err != nil {
		return 0
	}
	for _, a := range answers {
		if a.Answers == e.ID {
			return a.ID
		}
	}
	return 0
}

// connections remembers connections for a walk over many events.
type connections struct {
	store *captures.Store
	known map[int64]*event.Connection
}

// maxKnown is enough for the connections that are open at the same time.
const maxKnown = 4096

func (c *connections) get(id int64) *event.Connection {
	if conn, ok := c.known[id]; ok {
		return conn
	}
	if c.known == nil || len(c.known) >= maxKnown {
		c.known = map[int64]*event.Connection{}
	}
	var found *event.Connection
	if conn, ok := c.store.Connection(id); ok {
		found = &conn
	}
	c.known[id] = found
	return found
}

// body sends an answer of unknown length piece by piece.
type body struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func newBody(w http.ResponseWriter, kind string) *body {
	w.Header().Set("Content-Type", kind)
	b := &body{w: w, c: http.NewResponseController(w)}
	b.c.SetWriteDeadline(time.Time{}) // finding something to send may take long
	return b
}

// send sends p; whoever asked has sendWait to take it.
func (b *body) send(p []byte) error {
	b.c.SetWriteDeadline(time.Now().Add(sendWait))
	_, err := b.w.Write(p)
	b.c.SetWriteDeadline(time.Time{})
	return err
}

// end gives what is still in buffers its time.
func (b *body) end() { b.c.SetWriteDeadline(time.Now().Add(sendWait)) }

// Write is send, for an io.Writer.
func (b *body) Write(p []byte) (int, error) {
	if err := b.send(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// abort breaks off an answer under way, so that the other end does not take
// the part for the whole.
func (s *Server) abort(r *http.Request, err error) {
	level := slog.LevelError
	if r.Context().Err() != nil { // whoever asked has gone, or takes nothing: no mistake of ours
		level = slog.LevelDebug
	}
	s.Log.Log(r.Context(), level, "answer broken off", "path", r.URL.Path, "err", err)
	panic(http.ErrAbortHandler)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
