// This file holds the package's example.

package proxy_test

import (
	"context"
	"fmt"
	"io"
	"net"

	"msnscope/proxy"
)

func Example() {
	server, err := net.Listen("tcp", "127.0.0.1:0") // stands for messenger.example.org
	if err != nil {
		panic(err)
	}
	defer server.Close()
	go func() {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.Copy(conn, conn)
	}()

	p := &proxy.Proxy{Upstream: server.Addr().String(), Listen: []string{"127.0.0.1:0"}}
	if err := p.Bind(); err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- p.Serve(ctx) }()

	client, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		panic(err)
	}
	fmt.Fprint(client, "VER 1 MSNP7 CVR0\r\n")
	var word string
	fmt.Fscan(client, &word)
	fmt.Println(word)
	client.Close()
	stop()
	fmt.Println(<-done)
	// Output:
	// VER
	// <nil>
}
