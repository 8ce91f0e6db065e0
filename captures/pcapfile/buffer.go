// This file holds the read buffer that packets point into.

package pcapfile

import (
	"errors"
	"io"
)

const (
	// bufferSize is what is read at once. It holds several of the largest
	// packets, so that damage can be told from data by looking ahead.
	bufferSize = 1 << 20

	// maxBlock bounds a pcapng block and with it the buffer. Wireshark draws
	// the same line (MAX_BLOCK_SIZE of wiretap/pcapng.c, 16 MiB).
	maxBlock = 16 << 20

	// maxEmptyReads is how often a source may return nothing without an error.
	maxEmptyReads = 100
)

// buffer reads ahead from src. What was read and not yet taken is buf[r:w].
type buffer struct {
	src    io.Reader
	buf    []byte
	r, w   int
	pos    int64  // offset of buf[r] in the (uncompressed) file
	before func() // called before src is read; may be nil
	cut    error  // compressed data that broke off or is damaged: nothing more can be read
}

// data returns what is buffered.
func (b *buffer) data() []byte { return b.buf[b.r:b.w] }

// skip takes n buffered bytes.
func (b *buffer) skip(n int) {
	b.r += n
	b.pos += int64(n)
}

// need makes at least n bytes available. If the source has no more it returns
// io.EOF when nothing is buffered and io.ErrUnexpectedEOF when something is;
// it may be called again when the source has grown. The buffer grows only as
// bytes arrive, whatever n claims.
func (b *buffer) need(n int) error {
	var damage *compressionDamage
	for empty := 0; b.w-b.r < n; {
		if b.cut != nil {
			return io.ErrUnexpectedEOF
		}
		// Moving what is buffered is put off until it pays.
		if len(b.buf)-b.r < n || len(b.buf)-b.w < len(b.buf)/4 {
			b.makeRoom(n)
		}
		if b.before != nil {
			b.before()
		}
		m, err := b.src.Read(b.buf[b.w:])
		b.w += m
		switch {
		case m > 0:
			empty = 0
		case err == io.EOF:
			if b.w == b.r {
				return io.EOF
			}
			return io.ErrUnexpectedEOF
		case errors.As(err, &damage):
			b.cut = damage.err
		case err != nil:
			return err
		default:
			if empty++; empty == maxEmptyReads {
				return io.ErrNoProgress
			}
		}
	}
	return nil
}

// makeRoom moves what is buffered to the front, and doubles a buffer that is
// too small for n bytes, or of which they leave so little that all of it would
// be moved again for every few bytes taken.
func (b *buffer) makeRoom(n int) {
	have := b.data()
	if b.r == 0 && len(have) < len(b.buf) {
		return
	}
	if len(have) > len(b.buf)/2 && n > len(b.buf)/2 {
		b.buf = make([]byte, 2*len(b.buf))
	}
	b.w = copy(b.buf, have)
	b.r = 0
}

// sourceError leaves out the errors that only say that there is no more.
func sourceError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
