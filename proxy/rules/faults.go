// This file is the faults that rules make: what a network, a server or a client
// can do wrong.

package rules

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"msnscope/decode"
	"msnscope/proxy"
)

// slicePause is the pause between the pieces of a command, if none is given:
// longer than a peer waits for the rest of a read, shorter than it gives up.
const slicePause = 50 * time.Millisecond

// error CODE
func parseErrorCode(s *scanner) (action, *Error) {
	w, ok := s.next()
	n, err := strconv.Atoi(w.text)
	if !ok || err != nil || len(w.text) != 3 || n < 100 {
		return nil, mistake(w.start, w.end, "error takes a number of three digits: 911")
	}
	return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
		if c.Event.TrID < 0 {
			return v, false
		}
		v = insteadOf(c, fmt.Appendf(nil, "%s %d\r\n", w.text, c.Event.TrID))
		v.Why = "answered with error " + w.text
		return v, true
	}, nil
}

// ack, nak: a client's message goes no further and is reported so; a server's
// report becomes this one.
func parseReport(name string) func(*scanner) (action, *Error) {
	return func(*scanner) (action, *Error) {
		return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
			cmd := c.Event.Cmd()
			switch {
			case c.Event.TrID < 0:
				return v, false
			case c.Event.Dir == decode.C2S && cmd == "MSG":
			case c.Event.Dir == decode.S2C && (cmd == "ACK" || cmd == "NAK") && cmd != name:
			default:
				return v, false
			}
			v = insteadOf(c, fmt.Appendf(nil, "%s %d\r\n", name, c.Event.TrID))
			v.Why = "answered with a forged " + name
			return v, true
		}, nil
	}
}

// xfr [HOST[:PORT]]: the client is sent to another notification server, or
// without one told to sign in again (XFR 0 NS).
func parseXFR(s *scanner) (action, *Error) {
	w, ok := s.next()
	if ok {
		if _, _, fine := decode.SplitHostPort([]byte(w.text)); !fine || w.kind != 'w' {
			return nil, mistake(w.start, w.end, "xfr takes HOST or HOST:PORT")
		}
	}
	return func(c *proxy.Command, _ *rand.Rand) (proxy.Verdict, bool) {
		line := []byte("XFR 0 NS\r\n")
		why := "answered with a forged XFR 0 NS"
		if ok {
			line = fmt.Appendf(nil, "XFR %d NS %s 0\r\n", max(c.Event.TrID, 0), w.text)
			why = "answered with a forged XFR to " + w.text
		}
		v := insteadOf(c, line)
		v.Why = why
		return v, true
	}, nil
}

// length N, +N, -N: the line tells another length than the payload has.
func parseLength(s *scanner) (action, *Error) {
	w, ok := s.next()
	n, err := strconv.Atoi(w.text)
	if !ok || err != nil || w.kind != 'w' {
		return nil, mistake(w.start, w.end, "length takes a number, or how many more or fewer: +5")
	}
	relative := w.text[0] == '+' || w.text[0] == '-'
	return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
		e := c.Event
		if e.Body >= len(e.Raw) {
			return v, false
		}
		told := n
		if relative {
			told = max(len(e.Raw)-e.Body+n, 0)
		}
		line := bytes.TrimRight(e.Raw[:e.Line], " ")
		at := bytes.LastIndexByte(line, ' ') + 1
		out := slices.Concat(line[:at], strconv.AppendInt(nil, int64(told), 10), e.Raw[len(line):])
		if len(out) > proxy.MaxInject {
			return v, false
		}
		return proxy.Verdict{Replace: true, Data: out, Why: fmt.Sprintf("length told as %d", told)}, true
	}, nil
}

// repeat [N]: the command comes N times more.
func parseRepeat(s *scanner) (action, *Error) {
	n := 1
	if w, ok := s.next(); ok {
		var err error
		if n, err = strconv.Atoi(w.text); err != nil || n < 1 || n > 100 {
			return nil, mistake(w.start, w.end, "repeat takes a number from 1 to 100")
		}
	}
	return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
		if len(c.Event.Raw)*(n+1) > proxy.MaxInject {
			return v, false
		}
		return proxy.Verdict{Replace: true, Data: bytes.Repeat(c.Event.Raw, n+1), Why: fmt.Sprintf("repeated %d times", n)}, true
	}, nil
}

