// This file tests following MSNP that is carried in HTTP, and makes the capture
// captures/testdata/http-gateway.pcap of it.

package follow

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"msnscope/captures/event"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams"
	"msnscope/captures/streams/streamstest"
	"msnscope/decode"
)

// httpConn is a TCP connection to a gateway at a time (ms), from a port of the
// client, on which requests and responses alternate.
func httpConn(start int64, port uint16, messages ...string) streamstest.Conversation {
	c := streamstest.Conversation{
		Addr: [2]netip.AddrPort{netip.AddrPortFrom(client.Addr(), port), netip.MustParseAddrPort("64.4.12.132:80")},
		ISN:  [2]uint32{1000, 2000}, Start: 1_004_990_400e9 + start*1e6, Step: 50e6,
	}
	for i, m := range messages {
		c.Turns = append(c.Turns, streamstest.Turn{Side: i % 2, Data: []byte(m)})
	}
	return c
}

// httpPost is a request to a gateway.
func httpPost(query, body string) string {
	return fmt.Sprintf("POST http://64.4.12.132/gateway/gateway.dll?%s HTTP/1.1\r\nUser-Agent: MSMSGS\r\nHost: 64.4.12.132\r\n"+
		"Proxy-Connection: Keep-Alive\r\nPragma: no-cache\r\nContent-Type: application/x-msn-messenger\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body)
}

// httpAnswer is a response of it.
func httpAnswer(id, more, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/x-msn-messenger\r\nX-MSN-Messenger: SessionID=%s; GW-IP=64.4.12.132%s\r\nContent-Length: %d\r\n\r\n%s",
		id, more, len(body), body)
}

// gatewayChat is a sign-in and a chat through a gateway over four TCP
// connections.
func gatewayChat() []streamstest.Conversation {
	const hello = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nhello through the web"
	im := fmt.Sprintf("MSG 3 N %d\r\n%s", len(hello), hello)
	const reply = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nand back"
	back := fmt.Sprintf("MSG bob@example.com Bob %d\r\n%s", len(reply), reply)
	ns, sb := "964885389.", "964885413."
	return []streamstest.Conversation{
		httpConn(0, 1044,
			httpPost("Action=open&Server=NS&IP=messenger.hotmail.com", "VER 1 MSNP7 MSNP6 CVR0\r\n"),
			httpAnswer(ns+"2099", "", "VER 1 MSNP7\r"), // cut in the line end
			httpPost("Action=poll&SessionID="+ns+"2099", ""),
			httpAnswer(ns+"2100", "", "\n"),
			httpPost("SessionID="+ns+"2100", "INF 2\r\n"),
			httpAnswer(ns+"17", "", "INF 2 MD5\r\n"),
			httpPost("SessionID="+ns+"17", "USR 3 MD5 I alice@example.com\r\n"),
			httpAnswer(ns+"18", "", "")),
		httpConn(1000, 1045,
			httpPost("Action=poll&SessionID="+ns+"18", ""),
			httpAnswer(ns+"19", "", "USR 3 MD5 S 1013928519.693957190\r\n"),
			httpPost("SessionID="+ns+"19", "USR 4 MD5 S 7f919fab309532df353c901430df36fa\r\n"),
			httpAnswer(ns+"20", "", "USR 4 OK alice@example.com Alice 1\r\n"),
			httpPost("SessionID="+ns+"20", "XFR 5 SB\r\n"),
			httpAnswer(ns+"21", "", "XFR 5 SB 64.4.13.1:1863 CKI 17.2001\r\n"),
			httpPost("Action=open&Server=SB&IP=64.4.13.1", "USR 1 alice@example.com 17.2001\r\n"),
			httpAnswer(sb+"1", "", "USR 1 OK alice@example.com Alice\r\n"),
			httpPost("Action=poll&SessionID="+ns+"21", ""),
			httpAnswer(ns+"22", "", "NLN NLN bob@example.com Bob\r\n")),
		httpConn(3000, 1046,
			httpPost("SessionID="+sb+"1", "CAL 2 bob@example.com\r\n"),
			httpAnswer(sb+"2", "", "CAL 2 RINGING 11752013\r\nJOI bob@example.com Bob\r\n"),
			httpPost("SessionID="+sb+"2", im[:30]),
			httpAnswer(sb+"3", "", ""),
			httpPost("SessionID="+sb+"3", im[30:]),
			"HTTP/1.1 200 OK\r\nX-MSN-Messenger: SessionID="+sb+"4; GW-IP=64.4.12.132\r\nTransfer-Encoding: chunked\r\n\r\n"+
				fmt.Sprintf("14\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", back[:20], len(back)-20, back[20:])),
		httpConn(4500, 1047,
			httpPost("SessionID="+sb+"4", "OUT\r\n"),
			httpAnswer(sb+"5", "; Session=close", "BYE bob@example.com\r\n"),
			httpPost("SessionID="+ns+"22", "OUT\r\n"),
			httpAnswer(ns+"23", "; Session=close", "OUT\r\n")),
	}
}

