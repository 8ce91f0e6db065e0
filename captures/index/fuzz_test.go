// This file feeds blocks and columns of any bytes.

package index

import (
	"bytes"
	"encoding/binary"
	"testing"

	"msnscope/captures/event"
)

func FuzzBlock(f *testing.F) {
	b := &Block{First: event.EventsPerCapture + 1}
	all := made(1, 100)
	for i := range all {
		b.add(&all[i])
	}
	head, body := b.encode(new(scratch))
	f.Add(head, body)
	f.Add([]byte{}, []byte{})
	f.Add([]byte{5, 16, 1, 1, 0, 0, 0}, []byte{0})
	f.Fuzz(func(t *testing.T, head, body []byte) {
		b, err := decodeHead(event.EventsPerCapture+1, head, nil, allColumns, new(scratch))
		if err != nil {
			return
		}
		var buf []byte
		if b.decodeBody(body, b.size(), &buf) != nil {
			return
		}
		var e event.Event
		for i := range b.Len() {
			b.Event(i, &e)
			_ = e.Cmd()
		}
		// What could be read is written as it was.
		again, err := decodeHead(b.First, append([]byte(nil), first(b.encode(new(scratch)))...), nil, allColumns, new(scratch))
		if err != nil || again.Len() != b.Len() {
			t.Fatalf("read back: %v", err)
		}
	})
}

func first(a, _ []byte) []byte { return a }

func FuzzParties(f *testing.F) {
	f.Add(encodeConnection(nil, &kept{Connection: event.Connection{ID: 1, Account: "a"}}))
	f.Add(encodeSession(nil, &event.Session{ID: 1, Conns: []int64{2, 5}}))
	f.Fuzz(func(t *testing.T, p []byte) {
		decodeConnection(1, p)
		decodeSession(1, p)
		decodeFacts(p)
	})
}

func FuzzColumn(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0x80, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5, 0x81, 0x82, 0x03, 9, 9, 9, 9, 9, 9, 9, 9, 9}, uint16(12))
	f.Add(bytes.Repeat([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, 9), uint16(9))
	f.Fuzz(func(t *testing.T, column []byte, count uint16) {
		var s scratch
		s.size(int(count % 1000))
		s.stored[0] = append([]byte{}, column...)
		ok := s.read(0)
		p := column
		for i, got := range s.values {
			v, n := binary.Uvarint(p)
			if n <= 0 {
				if ok {
					t.Fatalf("value %d is cut, and was read", i)
				}
				return
			}
			if p = p[n:]; ok && v != got {
				t.Fatalf("value %d is %d, not %d", i, got, v)
			}
		}
		if !ok {
			t.Fatal("what can be read was not")
		}
	})
}
