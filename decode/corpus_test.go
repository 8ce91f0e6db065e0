// This file reads the corpus: the examples of testdata/corpus and those of the
// command table and of the error numbers, each with what Annotate says of it.

package decode

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sample is an example of the corpus, annotated.
type sample struct {
	raw        string
	line, body int
	ctx        Context
	a          Annotation
}

// chapter is the examples that stand together in a golden file.
type chapter struct {
	name     string
	title    string
	samples  []*sample
	comments map[int]string // by the number of the sample they precede
}

func (c *chapter) add(raw string, ctx Context) {
	line, payload, _ := strings.Cut(raw, "\n")
	s := &sample{raw: raw, line: len(strings.TrimSuffix(line, "\r")), body: len(raw) - len(payload), ctx: ctx}
	s.a = Annotate([]byte(raw), s.line, s.body, ctx)
	c.samples = append(c.samples, s)
}

// corpus returns the chapters in the order in which they are to be read.
func corpus(t testing.TB) []*chapter {
	t.Helper()
	chapters := tableChapters()
	for _, name := range []string{"variants", "values", "text", "service", "invitations", "newer", "documents", "odd", "later"} {
		chapters = append(chapters, fileChapter(t, name))
	}
	return append(chapters, errorChapter())
}

// tableChapters are the shapes of the command table by their examples, a
// chapter a category. Shapes with a payload have theirs in the files.
func tableChapters() []*chapter {
	var chapters []*chapter
	for category := CategoryAuth; category < CategoryError; category++ {
		c := &chapter{name: "commands-" + category.String(), title: "# Every shape of a command, as the command table gives it: " + category.String() + "."}
		for _, s := range Specs() {
			if s.Category == category && !s.Payload {
				c.add(s.Example+"\r\n", contextOf(&s))
			}
		}
		chapters = append(chapters, c)
	}
	return chapters
}

// contextOf is a context in which a shape is valid, MSNP7 where that will do.
func contextOf(s *Spec) Context {
	d := s.Since
	if d < 7 && (s.Until == 0 || s.Until >= 7) {
		d = 7
	}
	return Context{Dir: s.Dir, Role: s.Roles[0], Dialect: d, Account: "alice@hotmail.com"}
}

func errorChapter() *chapter {
	c := &chapter{name: "errors", title: "# Every number of the error replies.", comments: map[int]string{}}
	for i, e := range errorCodes {
		note := "# " + e.Name
		if e.Since > 0 {
			note += ", since " + e.Since.String()
		}
		if e.Closes {
			note += ", closes the connection"
		}
		if e.Notes != "" {
			note += "; " + e.Notes
		}
		c.comments[i] = note
		c.add(fmt.Sprintf("%d 16\r\n", e.Code), Context{Dir: S2C, Role: RoleNS, Dialect: 7})
	}
	return c
}

// escape is what a line of the corpus writes for a byte.
var escape = regexp.MustCompile(`\\(r|n|t|x[0-9a-f]{2})`)

func unescape(s string) string {
	return escape.ReplaceAllStringFunc(s, func(e string) string {
		r, err := strconv.Unquote(`"` + e + `"`)
		if err != nil {
			panic(err)
		}
		return r
	})
}

// fileChapter reads testdata/corpus/name.txt: lines "C: ..." and "S: ..." with
// the escapes \r \n \t \xhh, "# " comments; "@ROLE MSNPn" sets the context.
func fileChapter(t testing.TB, name string) *chapter {
	f, err := os.Open(filepath.Join("testdata", "corpus", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := &chapter{name: name, comments: map[int]string{}}
	ctx := Context{Dialect: 7, Account: "alice@hotmail.com"}
	in := bufio.NewScanner(f)
	for in.Scan() {
		text := in.Text()
		switch {
		case text == "":
		case text[0] == '#' && c.title == "":
			c.title = text
		case text[0] == '#':
			c.comments[len(c.samples)] = text
		case text[0] == '@':
			role, dialect, _ := strings.Cut(text[1:], " ")
			ctx.Role = RoleUnknown
			for r, name := range roleNames {
				if name == role {
					ctx.Role = Role(r)
				}
			}
			ctx.Dialect, _ = ParseDialect(dialect)
		default:
			ctx.Dir = C2S
			if text[0] == 'S' {
				ctx.Dir = S2C
			}
			c.add(unescape(text[3:]), ctx)
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCorpusIsFramed: each example is one whole command, with the payload that
// its length promises.
func TestCorpusIsFramed(t *testing.T) {
	for _, c := range corpus(t) {
		for _, s := range c.samples {
			want := int64(len(s.raw) - s.body)
			if got := payloadLength(s.ctx.Dir, s.ctx.Dialect, []byte(s.raw[:s.line])); got != want {
				t.Errorf("%s: %q has %d bytes of payload, promises %d", c.name, s.raw[:s.line], want, got)
			}
		}
	}
}
