// This file reads the blocks of a file, and finds its way over missing ones.

package msnftp

import (
	"strconv"

	"msnscope/decode"
)

const (
	headerSize = 3
	// usualBlock is how much data the official clients put into a block: 2048
	// bytes with the header.
	usualBlock = 2045
	// reportEvery is how many bytes of blocks make one Piece, about: what the
	// owner of a Decoder may have to keep of them, and a row of the log.
	reportEvery = 64 << 10
	// maxHoles is how many holes are told apart.
	maxHoles = 1024
	// maxSkip is the most missing bytes over which blocks are counted; more than
	// any file of the time.
	maxSkip = 4 << 30
)

// Hole is a stretch From..To of the file that is missing.
type Hole struct{ From, To int64 }

// startBlocks switches a direction to blocks.
func (d *Decoder) startBlocks(dir decode.Direction) {
	h := &d.halves[dir]
	h.framing, h.got, h.left, h.afterGap = blocks, 0, 0, false
	if d.blockSize == 0 {
		d.blockSize = usualBlock
	}
}

// blocks takes blocks from p and returns how many bytes it took.
func (d *Decoder) blocks(dir decode.Direction, p []byte) int {
	h := &d.halves[dir]
	taken := 0
	for taken < len(p) {
		rest := p[taken:]
		if h.sum.Bytes == 0 {
			h.sum.From = d.at
		}
		if h.left > 0 {
			n := min(h.left, len(rest))
			if h.kind == 0 {
				d.deliver(rest[:n])
			}
			h.left -= n
			h.sum.Bytes += int64(n)
			taken += n
			if h.left == 0 {
				d.blockDone(dir)
			}
			if h.framing != blocks {
				return taken
			}
			continue
		}
		if h.got == 0 && rest[0] > 1 {
			d.noBlock(dir, rest[0])
			return taken
		}
		if h.got == 0 {
			h.sum.Blocks++
		}
		h.header[h.got] = rest[0]
		h.got++
		h.sum.Bytes++
		taken++
		if h.got == headerSize {
			d.header(dir)
			if h.framing != blocks {
				return taken
			}
		}
	}
	return taken
}

// header takes a whole header.
func (d *Decoder) header(dir decode.Direction) {
	h := &d.halves[dir]
	size := int(h.header[1]) | int(h.header[2])<<8
	h.kind, h.left = h.header[0], size
	if d.suspect >= 0 && !d.confirm(h.kind, size) {
		d.lose(dir)
		return
	}
	d.blockSize = max(d.blockSize, size)
	if h.kind == 0 && d.first() {
		d.blockSize = size
	}
	if size == 0 {
		d.blockDone(dir)
	}
}

// first reports whether no data has come yet.
func (d *Decoder) first() bool { return d.at == 0 && d.received == 0 && len(d.holes) == 0 }

// expected is the length of the data in the next block, if the sender makes
// them all the same.
func (d *Decoder) expected() int {
	if d.size >= 0 {
		return int(min(int64(d.blockSize), d.size-d.at))
	}
	return d.blockSize
}

// confirm reports whether a header is where and as it was expected after
// missing packets.
func (d *Decoder) confirm(kind byte, size int) bool {
	ok := kind == 0 && size == d.expected() || kind == 1 && size == 0 ||
		kind == 0 && d.size < 0 && size > 0 && size <= d.blockSize
	if ok {
		d.suspect = -1
	}
	return ok
}

// blockDone ends a block.
func (d *Decoder) blockDone(dir decode.Direction) {
	h := &d.halves[dir]
	h.got = 0
	if h.kind == 1 {
		d.ended = true
		own := int64(headerSize + int(h.header[1]) + int(h.header[2])<<8)
		if own < h.sum.Bytes { // report the data before it on its own
			h.sum.Bytes -= own
			h.sum.Blocks--
			d.flushBlocks(dir)
			h.sum = Piece{Bytes: own, Blocks: 1}
		}
		h.sum.Kind = End
		d.flushBlocks(dir)
		h.framing = lines
		return
	}
	if h.sum.Bytes >= reportEvery || d.size >= 0 && d.at >= d.size {
		d.flushBlocks(dir)
	}
	if d.suspect >= 0 && d.at == d.size {
		d.suspect = -1 // the lengths add up to the last byte
	}
}

// noBlock takes notice of a byte that begins no block where one should begin.
func (d *Decoder) noBlock(dir decode.Direction, c byte) {
	h := &d.halves[dir]
	d.flushBlocks(dir)
	if 'A' <= c && c <= 'Z' && d.suspect < 0 {
		h.framing = lines // BYE of the sender
		return
	}
	d.lose(dir)
}

// lose gives the blocks up. What came since they were last known to be in place
// does not count.
func (d *Decoder) lose(dir decode.Direction) {
	h := &d.halves[dir]
	d.flushBlocks(dir)
	if d.suspect >= 0 {
		d.received -= d.at - d.suspect - d.missingFrom(d.suspect)
		d.at = d.suspect
		d.cutHoles(d.suspect)
		d.suspect = -1
	}
	d.lostFrom = d.at
	h.framing = nothing
}

