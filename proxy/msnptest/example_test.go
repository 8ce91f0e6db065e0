// This file holds the package's example and its benchmark.

package msnptest_test

import (
	"context"
	"fmt"
	"testing"

	"msnscope/proxy/msnptest"
)

func Example() {
	ctx := context.Background()
	local := []string{"127.0.0.1:0"}
	srv, err := msnptest.Start(msnptest.Config{
		DS: local, NS: local, SB: local,
		Accounts: []msnptest.Account{
			{Handle: "alice@hotmail.com", Password: "secret", Name: "Alice"},
			{Handle: "bob@hotmail.com", Password: "hidden", Name: "Bob"},
		},
	})
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	alice := msnptest.NewClient(msnptest.ClientConfig{Handle: "alice@hotmail.com", Password: "secret"})
	defer alice.Close()
	bob := msnptest.NewClient(msnptest.ClientConfig{Handle: "bob@hotmail.com", Password: "hidden"})
	defer bob.Close()
	for _, c := range []*msnptest.Client{alice, bob} {
		if err := c.SignIn(ctx, srv.DispatchAddr()); err != nil {
			panic(err)
		}
		if err := c.SetStatus(ctx, "NLN"); err != nil {
			panic(err)
		}
	}
	chat, err := alice.OpenChat(ctx, "bob@hotmail.com")
	if err != nil {
		panic(err)
	}
	if err := chat.Send(ctx, "hello :)", 'A'); err != nil {
		panic(err)
	}
	heard, err := bob.NextChat(ctx)
	if err != nil {
		panic(err)
	}
	m, err := heard.ReceiveText(ctx)
	fmt.Println(m.From, m.Text, err)
	// Output: alice@hotmail.com hello :) <nil>
}

// BenchmarkMessage is one message with its ACK, heard by the other side.
func BenchmarkMessage(b *testing.B) {
	ctx := b.Context()
	srv, err := msnptest.Start(msnptest.Config{Accounts: msnptest.StoryAccounts(), All: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Close()
	var clients []*msnptest.Client
	for _, a := range msnptest.StoryAccounts()[:2] {
		c := msnptest.NewClient(msnptest.ClientConfig{Handle: a.Handle, Password: a.Password})
		defer c.Close()
		clients = append(clients, c)
		if err := c.SignIn(ctx, srv.DispatchAddr()); err != nil {
			b.Fatal(err)
		}
		if err := c.SetStatus(ctx, "NLN"); err != nil {
			b.Fatal(err)
		}
	}
	chat, err := clients[0].OpenChat(ctx, clients[1].Handle())
	if err != nil {
		b.Fatal(err)
	}
	heard, err := clients[1].NextChat(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := chat.Send(ctx, "hello", 'A'); err != nil {
			b.Fatal(err)
		}
		if _, err := heard.Receive(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
