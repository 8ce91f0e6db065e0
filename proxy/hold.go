// This file keeps the commands that are held, of all connections, until
// somebody says what becomes of them: the first who does is the one.

package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"msnscope/captures/event"
)

const (
	// DefaultHoldTimeout is how long a command is held if its rule does not say.
	DefaultHoldTimeout = 30 * time.Second
	// maxHeld bounds the commands held at a time; what comes on top passes.
	maxHeld = 1000
	// maxDone is how many of the things done are remembered.
	maxDone = 200
)

// Held is a command that waits for somebody to say what becomes of it.
type Held struct {
	ID       int64
	Event    event.Event // as in Command; its bytes are the Held's own
	By       string      // who had it held
	At       time.Time
	Deadline time.Time // when it goes on by itself; zero: never
	Drop     bool      // it is dropped then, not forwarded
	Asked    bool      // somebody was asked: people do not see it

	conn *conn
	desk *desk

	// guarded by desk.mu
	over    bool
	verdict Verdict
	behind  int // commands that wait behind it
}

// ErrDecided tells that a held command is held no more: whoever was first has
// decided.
var ErrDecided = errors.New("it is held no more")

// Done is something that was done to a held command, or sent by hand.
type Done struct {
	ID    int64     `json:"id"` // of the held command, 0 for one that was injected
	What  string    `json:"what"`
	By    string    `json:"by"`
	At    time.Time `json:"-"`
	Micro int64     `json:"at"` // Unix µs
	Conn  int64     `json:"conn"`
	Dir   string    `json:"dir"`
	Cmd   string    `json:"cmd"`
}

// desk is where held commands lie.
type desk struct {
	mu      sync.Mutex
	rev     int64
	changed chan struct{} // closed when rev has grown
	last    int64         // id given out last
	held    []*Held       // in the order in which they came
	done    []Done        // the last ones
}

// touch tells that something has changed. mu is held.
func (k *desk) touch() {
	k.rev++
	if k.changed != nil {
		close(k.changed)
		k.changed = nil
	}
}

// watch returns the present revision and what is closed at the next one.
func (k *desk) watch() (int64, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changed == nil {
		k.changed = make(chan struct{})
	}
	return k.rev, k.changed
}

// hold keeps a command; nil if too many are held.
func (k *desk) hold(c *conn, cmd *Command, v *Verdict) *Held {
	h := &Held{Event: *cmd.Event, By: v.By, At: time.Now(), Drop: v.Replace && len(v.Data) == 0, Asked: v.Ask != nil, conn: c, desk: k}
	h.Event.Raw = bytes.Clone(cmd.Event.Raw)
	if v.Wait > 0 {
		h.Deadline = h.At.Add(v.Wait)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.held) >= maxHeld {
		return nil
	}
	k.last++
	h.ID = k.last
	k.held = append(k.held, h)
	k.touch()
	return h
}

// Resolve says what becomes of a held command. It fails with ErrDecided if
// somebody was faster.
func (h *Held) Resolve(v Verdict) error {
	if !h.decide(v) {
		return ErrDecided
	}
	h.conn.wake(h.Event.Dir)
	return nil
}

// decide is Resolve for the pump itself.
func (h *Held) decide(v Verdict) bool {
	k := h.desk
	k.mu.Lock()
	defer k.mu.Unlock()
	if h.over {
		return false
	}
	v.Hold, v.Wait = false, 0
	h.over, h.verdict = true, v
	k.held = slices.DeleteFunc(k.held, func(o *Held) bool { return o == h })
	k.log(Done{ID: h.ID, What: v.words(), By: v.By, Conn: h.Event.Connection, Dir: h.Event.Dir.String(), Cmd: h.Event.Cmd()})
	return true
}

// log remembers what was done. mu is held.
func (k *desk) log(d Done) {
	d.At = time.Now()
	d.Micro = d.At.UnixMicro()
	if len(k.done) >= maxDone {
		k.done = append(k.done[:0], k.done[maxDone/4:]...)
	}
	k.done = append(k.done, d)
	k.touch()
}

// decided returns what somebody has said.
func (h *Held) decided() (Verdict, bool) {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	return h.verdict, h.over
}

// waits notes how many commands wait behind h.
func (h *Held) waits(n int) {
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	if h.behind != n && !h.over {
		h.behind = n
		h.desk.touch()
	}
}

// expired is the verdict on a command of which nobody has said anything.
func (h *Held) expired(why string) Verdict {
	v := Verdict{By: why}
	if h.Drop {
		v.Replace = true
	}
	return v
}

// note tells that a command is held from now on.
func (h *Held) note() event.Comment {
	limit := "until somebody decides"
	if !h.Deadline.IsZero() {
		limit = fmt.Sprintf("for %v at most", h.Deadline.Sub(h.At))
	}
	line, _ := lineOf(h.Event.Raw)
	return event.Comment{Note: "held", Text: fmt.Sprintf("%.200q by %s, %s", h.Event.Masked(nil).Raw[:len(line)], h.By, limit)}
}
