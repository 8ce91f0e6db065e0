// This file shows how the package is used.

package gateway_test

import (
	"fmt"

	"msnscope/decode"
	"msnscope/decode/gateway"
)

func Example() {
	var table gateway.Table // for all connections
	d := gateway.New(&table)
	show := func(p *gateway.Piece) {
		switch p.Kind {
		case gateway.Head:
			fmt.Println(p.Dir, p.Why)
		case gateway.Data:
			fmt.Printf("%v session %d: %q\n", p.Dir, p.Session.Number, p.Raw)
		}
	}
	d.Feed(decode.C2S, []byte("POST /gateway/gateway.dll?Action=open&Server=NS&IP=messenger.hotmail.com HTTP/1.1\r\nContent-Length: 5\r\n\r\nPNG\r\n"), show)
	d.Feed(decode.S2C, []byte("HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=964885389.2099; GW-IP=64.4.12.132\r\nContent-Length: 5\r\n\r\nQNG\r\n"), show)
	// Output:
	// c2s open NS messenger.hotmail.com, 5 bytes
	// c2s session 1: "PNG\r\n"
	// s2c answer, 5 bytes
	// s2c session 1: "QNG\r\n"
}
