// This file turns conversations into TCP segments.

package streamstest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sort"
)

// TCP flags.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// End is how a conversation ends.
type End int

// The ends.
const (
	EndFIN  End = iota // first the client's FIN, then the server's
	EndRST             // the client's RST
	EndOpen            // not at all
)

// Turn is what one side says.
type Turn struct {
	Side     int // 0 is the client
	Data     []byte
	Comments []string // of its first segment
}

// Conversation is a TCP connection and what is said on it.
type Conversation struct {
	Addr     [2]netip.AddrPort // client and server
	ISN      [2]uint32
	Start    int64 // Unix ns
	Step     int64 // ns from one segment to the next; 0: 1 ms
	MSS      int   // 0: 1460
	Turns    []Turn
	NoSYN    bool // the handshake is not in the capture
	FastOpen bool // the first segment of data is in the SYN
	NoACK    bool // what only acknowledges is not in the capture
	End      End
}

// Segment is one TCP segment.
type Segment struct {
	Conv     int // index of its conversation
	Side     int
	Src, Dst netip.AddrPort
	Time     int64
	Seq, Ack uint32
	Flags    uint8
	Data     []byte
	At       int // offset of Data in the side's stream
	Have     int // how much of Data was captured; set by Framing.Packets
	Comments []string
}

// Stream returns all that a side says.
func (c *Conversation) Stream(side int) []byte {
	var b []byte
	for _, t := range c.Turns {
		if t.Side == side {
			b = append(b, t.Data...)
		}
	}
	return b
}

// Segments returns the conversation as it is on the wire. conv is its number.
func (c *Conversation) Segments(conv int) []Segment {
	mss, step := c.MSS, c.Step
	if mss == 0 {
		mss = 1460
	}
	if step == 0 {
		step = 1e6
	}
	var (
		list []Segment
		at   [2]int
		now  = c.Start
		seq  = [2]uint32{c.ISN[0] + 1, c.ISN[1] + 1}
	)
	send := func(side int, flags uint8, data []byte, comments []string) {
		s := Segment{
			Conv: conv, Side: side, Src: c.Addr[side], Dst: c.Addr[1-side], Time: now,
			Seq: seq[side], Ack: seq[1-side], Flags: flags, Data: data, At: at[side], Have: len(data), Comments: comments,
		}
		if flags&SYN != 0 {
			s.Seq--
		}
		if flags&ACK == 0 {
			s.Ack = 0
		}
		seq[side] += uint32(len(data))
		at[side] += len(data)
		if flags&FIN != 0 {
			seq[side]++
		}
		now += step
		list = append(list, s)
	}
	turns := c.Turns
	if !c.NoSYN {
		if c.FastOpen && len(turns) > 0 && turns[0].Side == 0 {
			n := min(mss, len(turns[0].Data))
			send(0, SYN, turns[0].Data[:n], turns[0].Comments)
			rest := Turn{Data: turns[0].Data[n:]}
			turns = append([]Turn{rest}, turns[1:]...)
		} else {
			send(0, SYN, nil, nil)
		}
		send(1, SYN|ACK, nil, nil)
		if !c.NoACK {
			send(0, ACK, nil, nil)
		}
	}
	for _, t := range turns {
		comments := t.Comments
		for n, data := 0, t.Data; len(data) > 0; n++ {
			m := min(mss, len(data))
			send(t.Side, ACK|PSH, data[:m], comments)
			comments = nil
			if data = data[m:]; !c.NoACK && (n%2 == 1 || len(data) == 0) {
				send(1-t.Side, ACK, nil, nil)
			}
		}
	}
	switch c.End {
	case EndFIN:
		send(0, FIN|ACK, nil, nil)
		send(1, FIN|ACK, nil, nil)
		send(0, ACK, nil, nil)
	case EndRST:
		send(0, RST|ACK, nil, nil)
	}
	return list
}

// Merge returns the segments of all conversations in order of time.
func Merge(convs []Conversation) []Segment {
	var all []Segment
	for i := range convs {
		all = append(all, convs[i].Segments(i)...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Time < all[j].Time })
	return all
}

// Random returns n conversations of about size bytes each way, that run at the
// same time.
func Random(rng *rand.Rand, n, size int) []Conversation {
	convs := make([]Conversation, n)
	for i := range convs {
		c := &convs[i]
		c.Addr[0] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), uint16(1024+i%60000))
		c.Addr[1] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{64, 4, 13, byte(rng.IntN(4))}), 1863)
		c.ISN = [2]uint32{rng.Uint32(), rng.Uint32()}
		c.Start = 1_000_000_000e9 + int64(rng.IntN(50e6))
		for total := 0; total < 2*size; {
			t := Turn{Side: rng.IntN(2), Data: Text(rng, 1+rng.IntN(1+size/4))}
			total += len(t.Data)
			c.Turns = append(c.Turns, t)
		}
	}
	return convs
}

// Text returns n bytes that look like chat lines, no two of them alike.
func Text(rng *rand.Rand, n int) []byte {
	var b []byte
	for len(b) < n {
		b = fmt.Appendf(b, "MSG %d N %d\r\n", rng.IntN(1e6), rng.Uint32())
	}
	return b[:n]
}

// IPv6 gives the conversations IPv6 addresses.
func IPv6(convs []Conversation) {
	for i := range convs {
		for side, a := range convs[i].Addr {
			b := a.Addr().As16()
			copy(b[:], []byte{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 1})
			convs[i].Addr[side] = netip.AddrPortFrom(netip.AddrFrom16(b), a.Port())
		}
	}
}
