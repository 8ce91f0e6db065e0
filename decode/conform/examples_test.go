// This file writes the examples of broken rules where tests of the way from a
// capture to the page can read them.

package conform

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/examples.json and docs/conformance.md anew; read the difference")

func TestExamplesFile(t *testing.T) {
	type broken struct {
		Code   string `json:"code"`
		Event  int64  `json:"event"`
		Script string `json:"script"`
	}
	list := []broken{}
	for _, c := range cases {
		list = append(list, broken{c.code, c.event, c.bad})
	}
	want, err := json.MarshalIndent(list, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/examples.json", append(want, '\n'))
}

// golden compares a file with what it should hold.
func golden(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not up to date (%v): go test ./decode/conform -update", path, err)
	}
}

func TestDocumentation(t *testing.T) { golden(t, "../../docs/conformance.md", []byte(Markdown())) }
