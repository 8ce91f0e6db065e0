// This file says what an Aggregate has added up.

package captures

import (
	"cmp"
	"slices"

	"msnscope/captures/event"
	"msnscope/captures/index"
	"msnscope/captures/tally"
	"msnscope/decode"
)

// Flow is what went in one direction.
type Flow struct {
	Events int64 `json:"events"`
	Bytes  int64 `json:"bytes"`
}

// Totals are the sums over everything selected.
type Totals struct {
	Events     int64   `json:"events"`
	Directions [2]Flow `json:"directions"` // c2s, s2c; without notes and gaps
	Errors     int64   `json:"errors"`     // error replies
	Raw        int64   `json:"raw"`        // bytes that are no command
	Gaps       int64   `json:"gaps"`
	Notes      int64   `json:"notes"`
	First      int64   `json:"-"` // Unix ns
	Last       int64   `json:"-"`
	Unnamed    int64   `json:"unnamed"`   // commands that are not told by name: there are too many names
	Uncounted  int64   `json:"uncounted"` // hits of connections beyond those that are counted
}

// CommandSum is what there was of one command.
type CommandSum struct {
	Name   string `json:"name"`
	Count  int64  `json:"count"`
	Bytes  int64  `json:"bytes"`
	Errors int64  `json:"errors"` // of these, answered with an error
}

// LatencySum is how long answers to one command took, in microseconds.
type LatencySum struct {
	Command string      `json:"command"` // the request
	Role    decode.Role `json:"-"`
	Count   int64       `json:"count"`
	P50     int64       `json:"p50"`
	P95     int64       `json:"p95"`
	P99     int64       `json:"p99"`
	Max     int64       `json:"max"`
}

// SessionHits is what was found in one session, or on connections of none.
type SessionHits struct {
	Session int64   // 0: connections that belong to no session
	Count   int64   // events
	First   []int64 // ids of the first ones
}

// Totals returns the sums over everything.
func (a *Aggregate) Totals() Totals { return a.sums.totals }

// Timeline returns counts over time in at most n cells. Where the view selects
// everything, blocks not added up yet are there by what is known of them without
// reading: see tally.Cell.
func (a *Aggregate) Timeline(n int) (width int64, cells []tally.Cell) {
	line := &a.sums.timeline
	if a.v.scan.everything() && a.want&WantTimeline != 0 {
		var guess *tally.Timeline
		for _, p := range a.v.parts {
			next := max(a.parts[p.c], 1)
			if next > p.all {
				continue
			}
			if guess == nil {
				guess = line.Clone()
			}
			_, _, err := p.c.Next(next, func(f *index.Facts) bool {
				guess.AddAbout(f.Min, f.Max, int64(f.Count))
				return false
			})
			if err != nil {
				break // what is known of some is a guess as well
			}
		}
		if guess != nil {
			line = guess
		}
	}
	return line.Cells(n)
}

// Commands returns what there was of each command, the most frequent first.
func (a *Aggregate) Commands() []CommandSum { return a.sums.sortedCommands() }

// Latencies returns how long answers took, by request and role, in the order of
// the numbers in Points; then the same of each role over all commands, with an
// empty name.
func (a *Aggregate) Latencies() []LatencySum {
	out := make([]LatencySum, 0, len(a.sums.keys)+4)
	for _, k := range a.sums.keys {
		out = append(out, latencySum(string(k.cmd[:]), k.role, &a.sums.answers[k].spread))
	}
	byRole := map[decode.Role]*tally.Spread{}
	for _, k := range a.sums.keys {
		s := byRole[k.role]
		if s == nil {
			s = &tally.Spread{}
			byRole[k.role] = s
		}
		s.Merge(&a.sums.answers[k].spread)
	}
	roles := make([]decode.Role, 0, len(byRole))
	for r := range byRole {
		roles = append(roles, r)
	}
	slices.Sort(roles)
	for _, r := range roles {
		out = append(out, latencySum("", r, byRole[r]))
	}
	return out
}

func latencySum(name string, r decode.Role, s *tally.Spread) LatencySum {
	return LatencySum{
		Command: name, Role: r, Count: s.Count(),
		P50: s.Quantile(0.5), P95: s.Quantile(0.95), P99: s.Quantile(0.99), Max: s.Max(),
	}
}

// Points returns a sample of the answers, with their latency in microseconds,
// and how many answers there are.
func (a *Aggregate) Points() (points []tally.Point, of int64) {
	if a.sums.points == nil {
		return nil, 0
	}
	return a.sums.points.Points(), a.sums.points.Seen()
}

// Accounts returns the n users with most events, how many there are, and how
// many events are not told because there are more users than are counted.
func (a *Aggregate) Accounts(n int) (list []tally.Entry[string], of int, lost int64) {
	if a.sums.accounts == nil {
		return nil, 0, 0
	}
	return a.sums.accounts.List(n), a.sums.accounts.Len(), a.sums.accounts.Lost()
}

// KeepAlives returns how long clients waited from one PNG to the next, in
// microseconds.
func (a *Aggregate) KeepAlives() *tally.Spread { return &a.sums.pings }

// Hits returns the n newest sessions in which something was found, what is of
// none last, and how many there are.
func (a *Aggregate) Hits(n int) (list []SessionHits, of int) {
	bySession := map[int64]*SessionHits{}
	for who, h := range a.sums.hits {
		id := int64(0)
		if who.conn != 0 {
			id = h.c.Session(int64(who.capture)*event.ConnectionsPerCapture + who.conn)
		}
		s := bySession[id]
		if s == nil {
			s = &SessionHits{Session: id}
			bySession[id] = s
		}
		s.Count += h.count
		s.First = append(s.First, h.first[:min(h.count, firstHits)]...)
	}
	for _, s := range bySession {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(x, y SessionHits) int { return cmp.Compare(y.Session, x.Session) })
	of = len(list)
	list = list[:min(n, of)]
	for i := range list {
		slices.Sort(list[i].First)
		list[i].First = list[i].First[:min(len(list[i].First), firstHits)]
	}
	return list, of
}
