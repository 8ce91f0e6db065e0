// This file tests that lines come out in order and whole, or not at all.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"msnscope/captures/event"
)

func TestLinesAreInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	var out bytes.Buffer
	w := newLineWriter(&out, event.JSONOptions{})
	place := event.PlaceOf(&event.Event{Session: 3}, nil)
	var id int64
	for n := range 500 {
		b := w.batch()
		if len(b.events)+len(b.bytes)+len(b.lines)+b.known != 0 {
			t.Fatal("a batch that is not empty")
		}
		for range 1 + n%7 {
			id++
			b.events = append(b.events, event.Event{ID: id, Kind: event.Note, Note: strings.Repeat("x", n)})
			b.places = append(b.places, place)
		}
		w.put(b)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	var line int64
	for text := range strings.Lines(out.String()) {
		line++
		if !strings.HasPrefix(text, fmt.Sprintf(`{"id":%d,`, line)) {
			t.Fatalf("line %d: %s", line, text)
		}
	}
	if line != id {
		t.Errorf("%d lines of %d", line, id)
	}
}

// failing takes some bytes, then fails.
type failing struct {
	room int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// decodeTo runs decode.
func decodeTo(out io.Writer, in io.Reader, args ...string) (stderr string, err error) {
	var errs strings.Builder
	e := &env{ctx: context.Background(), stdin: in, stdout: out, stderr: &errs, getenv: func(string) string { return "" }}
	for _, c := range commands() {
		if c.name == "decode" {
			err = runCommand(e, c, args)
		}
	}
	return errs.String(), err
}

// When nobody takes the lines any more decode ends, long before the end of its
// input.
func TestDecodeStopsWhenWritingFails(t *testing.T) {
	defer goleak.VerifyNone(t)
	failed := errors.New("nobody listens")
	in := &endless{text: "C: MSG 1 N 5\nhello\nS: ACK 1\n"}
	if _, err := decodeTo(&failing{100_000, failed}, in); !errors.Is(err, failed) {
		t.Error(err)
	}
}

// endless repeats a text for ever.
type endless struct {
	text string
	rest string
}

func (r *endless) Read(p []byte) (int, error) {
	if r.rest == "" {
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// What was read is written before decode waits for more: its input may be a
// capture under way.
func TestDecodeWritesBeforeItWaits(t *testing.T) {
	defer goleak.VerifyNone(t)
	capture, err := os.ReadFile(filepath.Join("..", "..", "captures", "testdata", "goserver-netmsmgr.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	in, feed := io.Pipe()
	lines, out := io.Pipe()
	ended := make(chan error)
	go func() {
		_, err := decodeTo(out, in)
		out.Close()
		ended <- err
	}()
	go feed.Write(capture[:len(capture)/2])
	if n, err := lines.Read(make([]byte, 1)); n == 0 {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, lines)
	feed.Close()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "cut off after packet") {
		t.Error(err)
	}
}

func TestDecodeTellsOfABadLog(t *testing.T) {
	defer goleak.VerifyNone(t)
	var out bytes.Buffer
	log := "C: VER 1 MSNP7\nS: VER 1 MSNP7\nC: " + strings.Repeat("x", 5<<20)
	_, err := decodeTo(&out, strings.NewReader(log))
	if err == nil || !strings.Contains(err.Error(), "standard input: after packet ") || !strings.Contains(err.Error(), "line 3 is longer than") {
		t.Error(err)
	}
	if n := strings.Count(out.String(), `"kind":"command"`); n != 2 {
		t.Errorf("%d commands before it", n)
	}
}
