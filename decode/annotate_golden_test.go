// This file renders examples of every command and compares them with
// testdata/annotate.golden, which is meant to be read.

package decode

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// render shows an annotated command as text.
func render(b *strings.Builder, raw string, line, body int, ctx Context) {
	a := Annotate([]byte(raw), line, body, ctx)
	side := "C"
	if ctx.Dir == S2C {
		side = "S"
	}
	fmt.Fprintf(b, "%s: %s\n", side, strings.TrimRight(fmt.Sprintf("%q", raw[:line]), " "))
	variant := ""
	if a.Spec != nil && a.Spec.Variant != "" {
		variant = " (" + a.Spec.Variant + ")"
	}
	fmt.Fprintf(b, "    %s%s, %s", a.Name, variant, a.Category)
	if a.TrID >= 0 {
		fmt.Fprintf(b, ", TrID %d", a.TrID)
	}
	fmt.Fprintf(b, ": %s\n    = %s\n", a.Title, a.Summary)
	if a.Peer != "" {
		fmt.Fprintf(b, "    with %s\n", a.Peer)
	}
	params := func(list []Param) {
		for _, p := range list {
			fmt.Fprintf(b, "      %-16s %q", p.Name, p.Value)
			if p.Meaning != "" {
				fmt.Fprintf(b, "  %s", p.Meaning)
			}
			if p.Secret {
				b.WriteString("  [secret]")
			}
			b.WriteByte('\n')
		}
	}
	params(a.Params)
	if p := a.Payload; p != nil {
		fmt.Fprintf(b, "      payload %s %s\n", p.Type, p.Charset)
		for _, h := range append(p.Headers, p.Fields...) {
			fmt.Fprintf(b, "        %s: %s", h.Name, h.Value)
			if h.Secret {
				b.WriteString("  [secret]")
			}
			b.WriteByte('\n')
		}
		params(p.Meaning)
		if p.Text != "" {
			fmt.Fprintf(b, "        text %q\n", p.Text)
		}
	}
}

// escape is what a line of testdata/examples.txt writes for a byte.
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

// examples reads testdata/examples.txt: lines "C: ..." and "S: ..." in Go
// quoting where needed, "# " comments, "@ROLE MSNPn" sets the context.
func examples(t *testing.T, each func(raw string, line, body int, ctx Context), comment func(string)) {
	f, err := os.Open("testdata/examples.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx := Context{Dialect: 7, Account: "alice@hotmail.com"}
	in := bufio.NewScanner(f)
	for in.Scan() {
		text := in.Text()
		switch {
		case text == "":
		case text[0] == '#':
			comment(text)
		case text[0] == '@':
			role, dialect, _ := strings.Cut(text[1:], " ")
			ctx.Role, ctx.Dialect = RoleUnknown, 0
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
			text = unescape(text[3:])
			line, payload, _ := strings.Cut(text, "\r\n")
			each(text, len(line), len(text)-len(payload), ctx)
		}
	}
}

func TestAnnotationsReadWell(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Every shape of the command table by its example.\n")
	for _, s := range Specs() {
		fmt.Fprintf(&b, "\n")
		d := s.Since
		if d < 7 && (s.Until == 0 || s.Until >= 7) {
			d = 7
		}
		example := s.Example + "\r\n"
		render(&b, example, len(s.Example), len(example), Context{Dir: s.Dir, Role: s.Roles[0], Dialect: d, Account: "alice@hotmail.com"})
		a := Annotate([]byte(example), len(s.Example), len(example), Context{Dir: s.Dir, Role: s.Roles[0], Dialect: d})
		if a.Spec == nil || a.Spec.Name != s.Name || a.Spec.Variant != s.Variant {
			t.Errorf("%q is not read as %s %q", s.Example, s.Name, s.Variant)
		}
	}
	b.WriteString("\n# testdata/examples.txt\n")
	examples(t, func(raw string, line, body int, ctx Context) {
		b.WriteByte('\n')
		render(&b, raw, line, body, ctx)
	}, func(c string) { fmt.Fprintf(&b, "\n%s\n", c) })

	const golden = "testdata/annotate.golden"
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
		t.Errorf("annotations changed (-want +got); run with -update and read the diff:\n%s", d)
	}
}
