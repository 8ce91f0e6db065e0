// This file holds the yardsticks: the barest relays that see the bytes.

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"
	"time"
)

// yardstick relays from a free port to upstream until it is interrupted. kind
// tee writes time, length and bytes of every read to one buffered file.
func yardstick(kind, upstream string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var log *tee
	if kind == "tee" {
		file, err := os.Create("tee.log")
		if err != nil {
			return err
		}
		log = &tee{w: bufio.NewWriterSize(file, 64<<10)}
	}
	fmt.Printf("proxy %s -> %s\n", l.Addr(), upstream)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", upstream)
			if err != nil {
				client.Close()
				continue
			}
			go pump(server, client, log)
			go pump(client, server, log)
		}
	}()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
	return nil
}

// pump copies with read and write, as whoever must see the bytes has to: the
// wrappers keep io.Copy from splicing in the kernel.
func pump(to, from net.Conn, log *tee) {
	var w io.Writer = struct{ io.Writer }{to}
	if log != nil {
		w = io.MultiWriter(log, w)
	}
	io.Copy(w, struct{ io.Reader }{from})
	to.(*net.TCPConn).CloseWrite()
}

// tee is the least that a log can cost.
type tee struct {
	mu sync.Mutex
	w  *bufio.Writer
}

func (t *tee) Write(p []byte) (int, error) {
	var head [12]byte
	binary.LittleEndian.PutUint64(head[:], uint64(time.Now().UnixNano()))
	binary.LittleEndian.PutUint32(head[8:], uint32(len(p)))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.w.Write(head[:])
	return t.w.Write(p)
}
