// Command chat is a real chat for the browser tests: the practice server, and
// alice and bob, who sign in through a proxy and do as they are told on stdin.
//
//	< server 127.0.0.1:4711       the address to point a proxy at
//	> in 127.0.0.1:1863           sign in through that proxy, and open a chat
//	< ready
//	> say hello                   alice says hello to bob
//	< bob hears "hello"
//	> status AWY                  alice's status
//	< status AWY
//	> alone 127.0.0.1:1863        alice signs in there, gets her lists, and signs out
//	< alone
//	> end                         both leave and sign out
//	< c2s BASE64                  what each end received, a line for each connection
//	< s2c BASE64
//	< over
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"msnscope/proxy/msnptest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

const alice, bob = "alice@example.org", "bob@example.org"

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{
		Accounts: []msnptest.Account{{Handle: alice, Password: "a", Name: "Alice"}, {Handle: bob, Password: "b", Name: "Bob"}},
		DS:       []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}, Record: true, NoChallenge: true,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Println("server", server.DispatchAddr())
	var a, b *msnptest.Client
	var toBob, fromAlice *msnptest.Chat
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() && err == nil {
		what, rest, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "in":
			a, b, toBob, fromAlice, err = meet(ctx, rest)
			if err == nil {
				go listen(ctx, fromAlice)
				fmt.Println("ready")
			}
		case "alone":
			if err = alone(ctx, rest); err == nil {
				fmt.Println("alone")
			}
		case "say":
			err = toBob.Send(ctx, rest, 'N')
		case "status":
			go func() {
				if err := a.SetStatus(ctx, rest); err != nil {
					rest = err.Error()
				}
				fmt.Println("status", rest)
			}()
		case "end":
			return end(ctx, server, toBob, fromAlice, a, b)
		}
	}
	return err
}

// alone is a sign-in of alice and no more.
func alone(ctx context.Context, address string) error {
	c := msnptest.NewClient(msnptest.ClientConfig{Handle: alice, Password: "a"})
	defer c.Close()
	err := c.SignIn(ctx, address)
	if err == nil {
		_, err = c.Sync(ctx, 0)
	}
	if err == nil {
		err = c.SetStatus(ctx, "NLN")
	}
	if err == nil {
		err = c.SignOut(ctx)
	}
	return err
}

// meet signs both in and opens a chat.
func meet(ctx context.Context, proxy string) (a, b *msnptest.Client, toBob, fromAlice *msnptest.Chat, err error) {
	in := func(handle string) *msnptest.Client {
		c := msnptest.NewClient(msnptest.ClientConfig{Handle: handle, Password: handle[:1], Record: true, Timeout: time.Minute})
		if err == nil {
			err = c.SignIn(ctx, proxy)
		}
		if err == nil {
			err = c.SetStatus(ctx, "NLN")
		}
		return c
	}
	a, b = in(alice), in(bob)
	if err == nil {
		toBob, err = a.OpenChat(ctx, bob)
	}
	if err == nil {
		fromAlice, err = b.NextChat(ctx)
	}
	return a, b, toBob, fromAlice, err
}

func listen(ctx context.Context, chat *msnptest.Chat) {
	for {
		m, err := chat.ReceiveText(ctx)
		if err != nil {
			return
		}
		fmt.Printf("bob hears %q\n", m.Text)
	}
}

// end ends it all in order and tells what was received.
func end(ctx context.Context, server *msnptest.Server, toBob, fromAlice *msnptest.Chat, clients ...*msnptest.Client) error {
	err := toBob.Leave(ctx)
	if err == nil {
		err = fromAlice.WaitGone(ctx, alice)
	}
	if err == nil {
		err = fromAlice.Leave(ctx)
	}
	for _, c := range clients {
		if err == nil {
			err = c.SignOut(ctx)
		}
	}
	if err == nil {
		err = server.Drained(ctx)
	}
	tell := func(dir string, logs []msnptest.ConnLog) {
		for _, l := range logs {
			fmt.Println(dir, base64.StdEncoding.EncodeToString(l.Received))
		}
	}
	tell("c2s", server.Log())
	for _, c := range clients {
		tell("s2c", c.Log())
		c.Close()
	}
	fmt.Println("over")
	return err
}
