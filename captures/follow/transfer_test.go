// This file tests file transfers: the events they become, the invitation and
// session they belong to, and what a missing packet costs.

package follow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
	"msnscope/decode/msnftp"
)

func sumOf(p []byte) string {
	s := sha256.Sum256(p)
	return hex.EncodeToString(s[:])
}

// transferOf returns the only connection with a file.
func transferOf(t *testing.T, r *told) event.Connection {
	t.Helper()
	var found []event.Connection
	for _, c := range r.conns {
		if c.File != nil {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d connections carry a file; ignored: %q", len(found), r.ignored)
	}
	return found[0]
}

// again puts the file together from the events, as the store does.
func again(r *told, conn int64) (file []byte, res msnftp.Result) {
	d := msnftp.New()
	d.Announced = r.conns[conn].File.Offered
	d.Data = func(at int64, p []byte) {
		file = append(file, make([]byte, max(at-int64(len(file)), 0))...)
		file = append(file, p...)
	}
	for _, e := range r.events {
		switch {
		case e.Connection != conn:
		case e.Kind == event.Gap:
			d.Gap(e.Dir, e.Missing, func(*msnftp.Piece) {})
		default:
			d.Feed(e.Dir, e.Raw, func(*msnftp.Piece) {})
		}
	}
	d.CloseWrite(decode.C2S, func(*msnftp.Piece) {})
	d.CloseWrite(decode.S2C, func(*msnftp.Piece) {})
	return file, d.Result()
}

func TestFileTransfer(t *testing.T) {
	tr := streamstest.NewTransfer(150 << 10)
	file := tr.File
	r := follow(t, capture(streamstest.File{}, tr.Invitation(), tr.Connection()))
	c := transferOf(t, r)
	if c.Role != decode.RoleFT || c.Client.Addr().String() != "10.0.0.23" {
		t.Errorf("connection %+v", c)
	}
	if c.Session == 0 || c.Session != r.conns[1].Session || c.Account != "alice@hotmail.com" {
		t.Errorf("the transfer is of session %d, account %q; the invitation of %d", c.Session, c.Account, r.conns[1].Session)
	}
	want := &event.Transfer{
		Name: "holiday.jpg", Sender: "alice@hotmail.com", Receiver: "bob@hotmail.com", Offered: 153600, Size: 153600, Received: 153600,
		State: "complete", Words: "complete: 153600 bytes", SHA256: sumOf(file), Events: c.File.Events,
	}
	if d := cmp.Diff(want, c.File); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	var invitation []string
	for _, e := range r.events {
		for _, id := range c.File.Events {
			if e.ID == id {
				invitation = append(invitation, e.Cmd()+" "+e.Dir.String())
			}
		}
	}
	if d := cmp.Diff([]string{"MSG c2s", "MSG s2c", "MSG c2s"}, invitation); d != "" {
		t.Error(d)
	}
	var lines []string
	for _, e := range r.events {
		if e.Connection != c.ID {
			continue
		}
		text := e.Text
		if e.Kind == event.Command {
			text = e.Annotate().Summary
		}
		lines = append(lines, fmt.Sprintf("%v %v %v %d: %s", e.Role, e.Kind, e.Dir, len(e.Raw), text))
	}
	if d := cmp.Diff([]string{
		"FT command c2s 12: speaks the file transfer protocol",
		"FT command s2c 12: speaks the file transfer protocol",
		"FT command c2s 27: bob@hotmail.com shows the cookie of the invitation",
		"FT command s2c 12: the file has 153600 bytes",
		"FT command c2s 5: asks for the file",
		"FT raw s2c 65536: file data: bytes 0 to 65439",
		"FT raw s2c 65536: file data: bytes 65440 to 130879",
		"FT raw s2c 22756: file data: bytes 130880 to 153599",
		"FT raw s2c 3: file data: the sender says that it ends here",
		"FT command c2s 14: ends the transfer: the file is complete",
		"FT note c2s 0: holiday.jpg: complete: 153600 bytes, SHA-256 " + sumOf(file),
	}, lines); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got, res := again(r, c.ID); sumOf(got) != sumOf(file) || res.SHA256 != sumOf(file) {
		t.Error("the events do not hold the file")
	}
}

// The capture lacks one packet of a transfer, each in turn.
func TestFileTransferWithoutOnePacket(t *testing.T) {
	tr := streamstest.NewTransfer(40_000)
	file := tr.File
	segments := streamstest.Merge([]streamstest.Conversation{tr.Invitation(), tr.Connection()})
	for i, s := range segments {
		if s.Conv != 1 || len(s.Data) == 0 {
			continue
		}
		without := append(append([]streamstest.Segment(nil), segments[:i]...), segments[i+1:]...)
		r := follow(t, streamstest.File{}.Bytes(streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(without)))
		c := transferOf(t, r)
		got, res := again(r, c.ID)
		if res.Words != c.File.Words {
			t.Errorf("packet %d: events say %q, the connection %q", i, res.Words, c.File.Words)
		}
		carriesFile := s.Side == 1 && s.At >= len("VER MSNFTP\r\nFIL 40000\r\n") && len(s.Data) > 3
		if !carriesFile {
			if c.File.SHA256 != sumOf(file) || sumOf(got) != sumOf(file) {
				t.Errorf("without packet %d (side %d, %d bytes at %d): %s", i, s.Side, len(s.Data), s.At, c.File.Words)
			}
			continue
		}
		missing := int64(len(file)) - c.File.Received
		if c.File.State != "partial" || !strings.HasSuffix(c.File.FileName(), ".partial") || missing <= 0 || missing > int64(len(s.Data)) {
			t.Errorf("without packet %d: %s %q", i, c.File.State, c.File.Words)
		}
		for at, b := range got {
			if b != file[at] && b != 0 {
				t.Fatalf("without packet %d: byte %d is wrong", i, at)
			}
		}
		if c.Session != r.conns[1].Session {
			t.Errorf("without packet %d the transfer is of session %d", i, c.Session)
		}
	}
}

// Without an invitation, a transfer is still a transfer.
func TestFileTransferAlone(t *testing.T) {
	tr := streamstest.NewTransfer(5000)
	tr.NoEnd = true
	r := follow(t, capture(streamstest.File{}, tr.Connection()))
	c := transferOf(t, r)
	if c.File.SHA256 != sumOf(tr.File) || c.File.Receiver != "bob@hotmail.com" || c.File.FileName() != "file" || c.Session == 0 {
		t.Errorf("%+v %+v", c, c.File)
	}
}

// The receiver waits for the sender, who connects: Sender-Connect.
func TestFileTransferSenderConnects(t *testing.T) {
	tr := streamstest.NewTransfer(10_000)
	tr.SenderConnects = true
	r := follow(t, capture(streamstest.File{}, tr.Invitation(), tr.Connection()))
	c := transferOf(t, r)
	if c.File.SHA256 != sumOf(tr.File) || c.File.Sender != "alice@hotmail.com" || c.File.Name != "holiday.jpg" || c.Session != r.conns[1].Session {
		t.Errorf("%+v %+v", c, c.File)
	}
	if sender := r.events[len(r.events)-3]; sender.Kind != event.Raw || sender.Dir != decode.C2S {
		t.Errorf("file data goes %v", sender.Dir)
	}
}
