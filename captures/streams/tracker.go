// This file knows which connections there are: whole ones, and what is
// remembered of those that have only just been seen, or have ended.

package streams

import "net/netip"

const (
	// maxConns is how many connections are followed at once. A sign-in takes
	// three or four, so this is some 60,000 people; beyond it the one that has
	// been silent for about longest is given up (EndIdle).
	maxConns = 1 << 16

	// maxStubs is how many stubs are kept at least, and half of how many at
	// most: a SYN flood costs this much memory (some 25 MB) and no more.
	maxStubs = 100_000

	// fewStubs are kept however old they are; of more, those that are younger than
	// stubAge (ns of capture time), twice as old ones at the most. So what a long
	// capture costs does not depend on its length.
	fewStubs = 4096
	stubAge  = 15 * 60e9

	// cacheSlots is the size of the table that is looked into before the map.
	cacheSlots = 1 << 12

	// endedFor (ns of capture time) is how long the ghosts of an ended
	// connection are known as such: TIME_WAIT, twice RFC 793's MSL of 2 minutes.
	endedFor = 240e9

	// ghostWindow is how far (bytes) from the end of an ended connection a
	// segment lies that still belongs to it.
	ghostWindow = 1 << 20
)

// key names a pair of endpoints, the lower one first.
type key struct {
	a, b  address
	ports uint64 // of a and b
}

// keyOf returns g's key, and which of its endpoints sent g: 0 is a, 1 is b.
func keyOf(g *segment) (k key, from int) {
	if g.src == g.dst && g.sport <= g.dport || g.src.less(g.dst) {
		return key{g.src, g.dst, uint64(g.sport)<<16 | uint64(g.dport)}, 0
	}
	return key{g.dst, g.src, uint64(g.dport)<<16 | uint64(g.sport)}, 1
}

// slot is where the key may stand in the cache.
func (k *key) slot() uint64 {
	h := (k.a.lo ^ k.b.lo<<1 ^ k.a.hi ^ k.b.hi<<1 ^ k.ports<<24) * 0x9e3779b97f4a7c15
	return h >> (64 - 12)
}

// addrs returns the endpoints, a first.
func (k *key) addrs() [2]netip.AddrPort {
	return [2]netip.AddrPort{
		netip.AddrPortFrom(k.a.netip(), uint16(k.ports>>16)),
		netip.AddrPortFrom(k.b.netip(), uint16(k.ports)),
	}
}

func (x address) netip() netip.Addr {
	var b [16]byte
	for i := range 8 {
		b[i] = byte(x.hi >> (56 - 8*i))
		b[8+i] = byte(x.lo >> (56 - 8*i))
	}
	return netip.AddrFrom16(b).Unmap()
}

// stub is what is known of a connection that no data was seen of, or that has
// ended. There can be very many of them. Its arrays are indexed by endpoint.
type stub struct {
	ended bool
	zero  uint8     // the endpoint that is side 0
	syn   [2]bool   // a SYN was seen,
	isn   [2]uint32 // with this sequence number
	known [2]bool   // next is known
	next  [2]uint32 // sequence number after what was delivered; or that the other side has acknowledged
	time  int64     // of the first packet, or of the end
}

// stubs keeps the last maxStubs stubs that were put, or somewhat more, unless
// they are old.
type stubs struct {
	young, old map[key]stub
	since      int64 // time of the first of the young ones
}

func (s *stubs) get(k key) (stub, bool) {
	if st, ok := s.young[k]; ok {
		return st, true
	}
	st, ok := s.old[k]
	return st, ok
}

func (s *stubs) put(k key, st stub) {
	if n := len(s.young); n >= maxStubs || n >= fewStubs && st.time-s.since > stubAge {
		s.young, s.old = nil, s.young
	}
	if s.young == nil {
		s.young, s.since = make(map[key]stub), st.time
	}
	delete(s.old, k)
	s.young[k] = st
}

func (s *stubs) drop(k key) {
	delete(s.young, k)
	delete(s.old, k)
}

// conn is a connection that is being followed. With thousands of them going on,
// memory is what a packet waits for: all of it is in one piece.
type conn struct {
	Conn
	key     key
	zero    int // the endpoint that is side 0
	isOpen  bool
	ending  bool
	touched bool // since the hand of Assembler.evict last passed
	index   int  // in Assembler.conns
	last    int64
	half    [2]half // by endpoint
}

// find returns the connection with the key, or nil.
func (a *Assembler) find(k *key) *conn {
	slot := &a.cache[k.slot()]
	if c := *slot; c != nil && c.key.ports == k.ports && c.key.a == k.a && c.key.b == k.b {
		return c
	}
	c := a.byKey[*k]
	if c != nil {
		*slot = c
	}
	return c
}

// start begins to follow a connection, with what its stub says.
func (a *Assembler) start(k key, s stub, live bool) *conn {
	a.stubs.drop(k)
	if len(a.conns) >= maxConns {
		a.evict()
	}
	c := &conn{Conn: Conn{Live: live, Opened: s.time}, key: k, zero: int(s.zero), index: len(a.conns)}
	c.SYN = s.syn[0] || s.syn[1]
	for from := range c.half {
		h := &c.half[from]
		h.conn, h.from = c, from
		switch {
		case s.syn[from]:
			h.syn, h.isn = true, s.isn[from]
			h.known, h.next = true, h.isn+1
		case s.known[from]:
			h.known, h.next = c.SYN, s.next[from]
			h.ackKnown, h.acked = true, s.next[from]
		}
		h.base = h.next
	}
	a.conns = append(a.conns, c)
	a.byKey[k] = c
	if live {
		a.live++
	}
	return c
}

// open tells the Sink of the connection, if it does not know of it yet.
func (a *Assembler) open(c *conn) {
	if c.isOpen {
		return
	}
	c.isOpen = true
	addrs := c.key.addrs()
	c.Addr[0], c.Addr[1] = addrs[c.zero], addrs[1-c.zero]
	a.opened++
	c.Number = a.opened
	a.sink.Open(&c.Conn, c.Opened)
}

// forget removes a connection that has ended, and leaves a stub.
func (a *Assembler) forget(c *conn) {
	delete(a.byKey, c.key)
	if c.Live {
		a.live--
	}
	if slot := &a.cache[c.key.slot()]; *slot == c {
		*slot = nil
	}
	last := a.conns[len(a.conns)-1]
	a.conns[c.index], last.index = last, c.index
	a.conns[len(a.conns)-1] = nil
	a.conns = a.conns[:len(a.conns)-1]

	s := stub{ended: true, zero: uint8(c.zero), time: c.last}
	for from := range c.half {
		h := &c.half[from]
		s.syn[from], s.isn[from] = h.syn, h.isn
		s.known[from], s.next[from] = h.known, h.next
	}
	a.stubs.put(c.key, s)
}

// evict ends a connection of which nothing was heard since the hand last
// passed.
func (a *Assembler) evict() {
	for {
		if a.hand >= len(a.conns) {
			a.hand = 0
		}
		c := a.conns[a.hand]
		if !c.touched {
			a.end(c, c.last, EndIdle)
			return
		}
		c.touched = false
		a.hand++
	}
}
