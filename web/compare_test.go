// This file tests the comparison's part of the API.

package web

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"msnscope/captures/record"
	"msnscope/decode"
)

// comparisonAnswer is what the tests look at of an answer.
type comparisonAnswer struct {
	Rev                                      int64
	Stale                                    bool
	Counts                                   map[string]int
	Differences, First, Total, Moved, Coarse int
	Facets                                   []struct {
		Name     string
		Compared bool
	}
	Pairs []struct{ A, B *struct{ Connection int64 } }
	Rows  []struct {
		Kind, Cmd string
		Skipped   int
		A, B      *struct{ ID, Session int64 }
		Fields    []struct {
			Name, State string
			A, B        *string
			Pieces      [][2]string
		}
	}
}

func TestCompare(t *testing.T) {
	store, alice := newStore(t)
	bob := &traffic{t: t, store: store, file: alice.file}
	second := func(c **record.Conn) {
		*c = alice.file.Connect(netip.MustParseAddrPort("10.0.0.10:1044"), netip.MustParseAddrPort("64.4.13.58:1863"))
		(*c).Data(decode.C2S, []byte("VER 1 MSNP7 CVR0\r\n"))
		(*c).Data(decode.S2C, []byte("VER 1 MSNP7\r\n"))
	}
	bob.begin.Do(func() { second(&bob.conn) })
	for i, tr := range []*traffic{alice, bob} {
		tr.signIn()
		tr.say(decode.S2C, "ILN 5 "+[]string{"AWY", "BSY"}[i]+" carol@example.com Carol")
		tr.say(decode.C2S, pings(20)...)
	}
	bob.say(decode.S2C, "QNG")
	url := "http://" + serve(t, &Server{Store: store})
	get := func(path string) (a comparisonAnswer) {
		t.Helper()
		resp, b := ask(t, "GET", url+"/api/compare?a=s/1&b=s/2"+path, nil)
		if err := json.Unmarshal(b, &a); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s %v", path, resp.StatusCode, b, err)
		}
		return a
	}

	got := get("")
	if got.Counts["changed"] != 1 || got.Counts["only_b"] != 1 || got.Counts["only_a"] != 0 || got.Differences != 2 || len(got.Pairs) != 1 {
		t.Fatalf("%+v", got)
	}
	row := got.Rows[got.First]
	if row.Kind != "changed" || row.Cmd != "ILN" || row.A.Session != 1 || row.B.Session != 2 {
		t.Errorf("%+v", row)
	}
	for _, f := range row.Fields {
		if f.Name == "status" && (f.State != "changed" || *f.A != "AWY" || *f.B != "BSY" || len(f.Pieces) != 2) ||
			f.Name == "trid" && f.State != "ignored" || f.Name == "nick" && (f.State != "same" || f.B != nil) {
			t.Errorf("%+v", f)
		}
	}

	// Only what differs, with what is around it.
	near := get("&only=1")
	if near.Total >= got.Total || near.Rows[0].Skipped != got.First-3 || near.Rows[near.First].Kind != "changed" {
		t.Errorf("%d of %d rows, %+v", near.Total, got.Total, near.Rows[0])
	}
	for _, only := range []string{"", "&only=1"} {
		all := get(only + "&n=200")
		var found []string
		for at := int64(0); ; {
			_, b := ask(t, "GET", url+"/api/compare?a=s/1&b=s/2&find=next&at="+itoa(at)+only, nil)
			var next struct{ Index int64 }
			if err := json.Unmarshal(b, &next); err != nil {
				t.Fatal(err)
			}
			if next.Index < 0 {
				break
			}
			found = append(found, all.Rows[next.Index].Kind)
			at = next.Index
		}
		if strings.Join(found, " ") != "changed only_b" {
			t.Errorf("%s: differences %q", only, found)
		}
	}

	// Less and more is ignored; a filter.
	if got := get("&q=-cmd:(QNG,ILN)"); got.Differences != 0 || got.First != -1 {
		t.Errorf("%+v", got)
	}
	if got := get("&without=account&with=trid,digest&align=cmd"); !got.Facets[0].Compared || got.Facets[1].Compared || got.Facets[9].Compared {
		t.Errorf("%+v", got.Facets)
	}

	// Secrets are secret unless asked for.
	for path, shown := range map[string]bool{"": false, "&secrets=1": true} {
		if _, b := ask(t, "GET", url+"/api/compare?a=s/1&b=s/2&with=all&n=200"+path, nil); strings.Contains(string(b), "0f9d00aa") != shown {
			t.Errorf("%s: %s", path, b)
		}
	}

	// A page that goes on in what it has seen is not given something else.
	got = get("")
	bob.say(decode.S2C, "QNG")
	if again := get("&rev=" + itoa(got.Rev)); again.Rev != got.Rev || !again.Stale || again.Counts["only_b"] != 1 {
		t.Errorf("%+v", again)
	}
	if now := get(""); now.Rev == got.Rev || now.Stale || now.Counts["only_b"] != 2 {
		t.Errorf("%+v", now)
	}
}

func TestCompareRefuses(t *testing.T) {
	store, tr := newStore(t)
	tr.signIn()
	url := "http://" + serve(t, &Server{Store: store}) + "/api/compare"
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"?a=s/1&b=s/99":               {404, "there is no session 99"},
		"?a=c/1&b=c/99":               {404, "there is no connection 99"},
		"?a=s/1":                      {400, `b is missing`},
		"?a=all&b=s/1":                {400, `a is \"s/SESSION\"`},
		"?a=s/1&b=s/1&with=trids":     {400, `no facet \"trids\"`},
		"?a=s/1&b=s/1&align=no":       {400, `align is`},
		"?a=s/1&b=s/1&find=all":       {400, `find is`},
		"?a=s/1&b=s/1&from=x":         {400, `from is no number`},
		"?a=s/1&b=s/1&q=comand:MSG":   {400, `"suggest":"cmd"`},
		"?a=s/1&b=s/1&qb=comand:MSG":  {400, `"suggest":"cmd"`},
		"?a=s/1&b=s/1&qa=cmd:USR":     {200, `"counts":{"same":4,"changed":0,"only_a":0,"only_b":4}`},
		"?a=s/1&b=s/1&from=99999":     {200, `"rows":[]`},
		"?a=s/1&b=s/1&only=1":         {200, `"total":0`},
		"?a=c/1&b=c/1&slack=99999999": {200, `"differences":0`},
	} {
		resp, b := ask(t, "GET", url+path, nil)
		if resp.StatusCode != want.status || !strings.Contains(string(b), want.words) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}
