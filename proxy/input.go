// This file reads a connection through a buffer that exists only while there
// is something in it: most connections of a chat service are silent.

package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"msnscope/decode"
)

// bufferSize is the most that is read at once and the most that is held back.
// It is the longest line there is, so that a redirect is always held whole.
const bufferSize = decode.MaxLine

// smallSize is what is read at once from a peer that says no more than that at a
// time: of thousands of connections, hundreds have something in a buffer.
const smallSize = 4 << 10

var (
	buffers      = sync.Pool{New: func() any { return new([bufferSize]byte) }}
	smallBuffers = sync.Pool{New: func() any { return new([smallSize]byte) }}
)

// input is the receiving side of one direction. What was read stays in it
// until it is dropped.
type input struct {
	conn net.Conn
	raw  syscall.RawConn // nil if conn is no socket, or cannot be waited for without a buffer
	try  func(fd uintptr) bool
	buf  []byte // nil while n == 0, smallSize bytes or bufferSize
	n    int    // bytes in buf
	much bool   // the last read got as much as a small buffer takes
	got  int    // what try read
	err  error  // what try, or the stream, ended with
}

func newInput(conn net.Conn) *input {
	in := &input{conn: conn}
	if sc, ok := conn.(syscall.Conn); ok && canTry {
		if raw, err := sc.SyscallConn(); err == nil {
			in.raw, in.try = raw, in.tryRead
		}
	}
	return in
}

// held returns the bytes that were read and not dropped.
func (in *input) held() []byte {
	if in.buf == nil {
		return nil
	}
	return in.buf[:in.n]
}

func (in *input) full() bool { return in.n == bufferSize }

// more waits for bytes, adds them to those held, and returns the new ones
// only. There must be room. The error is that of a read: io.EOF, a timeout
// (after which more may be called again), or a failure.
func (in *input) more() ([]byte, error) {
	if in.err != nil {
		return nil, in.err
	}
	in.got = 0
	var err error
	if in.raw == nil {
		in.need()
		in.got, err = in.conn.Read(in.buf[in.n:])
	} else if err = in.raw.Read(in.try); err == nil {
		err = in.err
	}
	if isTimeout(err) {
		in.err = nil
	} else {
		in.err = err
	}
	if in.got == 0 {
		in.drop(0)
		return nil, err
	}
	in.n += in.got
	in.much = in.n == len(in.buf) || in.got > smallSize
	return in.buf[in.n-in.got : in.n], nil // an error shows again the next time
}

// need makes room for bytes.
func (in *input) need() {
	switch {
	case in.buf == nil && in.much:
		in.buf = buffers.Get().(*[bufferSize]byte)[:]
	case in.buf == nil:
		in.buf = smallBuffers.Get().(*[smallSize]byte)[:]
	case in.n == len(in.buf) && in.n == smallSize:
		// The small one is not used again: there may be edits of what is in it.
		large := buffers.Get().(*[bufferSize]byte)[:]
		copy(large, in.buf)
		in.buf = large
	}
}

// drop removes the first k bytes held.
func (in *input) drop(k int) {
	in.n = copy(in.buf, in.held()[k:])
	if in.n > 0 || in.buf == nil {
		return
	}
	if len(in.buf) == bufferSize {
		buffers.Put((*[bufferSize]byte)(in.buf))
	} else {
		smallBuffers.Put((*[smallSize]byte)(in.buf))
	}
	in.buf = nil
}

// discard reads and forgets until the stream ends or a read fails.
func (in *input) discard() {
	for in.err == nil {
		in.drop(in.n)
		if _, err := in.more(); err != nil {
			break
		}
	}
	in.drop(in.n)
}

// isTimeout reports whether err is a deadline that was set here. (A peer that
// vanished is a timeout too, but an end.)
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// isEnd reports whether err is the orderly end of a stream.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }

// ended translates the result of a read system call that returned n.
func ended(n int) error {
	if n == 0 {
		return io.EOF
	}
	return nil
}
