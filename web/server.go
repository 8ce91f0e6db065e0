// Package web serves the page: the built user interface, the websocket over
// which it follows a store, and the same data over plain HTTP for scripts.
// What is said on the wire stands in docs/page-protocol.md.
//
// The server holds no queue of events. Each open page has views (a filter and
// a scope); it is told how many events they hold and asks for the rows it is
// about to paint, so a page that reads slowly sees fewer pictures but never
// wrong counts, and costs no more memory than a quick one.
package web

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"msnscope/captures"
)

// Server serves the page of one store. Set the fields before the first call
// of Handler or Serve and leave them alone afterwards.
type Server struct {
	Store    *captures.Store
	Dir      string   // the store's directory, told to the page
	ReadOnly bool     // the store only reads: imports are refused
	Proxy    Proxy    // nil without one
	Hands    Hands    // what can be done to what passes through it; nil: nothing
	Player   Player   // plays sessions again; nil: nobody does
	Token    string   // what every request must show; nobody gets in while it is ""
	Hosts    []string // further names under which the server may be asked
	Version  string
	Log      *slog.Logger // nil: slog.Default()

	once     sync.Once
	boot     string // names this run of the server
	assets   *assets
	sessions sessionFeed
	importer chan struct{} // one slot: imports go one after the other
	uploads  uploads
	imports  imports
	pages    sync.WaitGroup
	open     atomic.Int64 // pages connected
	views    atomic.Int64 // of these
	timing   timing

	comparisons comparisons
	replays     replays
	counted     counted
}

