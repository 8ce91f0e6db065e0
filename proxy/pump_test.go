// This file tests how bytes are cut into writes: what was whole stays whole,
// what came apart stays apart, and what is unfinished waits for so long.

package proxy

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const ver = "VER 1 MSNP7 CVR0\r\n"

func TestOneWriteForOneRead(t *testing.T) {
	throughPipes(t, &Proxy{}, ver, func(c *piped) {
		c.want(c.toServer, ver)
		c.fromServer("VER 1 MSNP7\r\n")
		c.want(c.toClient, "VER 1 MSNP7\r\n")
		c.fromClient("SYN 2 0\r\nCHG 3 NLN\r\n") // glued by its origin
		c.want(c.toServer, "SYN 2 0\r\nCHG 3 NLN\r\n")
		c.fromServer("NLN AWY a@b A\r\n")
		c.fromServer("NLN IDL a@b A\r\n")
		c.want(c.toClient, "NLN AWY a@b A\r\n", "NLN IDL a@b A\r\n")
		c.fromClient("MSG 1 N 5\r\nhello\r\n\r\n") // empty lines are whole
		c.want(c.toServer, "MSG 1 N 5\r\nhello\r\n\r\n")
	})
}

// TestCutCommands sends commands as clients of the time do: CR and LF apart,
// head and body apart.
func TestCutCommands(t *testing.T) {
	throughPipes(t, &Proxy{}, "VER 1 MSNP7 CVR0\r", func(c *piped) {
		c.fromClient("\n")
		c.want(c.toServer, ver)
		c.fromClient("CHG 7 AWY\r")
		c.want(c.toServer)
		c.fromClient("\nCHG 8 NLN\r\nMSG 9")
		c.want(c.toServer, "CHG 7 AWY\r\nCHG 8 NLN\r\n")
		c.fromClient(" N 8\r\nab")
		c.fromClient("c\r\ndef")
		c.want(c.toServer, "MSG 9 N 8\r\nabc\r\ndef")
		c.fromServer("MSG a@b A 10\r\n")
		c.fromServer("XFR 1 NS \n")
		c.want(c.toClient, "MSG a@b A 10\r\nXFR 1 NS \n")
	})
}

func TestHold(t *testing.T) {
	throughPipes(t, &Proxy{Hold: time.Second}, ver, func(c *piped) {
		c.toServer.take()
		c.fromClient("CHG 7")
		time.Sleep(600 * time.Millisecond)
		c.fromClient(" AWY")
		time.Sleep(399 * time.Millisecond)
		c.want(c.toServer)
		time.Sleep(time.Millisecond)
		c.want(c.toServer, "CHG 7 AWY")
		c.fromClient("\r") // already cut: goes on as it comes
		c.want(c.toServer, "\r")
		c.fromClient("\nCHG 8 IDL\r\nCHG 9")
		c.want(c.toServer, "\nCHG 8 IDL\r\n")
		time.Sleep(900 * time.Millisecond)
		c.fromClient(" NLN\r\nPN")
		c.want(c.toServer, "CHG 9 NLN\r\n")
		time.Sleep(900 * time.Millisecond) // PNG has a second of its own
		c.fromClient("G\r\n")
		c.want(c.toServer, "PNG\r\n")
		time.Sleep(time.Hour)
		c.fromClient("OUT\r\n")
		c.want(c.toServer, "OUT\r\n")
	})
}

func TestNoHold(t *testing.T) {
	throughPipes(t, &Proxy{Hold: -1}, ver, func(c *piped) {
		c.toServer.take()
		c.fromClient("CHG 7")
		c.want(c.toServer, "CHG 7")
		c.fromServer("XF") // but a redirect is never cut
		time.Sleep(time.Hour)
		c.want(c.toClient)
		c.fromServer("R 1 SB 192.0.2.9:1863 CKI 1.2")
		c.fromServer("\r\n")
		c.want(c.toClient, "XFR 1 SB "+c.conn.mainAddr().String()+" CKI 1.2\r\n")
	})
}

// TestRedirectWaitsForItsEnd holds what may be a redirect until it is whole,
// and no other line.
func TestRedirectWaitsForItsEnd(t *testing.T) {
	throughPipes(t, &Proxy{}, ver, func(c *piped) {
		main := c.conn.mainAddr().String()
		c.fromServer("NLN AWY a@b A\r\nR")
		c.want(c.toClient, "NLN AWY a@b A\r\n")
		time.Sleep(time.Hour)
		c.fromServer("NG 5 192.0.2.9 CKI 1.2 a@b A\r\nX")
		c.want(c.toClient, "RNG 5 "+main+" CKI 1.2 a@b A\r\n")
		time.Sleep(time.Hour)
		c.fromServer("YZ")
		c.want(c.toClient)
		time.Sleep(time.Second)
		c.want(c.toClient, "XYZ")
	})
	// On a switchboard there are no redirects.
	throughPipes(t, &Proxy{}, "USR 1 a@b 1.2\r\n", func(c *piped) {
		c.fromServer("XFR 1 SB 192.0.2.9:1863 ")
		time.Sleep(time.Second)
		c.fromServer("CKI 1.2\r\n")
		c.want(c.toClient, "XFR 1 SB 192.0.2.9:1863 ", "CKI 1.2\r\n")
	})
}

