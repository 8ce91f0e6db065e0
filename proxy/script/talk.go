// This file holds the talk with one process of an add-on.

package script

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
	"msnscope/proxy"
	"msnscope/proxy/rules"
)

// run is one process that has been started.
type run struct {
	script *Script
	log    *slog.Logger
	lines  chan []byte // to be told
	filter *filter.Query
	watch  bool

	mu      sync.Mutex
	pending map[int64]*proxy.Held
	misses  int // answers late, one after the other
	rest    time.Time
}

// answer is a line of an add-on.
type answer struct {
	Op     string `json:"op"`
	Filter string `json:"filter"`
	Watch  bool   `json:"watch"`

	ID     int64     `json:"id"`
	Do     string    `json:"do"`   // pass, drop, replace
	Text   *string   `json:"text"` // of replace: the command as text, or
	Data   *string   `json:"data"` // in base64
	Before []command `json:"before"`
	After  []command `json:"after"`
	Note   string    `json:"note"`
}

// command is a command that an add-on sends: text, or {"data":"base64"}.
type command []byte

func (c *command) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*c = []byte(s)
		return nil
	}
	var o struct {
		Data string `json:"data"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	data, err := base64.StdEncoding.DecodeString(o.Data)
	*c = data
	return err
}

// tell writes lines to the process until ctx is done.
func (r *run) tell(ctx context.Context, w io.WriteCloser) error {
	defer w.Close()
	hello, _ := json.Marshal(map[string]any{"op": "hello", "v": 1, "msnscope": r.script.Version})
	if _, err := w.Write(append(hello, '\n')); err != nil {
		return err
	}
	for {
		select {
		case line := <-r.lines:
			if _, err := w.Write(line); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// listen takes the lines of the process until it ends; ready is called after
// its hello.
func (r *run) listen(out io.Reader, ready func()) error {
	in := bufio.NewScanner(out)
	in.Buffer(make([]byte, 0, 64<<10), maxLine)
	greeted := false
	for in.Scan() {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("it says %.100q, which is no JSON: %w", line, err)
		}
		switch {
		case a.Op == "hello" && !greeted:
			q, err := rules.ParseFilter(a.Filter)
			if err != nil {
				return fmt.Errorf("its filter %q: %w", a.Filter, err)
			}
			r.filter, r.watch, greeted = q, a.Watch, true
			ready()
		case a.Op == "hello":
			return errors.New("it says hello twice")
		case !greeted:
			return fmt.Errorf("it says %.100q before hello", line)
		default:
			if err := r.take(&a); err != nil {
				r.log.Warn("the add-on's answer is not understood", "answer", string(line[:min(len(line), 200)]), "error", err)
			}
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	return io.EOF
}

// line is what is told of a command; whoever asks puts its id in.
func (r *run) line(id int64, c *proxy.Command) []byte {
	e := c.Event
	b := append(make([]byte, 0, 512+2*len(e.Raw)), `{"op":"command","id":`...)
	b = strconv.AppendInt(b, id, 10)
	b = append(b, `,"event":`...)
	a := e.Annotate()
	conn := event.Connection{ID: e.Connection, Role: e.Role, Client: c.Client, Server: c.Server}
	b = event.AppendJSON(b, e, &a, &conn, event.JSONOptions{Secrets: true})
	return append(b, '}', '\n')
}

// put queues a line, unless too many wait.
func (r *run) put(line []byte) bool {
	select {
	case r.lines <- line:
		return true
	default:
		r.script.dropped.Add(1)
		return false
	}
}

// ask has the process decide about a held command.
func (r *run) ask(h *proxy.Held, line []byte) {
	line = bytes.Replace(line, []byte(`"id":0,`), []byte(`"id":`+strconv.FormatInt(h.ID, 10)+","), 1)
	r.mu.Lock()
	r.forget(time.Now())
	r.pending[h.ID] = h
	r.mu.Unlock()
	if !r.put(line) {
		r.mu.Lock()
		delete(r.pending, h.ID)
		r.mu.Unlock()
		_ = h.Resolve(proxy.Verdict{By: r.script.by(), Why: "passed, as the add-on does not read,"})
	}
}

// forget counts those held commands whose time is over. r.mu is held.
func (r *run) forget(now time.Time) {
	for id, h := range r.pending {
		if !h.Deadline.IsZero() && now.After(h.Deadline) {
			delete(r.pending, id)
			r.miss(now)
		}
	}
}

// miss counts an answer that did not come in time. r.mu is held.
func (r *run) miss(now time.Time) {
	r.script.late.Add(1)
	if r.misses++; r.misses >= tooLate {
		r.misses = 0
		r.rest = now.Add(restTime)
		r.log.Warn("the add-on is late again and again: it is not asked for a while", "late", tooLate, "budget", r.script.Budget, "for", restTime)
	}
}

// resting reports whether the process is left alone at present.
func (r *run) resting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.rest)
}

// take does what the process has decided.
func (r *run) take(a *answer) error {
	r.mu.Lock()
	h := r.pending[a.ID]
	delete(r.pending, a.ID)
	r.mu.Unlock()
	dir := decode.C2S
	if h != nil {
		dir = h.Event.Dir
	}
	v, err := r.verdict(a, dir)
	if err != nil {
		v = proxy.Verdict{By: r.script.by(), Why: "passed, as the add-on's answer is not understood,"}
	}
	if h == nil {
		return err // late, and counted; or of nothing that was asked
	}
	rerr := h.Resolve(v)
	r.mu.Lock()
	defer r.mu.Unlock()
	if rerr != nil {
		r.miss(time.Now())
		return err
	}
	r.misses = 0
	r.script.answered.Add(1)
	return err
}

// verdict reads an answer about a command of dir.
func (r *run) verdict(a *answer, dir decode.Direction) (proxy.Verdict, error) {
	whole := func(cmd []byte) []byte { return proxy.MendLength(proxy.EndLine(cmd), dir) }
	v := proxy.Verdict{By: r.script.by(), Why: a.Note, Own: dir == decode.C2S}
	switch a.Do {
	case "pass", "":
	case "drop":
		v.Replace = true
	case "replace":
		switch {
		case a.Text != nil:
			v.Replace, v.Data = true, []byte(*a.Text)
		case a.Data != nil:
			data, err := base64.StdEncoding.DecodeString(*a.Data)
			if err != nil {
				return v, fmt.Errorf(`"data": %w`, err)
			}
			v.Replace, v.Data = true, data
		default:
			return v, errors.New(`"replace" needs "text" or "data"`)
		}
		v.Data = whole(v.Data)
	default:
		return v, fmt.Errorf(`"do":%q: want pass, drop or replace`, a.Do)
	}
	for _, c := range a.Before {
		v.Before = append(v.Before, whole(c)...)
	}
	for _, c := range a.After {
		v.After = append(v.After, whole(c)...)
	}
	if max(len(v.Data), len(v.Before), len(v.After)) > proxy.MaxInject {
		return v, fmt.Errorf("more than %d bytes cannot be sent, nor put in place of a command", proxy.MaxInject)
	}
	return v, nil
}

// letGo lets all held commands pass: there is nobody to ask.
func (r *run) letGo() {
	r.mu.Lock()
	pending := r.pending
	r.pending = map[int64]*proxy.Held{}
	r.mu.Unlock()
	for _, h := range pending {
		_ = h.Resolve(proxy.Verdict{By: r.script.by(), Why: "passed, as the add-on has ended,"})
	}
}
