// This file holds the sums of an Aggregate, and what is told of them.

package captures

import (
	"cmp"
	"slices"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/tally"
	"msnscope/decode"
)

// Bounds of what is kept, whatever a capture holds.
const (
	maxLookups    = 10_000  // requests looked up in other blocks
	maxCommands   = 512     // names of commands
	maxAnswers    = 256     // pairs of command and role whose latency is told
	maxAccounts   = 4096    // accounts counted at a time
	maxPingers    = 1 << 16 // connections whose last keep-alive is remembered
	maxHitters    = 1 << 16 // connections whose hits are counted
	firstHits     = 3       // hits of a session that are told
	fairPoints    = 3000    // answers in the sample
	slowestPoints = 300     // and the slowest ones
)

type answerKey struct {
	cmd  [3]byte
	role decode.Role
}

type pinger struct {
	capture int
	conn    int64
}

type sums struct {
	want     Wanted
	totals   Totals
	timeline tally.Timeline
	commands map[[3]byte]*CommandSum
	lookups  int
	answers  map[answerKey]*answerSum
	keys     []answerKey // by number in the points
	points   *tally.Sample
	accounts *tally.Top[string]
	pinged   map[pinger]int64
	pings    tally.Spread
	hits     map[pinger]*hitSum
}

type answerSum struct {
	number int32
	spread tally.Spread
}

type hitSum struct {
	c     *index.Capture
	count int64
	first [firstHits]int64
}

func newSums(want Wanted) *sums {
	s := &sums{want: want}
	if want&WantNumbers != 0 {
		s.commands = map[[3]byte]*CommandSum{}
		s.answers = map[answerKey]*answerSum{}
		s.points = tally.NewSample(fairPoints, slowestPoints)
		s.accounts = tally.NewTop[string](maxAccounts)
		s.pinged = map[pinger]int64{}
	}
	if want&WantHits != 0 {
		s.hits = map[pinger]*hitSum{}
	}
	return s
}

func (s *sums) add(c *index.Capture, n int64, l *index.Look) {
	if s.want&WantTimeline != 0 && l.Kind != event.Note {
		s.timeline.Add(l.Time, int(l.Dir&1), l.Size, l.Error)
	}
	if s.hits != nil {
		s.hit(c, n, l)
	}
	if s.want&WantNumbers == 0 {
		return
	}
	t := &s.totals
	if t.Events == 0 || l.Time < t.First {
		t.First = l.Time
	}
	t.Last = max(t.Last, l.Time)
	t.Events++
	if l.Account != "" && l.Kind != event.Note {
		s.accounts.Add(l.Account, l.Size)
	}
	switch l.Kind {
	case event.Note:
		t.Notes++
		return
	case event.Gap:
		t.Gaps++
		return
	case event.Raw:
		t.Raw++
	}
	t.Directions[l.Dir&1].Events++
	t.Directions[l.Dir&1].Bytes += l.Size
	if l.Kind == event.Command {
		s.command(c, n, l)
	}
}

func (s *sums) command(c *index.Capture, n int64, l *index.Look) {
	if l.Error {
		s.totals.Errors++
	}
	if k := s.named(l.Command); k != nil {
		k.Count++
		k.Bytes += l.Size
	}
	if l.Back != 0 && !l.Error {
		s.answered(asked(l.Command), c.ID(n), l)
	}
	if l.Command == [3]byte{'P', 'N', 'G'} && l.Dir == decode.C2S {
		who := pinger{c.Number(), l.Connection}
		last, again := s.pinged[who]
		if again {
			s.pings.Add((l.Time - last) / 1000)
		} else if len(s.pinged) >= maxPingers {
			clear(s.pinged)
		}
		s.pinged[who] = l.Time
	}
}

// asked returns the command to which another is the answer. Most answers have
// the name of the request.
func asked(answer [3]byte) [3]byte {
	switch answer {
	case [3]byte{'Q', 'N', 'G'}:
		return [3]byte{'P', 'N', 'G'}
	case [3]byte{'A', 'C', 'K'}, [3]byte{'N', 'A', 'K'}:
		return [3]byte{'M', 'S', 'G'}
	}
	return answer
}

func (s *sums) named(name [3]byte) *CommandSum {
	k := s.commands[name]
	if k == nil {
		if len(s.commands) >= maxCommands {
			s.totals.Unnamed++
			return nil
		}
		k = &CommandSum{Name: string(name[:])}
		s.commands[name] = k
	}
	return k
}

func (s *sums) answered(request [3]byte, id int64, l *index.Look) {
	key := answerKey{request, l.Role}
	a := s.answers[key]
	if a == nil {
		if len(s.answers) >= maxAnswers {
			return
		}
		a = &answerSum{number: int32(len(s.keys))}
		s.keys = append(s.keys, key)
		s.answers[key] = a
	}
	a.spread.Add(l.Latency / 1000)
	s.points.Add(tally.Point{ID: id, Time: l.Time, Value: l.Latency / 1000, Kind: a.number})
}

// failed notes that a request got an error for an answer.
func (s *sums) failed(request [3]byte, l *index.Look) {
	if request == ([3]byte{}) {
		return
	}
	if k := s.named(request); k != nil {
		k.Errors++
	}
}

func (s *sums) hit(c *index.Capture, n int64, l *index.Look) {
	who := pinger{c.Number(), l.Connection}
	h := s.hits[who]
	if h == nil {
		if len(s.hits) >= maxHitters {
			s.totals.Uncounted++
			return
		}
		h = &hitSum{c: c}
		s.hits[who] = h
	}
	if h.count < firstHits {
		h.first[h.count] = c.ID(n)
	}
	h.count++
}

// sortedCommands returns the commands, the most frequent first.
func (s *sums) sortedCommands() []CommandSum {
	out := make([]CommandSum, 0, len(s.commands))
	for _, k := range s.commands {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b CommandSum) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return out
}
