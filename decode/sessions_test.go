// This file reads whole sessions of the later dialects, testdata/sessions, in
// pieces of every size: nothing of them may be lost, unnamed or unmasked.

package decode

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said is one command of a session.
type said struct {
	dir  Direction
	raw  string // line, line end and payload
	body int    // where the payload begins
}

// sessionOf reads a file of testdata/sessions: "@NS" begins a connection, the
// commands are written as in testdata/corpus.
func sessionOf(t testing.TB, path string) (conns [][]said) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '@':
			conns = append(conns, nil)
		default:
			s := said{dir: C2S, raw: unescape(line[3:])}
			if line[0] == 'S' {
				s.dir = S2C
			}
			s.body = strings.Index(s.raw, "\r\n") + 2
			conns[len(conns)-1] = append(conns[len(conns)-1], s)
		}
	}
	return conns
}

// play feeds what was said on a connection, each direction cut into pieces by
// cut, and checks that the frames are the commands.
func play(t testing.TB, conn []said, inherited Dialect, cut func(rest int) int) *Conn {
	t.Helper()
	c := NewConn()
	c.Inherit(inherited)
	at := 0
	check := func(dir Direction, f *Frame) {
		for at < len(conn) && conn[at].dir != dir {
			at++
		}
		if at == len(conn) || f.Kind != FrameCommand || string(f.Raw) != conn[at].raw || f.Body != conn[at].body {
			t.Fatalf("%v %v %q (%s) is no command of the session", dir, f.Kind, f.Raw, f.Why)
		}
		at++
	}
	for i := 0; i < len(conn); {
		// What one side says before the other does may come in any pieces.
		dir, first := conn[i].dir, i
		var b []byte
		for ; i < len(conn) && conn[i].dir == dir; i++ {
			b = append(b, conn[i].raw...)
		}
		for len(b) > 0 {
			n := cut(len(b))
			c.Feed(dir, bytes.Clone(b[:n]), check)
			b = b[n:]
		}
		if at != i {
			t.Fatalf("%d of %d commands after %q", at-first, i-first, conn[first].raw)
		}
	}
	c.CloseWrite(C2S, check)
	c.CloseWrite(S2C, check)
	return c
}

func sessionFiles(t testing.TB) []string {
	files, err := filepath.Glob("testdata/sessions/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no sessions: ", err)
	}
	return files
}

func dialectOfFile(path string) Dialect {
	d, _ := ParseDialect(strings.ToUpper(strings.TrimSuffix(filepath.Base(path), ".txt")))
	return d
}

// However a session comes, it is cut into its commands.
func TestLaterSessionsInAnyPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	cuts := map[string]func(int) int{
		"whole":        func(rest int) int { return rest },
		"byte by byte": func(int) int { return 1 },
		"sevens":       func(rest int) int { return min(7, rest) },
		"at random":    func(rest int) int { return 1 + random.IntN(rest) },
	}
	for _, path := range sessionFiles(t) {
		d := dialectOfFile(path)
		for how, cut := range cuts {
			t.Run(filepath.Base(path)+" "+how, func(t *testing.T) {
				for i, conn := range sessionOf(t, path) {
					inherited := Dialect(0)
					if !strings.HasPrefix(conn[0].raw, "VER") {
						inherited = d
					}
					if c := play(t, conn, inherited, cut); c.Dialect != d {
						t.Errorf("connection %d speaks %v", i, c.Dialect)
					}
				}
			})
		}
	}
}

// A switchboard whose sign-in is not in the capture has no dialect; nor has an
// NS that was joined behind its VER.
func TestLaterSessionsWithoutTheirBeginning(t *testing.T) {
	for _, path := range sessionFiles(t) {
		for _, conn := range sessionOf(t, path) {
			for len(conn) > 0 && strings.Contains("VER CVR USR", conn[0].raw[:3]) {
				conn = conn[1:]
			}
			keep := conn[:0:0]
			for _, s := range conn { // error payloads need the dialect
				if !isDigit(s.raw[0]) || s.body == len(s.raw) {
					keep = append(keep, s)
				}
			}
			play(t, keep, 0, func(rest int) int { return rest })
		}
	}
}

// Every command has a name and its words fit; testdata/sessions.golden, which
// is meant to be read, says what each is taken for and which words are secret.
func TestLaterSessionsAreUnderstood(t *testing.T) {
	var b strings.Builder
	for _, path := range sessionFiles(t) {
		for _, conn := range sessionOf(t, path) {
			c := NewConn()
			c.Inherit(dialectOfFile(path))
			fmt.Fprintf(&b, "\n# %s\n", strings.TrimSuffix(filepath.Base(path), ".txt"))
			for _, s := range conn {
				c.Feed(s.dir, []byte(s.raw), func(dir Direction, f *Frame) {
					a := Annotate(f.Raw, f.Line, f.Body, c.Context(dir))
					line := f.Raw[:f.Line]
					if a.Spec == nil || a.Title == "" {
						t.Errorf("%s: %q is unknown", path, line)
						return
					}
					fmt.Fprintf(&b, "%c: %s %s", "CS"[dir], a.Name, a.Spec.Variant)
					fmt.Fprintf(&b, ": %s\n    = %s\n", a.Title, a.Summary)
					for _, p := range a.Params {
						if p.Secret {
							fmt.Fprintf(&b, "    secret %s %s\n", p.Name, p.Raw)
						}
					}
					if a.Payload != nil {
						for _, h := range append(a.Payload.Headers, a.Payload.Fields...) {
							if h.Secret {
								fmt.Fprintf(&b, "    secret %s: %s\n", h.Name, h.Value)
							}
						}
						for _, p := range a.Payload.Meaning {
							if p.Secret {
								fmt.Fprintf(&b, "    secret in the payload: %s %s\n", p.Name, p.Raw)
							}
						}
					}
					if n := len(s.raw) - s.body; n > 0 && !bytes.HasSuffix(line, fmt.Appendf(nil, " %d", n)) {
						t.Errorf("%s: %q announces another length than %d", path, line, n)
					}
				})
			}
		}
	}
	const golden = "testdata/sessions.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("understood differently (-want +got); run with -update and read the diff:\n%s", d)
	}
}
