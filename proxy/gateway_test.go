// This file plays the practice clients' story through an HTTP gateway with the
// proxy in front of it: as the gateway itself, and as the clients' HTTP proxy.

package proxy

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"msnscope/decode"
	"msnscope/decode/costtest"
	"msnscope/proxy/msnptest"
)

func TestGateway(t *testing.T) {
	for _, test := range []struct {
		name    string
		setting bool // the clients have the proxy as their HTTP proxy
	}{{"as the gateway", false}, {"as HTTP proxy", true}} {
		t.Run(test.name, func(t *testing.T) {
			server := practice(t)
			gateway, err := msnptest.StartGateway("127.0.0.2:0", nil)
			must(t, err)
			defer gateway.Close()
			file, path := recorder(t)
			p := &Proxy{Gateways: []Route{{"127.0.0.1:0", gateway.Addr()}}, Recorder: file}
			if test.setting {
				p = &Proxy{Socks: []string{"127.0.0.1:0"}, Recorder: file}
			}
			serve(t, p)
			clients := &msnptest.InHTTP{Gateway: gateway, Address: p.Addr().String()}
			if test.setting {
				clients.Address, clients.Proxy = gateway.Addr(), p.Addr().String()
			}
			story(t, server, server.DispatchAddr(), clients.Dial)
			clients.Wait()
			waitClosed(t, p)
			if got := clients.Named(); len(got) != 1 || got[0] != clients.Address {
				t.Errorf("clients are sent to the gateways %q, want %s", got, clients.Address)
			}
			if c := gateway.Complaints(); len(c) > 0 {
				t.Errorf("the gateway complains: %q", c)
			}
			if got, all := len(gateway.Opened()), len(server.Log()); got != all {
				t.Errorf("%d sessions were opened, the server had %d connections", got, all)
			}
			must(t, file.Close())
			checkGatewayCapture(t, path, len(server.Log()))
		})
	}
}

func TestGatewayKnowsItsServer(t *testing.T) {
	got := make(chan string, 1)
	gateway := startServer(t, "127.0.0.2:0", func(conn *net.TCPConn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			got <- r.RequestURI
		}
	})
	p := serve(t, &Proxy{Upstream: "messenger.example.org", Listen: []string{"127.0.0.1:0"}, Gateways: []Route{{"127.0.0.1:0", gateway}}})
	conn := dial(t, p.Status().Ways[1].Addr.String())
	send(t, conn, "POST /gateway/gateway.dll?Action=open&Server=NS&IP=127.0.0.1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
	if uri := <-got; uri != "/gateway/gateway.dll?Action=open&Server=NS&IP=messenger.example.org" {
		t.Errorf("the gateway was asked for %s", uri)
	}
}

func TestGatewayHeads(t *testing.T) {
	u, err := url.Parse("http://x/gateway.dll?Action=open&Server=SB&IP=10.0.0.1")
	must(t, err)
	if got, want := queryValue(u.String(), "ip"), u.Query().Get("IP"); got != want {
		t.Errorf("IP= is %q, want %q", got, want)
	}
	head := []byte("HTTP/1.1 200 OK\r\nX: y\r\nx-msn-messenger:  SessionID=1.2;GW-IP=64.4.12.132 ; Session=close\r\n\r\n")
	for part, want := range map[string]string{"SessionID": "1.2", "GW-IP": "64.4.12.132", "Session": "close", "Other": ""} {
		if got := string(partSpan(head, valueSpan(head, "X-MSN-Messenger"), part).Of(head)); got != want {
			t.Errorf("%s is %q, want %q", part, got, want)
		}
	}
}

