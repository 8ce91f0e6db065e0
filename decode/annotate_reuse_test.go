// This file tests that an Annotation used again holds nothing of what it held.

package decode

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func parsePayload(raw []byte, body int, name string) *Payload {
	p := new(Payload)
	p.parse(raw, string(raw), body, name, nil)
	return p
}

func TestAnnotateInto(t *testing.T) {
	same := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Annotation{}, Payload{})}
	var a Annotation
	check := func(raw string, line, body int, ctx Context) {
		AnnotateInto(&a, []byte(raw), line, body, ctx)
		if d := cmp.Diff(Annotate([]byte(raw), line, body, ctx), a, same); d != "" {
			t.Errorf("%q (-new +used again):\n%s", raw, d)
		}
	}
	chapters := corpus(t)
	for range 3 { // headers are remembered from the second time on
		for _, c := range chapters {
			for _, s := range c.samples {
				check(s.raw, s.line, s.body, s.ctx)
			}
		}
	}
}
