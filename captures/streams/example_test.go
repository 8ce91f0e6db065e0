// This file shows how streams are had from packets.

package streams_test

import (
	"bytes"
	"fmt"

	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
)

// printer is a Sink that prints.
type printer struct{}

func (printer) Open(c *streams.Conn, _ int64) {
	fmt.Println(c.Number, c.Addr[0], ">", c.Addr[1])
}
func (printer) Data(c *streams.Conn, side int, _ int64, p []byte) {
	fmt.Printf("%d from %v: %q\n", c.Number, c.Addr[side].Port(), p)
}
func (printer) Gap(c *streams.Conn, side int, _ int64, n int64) {
	fmt.Println(c.Number, "from", c.Addr[side].Port(), "missing:", n)
}
func (printer) Comment(*streams.Conn, int, int64, string) {}
func (printer) Close(*streams.Conn, int, int64)           {}
func (printer) End(c *streams.Conn, _ int64, how string)  { fmt.Println(c.Number, how) }

func Example() {
	segments := streamstest.Merge([]streamstest.Conversation{{
		Addr: endpoints,
		Turns: []streamstest.Turn{
			{Side: 0, Data: []byte("VER 0 MSNP7\r\n")},
			{Side: 1, Data: []byte("VER 0 MSNP7\r\n")},
		},
	}})
	segments[3], segments[4] = segments[4], segments[3] // captured out of order
	packets := streamstest.Framing{Link: pcapfile.LinkSLL2}.Packets(segments)
	file := streamstest.File{NG: true}.Bytes(packets)

	r, err := pcapfile.NewReader(bytes.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	a := streams.NewAssembler(printer{})
	var p pcapfile.Packet
	for r.Next(&p) == nil {
		a.Packet(&p)
	}
	a.Flush(streams.EndCapture)
	// Output:
	// 1 10.0.0.9:1044 > 64.4.13.58:1863
	// 1 from 1044: "VER 0 MSNP7\r\n"
	// 1 from 1863: "VER 0 MSNP7\r\n"
	// 1 FIN
}
