// This file tests what is done to commands: in which order they arrive, in
// which pieces, and what the other direction notices.

package proxy

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"msnscope/captures/event"
	"msnscope/decode"
)

// deciders is a Decider that decides by the name of a command.
type deciders map[string]Verdict

func (d deciders) Idle() bool { return len(d) == 0 }

func (d deciders) Decide(c *Command) (Verdict, bool) {
	v, ok := d[c.Event.Cmd()]
	v.By = "the test"
	return v, ok
}

// decided runs f with a connection on which a VER has passed.
func decided(t *testing.T, d deciders, f func(c *piped, p *Proxy)) {
	p := &Proxy{Deciders: []Decider{d}}
	throughPipes(t, p, ver, func(c *piped) {
		c.toServer.take()
		f(c, p)
	})
}

func hold(wait time.Duration) deciders { return deciders{"MSG": {Hold: true, Wait: wait}} }

const msg = "MSG 5 N 2\r\nhi"

// onlyHeld returns the one command that is held.
func (c *piped) onlyHeld(p *Proxy) *Held {
	c.t.Helper()
	synctest.Wait()
	p.desk.mu.Lock()
	defer p.desk.mu.Unlock()
	if len(p.desk.held) != 1 {
		c.t.Fatalf("%d commands are held", len(p.desk.held))
	}
	return p.desk.held[0]
}

func TestHeldKeepsTheOrder(t *testing.T) {
	decided(t, hold(0), func(c *piped, p *Proxy) {
		c.fromClient("CHG 4 AWY\r\n" + msg + "CHG 6 NLN\r\nPN")
		c.want(c.toServer, "CHG 4 AWY\r\n")
		c.fromClient("G\r\n")
		c.fromServer("NLN AWY a@b A\r\n")
		c.want(c.toClient, "NLN AWY a@b A\r\n")
		h := c.onlyHeld(p)
		if h.behind != 2 {
			t.Errorf("%d commands wait behind", h.behind)
		}
		time.Sleep(time.Hour)
		c.want(c.toServer)
		must(t, h.Resolve(Verdict{By: "me"}))
		c.want(c.toServer, msg, "CHG 6 NLN\r\nPNG\r\n")
		if err := h.Resolve(Verdict{}); err != ErrDecided {
			t.Errorf("decided twice: %v", err)
		}
		c.fromClient("OUT\r\n")
		c.want(c.toServer, "OUT\r\n")
		if c.conn.pumps[0].work != nil {
			t.Error("still at work")
		}
	})
}

// TestHeldStandsInOrder looks at the capture of two commands that came together,
// of which the second is held.
func TestHeldStandsInOrder(t *testing.T) {
	upstream := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) { io.Copy(conn, conn) })
	file, path := recorder(t)
	p := serve(t, &Proxy{Upstream: upstream, Recorder: file, Deciders: []Decider{hold(0)}})
	conn := dial(t, p.Addr().String())
	send(t, conn, "CHG 4 AWY\r\n"+msg)
	if _, err := io.ReadFull(conn, make([]byte, len("CHG 4 AWY\r\n"))); err != nil {
		t.Error(err)
	}
	b, err := os.ReadFile(path)
	must(t, err)
	first, held := bytes.Index(b, []byte("CHG 4 AWY\r\n")), bytes.Index(b, []byte("held: "))
	if first < 0 || held < first {
		t.Errorf("the command before stands at %d, that the next one is held at %d", first, held)
	}
}

func TestHeldIsDecided(t *testing.T) {
	for name, x := range map[string]struct {
		v    Verdict
		want []string
	}{
		"forward":     {Verdict{}, []string{msg}},
		"drop":        {Verdict{Replace: true}, nil},
		"edit":        {Verdict{Replace: true, Data: []byte("MSG 5 N 5\r\nhello")}, []string{"MSG 5 N 5\r\nhello"}},
		"with others": {Verdict{Before: []byte("PNG\r\n"), After: []byte("CHG 9 IDL\r\n")}, []string{"PNG\r\n", msg, "CHG 9 IDL\r\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			decided(t, hold(0), func(c *piped, p *Proxy) {
				c.fromClient(msg)
				must(t, c.onlyHeld(p).Resolve(x.v))
				c.want(c.toServer, x.want...)
				c.fromClient("OUT\r\n")
				c.want(c.toServer, "OUT\r\n")
			})
		})
	}
}

