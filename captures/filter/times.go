// This file compiles values that are times: moments, minutes and days, times
// of any day, and times counted back from now.

package filter

import (
	"math"
	"strings"
	"time"

	"msnscope/captures/event"
)

// moment is a time as written: all the time from a to before b.
type moment struct {
	a, b  int64 // Unix ns; of a clock time ns since midnight
	clock bool  // any day
	ago   bool  // counted back from now
	zone  *time.Location
}

// forms of times, with what their last part is long.
var (
	dayForms = []struct {
		form string
		long time.Duration
	}{
		{"2006-01-02", 0}, // a day, which summer time may make longer
		{"2006-01-02T15:04", time.Minute},
		{"2006-01-02T15:04:05", time.Second},
	}
	clockForms = []struct {
		form string
		long time.Duration
	}{
		{"15:04", time.Minute},
		{"15:04:05", time.Second},
	}
)

// moment reads a time; day is the day that a clock time is meant of, zero for
// any day.
func (p *parser) moment(a *atom, day time.Time) (moment, error) {
	s := strings.ToUpper(strings.Replace(strings.TrimSpace(a.text), " ", "T", 1))
	wrong := p.fail(a.start, a.end, "%q is no time: 20:14, 20:14:07.5, 2001-11-05, 2001-11-05T20:14Z, -5m", a.text)
	if back, ok := strings.CutPrefix(s, "-"); ok {
		d, _, err := parseSpan(strings.ToLower(back))
		if err != nil {
			return moment{}, wrong
		}
		a.text = strings.ToLower(s)
		at := p.now.Add(-d).UnixNano()
		return moment{a: at, b: at, ago: true}, nil
	}
	a.text = s
	long := time.Duration(0)
	if _, fraction, ok := strings.Cut(s, "."); ok {
		digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
		if digits == 0 || digits > 9 {
			return moment{}, wrong
		}
		for long = time.Second; digits > 0; digits-- {
			long /= 10
		}
	}
	zone := p.now.Location()
	for _, f := range dayForms {
		for _, form := range []string{f.form, f.form + "Z07:00"} {
			t, err := time.ParseInLocation(form, s, zone)
			if err != nil {
				continue
			}
			if y := t.Year(); y < 1678 || y > 2261 { // what nanoseconds can count
				return moment{}, wrong
			}
			end := t.AddDate(0, 0, 1)
			if f.long != 0 {
				end = t.Add(max(f.long, 0))
			}
			if long != 0 {
				end = t.Add(long)
			}
			return moment{a: t.UnixNano(), b: end.UnixNano(), zone: t.Location()}, nil
		}
	}
	for _, f := range clockForms {
		for i, form := range []string{f.form, f.form + "Z"} {
			t, err := time.ParseInLocation(form, s, time.UTC)
			if err != nil {
				continue
			}
			at := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
			if i == 1 {
				zone = time.UTC
			}
			if long == 0 {
				long = f.long
			}
			if day.IsZero() {
				return moment{a: int64(at), b: int64(at + long), clock: true, zone: zone}, nil
			}
			if i == 0 {
				zone = day.Location()
			}
			from := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
			return moment{a: from.UnixNano(), b: from.Add(long).UnixNano(), zone: zone}, nil
		}
	}
	return moment{}, wrong
}

// compileTime makes the test of a time or a range of times.
func (p *parser) compileTime(c *comparison, v *value) (test, need, error) {
	if c.searches() || v.lo.regex || v.hi.regex {
		return nil, nothing, p.fail(v.start, v.end, "time takes : = and > <")
	}
	if c.orders() && v.isRange {
		return nil, nothing, p.fail(v.start, v.end, "%q takes one value, not a range", c.op)
	}
	if v.isRange {
		return p.compileTimes(v)
	}
	t, err := p.moment(&v.lo, time.Time{})
	if err != nil {
		return nil, nothing, err
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if t.clock {
		from, to = 0, int64(24*time.Hour)-1
	}
	switch {
	case c.op == ">":
		from = max(t.b, t.a+1)
	case c.op == ">=":
		from = t.a
	case c.op == "<":
		to = t.a - 1
	case c.op == "<=":
		to = max(t.b-1, t.a)
	case t.ago: // since then
		from = t.a
	default:
		from, to = t.a, t.b-1
	}
	return timeTest(from, to, t.clock, false, t.zone)
}

// compileTimes makes the test of a range, both ends included.
func (p *parser) compileTimes(v *value) (test, need, error) {
	lo := moment{a: math.MinInt64}
	hi := moment{b: math.MaxInt64}
	var err error
	var day time.Time
	if v.lo.text != "" {
		if lo, err = p.moment(&v.lo, day); err != nil {
			return nil, nothing, err
		}
		if !lo.clock && !lo.ago {
			day = time.Unix(0, lo.a).In(lo.zone)
		}
	}
	if v.hi.text != "" {
		if hi, err = p.moment(&v.hi, day); err != nil {
			return nil, nothing, err
		}
	}
	if v.lo.text == "" && hi.clock {
		lo = moment{a: 0, clock: true, zone: hi.zone}
	}
	if v.hi.text == "" && lo.clock {
		hi = moment{b: int64(24 * time.Hour), clock: true, zone: lo.zone}
	}
	if lo.clock != hi.clock {
		return nil, nothing, p.fail(v.start, v.end, "a range cannot begin at a time of any day and end on one day")
	}
	if lo.clock && lo.zone.String() != hi.zone.String() {
		return nil, nothing, p.fail(v.start, v.end, "both ends of a range must be of one time zone")
	}
	to := max(hi.b-1, hi.a)
	if v.hi.text == "" && !lo.clock {
		to = math.MaxInt64
	}
	if !lo.clock && lo.a > to {
		return nil, nothing, p.suggest(v.start, v.end, "the range ends before it begins", v.hi.text+".."+v.lo.text)
	}
	return timeTest(lo.a, to, lo.clock, lo.a > to, lo.zone)
}

// timeTest tests times from one to another, both included; those of a clock
// may run over midnight.
func timeTest(from, to int64, clock, overMidnight bool, zone *time.Location) (test, need, error) {
	if !clock {
		is := func(e *event.Event, _ *meaning) bool { return from <= e.Time && e.Time <= to }
		return is, need{from: from, to: to}, nil
	}
	is := func(e *event.Event, _ *meaning) bool {
		t := time.Unix(0, e.Time).In(zone)
		h, m, s := t.Clock()
		at := int64(h*3600+m*60+s)*int64(time.Second) + int64(t.Nanosecond())
		if overMidnight {
			return at >= from || at <= to
		}
		return from <= at && at <= to
	}
	return is, everything, nil
}
