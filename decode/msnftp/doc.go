// Package msnftp decodes MSNFTP, the direct file transfer between two clients:
// a connection of its own, from port 6891 on, whose address and cookie an
// invitation on a switchboard names. It does no I/O and has no clock.
//
// The file's receiver speaks first, whichever side opened the connection:
//
//	R: VER MSNFTP
//	S: VER MSNFTP
//	R: USR receiver@example.com 93301
//	S: FIL 60904
//	R: TFR
//	S: blocks: type (0 data, 1 end), length (2 bytes, little endian), data
//	R: BYE 16777989
//
// A Decoder is fed both directions as they come and hands the bytes of the file
// to a callback. What it does not get (packets missing from a capture) leaves
// named holes. Source: the file transfer pages of msnp-wiki and of the
// hypothetic.org documentation of 2003.
package msnftp