// NewToken returns a random token for Server.Token.
func NewToken() string {
	var b [18]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// timing are the deadlines of a connection to a page. Tests shorten them.
type timing struct {
	write time.Duration // a page that cannot take a frame in this time is cut off
	ping  time.Duration // between pings; two unanswered end the connection
	stat  time.Duration // least time between two stats of a view
	sess  time.Duration // least time between two looks at the sessions
	proxy time.Duration // between two looks at the proxy
	body  time.Duration // for the next bytes of a request's body, whoever asks
}

var defaultTiming = timing{
	write: 10 * time.Second,
	ping:  20 * time.Second,
	stat:  50 * time.Millisecond,
	sess:  250 * time.Millisecond,
	proxy: time.Second,
	body:  sendWait,
}

const (
	headerWait   = 10 * time.Second // for the head of a request
	idleWait     = 2 * time.Minute  // for the next request of a connection
	maxHeader    = 64 << 10         // bytes of a request's head
	shutdownWait = 3 * time.Second  // for requests under way when the server stops
)

func (s *Server) init() {
	s.once.Do(func() {
		s.boot = NewToken()[:12]
		s.assets = loadAssets()
		s.importer = make(chan struct{}, 1)
		if s.Log == nil {
			s.Log = slog.Default()
		}
		if s.timing == (timing{}) {
			s.timing = defaultTiming
		}
	})
}

// Pages returns how many pages are open.
func (s *Server) Pages() int64 { return s.open.Load() }

// Views returns how many views the open pages have.
func (s *Server) Views() int64 { return s.views.Load() }

// Handler returns the server's handler, guarded as docs/page-protocol.md says.
func (s *Server) Handler() http.Handler {
	s.init()
	return s.guard(s.routes())
}

// routes are all addresses; docs/openapi.json describes each.
func (s *Server) routes() *routes {
	mux := &routes{ServeMux: http.NewServeMux()}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /api/openapi.json", s.serveOpenAPI)
	mux.HandleFunc("GET /api/event.schema.json", s.serveEventSchema)
	mux.HandleFunc("GET /api/ws", s.serveWS)
	mux.HandleFunc("GET /api/sessions", s.serveSessions)
	mux.HandleFunc("GET /api/events", s.serveEvents)
	mux.HandleFunc("GET /api/event/{id}", s.serveEvent)
	mux.HandleFunc("GET /api/explain", s.serveExplain)
	mux.HandleFunc("GET /api/marks", s.serveMarks)
	mux.HandleFunc("PUT /api/event/{id}/mark", s.putMark)
	mux.HandleFunc("DELETE /api/event/{id}/mark", s.deleteMark)
	mux.HandleFunc("PUT /api/session/{id}/label", s.putLabel)
	mux.HandleFunc("DELETE /api/session/{id}/label", s.deleteLabel)
	mux.HandleFunc("GET /api/captures", s.serveCaptures)
	mux.HandleFunc("DELETE /api/captures/{number}", s.deleteCapture)
	mux.HandleFunc("GET /api/export", s.serveExport)
	mux.HandleFunc("GET /api/stats", s.serveStats)
	mux.HandleFunc("POST /api/import", s.serveImport)
	mux.HandleFunc("GET /api/uploads", s.listUploads)
	mux.HandleFunc("POST /api/uploads", s.createUpload)
	mux.HandleFunc("PUT /api/uploads/{id}", s.putUpload)
	mux.HandleFunc("DELETE /api/uploads/{id}", s.deleteUpload)
	mux.HandleFunc("POST /api/uploads/{id}/import", s.importUpload)
	mux.HandleFunc("GET /api/imports", s.listImports)
	mux.HandleFunc("GET /api/imports/{id}", s.serveImportReport)
	mux.HandleFunc("DELETE /api/imports/{id}", s.cancelImport)
	mux.HandleFunc("GET /api/contacts", s.serveContacts)
	mux.HandleFunc("GET /api/contacts/changes", s.serveChanges)
	mux.HandleFunc("GET /api/contacts/difference", s.serveDifference)
	mux.HandleFunc("GET /api/contacts/presence", s.servePresence)
	mux.HandleFunc("GET /api/signins", s.serveSignIns)
	mux.HandleFunc("GET /api/signins/outcome", s.serveOutcomes)
	mux.HandleFunc("GET /api/invitations", s.serveInvitations)
	mux.HandleFunc("GET /api/compare", s.serveCompare)
	mux.HandleFunc("GET /api/chats", s.serveChats)
	mux.HandleFunc("GET /api/chats/{id}", s.serveChat)
	mux.HandleFunc("GET /api/chats/{id}/find", s.serveChatFind)
	mux.HandleFunc("GET /api/files", s.serveFiles)
	mux.HandleFunc("GET /api/files/{connection}", s.serveFile)
	mux.HandleFunc("GET /api/commands", s.serveCommands)
	mux.HandleFunc("GET /api/hold", s.serveHolds)
	mux.HandleFunc("POST /api/hold", s.resolveHolds)
	mux.HandleFunc("GET /api/hold/{id}", s.serveHold)
	mux.HandleFunc("POST /api/hold/{id}", s.resolveHold)
	mux.HandleFunc("POST /api/inject", s.serveInject)
	mux.HandleFunc("GET /api/rules", s.serveRules)
	mux.HandleFunc("PUT /api/rules", s.putRules)
	mux.HandleFunc("GET /api/replay", s.serveReplay)
	mux.HandleFunc("POST /api/replay", s.startReplay)
	mux.HandleFunc("DELETE /api/replay", s.endReplay)
	mux.HandleFunc("/api/", mux.serveNothing)
	mux.Handle("/", s.assets)
	return mux
}

// baseKey finds the context of Serve in that of a request.
type baseKey struct{}

// Serve serves on l until ctx is done; then it closes the pages, gives
// requests under way a moment to end, and returns nil.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.init()
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerWait,
		IdleTimeout:       idleWait,
		WriteTimeout:      sendWait, // long answers extend it as they go
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(ctx, baseKey{}, ctx)
		},
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		srv.Close()
		return err
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWait)
	defer cancel()
	if err := srv.Shutdown(wait); err != nil {
		srv.Close()
	}
	s.replays.all.Wait()
	s.pages.Wait() // connections taken over by websockets are not Shutdown's
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
