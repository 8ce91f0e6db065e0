// This file holds which events of a capture a view selects: a bit an event,
// with counts that make positions quick.

package captures

import (
	"math/bits"
	"sort"
)

// groupWords is the number of words that share a count: 512 events.
const groupWords = 8

// selection is a growing set of event numbers, which count from 1.
type selection struct {
	words  []uint64
	before []int64 // for each group of words, how many are set before it
	total  int64
}

// add adds a number, greater than those added before.
func (s *selection) add(n int64) {
	w := int((n - 1) / 64)
	for len(s.words) <= w {
		if len(s.words)%groupWords == 0 {
			s.before = append(s.before, s.total)
		}
		s.words = append(s.words, 0)
	}
	s.words[w] |= 1 << ((n - 1) % 64)
	s.total++
}

// has reports whether n is set.
func (s *selection) has(n int64) bool {
	w := int((n - 1) / 64)
	return w < len(s.words) && s.words[w]&(1<<((n-1)%64)) != 0
}

// put sets or takes out a number among those added before, and reports whether
// that changed anything.
func (s *selection) put(n int64, on bool) bool {
	if s.has(n) == on {
		return false
	}
	w, step := int((n-1)/64), int64(-1)
	if on {
		step = 1
		for len(s.words) <= w {
			if len(s.words)%groupWords == 0 {
				s.before = append(s.before, s.total)
			}
			s.words = append(s.words, 0)
		}
	}
	s.words[w] ^= 1 << ((n - 1) % 64)
	for g := w/groupWords + 1; g < len(s.before); g++ {
		s.before[g] += step
	}
	s.total += step
	return true
}

// cut takes out all numbers from n on.
func (s *selection) cut(n int64) {
	s.total = s.rank(n)
	w := int((n - 1) / 64)
	if w >= len(s.words) {
		return
	}
	s.words[w] &= 1<<((n-1)%64) - 1
	s.words = s.words[:w+1]
	s.before = s.before[:w/groupWords+1]
}

// rank returns how many numbers less than n are set.
func (s *selection) rank(n int64) int64 {
	if n < 1 {
		return 0
	}
	w := int((n - 1) / 64)
	if w >= len(s.words) {
		return s.total
	}
	g := w / groupWords
	r := s.before[g]
	for _, word := range s.words[g*groupWords : w] {
		r += int64(bits.OnesCount64(word))
	}
	return r + int64(bits.OnesCount64(s.words[w]&(1<<((n-1)%64)-1)))
}

// at returns the number at position i of the set, 0 <= i < total.
func (s *selection) at(i int64) int64 {
	g := sort.Search(len(s.before), func(g int) bool { return s.before[g] > i }) - 1
	i -= s.before[g]
	for w := g * groupWords; ; w++ {
		word := s.words[w]
		if c := int64(bits.OnesCount64(word)); i >= c {
			i -= c
			continue
		}
		for ; i > 0; i-- {
			word &= word - 1
		}
		return int64(w)*64 + int64(bits.TrailingZeros64(word)) + 1
	}
}

// from returns the words from the one of number n on, to compare by.
func (s *selection) from(n int64) []uint64 {
	w := int((n - 1) / 64)
	if w >= len(s.words) {
		return nil
	}
	return s.words[w:]
}
