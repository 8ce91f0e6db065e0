// This file takes captures from the page piece by piece, so that a connection
// that breaks costs a piece and not the whole.

package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// maxUploads and maxUploading bound the files that have not arrived whole:
	// how many there are, and their bytes.
	maxUploads   = 8
	maxUploading = 2 * maxImport

	// uploadIdle is after how long without a piece a file is given up.
	uploadIdle = time.Hour

	maxUploadHead = 4 << 10 // bytes of the body of a POST
)

// upload is a file that is being sent.
type upload struct {
	id, name string
	size     int64
	path     string

	busy chan struct{} // one slot: a piece or the import

	mu   sync.Mutex
	have int64
	last time.Time
}

// uploads are the files that have not been imported yet.
type uploads struct {
	mu   sync.Mutex
	list []*upload
}

type uploadJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Offset int64  `json:"offset"`
}

func (u *upload) json() uploadJSON {
	u.mu.Lock()
	defer u.mu.Unlock()
	return uploadJSON{u.id, u.name, u.size, u.have}
}

func answer(w http.ResponseWriter, status int, v any) {
	b, _ := json.Marshal(v)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(b, '\n'))
}

func (s *Server) listUploads(w http.ResponseWriter, _ *http.Request) {
	list := []uploadJSON{}
	s.uploads.mu.Lock()
	for _, u := range s.uploads.list {
		list = append(list, u.json())
	}
	s.uploads.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"list": list})
}

func (s *Server) createUpload(w http.ResponseWriter, r *http.Request) {
	if s.ReadOnly {
		fail(w, http.StatusConflict, "this store is only read: "+s.Store.WhyReadOnly())
		return
	}
	var want struct {
		Name string
		Size *int64
	}
	if !readJSON(w, r, maxUploadHead, &want) {
		return
	}
	if want.Size == nil || *want.Size < 0 {
		fail(w, http.StatusBadRequest, `wanted is {"name":TEXT,"size":BYTES}`)
		return
	}
	if *want.Size > maxImport {
		fail(w, http.StatusRequestEntityTooLarge, "the file is larger than "+itoa(maxImport)+" bytes: use `msnscope import`")
		return
	}
	u := &upload{id: NewToken()[:16], name: importName(want.Name), size: *want.Size, busy: make(chan struct{}, 1), last: time.Now()}
	u.path = filepath.Join(s.Store.UploadDir(), u.id, u.name)
	if !s.uploads.add(u) {
		fail(w, http.StatusTooManyRequests, "too many files have not arrived whole: end or delete one of those first")
		return
	}
	err := os.MkdirAll(filepath.Dir(u.path), 0o700)
	if err == nil {
		err = os.WriteFile(u.path, nil, 0o600)
	}
	if err != nil {
		s.uploads.remove(u)
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	s.uploads.expire(u)
	answer(w, http.StatusCreated, u.json())
}

// add makes room for u if that is needed and possible. It reports false if there
// is none.
func (l *uploads) add(u *upload) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		total := u.size
		for _, o := range l.list {
			total += o.size
		}
		if len(l.list) < maxUploads && total <= maxUploading {
			l.list = append(l.list, u)
			return true
		}
		oldest := slices.MinFunc(l.list, func(a, b *upload) int { return cmp.Compare(a.touched().UnixNano(), b.touched().UnixNano()) })
		if time.Since(oldest.touched()) < uploadIdle || !oldest.take() {
			return false
		}
		l.list = slices.DeleteFunc(l.list, func(o *upload) bool { return o == oldest })
		os.RemoveAll(filepath.Dir(oldest.path))
	}
}

// expire gives u up when nobody has gone on with it for long: the page that sent
// it may be closed, and what has come of it takes room on the disk.
func (l *uploads) expire(u *upload) {
	l.mu.Lock()
	here := slices.Contains(l.list, u)
	l.mu.Unlock()
	wait := uploadIdle - time.Since(u.touched())
	switch {
	case !here:
		return
	case wait > 0:
	case u.take():
		l.remove(u)
		return
	default:
		wait = uploadIdle // a piece of it is on its way, or it is being imported
	}
	time.AfterFunc(wait, func() { l.expire(u) })
}