// TestGatewayChunks finds the addresses in the answers behind those whose body
// comes in chunks, however it is cut.
func TestGatewayChunks(t *testing.T) {
	answer := func(gateway, end string) string {
		return "HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=1.2; GW-IP=" + gateway + "\r\n" + end
	}
	stream := func(gateway string) string {
		return answer(gateway, "Transfer-Encoding: chunked\r\n\r\n3\r\nQNG\r\n1c; x=y\r\nX-MSN-Host: 64.4.12.132\n\r\n\r\n\r\n0\r\nT: 1\r\n\r\n") +
			answer(gateway, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") + answer(gateway, "Content-Length: 0\r\n\r\n")
	}
	for _, piece := range []int{1, 2, 7, 50, 1000} {
		from, to := &script{in: []byte(stream("64.4.12.132")), piece: piece}, &script{}
		l := &listener{way: Gateway, addr: netip.MustParseAddrPort("127.0.0.1:80")}
		l.main = l
		c := &conn{proxy: &Proxy{}, listener: l, client: to, server: from, local: l.addr}
		(&pump{conn: c, dir: decode.S2C, in: newInput(from), dst: to, heads: new(heads)}).run()
		if got, want := to.out.String(), stream("127.0.0.1"); got != want {
			t.Errorf("in pieces of %d:\n%q\nwant\n%q", piece, got, want)
		}
	}
}

func TestQueryOfManyParts(t *testing.T) {
	costtest.Proportionate(t, 1<<18, func(n int) func() {
		uri := "/gateway.dll?" + strings.Repeat("a&", n) + "IP=10.0.0.1"
		return func() {
			if got := queryValue(uri, "ip"); got != "10.0.0.1" {
				t.Errorf("IP= is %.20q", got)
			}
		}
	})
	for uri, want := range map[string]string{"/?": "", "/?IP": "", "/?IP=": "", "/?IP=&": "", "/?IP=1&": "1", "/?&&IP=1": "1", "/IP=1": ""} {
		if got := queryValue(uri, "IP"); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

// FuzzGatewayHeads feeds answers cut anywhere: what goes on is what came, but
// for the addresses.
func FuzzGatewayHeads(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID=1.2; GW-IP=64.4.12.132\r\nContent-Length: 5\r\n\r\nOUT\r\nHTTP/1.1 200 OK\r\nX-MSN-Host: a.b\r\nX-MSN-Messenger: SessionID=1; GW-IP=x\r\nContent-Length: 0\r\n\r\n"), uint16(3))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nrest"), uint16(100))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nQNG\r\nffffffffffffff\r\n"), uint16(4))
	f.Add([]byte("no http\r\n\r\nGW-IP=1.2.3.4"), uint16(1))
	f.Add([]byte("HTTP/1.0 204 x\n\n\r\nHTTP/1.1 200\nX-MSN-Host:a\nX-MSN-Messenger: GW-IP=b:7;SessionID=2;\nTransfer-Encoding: chunked\n\n1;a\nx\n0\nX-MSN-Host: c\n\nHTTP/1.1 304 x\r\nX-MSN-Host: d\r\n\r\n"), uint16(2))
	f.Fuzz(func(t *testing.T, stream []byte, piece uint16) {
		pumped := func(piece int) []byte {
			p := &Proxy{}
			l := &listener{way: Gateway, addr: netip.MustParseAddrPort("127.0.0.1:80")}
			l.main = l
			from, to := &script{in: stream, piece: piece}, &script{}
			c := &conn{proxy: p, listener: l, client: to, server: from, local: l.addr}
			d := &pump{conn: c, dir: decode.S2C, in: newInput(from), dst: to, heads: new(heads)}
			d.run()
			return to.out.Bytes()
		}
		got := pumped(1 + int(piece))
		if once := pumped(len(stream) + 1); len(stream) < maxChunkLine && !bytes.Equal(got, once) {
			t.Fatalf("%q became %q, in pieces of %d %q", stream, once, 1+piece, got)
		}
		if !bytes.Contains(bytes.ToLower(stream), []byte("gw-ip=")) && !bytes.Contains(bytes.ToLower(stream), []byte("x-msn-host")) && !bytes.Equal(got, stream) {
			t.Fatalf("%q became %q", stream, got)
		}
		if bytes.Count(got, []byte("\n")) != bytes.Count(stream, []byte("\n")) {
			t.Fatalf("%q became %q", stream, got)
		}
	})
}

// checkGatewayCapture looks whether the capture tells all the connections that
// were inside the HTTP ones.
func checkGatewayCapture(t *testing.T, path string, want int) {
	t.Helper()
	inside := 0
	for _, c := range readCapture(t, path).conns {
		if strings.HasPrefix(c.Via, "HTTP gateway") {
			inside++
		}
	}
	if inside != want {
		t.Errorf("the capture has %d connections in HTTP, want %d", inside, want)
	}
}
