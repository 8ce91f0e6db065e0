// This file is the example of the package's documentation.

package msnftp_test

import (
	"fmt"

	"msnscope/decode"
	"msnscope/decode/msnftp"
)

func Example() {
	d := msnftp.New()
	d.Data = func(offset int64, p []byte) { fmt.Printf("%d: %q\n", offset, p) }
	emit := func(p *msnftp.Piece) {
		if p.Kind == msnftp.Line {
			fmt.Println(msnftp.Annotate(p.Frame.Raw).Summary)
		}
	}
	d.Feed(decode.C2S, []byte("VER MSNFTP\r\n"), emit)
	d.Feed(decode.S2C, []byte("VER MSNFTP\r\n"), emit)
	d.Feed(decode.C2S, []byte("USR bob@example.com 93301\r\n"), emit)
	d.Feed(decode.S2C, []byte("FIL 5\r\n"), emit)
	d.Feed(decode.C2S, []byte("TFR\r\n"), emit)
	d.Feed(decode.S2C, []byte("\x00\x05\x00hello\x01\x00\x00"), emit)
	d.Feed(decode.C2S, []byte("BYE 16777989\r\n"), emit)
	fmt.Println(d.Result().Words)
	// Output:
	// speaks the file transfer protocol
	// speaks the file transfer protocol
	// bob@example.com shows the cookie of the invitation
	// the file has 5 bytes
	// asks for the file
	// 0: "hello"
	// ends the transfer: the file is complete
	// complete: 5 bytes
}
