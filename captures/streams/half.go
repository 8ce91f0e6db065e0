// This file puts the segments of one side of a connection in order.

package streams

const (
	// startWait (ns of capture time) and startSegments are how long the first
	// segments of a side wait for earlier ones when its SYN was not captured;
	// startWindow (bytes) is how much earlier those may begin.
	startWait     = 50e6
	startSegments = 8
	startWindow   = 64 << 10

	// Missing bytes that the other side has acknowledged are given up after
	// this time (ns of capture time) or this many more segments; packets are
	// captured out of order by less.
	missingAfter         = 2e9
	missingAfterSegments = 64

	// missingAtLast (ns of capture time) gives them up without
	// acknowledgement, which is not always captured: no sender repeats itself
	// this late.
	missingAtLast = 120e9

	// maxSideBytes, maxSideSegments and maxWaitingBytes bound what waits for
	// missing bytes: of a side, and of all.
	maxSideBytes    = 1 << 20
	maxSideSegments = 1024
	maxWaitingBytes = 64 << 20

	// waitingOverhead is what a waiting segment takes beside its bytes.
	waitingOverhead = 96

	// window is how far (bytes) from the expected sequence number a segment
	// may lie and still be believed to be of the same connection;
	// farSegments in a row that lie elsewhere are believed to be of another.
	// All but the last of those are lost.
	window      = 64 << 20
	farSegments = 3
)

// half is one side of a connection: what one endpoint sends.
type half struct {
	conn *conn
	from int // the endpoint

	syn    bool // a SYN was seen,
	isn    uint32
	known  bool // it is known where the stream is:
	next   uint32
	base   uint32 // where it began
	got    bool   // some of it was delivered
	hasFIN bool   // its end was seen,
	fin    uint32 // here
	closed bool   // and reached
	time   int64  // the latest of the packets up to next

	ackKnown bool
	acked    uint32 // how far the other side has it

	waiting  []waiting // in order, without overlaps
	held     int       // their bytes
	segments uint32    // counted

	far    uint8 // segments in a row that fit nowhere
	farSeq uint32

	in            *list
	before, after *half // in the list
}

// waiting is a segment, or part of one, before which bytes are missing; or the
// end of the stream (fin).
type waiting struct {
	seq, n   uint32
	at       uint32 // half.segments when it came
	fin      bool
	time     int64
	data     []byte // of n bytes; shorter if the packet was cut off
	comments []string
}

// part returns the n bytes from offset at on.
func (w waiting) part(at, n uint32) waiting {
	w.seq += at
	w.n = n
	have := uint32(len(w.data))
	w.data = w.data[min(at, have):min(at+n, have)]
	return w
}

// data takes a segment that has data, or the end of the stream.
func (a *Assembler) data(h *half, g *segment) {
	h.far = 0
	if h.known && g.seq == h.next && g.flags&flagFIN == 0 && len(h.waiting) == 0 && !h.hasFIN {
		a.deliver(h, g.data, g.n, g.time, g.comments)
		return
	}
	w := waiting{seq: g.seq, n: g.n, time: g.time, data: g.data, comments: g.comments}
	if !h.known {
		a.hold(h, w, g)
		return
	}
	newFIN := h.end(g)
	if over := int32(w.seq + w.n - h.fin); h.hasFIN && over > 0 {
		w = w.part(0, w.n-min(w.n, uint32(over)))
	}
	if old := int32(h.next - w.seq); old > 0 {
		w = w.part(min(uint32(old), w.n), w.n-min(uint32(old), w.n))
	}
	h.segments++
	switch {
	case w.n == 0: // a repetition, a keep-alive probe, or just a FIN
		a.report(h, w.time, w.comments)
	case w.seq == h.next && len(h.waiting) == 0:
		a.deliver(h, w.data, w.n, w.time, w.comments)
	default:
		a.insert(h, w)
	}
	if newFIN {
		a.insert(h, waiting{seq: h.fin, time: g.time, fin: true})
	}
	if len(h.waiting) > 0 {
		a.advance(h)
	}
}

