// This file tests that files come out of captures whole, whichever side sends,
// and that one with a hole says so.

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

const transferSize = 5 << 20

// importTransfer imports a capture of a transfer, without one of the packets
// with file data if so wanted, and returns the store.
func importTransfer(t *testing.T, tr streamstest.Transfer, without int) string {
	t.Helper()
	segments := streamstest.Merge([]streamstest.Conversation{tr.Invitation(), tr.Connection()})
	if without > 0 {
		big := 0
		segments = slices.DeleteFunc(segments, func(s streamstest.Segment) bool {
			if len(s.Data) < 1000 {
				return false
			}
			big++
			return big == without
		})
	}
	dir := t.TempDir()
	capture := filepath.Join(dir, "transfer.pcap")
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(segments)
	if err := os.WriteFile(capture, streamstest.File{}.Bytes(packets), 0o600); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(dir, "store")
	output(t, "import", "--store", store, capture)
	return store
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, senderConnects := range []bool{false, true} {
		tr := streamstest.NewTransfer(transferSize)
		tr.SenderConnects = senderConnects
		store := importTransfer(t, tr, 0)
		if list := string(output(t, "invitations", "--store", store)); !strings.Contains(list, ": complete: 5242880 bytes (#") {
			t.Errorf("the file has arrived:\n%s", list)
		}
		dir := filepath.Join(t.TempDir(), "out")
		list := string(output(t, "files", "--store", store, "--save", dir))
		got, err := os.ReadFile(filepath.Join(dir, "holiday.jpg"))
		if err != nil || !bytes.Equal(got, tr.File) {
			t.Fatalf("%v; %d bytes; %s", err, len(got), list)
		}
		for _, want := range []string{"alice@hotmail.com", "bob@hotmail.com", "holiday.jpg", "complete: 5242880 bytes"} {
			if !strings.Contains(list, want) {
				t.Errorf("no %q in %s", want, list)
			}
		}
		if checked := string(output(t, "check", "--store", store)); checked != "" {
			t.Errorf("check finds %s", checked)
		}
		// A second time, neither file is lost.
		output(t, "files", "--store", store, "--save", dir)
		if again, err := os.ReadFile(filepath.Join(dir, "holiday (2).jpg")); err != nil || !bytes.Equal(again, tr.File) {
			t.Error(err)
		}
		info, err := os.Stat(filepath.Join(dir, "holiday.jpg"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info.Mode(), err)
		}
	}
}

func TestFilesWithoutOnePacket(t *testing.T) {
	t.Parallel()
	for _, senderConnects := range []bool{false, true} {
		tr := streamstest.NewTransfer(transferSize)
		tr.SenderConnects = senderConnects
		store := importTransfer(t, tr, 1700)
		dir := filepath.Join(t.TempDir(), "out")
		var f struct {
			File, State, Words, SHA256 string
			Size, Received             int64
		}
		if err := json.Unmarshal(output(t, "files", "--store", store, "--json", "--save", dir), &f); err != nil {
			t.Fatal(err)
		}
		missing := f.Size - f.Received
		if f.State != "partial" || f.SHA256 != "" || missing < 1400 || missing > 1460 || !strings.Contains(f.Words, "missing ") {
			t.Errorf("%+v", f)
		}
		got, err := os.ReadFile(filepath.Join(dir, "holiday.jpg.partial"))
		if err != nil || len(got) != len(tr.File) {
			t.Fatalf("%v; %d bytes", err, len(got))
		}
		wrong := int64(0)
		for i, b := range got {
			if b != tr.File[i] {
				if wrong++; b != 0 {
					t.Fatalf("byte %d is wrong, not missing", i)
				}
			}
		}
		if wrong > missing {
			t.Errorf("%d bytes differ, %d are said to be missing", wrong, missing)
		}
	}
}

// A session of which the clock was set back lasts no time, not less.
func TestSessionsOfAClockSetBack(t *testing.T) {
	t.Parallel()
	tr := streamstest.NewTransfer(10)
	c := tr.Invitation()
	c.Step = -1e9
	dir := t.TempDir()
	capture, store := filepath.Join(dir, "back.pcap"), filepath.Join(dir, "store")
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(c.Segments(0))
	if err := os.WriteFile(capture, streamstest.File{}.Bytes(packets), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, "import", "--store", store, capture)
	if list := string(output(t, "sessions", "--store", store)); !strings.Contains(list, " 0s ") {
		t.Errorf("sessions:\n%s", list)
	}
}