// The capture is kept as a file too, for the tests of the program.
func TestGateway(t *testing.T) {
	file := capture(streamstest.File{}, gatewayChat()...)
	path := filepath.Join("..", "testdata", "http-gateway.pcap")
	if *update {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(readFile(t, path), file) {
		t.Errorf("%s is out of date: run with -update", path)
	}
	r := follow(t, file)
	golden(t, filepath.Join("testdata", "http-gateway.golden"), r.listing())
	streamsOf(t, r, gatewayChat())
	if len(r.sessions) != 1 || r.sessions[1].Account != "alice@example.com" || r.sessions[1].Chats != 1 {
		t.Errorf("sessions: %+v", r.sessions)
	}
	for id, want := range map[int64]event.Connection{
		1: {Role: decode.RoleGW, How: streams.EndFIN},
		2: {Role: decode.RoleNS, Via: "HTTP gateway to NS messenger.hotmail.com", How: "closed by the gateway", Session: 1, MSNP: true},
		4: {Role: decode.RoleSB, Via: "HTTP gateway to SB 64.4.13.1", How: "closed by the gateway", Session: 1, MSNP: true},
	} {
		c := r.conns[id]
		got := event.Connection{Role: c.Role, Via: c.Via, How: c.How, Session: c.Session, MSNP: c.MSNP}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("connection %d: %+v, want %+v", id, got, want)
		}
	}
	for i, e := range r.events {
		if m := e.Masked(nil); e.Role == decode.RoleGW && (bytes.Contains(m.Raw, []byte("7f919")) || bytes.Contains(m.Raw, []byte("17.2001"))) {
			t.Errorf("event %d shows a secret: %q", i, m.Raw)
		}
		if i > 0 && e.Time < r.events[i-1].Time {
			t.Errorf("event %d was captured before event %d", e.ID, r.events[i-1].ID)
		}
	}
}

// streamsOf checks that the events of TCP connections are their streams.
func streamsOf(t *testing.T, r *told, convs []streamstest.Conversation) {
	t.Helper()
	for id, c := range r.conns {
		if strings.HasPrefix(c.Via, event.ViaGateway) {
			continue
		}
		for _, conv := range convs {
			if conv.Addr[0] != c.Client {
				continue
			}
			for dir := range decode.Direction(2) {
				if got, want := r.stream(id, dir), conv.Stream(int(dir)); !bytes.Equal(got, want) {
					t.Errorf("connection %d %v: %q, want %q", id, dir, got, want)
				}
			}
		}
	}
}

// commands are the names of the commands by connection kind.
func (r *told) commandsVia() string {
	var b strings.Builder
	for _, e := range r.events {
		if e.Kind == event.Command {
			fmt.Fprintf(&b, "%s ", e.Cmd())
		}
	}
	return strings.TrimSpace(b.String())
}

// Whatever the size of the packets and the order of the connections' ends, the
// commands are the same.
func TestGatewayCutting(t *testing.T) {
	want := follow(t, capture(streamstest.File{}, gatewayChat()...))
	for _, mss := range []int{1, 7, 100} {
		convs := gatewayChat()
		for i := range convs {
			convs[i].MSS, convs[i].Step = mss, 1e5
		}
		r := follow(t, capture(streamstest.File{}, convs...))
		streamsOf(t, r, convs)
		if got := r.commandsVia(); got != want.commandsVia() {
			t.Errorf("packets of %d bytes: %s\nwant %s", mss, got, want.commandsVia())
		}
	}
}

// A packet that is missing from the capture costs the command it was of, and
// what else it carried.
func TestGatewayLoss(t *testing.T) {
	convs := gatewayChat()
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(streamstest.Merge(convs))
	whole := len(strings.Fields(follow(t, streamstest.File{}.Bytes(packets)).commandsVia()))
	for i := range packets {
		checkStreams(t, fmt.Sprint("without packet ", i+1), append(append([]pcapfile.Packet(nil), packets[:i]...), packets[i+1:]...))
		r := follow(t, streamstest.File{}.Bytes(append(append([]pcapfile.Packet(nil), packets[:i]...), packets[i+1:]...)))
		got := strings.Fields(r.commandsVia())
		if len(got) < whole-3 || len(r.sessions) > 2 {
			t.Errorf("without packet %d: %d of %d commands, %d sessions\n%s", i+1, len(got), whole, len(r.sessions), r.listing())
		}
	}
}

// A session that is polled no more is over.
func TestGatewayIdle(t *testing.T) {
	open := httpPost("Action=open&Server=NS&IP=messenger.hotmail.com", "VER 1 MSNP7 CVR0\r\n")
	r := follow(t, capture(streamstest.File{},
		httpConn(0, 1044, open, httpAnswer("a", "", "VER 1 MSNP7 CVR0\r\n")),
		httpConn(gatewayIdle/1e6+5000, 1045, open, httpAnswer("b", "", "VER 1 MSNP7 CVR0\r\n"))))
	if a, b := r.conns[2].How, r.conns[4].How; a != streams.EndIdle || b != streams.EndCapture {
		t.Errorf("ended: %q, %q", a, b)
	}
}

// Web traffic is none of ours, a page of the gateway's neither.
func TestGatewayNot(t *testing.T) {
	r := follow(t, capture(streamstest.File{},
		httpConn(0, 1, "GET /gateway/gateway.dll?Action=open HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
		httpConn(1, 2, "POST /gateway/gateway.dll HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
		httpConn(2, 3, "POST /form?x="+strings.Repeat("x", 9000)),
		httpConn(3, 4, "POST /gateway/gateway.dll?Act")))
	for _, why := range r.ignored {
		if !strings.HasSuffix(why, ": HTTP") {
			t.Error(why)
		}
	}
	if len(r.ignored) != 4 || len(r.events) != 0 {
		t.Errorf("ignored: %q, events:\n%s", r.ignored, r.listing())
	}
}
