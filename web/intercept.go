// This file lets the page and scripts hold, change and send commands that pass
// through the proxy, and give it rules.

package web

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// Hand is what somebody does to a held command, or sends.
type Hand struct {
	Act    string // "forward", "drop", "edit"
	By     string // who does it, for the log
	Data   []byte // edit, and what is sent
	Mend   bool   // make the payload's length right
	Before []byte // sent along with a held command
	After  []byte
	Fresh  bool // requests of our own get ids of their own, the client does not see their answers
}

// Hands are what can be done to what passes through a proxy.
type Hands interface {
	// Intercepted returns what is held at present, to be sent as JSON, and
	// InterceptChanged what is closed when that changes.
	Intercepted() any
	InterceptChanged() <-chan struct{}
	// HeldEvent returns a held command, nil if it is held no more.
	HeldEvent(id int64) (*event.Event, *event.Connection)
	// Resolve fails with an error that is ErrDecided if somebody was faster.
	Resolve(id int64, h Hand) error
	ResolveAll(h Hand) int
	Inject(conn int64, dir decode.Direction, h Hand) ([]byte, error)
	HoldNext(filter string) error

	// Rules returns the rules as JSON. CheckRules and SetRules take them as
	// JSON or as text; an error is sent as JSON if it has fields for that.
	Rules() any
	CheckRules(body []byte, text bool) error
	SetRules(body []byte, text bool) error
}

// ErrDecided tells that a held command is held no more.
var ErrDecided = errors.New("already decided")

const (
	maxHandBody  = 1 << 20 // bytes of a request with a command
	maxRulesBody = 2 << 20
)

// hands answers itself if there is no proxy.
func (s *Server) hands(w http.ResponseWriter) bool {
	if s.Hands == nil {
		fail(w, http.StatusNotFound, "there is no proxy here: msnscope web and open only look at captures; start msnscope proxy")
	}
	return s.Hands != nil
}

func (s *Server) serveHolds(w http.ResponseWriter, _ *http.Request) {
	if s.hands(w) {
		answer(w, http.StatusOK, s.Hands.Intercepted())
	}
}

// serveHold answers with a held command in the form of an event.
func (s *Server) serveHold(w http.ResponseWriter, r *http.Request) {
	if !s.hands(w) {
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "the id of a held command is a number")
		return
	}
	e, c := s.Hands.HeldEvent(id)
	if e == nil {
		fail(w, http.StatusNotFound, "it is held no more")
		return
	}
	b := event.AppendJSON(nil, e, nil, c, event.JSONOptions{Detail: true, Secrets: secrets(r)})
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(b, '\n'))
}

// handRequest is the body of a request that does something by hand. Bytes are
// base64, or text.
type handRequest struct {
	Act    string  `json:"act"`
	By     string  `json:"by"`
	Data   []byte  `json:"data"`
	Text   *string `json:"text"` // in place of data
	Mend   bool    `json:"mend"`
	Before []byte  `json:"before"`
	After  []byte  `json:"after"`
	Fresh  bool    `json:"fresh"`
	Conn   int64   `json:"conn"`   // inject
	Dir    string  `json:"dir"`    // inject
	Filter string  `json:"filter"` // next
}

func (h *handRequest) hand() Hand {
	data := h.Data
	if h.Text != nil {
		data = []byte(*h.Text)
	}
	return Hand{h.Act, h.By, data, h.Mend, h.Before, h.After, h.Fresh}
}

func (s *Server) readHand(w http.ResponseWriter, r *http.Request) (h handRequest, ok bool) {
	if !s.hands(w) {
		return h, false
	}
	return h, readJSON(w, r, maxHandBody, &h)
}

// resolveHold decides about one held command.
func (s *Server) resolveHold(w http.ResponseWriter, r *http.Request) {
	h, ok := s.readHand(w, r)
	if !ok {
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "the id of a held command is a number")
		return
	}
	switch err := s.Hands.Resolve(id, h.hand()); {
	case errors.Is(err, ErrDecided):
		fail(w, http.StatusConflict, err.Error())
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
	default:
		answer(w, http.StatusOK, map[string]any{"id": id})
	}
}

// resolveHolds decides about all of them, or has the next command held.
func (s *Server) resolveHolds(w http.ResponseWriter, r *http.Request) {
	h, ok := s.readHand(w, r)
	if !ok {
		return
	}
	switch h.Act {
	case "forward", "drop":
		answer(w, http.StatusOK, map[string]any{"n": s.Hands.ResolveAll(h.hand())})
	case "next":
		if err := s.Hands.HoldNext(h.Filter); err != nil {
			failWith(w, err)
			return
		}
		answer(w, http.StatusOK, map[string]any{"filter": h.Filter})
	default:
		fail(w, http.StatusBadRequest, `act is "forward" or "drop" for all that is held, or "next" to hold the next command of a filter`)
	}
}

func (s *Server) serveInject(w http.ResponseWriter, r *http.Request) {
	h, ok := s.readHand(w, r)
	if !ok {
		return
	}
	dir, ok := decode.ParseDirection(h.Dir)
	if !ok {
		fail(w, http.StatusBadRequest, `dir is "c2s" (to the server) or "s2c" (to the client)`)
		return
	}
	sent, err := s.Hands.Inject(h.Conn, dir, h.hand())
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"sent": sent})
}

func (s *Server) serveRules(w http.ResponseWriter, _ *http.Request) {
	if s.hands(w) {
		answer(w, http.StatusOK, s.Hands.Rules())
	}
}

// putRules puts rules in force; with check=1 it only looks for mistakes.
func (s *Server) putRules(w http.ResponseWriter, r *http.Request) {
	if !s.hands(w) {
		return
	}
	b, ok := readBody(w, r, maxRulesBody)
	if !ok {
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	do := s.Hands.SetRules
	if r.URL.Query().Get("check") == "1" {
		do = s.Hands.CheckRules
	}
	if err := do(b, kind == "text/plain"); err != nil {
		failWith(w, err)
		return
	}
	answer(w, http.StatusOK, s.Hands.Rules())
}

// failWith answers 400 with an error that has JSON fields, or with its text.
func failWith(w http.ResponseWriter, err error) {
	b, jerr := json.Marshal(err)
	var fields map[string]any
	if jerr != nil || json.Unmarshal(b, &fields) != nil || fields["error"] == nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	w.Write(append(b, '\n'))
}

// tellHolds sends what is held if that has changed, and returns when to look
// again.
func (w *worker) tellHolds(now time.Time) time.Time {
	if w.server.Hands == nil || w.held != nil || !w.out.free(slotHold) {
		return time.Time{} // what is closed by a change wakes us, or the writer
	}
	if now.Before(w.nextHold) {
		return w.nextHold
	}
	w.nextHold = now.Add(w.server.timing.stat)
	w.held = w.server.Hands.InterceptChanged() // asked for before looking
	w.out.set(slotHold, frame(map[string]any{"op": "hold", "hold": w.server.Hands.Intercepted()}))
	return time.Time{}
}
