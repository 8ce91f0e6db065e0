// This file tests blocks for a view, side by side where there are processors.

package captures

import (
	"sync"

	"msnscope/captures/index"
)

// test tests blocks, some at a time, and takes over what is found in order.
// It is false when a block cannot be read: the index is being closed or
// rebuilt, or has lost this capture.
func (v *View) test(p *part, tests []test) bool {
	if len(tests) == 1 {
		tests[0].run(v.scan)
	} else {
		var wg sync.WaitGroup
		for i := range min(len(v.scans), len(tests)) {
			wg.Go(func() {
				for j := i; j < len(tests); j += len(v.scans) {
					tests[j].run(v.scans[i])
				}
			})
		}
		wg.Wait()
	}
	for i := range tests {
		t := &tests[i]
		if t.err != nil {
			return false
		}
		for _, n := range t.scoped {
			p.scoped.add(n)
		}
		for _, n := range t.selected {
			p.sel.add(n)
		}
		for _, n := range t.errors {
			p.errs.add(n)
		}
		p.next = t.ref.End()
		v.worked = true
	}
	return true
}

// test is the test of one block, from an event on: the numbers found.
type test struct {
	ref                      index.Ref
	from                     int64
	scoped, selected, errors []int64
	err                      error
}

func (t *test) run(scan *scanner) {
	t.scoped, t.selected, t.errors = t.scoped[:0], t.selected[:0], t.errors[:0]
	known, err := scan.byKind(&t.ref, t.from, func(n int64, isError bool) {
		t.selected = append(t.selected, n)
		if isError {
			t.errors = append(t.errors, n)
		}
	})
	if t.err = err; known || err != nil {
		return
	}
	t.err = scan.block(&t.ref, t.from, func(n int64, b *index.Block, i int, selected bool) error {
		if scan.scope != (Scope{}) {
			t.scoped = append(t.scoped, n)
		}
		if selected {
			t.selected = append(t.selected, n)
			if b.Error(i) {
				t.errors = append(t.errors, n)
			}
		}
		return nil
	})
}
