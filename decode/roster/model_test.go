// This file holds a roster kept in the plainest way, to compare a Timeline
// with, and the session that both are told: a SYN and random changes.

package roster

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"msnscope/decode"
)

// model is the roster as maps of facts: "contact/bob@example.com/name" and so
// on, each with its value and event. It knows nothing of Timeline's code.
type model struct {
	facts map[string]Fact
	event int64
}

func (m *model) set(key, value string) {
	if f, ok := m.facts[key]; !ok || f.Value != value {
		m.facts[key] = Fact{value, m.event}
	}
}

func (m *model) drop(key string) { delete(m.facts, key) }

func (m *model) String() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m.facts)) {
		fmt.Fprintf(&b, "%s = %q @%d\n", k, m.facts[k].Value, m.facts[k].Event)
	}
	return b.String()
}

// flat writes a State in the model's form.
func flat(s *State) string { return (&model{facts: factsOf(s)}).String() }

// factsOf returns the facts of a State under the model's names.
func factsOf(s *State) map[string]Fact {
	m := model{facts: map[string]Fact{}}
	put := func(key string, f Fact) {
		if f.Known() {
			m.facts[key] = f
		}
	}
	put("account", s.Account)
	put("name", s.Name)
	put("status", s.Status)
	put("prompt", s.Prompt)
	put("privacy", s.Privacy)
	put("version", s.Version)
	put("sync", s.Sync)
	put("groups", s.GroupList)
	for l, f := range s.Lists {
		put("list/"+List(l).String(), f)
	}
	for _, p := range s.Properties {
		put("own/"+p.Type, p.Fact)
	}
	for _, g := range s.Groups {
		put("group/"+g.ID, g.Name)
	}
	for _, c := range s.Contacts {
		key := "contact/" + c.Handle + "/"
		put(key+"name", c.Name)
		put(key+"status", c.Status)
		for l, f := range c.On {
			put(key+"on/"+List(l).String(), f)
		}
		for _, g := range c.Groups {
			put(key+"in/"+g.Value, Fact{IsOn, g.Event})
		}
		for _, p := range c.Phones {
			put(key+"phone/"+p.Type, p.Fact)
		}
	}
	return m.facts
}

// session writes the lines of a session and keeps the model up to date.
type session struct {
	r       *rand.Rand
	m       model
	version int
	people  int
	groups  map[string]bool
	on      [4]map[int]bool
	in      map[int]map[string]bool
	lines   []string
	look    func(m *model) // called after each line; may be nil
}

func newSession(seed uint64, people int) *session {
	s := &session{
		r: rand.New(rand.NewPCG(seed, 7)), m: model{facts: map[string]Fact{}}, version: 100, people: people,
		groups: map[string]bool{}, in: map[int]map[string]bool{},
	}
	for l := range s.on {
		s.on[l] = map[int]bool{}
	}
	return s
}

// say writes a line; then makes what follows from it happen to the model.
func (s *session) say(then func(m *model), format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...)+"\r\n")
	s.m.event = int64(len(s.lines))
	then(&s.m)
	if s.look != nil {
		s.look(&s.m)
	}
}

func handle(i int) string { return fmt.Sprintf("p%d@example.com", i) }

var listsOfEra = []string{"FL", "AL", "BL", "RL"}

func (s *session) begin() {
	s.say(func(m *model) { m.set("account", "me@example.com"); m.set("name", "Me Myself") }, "S USR 4 OK me@example.com Me%%20Myself 1")
	s.say(func(m *model) { m.set("sync", "asked") }, "C SYN 5 0")
	v := func(m *model) { m.set("version", fmt.Sprint(s.version)) }
	s.say(func(m *model) { v(m); m.set("sync", "running") }, "S SYN 5 %d", s.version)
	s.say(func(m *model) { m.set("prompt", "A") }, "S GTC 5 %d A", s.version)
	s.say(func(m *model) { m.set("privacy", "AL") }, "S BLP 5 %d AL", s.version)
	s.say(func(m *model) { m.set("own/PHH", "555 1") }, "S PRP 5 %d PHH 555%%201", s.version)
	s.say(func(m *model) { m.set("own/PHW", "") }, "S PRP 5 %d PHW", s.version)
	for g := range 6 {
		id, name := fmt.Sprint(g), fmt.Sprintf("Group %d", g)
		s.groups[id] = true
		s.say(func(m *model) {
			m.set("group/"+id, name)
			if m.set("groups", "partial"); g == 5 {
				m.set("groups", "complete")
			}
		}, "S LSG 5 %d %d 6 %s Group%%20%d 0", s.version, g+1, id, g)
	}
	for l, list := range listsOfEra {
		for i := range s.people {
			key := "contact/" + handle(i) + "/"
			s.on[l][i] = true
			group, word := "", ""
			if list == "FL" {
				group = fmt.Sprint(s.r.IntN(6))
				word = " " + group
				s.in[i] = map[string]bool{group: true}
			}
			s.say(func(m *model) {
				m.set("list/"+list, "partial")
				m.set(key+"on/"+list, "on")
				if list == "FL" {
					m.set(key+"name", fmt.Sprintf("Person %d", i))
					m.set(key+"in/"+group, "on")
				}
				if i == s.people-1 {
					m.set("list/"+list, "complete")
					if list == "RL" {
						m.set("sync", "complete")
					}
				}
			}, "S LST 5 %s %d %d %d %s Person%%20%d%s", list, s.version, i+1, s.people, handle(i), i, word)
			if list == "FL" {
				s.say(func(m *model) { m.set(key+"phone/PHM", fmt.Sprint(i)) }, "S BPR %d %s PHM %d", s.version, handle(i), i)
			}
		}
	}
	s.say(func(m *model) { m.set("status", "NLN") }, "S CHG 6 NLN")
}

