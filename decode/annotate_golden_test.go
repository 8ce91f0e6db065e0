// This file writes what the corpus means into the files of testdata/golden and
// compares: they are meant to be read.

package decode

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// render shows an annotated command: the line as sent, what it says, its
// parameters, the lines and the content of its payload. Each has the bytes
// from which it was read, and what it means; where a value speaks for itself
// the command table says what the parameter is, in brackets.
func render(b *strings.Builder, s *sample) {
	a := &s.a
	side := "C"
	if s.ctx.Dir == S2C {
		side = "S"
	}
	fmt.Fprintf(b, "%s: %q\n", side, s.raw[:s.line])
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
	for i := range a.Params {
		renderParam(b, &a.Params[i], about(a.Spec, a.Params[i].Name))
	}
	if p := a.Payload; p != nil {
		renderPayload(b, s, p)
	}
}

// about is what the command table says a parameter is.
func about(spec *Spec, name string) string {
	if spec != nil {
		for i := range spec.Params {
			if spec.Params[i].Name == name {
				return spec.Params[i].Meaning
			}
		}
	}
	return ""
}

func renderParam(b *strings.Builder, p *Param, about string) {
	fmt.Fprintf(b, "      %3d-%-3d %-16s %q", p.Start, p.End, p.Name, p.Value)
	switch {
	case p.Meaning != "":
		fmt.Fprintf(b, "  %s", p.Meaning)
	case about != "":
		fmt.Fprintf(b, "  [%s]", about)
	}
	if p.Secret {
		b.WriteString("  (secret)")
	}
	b.WriteByte('\n')
}

func renderPayload(b *strings.Builder, s *sample, p *Payload) {
	fmt.Fprintf(b, "      %3d-%-3d payload %s\n", s.body, len(s.raw), strings.TrimSpace(p.Type+" "+p.Charset))
	for _, h := range append(p.Headers, p.Fields...) {
		fmt.Fprintf(b, "      %3d-%-3d   %s: %s", h.Start, h.End, h.Name, h.Value)
		if h.Secret {
			b.WriteString("  (secret)")
		}
		b.WriteByte('\n')
	}
	for i := range p.Meaning {
		renderParam(b, &p.Meaning[i], "")
	}
	switch {
	case p.Binary:
		fmt.Fprintf(b, "      %3d-%-3d binary\n", p.Body, len(s.raw))
	case strings.TrimSpace(p.Text) != "" && len(p.Fields) == 0: // fields are the text, split
		fmt.Fprintf(b, "      %3d-%-3d text %q\n", p.Body, len(s.raw), p.Text)
	}
}

func TestAnnotationsReadWell(t *testing.T) {
	for _, c := range corpus(t) {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(c.title + "\n")
			for i, s := range c.samples {
				b.WriteByte('\n')
				if note := c.comments[i]; note != "" {
					b.WriteString(note + "\n")
				}
				render(&b, s)
			}
			golden := filepath.Join("testdata", "golden", c.name+".golden")
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
		})
	}
}
