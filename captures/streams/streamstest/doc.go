// Package streamstest makes captures for tests and benchmarks: conversations
// of bytes become TCP segments, which are mangled as networks and capturing
// machines do, framed for a link type, and written as pcap or pcapng. What
// comes out again can be compared with what went in, byte by byte.
//
//	convs := streamstest.Random(rng, 10, 5000)
//	segments := streamstest.Merge(convs)
//	segments = streamstest.Mangle{Reorder: 20, Lose: 0.01}.Apply(rng, segments)
//	packets := streamstest.Framing{Link: pcapfile.LinkSLL2}.Packets(segments)
//	file := streamstest.File{NG: true, Big: true}.Bytes(packets)
//
// Everything random comes from the rng that is passed in.
package streamstest
