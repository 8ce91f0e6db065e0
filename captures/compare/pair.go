// This file decides which connections of the two sides belong together.

package compare

import (
	"slices"
	"strings"
)

// pairing is two streams that are compared; one of them may be nil.
type pairing struct{ a, b *stream }

// maxLooks bounds how often two streams of a session are looked at side by
// side; in a session with more they are paired by order.
const maxLooks = 1 << 20

// pairStreams pairs the streams of two sides, in the order in which they are
// shown: that of a, what only b has behind what it follows there.
func pairStreams(a, b *read) []pairing {
	if len(a.streams) == 1 && len(b.streams) == 1 {
		return []pairing{{a.streams[0], b.streams[0]}}
	}
	partner := map[*stream]*stream{} // both ways
	for _, sessions := range pairSessions(grouped(a.streams), grouped(b.streams)) {
		pairWithin(sessions[0], sessions[1], partner)
	}
	place := map[*stream]int{}
	for i, s := range b.streams {
		place[s] = i
	}
	var list []pairing
	next := 0
	upTo := func(n int) { // those only b has, in front of its n-th
		for ; next < n; next++ {
			if t := b.streams[next]; partner[t] == nil {
				list = append(list, pairing{nil, t})
			}
		}
	}
	for _, s := range a.streams {
		t := partner[s]
		if t != nil {
			upTo(place[t])
		}
		list = append(list, pairing{s, t})
	}
	upTo(len(b.streams))
	return list
}

// pairSessions pairs groups of streams: by account where both sides have it,
// the others in order; those of no session with each other.
func pairSessions(a, b [][]*stream) [][2][]*stream {
	pairs := make([][2][]*stream, len(a))
	waiting := map[string][]int{} // of b, by account
	for j, g := range b {
		waiting[accountOf(g)] = append(waiting[accountOf(g)], j)
	}
	var left []int
	for i, g := range a {
		pairs[i][0] = g
		who := accountOf(g)
		if w := waiting[who]; who != "" && len(w) > 0 {
			pairs[i][1], b[w[0]] = b[w[0]], nil
			waiting[who] = w[1:]
			continue
		}
		left = append(left, i)
	}
	for _, none := range [...]bool{true, false} {
		j := 0
		for _, i := range left {
			if (pairs[i][0][0].conn.Session == 0) != none {
				continue
			}
			for j < len(b) && (b[j] == nil || (b[j][0].conn.Session == 0) != none) {
				j++
			}
			if j < len(b) {
				pairs[i][1], b[j] = b[j], nil
			}
		}
	}
	return pairs
}

func grouped(list []*stream) [][]*stream {
	at := map[int64]int{}
	var groups [][]*stream
	for _, s := range list {
		i, ok := at[s.conn.Session]
		if !ok {
			i = len(groups)
			at[s.conn.Session] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

func accountOf(group []*stream) string {
	for _, s := range group {
		if s.conn.Account != "" {
			return strings.ToLower(s.conn.Account)
		}
	}
	return ""
}

// pairWithin pairs the streams of two sessions: of one role, first those with
// the same people, then those with some of them in common, then in order.
func pairWithin(a, b []*stream, partner map[*stream]*stream) {
	queues := map[string][]*stream{}
	match := func(key func(*stream) string) {
		clear(queues)
		for _, t := range b {
			if partner[t] == nil {
				queues[key(t)] = append(queues[key(t)], t)
			}
		}
		for _, s := range a {
			if q := queues[key(s)]; partner[s] == nil && len(q) > 0 {
				partner[s], partner[q[0]] = q[0], s
				queues[key(s)] = q[1:]
			}
		}
	}
	match(func(s *stream) string {
		key := s.conn.Role.String() + " " + strings.Join(s.people, " ")
		if f := s.conn.File; f != nil {
			key += " " + f.Name
		}
		return key
	})
	if len(a)*len(b) <= maxLooks {
		for _, s := range a {
			for _, t := range b {
				if partner[s] == nil && partner[t] == nil && s.conn.Role == t.conn.Role && shares(s.people, t.people) {
					partner[s], partner[t] = t, s
				}
			}
		}
	}
	match(func(s *stream) string { return s.conn.Role.String() })
}

// shares reports whether two sorted lists have a name in common.
func shares(a, b []string) bool {
	for _, who := range a {
		if _, ok := slices.BinarySearch(b, who); ok {
			return true
		}
	}
	return false
}
