// Package pcapfile reads and writes capture files: pcap and pcapng, either
// byte order, microseconds or nanoseconds, and the varieties of pcap that some
// systems wrote; it reads those of snoop and of Microsoft Network Monitor, too.
// Files may be compressed with gzip, bzip2 or Zstandard.
//
//	r, err := pcapfile.NewReader(f)
//	...
//	var p pcapfile.Packet
//	for {
//		err := r.Next(&p)
//		var damage *pcapfile.Problem
//		if errors.As(err, &damage) {
//			continue // stepped over; the next call goes on behind it
//		}
//		if err != nil {
//			break // io.EOF, or io.ErrUnexpectedEOF where the file is cut off
//		}
//		... p.Data ...
//	}
//
// The formats are those of draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng
// (https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/). The reader
// exists beside gopacket's pcapgo because that one keeps the link type in
// eight bits (LINKTYPE_LINUX_SLL2 is 276), skips packet comments, and cannot
// follow a file that grows.
package pcapfile
