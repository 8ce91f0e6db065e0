// This file tests how logs are read: testdata holds logs with the steps that
// they consist of.

package textlog

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"msnscope/decode"
)

var update = flag.Bool("update", false, "rewrite golden files")

// steps parses a log into lines.
func steps(log string) (string, error) {
	var b strings.Builder
	document := sniffDocument(bytes.TrimPrefix([]byte(log), byteOrderMark))
	err := Parse(strings.NewReader(log), func(s Step) error {
		switch {
		case s.Open != "":
			fmt.Fprintf(&b, "%d open %s", s.Line, s.Open)
			if s.Name != "" {
				fmt.Fprintf(&b, " (%s)", s.Name)
			}
			if s.Time >= 0 {
				fmt.Fprintf(&b, " at %s", time.Unix(0, s.Time).UTC().Format("2006-01-02 15:04:05.999"))
			}
			b.WriteByte('\n')
		default:
			fmt.Fprintf(&b, "%d ", s.Line)
			if s.Conn > 1 && !document {
				fmt.Fprintf(&b, "#%d ", s.Conn)
			}
			fmt.Fprintf(&b, "%c %q", "CS"[s.Dir], s.Data)
			if s.Counted {
				b.WriteString(" counted")
			}
			if s.Excess != 0 {
				fmt.Fprintf(&b, " excess %d", s.Excess)
			}
			b.WriteByte('\n')
		}
		return nil
	})
	return b.String(), err
}

func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no logs: ", err)
	}
	for _, path := range files {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		log, want := string(archive.Files[0].Data), string(archive.Files[1].Data)
		if *update {
			want, _ = steps(log)
			archive.Files[1].Data = []byte(want)
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for name, log := range map[string]string{
			"":                 log,
			" with CRLF":       strings.ReplaceAll(log, "\n", "\r\n"),
			" with a BOM":      "\ufeff" + log,
			" without the end": strings.TrimSuffix(log, "\n"),
		} {
			got, err := steps(log)
			if err != nil {
				t.Errorf("%s%s: %v", path, name, err)
			}
			if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); d != "" {
				t.Errorf("%s%s (-want +got):\n%s", path, name, d)
			}
			if !Sniff([]byte(log)) {
				t.Errorf("%s%s is not recognised", path, name)
			}
		}
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]bool{
		"C: VER 1 MSNP7":     true,
		"S: VER 1 MSNP7\r\n": true,
		"# source: x\n\nClient connects.\n\nC: VER 1": true,
		"Client opens a connection to a:1.\nC: VER 1": true,
		"# source: x\n# grammar: http\nC: VER 1":      false,
		"# source: x\n":                               false,
		"":                                            false,
		"C:\\> dir":                                   false,
		"C: ":                                         false,
		">>> VER 1 MSNP7\n":                           true,
		"$ emesene\n>>> VER 1 MSNP13 CVR0":            true,
		"(13:25:49) prefs: x\n(13:25:49) msn: C: NS 000: VER 1": true,
		"[20:33:47] ->ns-sock7 VER 1 MSNP12 CVR0":               true,
		">>> import os\n>>> os.getcwd()":                        false,
		"<<<<<<< HEAD\n>>> abc":                                 false,
		"a -> b\n->node VER":                                    false,
		"Dear all,\nC: VER 1 MSNP7":                             false,
		"\xd4\xc3\xb2\xa1\x02\x00\x04\x00":                      false,
		"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00":                      false,
	} {
		if got := Sniff([]byte(head)); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	long := strings.Repeat("x", maxLine+1)
	for log, want := range map[string]string{
		"C: VER 1\n\nS: " + long:                                            "line 3 is longer than",
		"C: VER 1\nC: MSG 1 N 9\n" + long + "\nC: OUT":                      "line 3 is longer than",
		"C: VER 1\nC: USR 1 " + strings.Repeat("\n.. "+long[:maxLine/2], 2): "line 2, with those that continue it, is longer than",
	} {
		_, err := steps(log)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: %v, want %s", log, err, want)
		}
	}
}

