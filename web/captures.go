// This file lists and deletes capture files, and tells pages of those that went.

package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"msnscope/captures"
	"msnscope/captures/index"
)

// captureJSON is a capture file, see docs/openapi.json.
type captureJSON struct {
	Number      int    `json:"number"`
	Name        string `json:"name"`
	Live        bool   `json:"live"`
	InUse       string `json:"in_use"`
	Size        int64  `json:"size"`
	Written     int64  `json:"written"`
	Sessions    int    `json:"sessions"`
	Connections int    `json:"connections"`
	Events      int64  `json:"events"`
	Marks       int    `json:"marks"`
	Pinned      bool   `json:"pinned"`
}

func (s *Server) serveCaptures(w http.ResponseWriter, _ *http.Request) {
	list := []captureJSON{}
	for _, c := range s.Store.CaptureList() {
		j := captureJSON{c.Number, c.Name, c.Live, c.InUse, c.Size, 0, c.Sessions, c.Connections, c.Events, c.Marks, c.Pinned}
		if !c.Written.IsZero() {
			j.Written = c.Written.UnixMicro()
		}
		list = append(list, j)
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"list": list})
}

func (s *Server) deleteCapture(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		fail(w, http.StatusBadRequest, "a capture's number is a number")
		return
	}
	removed, err := s.Store.Delete(number, "deleted by its user")
	switch {
	case errors.Is(err, index.ErrNotFound):
		fail(w, http.StatusNotFound, "there is no capture "+itoa(int64(number)))
	case errors.Is(err, captures.ErrInUse), errors.Is(err, captures.ErrReadOnly):
		fail(w, http.StatusConflict, err.Error())
	case err != nil && removed.Capture == "":
		fail(w, http.StatusInternalServerError, "it could not be deleted: "+err.Error())
	default:
		if err != nil {
			s.Log.Error("a capture was deleted, but not all that is known of it; the next start mends that", "capture", removed.Capture, "err", err)
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{
			"capture": removed.Capture, "sessions": removed.Sessions, "events": removed.Events, "marks": removed.Marks, "bytes": removed.Bytes,
		})
	}
}

// tellRemovals says which captures were removed since the page was told last.
func (w *worker) tellRemovals() {
	if !w.out.free(slotNote) {
		return
	}
	list, now := w.server.Store.Removals(w.removals)
	if now == w.removals {
		return
	}
	n := now - w.removals
	w.removals = now
	if len(list) == 0 {
		return
	}
	r := list[len(list)-1]
	text := fmt.Sprintf("Capture %s was removed, %s: %s, %s, %s", r.Capture, r.Why,
		plural(int64(r.Sessions), "session"), plural(r.Events, "event"), plural(int64(r.Marks), "mark or note"))
	if n > 1 {
		text = fmt.Sprintf("%d captures were removed; the last: %s", n, text)
	}
	w.out.set(slotNote, frame(map[string]any{"op": "note", "level": "info", "text": text}))
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "mark or note" {
		return itoa(n) + " marks and notes"
	}
	return itoa(n) + " " + what + "s"
}
