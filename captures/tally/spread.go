// This file holds how values are distributed: quantiles to within a few percent.

package tally

import "math/bits"

const (
	fineBits = 4 // a power of two is divided into 16
	fine     = 1 << fineBits
	// maxBits bounds values: 2^40 microseconds are twelve days.
	maxBits = 40
)

// Spread counts values from 0 on, each to within a sixteenth of itself. The zero
// Spread is empty.
type Spread struct {
	counts   []int64
	n        int64
	min, max int64
}

// Add counts a value; one below 0 counts as 0.
func (s *Spread) Add(v int64) {
	v = min(max(v, 0), 1<<maxBits-1)
	at := place(v)
	if at >= len(s.counts) {
		s.counts = append(s.counts, make([]int64, at+1-len(s.counts))...)
	}
	s.counts[at]++
	if s.n == 0 || v < s.min {
		s.min = v
	}
	s.max = max(s.max, v)
	s.n++
}

func place(v int64) int {
	if v < fine {
		return int(v)
	}
	e := bits.Len64(uint64(v)) - 1 - fineBits
	return (e+1)<<fineBits + int(v>>e)&(fine-1)
}

// bounds returns the values from which and up to which (excluded) a place counts.
func bounds(at int) (from, to int64) {
	if at < fine {
		return int64(at), int64(at) + 1
	}
	e := at>>fineBits - 1
	from = int64(fine+at&(fine-1)) << e
	return from, from + 1<<e
}

// Merge adds what another Spread has counted.
func (s *Spread) Merge(o *Spread) {
	if o.n == 0 {
		return
	}
	if len(o.counts) > len(s.counts) {
		s.counts = append(s.counts, make([]int64, len(o.counts)-len(s.counts))...)
	}
	for at, c := range o.counts {
		s.counts[at] += c
	}
	if s.n == 0 || o.min < s.min {
		s.min = o.min
	}
	s.max = max(s.max, o.max)
	s.n += o.n
}

// Count returns how many values there are.
func (s *Spread) Count() int64 { return s.n }

// Max returns the greatest value, 0 if there is none.
func (s *Spread) Max() int64 { return s.max }

// Quantile returns the value that a share q of all are not above; 0 if there is
// none.
func (s *Spread) Quantile(q float64) int64 {
	if s.n == 0 {
		return 0
	}
	rank := int64(q * float64(s.n-1))
	for at, c := range s.counts {
		if rank < c {
			from, to := bounds(at)
			return min(max(from+(to-from)/2, s.min), s.max)
		}
		rank -= c
	}
	return s.max
}

// Bar is a column of a histogram: how many values there are from From on and
// below To.
type Bar struct{ From, To, Count int64 }

// Bars returns a histogram, two columns for each power of two, without those at
// either end that are empty.
func (s *Spread) Bars() []Bar {
	var bars []Bar
	for at := 0; at < len(s.counts); at += fine / 2 {
		from, _ := bounds(at)
		_, to := bounds(at + fine/2 - 1)
		b := Bar{From: from, To: to}
		for _, c := range s.counts[at:min(at+fine/2, len(s.counts))] {
			b.Count += c
		}
		if b.Count > 0 || len(bars) > 0 {
			bars = append(bars, b)
		}
	}
	return bars
}
