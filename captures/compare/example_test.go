// This file shows how two exchanges are compared.

package compare_test

import (
	"context"
	"fmt"
	"log"
	"testing"

	"msnscope/captures/compare"
)

func Example() {
	a := follows(new(testing.T), "C: CHG 6 NLN\nS: CHG 6 NLN\nS: ILN 6 AWY bob@hotmail.com Bob\n")
	b := follows(new(testing.T), "C: CHG 9 NLN\nS: CHG 9 NLN\nS: ILN 9 BSY bob@hotmail.com Bob\n")
	r, err := compare.Compare(context.Background(), a.side(), b.side(), compare.Options{Facets: compare.Default})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Counts[compare.Same], "same,", r.Counts[compare.Changed], "changed")
	for i := r.Next(-1); i >= 0; i = r.Next(i) {
		d, err := r.Difference(i)
		if err != nil {
			log.Fatal(err)
		}
		for _, f := range d.Fields {
			if f.State == compare.FieldChanged {
				fmt.Println(d.A.Cmd(), f.Name, f.A, "|", f.B)
			}
		}
	}
	// Output:
	// 2 same, 1 changed
	// ILN status AWY | BSY
}
