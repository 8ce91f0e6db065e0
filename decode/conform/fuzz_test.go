// This file feeds Checkers anything: they must neither fail nor grow without
// bound, and what they note must be in the catalogue and about an event that
// was.

package conform

import (
	"strings"
	"testing"

	"msnscope/decode"
)

func FuzzChecker(f *testing.F) {
	for _, c := range cases {
		f.Add(c.bad)
		f.Add(c.good)
	}
	f.Fuzz(func(t *testing.T, script string) {
		p := newPlayer(t)
		for line := range strings.Lines(script) {
			dir := decode.C2S
			switch {
			case line[0] == 'S':
				dir = decode.S2C
			case line == "gap\n":
				p.conn.Gap(dir, 3, func(decode.Direction, *decode.Frame) {})
				p.checker.Gap()
				continue
			case line == "close\n":
				p.notes = append(p.notes, p.checker.Close(p.now)...)
				p.open()
				continue
			case line[0] == '+':
				p.now += 7e9
			}
			p.feed(dir, line[min(2, len(line)):])
			p.checker.SignIn(p.now)
		}
		p.notes = append(p.notes, p.checker.Close(p.now)...)
		p.checker.SignIn(p.now)
		for _, n := range p.notes {
			if r, ok := RuleOf(n.Code); !ok || r.Severity != n.Severity || n.Event < 1 || n.Event > p.event || n.Text == "" {
				t.Errorf("%+v", n)
			}
			if strings.ContainsFunc(n.Text, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(n.Text) > 1000 {
				t.Errorf("%q is no text for a screen", n.Text)
			}
		}
		if k := p.checker; len(k.answers.pending) > maxPending || len(k.answers.asked) > maxRuns || len(k.lists) > maxListings || len(k.chat.present) > maxPresent {
			t.Error("limits are not kept")
		}
	})
}

func BenchmarkChecker(b *testing.B) {
	p := newPlayer(b).play(visible)
	var steps []struct {
		dir decode.Direction
		f   decode.Frame
	}
	for line := range strings.Lines("C PNG\r\nS QNG\r\nS NLN AWY bob@example.com Bob%20B\r\nC CHG 9 AWY\r\nS CHG 9 AWY\r\nS FLN bob@example.com\r\n") {
		dir := decode.C2S
		if line[0] == 'S' {
			dir = decode.S2C
		}
		p.conn.Feed(dir, []byte(line[2:]), func(dir decode.Direction, f *decode.Frame) {
			c := *f
			c.Raw = append([]byte(nil), f.Raw...)
			steps = append(steps, struct {
				dir decode.Direction
				f   decode.Frame
			}{dir, c})
		})
	}
	b.ReportAllocs()
	event := p.event
	for b.Loop() {
		for i := range steps {
			event++
			p.checker.Frame(event, p.now, steps[i].dir, &steps[i].f, p.conn.Context(steps[i].dir))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(steps)), "ns/command")
}