// swap, merge
func parseTogether(t proxy.Together) func(*scanner) (action, *Error) {
	why := "put in one write with the next"
	if t == proxy.Swapped {
		why = "put behind the next"
	}
	return func(*scanner) (action, *Error) { return always(proxy.Verdict{Together: t, Why: why}), nil }
}

// slice PLACE... [PAUSE]
func parseSlice(s *scanner) (action, *Error) {
	var places []func(c *proxy.Command) []int
	var names []string
	for len(s.all) > 0 {
		w := s.all[0]
		if n, err := strconv.Atoi(w.text); err == nil && w.kind == 'w' && n > 0 {
			s.next()
			places, names = append(places, func(*proxy.Command) []int { return []int{n} }), append(names, w.text)
			continue
		}
		p := slicePlaces[w.text]
		if p == nil || w.kind != 'w' {
			break
		}
		s.next()
		places, names = append(places, p), append(names, w.text)
	}
	if len(places) == 0 {
		w, _ := s.next()
		return nil, mistake(w.start, w.end, "where to cut is missing: line, crlf, head, payload, each or a number of bytes")
	}
	pause, err := s.duration(slicePause)
	if err != nil {
		return nil, err
	}
	why := fmt.Sprintf("cut at %s", names)
	return func(c *proxy.Command, _ *rand.Rand) (v proxy.Verdict, ok bool) {
		var cuts []int
		for _, p := range places {
			cuts = append(cuts, p(c)...)
		}
		cuts = slices.DeleteFunc(cuts, func(at int) bool { return at <= 0 || at >= len(c.Event.Raw) })
		if len(cuts) == 0 {
			return v, false
		}
		slices.Sort(cuts)
		return proxy.Verdict{Cuts: slices.Compact(cuts), Pause: pause, Why: why}, true
	}, nil
}

// slicePlaces are where a command can be cut, by name.
var slicePlaces = map[string]func(c *proxy.Command) []int{
	"line": func(c *proxy.Command) []int { return []int{c.Event.Line / 2} },
	"crlf": func(c *proxy.Command) []int {
		if c.Event.Line < len(c.Event.Raw) && c.Event.Raw[c.Event.Line] == '\r' {
			return []int{c.Event.Line + 1}
		}
		return nil
	},
	"head": func(c *proxy.Command) []int { return []int{c.Event.Body} },
	"payload": func(c *proxy.Command) []int {
		if n := len(c.Event.Raw) - c.Event.Body; n > 1 {
			return []int{c.Event.Body + n/2}
		}
		return nil
	},
	"each": func(c *proxy.Command) (all []int) {
		for i := 1; i < len(c.Event.Raw); i++ {
			all = append(all, i)
		}
		return all
	},
}

// rate BYTES a second: 500, 4k
func parseRate(s *scanner) (action, *Error) {
	w, ok := s.next()
	digits, k := bytes.CutSuffix([]byte(w.text), []byte("k"))
	n, err := strconv.Atoi(string(digits))
	if k {
		n *= 1024
	}
	if !ok || err != nil || n < 1 || n > 1<<30 {
		return nil, mistake(w.start, w.end, "rate takes bytes a second: 500, 4k")
	}
	return always(proxy.Verdict{Rate: n, Why: "slowed to " + w.text + " bytes a second"}), nil
}

// stall [TIME]: nothing goes on in this direction for so long, or for good.
func parseStall(s *scanner) (action, *Error) {
	d, err := s.duration(maxTime)
	if err != nil {
		return nil, err
	}
	if d == 0 {
		d = maxTime
	}
	why := "stalled for " + d.String()
	if d == maxTime {
		why = "stalled"
	}
	return always(proxy.Verdict{Wait: d, Why: why}), nil
}

// reset, close
func parseEnd(e proxy.Ending) func(*scanner) (action, *Error) {
	return func(*scanner) (action, *Error) { return always(proxy.Verdict{End: e}), nil }
}
