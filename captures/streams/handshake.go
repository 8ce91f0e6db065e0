// This file begins connections, and tells a new one from the ghosts of an old
// one that had the same addresses.

package streams

// stranger takes a segment of no connection that is being followed. from is the
// endpoint that sent it.
func (a *Assembler) stranger(k key, from int, g *segment) {
	s, known := a.stubs.get(k)
	if known && s.ended {
		if a.isGhost(&s, from, g) {
			return
		}
		known = false
	}
	plain := g.n == 0 && len(g.comments) == 0
	switch {
	case g.flags&flagRST != 0:
		if known {
			a.stubs.drop(k) // refused
		}
		return
	case g.flags&flagSYN != 0:
		if !known || !s.answer(from, g) {
			s = newStub(from, g)
		}
		if plain && !g.live { // perhaps one of a flood
			a.stubs.put(k, s)
			return
		}
	case known && (s.syn[0] || s.syn[1]): // the handshake is over
	case !known:
		s = stub{zero: uint8(from), time: g.time} // without a SYN, side 0 is who was seen first
		if plain && g.flags&flagFIN == 0 {
			s.known[1-from], s.next[1-from] = g.flags&flagACK != 0, g.ack
			a.stubs.put(k, s)
		}
		fallthrough
	default:
		if plain {
			return
		}
	}
	c := a.start(k, s, g.live)
	if c.SYN {
		a.open(c)
	}
	a.take(c, from, g)
}

// newStub begins with a SYN, or with a SYN+ACK if that comes first.
func newStub(from int, g *segment) stub {
	s := stub{zero: uint8(from), time: g.time}
	s.syn[from], s.isn[from] = true, g.seq
	if g.flags&flagACK != 0 {
		s.zero = uint8(1 - from)
		s.known[1-from], s.next[1-from] = true, g.ack
	}
	return s
}

// answer takes a SYN or SYN+ACK of a connection of which a stub is known. It
// reports false if it begins another one.
func (s *stub) answer(from int, g *segment) bool {
	isZero := int(s.zero) == from
	switch isAnswer := g.flags&flagACK != 0; {
	case !s.syn[0] && !s.syn[1]:
		return false
	case s.syn[from] && s.isn[from] == g.seq: // again
	case isAnswer && !isZero: // the answer, or another one of a server that began anew
	case isAnswer:
		return false
	case isZero && !s.syn[from] && s.known[from] && s.next[from] == g.seq+1: // its answer was captured first
	case !isZero && !s.syn[from]: // both sides opened the connection
	default:
		return false
	}
	s.syn[from], s.isn[from] = true, g.seq
	return true
}

// isGhost reports whether a segment belongs to the connection of that name that
// has ended: late acknowledgements and repetitions.
func (a *Assembler) isGhost(s *stub, from int, g *segment) bool {
	age := g.time - s.time
	recent := age > -endedFor && age < endedFor
	switch {
	case g.flags&(flagSYN|flagACK) == flagSYN:
		// The proxy records a SYN once only.
		return recent && s.syn[from] && s.isn[from] == g.seq && !g.live
	case g.flags&flagSYN != 0:
		return recent
	case g.n == 0:
		return true
	}
	distance := int32(g.seq + g.n - s.next[from])
	if !recent || !s.known[from] || distance < -ghostWindow || distance > ghostWindow {
		return false
	}
	if distance > 0 {
		a.problems.by[afterEnd].add(a.number)
	}
	return true
}

// take takes a segment of a connection.
func (a *Assembler) take(c *conn, from int, g *segment) {
	h := &c.half[from]
	c.touched = true
	if g.flags&(flagSYN|flagRST) != 0 {
		if g.flags&flagRST != 0 {
			a.reset(c, h, g)
			return
		}
		if !a.syn(c, h, g) {
			a.replace(c, from, g)
			return
		}
		g.seq++
	}
	if d := int32(g.seq - h.next); h.known && (d > window || d < -window) {
		if a.isOther(h, g) {
			a.replace(c, from, g)
		}
		return
	}
	c.last = g.time
	if g.flags&flagACK != 0 {
		a.acknowledge(&c.half[1-from], g.ack)
	}
	switch {
	case c.ending: // by what this acknowledged
	case g.n == 0 && g.flags&flagFIN == 0:
		a.report(h, g.time, g.comments)
	default:
		a.data(h, g)
	}
}

// isOther takes a segment that lies far from where its side's stream is. It
// reports true when there were too many of them in a row to be noise, so that
// they must be of another connection, the beginning of which was not captured.
func (a *Assembler) isOther(h *half, g *segment) bool {
	if g.n > 0 {
		if ahead := int32(g.seq - h.farSeq); ahead < 0 || ahead > startWindow {
			h.far = 0
		}
		h.far++
		h.farSeq = g.seq + g.n
		if h.far == farSegments {
			return true
		}
	}
	a.problems.by[farSegment].add(a.number)
	return false
}

// replace ends a connection and begins another one between the same endpoints.
func (a *Assembler) replace(c *conn, from int, g *segment) {
	k := c.key
	a.end(c, g.time, EndReused)
	a.stubs.drop(k)
	a.stranger(k, from, g)
}

// syn takes the SYN of a side. It reports false if it belongs to another
// connection.
func (a *Assembler) syn(c *conn, h *half, g *segment) bool {
	first := g.seq + 1
	isAnswer := g.flags&flagACK != 0
	switch {
	case h.syn && h.isn == g.seq:
		return true // sent or captured again
	case h.got || h.closed:
		return !h.syn && h.base == first // captured late
	case !isAnswer && h.known && h.next != first,
		!isAnswer && !h.known && c.half[1-h.from].got:
		return false
	}
	if len(h.waiting) > 0 {
		if ahead := int32(h.waiting[0].seq - first); ahead < 0 || ahead > startWindow {
			return false
		}
	}
	if !c.isOpen && !c.SYN {
		// Data was captured before the SYN. Only now is it known who is who.
		c.zero = h.from
		if isAnswer {
			c.zero = 1 - h.from
		}
	}
	c.SYN = true
	h.syn, h.isn = true, g.seq
	a.know(h, first)
	return true
}
