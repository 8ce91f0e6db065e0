// This file holds the package's example and its benchmarks.

package filter_test

import (
	"fmt"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/filter"
	"msnscope/decode"
)

func Example() {
	q, err := filter.Parse(`cmd:msg from:alice text:"hello"`)
	if err != nil {
		panic(err)
	}
	raw := "MSG alice@hotmail.com Alice 60\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello, bob!"
	e := &event.Event{Kind: event.Command, Dir: decode.S2C, Raw: []byte(raw), Line: 30, Body: 32, TrID: -1, Account: "bob@hotmail.com"}
	fmt.Println(q, q.Match(e))
	_, err = filter.Parse("comand:MSG")
	fmt.Println(err)
	// Output:
	// cmd:MSG from:alice text:hello true
	// no field "comand", did you mean "cmd"?
}

func BenchmarkMatch(b *testing.B) {
	payload := "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=MS%20Shell%20Dlg; EF=; CO=0; CS=0; PF=0\r\n\r\nsee you at the cinema on friday :)"
	line := fmt.Sprintf("MSG bob@hotmail.com Bob %d", len(payload))
	msg := &event.Event{Kind: event.Command, Dir: decode.S2C, Role: decode.RoleSB, Dialect: 7, TrID: -1, Account: "alice@hotmail.com",
		Raw: []byte(line + "\r\n" + payload), Line: len(line), Body: len(line) + 2}
	nln := &event.Event{Kind: event.Command, Dir: decode.S2C, Role: decode.RoleNS, Dialect: 7, TrID: -1, Account: "alice@hotmail.com",
		Raw: []byte("NLN AWY bob@hotmail.com Bob%20(H)\r\n"), Line: 33, Body: 35}
	events := []*event.Event{msg, nln}
	for _, q := range []string{"cmd:PNG", "-cmd:(PNG, QNG) -is:typing", "status>=200 dir:s2c", "acc:carol", "acc:bob", "text:hello", "text:cinema",
		`text~/\b\d{3}-\d{4}\b/`, "raw:hello", "hello", "status:AWY", "time:20:14..20:31"} {
		b.Run(q, func(b *testing.B) {
			query, err := filter.Parse(q)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				query.Match(events[i&1])
				i++
			}
		})
	}
}
