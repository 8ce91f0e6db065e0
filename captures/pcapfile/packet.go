// This file holds what a reader hands out: the packet, and damage stepped over.

package pcapfile

// Application is the shb_userappl with which msnscope marks sections that its
// own proxy recorded. Sections so marked are "live": every connection in them
// is shown, MSNP or not, and comments beginning "msnscope: " are read back.
const Application = "msnscope proxy"

// Packet is one packet of a capture.
type Packet struct {
	Number   int64    // 1-based within the file
	Time     int64    // Unix ns
	Link     uint32   // LINKTYPE_ value, all bits of it
	Data     []byte   // valid until the next call of Next
	Length   int      // length on the wire; len(Data) < Length if snapped
	Comments []string // opt_comment options, in order; the slice is used again by the next call of Next, the strings may be kept
	Section  int      // number of the pcapng section, from 0; a pcap file appended to another counts as one too
	Live     bool     // the section was recorded by msnscope's proxy
	Offset   int64    // of the packet's block in the (uncompressed) file
}

// Problem is damage in a capture that was stepped over.
type Problem struct {
	Packet int64 // number of the packet after which it was found
	Offset int64 // in the (uncompressed) file
	Text   string
}

func (p *Problem) Error() string { return p.Text }
