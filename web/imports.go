// This file keeps what imports there are: how far those under way have come, and
// what the last ones have found, for pages that were away meanwhile.

package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"msnscope/captures"
)

const (
	maxImports = 16  // imports remembered after their end
	maxToldOf  = 500 // connections and problems of each that are remembered
)

// States of an import.
const (
	importWaiting   = "waiting" // for the one before
	importRunning   = "running"
	importDone      = "done"
	importFailed    = "failed"
	importCancelled = "cancelled"
)

// job is one import. What is below mu is guarded by it.
type job struct {
	id, name string
	cancel   context.CancelFunc
	ended    chan struct{} // closed when nothing of it goes on

	mu       sync.Mutex
	state    string
	progress captures.Progress
	began    time.Time
	took     time.Duration
	problem  string
	report   []byte // JSON
}

type jobJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Bytes   int64  `json:"bytes"`
	Size    int64  `json:"size"`
	Packets int64  `json:"packets"`
	Events  int64  `json:"events"`
	TookMS  int64  `json:"took_ms"`
	Error   string `json:"error,omitempty"`
}

// imports are those under way and the last ones that have ended.
type imports struct {
	mu   sync.Mutex
	list []*job // in the order in which they were asked for
}

func (l *imports) begin(id, name string, cancel context.CancelFunc) *job {
	j := &job{id: id, name: name, cancel: cancel, ended: make(chan struct{}), state: importWaiting}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, j)
	for len(l.list) > maxImports {
		i := slices.IndexFunc(l.list, (*job).over)
		if i < 0 {
			break // as many as there are requests
		}
		l.list = slices.Delete(l.list, i, i+1)
	}
	return j
}

func (l *imports) find(id string) *job {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(l.list, func(j *job) bool { return j.id == id }); i >= 0 {
		return l.list[i]
	}
	return nil
}

func (l *imports) forget(j *job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = slices.DeleteFunc(l.list, func(o *job) bool { return o == j })
}

func (j *job) over() bool {
	select {
	case <-j.ended:
		return true
	default:
		return false
	}
}

func (j *job) run() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.state, j.began = importRunning, time.Now()
}

func (j *job) tell(p captures.Progress) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.progress = p
}

// settle notes how the import ended.
func (j *job) settle(r *captures.Report, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.began.IsZero() {
		j.took = time.Since(j.began)
	}
	switch {
	case errors.Is(err, context.Canceled):
		j.state = importCancelled
	case err != nil:
		j.state, j.problem = importFailed, err.Error()
	default:
		j.state, j.report = importDone, briefReport(r)
		j.progress.Packets, j.progress.Events, j.progress.Bytes = r.Packets, r.Events, j.progress.Size
	}
}

func (j *job) json() jobJSON {
	j.mu.Lock()
	defer j.mu.Unlock()
	took := j.took
	if j.state == importRunning {
		took = time.Since(j.began)
	}
	return jobJSON{
		ID: j.id, Name: j.name, State: j.state, Bytes: j.progress.Bytes, Size: j.progress.Size,
		Packets: j.progress.Packets, Events: j.progress.Events, TookMS: took.Milliseconds(), Error: j.problem,
	}
}

// briefReport is the report without what is beyond maxToldOf of each kind.
func briefReport(r *captures.Report) []byte {
	brief := *r
	brief.Connections = r.Connections[:min(len(r.Connections), maxToldOf)]
	brief.Ignored = r.Ignored[:min(len(r.Ignored), maxToldOf)]
	brief.MoreIgnored += int64(len(r.Ignored) - len(brief.Ignored))
	brief.Problems = r.Problems[:min(len(r.Problems), maxToldOf)]
	b := reportJSON(&brief) // which tells how many connections are left out
	b = appendField(b[:len(b)-1], "more_problems", int64(len(r.Problems)-len(brief.Problems)))
	return append(b, '}')
}

func (s *Server) listImports(w http.ResponseWriter, _ *http.Request) {
	s.imports.mu.Lock()
	jobs := slices.Clone(s.imports.list)
	s.imports.mu.Unlock()
	list := make([]jobJSON, len(jobs))
	for i, j := range jobs {
		list[i] = j.json()
	}
	answer(w, http.StatusOK, map[string]any{"list": list})
}

func (s *Server) serveImportReport(w http.ResponseWriter, r *http.Request) {
	var report []byte
	if j := s.imports.find(r.PathValue("id")); j != nil {
		j.mu.Lock()
		report = j.report
		j.mu.Unlock()
	}
	if report == nil {
		fail(w, http.StatusNotFound, "there is no report of such an import: it goes on, it failed, or it was long ago")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(slices.Clip(report), '\n'))
}

// cancelImport ends an import that is under way, and answers when nothing of it
// is left; one that has ended is forgotten.
func (s *Server) cancelImport(w http.ResponseWriter, r *http.Request) {
	j := s.imports.find(r.PathValue("id"))
	if j == nil {
		fail(w, http.StatusNotFound, "there is no such import, or no more")
		return
	}
	if j.over() {
		s.imports.forget(j)
	} else if !j.end(r.Context()) {
		return // nobody waits for the answer
	}
	w.WriteHeader(http.StatusNoContent)
}

// end cancels the import and waits until it has ended; false if ctx ends first.
func (j *job) end(ctx context.Context) bool {
	j.cancel()
	select {
	case <-j.ended:
		return true
	case <-ctx.Done():
		return false
	}
}
