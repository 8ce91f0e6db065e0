// Package prologue reads what a client says to a SOCKS 4, 4a or 5 proxy, or to
// an HTTP proxy with CONNECT, before the protocol that it came for begins on the
// same connection:
//
//	C: 05 01 00                      SOCKS5: methods offered
//	S: 05 00                         SOCKS5: no sign-in needed
//	C: 05 01 00 01 40040d3a 0747     SOCKS5: connect to 64.4.13.58:1863
//	S: 05 00 00 01 0a000001 0438     SOCKS5: connected
//	C: VER 1 MSNP7 CVR0
//
// A Decoder is fed both directions as they come. It does no I/O and has no
// clock. Sources: the SOCKS 4 and 4a memos by Ying-Da Lee, RFC 1928, RFC 1929
// and RFC 9110 section 9.3.6.
package prologue