func TestLargeCommandsStream(t *testing.T) {
	throughPipes(t, &Proxy{}, ver, func(c *piped) {
		head := "MSG a@b A 200000\r\n"
		body := strings.Repeat("x", 200_000)
		c.fromServer(head + body[:1000])
		c.want(c.toClient)
		c.fromServer(body[1000:70_000])
		got := strings.Join(c.toClient.take(), "")
		if len(got) < bufferSize {
			t.Errorf("%d bytes forwarded", len(got))
		}
		c.fromServer(body[70_000:])
		c.fromServer("BYE a@b\r\n")
		got += strings.Join(c.toClient.take(), "")
		if got != head+body+"BYE a@b\r\n" {
			t.Errorf("%d bytes arrived", len(got))
		}
	})
}

func TestOneCommandPerWrite(t *testing.T) {
	throughPipes(t, &Proxy{OneCommandPerWrite: true}, ver+"INF 2\r\nUSR 3", func(c *piped) {
		c.want(c.toServer, ver, "INF 2\r\n")
		c.fromClient(" MD5 I a@b\r\nMSG 1 N 2\r\nabSYN 2 0\r\n")
		c.want(c.toServer, "USR 3 MD5 I a@b\r\n", "MSG 1 N 2\r\nab", "SYN 2 0\r\n")
		c.fromServer("NLN AWY a@b A\r\nXFR 1 NS 192.0.2.1 0 192.0.2.5:1863\r\nOUT\r\n")
		main := c.conn.mainAddr().String()
		c.want(c.toClient, "NLN AWY a@b A\r\n", "XFR 1 NS "+main+" 0 "+main+"\r\n", "OUT\r\n")
	})
}

// TestServerSpeaksFirst connects a silent client to the default upstream.
func TestServerSpeaksFirst(t *testing.T) {
	throughPipes(t, &Proxy{}, "USR 1", func(c *piped) {
		if c.dialled.Load() {
			t.Error("dialled before the line was whole")
		}
		time.Sleep(silence)
		synctest.Wait()
		c.fromServer("601\r\n")
		c.want(c.toClient, "601\r\n")
		time.Sleep(DefaultHold)
		c.want(c.toServer, "USR 1")
	})
}

// TestSlowClient has a client take its time for the line with its cookie.
func TestSlowClient(t *testing.T) {
	p := &Proxy{}
	own := target{"192.0.2.9", 1864}
	throughPipes(t, p, "USR", func(c *piped) {
		p.cookies.add(time.Now(), "11.22.33", route{target: own})
		for _, s := range []string{" 1 a@example.org", " 11.22.33", "\r\n"} {
			if c.dialled.Load() {
				t.Fatalf("dialled before the line was whole")
			}
			time.Sleep(10 * time.Second)
			c.fromClient(s)
		}
		c.want(c.toServer, "USR 1 a@example.org 11.22.33\r\n")
		if got := c.conn.route.target; got != own {
			t.Errorf("the client came to %s, want %s", got, own)
		}
	})
}

// TestDialectOfPayloads frames by the dialect that both sides named: UBX has a
// payload from MSNP11 on.
func TestDialectOfPayloads(t *testing.T) {
	throughPipes(t, &Proxy{}, "VER 1 MSNP12 MSNP11 CVR0\r\n", func(c *piped) {
		c.fromServer("VER 1 MSNP21 MSNP11 MSNP7\r\n")
		c.toClient.take()
		c.fromServer("UBX a@b 5\r\n")
		c.want(c.toClient)
		c.fromServer("RNG 1")
		c.want(c.toClient, "UBX a@b 5\r\nRNG 1")
	})
}

// TestIdle has a connection say nothing for a day.
func TestIdle(t *testing.T) {
	throughPipes(t, &Proxy{}, ver, func(c *piped) {
		c.toServer.take()
		time.Sleep(24 * time.Hour)
		c.fromClient("PNG\r\n")
		c.want(c.toServer, "PNG\r\n")
		if c.toClient.take(); c.toClient.end {
			t.Error("closed")
		}
	})
}
