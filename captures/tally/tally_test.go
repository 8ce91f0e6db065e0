// This file tests the sums: timelines, spreads, samples, the most frequent.

package tally

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTimelineKeepsAllCounts(t *testing.T) {
	var line Timeline
	r := rand.New(rand.NewPCG(1, 1))
	want := Cell{}
	at := int64(1e18)
	for i := range 200_000 {
		if i == 100_000 {
			at += 24 * 365 * 3600e9 // a second capture, a year later
		}
		at += r.Int64N(5e6)
		dir := r.IntN(2)
		line.Add(at, dir, 10, i%100 == 0)
		want.Events[dir]++
		want.Bytes[dir] += 10
		if i%100 == 0 {
			want.Errors++
		}
	}
	for _, n := range []int{1, 2, 10, 600, MaxCells} {
		width, cells := line.Cells(n)
		if len(cells) > max(n, 2) {
			t.Errorf("%d cells, want at most %d", len(cells), n)
		}
		got := Cell{}
		for i, c := range cells {
			got.add(&c)
			if i > 0 && c.Start < cells[i-1].Start+width {
				t.Fatalf("cell %d begins at %d inside the one before", i, c.Start)
			}
		}
		if got != want {
			t.Errorf("%d cells hold %+v, want %+v", n, got, want)
		}
	}
	// What nothing happened in costs nothing: two hours a year apart are still
	// told by the second.
	if w := line.Width(); w > 1e9 {
		t.Errorf("cells of %d ns", w)
	}
}

func TestTimelineOfAnyTimes(t *testing.T) {
	var line Timeline
	for i := range int64(20_000) {
		line.Add(int64(uint64(i)*0x9E3779B97F4A7C15), 0, 0, false)
	}
	line.Add(math.MinInt64, 1, 0, false)
	line.Add(math.MaxInt64, 1, 0, false)
	if len(line.cells) > MaxCells {
		t.Errorf("%d cells", len(line.cells))
	}
	if _, cells := line.Cells(1); len(cells) > 2 {
		t.Errorf("%d cells of all time", len(cells))
	}
}

func TestTimelineEstimates(t *testing.T) {
	for _, n := range []int64{1, 7, 512} {
		var line Timeline
		line.AddAbout(1e18, 1e18+3e9, n)
		line.AddAbout(1e18, 1e18, n)
		_, cells := line.Cells(600)
		sum := int64(0)
		for _, c := range cells {
			sum += c.Estimate
		}
		if sum != 2*n {
			t.Errorf("%d events estimated in place of %d", sum, 2*n)
		}
	}
}

func TestSpreadQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var s Spread
	var all []int64
	for range 50_000 {
		v := int64(math.Exp(r.NormFloat64()*2 + 9))
		all = append(all, v)
		s.Add(v)
	}
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.95, 0.99, 1} {
		want := all[int(q*float64(len(all)-1))]
		got := s.Quantile(q)
		if math.Abs(float64(got-want)) > float64(want)/fine+1 {
			t.Errorf("quantile %v is %d, want %d", q, got, want)
		}
	}
	if s.Max() != all[len(all)-1] || s.Count() != int64(len(all)) {
		t.Error(s.Max(), s.Count())
	}
	n := int64(0)
	for i, b := range s.Bars() {
		n += b.Count
		if b.From >= b.To || i > 0 && b.From != s.Bars()[i-1].To {
			t.Errorf("bar %d: %+v", i, b)
		}
	}
	if n != s.Count() {
		t.Errorf("%d in the histogram", n)
	}
}

func TestSpreadOfAnyValues(t *testing.T) {
	var s Spread
	if s.Quantile(0.5) != 0 || s.Bars() != nil {
		t.Error("an empty spread says something")
	}
	for _, v := range []int64{math.MinInt64, -1, 0, 1, 15, 16, 17, math.MaxInt64} {
		s.Add(v)
	}
	for v := int64(0); v < 1<<20; v = v*9/8 + 1 {
		if from, to := bounds(place(v)); v < from || v >= to {
			t.Errorf("%d is counted from %d to %d", v, from, to)
		}
	}
}

func TestSampleIsFairAndKeepsTheGreatest(t *testing.T) {
	s := NewSample(1000, 50)
	const n = 20_000
	for i := range int64(n) {
		s.Add(Point{ID: i, Time: i, Value: (i * 7919) % n})
	}
	points := s.Points()
	if len(points) != 1050 || s.Seen() != n {
		t.Fatalf("%d of %d", len(points), s.Seen())
	}
	if !slices.IsSortedFunc(points, func(a, b Point) int { return cmp.Compare(a.Time, b.Time) }) {
		t.Error("not in order of time")
	}
	slow, early := 0, 0
	seen := map[int64]bool{}
	for _, p := range points {
		if p.Value >= n-50 {
			slow++
		}
		if p.ID < n/2 {
			early++
		}
		if seen[p.ID] {
			t.Errorf("%d is there twice", p.ID)
		}
		seen[p.ID] = true
	}
	if slow < 50 || early < 430 || early > 620 {
		t.Errorf("%d of the 50 greatest, %d of the first half", slow, early)
	}

	few := NewSample(1000, 50)
	for i := range int64(700) {
		few.Add(Point{ID: i})
	}
	if len(few.Points()) != 700 {
		t.Errorf("%d of 700 that there was room for", len(few.Points()))
	}
}

func TestTop(t *testing.T) {
	top := NewTop[string](100)
	for i := range 10_000 {
		top.Add("often", 2)
		top.Add(string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), 1)
	}
	list := top.List(3)
	if len(list) != 3 || list[0].Key != "often" || list[0].Count != 10_000 || list[0].Bytes != 20_000 {
		t.Errorf("%+v", list)
	}
	if top.Len() > 100 || top.Lost() == 0 {
		t.Errorf("%d held, %d lost", top.Len(), top.Lost())
	}
}
