// This file tests how files are put together.

package captures

import (
	"bytes"
	"testing"
)

// skipping is a Writer that can skip.
type skipping struct {
	bytes.Buffer
	skipped int64
}

func (s *skipping) Skip(n int64) error {
	s.skipped += n
	return nil
}

func TestHolesThatAreSkipped(t *testing.T) {
	var w skipping
	h := holesAsZeros{w: &w}
	h.data(0, []byte("ab"))
	h.data(1<<40, []byte("cd"))
	h.data(1<<40+2, []byte("e"))
	if h.err != nil || w.String() != "abcde" || w.skipped != 1<<40-2 {
		t.Errorf("%q, %d bytes skipped: %v", &w.Buffer, w.skipped, h.err)
	}
	var plain bytes.Buffer
	h = holesAsZeros{w: &plain}
	h.data(0, []byte("ab"))
	h.data(4, []byte("c"))
	if plain.String() != "ab\x00\x00c" {
		t.Errorf("%q", &plain)
	}
}