// A step that fails ends the parsing with its error.
func TestStepFails(t *testing.T) {
	failed := errors.New("failed")
	for n := 1; n <= 4; n++ {
		calls := 0
		err := Parse(strings.NewReader("C: VER 1\nClient opens a connection to a:1\nS: OUT\n"), func(Step) error {
			if calls++; calls == n {
				return failed
			}
			return nil
		})
		if n <= 4 && err != failed || calls != n {
			t.Errorf("failed in call %d of %d: %v", n, calls, err)
		}
	}
}

// However the lines lie, reading takes the time of their bytes: here each
// command looks ahead for its payload.
func TestLookingAheadIsCheap(t *testing.T) {
	for _, unit := range []string{"C: MSG 1 N 2000\n", "C: MSG 1 N 4000000\n", "S: MSG a b 4000000\n\n\n\n\n\n\n",
		">>> MSG 1 N 4000000\n", "SB 1 <<< MSG a b\nMIME-Version: 1.0\n"} {
		log := strings.Repeat(unit, 50_000)
		n := 0
		err := Parse(strings.NewReader(log), func(s Step) error { n++; return nil })
		if err != nil || n != 50_001 {
			t.Errorf("%q: %d steps, %v", unit, n, err)
		}
	}
	log := "C: MSG 1 N 4000000\n" + strings.Repeat("\n", 1_000_000)
	if _, err := steps(log); err != nil {
		t.Error(err)
	}
}

// What is no log is told by what was looked for.
func TestUnknown(t *testing.T) {
	err := Unknown([]byte("\xef\xbb\xbfDear all,\r\nhello\n"))
	for _, part := range []string{`"Dear all,"`, `"C: "`, `">>> "`, "libpurple", "aMSN"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %s", err, part)
		}
	}
	for _, head := range []string{"", "\xd4\xc3\xb2\xa1\x02\x00"} {
		if err := Unknown([]byte(head)); err != nil {
			t.Errorf("%q: %v", head, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("C: VER 1 MSNP7\nS: VER 1 MSNP7\n")
	f.Add("Client opens a connection to a:1.\nC: MSG 1 N 5\r\nhello\n.. \nS: FND 1\nFND 2\n")
	f.Add("S: MSG a b 10\nC: OUT\n\n\n")
	f.Add("[01:59:45 DEBUG papyon.transport] >>> ADL 6 12\n\t[payload]\n<<< MSG Hotmail Hotmail\nMIME-Version: 1.0\n\n>>> PNG\n")
	f.Add("[20:33:47] ->ns-sock7 VER 1 MSNP12\n\n\n< Connected to: a 1 >\n<-sb-2 MSG a b 5\\r\\nhel\\x6c\n Message contents:\nlo")
	f.Add("2010-01-02 03:04:05,678 [SB 1] <<< MSG a b 3\nabc\nNS/1 >>> USR 1 a b\n")
	f.Add(">>> POST http://a/gateway/gateway.dll HTTP/1.1\n>>> Content-Length: 7\n>>>\n>>> PNG\n>>> POST /b HTTP/1.1\n\n<<< HTTP/1.1 200 OK\n<<< Content-Length: 3\n<<<\n<<< QNG\nx")
	f.Fuzz(func(t *testing.T, log string) {
		opened := false
		line := 0
		document := sniffDocument(bytes.TrimPrefix([]byte(log), byteOrderMark))
		err := Parse(strings.NewReader(log), func(s Step) error {
			if s.Line < line {
				t.Errorf("line %d comes after line %d", s.Line, line)
			}
			line = s.Line
			if s.Open != "" {
				opened = true
				return nil
			}
			if !opened {
				t.Error("bytes on no connection")
			}
			// What is said to be whole is one command for the framer, or none.
			framer := decode.Framer{Dir: s.Dir}
			framer.Feed(s.Data)
			var fr decode.Frame
			several := sniffHTTP(bytes.TrimPrefix([]byte(log), byteOrderMark)) || !document && strings.Contains(log, `\r\n`) // of several lines
			if s.Excess == 0 && !several && (!framer.Next(&fr) || fr.Kind == decode.FrameCommand && framer.Pending() != 0) {
				t.Errorf("%q is not whole", s.Data)
			}
			return nil
		})
		if err != nil && len(log) < maxLine {
			t.Error(err)
		}
	})
}
