// This file puts decompressors under the buffer.

package pcapfile

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds what a Zstandard file makes its reader remember. It is
// what zstd itself accepts without --memory (27 bits).
const maxZstdWindow = 128 << 20

// compressions are those that are read, by the first bytes of such a file.
var compressions = []struct {
	name, magic string
	open        func(io.Reader) (io.Reader, error)
}{
	{"gzip", "\x1f\x8b", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{"bzip2", "BZh", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
	{"zstd", "\x28\xb5\x2f\xfd", openZstd},
}

func openZstd(r io.Reader) (io.Reader, error) {
	// With one at a time there are no goroutines that somebody has to end.
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
}

// Unpack looks at the first bytes of a file. If it is compressed, first is up to
// limit bytes of what is in it, as far as head goes, and open unpacks it all; else
// first is head.
func Unpack(head []byte, limit int) (first []byte, open func(io.Reader) (io.Reader, error)) {
	for _, c := range compressions {
		if !bytes.HasPrefix(head, []byte(c.magic)) {
			continue
		}
		z, err := c.open(bytes.NewReader(head))
		if err != nil {
			break // as it is it says what is wrong
		}
		first = make([]byte, limit)
		n, _ := io.ReadFull(z, first) // it breaks off where head ends
		return first[:n], c.open
	}
	return head, func(r io.Reader) (io.Reader, error) { return r, nil }
}

// decompress puts a decompressor under the buffer if what it holds is
// compressed.
func (r *Reader) decompress(head []byte) (isCompressed bool, err error) {
	for _, c := range compressions {
		if !bytes.HasPrefix(head, []byte(c.magic)) {
			continue
		}
		u := &unpacked{}
		u.src.r = io.MultiReader(bytes.NewReader(bytes.Clone(r.b.data())), r.b.src)
		if u.z, err = c.open(&u.src); err != nil {
			if u.src.err != nil {
				return true, u.src.err
			}
			return true, fmt.Errorf("%w: a %s file whose header is damaged: %w", ErrNotCapture, c.name, err)
		}
		r.b = buffer{src: u, buf: r.b.buf}
		r.compression = c.name
		return true, nil
	}
	return false, nil
}

// unpacked reads what a decompressor makes of a file, and tells damage to the
// compressed data from errors of reading the file.
type unpacked struct {
	z   io.Reader
	src source
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	switch {
	case err == nil, err == io.EOF:
		return n, err
	case u.src.err != nil:
		return n, u.src.err
	}
	return n, &compressionDamage{err}
}

// source remembers the error with which reading a file ended, if any.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// compressionDamage is damage to compressed data, or that it breaks off
// (io.ErrUnexpectedEOF).
type compressionDamage struct{ err error }

func (d *compressionDamage) Error() string { return d.err.Error() }
func (d *compressionDamage) Unwrap() error { return d.err }
