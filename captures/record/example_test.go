// This file holds the package's example.

package record_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"msnscope/captures/event"
	"msnscope/captures/record"
	"msnscope/decode"
)

func Example() {
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	f, err := record.Open(filepath.Join(dir, "2026-11-22.pcapng"))
	if err != nil {
		panic(err)
	}
	c := f.Connect(
		netip.MustParseAddrPort("10.0.0.9:1044"),
		netip.MustParseAddrPort("64.4.13.58:1863"),
		event.Comment{Note: "opened", Text: "because it is the default upstream"},
	)
	err = c.Data(decode.C2S, []byte("VER 1 MSNP7 CVR0\r\n")) // before it is forwarded
	fmt.Println(err)
	err = c.CloseWrite(decode.C2S)
	fmt.Println(err, f.Close())
	// Output:
	// <nil>
	// <nil> <nil>
}
