// This file puts IP fragments together.

package streams

const (
	// maxDatagram is the longest payload that fragments can make up.
	maxDatagram = 65535

	// maxPieces is how many fragments a datagram may have: IPv4's smallest
	// permitted MTU is 68 bytes, which makes 1,366 of the longest one.
	maxPieces = 2048

	// maxFragmentBytes and maxDatagrams bound what waits for missing fragments.
	maxFragmentBytes = 4 << 20
	maxDatagrams     = 4096

	// maxFragmentAge (ns of capture time) is Linux's ipfrag_time.
	maxFragmentAge = 30e9
)

// fragmentKey tells which datagram a fragment is part of.
type fragmentKey struct {
	src, dst address
	id       uint32
	version  uint8
	proto    uint8 // of IPv4, whose ids are counted by protocol
}

// fragment is one fragment as it was captured.
type fragment struct {
	key  fragmentKey
	at   int // offset
	more bool
	data []byte
	time int64
	next uint8 // type of the datagram's first header
}

// datagram is a packet of which fragments are missing.
type datagram struct {
	key    fragmentKey
	time   int64 // of the first fragment captured
	pieces []piece
	held   int // bytes in pieces
	end    int // length of the whole; 0 while not known
	next   uint8
	packet int64 // number of the first fragment's packet
	done   bool
}

// piece is a part of a datagram. Pieces are in order and do not overlap.
type piece struct {
	at   int
	data []byte
}

// fragments holds the datagrams that wait for their missing fragments.
type fragments struct {
	waiting map[fragmentKey]*datagram
	order   []*datagram // by age; includes those that are done
	held    int         // bytes
	whole   []byte      // the last one put together
}

// add takes a fragment. When it completes its datagram, that is returned (valid
// until the next call) with the type of its first header.
func (f *fragments) add(g *fragment, a *Assembler) (whole []byte, next uint8, why reason) {
	end := g.at + len(g.data)
	if len(g.data) == 0 || end > maxDatagram || g.more && len(g.data)%8 != 0 {
		return nil, 0, badFragment
	}
	f.trim(g.time, a)
	d := f.waiting[g.key]
	if d == nil {
		d = &datagram{key: g.key, time: g.time, packet: a.number}
		if f.waiting == nil {
			f.waiting = make(map[fragmentKey]*datagram)
		}
		f.waiting[g.key] = d
		f.order = append(f.order, d)
	}
	if g.at == 0 {
		d.next = g.next
	}
	if !g.more && d.end == 0 {
		d.end = end
	}
	if len(d.pieces) >= maxPieces {
		return nil, 0, badFragment
	}
	f.insert(d, g.at, g.data)
	if d.end == 0 || !d.whole() {
		return nil, 0, waits
	}
	f.whole = f.whole[:0]
	for _, p := range d.pieces {
		f.whole = append(f.whole, p.data...)
	}
	f.remove(d)
	return f.whole[:min(d.end, len(f.whole))], d.next, fine
}

// whole reports whether the pieces reach from the beginning to the end.
func (d *datagram) whole() bool {
	if d.held < d.end {
		return false
	}
	at := 0
	for _, p := range d.pieces {
		if p.at != at {
			break
		}
		at += len(p.data)
	}
	return at >= d.end
}

// insert puts the bytes of data that d does not have yet in their place.
func (f *fragments) insert(d *datagram, at int, data []byte) {
	i := len(d.pieces)
	for i > 0 && d.pieces[i-1].at > at {
		i--
	}
	if i > 0 {
		if have := d.pieces[i-1].at + len(d.pieces[i-1].data) - at; have > 0 {
			data = data[min(have, len(data)):]
			at += have
		}
	}
	for len(data) > 0 {
		part := data
		if i < len(d.pieces) {
			part = data[:max(0, min(len(data), d.pieces[i].at-at))]
		}
		if len(part) > 0 {
			d.pieces = append(d.pieces, piece{})
			copy(d.pieces[i+1:], d.pieces[i:])
			d.pieces[i] = piece{at, append([]byte(nil), part...)}
			d.held += len(part)
			f.held += len(part)
			i++
		}
		if len(part) == len(data) {
			return
		}
		// Step over the piece that was here before.
		have := d.pieces[i].at + len(d.pieces[i].data) - at
		data = data[min(have, len(data)):]
		at += have
		i++
	}
}

// trim gives up datagrams that are too old or too many.
func (f *fragments) trim(now int64, a *Assembler) {
	for len(f.order) > 0 {
		d := f.order[0]
		if !d.done {
			if now-d.time < maxFragmentAge && f.held <= maxFragmentBytes && len(f.order) <= maxDatagrams {
				return
			}
			f.giveUp(d, a)
		}
		f.order[0] = nil
		f.order = f.order[1:]
	}
}

// giveUp counts and drops a datagram.
func (f *fragments) giveUp(d *datagram, a *Assembler) {
	t := &a.problems.by[lostFragment]
	if t.n == 0 {
		t.first = d.packet
	}
	t.n += int64(len(d.pieces))
	f.remove(d)
}

func (f *fragments) remove(d *datagram) {
	delete(f.waiting, d.key)
	f.held -= d.held
	d.pieces, d.done = nil, true
}

// flush gives up everything that waits.
func (f *fragments) flush(a *Assembler) {
	for _, d := range f.order {
		if !d.done {
			f.giveUp(d, a)
		}
	}
	f.order, f.whole = nil, nil
}
