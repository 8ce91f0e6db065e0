// This file holds what a user of the Assembler sees: connections and the Sink.

package streams

import "net/netip"

// Conn is one TCP connection of a capture. Side 0 is the one that opened it
// (sent the SYN); when no SYN was seen, the sender of the first packet.
type Conn struct {
	Number int               // in order of appearance, from 1
	Addr   [2]netip.AddrPort // of side 0 and side 1
	SYN    bool              // the handshake was seen, so side 0 is the client
	Live   bool              // from a section recorded by msnscope's proxy
	Opened int64             // Unix ns of its first packet
	Data   any               // for the Sink's own use

	synTold bool // of the Conn that a Tape gives out, once all that is on tapes is played
}

// How a connection ended.
const (
	EndFIN     = "FIN"
	EndRST     = "RST"
	EndCapture = "end of capture" // it was still open when the capture ended
	EndSection = "proxy stopped"  // a new section began: the proxy that recorded it was restarted
	EndReused  = "port reused"    // a new connection took its addresses
	EndIdle    = "idle"           // it had been silent for longest when there were too many to follow
)

// Sink takes what the Assembler finds. Times are Unix ns. For each side the
// calls come in stream order; p is valid only during the call.
//
// A connection is opened when something is known of it beyond a SYN and its
// answer: port scans and SYN floods do not reach the Sink. In live sections
// it is opened by its first SYN.
type Sink interface {
	Open(c *Conn, t int64)
	Data(c *Conn, side int, t int64, p []byte)       // t is when the last byte of the stream up to here was captured
	Gap(c *Conn, side int, t int64, n int64)         // n bytes of the stream are not in the capture
	Comment(c *Conn, side int, t int64, text string) // before the Data of the packet that carries it
	Close(c *Conn, side int, t int64)                // this side's stream has ended (its FIN is in order)
	End(c *Conn, t int64, how string)                // nothing more will come; called once
}
