// This file decides how long bytes that are missing are waited for.

package streams

// hold keeps the first segments of a side whose SYN was not captured until it
// is clear that none of them was captured out of order.
func (a *Assembler) hold(h *half, w waiting, g *segment) {
	if w.n == 1 && h.ackKnown && h.acked == w.seq+1 {
		a.report(h, w.time, w.comments) // a keep-alive probe
		return
	}
	if len(h.waiting) > 0 {
		if d := int32(w.seq - h.waiting[0].seq); d > startWindow || d < -startWindow {
			a.begin(h.conn)
			a.take(h.conn, h.from, g)
			return
		}
	}
	isNew := h.end(g)
	h.segments++
	if w.n > 0 {
		a.insert(h, w)
	}
	if isNew {
		a.insert(h, waiting{seq: h.fin, time: g.time, fin: true})
	}
	if len(h.waiting) >= startSegments {
		a.begin(h.conn)
	} else if h.in == nil && len(h.waiting) > 0 {
		a.starts.push(h)
	}
}

// begin decides where the sides of a connection begin, if there is something
// of them.
func (a *Assembler) begin(c *conn) {
	first, second := &c.half[0], &c.half[1]
	if len(second.waiting) > 0 && (len(first.waiting) == 0 || second.waiting[0].time < first.waiting[0].time) {
		first, second = second, first
	}
	for _, h := range []*half{first, second} {
		if !h.known && len(h.waiting) > 0 {
			a.know(h, h.waiting[0].seq)
		}
	}
}

// know says where a side begins.
func (a *Assembler) know(h *half, seq uint32) {
	h.known, h.next, h.base = true, seq, seq
	if h.in != nil {
		h.in.remove(h)
	}
	if len(h.waiting) > 0 {
		a.advance(h)
	}
}

// advance delivers what waits no more, and gives up what is missing for too
// long or by too much.
func (a *Assembler) advance(h *half) {
	a.ready(h)
	for len(h.waiting) > 0 && (h.held > maxSideBytes || len(h.waiting) > maxSideSegments || a.isMissing(h)) {
		a.skipHole(h)
	}
	for a.buffered > maxWaitingBytes {
		switch {
		case a.holes.first != nil:
			a.skipHole(a.holes.first)
		case a.starts.first != nil:
			a.begin(a.starts.first.conn)
		default:
			return
		}
	}
}

// ready delivers what waits and is next, and lists the side if more waits.
func (a *Assembler) ready(h *half) {
	moved := false
	for len(h.waiting) > 0 && int32(h.waiting[0].seq-h.next) <= 0 {
		moved = true
		w := h.waiting[0]
		a.release(h, 1)
		switch old := h.next - w.seq; {
		case w.fin && old == 0:
			a.close(h, w.time)
			return
		case w.fin:
			h.hasFIN = false // there is data beyond it: it was none of this stream
		default:
			old = min(old, w.n)
			w = w.part(old, w.n-old)
			a.deliver(h, w.data, w.n, w.time, w.comments)
		}
	}
	if len(h.waiting) == 0 {
		return
	}
	if moved && h.in != nil {
		h.in.remove(h)
	}
	if h.in == nil {
		a.holes.push(h)
	}
}

// skipHole gives up the bytes that are missing before the first that waits.
func (a *Assembler) skipHole(h *half) {
	w := &h.waiting[0]
	if n := w.seq - h.next; n > 0 {
		a.gap(h, w.time, n)
	}
	a.ready(h)
}

// isMissing reports whether the bytes before the first that waits will not come
// any more.
func (a *Assembler) isMissing(h *half) bool {
	w := &h.waiting[0]
	age := a.now - w.time
	if h.ackKnown && int32(h.acked-w.seq) >= 0 {
		return age >= missingAfter || h.segments-w.at >= missingAfterSegments
	}
	return age >= missingAtLast
}

// acknowledge notes how far the other side has received h's stream.
func (a *Assembler) acknowledge(h *half, ack uint32) {
	if h.ackKnown && int32(ack-h.acked) <= 0 {
		return
	}
	if d := int32(ack - h.next); h.known && (d > window || d < -window) {
		return
	}
	h.ackKnown, h.acked = true, ack
	if len(h.waiting) == 0 {
		return
	}
	if h.known {
		a.advance(h)
	} else if int32(ack-h.waiting[0].seq) > 0 {
		a.begin(h.conn)
	}
}

// unseen tells the Sink of bytes at the end of what was captured that only the
// other side's acknowledgements tell of. A single one is no byte but a FIN.
func (a *Assembler) unseen(h *half) {
	if n := int32(h.acked - h.next); h.known && h.ackKnown && !h.closed && n > 1 {
		a.gap(h, h.conn.last, uint32(n))
	}
}

// fits reports whether a RST is one of this connection.
func (h *half) fits(g *segment) bool {
	if !h.known {
		return true
	}
	top := h.next
	if n := len(h.waiting); n > 0 {
		top = h.waiting[n-1].seq + h.waiting[n-1].n
	}
	return int32(g.seq-h.next) >= -startWindow && int32(g.seq-top) <= ghostWindow
}

// list is a list of sides, each in one list at most.
type list struct{ first, last *half }

func (l *list) push(h *half) {
	h.in, h.before, h.after = l, l.last, nil
	if l.last == nil {
		l.first = h
	} else {
		l.last.after = h
	}
	l.last = h
}

func (l *list) remove(h *half) {
	if h.before == nil {
		l.first = h.after
	} else {
		h.before.after = h.after
	}
	if h.after == nil {
		l.last = h.before
	} else {
		h.after.before = h.before
	}
	h.in, h.before, h.after = nil, nil, nil
}
