// This file gives the proxy its rules, from a file that is read again when it
// changes and from the page, and shows the page what is held.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
	"msnscope/proxy"
	"msnscope/proxy/rules"
	"msnscope/web"
)

// rulesLook is how often a file of rules is looked at.
const rulesLook = time.Second

// hands are what the page and scripts can do to what passes through a proxy.
type hands struct {
	proxy *proxy.Proxy
	rules rules.Rules

	mu      sync.Mutex
	problem string // what is wrong with the file since it was last read, "" if nothing
}

// rulesFile is a file of rules that is read again when it changes.
type rulesFile struct {
	path string
	seen string // size and time of what was read last
	to   *hands
	log  *slog.Logger
}

// readRules reads the rules of a file.
func readRules(path string) ([]rules.Rule, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	list, err := rules.Parse(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s:%w", path, err)
	}
	return list, nil
}

// openRules reads a file of rules for the first time, when it must be right.
func openRules(path string, to *hands, log *slog.Logger) (*rulesFile, error) {
	f := &rulesFile{path: path, to: to, log: log}
	f.seen = f.state()
	list, err := readRules(path)
	if err == nil {
		err = to.rules.Set(list, path)
	}
	return f, err
}

func (f *rulesFile) state() string {
	info, err := os.Stat(f.path)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// read reads the file again. If it is wrong, the rules stay what they are.
func (f *rulesFile) read() {
	list, err := readRules(f.path)
	if err == nil {
		err = f.to.rules.Set(list, f.path)
	}
	if err != nil {
		f.log.Error("the rules stay what they were", "because", err)
		f.to.setProblem("the rules stay what they were, because of " + err.Error())
		return
	}
	f.to.setProblem("")
	f.log.Info("rules read", "from", f.path, "rules", len(list))
}

// watch reads the file again when it has changed, or on a signal.
func (f *rulesFile) watch(ctx context.Context) error {
	again, stop := reloadSignals()
	defer stop()
	tick := time.NewTicker(rulesLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-again:
			f.seen = f.state()
			f.read()
		case <-tick.C:
			if s := f.state(); s != f.seen {
				f.seen = s
				f.read()
			}
		}
	}
}

func (h *hands) setProblem(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problem = s
}

// Intercepted and the methods below are part of web.Hands.
func (h *hands) Intercepted() any { return h.proxy.Intercepted() }

func (h *hands) InterceptChanged() <-chan struct{} {
	_, changed := h.proxy.InterceptChanged()
	return changed
}

func (h *hands) HeldEvent(id int64) (*event.Event, *event.Connection) { return h.proxy.HeldEvent(id) }

func (h *hands) Resolve(id int64, hand web.Hand) error {
	err := h.proxy.Resolve(id, proxy.Hand(hand))
	if !errors.Is(err, proxy.ErrDecided) {
		return err
	}
	for _, d := range h.proxy.Intercepted().Done {
		if d.ID == id {
			return fmt.Errorf("%w: %s by %s", web.ErrDecided, d.What, d.By)
		}
	}
	return web.ErrDecided
}

func (h *hands) ResolveAll(hand web.Hand) int { return h.proxy.ResolveAll(proxy.Hand(hand)) }

func (h *hands) Inject(conn int64, dir decode.Direction, hand web.Hand) ([]byte, error) {
	return h.proxy.Inject(conn, dir, proxy.Hand(hand))
}

func (h *hands) HoldNext(filter string) error { return h.rules.HoldNext(filter) }

// Rules returns the rules in both forms.
func (h *hands) Rules() any {
	list, from, rev := h.rules.Status()
	h.mu.Lock()
	defer h.mu.Unlock()
	return map[string]any{
		"rev": rev, "from": from, "problem": h.problem, "rules": list, "text": rules.Format(h.rules.List()), "actions": rules.Actions(),
	}
}

func (h *hands) CheckRules(body []byte, text bool) error {
	list, err := rulesOf(body, text)
	if err == nil {
		err = rules.Check(list)
	}
	return err
}

func (h *hands) SetRules(body []byte, text bool) error {
	list, err := rulesOf(body, text)
	if err == nil {
		err = h.rules.Set(list, "the page")
	}
	if err == nil {
		h.setProblem("")
	}
	return err
}

// rulesOf reads rules as text, or as {"rules":[...]}. What Rules returns can be put
// back; any other word in it is a mistake, as a rule without its filter would be
// for every command.
func rulesOf(body []byte, text bool) ([]rules.Rule, error) {
	if text {
		return rules.Parse(string(body))
	}
	var o struct {
		Rules                             []rules.Status
		Rev, From, Problem, Text, Actions json.RawMessage
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	err := in.Decode(&o)
	if err == nil && in.More() {
		err = errors.New("one JSON object is wanted")
	}
	if err == nil && o.Rules == nil {
		err = errors.New("rules is missing") // not the same as that there are none
	}
	if err != nil {
		return nil, fmt.Errorf(`want {"rules":[{"name","filter","do"}]}: %w`, err)
	}
	list := make([]rules.Rule, len(o.Rules))
	for i := range o.Rules {
		list[i] = o.Rules[i].Rule
	}
	return list, nil
}
