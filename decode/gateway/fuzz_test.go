// This file fuzzes the decoder: any bytes in any pieces give the same, and no
// byte is lost.

package gateway

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"msnscope/decode"
)

func FuzzDecoder(f *testing.F) {
	f.Add(opening[0].data, opening[1].data, uint16(3), int64(0), uint8(1))
	f.Add(opening[0].data+"what"+post("Action=poll&SessionID=964885389.7", "").data,
		opening[1].data+"HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=a; Session=close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nVER\r\n0\r\n\r\n",
		uint16(90), int64(2), uint8(7))
	f.Add("CONNECT a:1 HTTP/1.1\r\n\r\nabc", "HTTP/1.1 200 OK\r\n\r\nabc", uint16(500), int64(-1), uint8(3))
	f.Add("HEAD / HTTP/1.0\n\nPOST /gateway.dll?Action=open HTTP/1.1\nTransfer-Encoding: chunked\n\n1;a\nb\n0\nA: b\n\n", "HTTP/1.0 200\nContent-Length: 4\n\nHTTP/1.1 100 \r\n\r\nHTTP/1.0 200 \n\nabc", uint16(0), int64(9), uint8(3))
	f.Fuzz(func(t *testing.T, a, b string, gapAt uint16, gap int64, size uint8) {
		cut := min(int(gapAt), len(b))
		half := len(a) / 2
		turns := []turn{c(a[:half]), s(b[:cut]), missing(decode.S2C, gap), c(a[half:]).on(1), s(b[cut:]), c(a[half:])}
		whole := play(t, turns, 1<<20).String()
		if n := 1 + int(size); play(t, turns, n).String() != whole {
			t.Errorf("in pieces of %d:\n%s", n, cmp.Diff(whole, play(t, turns, n).String()))
		}
	})
}

// BenchmarkDecoder is a session of many polls and short answers.
func BenchmarkDecoder(b *testing.B) {
	var ask, reply []byte
	for i := range 1000 {
		ask = append(ask, post(fmt.Sprintf("SessionID=964885389.%d", i), "PNG\r\n").data...)
		reply = append(reply, answer(fmt.Sprintf("SessionID=964885389.%d; GW-IP=64.4.12.132", i+1), "NLN NLN bob@hotmail.com Bob\r\n").data...)
	}
	b.SetBytes(int64(len(ask) + len(reply)))
	b.ReportAllocs()
	for b.Loop() {
		var t Table
		d := New(&t)
		for i := range 1000 {
			d.Feed(decode.C2S, ask[i*len(ask)/1000:(i+1)*len(ask)/1000], func(*Piece) {})
			d.Feed(decode.S2C, reply[i*len(reply)/1000:(i+1)*len(reply)/1000], func(*Piece) {})
		}
	}
}