// end notes the end of the stream, if g is the first to tell of it.
func (h *half) end(g *segment) (isNew bool) {
	if g.flags&flagFIN == 0 || h.hasFIN {
		return false
	}
	fin := g.seq + g.n
	if h.known && int32(fin-h.next) < 0 {
		return false
	}
	h.hasFIN, h.fin = true, fin
	return true
}

// deliver hands the Sink the next n bytes of the stream, as far as they were
// captured.
func (a *Assembler) deliver(h *half, data []byte, n uint32, t int64, comments []string) {
	c := h.conn
	if !c.isOpen {
		a.open(c)
	}
	h.time = max(h.time, t)
	side := h.from ^ c.zero
	for _, text := range comments {
		a.sink.Comment(&c.Conn, side, h.time, text)
	}
	h.next += uint32(len(data))
	h.got = true
	if len(data) > 0 {
		a.sink.Data(&c.Conn, side, h.time, data)
	}
	if n > uint32(len(data)) {
		a.gap(h, h.time, n-uint32(len(data)))
	}
}

// gap tells the Sink that the next n bytes are missing.
func (a *Assembler) gap(h *half, t int64, n uint32) {
	a.open(h.conn)
	h.time = max(h.time, t)
	h.next += n
	h.got = true
	a.sink.Gap(&h.conn.Conn, h.from^h.conn.zero, h.time, int64(n))
}

// report hands the Sink comments of a packet that adds nothing to the stream.
func (a *Assembler) report(h *half, t int64, comments []string) {
	if len(comments) == 0 {
		return
	}
	a.open(h.conn)
	for _, text := range comments {
		a.sink.Comment(&h.conn.Conn, h.from^h.conn.zero, t, text)
	}
}

// close tells the Sink that the stream has ended, and ends the connection if
// the other one had before.
func (a *Assembler) close(h *half, t int64) {
	c := h.conn
	a.open(c)
	h.closed = true
	h.time = max(h.time, t)
	h.next++
	a.release(h, len(h.waiting)) // what would be behind the end
	a.sink.Close(&c.Conn, h.from^c.zero, h.time)
	if c.half[1-h.from].closed {
		a.end(c, t, EndFIN)
	}
}

// insert keeps those bytes of w that are not kept yet: the first copy counts.
func (a *Assembler) insert(h *half, w waiting) {
	i := len(h.waiting)
	for i > 0 && int32(h.waiting[i-1].seq-w.seq) > 0 {
		i--
	}
	if i > 0 && !w.fin {
		before := &h.waiting[i-1]
		if have := int32(before.seq + before.n - w.seq); have > 0 {
			skip := min(uint32(have), w.n)
			w = w.part(skip, w.n-skip)
		}
	}
	if w.n == 0 && !w.fin {
		a.report(h, w.time, w.comments)
		return
	}
	for {
		part := w
		if i < len(h.waiting) && !w.fin {
			part = w.part(0, min(w.n, h.waiting[i].seq-w.seq))
		}
		if part.n > 0 || part.fin {
			a.keep(h, i, part)
			w.comments = nil
			i++
		}
		if part.n == w.n {
			return
		}
		// Step over what is there already.
		skip := min(part.n+h.waiting[i].n, w.n)
		w = w.part(skip, w.n-skip)
		i++
		if w.n == 0 {
			a.report(h, w.time, w.comments)
			return
		}
	}
}

// keep copies w and makes it the i-th that waits.
func (a *Assembler) keep(h *half, i int, w waiting) {
	w.at = h.segments
	w.data = append([]byte(nil), w.data...)
	w.comments = append([]string(nil), w.comments...)
	h.waiting = append(h.waiting, waiting{})
	copy(h.waiting[i+1:], h.waiting[i:])
	h.waiting[i] = w
	h.held += w.size()
	a.buffered += w.size()
}

func (w *waiting) size() int {
	n := waitingOverhead + len(w.data)
	for _, text := range w.comments {
		n += len(text)
	}
	return n
}

// release lets go of the first n that wait.
func (a *Assembler) release(h *half, n int) {
	for i := range n {
		size := h.waiting[i].size()
		h.held -= size
		a.buffered -= size
		h.waiting[i] = waiting{}
	}
	h.waiting = h.waiting[n:]
	if len(h.waiting) == 0 {
		h.waiting = nil
		if h.in != nil {
			h.in.remove(h)
		}
	}
}