func TestHeldTooLong(t *testing.T) {
	decided(t, hold(30*time.Second), func(c *piped, p *Proxy) {
		c.fromClient(msg)
		time.Sleep(10 * time.Second)
		c.fromClient(strings.Replace(msg, "5", "6", 1) + "OUT\r\n")
		time.Sleep(20*time.Second - time.Nanosecond)
		c.want(c.toServer)
		time.Sleep(time.Nanosecond)
		c.want(c.toServer, msg)
		time.Sleep(10 * time.Second)
		c.want(c.toServer, "MSG 6 N 2\r\nhi", "OUT\r\n")
		if d := p.desk.done; len(d) != 2 || d[0].What != "forwarded" || d[0].By != "nobody else" {
			t.Errorf("%+v", d)
		}
	})
	decided(t, deciders{"MSG": {Hold: true, Wait: time.Second, Replace: true}}, func(c *piped, _ *Proxy) {
		c.fromClient(msg + "OUT\r\n")
		time.Sleep(time.Second)
		c.want(c.toServer, "OUT\r\n")
	})
}

// TestHeldStopsReading lets a client send on and on behind a held command: what
// is kept is bounded, and none is lost.
func TestHeldStopsReading(t *testing.T) {
	decided(t, hold(0), func(c *piped, p *Proxy) {
		var sent strings.Builder
		sent.WriteString(msg)
		for i := range 20_000 {
			fmt.Fprintf(&sent, "CHG %d AWY\r\n", i)
		}
		done := make(chan error)
		go func() {
			_, err := io.WriteString(c.client, sent.String())
			done <- err
		}()
		h := c.onlyHeld(p)
		if d := &c.conn.pumps[decode.C2S]; !d.in.full() || d.received > bufferSize+100 {
			t.Errorf("%d bytes received", d.received)
		}
		c.fromServer("NLN AWY a@b A\r\n")
		c.want(c.toClient, "NLN AWY a@b A\r\n")
		must(t, h.Resolve(Verdict{}))
		must(t, <-done)
		if got := strings.Join(c.toServer.take(), ""); got != sent.String() {
			t.Errorf("%d bytes arrived of %d", len(got), sent.Len())
		}
	})
	// It also ends by its deadline while nothing is read.
	decided(t, hold(time.Minute), func(c *piped, _ *Proxy) {
		all := msg + strings.Repeat("PNG\r\n", bufferSize/5)
		go io.WriteString(c.client, all)
		time.Sleep(time.Minute)
		if got := strings.Join(c.toServer.take(), ""); got != all {
			t.Errorf("%d bytes arrived of %d", len(got), len(all))
		}
	})
}

// TestHeldAtTheEnd has streams end while a command is held.
func TestHeldAtTheEnd(t *testing.T) {
	decided(t, hold(time.Minute), func(c *piped, p *Proxy) {
		c.fromClient(msg + "OUT\r\n")
		c.client.Close() // a FIN, as far as the proxy can tell
		c.want(c.toServer)
		if c.toServer.ended() {
			t.Error("the server sees the end before the command")
		}
		time.Sleep(time.Minute)
		c.want(c.toServer, msg, "OUT\r\n")
	})
	decided(t, hold(0), func(c *piped, p *Proxy) {
		c.fromClient(msg + "OUT\r\n")
		c.conn.stop()
		c.want(c.toServer, msg, "OUT\r\n")
		if len(p.desk.held) != 0 {
			t.Error("still held")
		}
	})
}

