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
// together, tunnel.go goes on inside tunnels), tracker.go the connection of the segment, handshake.go begins
// connections, half.go puts the segments of a side in order, and hole.go
// decides how long missing ones are waited for; assembler.go ties them together
// and ends connections.
//
// Every byte of a connection that is in the capture comes out, once, in order,
// the first copy of it; what is not there comes out as a gap of the right size.
// (Not delivered is what was on its way when the other side had reset the
// connection; Problems counts it.) Checksums are not looked at: captures made
// on the sending machine have wrong ones.
package streams
