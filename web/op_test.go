// This file tests the reading of the page's frames.

package web

import (
	"encoding/json"
	"strings"
	"testing"

	"msnscope/captures"
)

func TestDecodeOp(t *testing.T) {
	for _, c := range []struct {
		name, frame, code string
		check             func(op) bool
	}{
		{"hello", `{"op":"hello","v":1,"app":"","boot":""}`, "", func(o op) bool { return o.V == 1 }},
		{"sub", `{"op":"sub","view":1,"epoch":7,"scope":"s/12","q":""}`, "", func(o op) bool { return o.scope == captures.Scope{Session: 12} && o.Epoch == 7 }},
		{"sub of a connection", `{"op":"sub","view":1,"epoch":7,"scope":"c/31","q":""}`, "", func(o op) bool { return o.scope == captures.Scope{Connection: 31} }},
		{"sub of what is no scope", `{"op":"sub","view":1,"epoch":7,"scope":"x/31","q":""}`, "bad_request", nil},
		{"sub with a wrong filter", `{"op":"sub","view":1,"epoch":7,"scope":"all","q":"comand:MSG"}`, "bad_filter", func(o op) bool { return o.View == 1 && o.Epoch == 7 }},
		{"win beyond the limits", `{"op":"win","view":1,"epoch":7,"seq":1,"from":-5,"n":99999}`, "", func(o op) bool { return o.From == 0 && o.N == maxRows }},
		{"tail off", `{"op":"tail","view":1,"n":0}`, "", func(o op) bool { return o.N == 0 }},
		{"find", `{"op":"find","view":1,"epoch":7,"seq":2,"what":"time","from":1004991247021337}`, "", func(o op) bool { return o.From == 1004991247021337 }},
		{"find of something else", `{"op":"find","what":"luck","seq":3}`, "bad_request", func(o op) bool { return o.Seq == 3 }},
		{"event with defaults", `{"op":"event","seq":3,"id":5}`, "", func(o op) bool { return o.Max == defaultRaw }},
		{"event with too much", `{"op":"event","seq":3,"id":5,"max":2000000000}`, "", func(o op) bool { return o.Max == maxRaw }},
		{"agg", `{"op":"agg","view":1,"kinds":["timeline","hits"],"n":99999,"groups":99999}`, "", func(o op) bool {
			return o.wanted == captures.WantTimeline|captures.WantHits && o.N == maxCells && o.Groups == maxGroups
		}},
		{"agg of nothing", `{"op":"agg","view":1,"kinds":[]}`, "", func(o op) bool { return o.wanted == 0 }},
		{"agg of something else", `{"op":"agg","view":1,"kinds":["luck"]}`, "bad_request", nil},
		{"unknown op", `{"op":"format c:"}`, "bad_request", nil},
		{"no JSON", `{"op":`, "bad_request", nil},
		{"an array", `[1]`, "bad_request", nil},
		{"a number too large", `{"op":"win","view":99999999999999999999}`, "bad_request", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, err := decodeOp([]byte(c.frame))
			code := ""
			if e, ok := err.(*opError); ok {
				code = e.Code
			}
			if code != c.code || (err != nil) != (c.code != "") {
				t.Fatalf("error %v, want code %q", err, c.code)
			}
			if c.check != nil && !c.check(o) {
				t.Errorf("read as %+v", o)
			}
		})
	}
}

func TestErrFrame(t *testing.T) {
	o, err := decodeOp([]byte(`{"op":"sub","view":2,"epoch":9,"scope":"all","q":"comand:MSG"}`))
	if err == nil {
		t.Fatal("no error")
	}
	var got struct {
		Op, Code, Msg, Suggest string
		View, Epoch            int64
		At, End                int
	}
	if err := json.Unmarshal(errFrame(&o, err), &got); err != nil {
		t.Fatal(err)
	}
	if got.Op != "err" || got.View != 2 || got.Epoch != 9 || got.At != 0 || got.End != 6 || got.Suggest != "cmd" || got.Msg == "" {
		t.Errorf("got %+v", got)
	}
}