// remove forgets u and removes its file.
func (l *uploads) remove(u *upload) {
	l.mu.Lock()
	l.list = slices.DeleteFunc(l.list, func(o *upload) bool { return o == u })
	l.mu.Unlock()
	os.RemoveAll(filepath.Dir(u.path))
}

func (u *upload) touched() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last
}

// take makes the caller the only one who does something with u, if nobody does
// yet; u.busy gives it back.
func (u *upload) take() bool {
	select {
	case u.busy <- struct{}{}:
		return true
	default:
		return false
	}
}

// upload returns the upload that a request is about, taken; or answers itself.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) (u *upload, release func()) {
	s.uploads.mu.Lock()
	for _, o := range s.uploads.list {
		if o.id == r.PathValue("id") {
			u = o
		}
	}
	s.uploads.mu.Unlock()
	switch {
	case u == nil:
		fail(w, http.StatusNotFound, "there is no such upload, or no more")
	case !u.take():
		u.conflict(w, "a piece of it is on its way, or it is being imported")
		u = nil
	default:
		return u, func() { <-u.busy }
	}
	return nil, nil
}

// conflict answers with how much of the file is here.
func (u *upload) conflict(w http.ResponseWriter, text string) {
	u.refuse(w, http.StatusConflict, text)
}

// refuse answers with a mistake and with where to go on.
func (u *upload) refuse(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]any{"error": text, "offset": u.json().Offset})
}

func (s *Server) putUpload(w http.ResponseWriter, r *http.Request) {
	u, release := s.upload(w, r)
	if u == nil {
		return
	}
	defer release()
	have := u.json().Offset
	if offset, err := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64); err != nil || offset != have {
		u.conflict(w, "the next piece begins at "+itoa(have))
		return
	}
	c := http.NewResponseController(w)
	c.SetWriteDeadline(time.Time{}) // the piece may take long
	err := u.receive(s.patient(w, r, u.size-have))
	c.SetWriteDeadline(time.Now().Add(sendWait))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		u.refuse(w, http.StatusRequestEntityTooLarge, "the file has "+itoa(u.size)+" bytes, this would be more")
	case err != nil:
		u.refuse(w, http.StatusBadRequest, "the piece did not arrive whole: "+err.Error())
	default:
		answer(w, http.StatusOK, u.json())
	}
}

// receive writes a piece. What arrives of it counts, even if it breaks off.
func (u *upload) receive(from io.Reader) error {
	f, err := os.OpenFile(u.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(u.have, io.SeekStart); err != nil {
		return err
	}
	n, err := io.Copy(f, from)
	if failed := f.Close(); failed != nil { // perhaps nothing of it is there
		return failed
	}
	u.mu.Lock()
	u.have += n
	u.last = time.Now()
	u.mu.Unlock()
	return err
}

func (s *Server) deleteUpload(w http.ResponseWriter, r *http.Request) {
	if j := s.imports.find(r.PathValue("id")); j != nil && !j.over() {
		if j.end(r.Context()) { // which removes the upload
			w.WriteHeader(http.StatusNoContent)
		}
		return
	}
	u, release := s.upload(w, r)
	if u == nil {
		return
	}
	defer release()
	s.uploads.remove(u)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) importUpload(w http.ResponseWriter, r *http.Request) {
	u, release := s.upload(w, r)
	if u == nil {
		return
	}
	defer release()
	if have := u.json().Offset; have != u.size {
		u.conflict(w, "only "+itoa(have)+" of "+itoa(u.size)+" bytes have arrived")
		return
	}
	c := http.NewResponseController(w)
	c.SetWriteDeadline(time.Time{}) // the import may take long
	defer func() { c.SetWriteDeadline(time.Now().Add(sendWait)) }()
	s.importReceived(w, r, u.id, u.path, func() { s.uploads.remove(u) })
}
