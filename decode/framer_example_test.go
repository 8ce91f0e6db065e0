// This file shows the way from bytes to commands.

package decode_test

import (
	"fmt"
	"net/netip"
	"time"

	"msnscope/decode"
)

func ExampleFramer() {
	f := decode.Framer{Dir: decode.C2S}
	var frame decode.Frame
	for _, piece := range []string{"CHG 7 AWY\r", "\nMSG 8 N 5\r\nhel", "loOUT\r\n"} {
		f.Feed([]byte(piece))
		for f.Next(&frame) {
			fmt.Printf("%d %q %q\n", frame.Offset, frame.Raw[:frame.Line], frame.Raw[frame.Body:])
		}
	}
	// Output:
	// 0 "CHG 7 AWY" ""
	// 11 "MSG 8 N 5" "hello"
	// 27 "OUT" ""
}

func ExampleConn() {
	conn := decode.NewConn()
	emit := func(dir decode.Direction, f *decode.Frame) {
		fmt.Println(dir, string(f.Raw[:f.Line]), conn.Role, conn.Account)
	}
	conn.Feed(decode.C2S, []byte("USR 1 alice@example.com 17262740.32308\r\n"), emit)
	conn.Feed(decode.S2C, []byte("USR 1 OK alice@example.com Alice\r\n"), emit)
	// Output:
	// c2s USR 1 alice@example.com 17262740.32308 SB alice@example.com
	// s2c USR 1 OK alice@example.com Alice SB alice@example.com
}

func ExampleLinker() {
	linker, client, now := decode.NewLinker(), netip.MustParseAddr("127.0.0.1"), time.Now()
	play := func(id int64, dir decode.Direction, line string, conn *decode.Conn) {
		conn.Feed(dir, []byte(line), func(dir decode.Direction, f *decode.Frame) {
			linker.Observe(id, conn, dir, f, now)
		})
	}
	ns, sb := decode.NewConn(), decode.NewConn()
	linker.Open(1, client)
	play(1, decode.C2S, "USR 3 MD5 I alice@example.com\r\n", ns)
	play(1, decode.S2C, "XFR 10 SB 10.0.0.9:1863 CKI 17262740.32308\r\n", ns)
	linker.Open(2, client)
	play(2, decode.C2S, "USR 1 alice@example.com 17262740.32308\r\n", sb)
	fmt.Println(linker.Session(2))
	// Output: 1 true
}
