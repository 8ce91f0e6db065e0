// This file tests the explanations of commands, errors and rules.

package web

import (
	"encoding/json"
	"testing"

	"msnscope/decode"
	"msnscope/decode/conform"
)

func TestExplain(t *testing.T) {
	store, _ := newStore(t)
	url := "http://" + serve(t, &Server{Store: store})
	resp, b := ask(t, "GET", url+"/api/explain", nil)
	var x explained
	if err := json.Unmarshal(b, &x); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %.200s %v", resp.StatusCode, b, err)
	}
	if len(x.Commands) != len(decode.Specs()) || len(x.Rules) != len(conform.Catalogue()) {
		t.Fatalf("%d commands and %d rules, want %d and %d",
			len(x.Commands), len(x.Rules), len(decode.Specs()), len(conform.Catalogue()))
	}
	for _, c := range x.Commands {
		if c.Title == "" || c.Explain == "" || len(c.Roles) == 0 || c.TrID == "" || c.Dir == "" {
			t.Errorf("%s %s says too little: %+v", c.Name, c.Variant, c)
		}
	}
	for _, e := range x.Errors {
		if known, ok := decode.ErrorCodeOf(e.Code); !ok || e.Name != known.Name || e.Meaning == "" {
			t.Errorf("error %d: %+v", e.Code, e)
		}
	}
	if len(x.Errors) < 50 {
		t.Errorf("only %d errors", len(x.Errors))
	}
}
