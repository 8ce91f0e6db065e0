// Package streams turns packets into TCP streams.
//
//	a := streams.NewAssembler(sink)
//	for {
//		err := r.Next(&p) // a *pcapfile.Reader
//		...
//		a.Packet(&p)
//	}
//	a.Flush(streams.EndCapture)
//	for _, problem := range a.Problems() { ... }
//
// A packet passes through the files in this order: link.go finds the IP packet
// in the frame, ip.go the TCP segment in the packet (fragment.go puts fragments
// together), tracker.go the connection of the segment, handshake.go opens and
// half.go puts a side's segments in order; assembler.go ties them together and
// ends connections.
//
// Every byte that is in the capture comes out, once, in order, the first copy
// of it; what is not there comes out as a gap of the right size. Checksums are
// not looked at: captures made on the sending machine have wrong ones.
package streams
