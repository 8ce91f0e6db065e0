// This file tells a gateway's connections from other web traffic.

package gateway

import (
	"bytes"

	"msnscope/decode"
	"msnscope/decode/httphead"
)

// maxFirst is how many bytes a first request line, or the head of a first
// response, may have.
const maxFirst = 4 << 10

// Recognise says by the first bytes of both sides whether a connection carries
// requests to a gateway; either may be empty. swapped: the bytes taken for the
// client's are the server's. Only the first request or response counts.
func Recognise(c2s, s2c []byte) (answer decode.Answer, swapped bool) {
	asked, answered := side(c2s)
	asked2, answered2 := side(s2c)
	switch {
	case asked == decode.Yes || answered2 == decode.Yes:
		return decode.Yes, false
	case asked2 == decode.Yes || answered == decode.Yes:
		return decode.Yes, true
	case asked == decode.No && answered == decode.No || asked2 == decode.No && answered2 == decode.No:
		return decode.No, false
	}
	return decode.Maybe, false
}

// side judges a side as the client's and as the server's.
func side(b []byte) (request, response decode.Answer) {
	if !begins(b, "POST ") {
		request = decode.No
	} else if line, _, whole := bytes.Cut(b[:min(len(b), maxFirst)], []byte("\n")); whole {
		request = decode.No
		if method, target, _, ok := httphead.Request(line); ok {
			if _, ok := parseRequest(method, target); ok {
				request = decode.Yes
			}
		}
	} else if len(b) >= maxFirst {
		request = decode.No
	}
	if !begins(b, "HTTP/1.") {
		response = decode.No
	} else if n := httphead.End(b[:min(len(b), maxFirst)]); n > 0 {
		response = decode.No
		if _, ok := parseResponse(b[:n]); ok {
			response = decode.Yes
		}
	} else if len(b) >= maxFirst {
		response = decode.No
	}
	return request, response
}

// begins reports whether b begins with s, or s with b.
func begins(b []byte, s string) bool {
	n := min(len(b), len(s))
	return string(b[:n]) == s[:n]
}
