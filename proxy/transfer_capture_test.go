// This file looks for a file transfer in the capture: a TCP conversation with
// the client that waited, and an ACCEPT with what was delivered instead.

package proxy

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/decode"
)

// seen keeps what a test wants to know of a capture.
type seen struct {
	conns     map[int64]event.Connection
	delivered [][]byte
	notes     []string
}

func (s *seen) Connection(c *event.Connection)    { s.conns[c.ID] = *c }
func (s *seen) Session(*event.Session)            {}
func (s *seen) Ignored(*event.Connection, string) {}
func (s *seen) Event(e *event.Event) {
	if e.Delivered != nil && e.Cmd() == "MSG" {
		s.delivered = append(s.delivered, bytes.Clone(e.Delivered))
	}
	if e.Kind == event.Note && e.Note == "transfer" {
		s.notes = append(s.notes, e.Text)
	}
}

// readCapture reads a capture to its end.
func readCapture(t *testing.T, path string) *seen {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := pcapfile.NewReader(file)
	must(t, err)
	s := &seen{conns: make(map[int64]event.Connection)}
	f := follow.New(1, s)
	var p pcapfile.Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		f.Packet(&p)
	}
	if err != io.EOF {
		t.Error(err)
	}
	f.Finish(streams.EndCapture)
	return s
}

func checkTransferCapture(t *testing.T, path string, l net.Listener, told string, size int64, senderConnects bool) {
	t.Helper()
	s := readCapture(t, path)
	found := 0
	for _, c := range s.conns {
		if c.Server.String() != l.Addr().String() {
			continue
		}
		found++
		dir := decode.S2C // in which the file went
		if senderConnects {
			dir = decode.C2S
		}
		const perBlock, header = 2045, 3
		want := size + (size+perBlock-1)/perBlock*header + header + int64(len(fmt.Sprintf("VER MSNFTP\r\nFIL %d\r\n", size)))
		if c.Bytes[dir] != want || c.How != "FIN" {
			t.Errorf("%v bytes, want %d of the sender; ended by %s", c.Bytes, want, c.How)
		}
	}
	if found != 1 {
		t.Errorf("%d connections to %s in the capture", found, l.Addr())
	}
	if len(s.delivered) != 1 || !strings.HasSuffix(string(s.delivered[0]), "\r\n\r\n"+told) {
		t.Errorf("delivered %q, want %q", s.delivered, told)
	}
	if len(s.notes) != 1 || !strings.Contains(s.notes[0], "invitation 7, forwards to ") || !strings.Contains(s.notes[0], l.Addr().String()) {
		t.Errorf("notes %q", s.notes)
	}
}
