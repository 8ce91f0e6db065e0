// This file runs the cases that this parser shares with the page's.

package filter

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/filter_cases.json anew from what the parser does; read the difference")

const casesFile = "testdata/filter_cases.json"

// sharedCase is a query with its canonical form, or with its mistake; tokens are
// [start, end, kind] in bytes.
type sharedCase struct {
	Q       string   `json:"q"`
	Canon   *string  `json:"canon,omitempty"`
	Error   string   `json:"error,omitempty"`
	At      *int     `json:"at,omitempty"`
	End     *int     `json:"end,omitempty"`
	Suggest string   `json:"suggest,omitempty"`
	Tokens  [][3]any `json:"tokens,omitempty"`
}

// now is the moment of all tests: in the time of the captures they make.
var now = time.Date(2001, 11, 5, 20, 30, 0, 0, time.UTC)

func run(q string) sharedCase {
	c := sharedCase{Q: q}
	query, err := ParseAt(q, now)
	if err == nil {
		canon := query.String()
		c.Canon = &canon
	} else {
		e := err.(*Error)
		c.Error, c.At, c.End, c.Suggest = e.Text, &e.At, &e.End, e.Suggest
	}
	for _, t := range Tokens(q) {
		c.Tokens = append(c.Tokens, [3]any{float64(t.Start), float64(t.End), t.Kind})
	}
	return c
}

func TestSharedCases(t *testing.T) {
	data, err := os.ReadFile(casesFile)
	if err != nil {
		t.Fatal(err)
	}
	var cases []sharedCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	out.WriteString("[\n")
	for i, want := range cases {
		got := run(want.Q)
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		out.Write(bytes.TrimRight(line.Bytes(), "\n"))
		if i < len(cases)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		if !*update && !reflect.DeepEqual(got, want) {
			w, _ := json.Marshal(want)
			t.Errorf("got  %swant %s", &line, w)
		}
	}
	out.WriteString("]\n")
	if *update {
		if err := os.WriteFile(casesFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