func FuzzOp(f *testing.F) {
	for _, seed := range []string{
		`{"op":"hello","v":1,"app":"","boot":""}`,
		`{"op":"sub","view":1,"epoch":7,"scope":"s/12","q":"cmd:MSG size>=200"}`,
		`{"op":"win","view":1,"epoch":7,"seq":42,"from":128000,"n":128}`,
		`{"op":"tail","view":1,"n":30}`,
		`{"op":"find","view":1,"epoch":7,"seq":43,"what":"next_error","from":50412}`,
		`{"op":"event","seq":44,"id":50412,"max":65536,"secrets":true}`,
		`{"op":"complete","seq":47,"field":"from","prefix":"al","n":20}`,
		`{"op":"agg","view":1,"kinds":["timeline","numbers","hits"],"n":600,"groups":20}`,
		`{"op":"unsub","view":-1}`, `null`, `"op"`, `{"op":{"op":1}}`, `{"op":"sub","q":"((((((("}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		o, err := decodeOp(frame)
		if err != nil {
			if !json.Valid(errFrame(&o, err)) {
				t.Fatal("the error is no JSON")
			}
			return
		}
		if o.Op == "sub" && o.query == nil {
			t.Fatal("a sub without a query")
		}
		if (o.Op == "win" || o.Op == "tail") && (o.N < 0 || o.N > maxRows || o.Op == "win" && o.From < 0) {
			t.Fatalf("out of bounds: %+v", o)
		}
		in := newInbox()
		in.put(o)
		if len(in.views) > maxViews || len(in.asked) > maxWaiting {
			t.Fatal("the inbox holds too much")
		}
	})
}

func TestInboxKeepsTheLatest(t *testing.T) {
	in := newInbox()
	put := func(frame string) error {
		o, err := decodeOp([]byte(frame))
		if err != nil {
			t.Fatal(err)
		}
		return in.put(o)
	}
	for _, f := range []string{
		`{"op":"sub","view":1,"epoch":1,"scope":"all"}`,
		`{"op":"win","view":1,"epoch":1,"seq":1,"from":0,"n":10}`,
		`{"op":"win","view":1,"epoch":1,"seq":2,"from":5,"n":10}`,
		`{"op":"win","view":1,"epoch":0,"seq":3,"from":9,"n":10}`, // of an older epoch: dropped
		`{"op":"tail","view":1,"n":30}`,
	} {
		if err := put(f); err != nil {
			t.Fatal(err)
		}
	}
	w := in.wishes()[1]
	if w.win == nil || w.win.Seq != 2 || w.tail != 30 {
		t.Errorf("wish %+v", w)
	}
	if w := in.wishes()[1]; w.win != nil {
		t.Error("a window is answered twice")
	}
	if err := put(`{"op":"win","view":2,"epoch":1,"seq":4,"n":10}`); err != errNoView {
		t.Errorf("a window of no view: %v", err)
	}
	for range maxWaiting {
		if err := put(`{"op":"event","seq":5,"id":1}`); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(`{"op":"event","seq":6,"id":1}`); err == nil || !strings.Contains(string(errFrame(&op{}, err)), `"busy"`) {
		t.Errorf("the 65th question: %v", err)
	}
	if n := len(in.questions()); n != maxWaiting {
		t.Errorf("%d questions", n)
	}
	if err := put(`{"op":"event","seq":7,"id":1}`); err == nil {
		t.Error("questions taken but not answered no longer count")
	}
	in.answered(maxWaiting)
	if err := put(`{"op":"event","seq":8,"id":1}`); err != nil {
		t.Error(err)
	}
	for view := 2; view <= maxViews; view++ {
		if err := put(`{"op":"sub","view":` + string(rune('0'+view)) + `,"epoch":1,"scope":"all"}`); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(`{"op":"sub","view":99,"epoch":1,"scope":"all"}`); err == nil {
		t.Error("a ninth view")
	}
}
