// This file matches regular expressions by a deterministic automaton that is
// made as it goes: a step a byte, where package regexp goes through all that
// the expression may be in. It only says whether there is a match.

package filter

import (
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

const (
	maxClasses = 254     // kinds of characters that an expression tells apart
	maxCells   = 1 << 18 // of the table of an automaton: a megabyte
	maxPlaces  = 1 << 18 // of all states of an automaton
	maxFailed  = 16      // texts that need more, before automata are given up
)

// matcher says whether an expression matches. It may be used from several
// goroutines at once.
type matcher struct {
	re     *regexp.Regexp
	plan   *plan // nil: re alone
	idle   sync.Pool
	failed atomic.Int32 // texts for which an automaton had too many states
}

func newMatcher(re *regexp.Regexp) *matcher {
	m := &matcher{re: re, plan: newPlan(re)}
	m.idle.New = func() any { return newAutomaton(m.plan) }
	return m
}

func (m *matcher) match(b []byte) bool {
	if found, ok := m.step(b); ok {
		return found
	}
	return m.re.Match(b)
}

func (m *matcher) matchString(s string) bool {
	if found, ok := m.step([]byte(s)); ok {
		return found
	}
	return m.re.MatchString(s)
}

// step lets an automaton say whether the text matches, if it can.
func (m *matcher) step(text []byte) (found, ok bool) {
	if m.plan == nil || m.failed.Load() >= maxFailed {
		return false, false
	}
	a := m.idle.Get().(*automaton)
	found, ok = a.run(text)
	m.idle.Put(a)
	if !ok {
		m.failed.Add(1)
	}
	return found, ok
}

// plan is what all automata of an expression have in common: its program, and
// the classes of characters that it tells apart.
type plan struct {
	prog    *syntax.Prog
	looks   bool   // it looks at the characters before and behind a place
	bounds  []rune // where each class begins; those of the same class may be apart, then they are two
	classOf [utf8.RuneSelf]uint8
}

// newPlan returns nil when the expression tells too much apart.
func newPlan(re *regexp.Regexp) *plan {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil
	}
	p := &plan{prog: prog, bounds: []rune{0}}
	from := func(r ...rune) { p.bounds = append(p.bounds, r...) }
	from('\n', '\n'+1)
	for i := range prog.Inst {
		in := &prog.Inst[i]
		switch in.Op {
		case syntax.InstEmptyWidth:
			p.looks = true
			from('0', '9'+1, 'A', 'Z'+1, '_', '_'+1, 'a', 'z'+1) // what \b tells apart
		case syntax.InstRune, syntax.InstRune1:
			if len(in.Rune) == 1 {
				from(in.Rune[0], in.Rune[0]+1)
				if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
					for r := unicode.SimpleFold(in.Rune[0]); r != in.Rune[0]; r = unicode.SimpleFold(r) {
						from(r, r+1)
					}
				}
			}
			for k := 0; k+1 < len(in.Rune); k += 2 {
				from(in.Rune[k], in.Rune[k+1]+1)
			}
		}
	}
	slices.Sort(p.bounds)
	p.bounds = slices.Compact(p.bounds)
	if len(p.bounds) > maxClasses {
		return nil
	}
	for c := range p.classOf {
		p.classOf[c] = p.class(rune(c))
	}
	return p
}

// class returns the class of a character.
func (p *plan) class(r rune) uint8 {
	i, exact := slices.BinarySearch(p.bounds, r)
	if !exact {
		i--
	}
	return uint8(i)
}

// automaton has the states met so far. In a state the expression waits at some
// places of its program for the character that comes.
type automaton struct {
	p      *plan
	width  int     // of a row of next: the classes, and the end of the text
	next   []int32 // a row a state, by class: where the row of the next state begins, or one of these
	states []state // by row
	byKey  map[string]int32
	places int // of all states

	key     []byte
	visited []uint32 // by place: the last visit
	visit   uint32
	waiting []uint32
}

// Entries of automaton.next that are no states.
const (
	unexplored = -1
	matched    = -2
)

type state struct {
	at     []uint32 // places that the character before has led to
	before rune     // one that stands for the character before, -1 at the beginning
}