func TestInjected(t *testing.T) {
	decided(t, deciders{}, func(c *piped, p *Proxy) {
		c.fromServer("MSG a@b A 5\r\nhe") // in the middle of a command, held for its end
		time.Sleep(DefaultHold)           // and now on its way
		c.want(c.toClient, "MSG a@b A 5\r\nhe")
		must(t, c.conn.inject(decode.S2C, []byte("NLN AWY x@y X\r\n"), "me"))
		c.want(c.toClient)
		c.fromServer("llo")
		c.want(c.toClient, "llo", "NLN AWY x@y X\r\n")
		must(t, c.conn.inject(decode.S2C, []byte("NLN BSY x@y X\r\n"), "me"))
		c.want(c.toClient, "NLN BSY x@y X\r\n")

		// A request of the proxy's own, whose answer the client does not see.
		b, err := c.conn.ownTrIDs([]byte("CHG 0 AWY\r\n"))
		must(t, err)
		must(t, c.conn.inject(decode.C2S, b, "me"))
		c.want(c.toServer, "CHG 4000000000 AWY\r\n")
		c.fromServer("CHG 7 NLN\r\nCHG 4000000000 AWY\r\nQNG\r\n")
		c.want(c.toClient, "CHG 7 NLN\r\n", "QNG\r\n")
		b, err = c.conn.ownTrIDs([]byte("CHG 0 NLN\r\n"))
		must(t, err)
		if string(b) != "CHG 3999999999 NLN\r\n" {
			t.Errorf("%q", b)
		}
		c.fromClient("CHG 3999999999 AWY\r\n") // the client has that one too
		c.want(c.toServer, "CHG 3999999999 AWY\r\n")
		c.fromServer("CHG 3999999999 AWY\r\n")
		c.want(c.toClient, "CHG 3999999999 AWY\r\n")

		// Several at once, the last of which is not whole.
		b, err = c.conn.ownTrIDs([]byte("MSG 0 U 9\r\nCHG 1 X\r\nPNG\r\nSYN 0 5\r\nCHG 0 A"))
		must(t, err)
		if want := "MSG 3999999998 U 9\r\nCHG 1 X\r\nPNG\r\nSYN 3999999997 5\r\nCHG 0 A"; string(b) != want {
			t.Errorf("%q, want %q", b, want)
		}
	})
}

// A request that goes back to the server is one of the proxy's own, too.
func TestInjectedBack(t *testing.T) {
	decided(t, deciders{"FLN": {Back: []byte("CHG 0 AWY\r\n"), Own: true}, "NLN": {Back: []byte("CHG 0 AWY\r\n")}}, func(c *piped, _ *Proxy) {
		c.fromServer("FLN a@b\r\n")
		c.want(c.toClient, "FLN a@b\r\n")
		c.want(c.toServer, "CHG 4000000000 AWY\r\n")
		c.fromServer("CHG 4000000000 AWY\r\nNLN AWY a@b A\r\n")
		c.want(c.toClient, "NLN AWY a@b A\r\n")
		c.want(c.toServer, "CHG 0 AWY\r\n")
		c.fromServer("CHG 0 AWY\r\n")
		c.want(c.toClient, "CHG 0 AWY\r\n")
	})
}

func TestDelayed(t *testing.T) {
	decided(t, deciders{"MSG": {Wait: time.Second}, "CHG": {Wait: 100 * time.Millisecond}}, func(c *piped, _ *Proxy) {
		c.fromClient(msg)
		time.Sleep(500 * time.Millisecond)
		c.fromClient("CHG 6 AWY\r\nOUT\r\n")
		time.Sleep(499 * time.Millisecond)
		c.want(c.toServer)
		time.Sleep(time.Millisecond)
		c.want(c.toServer, msg, "CHG 6 AWY\r\n", "OUT\r\n")
	})
}

