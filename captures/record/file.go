// This file holds the capture file as a whole: opening it, handing blocks to
// the kernel, and what happens while that fails.

package record

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"
	"time"

	"msnscope/captures/pcapfile"
	"msnscope/decode"
)

// maxOwed is the number of connections that ended while nothing could be
// written and whose end is still made up for afterwards; what ended beyond it
// is only counted. Their packets (some 600 bytes each) go out in one write,
// which pcapfile.MaxTorn must cover.
const maxOwed = 1000

// keepBuffer is the capacity up to which the encoding buffer is kept: a chunk
// of 64 KiB with its headers and a few comments.
const keepBuffer = 256 << 10

// File is a capture that is being recorded. Its methods may be called from any
// goroutine.
type File struct {
	path  string
	grown chan struct{}
	now   func() int64 // Unix ns

	mu     sync.Mutex
	out    io.WriteCloser
	closed bool
	buf    []byte         // the packets of the call at work
	size   int64          // of the file
	used   bool           // there was a connection
	last   int64          // time of the latest packet, which none may precede
	live   map[flow]*Conn // connections that have not ended

	// While writing fails: the rest of the write that failed, which goes first
	// when it works again so that the file has no torn block in its middle.
	unwritten []byte
	trouble   error   // why, nil if the last write went well
	lost      int64   // bytes missing from the capture so far
	owed      []*Conn // connections with an end that is not in the file yet
	unowed    int     // connections beyond maxOwed, to be mentioned
}

// flow is the four numbers by which a capture tells connections apart.
type flow struct{ client, server netip.AddrPort }

// Open opens path for recording, creating it (0600) if need be. An existing
// file is cut back to its last whole block and continued with a new section.
func Open(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := cutTornEnd(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := newFile(path, file)
	if info, err := file.Stat(); err == nil {
		f.size = info.Size()
	}
	if err := f.section(); err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

func newFile(path string, out io.WriteCloser) *File {
	return &File{
		path:  path,
		out:   out,
		grown: make(chan struct{}, 1),
		now:   func() int64 { return time.Now().UnixNano() },
		live:  make(map[flow]*Conn),
	}
}

func cutTornEnd(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	whole, err := pcapfile.WholeBlocks(file, info.Size())
	if err != nil {
		return err
	}
	if whole == info.Size() {
		return nil
	}
	return file.Truncate(whole)
}

// section begins the file's new section.
func (f *File) section() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.buf = pcapfile.AppendSection(f.buf[:0], pcapfile.Application, pcapfile.LinkRaw)
	return f.write()
}

// Grown yields (one slot) when bytes were appended since it was last received from.
func (f *File) Grown() <-chan struct{} { return f.grown }

// Size returns how many bytes the file has.
func (f *File) Size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// Has reports whether a connection of a client's address is open.
func (f *File) Has(client netip.Addr) bool {
	client = client.Unmap().WithZone("")
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range f.live {
		if k.client.Addr() == client {
			return true
		}
	}
	return false
}

// Used reports whether a connection was recorded by this File.
func (f *File) Used() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.used
}

// Idle reports whether no connection is open, and all ends are in the file.
func (f *File) Idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.live) == 0 && f.trouble == nil
}

// Retry tries to write again what could not be written, and tells of what is
// missing without waiting for the next byte.
func (f *File) Retry() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.trouble == nil || f.begin() != nil {
		return
	}
	for _, c := range f.live {
		c.catchUp()
		for d := range c.side {
			if s := &c.side[d]; s.lost > 0 && !s.end {
				c.put(decode.Direction(d), flagACK, nil, 0, s.lostNote())
			}
		}
	}
	_ = f.write()
}

// Trouble says why recording fails at present, and how much is missing from
// the capture because of it. It is nil while recording works.
func (f *File) Trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.trouble == nil {
		return nil
	}
	return fmt.Errorf("%w; %d bytes not recorded so far", f.trouble, f.lost)
}

// Lost returns how many bytes could not be recorded so far.
func (f *File) Lost() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

// Close ends the section. Connections still open are not ended by it, and
// their Conns record nothing any more.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	err := f.begin() // a last chance for what could not be written
	if err == nil && len(f.buf) > 0 {
		err = f.write()
	}
	f.closed = true
	if cerr := f.out.Close(); err == nil {
		err = cerr
	}
	return err
}

// begin makes f.buf ready for new packets. An error means that none can be
// written at present.
func (f *File) begin() error {
	if f.closed {
		return os.ErrClosed
	}
	f.buf = f.buf[:0]
	f.last = max(f.last, f.now())
	if f.trouble == nil {
		return nil
	}
	if len(f.unwritten) > 0 {
		n, err := f.out.Write(f.unwritten)
		f.size += int64(n)
		f.unwritten = f.unwritten[:copy(f.unwritten, f.unwritten[n:])]
		if err != nil {
			f.trouble = err
			return err
		}
		f.unwritten = nil
	}
	for _, c := range f.owed {
		c.owed = false
		c.catchUp()
	}
	f.owed = nil
	return nil
}

// write hands f.buf to the kernel. What it does not take is kept and goes
// first the next time.
func (f *File) write() error {
	n, err := f.out.Write(f.buf)
	f.size += int64(n)
	if err != nil {
		f.unwritten = append(f.unwritten, f.buf[n:]...)
	}
	f.trouble = err
	if cap(f.buf) > keepBuffer {
		f.buf = nil
	}
	select {
	case f.grown <- struct{}{}:
	default:
	}
	return err
}
