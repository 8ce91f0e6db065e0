// This file reads the bodies of requests that are small.

package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// readBody reads a small body whole, or answers itself.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit)) // guard has set a limit in time
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		fail(w, http.StatusRequestEntityTooLarge, "that is more than "+itoa(limit)+" bytes")
	} else if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
	} else {
		http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	return b, err == nil
}

// readJSON reads a body that is one JSON object with no other fields than into
// has: one that is misspelt would otherwise go by unseen. It answers itself.
func readJSON(w http.ResponseWriter, r *http.Request, limit int64, into any) bool {
	b, ok := readBody(w, r, limit)
	if !ok {
		return false
	}
	in := json.NewDecoder(bytes.NewReader(b))
	in.DisallowUnknownFields()
	err := in.Decode(into)
	if err == nil {
		if _, more := in.Token(); more != io.EOF {
			err = errors.New("one JSON object is wanted")
		}
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "the body is no JSON of the right form: "+err.Error())
	}
	return err == nil
}