func TestPieces(t *testing.T) {
	decided(t, deciders{"MSG": {Cuts: []int{3, 10, 12}, Pause: time.Second}}, func(c *piped, _ *Proxy) {
		c.fromClient(msg + "OUT\r\n")
		c.want(c.toServer, "MSG")
		time.Sleep(time.Second)
		c.want(c.toServer, " 5 N 2\r")
		must(t, c.conn.inject(decode.C2S, []byte("PNG\r\n"), "me")) // not within
		time.Sleep(2 * time.Second)
		c.want(c.toServer, "\nh", "i", "PNG\r\n", "OUT\r\n")
	})
	decided(t, deciders{"MSG": {Rate: 100}}, func(c *piped, _ *Proxy) {
		begin := time.Now()
		c.fromClient(msg + "OUT\r\n")
		for !strings.HasSuffix(strings.Join(c.toServer.take(), ""), "OUT\r\n") {
			time.Sleep(10 * time.Millisecond)
		}
		if took := time.Since(begin); took < 120*time.Millisecond || took > 160*time.Millisecond {
			t.Errorf("13 bytes took %v", took)
		}
	})
}

func TestTogether(t *testing.T) {
	decided(t, deciders{"MSG": {Together: Merged}}, func(c *piped, _ *Proxy) {
		c.fromClient(msg)
		c.want(c.toServer)
		c.fromClient("CHG 6 AWY\r\n")
		c.want(c.toServer, msg+"CHG 6 AWY\r\n")
		c.fromClient(msg)
		time.Sleep(togetherWait)
		c.want(c.toServer, msg) // nothing came
		c.fromClient(msg + msg)
		c.want(c.toServer, msg+msg)
		c.fromClient(msg + "\r\n")
		c.want(c.toServer) // an empty line is no command
		c.fromClient("PNG\r\n")
		c.want(c.toServer, msg+"\r\nPNG\r\n")
	})
	decided(t, deciders{"MSG": {Together: Swapped}}, func(c *piped, _ *Proxy) {
		c.fromClient(msg)
		c.fromClient("CHG 6 AWY\r\nOUT\r\n")
		c.want(c.toServer, "CHG 6 AWY\r\n", msg, "OUT\r\n")
	})
}

func TestEnded(t *testing.T) {
	decided(t, deciders{"MSG": {End: Closed}}, func(c *piped, _ *Proxy) {
		c.fromClient("CHG 6 AWY\r\n" + msg + "OUT\r\n")
		c.want(c.toServer, "CHG 6 AWY\r\n")
		c.fromServer("CHG 6 AWY\r\n")
		c.want(c.toClient, "CHG 6 AWY\r\n")
		c.fromClient("PNG\r\n") // read, and gone
		c.want(c.toServer)
	})
	decided(t, deciders{"MSG": {End: Reset}}, func(c *piped, _ *Proxy) {
		c.fromClient("CHG 6 AWY\r\n" + msg)
		c.want(c.toServer, "CHG 6 AWY\r\n")
		c.toClient.take()
		if !c.toServer.ended() || !c.toClient.ended() {
			t.Error("goes on")
		}
	})
}

