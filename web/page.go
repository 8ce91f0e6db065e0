// This file holds the websocket of one open page: its reader, its writer, and
// how it ends.

package web

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// upgrader's CheckOrigin says yes because guard has looked at the origin. No
// compression: it costs more time than the loopback costs.
var upgrader = websocket.Upgrader{
	Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
		fail(w, status, reason.Error())
	},
	HandshakeTimeout: headerWait,
	ReadBufferSize:   4 << 10,
	WriteBufferSize:  16 << 10,
	CheckOrigin:      func(*http.Request) bool { return true },
}

// page is one open page. Three goroutines serve it: the reader takes requests
// into the inbox, the worker works on the store and fills the outbox, the
// writer sends. None waits for another, but the reader when the page asks for
// errors faster than it reads them.
type page struct {
	server *Server
	conn   *websocket.Conn
	in     *inbox
	out    *outbox
	cancel context.CancelCauseFunc
}

// errBye ends a page from the server's side; its code is the websocket's.
type errBye struct {
	code int
	text string
}

func (e errBye) Error() string { return e.text }

var errSlow = errBye{websocket.CloseTryAgainLater, "the page took no data for too long"}

func (s *Server) serveWS(w http.ResponseWriter, r *http.Request) {
	s.pages.Add(1)
	defer s.pages.Done()
	n := s.open.Add(1)
	defer s.open.Add(-1)
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer conn.Close()
	ctx, cancel := context.WithCancelCause(r.Context())
	in := newInbox()
	p := &page{server: s, conn: conn, in: in, out: newOutbox(in.kick), cancel: cancel}

	// Neither a read nor a write outlasts the page by more than a second.
	stop := context.AfterFunc(ctx, func() { conn.NetConn().SetDeadline(time.Now().Add(time.Second)) })
	defer stop()
	if n > maxPages {
		cancel(errBye{websocket.CloseTryAgainLater, "too many pages are open"})
	}
	var wg sync.WaitGroup
	wg.Go(func() { p.write(ctx) })
	greet := func() {
		w := newWorker(s, in, p.out)
		p.out.set(slotHello, s.hello())
		wg.Go(func() {
			defer p.survive()
			w.run(ctx)
		})
	}
	cancel(p.read(ctx, sync.OnceFunc(greet)))
	wg.Wait()
	p.drain()
	s.Log.Debug("page closed", "from", r.RemoteAddr, "why", context.Cause(ctx))
}

// survive ends the page in place of the program: the same process may hold a
// proxy that people talk through.
func (p *page) survive() {
	if v := recover(); v != nil {
		p.server.Log.Error("a page failed", "panic", v, "stack", string(debug.Stack()))
		p.cancel(errBye{websocket.CloseInternalServerErr, "an internal error"})
	}
}

// read takes the page's frames until the connection or ctx ends, and returns
// why. It calls greet when the page has said hello.
func (p *page) read(ctx context.Context, greet func()) error {
	wait := 2*p.server.timing.ping + p.server.timing.write
	alive := func(string) error {
		p.conn.SetReadDeadline(time.Now().Add(wait))
		return ctx.Err() // looked at after the deadline was set, which may have been that of the end
	}
	p.conn.SetReadLimit(maxFrame)
	p.conn.SetPongHandler(alive)
	greeted := false
	for {
		if err := alive(""); err != nil {
			return err
		}
		kind, data, err := p.conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage {
			return errBye{websocket.CloseUnsupportedData, "text frames only"}
		}
		o, err := decodeOp(data)
		switch {
		case !greeted && o.Op != "hello":
			return errBye{websocket.ClosePolicyViolation, "say hello first"}
		case o.Op == "hello" && o.V != protocolVersion:
			return errBye{websocket.CloseProtocolError, "this server speaks version 1"}
		case o.Op == "hello":
			greeted = true
			greet()
		}
		if err == nil {
			err = p.in.put(o)
		}
		if err != nil {
			p.out.err(ctx, errFrame(&o, err))
		}
	}
}

// drain reads what the page has still sent, up to its own goodbye: closing a
// socket with unread data resets it, and the page would not learn why.
func (p *page) drain() {
	p.conn.SetReadDeadline(time.Now().Add(time.Second))
	for {
		if _, _, err := p.conn.NextReader(); err != nil {
			return
		}
	}
}

func (s *Server) hello() []byte {
	return frame(map[string]any{
		"op": "hello", "v": protocolVersion, "boot": s.boot, "version": s.Version,
		"app": s.assets.sum(), "now": time.Now().UnixMicro(),
		"proxy": s.proxyStatus(), "store": s.Dir, "readonly": s.ReadOnly,
	})
}

// write sends what is in the outbox until ctx ends, and then says goodbye.
func (p *page) write(ctx context.Context) {
	ping := time.NewTicker(p.server.timing.ping)
	defer ping.Stop()
	var frames [][]byte
	for {
		select {
		case <-ctx.Done():
			p.bye(context.Cause(ctx))
			return
		case <-ping.C:
			p.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(p.server.timing.write))
		case <-p.out.wake:
			frames = p.out.take(frames[:0])
			for _, f := range frames {
				if ctx.Err() != nil {
					break
				}
				p.conn.SetWriteDeadline(time.Now().Add(p.server.timing.write))
				if err := p.conn.WriteMessage(websocket.TextMessage, f); err != nil {
					p.cancel(errSlow)
					break
				}
			}
			clear(frames)
		}
	}
}

// bye says goodbye, as far as the page still listens.
func (p *page) bye(why error) {
	bye := errBye{websocket.CloseGoingAway, "msnscope stops"}
	errors.As(why, &bye)
	msg := websocket.FormatCloseMessage(bye.code, bye.text)
	p.conn.WriteControl(websocket.CloseMessage, msg, time.Now().Add(time.Second))
}
