// This file shows how the package is used.

package prologue_test

import (
	"fmt"

	"msnscope/decode"
	"msnscope/decode/prologue"
)

func Example() {
	d := prologue.New()
	show := func(p prologue.Piece) { fmt.Printf("%v %q %q\n", p.Dir, p.Why, p.Raw) }
	d.Feed(decode.C2S, []byte("\x04\x01\x07\x47\x40\x04\x0d\x3a\x00"), show)
	d.Feed(decode.S2C, []byte("\x00\x5a\x00\x00\x00\x00\x00\x00"), show)
	d.Feed(decode.C2S, []byte("VER 1 MSNP7 CVR0\r\n"), show)
	r := d.Result()
	fmt.Println(r.Protocol, r.Target(), r.Inner)
	// Output:
	// c2s "SOCKS4: connect to 64.4.13.58:1863" "\x04\x01\aG@\x04\r:\x00"
	// s2c "SOCKS4: connected" "\x00Z\x00\x00\x00\x00\x00\x00"
	// c2s "" "VER 1 MSNP7 CVR0\r\n"
	// SOCKS4 64.4.13.58:1863 [9 8]
}