// TestTogetherSaysWhatWasDone looks at the notes of commands that were to be put
// behind the next one.
func TestTogetherSaysWhatWasDone(t *testing.T) {
	for _, test := range []struct{ name, sent, want, note string }{
		{"done", "MSG 1 N 0\r\nPNG\r\n", "PNG\r\nMSG 1 N 0\r\n", `fault: put behind the next by the test`},
		{"nothing comes", "MSG 1 N 0\r\n", "MSG 1 N 0\r\n", `fault: not put behind the next, as none came in time, by the test`},
		{"the next is dropped", "MSG 1 N 0\r\n\r\nREA 2 a b\r\nPNG\r\n", "MSG 1 N 0\r\n\r\nPNG\r\n", `fault: not put behind the next, with which something else is done, by the test`},
	} {
		t.Run(test.name, func(t *testing.T) {
			upstream := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) { io.Copy(conn, conn) })
			file, path := recorder(t)
			p := serve(t, &Proxy{Upstream: upstream, Recorder: file, Deciders: []Decider{decideFunc(func(c *Command) (v Verdict, ok bool) {
				if c.Event.Dir == decode.S2C {
					return v, false
				}
				switch c.Event.Cmd() {
				case "MSG":
					return Verdict{By: "the test", Together: Swapped, Why: "put behind the next"}, true
				case "REA":
					return Verdict{By: "the test", Replace: true}, true
				}
				return v, false
			})}})
			conn := dial(t, p.Addr().String())
			send(t, conn, test.sent)
			got := make([]byte, len(test.want))
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != test.want {
				t.Errorf("came back: %q %v, want %q", got, err, test.want)
			}
			conn.Close()
			waitClosed(t, p)
			if notes := comments(t, path); !strings.Contains(notes, test.note) {
				t.Errorf("notes\n%s\nwant %s", notes, test.note)
			}
		})
	}
}

// TestEditedRedirect has a redirect put in place of another: it leads through
// the proxy like any.
func TestEditedRedirect(t *testing.T) {
	decided(t, deciders{
		"XFR": {Replace: true, Data: []byte("XFR 3 SB 192.0.2.7:1863 CKI 7.7\r\n")},
		"RNG": {Wait: time.Second},
		"CHG": {Replace: true, Data: []byte("MSG a@b A 33\r\nXFR 1 SB 192.0.2.8:1863 CKI 8.8\r\n" + strings.Repeat("XFR 3 SB 192.0.2.8:1863 CKI 8.8\r\n", 2))},
	}, func(c *piped, p *Proxy) {
		main := c.conn.mainAddr().String()
		c.fromServer("XFR 3 SB 192.0.2.9:1863 CKI 1.2\r\n")
		c.want(c.toClient, "XFR 3 SB "+main+" CKI 7.7\r\n")
		if r, ok := p.cookies.lookup(time.Now(), []byte("7.7"), target{}); !ok || r.target.host != "192.0.2.7" {
			t.Errorf("%+v", r)
		}
		c.fromServer("RNG 5 192.0.2.9:1863 CKI 1.3 a@b A\r\n")
		time.Sleep(time.Second)
		c.want(c.toClient, "RNG 5 "+main+" CKI 1.3 a@b A\r\n")

		// Of several commands in place of one, each; but not what a message says.
		c.fromServer("CHG 4 NLN\r\n")
		said := "MSG a@b A 33\r\nXFR 1 SB 192.0.2.8:1863 CKI 8.8\r\n"
		c.want(c.toClient, said+strings.Repeat("XFR 3 SB "+main+" CKI 8.8\r\n", 2))
	})
}

// TestEditsOf puts edits as they are recorded together again.
func TestEditsOf(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = "\x00\xffab"[rnd.IntN(4)]
		}
		return b
	}
	for range 2000 {
		raw := random(4 + rnd.IntN(20)*rnd.IntN(20))
		out := random(rnd.IntN(30) * rnd.IntN(30))
		switch rnd.IntN(6) {
		case 0:
			out = append(bytes.Clone(raw[:len(raw)/2]), out...)
		case 1:
			out = append(out, raw[len(raw)/2:]...)
		case 2:
			out = nil
		case 3:
			out = random(MaxInject)
		case 4:
			raw = random(bufferSize)
		}
		edits := editsOf(decode.C2S, 100, raw, out)
		if got := edited(raw, 100, edits); !bytes.Equal(got, out) {
			t.Fatalf("%d bytes to %d: got %d", len(raw), len(out), len(got))
		}
		for _, e := range edits {
			text := event.Comment{Edit: &e}.String()
			if len(text) > 65535 || len(e.Old) == 0 {
				t.Fatalf("%d bytes to %d: a comment of %d bytes for %d", len(raw), len(out), len(text), len(e.Old))
			}
		}
	}
}
