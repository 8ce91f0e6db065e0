// This file is the package's example.

package conform_test

import (
	"fmt"
	"time"

	"msnscope/decode"
	"msnscope/decode/conform"
)

func Example() {
	conn := decode.NewConn()
	c := conform.NewChecker(conform.NewKnown())
	event := int64(0)
	say := func(dir decode.Direction, line string) {
		conn.Feed(dir, []byte(line), func(dir decode.Direction, f *decode.Frame) {
			event++
			for _, n := range c.Frame(event, 0, dir, f, conn.Context(dir)) {
				fmt.Printf("%s %s, event %d: %s\n", n.Severity, n.Code, n.Event, n.Text)
			}
		})
	}
	say(decode.C2S, "VER 1 MSNP7 CVR0\r\n")
	say(decode.S2C, "VER 1 MSNP7\r\n")
	say(decode.C2S, "SYN 2 0\r\n")
	fmt.Println(c.SignIn(int64(time.Minute)).Stuck)
	// Output:
	// error before-sign-in, event 3: SYN before USR OK
	// the client did not go on after VER; the answer does not name CVR0, for which some clients wait (event 2)
}
