// This file tests that a page which does not read costs little.

package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"msnscope/decode"
)

// A page that reads nothing is cut off, and costs no more than its buffers
// until then.
func TestSlowPage(t *testing.T) {
	store, tr := newStore(t)
	tr.say(decode.C2S, pings(1000)...)
	s := &Server{Store: store, timing: defaultTiming}
	s.timing.write = 300 * time.Millisecond
	addr := serve(t, s)
	slow := dial(t, addr)
	slow.c.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	slow.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	quick := dial(t, addr)
	quick.send(`{"op":"sub","view":1,"epoch":1,"scope":"all","q":"cmd:PNG"}`)
	quick.untilTotal(1, 1, 1000)

	slow.c.SetWriteDeadline(time.Now().Add(patience))
	for seq := 1; ; seq++ { // until the server hangs up
		m := fmt.Appendf(nil, `{"op":"win","view":1,"epoch":1,"seq":%d,"from":0,"n":512}`, seq)
		if err := slow.c.WriteMessage(websocket.TextMessage, m); err != nil {
			if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "timeout") {
				t.Fatal("the slow page was not cut off")
			}
			break
		}
	}
	tr.say(decode.C2S, "PNG")
	quick.untilTotal(1, 1, 1001) // nobody else was kept waiting
	if n := s.open.Load(); n != 1 {
		t.Errorf("%d pages open, want the quick one", n)
	}
}

// A page that asks for nothing but errors and reads none is read no further.
func TestErrorsAreBounded(t *testing.T) {
	out := newOutbox(func() {})
	ctx, cancel := context.WithCancel(t.Context())
	var put atomic.Int64
	done := make(chan struct{})
	full := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			out.err(ctx, []byte("{}"))
			if put.Add(1) == maxErrs {
				close(full)
			}
		}
	}()
	<-full
	if n := len(out.take(nil)); n < maxErrs {
		t.Errorf("%d errors taken", n)
	}
	cancel()
	<-done
	if n := len(out.take(nil)); n > maxErrs {
		t.Errorf("%d errors waited", n)
	}
}

func TestOutboxIsBounded(t *testing.T) {
	out := newOutbox(func() {})
	for i := range 1000 {
		for s := slotHello; s < slotCount; s++ {
			out.set(s, fmt.Appendf(nil, "slot %d", i))
		}
		for v := range int32(maxViews) {
			out.stat(v, fmt.Appendf(nil, "stat %d", i))
			out.rows(v, fmt.Appendf(nil, "rows %d", i))
		}
		if out.room() {
			out.answer([]byte("answer"))
		}
	}
	frames := out.take(nil)
	if want := int(slotCount) + 2*maxViews + maxAnswers; len(frames) != want {
		t.Errorf("%d frames, want %d", len(frames), want)
	}
	for _, f := range frames[:int(slotCount)+2*maxViews] {
		if !strings.HasSuffix(string(f), " 999") {
			t.Errorf("an old frame is sent: %s", f)
		}
	}
	if frames := out.take(nil); len(frames) != 0 {
		t.Errorf("sent twice: %q", frames)
	}
}
