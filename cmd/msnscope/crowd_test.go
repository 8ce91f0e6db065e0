// This file puts a crowd of scripted users before the program: everybody's
// redirects, messages and bytes are compared at both ends, with the live
// store, with decode of its capture file, and with tshark.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"msnscope/decode"
	"msnscope/proxy/msnptest"
)

const (
	crowd      = 50
	chatRounds = 12
)

func crowdAccounts() []msnptest.Account {
	accounts := make([]msnptest.Account, crowd)
	for i := range accounts {
		accounts[i] = msnptest.Account{Handle: user(i), Password: "secret", Name: fmt.Sprintf("User %d é", i), Groups: []string{"Other Contacts", "Friends"}}
		for j := range 6 {
			accounts[i].Contacts = append(accounts[i].Contacts, msnptest.Contact{Handle: user((i + j + 1) % crowd), Groups: []int{j % 2}})
		}
	}
	return accounts
}

func user(i int) string { return fmt.Sprintf("user%d@example.com", i) }

func TestCrowd(t *testing.T) {
	for _, writing := range []struct {
		name string
		how  msnptest.Writing
	}{{"whole commands", msnptest.OneEach}, {"pieces of 1 to 7 bytes", msnptest.Pieces}} {
		t.Run(writing.name, func(t *testing.T) { testCrowd(t, writing.how) })
	}
}