// leave is what follows from leaving the forward list.
func (s *session) leave(m *model, i int) {
	key := "contact/" + handle(i) + "/"
	m.set(key+"on/FL", "off")
	for g := range s.in[i] {
		m.drop(key + "in/" + g)
	}
	delete(s.in, i)
	delete(s.on[0], i)
	if m.facts[key+"status"].Value != "" {
		m.set(key+"status", "")
	}
}

// change says one random thing.
func (s *session) change() {
	i := s.r.IntN(s.people)
	h := handle(i)
	key := "contact/" + h + "/"
	s.version++
	v := func(m *model) { m.set("version", fmt.Sprint(s.version)) }
	name := fmt.Sprintf("Name %d", s.r.IntN(1000))
	escaped := strings.ReplaceAll(name, " ", "%20")
	status := []string{"NLN", "BSY", "IDL", "BRB", "AWY", "PHN", "LUN"}[s.r.IntN(7)]
	group := fmt.Sprint(s.r.IntN(12))
	l := s.r.IntN(4)
	list := listsOfEra[l]
	switch s.r.IntN(14) {
	case 0, 1, 2, 3:
		s.say(func(m *model) { m.set(key+"status", status); m.set(key+"name", name) }, "S NLN %s %s %s", status, h, escaped)
	case 4, 5:
		s.say(func(m *model) { m.set(key+"status", "FLN") }, "S FLN %s", strings.ToUpper(h))
	case 6:
		s.say(func(m *model) { v(m); m.set(key+"phone/PHH", name) }, "S BPR %d %s PHH %s", s.version, h, escaped)
	case 7:
		s.say(func(m *model) {
			v(m)
			m.set(key+"on/"+list, "on")
			s.on[l][i] = true
			if list == "FL" {
				m.set(key+"name", name)
				m.set(key+"in/"+group, "on")
				if s.in[i] == nil {
					s.in[i] = map[string]bool{}
				}
				s.in[i][group] = true
			}
		}, "S ADD 9 %s %d %s %s%s", list, s.version, h, escaped, map[bool]string{true: " " + group}[list == "FL"])
	case 8:
		s.say(func(m *model) {
			v(m)
			if list == "FL" {
				s.leave(m, i)
				return
			}
			m.set(key+"on/"+list, "off")
			delete(s.on[l], i)
		}, "S REM 9 %s %d %s", list, s.version, h)
	case 9:
		s.say(func(m *model) { v(m); m.drop(key + "in/" + group); delete(s.in[i], group) }, "S REM 9 FL %d %s %s", s.version, h, group)
	case 10:
		s.say(func(m *model) { v(m); m.set("group/"+group, name); s.groups[group] = true }, "S %s %s 0",
			[]string{fmt.Sprintf("ADG 9 %d %s %s", s.version, escaped, group), fmt.Sprintf("REG 9 %d %s %s", s.version, group, escaped)}[s.r.IntN(2)], "")
	case 11:
		if s.r.IntN(4) > 0 {
			s.say(func(m *model) { v(m); m.set("name", name) }, "S REA 9 %d me@example.com %s", s.version, escaped)
			return
		}
		s.say(func(m *model) {
			v(m)
			m.drop("group/" + group)
			delete(s.groups, group)
			for i := range s.people {
				if s.in[i][group] {
					delete(s.in[i], group)
					m.drop("contact/" + handle(i) + "/in/" + group)
					if len(s.in[i]) == 0 {
						s.leave(m, i)
					}
				}
			}
		}, "S RMG 9 %d %s", s.version, group)
	case 12:
		s.say(func(m *model) { m.set("status", status) }, "S CHG 9 %s", status)
	case 13:
		s.say(func(m *model) { v(m); m.set("privacy", []string{"AL", "BL"}[l%2]) }, "S BLP 9 %d %s", s.version, []string{"AL", "BL"}[l%2])
	}
}