func newAutomaton(p *plan) *automaton {
	a := &automaton{p: p, width: len(p.bounds) + 1, byKey: map[string]int32{}, visited: make([]uint32, len(p.prog.Inst))}
	a.state(nil, -1)
	return a
}

// state returns where the row of a state begins; -1 when there are too many.
func (a *automaton) state(at []uint32, before rune) int32 {
	a.key = append(a.key[:0], byte(before), byte(before>>8), byte(before>>16))
	for _, pc := range at {
		a.key = append(a.key, byte(pc), byte(pc>>8), byte(pc>>16))
	}
	if n, ok := a.byKey[string(a.key)]; ok {
		return n
	}
	if len(a.next)+a.width > maxCells || a.places+len(at) > maxPlaces {
		return -1
	}
	a.places += len(at)
	n := int32(len(a.next))
	a.byKey[string(a.key)] = n
	a.states = append(a.states, state{slices.Clone(at), before})
	for range a.width {
		a.next = append(a.next, unexplored)
	}
	return n
}

// run goes through a text. ok is false when there are too many states: then
// nothing is known.
func (a *automaton) run(text []byte) (found, ok bool) {
	at, next, classOf := int32(0), a.next, &a.p.classOf
	for i := 0; i < len(text); {
		var class uint8
		if c := text[i]; c < utf8.RuneSelf {
			class = classOf[c]
			i++
		} else {
			r, n := utf8.DecodeRune(text[i:])
			class = a.p.class(r)
			i += n
		}
		to := next[at+int32(class)]
		if to < 0 {
			if to == unexplored {
				if to, ok = a.explore(at, int(class)); !ok {
					return false, false
				}
				next = a.next
			}
			if to == matched {
				return true, true
			}
		}
		at = to
	}
	end := a.width - 1
	to := next[at+int32(end)]
	if to == unexplored {
		if to, ok = a.explore(at, end); !ok {
			return false, false
		}
	}
	return to == matched, true
}

// explore finds out where a class of characters, or the end of the text, leads
// from a state.
func (a *automaton) explore(from int32, class int) (to int32, ok bool) {
	r := rune(-1)
	if class < len(a.p.bounds) {
		r = a.p.bounds[class]
	}
	s := a.states[int(from)/a.width]
	a.waiting = a.waiting[:0]
	if a.visit++; a.visit == math.MaxUint32 {
		clear(a.visited)
		a.visit = 1
	}
	flags := syntax.EmptyOpContext(s.before, r)
	found := a.reach(uint32(a.p.prog.Start), flags)
	for _, pc := range s.at {
		found = found || a.reach(pc, flags)
	}
	to = matched
	if !found {
		var at []uint32
		for _, pc := range a.waiting {
			if in := &a.p.prog.Inst[pc]; r >= 0 && in.MatchRune(r) {
				at = append(at, in.Out)
			}
		}
		slices.Sort(at)
		if to = a.state(slices.Compact(at), a.behind(r)); to < 0 {
			// Begin anew with what is likely to come next; this text is another's.
			*a = *newAutomaton(a.p)
			return 0, false
		}
	}
	a.next[int(from)+class] = to
	return to, true
}

// behind returns the character that stands for r where it matters only what may
// be said of the place behind it.
func (a *automaton) behind(r rune) rune {
	switch {
	case !a.p.looks:
		return -1
	case r == '\n' || r < 0:
		return r
	case syntax.IsWordChar(r):
		return 'a'
	}
	return ' '
}

// reach goes on from a place of the program without a character, and reports
// whether that ends in a match.
func (a *automaton) reach(pc uint32, flags syntax.EmptyOp) bool {
	for a.visited[pc] != a.visit {
		a.visited[pc] = a.visit
		in := &a.p.prog.Inst[pc]
		switch in.Op {
		case syntax.InstMatch:
			return true
		case syntax.InstAlt, syntax.InstAltMatch:
			if a.reach(in.Out, flags) {
				return true
			}
			pc = in.Arg
		case syntax.InstNop, syntax.InstCapture:
			pc = in.Out
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^flags != 0 {
				return false
			}
			pc = in.Out
		case syntax.InstFail:
			return false
		default:
			a.waiting = append(a.waiting, pc)
			return false
		}
	}
	return false
}
