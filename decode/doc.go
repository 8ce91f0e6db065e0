// Package decode turns the bytes of MSNP connections into commands and says
// what they mean. It does no I/O and has no clock.
//
// The way of a byte through the package: a Framer cuts one direction's stream
// into Frames; a Conn holds the two framers of a connection and learns its
// role, its dialect and its user from what is said; Annotate explains one
// command by the command table; a Linker joins connections into sessions.
package decode