func testCrowd(t *testing.T, writing msnptest.Writing) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{
		Accounts: crowdAccounts(), Record: true, Writing: writing,
		DS: []string{"127.0.0.2:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.2:0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	store := filepath.Join(t.TempDir(), "store")
	proxy := startProxy(t, server.DispatchAddr(), store)

	clients := crowdOf(t, crowd, func(_ int, cfg *msnptest.ClientConfig) { cfg.LocalIP, cfg.Writing = "127.0.0.1", writing })
	comeAndGo(t, ctx, server, clients, chatRounds, func(int) string { return proxy.address })
	proxy.stop(t)
	for _, c := range clients {
		checkRedirects(t, c, "127.0.0.1")
	}
	checkEnds(t, server, clients)
	checkCapture(t, store)
}

// crowdOf returns the clients of the first accounts of a crowd, each counting
// its transactions in its own way; more says what else they are.
func crowdOf(t *testing.T, n int, more func(i int, cfg *msnptest.ClientConfig)) []*msnptest.Client {
	clients := make([]*msnptest.Client, n)
	for i := range clients {
		cfg := msnptest.ClientConfig{Handle: user(i), Password: "secret", Record: true, Seed: uint64(i), TrIDs: msnptest.TrIDs(i % 4)}
		more(i, &cfg)
		clients[i] = msnptest.NewClient(cfg)
		t.Cleanup(func() { clients[i].Close() })
	}
	return clients
}

// comeAndGo has clients sign in at their addresses, all at once, chat three by
// three for some rounds, and sign out, and the server content with them.
func comeAndGo(t *testing.T, ctx context.Context, server *msnptest.Server, clients []*msnptest.Client, rounds int, address func(i int) string) {
	t.Helper()
	atOnce := func(n int, f func(i int) error) {
		t.Helper()
		errs := make(chan error, n)
		for i := range n {
			go func() { errs <- f(i) }()
		}
		for range n {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
	}
	atOnce(len(clients), func(i int) error { return signIn(ctx, clients[i], address(i)) })
	atOnce(len(clients)/3, func(room int) error { return chatOfThree(ctx, clients[room*3:room*3+3], room, rounds) })
	atOnce(len(clients), func(i int) error { return clients[i].SignOut(ctx) })
	if err := server.Drained(ctx); err != nil {
		t.Fatal(err)
	}
	if c := server.Complaints(); len(c) > 0 {
		t.Errorf("the server complains: %q", c)
	}
}

func signIn(ctx context.Context, c *msnptest.Client, address string) error {
	if err := c.SignIn(ctx, address); err != nil {
		return fmt.Errorf("%s: %w", c.Handle(), err)
	}
	_, err := c.Sync(ctx, 0)
	return errors.Join(err, c.SetStatus(ctx, "NLN"), c.Ping(ctx))
}

// chatOfThree lets three users chat for some rounds; every message must arrive
// once, in order and intact.
func chatOfThree(ctx context.Context, c []*msnptest.Client, room, rounds int) error {
	first, err := c[0].OpenChat(ctx, c[1].Handle(), c[2].Handle())
	if err != nil {
		return err
	}
	chats := []*msnptest.Chat{first, nil, nil}
	for i := 1; i < 3; i++ {
		if chats[i], err = c[i].NextChat(ctx); err != nil {
			return err
		}
	}
	for i, chat := range chats {
		for j := range chats {
			if i != j {
				if err := chat.WaitMember(ctx, c[j].Handle()); err != nil {
					return err
				}
			}
		}
	}
	text := func(from, n int) string {
		return fmt.Sprintf("room %d, %d says %d: grüße\r\nXFR 1 SB 10.0.0.1:1863 CKI 1.2.3\r\n%s", room, from, n, strings.Repeat("x", n*37%700))
	}
	for n := range rounds {
		for i, chat := range chats {
			if err := errors.Join(chat.Typing(ctx), chat.Send(ctx, text(i, n), "UNA"[(i+n)%3])); err != nil {
				return err
			}
		}
	}
	for i, chat := range chats {
		next := [3]int{}
		for range 2 * rounds {
			m, err := chat.ReceiveText(ctx)
			if err != nil {
				return err
			}
			from := 0
			for c[from].Handle() != m.From {
				from++
			}
			if m.Text != text(from, next[from]) {
				return fmt.Errorf("room %d: %d received %q, want %q", room, i, m.Text, text(from, next[from]))
			}
			next[from]++
		}
	}
	for _, chat := range chats {
		if err := chat.Leave(ctx); err != nil {
			return err
		}
	}
	return nil
}

// checkRedirects looks whether all the addresses that a client was given are
// among some.
func checkRedirects(t *testing.T, c *msnptest.Client, want ...string) {
	t.Helper()
	n := 0
	for _, r := range c.Redirects() {
		for _, a := range []string{r.Address, r.Current} {
			if a == "" {
				continue
			}
			n++
			if p, err := netip.ParseAddrPort(a); err != nil || !slices.Contains(want, p.Addr().String()) {
				t.Errorf("%s was sent to %q by %s, want %s", c.Handle(), a, r.Command, want)
			}
		}
	}
	if n < 2 {
		t.Errorf("%s was given only %d addresses", c.Handle(), n)
	}
}

// checkEnds compares what left one end with what reached the other.
func checkEnds(t *testing.T, server *msnptest.Server, clients []*msnptest.Client) {
	t.Helper()
	type key struct{ role, key, account string }
	ends := map[key]msnptest.ConnLog{}
	for _, l := range server.Log() {
		ends[key{l.Role, l.Key, l.Account}] = l
	}
	n := 0
	for _, c := range clients {
		for _, l := range c.Log() {
			s, ok := ends[key{l.Role, l.Key, l.Account}]
			if !ok {
				t.Errorf("%s: the server has no %s connection with key %q", c.Handle(), l.Role, l.Key)
				continue
			}
			n++
			if !bytes.Equal(l.Sent, s.Received) {
				t.Errorf("%s %s: the client's %d bytes are not the %d that the server received", c.Handle(), l.Role, len(l.Sent), len(s.Received))
			}
			if !bytes.Equal(withoutAddresses(s.Sent), withoutAddresses(l.Received)) {
				t.Errorf("%s %s: the server's bytes are not those the client received", c.Handle(), l.Role)
			}
		}
	}
	t.Logf("%d connections compared at both ends", n)
}

// withoutAddresses blanks the address words of redirect commands, which are
// all that may differ.
func withoutAddresses(stream []byte) []byte {
	var out []byte
	f := decode.Framer{Dir: decode.S2C}
	f.Feed(stream)
	f.Close()
	var fr decode.Frame
	for f.Next(&fr) {
		at := 0
		if r, ok := decode.ParseRedirect(fr.Raw[:fr.Line]); ok && fr.Kind == decode.FrameCommand {
			for _, s := range []decode.Span{r.Address, r.Current} {
				if s.Len() > 0 {
					out = append(append(out, fr.Raw[at:s.Start]...), '@')
					at = s.End
				}
			}
		}
		out = append(out, fr.Raw[at:]...)
	}
	return out
}

// checkCapture looks at the live capture: decode gives the same events as the
// store, which are returned, and tshark has nothing to say against its TCP.
func checkCapture(t *testing.T, store string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(store, "captures", "*.pcapng"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	decoded := output(t, "decode", "--secrets", files[0])
	stored := output(t, "export", "--store", store, "--format", "jsonl", "--secrets")
	if !bytes.Equal(decoded, stored) {
		a, b := bytes.Split(decoded, []byte("\n")), bytes.Split(stored, []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Fatalf("event %d of %d and %d differs:\ndecode %s\nstore  %s", i, len(a), len(b), a[i], b[i])
			}
		}
		t.Fatalf("decode has %d events, the store %d", len(a), len(b))
	}
	for line := range bytes.Lines(decoded) {
		inHTTP := bytes.Contains(line, []byte(`"role":"GW"`)) // whose messages are raw
		if bytes.Contains(line, []byte(`"kind":"gap"`)) || bytes.Contains(line, []byte(`"kind":"raw"`)) && !inHTTP {
			t.Errorf("the capture has bytes that are no command, or gaps: %s", line)
			break
		}
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Log("tshark is not installed (Debian: tshark): the capture was not opened in Wireshark's terms")
		return decoded
	}
	// Conversation completeness 31 is SYN, SYN-ACK, ACK, DATA, FIN.
	// That a client has used the same port again is its system's doing.
	odd, err := exec.Command("tshark", "-2", "-r", files[0], "-Y", "(tcp.analysis.flags and not tcp.analysis.reused_ports) or _ws.malformed or tcp.completeness != 31").Output()
	if err != nil || len(bytes.TrimSpace(odd)) > 0 {
		t.Errorf("tshark finds conversations odd or not complete: %v\n%.500s", err, odd)
	}
	return decoded
}
