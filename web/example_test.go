// This file shows how a server is set up.

package web_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"

	"msnscope/captures"
	"msnscope/web"
)

func Example() {
	store, err := captures.Open("captures", captures.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	l, err := net.Listen("tcp", "127.0.0.1:8863")
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	s := &web.Server{Store: store, Token: web.NewToken()}
	fmt.Printf("http://%s/?token=%s\n", l.Addr(), s.Token)
	if err := s.Serve(ctx, l); err != nil {
		log.Print(err)
	}
}
