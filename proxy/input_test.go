// This file tests the buffers of a direction: as large as what comes, and none
// while nothing does.

package proxy

import (
	"bytes"
	"io"
	"net"
	"testing"
)

// bothEnds returns both ends of a connection.
func bothEnds(t *testing.T) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err == nil {
		t.Cleanup(func() { a.Close() })
		b, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return a, b
}

func TestBuffersAreAsLargeAsWhatComes(t *testing.T) {
	from, to := bothEnds(t)
	in := newInput(to)
	stream := make([]byte, bufferSize+3*smallSize)
	for i := range stream {
		stream[i] = byte(i * 7 >> 3)
	}
	if _, err := from.Write(stream[:100]); err != nil {
		t.Fatal(err)
	}
	first, err := in.more()
	if err != nil || !bytes.Equal(first, stream[:len(first)]) {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	if canTry && len(in.buf) != smallSize {
		t.Errorf("a buffer of %d bytes for %d", len(in.buf), len(first))
	}
	go func() {
		from.Write(stream[100:])
		from.Close()
	}()
	for !in.full() {
		before := in.n
		p, err := in.more()
		if err != nil || !bytes.Equal(p, stream[before:in.n]) {
			t.Fatalf("after %d bytes come others than were sent: %v", before, err)
		}
	}
	if !bytes.Equal(in.held(), stream[:bufferSize]) || !bytes.Equal(first, stream[:len(first)]) {
		t.Error("what is held is not what came")
	}
	in.drop(bufferSize - 10)
	if !bytes.Equal(in.held(), stream[bufferSize-10:bufferSize]) {
		t.Error("what is left is not what came last")
	}
	in.drop(10)
	got := bufferSize
	for {
		p, err := in.more()
		if err == io.EOF {
			break
		}
		if err != nil || !bytes.Equal(p, stream[got:got+len(p)]) {
			t.Fatalf("after %d bytes come others than were sent: %v", got, err)
		}
		got += len(p)
		in.drop(in.n)
		if in.buf != nil {
			t.Fatal("there is a buffer with nothing in it")
		}
	}
	if got != len(stream) {
		t.Errorf("%d bytes of %d", got, len(stream))
	}
}
