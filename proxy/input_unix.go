// This file reads sockets without waiting, so that a buffer is needed only
// when there are bytes.

//go:build unix

package proxy

import (
	"net"
	"os"
	"syscall"
)

const canTry = true

// tryRead reads what there is. It returns false if there is nothing yet, which
// makes the caller, syscall.RawConn.Read, wait and try again.
func (in *input) tryRead(fd uintptr) bool {
	in.need()
	for {
		n, err := syscall.Read(int(fd), in.buf[in.n:])
		switch err {
		case nil:
			in.got, in.err = n, ended(n)
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			if in.n == 0 {
				in.drop(0)
			}
			return false
		default:
			in.err = &net.OpError{Op: "read", Net: "tcp", Source: in.conn.LocalAddr(), Addr: in.conn.RemoteAddr(), Err: os.NewSyscallError("read", err)}
			return true
		}
	}
}
