// Package tail reads files that another program is still writing.
//
//	f, err := tail.Open("capture.pcap")
//	...
//	for {
//		n, err := f.Read(b)
//		if err == io.EOF && f.Wait(ctx) {
//			continue // there is more now
//		}
//		...
//	}
package tail
