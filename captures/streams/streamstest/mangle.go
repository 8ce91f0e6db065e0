// This file does to segments what networks and capturing machines do.

package streamstest

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"sort"
)

// Mangle says how often what happens to segments. The first copies of bytes
// that end up in the capture are always those that were sent.
type Mangle struct {
	Reorder    int     // how many places a segment may come too late
	Duplicate  float64 // captured twice
	Retransmit float64 // sent again later, cut at other places
	KeepAlive  float64 // followed by a keep-alive probe
	Forge      float64 // captured again later with other contents
	Lose       float64 // of the segments with data: not captured
	Skip       int     // the first segments of each conversation that are not captured
	Shuffle    bool    // times go up and down with the order in which segments were sent
}

// Apply returns the mangled segments.
func (m Mangle) Apply(rng *rand.Rand, in []Segment) []Segment {
	type placed struct {
		Segment
		place float64
	}
	var out []placed
	seen := map[int]int{}
	// A segment stays before the RST of its conversation, and before the SYN of
	// the next one between the same endpoints.
	barrier := make([]float64, len(in))
	ends := map[[2]netip.AddrPort]float64{}
	for i := len(in) - 1; i >= 0; i-- {
		s := &in[i]
		pair := [2]netip.AddrPort{s.Src, s.Dst}
		if s.Dst.Compare(s.Src) < 0 {
			pair = [2]netip.AddrPort{s.Dst, s.Src}
		}
		if e, ok := ends[pair]; ok {
			barrier[i] = e - 0.5
		} else {
			barrier[i] = float64(len(in) + 1000)
		}
		if s.Flags&RST != 0 || s.Flags&(SYN|ACK) == SYN {
			ends[pair] = float64(i)
		}
	}
	for i, s := range in {
		seen[s.Conv]++
		if seen[s.Conv] <= m.Skip {
			continue
		}
		place := func(late int) float64 { return min(float64(i)+float64(late), barrier[i]) }
		if len(s.Data) > 0 && rng.Float64() < m.Lose {
			continue
		}
		late := 0
		if m.Reorder > 0 && s.Flags&(SYN|RST) == 0 && rng.IntN(2) == 0 {
			late = rng.IntN(m.Reorder + 1)
		}
		out = append(out, placed{s, place(late)})
		if rng.Float64() < m.Duplicate && s.Flags&RST == 0 {
			out = append(out, placed{s, place(late + rng.IntN(3))})
		}
		if len(s.Data) > 0 && s.Flags&SYN == 0 && rng.Float64() < m.Retransmit {
			from := rng.IntN(len(s.Data))
			again := s
			again.Seq, again.At = s.Seq+uint32(from), s.At+from
			again.Data = s.Data[from:]
			again.Data = again.Data[:1+rng.IntN(len(again.Data))]
			again.Have = len(again.Data)
			again.Comments = nil
			out = append(out, placed{again, place(rng.IntN(m.Reorder + 3))})
		}
		if len(s.Data) > 0 && s.Flags&SYN == 0 && m.Forge > 0 && rng.Float64() < m.Forge {
			forged := s
			forged.Data = bytes.Repeat([]byte("OUT\r\n"), len(s.Data)/5+1)[:len(s.Data)]
			forged.Comments = nil
			out = append(out, placed{forged, place(late + 1 + rng.IntN(m.Reorder+3))})
		}
		if len(s.Data) > 0 && s.Flags&SYN == 0 && rng.Float64() < m.KeepAlive {
			probe := s
			probe.Seq, probe.At = s.Seq+uint32(len(s.Data))-1, s.At+len(s.Data)-1
			probe.Data, probe.Have, probe.Comments = nil, 0, nil
			if rng.IntN(2) == 0 {
				probe.Data, probe.Have = s.Data[len(s.Data)-1:], 1
			}
			probe.Flags = ACK
			out = append(out, placed{probe, place(late + 1)})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].place < out[j].place })
	list := make([]Segment, len(out))
	times := make([]int64, len(out))
	for i, s := range out {
		list[i], times[i] = s.Segment, s.Time
	}
	if !m.Shuffle {
		sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
		for i := range list {
			list[i].Time = times[i]
		}
	}
	return list
}

// Captured tells for every byte of a side of a conversation whether it is in
// the capture. n is the length of that side's stream.
func Captured(segments []Segment, conv, side, n int) []bool {
	have := make([]bool, n)
	for _, s := range segments {
		if s.Conv == conv && s.Side == side {
			for i := range s.Have {
				have[s.At+i] = true
			}
		}
	}
	return have
}
