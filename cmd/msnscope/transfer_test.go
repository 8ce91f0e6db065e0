// This file has a file go through the running program, and finds it in the
// store afterwards.

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"msnscope/decode/msnftp/msnftptest"
	"msnscope/proxy/msnptest"
)

// TestFileTransfer has the receiver connect to the sender, and the other way
// round.
func TestFileTransfer(t *testing.T) {
	t.Parallel()
	for _, senderConnects := range []bool{false, true} {
		t.Run(fmt.Sprintf("sender connects %t", senderConnects), func(t *testing.T) {
			t.Parallel()
			testFileTransfer(t, senderConnects)
		})
	}
}

func testFileTransfer(t *testing.T, senderConnects bool) {
	const size = 20 << 20
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, err := msnptest.Start(msnptest.Config{
		Accounts: crowdAccounts(), NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	store := filepath.Join(t.TempDir(), "store")
	proxy := startProxy(t, server.DispatchAddr(), store, "--file-transfers")
	clients := make([]*msnptest.Client, 2)
	for i := range clients {
		clients[i] = msnptest.NewClient(msnptest.ClientConfig{Handle: user(i), Password: "secret"})
		defer clients[i].Close()
		if err := signIn(ctx, clients[i], proxy.address); err != nil {
			t.Fatal(err)
		}
	}
	sender, err := clients[0].OpenChat(ctx, user(1))
	if err != nil {
		t.Fatal(err)
	}
	receiver, err := clients[1].NextChat(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.9:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	say := func(from, to *msnptest.Chat, fields string) string {
		t.Helper()
		err := from.SendPayload(ctx, []byte("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\nInvitation-Cookie: 7\r\n"+fields+"\r\n"), 'A')
		if err != nil {
			t.Fatal(err)
		}
		m, err := to.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return m.Text
	}
	say(sender, receiver, "Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\nInvitation-Command: INVITE\r\nApplication-File: a.bin\r\nApplication-FileSize: 20971520\r\n")
	waits, connects := sender, receiver
	accept := fmt.Sprintf("Invitation-Command: ACCEPT\r\nIP-Address: 127.0.0.9\r\nPort: %d\r\nAuthCookie: 93301\r\n", l.Addr().(*net.TCPAddr).Port)
	if senderConnects {
		waits, connects = receiver, sender
		accept += "Sender-Connect: TRUE\r\n"
	}
	text := say(waits, connects, accept)
	var host, port string
	for _, line := range strings.Split(text, "\r\n") {
		if v, ok := strings.CutPrefix(line, "IP-Address: "); ok {
			host = v
		}
		if v, ok := strings.CutPrefix(line, "Port: "); ok {
			port = v
		}
	}
	if host != "127.0.0.1" {
		t.Fatalf("who connects was told %q", text)
	}
	sent, got := sha256.New(), sha256.New()
	send := func(conn net.Conn) error {
		s := msnftptest.Sender{File: io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{5}), size), sent), Size: size, Cookie: "93301"}
		_, err := s.Run(conn)
		return err
	}
	receive := func(conn net.Conn) error {
		r := msnftptest.Receiver{File: got, Handle: user(1), Cookie: "93301"}
		if n, err := r.Run(conn); err != nil || n != size {
			return fmt.Errorf("received %d bytes, %w", n, err)
		}
		return nil
	}
	ofWaiting, ofConnecting := send, receive
	if senderConnects {
		ofWaiting, ofConnecting = receive, send
	}
	done := make(chan error)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			err = ofWaiting(conn)
		}
		done <- err
	}()
	conn, err := net.Dial("tcp", net.JoinHostPort(host, port))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := ofConnecting(conn); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	t.Logf("%d MB in %v", size>>20, time.Since(begun))
	if string(sent.Sum(nil)) != string(got.Sum(nil)) {
		t.Error("the file that arrived is another one")
	}
	for _, c := range clients {
		c.Close()
	}
	proxy.stop(t)

	notes := string(output(t, "grep", "--store", store, "text:\"listening on\""))
	if !strings.Contains(notes, "for the file transfer of invitation 7, forwards to "+l.Addr().String()) {
		t.Errorf("grep found %q", notes)
	}
	edited := string(output(t, "grep", "--store", store, "--json", "is:edited cmd:MSG"))
	if n := strings.Count(edited, "\n"); n != 1 || !strings.Contains(edited, `"delivered":`) {
		t.Errorf("%d edited messages: %s", n, edited)
	}
	received := string(output(t, "grep", "--store", store, "conn:ft cmd:FIL"))
	if !strings.Contains(received, "20971520") && !strings.Contains(received, "20,971,520") {
		t.Errorf("grep found of the transfer's connection %q", received)
	}
	dir := filepath.Join(t.TempDir(), "out")
	var file struct {
		File, State, SHA256, Sender, Receiver string
		Session                               int64
	}
	if err := json.Unmarshal(output(t, "files", "--store", store, "--json", "--save", dir), &file); err != nil {
		t.Fatal(err)
	}
	if file.File != "a.bin" || file.State != "complete" || file.SHA256 != hex.EncodeToString(sent.Sum(nil)) || file.Sender != user(0) || file.Receiver != user(1) || file.Session == 0 {
		t.Errorf("%+v, sent was %x", file, sent.Sum(nil))
	}
	saved, err := os.ReadFile(filepath.Join(dir, "a.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(saved) != [32]byte(sent.Sum(nil)) {
		t.Error("the file that was saved is another one")
	}
}
