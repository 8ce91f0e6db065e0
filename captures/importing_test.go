// This file tests importing.

package captures

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"msnscope/captures/event"
)

func TestImportTwoCaptures(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	for i, name := range []string{"escargot-amsn080-twisted-gtmess.pcap", "goserver-netmsmgr.pcap"} {
		var last Progress
		r, err := s.Import(context.Background(), filepath.Join("testdata", name), func(p Progress) { last = p })
		if err != nil {
			t.Fatal(err)
		}
		if r.Capture != i || r.Events == 0 || r.Packets == 0 || len(r.Connections) == 0 || r.Already {
			t.Errorf("report: %+v", r)
		}
		if last.Events != r.Events || last.Bytes != last.Size || last.Size == 0 {
			t.Errorf("last progress: %+v of %d events", last, r.Events)
		}
		again, err := s.Import(context.Background(), filepath.Join("testdata", name), nil)
		if err != nil || !again.Already || again.Capture != i || again.Events != r.Events {
			t.Errorf("again: %+v %v", again, err)
		}
	}
	if n := len(s.Captures()); n != 2 {
		t.Errorf("%d captures", n)
	}
	want := contentOf(t, s)
	closeStore(t, s)

	// What is stored is what was indexed, and what a rebuilt index says.
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	equal(t, "reopened", want, contentOf(t, s))
	closeStore(t, s)
	if err := os.Remove(s.indexPath()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	equal(t, "rebuilt", want, contentOf(t, s))
}

func TestImportTextLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "debug.log")
	text := "C: VER 1 MSNP7 CVR0\nS: VER 1 MSNP7\nC: USR 2 MD5 I alice@hotmail.com\nS: USR 2 OK alice@hotmail.com Alice\nC: PNG\nS: QNG\n"
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, t.TempDir(), Options{})
	r, err := s.Import(context.Background(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Events < 6 {
		t.Errorf("report: %+v", r)
	}
	if r, err := s.Import(context.Background(), log, nil); err != nil || !r.Already {
		t.Errorf("again: %+v %v", r, err)
	}
}

func TestImportWhatIsNoCapture(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, Options{})
	for name, text := range map[string]string{"empty": "", "prose.doc": "Dear Alice,\nthis is a letter.\n", "binary": strings.Repeat("\x00\x01\x02", 3000)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Import(context.Background(), path, nil); err == nil {
			t.Errorf("%s was imported", name)
		}
	}
	if _, err := s.Import(context.Background(), filepath.Join(dir, "missing"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	left, err := os.ReadDir(s.captureDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}

func TestImportCancelled(t *testing.T) {
	s := openStore(t, t.TempDir(), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Import(ctx, "testdata/escargot-amsn080-twisted-gtmess.pcap", func(p Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if c := contentOf(t, s); len(c.Events)+len(c.Connections)+len(c.Sessions)+len(s.Captures()) != 0 {
		t.Errorf("left over: %v", c)
	}
	left, err := os.ReadDir(s.captureDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v %v", left, err)
	}
	r, err := s.Import(context.Background(), "testdata/escargot-amsn080-twisted-gtmess.pcap", nil)
	if err != nil || r.Events == 0 {
		t.Fatal(r, err)
	}
	closeStore(t, s)
	s = openStore(t, s.dir, Options{})
	caughtUp(t, s)
	if n := int64(len(contentOf(t, s).Events)); n != r.Events {
		t.Errorf("%d events of %d", n, r.Events)
	}
}

// Of a log that is cut off, or goes wrong, what stands before the place is kept,
// and the place is told in the report and in the capture.
func TestImportOfDamagedLogs(t *testing.T) {
	var log, z bytes.Buffer
	w := gzip.NewWriter(&z)
	for n := range 1000 {
		fmt.Fprintf(io.MultiWriter(&log, w), "C: CHG %d NLN\nS: CHG %d NLN\n", n, n)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	exact := "# msnscope transcript 1\nClient opens a connection to 1.2.3.4:1863.\nC: PNG\nS: QNG\n"
	for name, c := range map[string]struct {
		log      string
		events   int64 // with notes
		atLeast  bool
		problem  string
		bad      string // "" if it is imported
		notARead error
	}{
		"whole":        {log: z.String(), events: 2001},
		"cut":          {log: z.String()[:z.Len()-100], events: 1000, atLeast: true, problem: "the file is cut off: unexpected EOF; everything before that was read"},
		"corrupt":      {log: z.String()[:z.Len()-100] + strings.Repeat("x", 100), events: 1000, atLeast: true, problem: "everything before that was read"},
		"short":        {log: exact + "C: MSG 1 N 9\nhello\n", events: 4, problem: "line 5: the payload is 2 bytes short of the length declared; everything before that was read"},
		"wrong":        {log: exact + "C= x\nC: PNG\n", events: 4, problem: `line 5: "x" is not quoted as in Go; everything before that was read`},
		"a long line":  {log: log.String() + "C: " + strings.Repeat("x", 40<<20), events: 2002, problem: "line 2001 is longer than"},
		"at the start": {log: "# msnscope transcript 1\nC: PNG\n", bad: "line 2: no connection has been opened"},
		"unreadable":   {log: log.String(), notARead: &fs.PathError{Op: "read", Path: "x", Err: errors.New("a broken disk")}, bad: "a broken disk"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, t.TempDir(), Options{})
			src := io.Reader(strings.NewReader(c.log))
			if c.notARead != nil {
				src = io.MultiReader(src, iotest.ErrReader(c.notARead))
			}
			r, err := s.ImportFrom(t.Context(), src, "log.txt", nil)
			if c.bad != "" {
				if err == nil || !strings.Contains(err.Error(), c.bad) || len(s.Captures()) > 0 {
					t.Errorf("%v, and %d captures", err, len(s.Captures()))
				}
				return
			}
			if err != nil || r.Events != c.events && !(c.atLeast && r.Events > c.events) || len(r.Problems) != min(1, len(c.problem)) {
				t.Fatalf("%d events, problems %q, %v", r.Events, r.Problems, err)
			}
			var notes strings.Builder
			if err := s.Walk(t.Context(), Scope{}, nil, func(e *event.Event) error { notes.WriteString(e.Text + "\n"); return nil }); err != nil {
				t.Fatal(err)
			}
			if c.problem != "" && (!strings.Contains(r.Problems[0], c.problem) || !strings.Contains(notes.String(), "what follows was not read")) {
				t.Errorf("problems %q, notes %s", r.Problems, notes.String())
			}
		})
	}
}
