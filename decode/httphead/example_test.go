// This file shows how the package is used.

package httphead_test

import (
	"fmt"

	"msnscope/decode/httphead"
)

func Example() {
	buf := []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nOUT\r\n")
	n := httphead.End(buf)
	status, _, _ := httphead.Status(buf[:n])
	length, _ := httphead.Length(buf[:n])
	fmt.Printf("%d, %q", status, buf[n:n+int(length)])
	// Output: 200, "OUT\r\n"
}
