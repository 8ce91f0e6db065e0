// This file shows how an export is made.

package export_test

import (
	"fmt"
	"io"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/decode"
)

func ExamplePcapng() {
	ping := command(1, 1000, decode.C2S, "PNG")
	err := export.Pcapng(io.Discard,
		func(f func(*event.Event) error) error { return f(ping) },
		func(id int64) *event.Connection { return conns[id] },
		export.Options{},
	)
	fmt.Println(err)
	// Output: <nil>
}
