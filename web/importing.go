// This file takes captures that are sent to the server and imports them.

package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"msnscope/captures"
	"msnscope/captures/event"
)

const (
	maxImport     = 8 << 30 // bytes of a capture sent by the page; larger ones go by `msnscope import`
	maxImportName = 100     // bytes of its name
)

func (s *Server) serveImport(w http.ResponseWriter, r *http.Request) {
	if s.ReadOnly {
		fail(w, http.StatusConflict, "this store is only read: "+s.Store.WhyReadOnly())
		return
	}
	answer := http.NewResponseController(w)
	answer.SetWriteDeadline(time.Time{}) // the file and its import may take long
	defer func() { answer.SetWriteDeadline(time.Now().Add(sendWait)) }()
	// Among the uploads, which the next start clears: a process that is killed removes
	// nothing itself.
	dir := filepath.Join(s.Store.UploadDir(), NewToken()[:16])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, importName(r.URL.Query().Get("name")))
	if err := s.receive(w, r, path); err != nil {
		status := http.StatusBadRequest
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		fail(w, status, "the file did not arrive: "+err.Error())
		return
	}

	s.importReceived(w, r, NewToken()[:16], path, func() {})
}

// importReceived imports a file that has arrived, and answers with the report.
// It calls remove when the file is needed no more.
func (s *Server) importReceived(w http.ResponseWriter, r *http.Request, id, path string, remove func()) {
	// It is imported even if the page is left meanwhile, but not beyond the end of
	// the server.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	base, served := r.Context().Value(baseKey{}).(context.Context)
	if served {
		defer context.AfterFunc(base, cancel)()
	}
	j := s.imports.begin(id, filepath.Base(path), cancel)
	report, err := s.importNow(ctx, j, path)
	if err != nil && !errors.Is(err, captures.ErrRebuilt) {
		err = sayWithout(err, filepath.Dir(path)+string(filepath.Separator))
	}
	j.settle(&report, err)
	remove()
	close(j.ended)
	switch {
	case errors.Is(err, context.Canceled) && served && base.Err() != nil:
		fail(w, http.StatusServiceUnavailable, "msnscope stops")
	case errors.Is(err, context.Canceled):
		fail(w, http.StatusConflict, "the import was cancelled; nothing of it is left")
	case errors.Is(err, captures.ErrRebuilt):
		fail(w, http.StatusServiceUnavailable, err.Error())
	case err != nil:
		fail(w, http.StatusUnprocessableEntity, err.Error())
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Write(append(reportJSON(&report), '\n'))
	}
}

// importNow imports when it is its turn.
func (s *Server) importNow(ctx context.Context, j *job, path string) (captures.Report, error) {
	select {
	case s.importer <- struct{}{}:
		defer func() { <-s.importer }()
	case <-ctx.Done():
		return captures.Report{}, ctx.Err()
	}
	j.run()
	return s.Store.Import(ctx, path, j.tell)
}

// said is an error in other words.
type said struct {
	error
	text string
}

func (e said) Error() string { return e.text }
func (e said) Unwrap() error { return e.error }

// sayWithout leaves out of an error where the server keeps its files.
func sayWithout(err error, dir string) error {
	return said{err, strings.ReplaceAll(err.Error(), dir, "")}
}

// receive writes the body of a request to path.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, s.patient(w, r, maxImport))
	return errors.Join(err, f.Close())
}

// patient reads a body that may take long as a whole but not to go on. What
// came too late for it is waited for no longer by the server either, which
// reads the rest of a body before it answers: the limit stays after a mistake.
type patient struct {
	r    io.Reader
	c    *http.ResponseController
	wait time.Duration
}

func (s *Server) patient(w http.ResponseWriter, r *http.Request, limit int64) patient {
	return patient{http.MaxBytesReader(w, r.Body, limit), http.NewResponseController(w), s.timing.body}
}

func (p patient) Read(b []byte) (int, error) {
	p.c.SetReadDeadline(time.Now().Add(p.wait))
	n, err := p.r.Read(b)
	if err == io.EOF {
		p.c.SetReadDeadline(time.Time{})
	}
	return n, err
}

// importName makes a harmless file name of what the page calls the file.
func importName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if len(name) > maxImportName {
		name = name[len(name)-maxImportName:] // the ending matters
	}
	name = strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-+ ", c) {
			return c
		}
		return '_'
	}, name)
	if name = strings.TrimLeft(name, "."); name == "" {
		return "capture"
	}
	return name
}

// reportJSON is what an import found, see docs/openapi.json.
func reportJSON(r *captures.Report) []byte {
	b := append([]byte(nil), `{"capture":`...)
	b = append(b, itoa(int64(r.Capture))...)
	b = appendFlag(b, "already", r.Already)
	b = appendField(b, "packets", r.Packets)
	b = appendField(b, "events", r.Events)
	b = append(b, `,"connections":[`...)
	for i := range r.Connections {
		if i > 0 {
			b = append(b, ',')
		}
		b = event.AppendConnection(b, &r.Connections[i])
	}
	b = append(b, ']')
	b = appendField(b, "more_connections", r.Spoken-int64(len(r.Connections)))
	b = append(b, `,"ignored":[`...)
	for i := range r.Ignored {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"connection":`...)
		b = event.AppendConnection(b, &r.Ignored[i].Connection)
		b = append(appendText(b, "why", r.Ignored[i].Why), '}')
	}
	problems := r.Problems
	if problems == nil {
		problems = []string{}
	}
	p, _ := json.Marshal(problems)
	b = append(b, ']')
	b = appendField(b, "more_ignored", r.MoreIgnored)
	b = appendField(b, "gaps", r.Gaps)
	b = appendField(b, "missing", r.Missing)
	b = append(b, `,"problems":`...)
	return append(append(b, p...), '}')
}
