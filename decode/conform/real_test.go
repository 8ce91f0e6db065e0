// This file checks real captures and published transcripts: a clean session has
// no note above Info.

package conform_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/follow"
	"msnscope/captures/pcapfile"
	"msnscope/captures/textlog"
	"msnscope/decode"
	"msnscope/decode/conform"
)

// checked is a capture's events with what is noted about them.
type checked struct {
	known    *conform.Known
	checkers map[int64]*conform.Checker
	raw      map[int64]string // events
	notes    []conform.Note
	signIns  []string
}

func (s *checked) Connection(c *event.Connection) {
	k := s.checkers[c.ID]
	if k == nil {
		k = conform.NewChecker(s.known)
		s.checkers[c.ID] = k
	}
	k.Server = c.Server.Addr()
	if c.Closed != 0 && c.Role != decode.RoleGW { // what is carried in HTTP is a connection of its own
		s.notes = append(s.notes, k.Close(c.Closed)...)
		if in := k.SignIn(c.Closed); !in.Done {
			s.signIns = append(s.signIns, fmt.Sprintf("connection %d %s: %s", c.ID, c.Role, in.Stuck))
		}
	}
}
func (s *checked) Session(*event.Session)            {}
func (s *checked) Ignored(*event.Connection, string) {}
func (s *checked) Event(e *event.Event) {
	s.raw[e.ID] = fmt.Sprintf("%s %.90q", e.Dir, e.Raw)
	k := s.checkers[e.Connection]
	switch e.Kind {
	case event.Gap:
		k.Gap()
	case event.Command, event.Raw:
		f := decode.Frame{Raw: e.Raw, Line: e.Line, Body: e.Body, Why: e.Text, Partial: e.Partial}
		if e.Kind == event.Raw {
			f.Kind = decode.FrameRaw
		}
		s.notes = append(s.notes, k.Frame(e.ID, e.Time, e.Dir, &f, decode.Context{
			Role: e.Role, Dialect: e.Dialect, Account: e.Account,
		})...)
	}
}

// check follows a capture.
func check(t *testing.T, capture io.Reader) *checked {
	t.Helper()
	s := &checked{known: conform.NewKnown(), checkers: map[int64]*conform.Checker{}, raw: map[int64]string{}}
	f := follow.New(0, s)
	r, err := pcapfile.NewReader(capture)
	if err != nil {
		t.Fatal(err)
	}
	var p pcapfile.Packet
	for {
		err := r.Next(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Packet(&p)
	}
	f.Finish("end of capture")
	return s
}

func (s *checked) report(t *testing.T) {
	t.Helper()
	info := map[string]int{}
	for _, n := range s.notes {
		if n.Severity > conform.Info {
			t.Errorf("%s %s: %s\n\t%s", n.Severity, n.Code, n.Text, s.raw[n.Event])
		}
		info[n.Code]++
	}
	for _, in := range s.signIns {
		t.Log("not done:", in)
	}
	t.Log(len(s.raw), "events, notes:", info)
}

func TestRealCapturesAreClean(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join("..", "..", "captures", "testdata", "*.pcap"))
	beside, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "captures", "*.pcap"))
	for _, name := range append(names, beside...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s := check(t, bytes.NewReader(b))
			s.report(t)
			for _, in := range s.signIns {
				if !strings.HasSuffix(in, ": ") && !strings.Contains(in, "the client left") {
					t.Error(in)
				}
			}
		})
	}
}

func TestTranscriptsAreClean(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "protocol", "transcripts", "*.txt"))
	if len(names) == 0 {
		t.Skip("the transcripts are not beside the project")
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("# grammar:")) {
			continue // not in the C: and S: notation
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			var capture bytes.Buffer
			if err := textlog.Convert(bytes.NewReader(b), &capture); err != nil {
				t.Fatal(err)
			}
			check(t, &capture).report(t)
		})
	}
}