// play feeds lines marked "C " and "S " to a Timeline, one event each.
func play(tb testing.TB, t *Timeline, lines []string) {
	tb.Helper()
	c := decode.NewConn()
	var event int64
	for _, line := range lines {
		dir := decode.C2S
		if line[0] == 'S' {
			dir = decode.S2C
		}
		c.Feed(dir, []byte(line[2:]), func(dir decode.Direction, f *decode.Frame) {
			event++
			if f.Kind == decode.FrameCommand {
				a := decode.Annotate(f.Raw, f.Line, f.Body, c.Context(dir))
				t.Feed(event, event*1e9, dir, &a)
			}
		})
	}
}

// run lets the session begin and change n times.
func (s *session) run(n int) *session {
	s.begin()
	for range n {
		s.change()
	}
	return s
}

func TestTimelineIsAReplay(t *testing.T) {
	const changes = 10000
	for _, size := range []struct{ people, looks int }{{3, 1000}, {150, 1000}, {600, 100}} {
		lines := newSession(uint64(size.people), size.people).run(changes).lines
		var tl Timeline
		play(t, &tl, lines)
		r := rand.New(rand.NewPCG(uint64(size.people), 1))
		wanted := map[int64]bool{int64(len(lines)): true}
		for len(wanted) < size.looks {
			wanted[1+r.Int64N(int64(len(lines)))] = true
		}
		replay := newSession(uint64(size.people), size.people)
		replay.look = func(m *model) {
			if wanted[m.event] && !maps.Equal(factsOf(tl.At(m.event)), m.facts) {
				t.Fatalf("%d people, after event %d (%q):\n%s", size.people, m.event, lines[m.event-1], firstDifference(flat(tl.At(m.event)), m.String()))
			}
		}
		replay.run(changes)
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// TestChanges: the changes between two events, made to the roster after the
// first, give that after the second.
func TestChanges(t *testing.T) {
	s := newSession(3, 40).run(3000)
	var tl Timeline
	play(t, &tl, s.lines)
	for range 100 {
		from, to := s.r.Int64N(int64(len(s.lines))), s.r.Int64N(int64(len(s.lines)))
		if from > to {
			from, to = to, from
		}
		m := values(tl.At(from))
		for _, c := range tl.Changes(from, to) {
			if c.Event <= from || c.Event > to {
				t.Fatalf("%+v is not between %d and %d", c, from, to)
			}
			k := fmt.Sprint(c.What, "/", c.Handle, "/", c.Key)
			if m[k] != c.From {
				t.Fatalf("%+v, but it was %q", c, m[k])
			}
			m[k] = c.To
		}
		want := values(tl.At(to))
		for k := range m {
			if m[k] == "" {
				delete(m, k)
			}
		}
		if !maps.Equal(m, want) {
			t.Fatalf("from %d to %d: got %v want %v", from, to, m, want)
		}
	}
}

// values are the facts of a roster that have a value, by what Change calls them.
func values(s *State) map[string]string {
	m := map[string]string{}
	put := func(w What, h, key, v string) {
		if v != "" {
			m[fmt.Sprint(w, "/", h, "/", key)] = v
		}
	}
	for w := OwnAccount; w <= GroupListState; w++ {
		if f := s.own(w); f != nil {
			put(w, "", "", f.Value)
		}
	}
	for _, p := range s.Properties {
		put(OwnProperty, "", p.Type, p.Value)
	}
	for l, f := range s.Lists {
		put(ListState, "", List(l).String(), f.Value)
	}
	for _, g := range s.Groups {
		put(GroupName, "", g.ID, g.Name.Value)
	}
	for _, c := range s.Contacts {
		put(ContactName, c.Handle, "", c.Name.Value)
		put(ContactStatus, c.Handle, "", c.Status.Value)
		for l, f := range c.On {
			put(ContactOn, c.Handle, List(l).String(), f.Value)
		}
		for _, g := range c.Groups {
			put(ContactIn, c.Handle, g.Value, IsOn)
		}
		for _, p := range c.Phones {
			put(ContactPhone, c.Handle, p.Type, p.Value)
		}
	}
	return m
}
