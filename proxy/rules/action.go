// This file is what rules do that people do by hand too: hold, drop, replace,
// delay, inject. faults.go holds the rest.

package rules

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"msnscope/decode"
	"msnscope/proxy"
)

// action makes the verdict on a command; ok is false if it does not concern it.
type action func(c *proxy.Command, rnd *rand.Rand) (v proxy.Verdict, ok bool)

// actions are the words that an action can begin with.
var actions map[string]func(s *scanner) (action, *Error)

func init() { // after what they refer to
	actions = map[string]func(s *scanner) (action, *Error){
		"log": parseLog, "hold": parseHold, "drop": parseDrop, "replace": parseReplace, "delay": parseDelay,
		"before": parseInject("before"), "after": parseInject("after"), "back": parseInject("back"),
		"answer": parseAnswer, "error": parseErrorCode, "ack": parseReport("ACK"), "nak": parseReport("NAK"), "xfr": parseXFR,
		"length": parseLength, "repeat": parseRepeat, "swap": parseTogether(proxy.Swapped), "merge": parseTogether(proxy.Merged),
		"slice": parseSlice, "rate": parseRate, "stall": parseStall,
		"reset": parseEnd(proxy.Reset), "close": parseEnd(proxy.Closed),
	}
}

// Actions returns the words that an action can begin with.
func Actions() []string {
	var names []string
	for name := range actions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func parseAction(do string) (action, *Error) {
	s, err := scan(do)
	if err != nil {
		return nil, err
	}
	w, ok := s.next()
	if !ok {
		return nil, mistake(0, 0, "what is to be done is missing: %s", strings.Join(Actions(), ", "))
	}
	parse := actions[w.text]
	if parse == nil || w.kind != 'w' {
		e := mistake(w.start, w.end, "there is no action %q: there are %s", w.text, strings.Join(Actions(), ", "))
		for _, name := range Actions() {
			if w.text != "" && strings.HasPrefix(name, w.text[:min(3, len(w.text))]) {
				e.Suggest = name
			}
		}
		return nil, e
	}
	act, err := parse(s)
	if err == nil {
		err = s.done()
	}
	if err != nil {
		return nil, err
	}
	return act, nil
}

// always is an action that is the same for every command.
func always(v proxy.Verdict) action {
	return func(*proxy.Command, *rand.Rand) (proxy.Verdict, bool) { return v, true }
}

func parseLog(*scanner) (action, *Error) { return always(proxy.Verdict{Why: "seen"}), nil }

func parseDrop(*scanner) (action, *Error) { return always(proxy.Verdict{Replace: true}), nil }

// hold [TIME] [then drop]
func parseHold(s *scanner) (action, *Error) {
	d, err := s.duration(proxy.DefaultHoldTimeout)
	if err != nil {
		return nil, err
	}
	v := proxy.Verdict{Hold: true, Wait: d}
	if s.is("then") {
		switch {
		case s.is("drop"):
			v.Replace = true
		case s.is("forward"):
		default:
			w, _ := s.next()
			return nil, mistake(w.start, w.end, "then takes forward or drop")
		}
	}
	return always(v), nil
}

// replace "old" "new" [keep-length], or with /a regular expression/
func parseReplace(s *scanner) (action, *Error) {
	w, ok := s.next()
	if !ok || w.kind == 'w' || w.text == "" {
		return nil, mistake(w.start, w.end, `what to replace is missing: "text" or /regular expression/`)
	}
	to, err := s.text("what to put in its place")
	if err != nil {
		return nil, err
	}
	change := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(w.text), []byte(to)) }
	if w.kind == '/' {
		re, err := w.compile()
		if err != nil {
			return nil, err
		}
		change = func(b []byte) []byte { return re.ReplaceAll(b, []byte(to)) }
	}
	keep := s.is("keep-length")
	return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
		out := change(c.Event.Raw)
		if bytes.Equal(out, c.Event.Raw) || len(out) > proxy.MaxInject {
			return v, false
		}
		if !keep {
			out = proxy.MendLength(out, c.Event.Dir)
		}
		return proxy.Verdict{Replace: true, Data: out}, true
	}, nil
}

// delay TIME [JITTER]
func parseDelay(s *scanner) (action, *Error) {
	d, err := s.duration(-1)
	if err == nil && d <= 0 {
		w, _ := s.next()
		err = mistake(w.start, w.end, "how long is missing: delay 200ms")
	}
	if err != nil {
		return nil, err
	}
	jitter, err := s.duration(0)
	if err != nil {
		return nil, err
	}
	return func(_ *proxy.Command, rnd *rand.Rand) (proxy.Verdict, bool) {
		wait := d
		if jitter > 0 {
			wait = max(wait+time.Duration(rnd.Int64N(2*int64(jitter)+1))-jitter, time.Nanosecond)
		}
		return proxy.Verdict{Wait: wait, Why: "delayed by " + wait.Round(time.Microsecond).String()}, true
	}, nil
}

// before "text", after "text", back "text"
func parseInject(where string) func(*scanner) (action, *Error) {
	return func(s *scanner) (action, *Error) {
		text, err := s.text("what to send")
		if err != nil {
			return nil, err
		}
		return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
			dir := c.Event.Dir
			if where == "back" {
				dir = 1 - dir
			}
			b := expand(text, c, dir)
			switch where {
			case "before":
				v.Before = b
			case "after":
				v.After = b
			default:
				v.Back = b
			}
			v.Own = dir == decode.C2S && strings.Contains(text, "$new")
			return v, true
		}, nil
	}
}

// answer "text": the command goes no further, its sender is told text.
func parseAnswer(s *scanner) (action, *Error) {
	text, err := s.text("the answer")
	if err != nil {
		return nil, err
	}
	return func(c *proxy.Command, _ *rand.Rand) (proxy.Verdict, bool) {
		return insteadOf(c, expand(text, c, decode.S2C)), true
	}, nil
}

// insteadOf puts an answer in place of what a command would have led to: in
// place of itself if it comes from the server, else its sender is answered.
func insteadOf(c *proxy.Command, answer []byte) proxy.Verdict {
	if c.Event.Dir == decode.S2C {
		return proxy.Verdict{Replace: true, Data: answer}
	}
	return proxy.Verdict{Replace: true, Back: answer}
}

// expand fills $trid, $account and $new into a command to be sent in dir, and
// makes it whole.
func expand(text string, c *proxy.Command, dir decode.Direction) []byte {
	trid := "0"
	if c.Event.TrID >= 0 {
		trid = strconv.FormatInt(c.Event.TrID, 10)
	}
	text = strings.NewReplacer("$trid", trid, "$new", "0", "$account", c.Event.Account).Replace(text)
	b := proxy.EndLine([]byte(text))
	if areWhole(b, dir) { // several, maybe, with the length in the line of the first
		return b
	}
	return proxy.MendLength(b, dir)
}

// areWhole reports whether b is whole commands from its beginning to its end.
func areWhole(b []byte, dir decode.Direction) bool {
	f := decode.Framer{Dir: dir}
	f.Feed(b)
	n := 0
	for fr := (decode.Frame{}); f.Next(&fr); n += len(fr.Raw) {
		if fr.Why != "" {
			return false
		}
	}
	return n == len(b)
}
