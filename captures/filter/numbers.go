// This file compiles values that are numbers: plain ones, sizes, spans of time,
// alone and as ranges.

package filter

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"msnscope/captures/event"
)

// parseInt reads a decimal number without sign.
func parseInt(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err
}

// interval is all numbers from one to another, both included.
type interval struct{ from, to int64 }

// units of sizes; 1k is 1024 bytes, as programs count.
var sizeUnits = map[byte]float64{'k': 1 << 10, 'm': 1 << 20, 'g': 1 << 30}

// number reads a value of a numeric field: what it means exactly, and the
// numbers that count as equal to it.
func (p *parser) number(f *field, a *atom) (exact int64, near interval, err error) {
	a.text = strings.TrimSpace(a.text)
	switch f.kind {
	case kindSize:
		exact, err = parseSize(a.text)
		if err != nil {
			return 0, near, p.fail(a.start, a.end, "%q is no size: 100, 4k, 1.5M", a.text)
		}
		return exact, interval{exact, exact}, nil
	case kindSpan:
		d, unit, err := parseSpan(a.text)
		if err != nil {
			suggest := ""
			if _, err := parseInt(a.text); err == nil {
				suggest = a.text + "ms"
			}
			return 0, near, p.suggest(a.start, a.end, fmt.Sprintf("%q is no length of time: 50ms, 2s", a.text), suggest)
		}
		return int64(d), interval{int64(d), int64(d) + int64(unit) - 1}, nil
	}
	if exact, err = parseInt(a.text); err != nil {
		if errors.Is(err, strconv.ErrRange) {
			return 0, near, p.fail(a.start, a.end, "%q is too great a number", a.text)
		}
		if f.kind == kindConn || f.kind == kindStatus {
			return 0, near, p.suggest(a.start, a.end, fmt.Sprintf("%s has no value %q", f.Name, a.text), nearestValue(a.text, f.Values))
		}
		return 0, near, p.fail(a.start, a.end, "%q is no number", a.text)
	}
	return exact, interval{exact, exact}, nil
}

func parseSize(s string) (int64, error) {
	unit := 1.0
	if n := len(s); n > 1 && sizeUnits[s[n-1]|0x20] > 0 {
		unit = sizeUnits[s[n-1]|0x20]
		s = s[:n-1]
	}
	if n, err := parseInt(s); err == nil && unit == 1 {
		return n, nil
	}
	if strings.Trim(s, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseFloat(s, 64)
	if n *= unit; err != nil || n >= math.MaxInt64 {
		return 0, strconv.ErrSyntax
	}
	return int64(n), nil
}

// parseSpan reads a length of time of one unit, us to d, and returns also the
// size of its last digit.
func parseSpan(s string) (d, digit time.Duration, err error) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	unit := map[string]time.Duration{
		"ns": 1, "us": time.Microsecond, "µs": time.Microsecond, "ms": time.Millisecond, "s": time.Second,
		"m": time.Minute, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
	}[strings.ToLower(s[i:])]
	n, err := strconv.ParseFloat(s[:i], 64)
	if n *= float64(unit); err != nil || unit == 0 || n >= math.MaxInt64 {
		return 0, 0, strconv.ErrSyntax
	}
	digit = unit
	if _, fraction, ok := strings.Cut(s[:i], "."); ok {
		for range min(len(fraction), 18) {
			digit /= 10
		}
	}
	return time.Duration(n), max(digit, 1), nil
}

// compileNumber makes the test of a number or a range of numbers.
func (p *parser) compileNumber(c *comparison, v *value) (test, need, error) {
	f := c.field
	if c.searches() || v.lo.regex {
		return nil, nothing, p.fail(v.start, v.end, "%s is a number, it takes : = and > <", f.Name)
	}
	if c.orders() && v.isRange {
		return nil, nothing, p.fail(v.start, v.end, "%q takes one value, not a range", c.op)
	}
	if isGlob := f.kind == kindNumber || f.kind == kindConn || f.kind == kindStatus; isGlob && c.op == ":" && !v.isRange && isNumberGlob(&v.lo) {
		look := newPattern(&v.lo)
		return numberTest(f.number, func(n int64) bool { return look.is(strconv.FormatInt(n, 10)) }), everything, nil
	}
	within := interval{math.MinInt64, math.MaxInt64}
	if v.isRange {
		if v.lo.text != "" {
			n, _, err := p.number(f, &v.lo)
			if err != nil {
				return nil, nothing, err
			}
			within.from = n
		}
		if v.hi.text != "" {
			_, near, err := p.number(f, &v.hi)
			if err != nil {
				return nil, nothing, err
			}
			within.to = near.to
		}
		if within.from > within.to {
			return nil, nothing, p.suggest(v.start, v.end, "the range ends before it begins", v.hi.text+".."+v.lo.text)
		}
	} else {
		n, near, err := p.number(f, &v.lo)
		if err != nil {
			return nil, nothing, err
		}
		switch c.op {
		case ":":
			within = near
		case "=", "!=":
			within = interval{n, n}
		case ">":
			within.from = n + min(1, math.MaxInt64-n)
		case ">=":
			within.from = n
		case "<":
			within.to = n - 1
		case "<=":
			within.to = n
		}
	}
	return numberTest(f.number, func(n int64) bool { return within.from <= n && n <= within.to }), numberNeed(f, within), nil
}

func isNumberGlob(a *atom) bool {
	return !a.quoted && strings.Contains(a.text, "*") && strings.Trim(a.text, "0123456789*") == ""
}

func numberTest(get numbers, is func(int64) bool) test {
	return func(e *event.Event, _ *meaning) bool {
		n, ok := get(e)
		return ok && is(n)
	}
}

// numberNeed is what events with a number must be.
func numberNeed(f *field, in interval) need {
	n := everything
	switch {
	case (f.kind == kindStatus || f.Name == "code") && in.from == in.to:
		n.commands = []string{fmt.Sprintf("%03d", in.from)}
	case f.kind == kindConn && in.from == in.to:
		n.connections = []int64{in.from}
	}
	return n
}
