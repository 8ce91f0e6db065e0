// This file lets both sides talk over TCP, with a Decoder that listens.

package msnftptest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"msnscope/decode"
	"msnscope/decode/msnftp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tap is a connection whose bytes a Decoder sees. Only what this end reads and
// writes is known, in the order in which it did.
type tap struct {
	net.Conn
	mu *sync.Mutex
	d  *msnftp.Decoder
	// out is the direction of what this end writes.
	out decode.Direction
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.d.Feed(c.out.Opposite(), p[:n], func(*msnftp.Piece) {})
	return n, err
}

func (c *tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.d.Feed(c.out, p, func(*msnftp.Piece) {})
	c.mu.Unlock()
	return c.Conn.Write(p)
}

func TestTransferOverTCP(t *testing.T) {
	for _, c := range []struct {
		name           string
		sender         Sender
		receiver       Receiver
		senderConnects bool
		want           msnftp.State
	}{
		{name: "the receiver connects", want: msnftp.Complete},
		{name: "the sender connects", senderConnects: true, want: msnftp.Complete},
		{name: "small blocks, no end block", sender: Sender{Block: 100, NoEnd: true, Version: "VER 1 MSNFTP"}, want: msnftp.Complete},
		{name: "the sender cancels", sender: Sender{CancelAfter: 5000}, want: msnftp.Cancelled},
		{name: "the receiver cancels", receiver: Receiver{CancelAfter: 5000}, want: msnftp.Cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			repeats := 10000
			if c.receiver.CancelAfter > 0 {
				repeats = 2 << 20 // more than the sockets buffer: the sender hears of CCL before its end
			}
			file := bytes.Repeat([]byte("0123456789abcde\x00"), repeats)
			sha := sha256.Sum256(file)
			var got bytes.Buffer
			s, r := c.sender, c.receiver
			s.File, s.Size, s.Cookie = bytes.NewReader(file), int64(len(file)), "93301"
			r.File, r.Handle, r.Cookie = &got, "bob@example.com", "93301"
			d := msnftp.New()
			listener, dialer := func(conn net.Conn) { s.Run(conn) }, func(conn net.Conn) { r.Run(conn) }
			if c.senderConnects {
				listener, dialer = dialer, listener
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := l.Accept()
				if err != nil {
					t.Error(err)
					return
				}
				listener(conn)
			}()
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			dialer(&tap{Conn: conn, mu: &sync.Mutex{}, d: d, out: decode.C2S})
			<-done
			d.CloseWrite(decode.C2S, func(*msnftp.Piece) {})
			d.CloseWrite(decode.S2C, func(*msnftp.Piece) {})
			res := d.Result()
			if res.State != c.want || res.State == msnftp.Complete && (res.SHA256 != hex.EncodeToString(sha[:]) || !bytes.Equal(got.Bytes(), file)) {
				t.Errorf("%+v", res)
			}
			if dir, _ := d.Sender(); dir == decode.C2S != c.senderConnects {
				t.Errorf("sender's direction is %s", dir)
			}
		})
	}
}
