// Package msnftptest has the two sides of MSNFTP for tests: a sender and a
// receiver that talk over a connection, whichever of them opened it.
package msnftptest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// BlockSize is how many bytes the official clients put into a block.
const BlockSize = 2045

// Sender sends a file.
type Sender struct {
	File    io.Reader
	Size    int64
	Cookie  string // that the receiver must show; "" accepts any
	Version string // the answer to VER; "" for "VER MSNFTP"
	Block   int    // bytes of a block; 0 for BlockSize
	NoEnd   bool   // leave out the block 01 00 00, as many programs do
	// CancelAfter: give up once so many bytes were sent; 0: never.
	CancelAfter int64
}

// Run talks to the receiver on conn until the transfer is over, and closes conn.
// It returns the code of the receiver's BYE, 0 if none came.
func (s *Sender) Run(conn net.Conn) (code uint64, err error) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	if _, err = expect(in, "VER"); err != nil {
		return 0, err
	}
	version := s.Version
	if version == "" {
		version = "VER MSNFTP"
	}
	if _, err = fmt.Fprintf(conn, "%s\r\n", version); err != nil {
		return 0, err
	}
	words, err := expect(in, "USR")
	if err != nil {
		return 0, err
	}
	if s.Cookie != "" && words[len(words)-1] != s.Cookie {
		return 0, fmt.Errorf("msnftptest: cookie %q, want %q", words[len(words)-1], s.Cookie)
	}
	if _, err = fmt.Fprintf(conn, "FIL %d\r\n", s.Size); err != nil {
		return 0, err
	}
	if _, err = expect(in, "TFR"); err != nil {
		return 0, err
	}
	cancelled := make(chan struct{})
	bye := make(chan struct{})
	go func() { // ends with the connection or the receiver's BYE
		defer close(bye)
		heard := false
		for {
			line, errIn := in.ReadString('\n')
			switch words := strings.Fields(line); {
			case errIn != nil || len(words) == 0:
				return
			case words[0] == "CCL" && !heard:
				heard = true
				close(cancelled)
			case words[0] == "BYE" && len(words) > 1:
				code, _ = strconv.ParseUint(words[1], 10, 64)
				return
			}
		}
	}()
	if err = s.blocks(conn, cancelled); err != nil {
		conn.Close()
	}
	<-bye
	return code, err
}

// blocks sends the file, or the beginning of it once the receiver cancels.
func (s *Sender) blocks(w io.Writer, cancelled <-chan struct{}) error {
	size := s.Block
	if size == 0 {
		size = BlockSize
	}
	block := make([]byte, 3+size)
	for sent := int64(0); sent < s.Size; {
		select {
		case <-cancelled:
			return nil
		default:
		}
		n, err := io.ReadFull(s.File, block[3:3+min(int64(size), s.Size-sent)])
		if err != nil {
			return err
		}
		block[0], block[1], block[2] = 0, byte(n), byte(n>>8)
		if _, err := w.Write(block[:3+n]); err != nil {
			return err
		}
		if sent += int64(n); s.CancelAfter > 0 && sent >= s.CancelAfter {
			_, err := w.Write([]byte{1, 0, 0})
			return err
		}
	}
	if s.NoEnd {
		return nil
	}
	_, err := w.Write([]byte{1, 0, 0})
	return err
}

// Receiver receives a file.
type Receiver struct {
	File    io.Writer
	Handle  string
	Cookie  string
	Version string // "" for "VER MSNFTP"
	// CancelAfter: send CCL once so many bytes have come; 0: never.
	CancelAfter int64
}

// Run talks to the sender on conn until the transfer is over, and closes conn.
// It returns how many bytes came.
func (r *Receiver) Run(conn net.Conn) (received int64, err error) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	version := r.Version
	if version == "" {
		version = "VER MSNFTP"
	}
	if _, err = fmt.Fprintf(conn, "%s\r\n", version); err != nil {
		return 0, err
	}
	if _, err = expect(in, "VER"); err != nil {
		return 0, err
	}
	if _, err = fmt.Fprintf(conn, "USR %s %s\r\n", r.Handle, r.Cookie); err != nil {
		return 0, err
	}
	words, err := expect(in, "FIL")
	if err != nil || len(words) < 2 {
		return 0, err
	}
	size, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return 0, err
	}
	if _, err = io.WriteString(conn, "TFR\r\n"); err != nil {
		return 0, err
	}
	for received < size {
		var header [3]byte
		if _, err = io.ReadFull(in, header[:]); err != nil {
			return received, err
		}
		if header[0] == 1 {
			_, err = io.WriteString(conn, "BYE 2164261683\r\n")
			return received, err
		}
		n, err := io.CopyN(r.File, in, int64(header[1])|int64(header[2])<<8)
		received += n
		if err != nil {
			return received, err
		}
		if r.CancelAfter > 0 && received >= r.CancelAfter {
			if _, err = io.WriteString(conn, "CCL\r\nBYE 2164261682\r\n"); err == nil {
				_, err = io.Copy(io.Discard, in) // a close with unread bytes would be a reset
			}
			return received, err
		}
	}
	if _, err = io.WriteString(conn, "BYE 16777989\r\n"); err != nil {
		return received, err
	}
	_, err = io.Copy(io.Discard, in)
	return received, err
}

// expect reads a line that begins with a name and returns its words.
func expect(in *bufio.Reader, name string) ([]string, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	words := strings.Fields(line)
	if len(words) == 0 || words[0] != name {
		return nil, fmt.Errorf("msnftptest: got %q instead of %s", line, name)
	}
	return words, nil
}
