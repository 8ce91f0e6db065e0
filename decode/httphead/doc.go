// Package httphead reads the head of an HTTP/1 message: its first line and its
// header fields, as they come in a capture, where they may be anything.
//
//	if n := httphead.End(buf); n > 0 {
//		status, minor, ok := httphead.Status(buf[:n])
//		length, ok := httphead.Length(buf[:n])
//	}
//
// It keeps nothing and copies little. Source: RFC 9112.
package httphead
