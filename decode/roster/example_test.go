// This file is the package's example.

package roster_test

import (
	"fmt"

	"msnscope/decode"
	"msnscope/decode/roster"
)

func Example() {
	var t roster.Timeline
	c := decode.NewConn()
	event := int64(0)
	for _, line := range []string{
		"VER 1 MSNP7\r\n",
		"ADD 8 FL 10 bob@example.com Bob 0\r\n",
		"NLN AWY bob@example.com Bob\r\n",
		"FLN bob@example.com\r\n",
	} {
		c.Feed(decode.S2C, []byte(line), func(dir decode.Direction, f *decode.Frame) {
			event++
			a := decode.Annotate(f.Raw, f.Line, f.Body, c.Context(dir))
			t.Feed(event, 0, dir, &a)
		})
	}
	fmt.Println(t.At(3).Contact("bob@example.com").Status)
	for _, change := range t.Changes(2, 4) {
		fmt.Printf("%s of %s: %q, event %d\n", change.What, change.Handle, change.To, change.Event)
	}
	// Output:
	// {AWY 3}
	// status of bob@example.com: "FLN", event 4
}
