// This file shows how a log is read.

package textlog_test

import (
	"fmt"
	"log"
	"strings"

	"msnscope/captures/textlog"
)

func ExampleParse() {
	err := textlog.Parse(strings.NewReader(`
Client opens a connection to 64.4.12.193:1863.

C: USR 1 alice@hotmail.com 16925950.1016955577.17693
S: USR 1 OK alice@hotmail.com Alice
C: MSG 2 N 7
Hi Bob!

Client disconnects from server.
`), func(s textlog.Step) error {
		if s.Open != "" {
			fmt.Println("connection to", s.Open)
		} else {
			fmt.Printf("%v %q\n", s.Dir, s.Data)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// connection to 64.4.12.193:1863
	// c2s "USR 1 alice@hotmail.com 16925950.1016955577.17693\r\n"
	// s2c "USR 1 OK alice@hotmail.com Alice\r\n"
	// c2s "MSG 2 N 7\r\nHi Bob!"
}
