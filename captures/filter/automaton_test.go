// This file tests automata against package regexp.

package filter

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

var expressions = []string{
	`a`, `abc`, `^abc`, `abc$`, `^$`, `a*b+c?`, `(?i)stra(ß|ss)e`, `(?i)k`, `[[:alpha:]]{3}\d`, `\bcat\b`, `\Bat`, `(?m)^a.c$`, `(?s)a.c`, `.*\?$`,
	`\b[aeiou]+\b.*\?$`, `\d{3}-\d{4}`, `\w{5}`, `é+`, `[^a-z]+$`, `\p{Greek}`, `(a|b)*abb`, `x{2,5}y`, `(^|,)a(,|$)`, `\x{FFFD}`, `[\x80-\xff]`, `(?i)[à-ö]`, `\z`, `\A\s`, `$^`, `a(?:$|\b)`, `.`,
}

func sameAsRegexp(t *testing.T, m *matcher, text string) {
	t.Helper()
	want := m.re.MatchString(text)
	if got := m.matchString(text); got != want {
		t.Fatalf("%s in %q: %t, want %t", m.re, text, got, want)
	}
	if got := m.match([]byte(text)); got != want {
		t.Fatalf("%s in the bytes %q: %t, want %t", m.re, text, got, want)
	}
}

func TestAutomatonIsTheExpression(t *testing.T) {
	pieces := []string{"a", "b", "c", "abc", "abb", "x", "y", "cat", "at", " ", "\n", ",", "?", "5", "555-1234", "é", "É", "ß", "SS", "Stra", "e", "k", "K", "\u212a", "λ", "\xff", "\xc3", "\ufffd", "_", "\r", "\t", "Z"}
	r := rand.New(rand.NewPCG(1, 2))
	for _, text := range expressions {
		m := newMatcher(regexp.MustCompile(text))
		if m.plan == nil {
			t.Fatalf("%s has no automaton", text)
		}
		for range 2000 {
			var s strings.Builder
			for range r.IntN(12) {
				s.WriteString(pieces[r.IntN(len(pieces))])
			}
			sameAsRegexp(t, m, s.String())
		}
		if m.failed.Load() != 0 {
			t.Errorf("%s was given up", text)
		}
	}
}

// TestAutomatonHasBounds: an expression with more states than there is room for
// is left to package regexp, in the end for good.
func TestAutomatonHasBounds(t *testing.T) {
	m := newMatcher(regexp.MustCompile(`a[ab]{17}c`))
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 20_000)
	for range 4 * maxFailed {
		for i := range text {
			text[i] = "ab"[r.IntN(2)]
		}
		m.step(text)
	}
	sameAsRegexp(t, m, string(text))
	if m.failed.Load() < maxFailed {
		t.Errorf("given up %d times", m.failed.Load())
	}
	if m := newMatcher(regexp.MustCompile(`\pL\pN\pS`)); m.plan != nil {
		t.Errorf("an automaton of %d classes", len(m.plan.bounds))
	}
}

func FuzzAutomaton(f *testing.F) {
	for _, re := range expressions {
		f.Add(re, "a cat, Straße\n555-1234?\xff é")
	}
	f.Fuzz(func(t *testing.T, text, in string) {
		re, err := regexp.Compile(text)
		if err != nil || len(text) > 100 || len(in) > 1000 {
			return
		}
		m := newMatcher(re)
		sameAsRegexp(t, m, in)
		sameAsRegexp(t, m, in) // by what the first one has found out
	})
}

func BenchmarkMatcher(b *testing.B) {
	text := []byte(strings.Repeat("so what do you think see you later hello ok yes no lol ", 4))
	for _, expression := range []string{`\b[aeiou]+\b.*\?$`, `\w{22}`, `\d{3}.\d{4}`} {
		m := newMatcher(regexp.MustCompile(expression))
		for name, match := range map[string]func([]byte) bool{"automaton": m.match, "regexp": m.re.Match} {
			b.Run(fmt.Sprintf("%s/%s", expression, name), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					match(text)
				}
			})
		}
	}
}