// deliver hands the data of a block over.
func (d *Decoder) deliver(p []byte) {
	if d.size >= 0 && d.at+int64(len(p)) > d.size {
		n := max(d.size-d.at, 0)
		d.surplus += int64(len(p)) - n
		p = p[:n]
	}
	if len(p) == 0 {
		return
	}
	if d.hashed == d.at {
		d.hash.Write(p)
		d.hashed += int64(len(p))
	}
	if d.Data != nil {
		d.Data(d.at, p)
	}
	d.at += int64(len(p))
	d.received += int64(len(p))
}

// skip counts n missing bytes as blocks of the usual length.
func (d *Decoder) skip(dir decode.Direction, n int64) {
	h := &d.halves[dir]
	if d.suspect < 0 {
		d.suspect = d.at
	}
	if n < 0 || n > maxSkip {
		d.lose(dir)
		return
	}
	for n > 0 {
		switch {
		case h.left > 0:
			take := min(int64(h.left), n)
			if h.kind == 0 {
				d.hole(take)
			}
			h.left -= int(take)
			n -= take
			if h.left == 0 {
				h.got = 0
			}
		case d.size >= 0 && d.at >= d.size:
			// The end block, or a line.
			h.framing, h.afterGap, h.got = lines, true, 0
			d.suspect = -1
			return
		default:
			if h.got == 0 { // whole blocks at once
				k := n / int64(headerSize+d.blockSize)
				if d.size >= 0 && d.blockSize > 0 {
					k = min(k, (d.size-d.at)/int64(d.blockSize))
				}
				if k > 0 && d.blockSize > 0 {
					d.hole(k * int64(d.blockSize))
					n -= k * int64(headerSize+d.blockSize)
					continue
				}
			}
			want := d.expected()
			guess := [headerSize]byte{0, byte(want), byte(want >> 8)}
			for ; n > 0 && h.got < headerSize; n-- {
				h.header[h.got] = guess[h.got]
				h.got++
			}
			if h.got == headerSize {
				h.kind, h.left = h.header[0], int(h.header[1])|int(h.header[2])<<8
				if h.left == 0 {
					d.lose(dir)
					return
				}
			}
		}
	}
	if h.left == 0 && h.got == 0 && d.at == d.size {
		d.suspect = -1
	}
}

// skipFIL counts n missing bytes that seem to hold the FIL line.
func (d *Decoder) skipFIL(dir decode.Direction, n int64) {
	if n < 0 {
		return
	}
	h := &d.halves[dir]
	if !h.ver {
		n -= int64(len("VER MSNFTP\r\n"))
	}
	if !h.ver && d.role[dir] != sends {
		return // it may as well be the receiver's side
	}
	if d.Announced < 0 {
		// The length of the line is the number of the size's digits: nothing
		// but the line is taken to be missing.
		if n < int64(len("FIL 0\r\n")) || n > int64(len("FIL 18446744073709551615\r\n")) {
			return
		}
		d.suspect = d.at
		d.startBlocks(dir)
		return
	}
	n -= int64(len("FIL \r\n") + len(strconv.FormatInt(d.Announced, 10)))
	if n < 0 {
		return
	}
	d.size = d.Announced
	d.startBlocks(dir)
	if n > 0 {
		d.skip(dir, n)
	}
}

// hole notes that n bytes of the file are missing.
func (d *Decoder) hole(n int64) {
	if d.size >= 0 {
		n = min(n, max(d.size-d.at, 0))
	}
	if n == 0 {
		return
	}
	from, to := d.at, d.at+n
	d.at = to
	if last := len(d.holes) - 1; last >= 0 && (d.holes[last].To == from || last+1 == maxHoles) {
		d.holes[last].To = to
		return
	}
	d.holes = append(d.holes, Hole{from, to})
}

// missingFrom returns how many bytes behind an offset are missing.
func (d *Decoder) missingFrom(at int64) (n int64) {
	for _, h := range d.holes {
		if h.To > at {
			n += h.To - max(h.From, at)
		}
	}
	return n
}

// cutHoles forgets the holes behind an offset.
func (d *Decoder) cutHoles(at int64) {
	for len(d.holes) > 0 {
		last := &d.holes[len(d.holes)-1]
		if last.To <= at {
			return
		}
		if last.From < at {
			last.To = at
			return
		}
		d.holes = d.holes[:len(d.holes)-1]
	}
}

// flushBlocks emits what is known of blocks, or of bytes that are none.
func (d *Decoder) flushBlocks(dir decode.Direction) {
	h := &d.halves[dir]
	if h.sum.Bytes == 0 {
		return
	}
	d.piece = h.sum
	h.sum = Piece{}
	p := &d.piece
	p.Dir = dir
	p.Frame = decode.Frame{Kind: decode.FrameRaw, Offset: h.off, Why: WhyFileData}
	switch {
	case h.framing == nothing:
		p.Kind, p.Frame.Why = Raw, WhyNoBlock
	case p.Kind == End:
		p.From, p.To = d.at, d.at
	default:
		p.Kind, p.To = Blocks, d.at
	}
	h.off += p.Bytes
	d.emit(p)
}
