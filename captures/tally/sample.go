// This file holds a sample: of many values a fair choice, and the greatest ones
// all the same, since those are what people look for.

package tally

import (
	"container/heap"
	"math/rand/v2"
	"slices"
)

// Point is one value of a sample.
type Point struct {
	ID    int64 // of the event
	Time  int64 // Unix ns
	Value int64
	Kind  int32 // what it is of, as the caller numbers it
}

// Sample keeps some of many points. Make one with NewSample.
type Sample struct {
	fair     []Point // each point was kept with the same chance
	most     points  // the greatest
	fairSize int
	mostSize int
	seen     int64
	chance   *rand.Rand
}

// NewSample returns a sample of some points chosen by chance and some that are
// greatest. The same points give the same sample.
func NewSample(fair, most int) *Sample {
	return &Sample{fairSize: fair, mostSize: most, chance: rand.New(rand.NewPCG(1, 2))}
}

// Add takes a point.
func (s *Sample) Add(p Point) {
	s.seen++
	if len(s.most) < s.mostSize {
		heap.Push(&s.most, p)
	} else if len(s.most) > 0 && s.most[0].Value < p.Value {
		p, s.most[0] = s.most[0], p
		heap.Fix(&s.most, 0)
	} else {
		s.keep(p)
		return
	}
	if s.seen > int64(s.mostSize) {
		s.keep(p) // the one that was pushed out
	}
}

func (s *Sample) keep(p Point) {
	if len(s.fair) < s.fairSize {
		s.fair = append(s.fair, p)
	} else if i := s.chance.Int64N(s.seen - int64(s.mostSize)); i < int64(s.fairSize) {
		s.fair[i] = p
	}
}

// Seen returns how many points were added.
func (s *Sample) Seen() int64 { return s.seen }

// Points returns the sample in order of time.
func (s *Sample) Points() []Point {
	all := slices.Concat(s.fair, []Point(s.most))
	slices.SortFunc(all, func(a, b Point) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return int(min(max(a.ID-b.ID, -1), 1))
	})
	return all
}

// points is a heap, the least first.
type points []Point

func (p points) Len() int           { return len(p) }
func (p points) Less(i, j int) bool { return p[i].Value < p[j].Value }
func (p points) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *points) Push(x any)        { *p = append(*p, x.(Point)) }
func (p *points) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}
